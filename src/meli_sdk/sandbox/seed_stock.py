"""The seeded stock: user products of the Argentine seller, and a Mexican one with several stores."""

from datetime import timedelta
from decimal import Decimal
from typing import Final

from meli_sdk.sandbox.seed import LOCAL_SELLER_ID
from meli_sdk.sandbox.seed_global import MEXICAN_ACCOUNT_ID
from meli_sdk.sandbox.state import Listing, User, World
from meli_sdk.sandbox.stockroom import Inventory, Movement, StockPlace, Store, UserProduct

WAREHOUSE_SELLER_ID: Final = 302_114_905
"""The seeded seller of Mexico with several stores (tags `warehouse_management` and `multiwarehouse`)."""
UP_TAG: Final = "user_product_seller"
_STORES: Final = (
    ("3100201", "MXP3100201", "Bodega Norte", "Monterrey", ("stock_location",)),
    ("3100202", "MXP3100202", "Bodega Sur", "Cancún/Benito Juárez", ("stock_location",)),
    ("3100203", "MXP3100203", "Mostrador", "Puebla", ()),
)
_IN_STORES: Final = (
    ("MLM2200110011", "MLMU3001122331", "Lampara Colgante Aurora", "LAM-AUR", "899.00", (15, 25)),
    ("MLM2200110028", "MLMU3001122348", "Repisa Flotante Encino", "REP-ENC", "449.50", (4, 0)),
)
_ONE_ADDRESS: Final = ("MLA1402200117", "MLAU4001122331")
_WITH_FLEX: Final = ("MLA1402200162", "MLAU4001122348", "SBXF10001", (5, 9))
_FULL_ONLY: Final = ("MLA1402200179", "MLAU4001122355", "SBXF10002", 30)


def populate(world: World) -> None:
    """Adds stores and user products to a seeded world."""
    _add_warehouse_seller(world)
    item_id, product_id = _ONE_ADDRESS
    listing = world.listings[item_id]
    add_product(world, listing, product_id, [StockPlace(type="selling_address", quantity=listing.available_quantity)])
    item_id, product_id, inventory_id, (held, beside) = _WITH_FLEX
    listing = _add_local(world, item_id, "Parlante Portatil Delta Mini", "PAR-DELTA", inventory_id)
    listing.shipping_tags = ("self_service_in",)
    places = [StockPlace(type="meli_facility", quantity=held), StockPlace(type="selling_address", quantity=beside)]
    add_product(world, listing, product_id, places)
    item_id, product_id, inventory_id, held = _FULL_ONLY
    listing = _add_local(world, item_id, "Cargador Pared Veloz 20w", "CAR-V20", inventory_id)
    add_product(world, listing, product_id, [StockPlace(type="meli_facility", quantity=held)])

    _add_inventory(world, Inventory(id="SBXF10001", seller_id=LOCAL_SELLER_ID, item_id=_WITH_FLEX[0], available=5))
    damaged = {"damaged": 2, "lost": 1, "noFiscalCoverage": 1}
    held_only = Inventory(
        id="SBXF10002", seller_id=LOCAL_SELLER_ID, item_id=item_id, available=held, unavailable=damaged
    )
    _add_inventory(world, held_only)
    _add_inventory(world, Inventory(id="SBXG20001", seller_id=MEXICAN_ACCOUNT_ID, item_id="MLM1533802216", available=7))


def _add_inventory(world: World, inventory: Inventory) -> None:
    """The inventory, with a reception and the sales that left of it."""
    world.inventories[inventory.id] = inventory
    sold = 4
    left = inventory.available + sold
    first = Movement(
        id=world.new_number(9),
        inventory_id=inventory.id,
        seller_id=inventory.seller_id,
        type="INBOUND_RECEPTION",
        created=world.now() - timedelta(days=10),
        change=left,
        available=left,
    )
    world.movements.append(first)
    for number in range(sold):
        left -= 1
        sale = Movement(
            id=world.new_number(9),
            inventory_id=inventory.id,
            seller_id=inventory.seller_id,
            type="SALE_CONFIRMATION",
            created=world.now() - timedelta(days=9 - 2 * number),
            change=-1,
            available=left,
            shipment_id=world.new_shipment_id(),
        )
        world.movements.append(sale)


def _add_warehouse_seller(world: World) -> None:
    world.users[WAREHOUSE_SELLER_ID] = User(
        id=WAREHOUSE_SELLER_ID,
        nickname="DEPOSITOSANDBOX",
        site_id="MLM",
        country_id="MX",
        registered=world.now() - timedelta(days=1500),
        tags=(UP_TAG, "warehouse_management", "multiwarehouse"),
    )
    for store_id, node, description, city, tags in _STORES:
        world.stores[store_id] = Store(
            id=store_id,
            user_id=WAREHOUSE_SELLER_ID,
            description=description,
            city=city,
            network_node_id=node,
            tags=tags,
        )
    stores = list(world.stores.values())
    for item_id, product_id, title, sku, price, quantities in _IN_STORES:
        listing = add_listing(world, WAREHOUSE_SELLER_ID, item_id, title, sku, price)
        places = [
            StockPlace(
                type="seller_warehouse", quantity=units, store_id=store.id, network_node_id=store.network_node_id
            )
            for store, units in zip(stores, quantities, strict=False)
        ]
        add_product(world, listing, product_id, places)


def add_listing(world: World, seller_id: int, item_id: str, title: str, sku: str, price: str) -> Listing:
    """An item of a seller's site, without stock of its own."""
    created = world.now() - timedelta(days=80)
    site_id = item_id[:3]
    listing = world.listings[item_id] = Listing(
        id=item_id,
        site_id=site_id,
        seller_id=seller_id,
        owner_id=seller_id,
        title=title,
        category_id=next(world.leaves(site_id)).id,
        price=Decimal(price),
        currency_id="ARS" if site_id == "MLA" else "MXN",
        available_quantity=0,
        created=created,
        updated=created,
        listing_type_id="gold_special",
        description=f"{title}. Producto de prueba.",
        attributes=[{"id": "SELLER_SKU", "name": "SKU", "value_id": None, "value_name": sku}],
    )
    return listing


def _add_local(world: World, item_id: str, title: str, sku: str, inventory_id: str) -> Listing:
    listing = add_listing(world, LOCAL_SELLER_ID, item_id, title, sku, "21500.00")
    listing.logistic_type, listing.inventory_id = "fulfillment", inventory_id
    return listing


def add_product(world: World, listing: Listing, product_id: str, places: list[StockPlace]) -> None:
    """The user product that holds an item's stock."""
    product = world.user_products[product_id] = UserProduct(
        id=product_id,
        user_id=listing.seller_id,
        name=listing.title,
        domain_id=f"{listing.site_id}-SANDBOX_GOODS",
        inventory_id=listing.inventory_id,
        places=places,
    )
    listing.user_product_id = product.id
    world.settle_stock(product)
