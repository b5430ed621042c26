"""`meli items list|get`."""

import asyncio
from typing import Annotated, Final

from cyclopts import App, Parameter

from meli_sdk.cli.failures import SOME_FAILED
from meli_sdk.cli.output import Rows, say, show_one
from meli_sdk.cli.progress import progress
from meli_sdk.cli.sellers_session import Common, seller_session
from meli_sdk.codec import encode
from meli_sdk.models.items import Item

app: App = App(name="items", help="Read items.", help_format="plaintext")
COLUMNS: Final = ("id", "title", "sku", "price", "currency_id", "available_quantity", "status")


@app.command(name="list")
def list_(
    *,
    status: Annotated[tuple[str, ...], Parameter(negative="")] = (),
    sku: str | None = None,
    limit: Annotated[int | None, Parameter(name=["--limit", "-n"])] = 50,
    all: Annotated[bool, Parameter(negative="")] = False,  # noqa: A002  the name of the option
    common: Common | None = None,
) -> None:
    """List a seller's items.

    Args:
        status: such as active or paused; may be given several times.
        sku: of the SELLER_SKU attribute.
        limit: at most so many.
        all: no limit.
    """
    failed = asyncio.run(_list(common, None if all else limit, status, sku))
    if failed:
        raise SystemExit(SOME_FAILED)


async def _list(common: Common | None, limit: int | None, status: tuple[str, ...], sku: str | None) -> int:
    failed = 0
    form = None if common is None else common.format
    with Rows(COLUMNS, form, empty="No items.") as rows, progress("items", rows) as advance:
        async with seller_session(common) as session:
            left = limit
            async for page in session.items.search(status=status or None, seller_sku=sku).pages():
                ids = page.items if left is None else page.items[:left]
                async for result in session.items.get_many(ids):
                    if result.item is None:
                        failed += 1
                        say(f"meli: {result.item_id}: {result.error}")
                    else:
                        rows.add(row_of(result.item), encode(result.item))
                    advance(rows.count, page.total if limit is None or page.total is None else min(limit, page.total))
                if left is not None:
                    left -= len(ids)
                    if left <= 0:
                        break
    return failed


@app.command
def get(item_id: str, *, common: Common | None = None) -> None:
    """Show one item.

    Args:
        item_id: such as MLA1402200117.
    """

    async def read() -> Item:
        async with seller_session(common) as session:
            return await session.items.get(item_id, all_attributes=True)

    item = asyncio.run(read())
    show_one(encode(item), row_of(item), None if common is None else common.format)


def row_of(item: Item) -> dict[str, object]:
    """An item in the columns of a table."""
    return {
        "id": item.id,
        "title": item.title,
        "sku": item.sku,
        "price": item.price,
        "currency_id": item.currency_id,
        "available_quantity": item.available_quantity,
        "status": item.status,
    }
