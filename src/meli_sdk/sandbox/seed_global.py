"""The seeded Global Selling sales: single orders, a cart, and each way to ship."""

from datetime import timedelta
from typing import Final

from meli_sdk.sandbox.orders_life import add_order
from meli_sdk.sandbox.state import World

MEXICAN_ACCOUNT_ID: Final = 471_828_584
"""The Global Selling seller's account in Mexico, which sold them."""
_ITEMS: Final = ("MLM1487703748", "MLM1533802216")
_SALES: Final[tuple[tuple[str, int, tuple[str, str, str, str | None] | None], ...]] = (
    ("paid", 1, ("me2", "drop_off", "ready_to_ship", "ready_to_print")),
    ("paid", 2, ("me2", "drop_off", "ready_to_ship", "printed")),
    ("paid", 1, ("me1", "default", "handling", None)),
    ("paid", 1, ("me2", "fulfillment", "delivered", None)),
    ("payment_required", 1, None),
    ("cancelled", 1, ("me2", "drop_off", "cancelled", None)),
    ("paid", 1, ("me2", "cross_docking", "shipped", "out_for_delivery")),
)
"""Status, orders in the cart, and mode, logistic type, status and substatus of the shipment."""


def populate(world: World) -> None:
    """Adds sales and what hangs on the account to a seeded world."""
    world.desk.suggestions["CBT1234"] = [
        {"site_id": "MLB", "price": 11, "logistic_type": "remote"},
        {"site_id": "MLC", "price": 12, "logistic": "remote"},  # spelt in two ways
    ]
    world.desk.forewarned.extend(("CBT1702345118", "CBT946690995"))
    world.desk.references.add("MLM1487703748")
    for number, (status, size, shipped) in enumerate(_SALES):
        created = world.now() - timedelta(hours=5 + 31 * number)
        pack_id = world.new_order_id() if size > 1 else None
        shipment_id: int | None = None
        for line in range(size):
            order = add_order(
                world,
                seller_id=MEXICAN_ACCOUNT_ID,
                status=status,
                item_id=_ITEMS[line % len(_ITEMS)],
                quantity=1 + line,
                unit_price=None,
                created=created,
                shipped=shipped,
                pack_id=pack_id,
                shipment_id=shipment_id,
                buyer_id=230_000_000 + number,
            )
            shipment_id = order.shipment_id
