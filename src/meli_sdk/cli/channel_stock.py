"""`meli channel skus` and `meli channel stock`: which SKUs belong together, and the stock of your warehouses."""

import asyncio
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Final, Literal, cast

from attrs import asdict

from meli_sdk.channel.inventory_levels import StockLevel
from meli_sdk.channel.inventory_report import InventoryReport, StockStatus
from meli_sdk.channel.settings_file import load_settings
from meli_sdk.channel.sku_review import SkuReview
from meli_sdk.cli.channel_place import SWITCH, Place, format_of, opened, settings_path
from meli_sdk.cli.failures import SOME_FAILED
from meli_sdk.cli.input_file import STANDARD_INPUT, csv_rows, number_of, read_file
from meli_sdk.cli.output import Rows, say, show
from meli_sdk.cli.progress import confirm, estimate, progress
from meli_sdk.errors import InputError
from meli_sdk.resources.items_many import BATCH

SkuState = Literal["mapped", "unmapped", "ambiguous", "unknown", "without_sku"]
SKUS: Final = ("state", "sku", "mercado_libre_sku", "items")
LEVELS: Final = ("sku", "warehouse", "quantity", "outcome", "item_id", "reason")
_NEEDED: Final = ("sku", "warehouse", "quantity")
_KNOWN: Final = (*_NEEDED, "sequence", "observed_at")


def skus(*, only: Annotated[tuple[SkuState, ...], SWITCH] = (), place: Place | None = None) -> None:
    """Read every item and compare its SKUs with yours: one call for each hundred items, and one for each twenty.

    mapped: yours and Mercado Libre's belong together. unmapped: your table of SKUs does not name it. ambiguous: several
    items have it, and no stock is sent. unknown: yours, and no item has it. without_sku: an item without SELLER_SKU.

    Args:
        only: such as ambiguous; may be given several times.
    """

    async def read() -> SkuReview:
        async with opened(place) as (channel, _):
            return await channel.review_skus()

    rows = list(_matches(asyncio.run(read())))
    with Rows(SKUS, format_of(place), empty="No SKU of that kind." if only else "The account has no item.") as printed:
        for row in rows:
            if not only or row["state"] in only:
                items = cast("list[dict[str, object]]", row["items"])
                shown = ", ".join(_shown(item) for item in items)
                printed.add({**row, "items": shown}, json.dumps(row, ensure_ascii=False).encode())
    say(_totals(Counter(str(row["state"]) for row in rows)) or "no SKU")


def _matches(found: SkuReview) -> Iterator[dict[str, object]]:
    review = json.loads(found.to_json())
    for state in ("mapped", "unmapped", "ambiguous", "unknown"):
        for match in review[state]:
            yield {"state": state, **match}
    for place in found.without_sku:
        item_id, _, variation = place.partition(" variation ")
        items = [{"item_id": item_id, "variation_id": int(variation) if variation else None}]
        yield {"state": "without_sku", "sku": None, "mercado_libre_sku": None, "items": items}


def _shown(item: Mapping[str, object]) -> str:
    variation = item["variation_id"]
    return str(item["item_id"]) if variation is None else f"{item['item_id']} variation {variation}"


def stock(
    file: Annotated[Path | None, STANDARD_INPUT] = None,
    *,
    queue: Annotated[bool, SWITCH] = False,
    dry_run: Annotated[bool, SWITCH] = False,
    yes: Annotated[bool, SWITCH] = False,
    place: Place | None = None,
) -> None:
    """Send the stock of your warehouses; without a file show what waits and what became of the rest.

    The file is CSV, a JSON array or JSON lines, with sku, warehouse and quantity of each level; sequence (a number that
    grows with each change) or observed_at say which level is newer. All of it is kept before the first call, so a command
    that is ended loses nothing: the next one goes on.

    Args:
        file: the levels; - for standard input.
        queue: keep the levels and return; meli channel run sends them.
        dry_run: read and compare; keep and send nothing.
        yes: do not ask before many writes.
    """
    if file is None:
        if queue or dry_run or yes:
            message = "name the file of the levels: meli channel stock FILE"
            raise InputError(message)
        show(asyncio.run(_status(place)), ("what", "value"), format_of(place))
        return
    if queue and dry_run:
        message = "--queue and --dry-run: one of them"
        raise InputError(message)
    levels = read_levels(file)
    throughput = load_settings(settings_path(place)).throughput
    count = len({level.sku for level in levels})
    if not dry_run:
        say(f"{len(levels)} levels of {count} SKUs: {estimate(_calls(count), throughput)} where each has changed")
        confirm(f"Send the stock of {count} SKUs?", count, yes=yes)
    if queue:
        kept = asyncio.run(_queue(levels, place))
        say(f"{kept} levels are kept; meli channel run sends them")
    elif not asyncio.run(_send(levels, count, place, dry_run=dry_run)).complete:
        raise SystemExit(SOME_FAILED)


