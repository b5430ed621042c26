"""Shipments, items, categories, users: one read each, its wrong ids, what is missing."""

from decimal import Decimal

import pytest

from meli_sdk.errors import InputError, ItemNotFoundError, NotFoundError
from meli_sdk.models import Shipment
from meli_sdk.sandbox import GLOBAL_SELLER_ID, LOCAL_SELLER_ID


async def test_both_bodies_of_a_shipment_are_one_model(box, local):
    shipment_id = next(iter(box.world.shipments))
    new = await local.shipments.get(shipment_id)
    legacy = await local.request("GET", f"/shipments/{shipment_id}", model=Shipment)
    assert box.requests[0].headers["x-format-new"] == "true"
    assert "x-format-new" not in box.requests[1].headers
    assert new.raw.keys() != legacy.raw.keys()
    same = ("id", "status", "substatus", "shipping_mode", "tracking_number")
    assert [getattr(new, name) for name in same] == [getattr(legacy, name) for name in same]


async def test_an_item_names_its_sku_and_price(box, local):
    item = await local.items.get("MLA1402200117")
    assert (item.sku, item.price, item.seller_id) == ("AUR-X2", Decimal("18999.90"), LOCAL_SELLER_ID)


async def test_only_the_fields_asked_for_are_fetched(box, local):
    item = await local.items.get("MLA1402200117", attributes=["id", "price"])
    assert box.requests[-1].query == {"attributes": "id,price"}
    assert (item.id, item.price, item.title) == ("MLA1402200117", Decimal("18999.90"), None)


async def test_an_item_that_is_not_there_names_its_id(local):
    with pytest.raises(ItemNotFoundError) as raised:
        await local.items.get("MLA999999999")
    assert raised.value.item_id == "MLA999999999"


async def test_categories_have_roots_paths_and_limits(local):
    roots = await local.categories.roots("MLA")
    assert roots
    category = await local.categories.get("CBT5849")
    assert category.settings.max_title_length == 60
    assert category.id == "CBT5849"


async def test_what_a_category_asks_for_is_read_anew_each_time_and_by_category(box, local):
    first, again = await local.categories.attributes("CBT5849"), await local.categories.attributes("CBT5849")
    assert first == again
    await local.categories.sale_terms("CBT5849")
    await local.categories.sale_terms("CBT5849")
    assert [call.path for call in box.requests] == [
        *("/categories/CBT5849/attributes", "/categories/CBT5849/attributes"),
        *("/categories/CBT5849/sale_terms", "/categories/CBT5849/sale_terms"),
    ]


async def test_me_is_the_seller_of_the_token_and_others_show_less(local):
    me = await local.users.me()
    assert (me.id, me.site_id) == (LOCAL_SELLER_ID, "MLA")
    assert me.email
    other = await local.users.get(GLOBAL_SELLER_ID)
    assert (other.site_id, other.email) == ("CBT", None)
    with pytest.raises(NotFoundError):
        await local.users.get(1)


BAD_IDS = {
    "shipments.get": ("shipment_id", ["", "../1", "https://example.com/1", -5, None]),
    "items.get": ("item_id", ["", "../MLA1", "MLA", "MLA1/../2", "XXX123", 5, "MLA1\n", "MLA" + "1" * 16]),
    "categories.get": ("category_id", ["", "..", "5849", "CBT58/49"]),
    "categories.attributes": ("category_id", ["", "CBT"]),
    "categories.sale_terms": ("category_id", ["CBT 5849"]),
    "categories.roots": ("site_id", ["", "mla", "MLX", "../MLA", None]),
    "users.get": ("user_id", ["", "me", 0]),
    "marketplace.get": ("item_id", ["", "../CBT1"]),
    "marketplace.user": ("user_id", ["x", 0]),
    "marketplace.quota": ("site_id", ["MLX"]),
}


@pytest.mark.parametrize(
    ("method", "name", "value"),
    [(method, name, value) for method, (name, values) in BAD_IDS.items() for value in values],
)
async def test_a_wrong_id_names_itself_and_nothing_is_sent(me, fake, method, name, value):
    resource, verb = method.split(".")
    with pytest.raises(InputError, match=f"{name} must"):
        await getattr(getattr(me, resource), verb)(value)
    assert fake.paths() == []


async def test_an_address_given_as_id_is_answered_with_the_id_in_it(me):
    with pytest.raises(InputError, match="did you mean MLM1487703748"):
        await me.items.get("https://articulo.example.com/MLM-1487703748-luces-_JM")
