"""Each key of the marketplace page's bodies is a typed attribute. Shapes are the page's, values invented."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from meli_sdk.codec import decode, encode
from meli_sdk.models import CategoryAttribute, Listing, MarketplaceItem, MarketplaceUser, SaleTerm

USER = {
    "user_id": 900100,
    "site_id": "CBT",
    "marketplaces": [
        {"user_id": 900101, "site_id": "MLM", "logistic_type": "remote"},
        {"user_id": "900102", "site_id": "MLB", "logistic_type": "fulfillment"},
    ],
}
LISTING = {
    "action": "POST",
    "item_id": "MLM2000001",
    "parent_id": "CBT9000001",
    "logistic_type": "remote",
    "site_id": "MLM",
    "errors": None,
}
ITEM = {
    "id": "MLM2000001",
    "site_id": "MLM",
    "date_created": "2025-02-03T04:05:06Z",
    "title": "Guirnalda Faro 12m",
    "descriptions": [],
    "attributes": [
        {"id": "SELLER_SKU", "name": "SKU", "value_id": "", "value_name": "FARO-12"},
        {"id": "ITEM_CONDITION", "name": "Condición del ítem", "value_id": "2230284", "value_name": "Nuevo"},
    ],
    "listing_type_id": "gold_pro",
    "permalink": "https://articulo.example.com/MLM-2000001",
    "shipping": {
        "mode": "me2",
        "free_shipping": True,
        "logistic_type": "drop_off",
        "dimensions": "",
        "tags": ["cbt_fulfillment"],
    },
    "status": "active",
    "sub_status": ["out_of_stock"],
    "tags": ["cbt_item", "immediate_payment"],
    "warranty": "Sin garantía",
    "catalog_product_id": None,
    "domain_id": "MLM-STRING_LIGHTS",
    "international_delivery_mode": "none",
    "inventory_id": "",
    "category_id": "MLM1055",
    "official_store_id": None,
    "sold_quantity": 0,
    "available_quantity": 0,
    "last_updated": "2025-02-04T04:05:06.789-04:00",
    "seller_id": 900101,
    "price": 11.23,
    "original_price": 0,
    "currency_id": "USD",
    "base_exchange_rate": 17.058,
    "user_logistic_type": "fulfillment",
    "owner_id": 900100,
    "cbt_item_id": "CBT9000001",
    "variations": [{"id": 17, "attributes": [{"id": "SELLER_SKU", "value_name": "FARO-12-R"}], "item_relations": []}],
    "item_relations": [],
}
TYPED = {
    "date_created": datetime(2025, 2, 3, 4, 5, 6, tzinfo=UTC),
    "last_updated": datetime(2025, 2, 4, 8, 5, 6, 789000, tzinfo=UTC),
    "price": Decimal("11.23"),
    "original_price": Decimal(0),
    "base_exchange_rate": Decimal("17.058"),
    "descriptions": (),
    "item_relations": (),
    "sub_status": ("out_of_stock",),
    "tags": ("cbt_item", "immediate_payment"),
}
NESTED = ("attributes", "shipping", "variations")


def test_a_user_and_its_marketplaces_are_typed():
    user = decode(MarketplaceUser, USER)
    assert (user.user_id, user.site_id) == (900100, "CBT")
    assert [(row.user_id, row.site_id, row.logistic_type) for row in user.marketplaces] == [
        (900101, "MLM", "remote"),
        (900102, "MLB", "fulfillment"),
    ]


def test_where_a_user_may_publish_is_told_by_site_and_logistic_type():
    user = decode(MarketplaceUser, USER)
    assert user.targets == (("MLM", "remote"), ("MLB", "fulfillment"))
    assert user.allows("MLB", "fulfillment")
    assert not user.allows("MLB", "remote")


@pytest.mark.parametrize("key", LISTING)
def test_every_key_of_a_listing_row_is_typed(key):
    assert getattr(decode(Listing, LISTING), key) == LISTING[key]


def test_the_errors_of_a_row_are_typed():
    error = {"message": "m", "error": "bad_request", "status": 400, "cause": [{"code": "x", "message": "y"}]}
    row = decode(Listing, {**LISTING, "item_id": None, "errors": [error]})
    assert (row.errors[0].status, row.errors[0].cause[0].code) == (400, "x")


@pytest.mark.parametrize("key", [key for key in ITEM if key not in NESTED])
def test_every_key_of_an_item_is_typed(key):
    item = decode(MarketplaceItem, ITEM)
    assert getattr(item, key) == TYPED.get(key, ITEM[key])


def test_an_attribute_has_id_name_and_value():
    first = decode(MarketplaceItem, ITEM).attributes[0]
    assert (first.id, first.name, first.value_id, first.value_name) == ("SELLER_SKU", "SKU", "", "FARO-12")


def test_the_shipping_of_an_item_is_typed():
    shipping = decode(MarketplaceItem, ITEM).shipping
    assert (shipping.mode, shipping.free_shipping, shipping.logistic_type) == ("me2", True, "drop_off")
    assert (shipping.dimensions, shipping.tags) == ("", ("cbt_fulfillment",))


def test_variations_keep_their_sku():
    assert [variation.sku for variation in decode(MarketplaceItem, ITEM).variations] == ["FARO-12-R"]


def test_the_sku_is_the_seller_sku_attribute():
    assert decode(MarketplaceItem, ITEM).sku == "FARO-12"
    assert decode(MarketplaceItem, {"attributes": [{"id": "GTIN", "value_name": "1"}]}).sku is None


def test_empty_text_and_zero_stay_as_they_came():
    item = decode(MarketplaceItem, ITEM)
    assert (item.inventory_id, item.sold_quantity, item.original_price) == ("", 0, 0)


@pytest.mark.parametrize("key", ITEM)
def test_a_key_that_is_missing_or_null_is_no_error(key):
    without = {name: value for name, value in ITEM.items() if name != key}
    for body in (without, {**ITEM, key: None}):
        assert getattr(decode(MarketplaceItem, body), key) in (None, ())


def test_what_nobody_documented_is_kept_and_goes_back_out():
    body = {**ITEM, "brand_new": {"a": [1, 2.50]}}
    item = decode(MarketplaceItem, body)
    assert item.raw["brand_new"] == {"a": [1, Decimal("2.50")]}
    assert decode(MarketplaceItem, encode(item)) == item


def test_a_category_attribute_is_typed():
    found = decode(
        CategoryAttribute,
        {
            "id": "GTIN14",
            "name": "GTIN-14",
            "tags": {"hidden": True, "multivalued": True},
            "hierarchy": "PRODUCT_IDENTIFIER",
            "relevance": 2,
            "type": "product_identifier",
            "value_type": "string",
            "value_max_length": 255,
        },
    )
    assert (found.id, found.name, found.hierarchy, found.relevance) == ("GTIN14", "GTIN-14", "PRODUCT_IDENTIFIER", 2)
    assert (found.type, found.value_type, found.value_max_length) == ("product_identifier", "string", 255)
    assert found.tags["multivalued"] is True


def test_a_sale_term_is_typed():
    found = decode(
        SaleTerm,
        {
            "id": "WARRANTY_TIME",
            "name": "Warranty time",
            "tags": {},
            "hierarchy": "SALE_TERMS",
            "relevance": 2,
            "value_type": "number_unit",
            "value_max_length": 255,
            "values": [{"id": "2230280", "name": "Seller warranty"}],
            "allowed_units": [{"id": "days", "name": "days"}],
            "default_unit": "months",
        },
    )
    assert (found.value_type, found.default_unit) == ("number_unit", "months")
    assert (found.values[0].id, found.allowed_units[0].name) == ("2230280", "days")
