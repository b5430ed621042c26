"""`meli orders list|get`."""

import asyncio
from datetime import UTC, datetime
from typing import Annotated, Final

from cyclopts import App, Parameter

from meli_sdk.cli.failures import SOME_FAILED
from meli_sdk.cli.output import Rows, say, show_one
from meli_sdk.cli.progress import progress
from meli_sdk.cli.sellers_session import Common, seller_session
from meli_sdk.codec import encode
from meli_sdk.errors import InputError
from meli_sdk.models.orders import Order

app: App = App(name="orders", help="Read orders.", help_format="plaintext")
COLUMNS: Final = ("id", "date_created", "status", "total_amount", "currency_id", "items", "pack_id", "shipment_id")


@app.command(name="list")
def list_(
    *,
    status: Annotated[tuple[str, ...], Parameter(negative="")] = (),
    since: datetime | None = None,
    until: datetime | None = None,
    query: str | None = None,
    newest_first: Annotated[bool, Parameter(negative="")] = False,
    limit: Annotated[int | None, Parameter(name=["--limit", "-n"])] = 50,
    all: Annotated[bool, Parameter(negative="")] = False,  # noqa: A002  the name of the option
    common: Common | None = None,
) -> None:
    """List a seller's orders; cancelled ones only where --status cancelled asks for them.

    Args:
        status: such as paid; may be given several times.
        since: created from here on, such as 2026-05-01 or 2026-05-01T12:00-03:00; UTC without a zone.
        until: created until here.
        query: an order id, an item id, words of the title, or the buyer's nickname.
        newest_first: by closing date, the newest first.
        limit: at most so many.
        all: no limit.
    """
    asyncio.run(
        _list(
            common,
            None if all else _positive(limit),
            status=status or None,
            created_from=_moment(since),
            created_to=_moment(until),
            query=query,
            sort="date_desc" if newest_first else None,
        )
    )


async def _list(common: Common | None, limit: int | None, **filters: object) -> None:
    form = None if common is None else common.format
    size = min(limit or 50, 50)
    with Rows(COLUMNS, form, empty="No orders.") as rows, progress("orders", rows) as advance:
        async with seller_session(common) as session:
            paginator = session.orders.search(page_size=size, **filters)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
            async for page in paginator.pages():
                for order in page.items:
                    if limit is None or rows.count < limit:
                        rows.add(row_of(order), encode(order))
                total = page.total if limit is None or page.total is None else min(limit, page.total)
                advance(rows.count, total)
                if limit is not None and rows.count >= limit:
                    if page.total is not None and page.total > limit and rows.form == "table":
                        say(f"{limit} of {page.total:,} orders; --limit or --all shows more")
                    break
    if paginator.failed:
        say(f"meli: {len(paginator.failed)} orders could not be read: {paginator.failed[0]}")
        raise SystemExit(SOME_FAILED)


@app.command
def get(order_id: int, *, common: Common | None = None) -> None:
    """Show one order.

    Args:
        order_id: its number.
    """

    async def read() -> Order:
        async with seller_session(common) as session:
            return await session.orders.get(order_id)

    order = asyncio.run(read())
    show_one(encode(order), row_of(order), None if common is None else common.format)


def row_of(order: Order) -> dict[str, object]:
    """An order in the columns of a table."""
    lines = [
        f"{line.quantity} x {(line.item and (line.item.sku or line.item.id)) or '?'}" for line in order.order_items
    ]
    return {
        "id": order.id,
        "date_created": order.date_created,
        "status": order.status,
        "total_amount": order.total_amount,
        "currency_id": order.currency_id,
        "items": ", ".join(lines),
        "pack_id": order.pack_id,
        "shipment_id": order.shipping.id if order.shipping else None,
    }


def _moment(given: datetime | None) -> datetime | None:
    return given.replace(tzinfo=UTC) if given is not None and given.tzinfo is None else given


def _positive(limit: int | None) -> int | None:
    if limit is not None and limit < 1:
        message = f"--limit is at least 1, got {limit}; --all takes every order"
        raise InputError(message)
    return limit
