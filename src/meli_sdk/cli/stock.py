"""`meli stock push FILE`: the stock of a list of SKUs or items."""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

from attrs import asdict, frozen
from cyclopts import App, Parameter

from meli_sdk.cli.failures import SOME_FAILED
from meli_sdk.cli.input_file import STANDARD_INPUT, csv_rows, number_of, read_file
from meli_sdk.cli.output import Rows, say
from meli_sdk.cli.progress import confirm, estimate, progress
from meli_sdk.cli.sellers_session import Common, seller_session
from meli_sdk.cli.settings import throughput
from meli_sdk.errors import DryRunError, InputError, NotApplicableError, ResponseError, shown
from meli_sdk.models.stock import StoreQuantity
from meli_sdk.models.users import User
from meli_sdk.resources.stock_routes import StockResource, stock_route
from meli_sdk.resources.stock_writes import item_quantity
from meli_sdk.sites import GLOBAL_SELLING

if TYPE_CHECKING:
    from meli_sdk.session import MeliSession

app: App = App(name="stock", help="Send stock.", help_format="plaintext")
COLUMNS: Final = ("line", "sku", "item_id", "current", "quantity", "action", "reason")
_NAMES: Final = ("sku", "item_id", "variation_id", "store_id", "quantity")
_CALLS: Final = 5
"""Of one row at the most: the search by SKU, the item, and read, write and read again."""
_GOES_ON: Final = (ResponseError, NotApplicableError, InputError)
"""What one row meets and the others may not."""
_OF_ITEMS: Final = frozenset({StockResource.ITEM, StockResource.GLOBAL_ITEM})
MOST: Final = 99_999


@frozen(kw_only=True)
class StockRow:
    """One line of the file, or several of one item's stores."""

    line: int
    sku: str | None
    item_id: str | None
    variation_id: int | None
    stock: int | tuple[StoreQuantity, ...]

    @property
    def quantity(self) -> int:
        """All units."""
        return self.stock if isinstance(self.stock, int) else sum(store.quantity for store in self.stock)


@app.command
def push(
    file: Annotated[Path, STANDARD_INPUT],
    *,
    dry_run: Annotated[bool, Parameter(negative="")] = False,
    yes: Annotated[bool, Parameter(negative="")] = False,
    common: Common | None = None,
) -> None:
    """Set the stock of the items in a CSV file, row by row, through the resource that takes it.

    The file has a head with the columns quantity, and sku (the SELLER_SKU attribute) or item_id; where the item has
    variations variation_id; for an account with several stores store_id, a row for each store. What is so already is
    not sent. A row that fails is reported, and the others go on.

    Args:
        file: the CSV file; - for standard input.
        dry_run: read and compare; send nothing.
        yes: do not ask before many writes.
    """
    wanted = read_rows(file)
    say(
        f"{len(wanted)} rows: {estimate(_CALLS * len(wanted), throughput(None if common is None else common.throughput))}"
    )
    if not dry_run:
        confirm(f"Set the stock of {len(wanted)} items?", len(wanted), yes=yes)
    if asyncio.run(_push(wanted, common, dry_run=dry_run)):
        raise SystemExit(SOME_FAILED)


async def _push(wanted: Sequence[StockRow], common: Common | None, *, dry_run: bool) -> int:
    totals: dict[str, int] = {}
    with (
        Rows(COLUMNS, None if common is None else common.format) as rows,
        progress("stock", rows, len(wanted)) as advance,
    ):
        async with seller_session(common, dry_run=dry_run) as session:
            account = await session.users.me()
            for row in wanted:
                done = await _one(session, account, row)
                totals[done.action] = totals.get(done.action, 0) + 1
                rows.add({"line": row.line, "sku": row.sku, "quantity": row.quantity, **asdict(done)})
                advance(rows.count, None)
    said = ", ".join(f"{count} {action}" for action, count in totals.items())
    say(f"{'dry run, nothing was sent: ' if dry_run else ''}{said}")
    return sum(
        count for action, count in totals.items() if action in {"failed", "not_found", "ambiguous", "not_applied"}
    )


