"""Variations of an item, together and one by one: over a real socket, against the sandbox."""

import json
from decimal import Decimal

import pytest
from tests.goods import attributes, goods, variation

from meli_sdk import errors
from meli_sdk.codec import encode
from meli_sdk.models import AttributeInput, NewItem, RelistedVariation, Relisting, VariationInput
from meli_sdk.sandbox import Sandbox


def writes(box: Sandbox) -> list[str]:
    return [f"{one.method} {one.path}" for one in box.requests if one.method != "GET"]


def varied(*variations: VariationInput) -> NewItem:
    return goods(variations=list(variations))


async def test_variations_have_ids_and_stock_of_their_own_and_are_found_by_their_skus(local):
    item = await local.items.create(varied(variation("Azul", 4), variation("Rojo", 3)))
    assert (item.available_quantity, len(item.variations)) == (7, 2)
    blue, red = item.variations
    assert blue.id != red.id
    assert blue.picture_ids == (item.pictures[0].id,)
    assert await local.items.search(seller_sku="AUR-X3-Rojo").collect(limit=5) == [item.id]
    assert [one.attributes for one in await local.items.variations(item.id)] == [(), ()]
    assert [one.sku for one in (await local.items.get(item.id)).variations] == [None, None]
    whole = await local.items.get(item.id, all_attributes=True)
    assert [one.sku for one in whole.variations] == ["AUR-X3-Azul", "AUR-X3-Rojo"]
    (row,) = [row async for row in local.items.get_many([item.id], all_attributes=True)]
    assert row.item.variations == whole.variations
    shown = await local.items.variations(item.id, all_attributes=True)
    assert [one.sku for one in shown] == ["AUR-X3-Azul", "AUR-X3-Rojo"]
    assert (await local.items.variation(item.id, red.id)).available_quantity == 3
    with pytest.raises(errors.NotFoundError):
        await local.items.variation(item.id, 1)


async def test_a_variation_is_bought_by_its_own_sku(box, local):
    item = await local.items.create(varied(variation("Azul"), variation("Rojo")))
    red = item.variations[1]
    sold = box.add_order(item_id=item.id, variation_id=red.id)
    (line,) = (await local.orders.get(sold.id)).order_items
    assert (line.item.variation_id, line.item.seller_sku) == (red.id, "AUR-X3-Rojo")
    assert [one.value_name for one in line.item.variation_attributes] == ["Rojo"]
    with pytest.raises(LookupError):
        box.add_order(item_id=item.id, variation_id=1)


async def test_variations_that_are_not_named_are_kept(box, local):
    item = await local.items.create(varied(variation("Azul", 4), variation("Rojo", 3)))
    blue, red = item.variations
    changed = await local.items.update_variations(item.id, [VariationInput(id=red.id, available_quantity=9)])
    assert [(one.id, one.available_quantity) for one in changed.variations] == [(blue.id, 4), (red.id, 9)]
    assert changed.available_quantity == 13
    assert json.loads(box.requests[-1].body) == {
        "variations": [{"id": blue.id}, {"id": red.id, "available_quantity": 9}]
    }
    with pytest.raises(errors.InputError, match=f"has no variations 9; it has {blue.id}"):
        await local.items.update_variations(item.id, [{"id": 9, "available_quantity": 4}])


async def test_a_variation_that_is_left_out_is_deleted(local):
    item = await local.items.create(varied(variation("Azul"), variation("Rojo")))
    kept = item.variations[1]
    changed = await local.items.update(item.id, {"variations": [{"id": kept.id}]})
    assert [one.id for one in changed.variations] == [kept.id]


async def test_a_variation_is_added_and_deleted_by_itself(box, local):
    item = await local.items.create(varied(variation("Azul"), variation("Rojo")))
    added = variation("Verde", 5, picture_ids=[item.pictures[0].id])
    names = [one.attribute_combinations[0].value_name for one in await local.items.add_variation(item.id, added)]
    assert names == ["Azul", "Rojo", "Verde"]
    left = await local.items.delete_variation(item.id, item.variations[0].id)
    assert left.variations[0].id == item.variations[1].id
    assert (len(left.variations), left.available_quantity) == (2, 9)
    with pytest.raises(errors.NotFoundError):
        await local.items.delete_variation(item.id, item.variations[0].id)
    assert writes(box)[1:] == [
        f"POST /items/{item.id}/variations",
        *[f"DELETE /items/{item.id}/variations/{item.variations[0].id}"] * 2,
    ]


WRONG = {
    "no pictures": ([variation(picture_ids=[])], 369, "body.required_fields"),
    "another picture": ([variation(picture_ids=["x"])], 204, "item.pictures.picture_not_found"),
    "the same values": ([variation("Azul"), variation("azul")], None,
                        "item.variations.attribute_combinations.duplicated"),
    "other attributes": (
        [variation("Azul"), variation(attribute_combinations=[AttributeInput(name="Aroma", value_name="Menta")])],
        None, "item.variations.attribute_combinations.invalid"),
    "an attribute that does not vary": (
        [variation(attribute_combinations=[AttributeInput("BRAND", value_name="Norte")])],
        None, "item.variations.attribute_combinations.invalid"),
    "two of its own": (
        [variation(attribute_combinations=[AttributeInput(name=name, value_name="x") for name in ("Aroma", "Lado")])],
        372, "item.attributes.non_existent.limit_exceeded"),
}  # fmt: skip


@pytest.mark.parametrize("fault", WRONG)
async def test_faulty_variations_are_refused_with_their_cause(local, fault):
    variations, cause_id, code = WRONG[fault]
    with pytest.raises(errors.ValidationFailedError) as raised:
        await local.items.create(varied(*variations))
    assert [(cause.cause_id, cause.code) for cause in raised.value.causes] == [(cause_id, code)]


async def test_a_required_attribute_may_stand_in_every_variation(local):
    given = [*variation().attributes, AttributeInput("PACKAGE_WEIGHT", value_name="420 g")]
    fields = json.loads(encode(goods(attributes=attributes(PACKAGE_WEIGHT=None))))
    with pytest.raises(errors.ValidationFailedError, match="PACKAGE_WEIGHT"):
        await local.items.create({**fields, "variations": [variation("Azul", attributes=given), variation("Rojo")]})
    both = [variation("Azul", attributes=given), variation("Rojo", attributes=given)]
    assert (await local.items.create({**fields, "variations": both})).id


async def test_an_item_with_variations_has_no_stock_of_its_own_to_set(local):
    item = await local.items.create(varied(variation("Azul")))
    with pytest.raises(errors.ValidationFailedError, match="that of its variations"):
        await local.items.update(item.id, {"available_quantity": 5})


async def test_an_item_is_listed_again_with_new_variation_ids(local):
    item = await local.items.create(varied(variation("Azul"), variation("Rojo")))
    await local.items.close(item.id)
    rows = [RelistedVariation(id=one.id, price=Decimal(25000), quantity=2) for one in item.variations]
    new = await local.items.relist(item.id, Relisting(listing_type_id="gold_special", variations=rows))
    assert (new.price, new.available_quantity) == (25000, 4)
    assert not {one.id for one in new.variations} & {one.id for one in item.variations}
    assert [one.attribute_combinations[0].value_name for one in new.variations] == ["Azul", "Rojo"]
