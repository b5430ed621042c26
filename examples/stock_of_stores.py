"""Moves stock between the stores of a seller, by the version that was read: python examples/stock_of_stores.py"""

import asyncio

from meli_sdk import MeliSession
from meli_sdk.models import StoreQuantity
from meli_sdk.sandbox import WAREHOUSE_SELLER_ID, Sandbox

PRODUCT = "MLMU3001122331"


async def main() -> None:
    async with (
        Sandbox(seed=1) as box,
        MeliSession(box.token(WAREHOUSE_SELLER_ID), user_id=WAREHOUSE_SELLER_ID, base_url=box.url) as session,
    ):
        stores = [store async for store in session.stock.stores()]
        print("stores:", ", ".join(str(store.id) for store in stores))
        stock = await session.stock.get(PRODUCT)
        print("version", stock.version, "holds", sum(place.quantity or 0 for place in stock.locations))
        rows = [StoreQuantity(str(store.id), 5) for store in stores[:2]]
        await session.stock.set(PRODUCT, rows, version=stock.version or 0)
        print("now", sum(place.quantity or 0 for place in (await session.stock.get(PRODUCT)).locations))


if __name__ == "__main__":
    asyncio.run(main())
