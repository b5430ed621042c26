"""User products of the sites and their families, over a real socket."""

from decimal import Decimal

import pytest

from meli_sdk import errors
from meli_sdk.models import FamilyContent, FamilyEdit, FamilyMember
from meli_sdk.models.items_requests import AttributeInput, UserProductCondition

ID, UP, OTHER = "MLA1402200117", "MLAU4001122331", "MLAU4001122348"
CONDITION = UserProductCondition(
    price=Decimal(21000),
    category_id="MLA3697",
    currency_id="ARS",
    buying_mode="buy_it_now",
    listing_type_id="gold_pro",
)


@pytest.fixture
def family(box):
    """Two user products of the Argentine seller as one family."""
    for product_id in (UP, OTHER):
        box.world.user_products[product_id].family_id = 9871
    return 9871


async def test_a_user_product_shows_what_its_items_are(box, local, opened):
    product = await local.items.user_products.get(UP)
    item = await local.items.get(ID)
    assert (product.id, product.user_id, product.name) == (UP, item.seller_id, item.title)
    assert [one.id for one in product.attributes] == [one.id for one in item.attributes]
    assert product.pictures == item.pictures
    assert (await local.items.user_products.family("MLA", int(product.family_id))).user_products_ids == (UP,)
    for session, product_id in ((local, "MLAU1"), (local, "MLMU3001122331")):
        with pytest.raises(errors.NotFoundError):
            await session.items.user_products.get(product_id)


async def test_a_further_condition_is_an_item_with_the_stock_of_its_product(local):
    added = await local.items.user_products.add_condition(UP, CONDITION)
    first = await local.items.get(ID)
    assert (added.price, added.listing_type_id, added.title) == (Decimal(21000), "gold_pro", first.title)
    await local.items.update(ID, {"available_quantity": 3})
    assert (await local.items.get(added.id)).available_quantity == 3
    with pytest.raises(errors.ValidationFailedError, match="listing_type_id"):
        await local.items.user_products.add_condition(UP, {"price": 5})
    with pytest.raises(errors.ValidationFailedError):
        await local.items.user_products.add_condition(UP, {"price": 0, **dict.fromkeys(("category_id", "currency_id", "buying_mode", "listing_type_id"), "x")})  # fmt: skip


async def test_a_family_is_changed_by_a_task_that_ends(local, family):
    edit = FamilyEdit(
        common_content=FamilyContent(
            family_name="Sonido Norte",
            domain_id="MLA-HEADPHONES",
            attributes=[AttributeInput("BRAND", value_name="Norte")],
        ),
        user_products=[
            FamilyMember(id=UP, attributes=[AttributeInput("MODEL", value_name="X2")]),
            FamilyMember(id=OTHER, attributes=[AttributeInput("MODEL", value_name="Delta")]),
        ],
    )
    started = await local.items.user_products.edit_family(family, edit)
    assert started.status == "processing"
    ended = await local.items.user_products.family_task(started.task_id)
    assert {one.id: one.status for one in ended.user_products} == {UP: "succeeded", OTHER: "succeeded"}
    assert (await local.items.user_products.get(UP)).name == "Sonido Norte"
    values = {one.id: one.value_name for one in (await local.items.get(ID)).attributes}
    assert (values["BRAND"], values["MODEL"]) == ("Norte", "X2")
    with pytest.raises(errors.NotFoundError, match="Task not found"):
        await local.items.user_products.family_task("mla_1")


async def test_an_incomplete_change_of_a_family_changes_nothing_and_names_its_causes(local, family):
    before = await local.items.user_products.get(UP)
    lonely = {"user_products": [{"id": UP, "attributes": [{"id": "MODEL", "value_name": "X9"}]}]}
    for edit, causes in (
        (lonely, [38]),
        ({"common_content": {"family_name": "x"}}, [33, 34, 35]),
        ({"user_products": [{"id": UP}, {"id": OTHER, "attributes": []}, {"attributes": []}]}, [36, 37]),
        ({"user_products": [{"id": one, "attributes": []} for one in (UP, OTHER, "MLAU1")]}, [39]),
    ):
        with pytest.raises(errors.ValidationFailedError) as raised:
            await local.items.user_products.edit_family(family, edit)
        assert [cause.cause_id for cause in raised.value.causes] == causes
    assert (await local.items.user_products.get(UP)).raw == before.raw


async def test_each_variation_of_a_migrated_item_becomes_an_item_with_its_stock(box, local):
    ups = local.items.user_products
    old = box.world.listings["MLA1402200124"]
    old.variations = [
        {
            "id": 174_100_001 + number,
            "price": old.price,
            "available_quantity": number + 2,
            "attribute_combinations": [{"id": "COLOR", "name": "Color", "value_id": None, "value_name": colour}],
            "attributes": [{"id": "SELLER_SKU", "name": "SKU", "value_id": None, "value_name": f"TER-{colour}"}],
        }
        for number, colour in enumerate(("Negro", "Verde"))
    ]
    with pytest.raises(errors.NotFoundError):
        await ups.migration(old.id)
    assert (await ups.migration_check(old.id)).item_id == old.id
    await ups.migrate(old.id)
    assert (await local.items.get(old.id)).status == "closed"
    made = await ups.migration(old.id)
    assert [one.variation_id for one in made.new_items] == [174_100_001, 174_100_002]
    items = [await local.items.get(one.new_item_id) for one in made.new_items]
    assert [(item.sku, item.available_quantity, item.price) for item in items] == [
        ("TER-Negro", 2, old.price),
        ("TER-Verde", 3, old.price),
    ]
    family = await ups.family("MLA", int((await ups.get(items[0].user_product_id)).family_id))
    assert set(family.user_products_ids) == {item.user_product_id for item in items}
    for item_id in (old.id, items[0].id):
        with pytest.raises(errors.BadRequestError):
            await ups.migration_check(item_id)