@frozen(kw_only=True)
class _Done:
    """What became of one row."""

    item_id: str | None
    current: int | None = None
    action: str
    reason: str | None = None


async def _one(session: "MeliSession", account: User, row: StockRow) -> _Done:
    item_id, current = row.item_id, None
    try:
        if item_id is None:
            found = await session.items.search(seller_sku=row.sku).collect(limit=2)
            if not found:
                return _Done(item_id=None, action="not_found", reason="no item has this SKU")
            if len(found) > 1:
                return _Done(item_id=None, action="ambiguous", reason="several items have this SKU: name the item")
            (item_id,) = found
        reading = session.marketplace.get if account.site_id == GLOBAL_SELLING else session.items.get
        item = await reading(item_id)
        route = stock_route(account, item, variation_id=row.variation_id)
        current = item_quantity(item, row.variation_id)
        if route.resource in _OF_ITEMS and current == row.stock:
            return _Done(item_id=item_id, current=current, action="unchanged")
        done = await session.stock.write(item_id, row.stock, variation_id=row.variation_id, route=route)
    except DryRunError:
        return _Done(item_id=item_id, current=current, action="would_change")
    except _GOES_ON as failure:
        return _Done(item_id=item_id, current=current, action="failed", reason=" ".join(str(failure).split()))
    return _Done(item_id=item_id, current=current, action=str(done.state))


def read_rows(file: Path) -> tuple[StockRow, ...]:
    """The rows of the file, all checked before the first call.

    Raises:
        InputError: a column or a value is wrong; the message names the line.
        OSError: the file cannot be read.
    """
    return _rows(*read_file(file))


def _rows(text: str, name: str) -> tuple[StockRow, ...]:
    names, rows = csv_rows(text, name)
    columns = set(names)
    if not columns <= set(_NAMES) or "quantity" not in columns or not columns & {"sku", "item_id"}:
        message = (
            f"{name}: the first line names the columns quantity, and sku or item_id; also known are variation_id and "
            f"store_id; found: {', '.join(names) or 'nothing'}"
        )
        raise InputError(message)
    found: dict[tuple[str | None, str | None, int | None], StockRow] = {}
    for line, values in rows:
        row = _row(values, f"{name}, line {line}", line)
        key = (row.sku, row.item_id, row.variation_id)
        before = found.get(key)
        if before is None:
            found[key] = row
        elif isinstance(before.stock, int) or isinstance(row.stock, int):
            message = f"{name}, line {line}: the same item stands in line {before.line}"
            raise InputError(message)
        else:
            found[key] = StockRow(
                line=before.line,
                sku=row.sku,
                item_id=row.item_id,
                variation_id=row.variation_id,
                stock=(*before.stock, *row.stock),
            )
    return tuple(found.values())


def _row(values: Mapping[str | None, str | None], where: str, line: int) -> StockRow:
    given = {name: (values.get(name) or "").strip() or None for name in _NAMES}
    sku, item_id, store = given["sku"], given["item_id"], given["store_id"]
    if (sku is None) == (item_id is None):
        message = f"{where}: sku or item_id, one of them"
        raise InputError(message)
    quantity = _whole(given["quantity"], f"{where}: quantity", MOST)
    variation = given["variation_id"]
    return StockRow(
        line=line,
        sku=sku,
        item_id=item_id,
        variation_id=None if variation is None else _whole(variation, f"{where}: variation_id", 10**18),
        stock=quantity if store is None else (StoreQuantity(store_id=store, quantity=quantity),),
    )


def _whole(text: str | None, where: str, most: int) -> int:
    number = None if text is None else number_of(text)
    if number is None or number > most:
        message = f"{where} is a whole number from 0 to {most:,}, got {shown(text)}"
        raise InputError(message)
    return number
