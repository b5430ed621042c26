"""The seeded data set: two sellers and what they sell. The same seed makes the same ids."""

from datetime import timedelta
from decimal import Decimal
from typing import Final

from meli_sdk.sandbox.errors import JsonObject
from meli_sdk.sandbox.orders_book import Order
from meli_sdk.sandbox.orders_life import add_order, add_payment
from meli_sdk.sandbox.state import App, AppCredentials, Category, Listing, User, World
from meli_sdk.sites import GLOBAL_SELLING

LOCAL_SELLER_ID: Final = 118_320_047
"""The seeded seller of Argentina, who has the orders."""
GLOBAL_SELLER_ID: Final = 471_826_944
"""The seeded Global Selling seller; its id is the one the marketplace page uses."""
LOCAL_SITE: Final = "MLA"

_MARKETPLACES: Final = ((471_828_584, "MLM", "MX"), (471_830_260, "MLB", "BR"), (538_932_857, "MLC", "CL"))
_PERMISSIONS: Final = (
    "Read and write your listings",
    "Read and write your sales and shipments",
    "Stay connected while you are away",
)
_ORDER_SPACING: Final = timedelta(hours=9)
_COLOURS: Final = (("52049", "Negro"), ("52055", "Blanco"), ("52028", "Azul"))
_LOCAL_GOODS: Final = (
    ("MLA1402200117", "Auriculares Inalambricos Norte X2", "AUR-X2", "18999.90"),
    ("MLA1402200124", "Termo Acero Andino 1 Litro", "TER-AND-1L", "27450.00"),
    ("MLA1402200131", "Lampara De Escritorio Led Faro", "LAM-FARO", "15320.50"),
    ("MLA1402200148", "Mochila Urbana Sierra 25l", "MOC-S25", "43999.00"),
    ("MLA1402200155", "Teclado Mecanico Pampa Tkl", "TEC-TKL", "61250.75"),
)
_STATUSES: Final = (
    *(("paid",) * 32),
    *(("confirmed",) * 4),
    *(("payment_required",) * 4),
    *(("payment_in_process",) * 5),
    *(("partially_paid",) * 5),
    *(("partially_refunded",) * 3),
    *(("pending_cancel",) * 2),
    *(("cancelled",) * 8),
    *(("invalid",) * 2),
)
_PACKS: Final = (2, 3, 2)
"""Sizes of the packs, the newest paid orders."""
_SHIPPED: Final[tuple[tuple[str, str, str, str | None] | None, ...]] = (
    ("me2", "drop_off", "ready_to_ship", "ready_to_print"),
    ("me2", "cross_docking", "shipped", "out_for_delivery"),
    ("me2", "fulfillment", "delivered", None),
    ("me1", "default", "ready_to_ship", None),
    ("custom", "custom", "pending", None),
    ("me2", "self_service", "ready_to_ship", "ready_to_print"),
    ("me2", "xd_drop_off", "pending", "buffered"),
    None,
)
"""Mode, logistic type, status and substatus, in turn; None: to be agreed with the buyer."""


def populate(world: World, *, redirect_uris: tuple[str, ...], requires_pkce: bool) -> AppCredentials:
    """Fills a new world.

    Args:
        world: an empty one.
        redirect_uris: the addresses registered for the application.
        requires_pkce: whether the application was registered with PKCE.
    """
    client_id = 7_000_000_000_000_000 + world.new_number(15)
    credentials = AppCredentials(client_id=client_id, client_secret=world.new_hex(32))
    world.apps[client_id] = App(
        credentials=credentials,
        name="Sandbox Order Manager",
        permissions=_PERMISSIONS,
        redirect_uris=redirect_uris,
        requires_pkce=requires_pkce,
    )
    _add_users(world)
    for category in _categories():
        world.categories[category.id] = category
    _add_local_listings(world)
    _add_global_listings(world)
    _add_orders(world)
    return credentials


def _add_users(world: World) -> None:
    registered = world.now() - timedelta(days=1500)
    world.users[LOCAL_SELLER_ID] = User(
        id=LOCAL_SELLER_ID, nickname="TIENDASANDBOX", site_id=LOCAL_SITE, country_id="AR", registered=registered
    )
    world.users[GLOBAL_SELLER_ID] = User(
        id=GLOBAL_SELLER_ID, nickname="GLOBALSANDBOX", site_id=GLOBAL_SELLING, country_id="US", registered=registered
    )
    for user_id, site_id, country_id in _MARKETPLACES:
        world.users[user_id] = User(
            id=user_id,
            nickname=f"GLOBALSANDBOX{site_id}",
            site_id=site_id,
            country_id=country_id,
            registered=registered,
            parent_id=GLOBAL_SELLER_ID,
            logistic_type="remote",
        )


def attribute(attribute_id: str, name: str, hierarchy: str, *tags: str, **more: object) -> JsonObject:
    """An attribute as `/categories/{id}/attributes` shows it; `more` adds fields, or other values of them."""
    return {
        "id": attribute_id,
        "name": name,
        "tags": dict.fromkeys(tags, True),
        "hierarchy": hierarchy,
        "relevance": 1,
        "value_type": "string",
        "value_max_length": 255,
        "attribute_group_id": "OTHERS",
        "attribute_group_name": "Others",
        **more,
    }


