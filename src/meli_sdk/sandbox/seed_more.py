"""More of everything, for those who try what a large account does."""

from datetime import timedelta
from itertools import cycle
from typing import Final

from meli_sdk.sandbox.orders_life import add_order
from meli_sdk.sandbox.seed import LOCAL_SELLER_ID, LOCAL_SITE
from meli_sdk.sandbox.seed_stock import add_listing, add_product
from meli_sdk.sandbox.state import World
from meli_sdk.sandbox.stockroom import StockPlace

MOST: Final = 1_000_000
_DAYS: Final = 90
_STATUSES: Final = (*(("paid",) * 7), "cancelled", "payment_required", "partially_refunded")
_SHIPPED: Final = (
    ("me2", "drop_off", "ready_to_ship", "ready_to_print"),
    ("me2", "fulfillment", "delivered", None),
    ("custom", "custom", "pending", None),
)


def populate(world: World, *, orders: int, items: int) -> None:
    """Adds orders of the last ninety days and items, `SKU-000001` and on, to the Argentine seller.

    Raises:
        ValueError: a number outside 0 to 1,000,000.
    """
    for number in (orders, items):
        if not 0 <= number <= MOST:
            message = f"0 to {MOST:,} orders and items, got {number:,}"
            raise ValueError(message)
    for number in range(1, items + 1):
        _add_item(world, number)
    ids = cycle([listing.id for listing in world.listings.values() if listing.seller_id == LOCAL_SELLER_ID])
    apart = timedelta(days=_DAYS) / max(orders, 1)
    for number in range(orders):
        add_order(
            world,
            seller_id=LOCAL_SELLER_ID,
            status=_STATUSES[number % len(_STATUSES)],
            item_id=next(ids),
            quantity=1 + number % 3,
            unit_price=None,
            created=world.now() - timedelta(days=_DAYS) + number * apart,
            shipped=_SHIPPED[number % len(_SHIPPED)],
        )


def _add_item(world: World, number: int) -> None:
    title, sku = f"Articulo De Prueba {number}", f"SKU-{number:06d}"
    item_id, product_id = f"{LOCAL_SITE}{1_500_000_000 + number}", f"{LOCAL_SITE}U{5_000_000_000 + number}"
    listing = add_listing(world, LOCAL_SELLER_ID, item_id, title, sku, str(1000 + number))
    add_product(world, listing, product_id, [StockPlace(type="selling_address", quantity=number % 100)])