def _calls(skus: int) -> int:
    """Of stock that has changed, the items known: a write each, and of every twenty a read before and one after."""
    return skus + 2 * -(-skus // BATCH)


async def _status(place: Place | None) -> list[dict[str, object]]:
    async with opened(place) as (channel, _):
        status: StockStatus = await channel.stock_status()
    rows: list[dict[str, object]] = [
        {"what": name, "value": value} for name, value in asdict(status).items() if name != "outcomes"
    ]
    return rows + [{"what": f"levels.{outcome}", "value": count} for outcome, count in sorted(status.outcomes.items())]


async def _queue(levels: Sequence[StockLevel], place: Place | None) -> int:
    async with opened(place) as (channel, _):
        return await channel.queue_stock(levels)


async def _send(levels: Sequence[StockLevel], count: int, place: Place | None, *, dry_run: bool) -> InventoryReport:
    with Rows(LEVELS, format_of(place), empty="No level in the file.") as rows:
        with progress("SKUs", rows, count) as advance:
            async with opened(place) as (channel, _):
                report = await channel.sync_inventory(
                    levels,
                    dry_run=dry_run,
                    progress=lambda told: advance(told.done, told.done + told.left),
                )
        for row in report.rows:
            rows.add(asdict(row))
    said = _totals(report.totals) or "no level"
    say(f"{'dry run, nothing was sent: ' if dry_run else ''}{said}; {report.calls} calls, {report.writes} writes")
    return report


def _totals(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counts.items())


def read_levels(file: Path) -> tuple[StockLevel, ...]:
    """The levels of a file, all checked before anything is kept.

    Raises:
        InputError: a name or a value is wrong; the message says where.
        OSError: the file cannot be read.
    """
    text, name = read_file(file)
    rows = _json_rows(text, name) if text.lstrip()[:1] in {"[", "{"} else _csv_rows(text, name)
    return tuple(_level(row, where) for where, row in rows)


def _csv_rows(text: str, name: str) -> Iterator[tuple[str, dict[str, object]]]:
    columns, rows = csv_rows(text, name)
    _check_names(columns, f"{name}, line 1")
    for line, row in rows:
        where = f"{name}, line {line}"
        if None in row:
            message = f"{where}: more cells than line 1 has names"
            raise InputError(message)
        yield where, {str(column): _plain((value or "").strip()) for column, value in row.items()}


def _json_rows(text: str, name: str) -> Iterator[tuple[str, dict[str, object]]]:
    if text.lstrip().startswith("["):
        rows = enumerate(cast("list[object]", _parsed(text, name)), start=1)
        found = [(f"{name}, row {number}", row) for number, row in rows]
    else:
        lines = enumerate(text.splitlines(), start=1)
        found = [
            (where, _parsed(line, where))
            for number, line in lines
            if line.strip()
            for where in [f"{name}, line {number}"]
        ]
    for where, row in found:
        values = cast("dict[str, object]", row) if isinstance(row, dict) else {}
        _check_names(tuple(values), where)
        yield where, values


def _parsed(text: str, where: str) -> object:
    try:
        return json.loads(text)
    except ValueError as wrong:
        message = f"{where}: no JSON: {wrong}"
    except RecursionError:
        message = f"{where}: nested too deep; a level is one object with sku, warehouse and quantity"
    raise InputError(message)


def _check_names(names: Sequence[str], where: str) -> None:
    if not set(_NEEDED) <= set(names) or not set(names) <= set(_KNOWN):
        message = (
            f"{where}: a level has sku, warehouse and quantity, and may have sequence and observed_at; "
            f"found: {', '.join(names) or 'nothing'}"
        )
        raise InputError(message)


def _plain(text: str) -> object:
    return text or None


def _level(row: Mapping[str, object], where: str) -> StockLevel:
    try:
        return StockLevel(
            row["sku"],
            row["warehouse"],
            _number(row["quantity"]),
            sequence=_number(row.get("sequence")),
            observed_at=_moment(row.get("observed_at")),
        )
    except InputError as wrong:
        message = f"{where}: {str(wrong).replace('StockLevel.', '')}"
    raise InputError(message)


def _number(value: object) -> object:
    """A cell of digits as the number that it is; all else as it is, to be refused."""
    number = number_of(value) if isinstance(value, str) else None
    return value if number is None else number


def _moment(value: object) -> object:
    try:
        return datetime.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        return value