def _units(*names: str) -> list[JsonObject]:
    return [{"id": name, "name": name} for name in names]


def _attributes() -> tuple[JsonObject, ...]:
    lengths = {"value_type": "number_unit", "allowed_units": _units("cm", "in", "m"), "default_unit": "cm"}
    weights = {"value_type": "number_unit", "allowed_units": _units("g", "kg", "lb"), "default_unit": "g"}
    conditions = [{"id": "2230284", "name": "New"}]
    return (
        attribute("BRAND", "Brand", "PARENT_PK", "catalog_required"),
        attribute("MODEL", "Model", "PARENT_PK", "catalog_required"),
        attribute(
            "GTIN14",
            "GTIN-14",
            "PRODUCT_IDENTIFIER",
            "hidden",
            "multivalued",
            "variation_attribute",
            "used_hidden",
            "validate",
            relevance=2,
            type="product_identifier",
        ),
        attribute("COLOR", "Color", "CHILD_PK", "allow_variations", "defines_picture", type="color"),
        attribute("ITEM_CONDITION", "Item condition", "ITEM", "hidden", value_type="list", values=conditions),
        attribute("SELLER_SKU", "SKU", "ITEM", "hidden", "variation_attribute"),
        attribute("PACKAGE_HEIGHT", "Package height", "ITEM", "hidden", "required", **lengths),
        attribute("PACKAGE_WIDTH", "Package width", "ITEM", "hidden", "required", **lengths),
        attribute("PACKAGE_LENGTH", "Package length", "ITEM", "hidden", "required", **lengths),
        attribute("PACKAGE_WEIGHT", "Package weight", "ITEM", "hidden", "required", **weights),
    )


def _sale_terms() -> tuple[JsonObject, ...]:
    kinds = (("2230280", "Seller warranty"), ("2230279", "Factory warranty"), ("6150835", "No warranty"))
    return (
        {
            "id": "WARRANTY_TYPE",
            "name": "Type of warranty",
            "tags": {},
            "hierarchy": "SALE_TERMS",
            "relevance": 2,
            "value_type": "list",
            "values": [{"id": value_id, "name": name} for value_id, name in kinds],
        },
        {
            "id": "WARRANTY_TIME",
            "name": "Warranty time",
            "tags": {},
            "hierarchy": "SALE_TERMS",
            "relevance": 2,
            "value_type": "number_unit",
            "value_max_length": 255,
            "allowed_units": _units("days", "months", "years"),
            "default_unit": "months",
        },
    )


def _categories() -> list[Category]:
    attributes, sale_terms = _attributes(), _sale_terms()
    roots = (
        Category(id="CBT1039", name="Cameras and Accessories"),
        Category(id="CBT1574", name="Home and Decoration"),
        Category(id="MLA1000", name="Electrónica, Audio y Video"),
        Category(id="MLM1574", name="Hogar, Muebles y Jardín"),
        Category(id="MLB1574", name="Casa, Móveis e Decoração"),
        Category(id="MLC1574", name="Hogar y Muebles"),
    )
    leaves = (
        ("CBT5849", "Cables", "CBT1039", "CBT-PHOTOGRAPHY_ACCESSORIES"),
        ("CBT12683", "String Lights", "CBT1574", "CBT-STRING_LIGHTS"),
        ("MLA3697", "Auriculares", "MLA1000", "MLA-HEADPHONES"),
        ("MLM189530", "Luces Decorativas", "MLM1574", "MLM-STRING_LIGHTS"),
        ("MLB189530", "Luzes Decorativas", "MLB1574", "MLB-STRING_LIGHTS"),
        ("MLC189530", "Luces Decorativas", "MLC1574", "MLC-STRING_LIGHTS"),
    )
    return [
        *roots,
        *(
            Category(
                id=category_id, name=name, parent_id=root, domain=domain, attributes=attributes, sale_terms=sale_terms
            )
            for category_id, name, root, domain in leaves
        ),
    ]


def _value(attribute_id: str, name: str, value_id: str | None, value_name: str) -> JsonObject:
    return {"id": attribute_id, "name": name, "value_id": value_id, "value_name": value_name}


def _add_local_listings(world: World) -> None:
    for number, (item_id, title, sku, price) in enumerate(_LOCAL_GOODS):
        created = world.now() - timedelta(days=200 - number)
        world.listings[item_id] = Listing(
            id=item_id,
            site_id=LOCAL_SITE,
            seller_id=LOCAL_SELLER_ID,
            owner_id=LOCAL_SELLER_ID,
            title=title,
            category_id="MLA3697",
            price=Decimal(price),
            currency_id="ARS",
            available_quantity=12 + 7 * number,
            sold_quantity=13,
            listing_type_id="gold_special",
            created=created,
            updated=created,
            description=f"{title}. Producto de prueba.",
            attributes=[_value("SELLER_SKU", "SKU", None, sku)],
            sale_terms=[_value("WARRANTY_TYPE", "Tipo de garantía", "6150835", "Sin garantía")],
        )


