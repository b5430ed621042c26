"""Finds the orders of a Global Selling account, and reads one whole with its parcel: python examples/global_selling_orders.py"""

import asyncio

from meli_sdk import MeliSession
from meli_sdk.sandbox import GLOBAL_SELLER_ID, Sandbox


async def main() -> None:
    async with (
        Sandbox(seed=1) as box,
        MeliSession(box.token(GLOBAL_SELLER_ID), user_id=GLOBAL_SELLER_ID, base_url=box.url) as session,
    ):
        box.add_order(seller_id=GLOBAL_SELLER_ID, status="paid", quantity=2)
        user = await session.marketplace.user()
        print("sells in", ", ".join(f"{row.site_id} ({row.logistic_type})" for row in user.marketplaces))
        async for sale in session.marketplace.orders.search():
            print(sale)


if __name__ == "__main__":
    asyncio.run(main())
