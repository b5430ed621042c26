from meli_sdk import MeliSession
from meli_sdk.sandbox import Sandbox


async def test_my_import(meli_sandbox: Sandbox, meli_session: MeliSession) -> None:
    order = meli_sandbox.add_order(status="paid", quantity=2)
    found = await meli_session.orders.get(order.id)
    assert found.order_items[0].quantity == 2