def _global_listing(world: World, item_id: str, title: str, sku: str, price: str, quantity: int) -> Listing:
    created = world.now() - timedelta(days=90)
    listing = Listing(
        id=item_id,
        site_id=GLOBAL_SELLING,
        seller_id=GLOBAL_SELLER_ID,
        owner_id=GLOBAL_SELLER_ID,
        title=title,
        category_id="CBT12683",
        price=Decimal(price),
        currency_id="USD",
        available_quantity=quantity,
        created=created,
        updated=created,
        description=f"{title}. Test product.",
        attributes=[
            _value("BRAND", "Brand", None, "Lumenova"),
            _value("ITEM_CONDITION", "Item condition", "2230284", "New"),
            _value("SELLER_SKU", "SKU", None, sku),
        ],
        sale_terms=[
            _value("WARRANTY_TYPE", "Type of warranty", "2230279", "Factory warranty"),
            _value("WARRANTY_TIME", "Warranty time", None, "90 days"),
        ],
    )
    world.listings[item_id] = listing
    return listing


def _add_child(world: World, parent: Listing, item_id: str, title: str, variations: list[JsonObject]) -> Listing:
    child = world.listings[item_id] = Listing(
        id=item_id,
        site_id="MLM",
        seller_id=471_828_584,
        owner_id=GLOBAL_SELLER_ID,
        title=title,
        category_id="MLM189530",
        price=parent.price,
        currency_id="USD",
        available_quantity=parent.available_quantity,
        created=parent.created,
        updated=parent.updated,
        description=f"{title}. Producto de prueba.",
        attributes=list(parent.attributes),
        sale_terms=list(parent.sale_terms),
        variations=variations,
        parent_id=parent.id,
        logistic_type="remote",
    )
    return child


def _add_global_listings(world: World) -> None:
    _global_listing(world, "CBT1234", "Lumenova Solar Lantern L20 Outdoor", "LAN-L20", "10.50", 40)
    parent = _global_listing(world, "CBT1702345118", "Lumenova Fairy Lights F100 Warm", "FAI-F100", "12.90", 25)
    _add_child(world, parent, "MLM1487703748", "Luces Lumenova F100", [])
    parent = _global_listing(world, "CBT946690995", "Lumenova Curtain Lights C300", "CUR-C300", "21.75", 30)
    variations: list[JsonObject] = [
        {
            "id": 174_220_300 + number,
            "price": parent.price,
            "currency_id": "USD",
            "available_quantity": 10,
            "sold_quantity": 0,
            "attribute_combinations": [_value("COLOR", "Color", value_id, colour)],
            "attributes": [_value("SELLER_SKU", "SKU", None, f"CUR-C300-{number}")],
            "picture_ids": [],
            "item_relations": [],
        }
        for number, (value_id, colour) in enumerate(_COLOURS)
    ]
    deletable = _add_child(world, parent, "MLM1533802216", "Cortina De Luces Lumenova C300", variations)
    deletable.status = "paused"  # the page deletes it as it stands


def _add_orders(world: World) -> None:
    sizes = list(_PACKS)
    pack_id: int | None = None
    shipment_id: int | None = None
    left = 0
    created = world.now()
    for number, status in enumerate(_STATUSES):
        item_id = _LOCAL_GOODS[number % len(_LOCAL_GOODS)][0]
        shipped = _SHIPPED[0] if left else _SHIPPED[number % len(_SHIPPED)]
        if left == 0:
            created = world.now() - timedelta(hours=2) - _ORDER_SPACING * (number * 29 % len(_STATUSES))
            pack_id = shipment_id = None
            if status == "paid" and sizes:
                left, pack_id, shipped = sizes.pop(), world.new_order_id(), _SHIPPED[0]
        order = add_order(
            world,
            seller_id=LOCAL_SELLER_ID,
            status=status,
            item_id=item_id,
            quantity=1 + number % 3,
            unit_price=None,
            created=created,
            shipped=shipped,
            pack_id=pack_id,
            shipment_id=shipment_id,
            buyer_id=None if not left else 220_000_000 + len(sizes),
        )
        if left:
            left -= 1
            shipment_id = order.shipment_id
        _decorate(world, order, number)


def _decorate(world: World, order: Order, number: int) -> None:
    """Adds what a few orders have beside their status."""
    if number == len(_COLOURS):
        order.tags.append("fraud_risk_detected")
    elif number == len(_COLOURS) + 1:
        rejected = add_payment(world, order, "rejected", "cc_rejected_insufficient_amount", order.total, order.created)
        order.payments.insert(0, rejected)
    elif number % 10 == 0:
        value_id, colour = _COLOURS[number % len(_COLOURS)]
        order.variation_id = 174_100_000 + number
        order.variation_attributes = [_value("COLOR", "Color", value_id, colour)]
