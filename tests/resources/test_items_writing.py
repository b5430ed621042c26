"""Items that are listed, refused, changed, closed and listed again: over a real socket, against the sandbox."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from tests.goods import attributes, goods
from tests.resources.conftest import SandboxClock

from meli_sdk import MeliSession, errors
from meli_sdk.codec import encode
from meli_sdk.models import (
    AttributeInput,
    DescriptionInput,
    ItemUpdate,
    NewItem,
    PictureInput,
    Relisting,
)
from meli_sdk.sandbox import LOCAL_SELLER_ID, Sandbox, SandboxOptions

SOLD = "MLA1402200117"
"""A seeded item of which some were sold."""
IN_WAREHOUSE = "MLA1402200179"


@pytest.fixture
async def slow_to_write() -> AsyncIterator[tuple[SandboxClock, MeliSession]]:
    """The Argentine seller where an item is still being written for five seconds after a change."""
    clock = SandboxClock()
    async with (
        Sandbox(seed=7, now=clock, options=SandboxOptions(item_lock=5, access_token_seconds=10**8)) as box,
        MeliSession(box.token(LOCAL_SELLER_ID), user_id=LOCAL_SELLER_ID, base_url=box.url, throughput=10_000) as me,
    ):
        yield clock, me


def body_of(item: NewItem) -> dict[str, Any]:
    return json.loads(encode(item))


def without(*names: str) -> dict[str, Any]:
    """`goods()` without some fields."""
    return {name: value for name, value in body_of(goods()).items() if name not in names}


def writes(box: Sandbox) -> list[str]:
    return [f"{one.method} {one.path}" for one in box.requests if one.method != "GET"]


# listing


async def test_a_new_item_is_read_found_and_bought(box, local):
    item = await local.items.create(goods())
    assert (item.status, item.price, item.available_quantity, item.sku) == ("active", Decimal("21999.90"), 7, "AUR-X3")
    assert (item.seller_id, item.condition, item.warnings) == (LOCAL_SELLER_ID, "new", ())
    again = await local.items.get(item.id)
    assert (again.title, again.category_id, len(again.pictures)) == (item.title, "MLA3697", 1)
    assert again.pictures[0].id
    assert await local.items.search(seller_sku="AUR-X3").collect(limit=5) == [item.id]
    sold = box.add_order(item_id=item.id, quantity=2)
    (line,) = (await local.orders.get(sold.id)).order_items
    assert (line.item.id, line.item.seller_sku, line.unit_price) == (item.id, "AUR-X3", Decimal("21999.90"))


async def test_an_item_that_would_be_listed_passes_the_check_and_is_not_listed(box, local):
    before = set(box.world.listings)
    assert await local.items.validate(goods()) is None
    assert set(box.world.listings) == before
    assert writes(box) == ["POST /items/validate"]


FAULTS = {
    "no leaf": (goods(category_id="MLA1000"), 126, "item.category_id.invalid"),
    "another site's": (goods(category_id="MLM189530"), None, "item.site_id.invalid"),
    "no title": (without("title"), 369, "body.required_fields"),
    "an empty title": (goods(title=" "), 5141, "item.title.empty"),
    "a long title": (goods(title="Auriculares " * 6), None, "item.title.length_exceeded"),
    "no price": (without("price"), 369, "body.required_fields"),
    "a price too low": (goods(price=Decimal("0.50")), 109, "item.price.invalid"),
    "a price too high": (goods(price=10**10), 129, "item.price.invalid"),
    "another currency": (goods(currency_id="USD"), 101, "body.invalid_field_types"),
    "nothing in stock": (goods(available_quantity=0), None, "item.available_quantity.invalid"),
    "no listing type": (goods(listing_type_id="platinum"), None, "item.listing_type_id.invalid"),
    "an auction": (goods(buying_mode="auction"), None, "item.buying_mode.invalid"),
    "no picture": (goods(pictures=[]), 173, "item.listing_type_id.requiresPictures"),
    "too many pictures": (
        goods(pictures=[PictureInput(source=f"https://pictures.example/{n}.jpg") for n in range(13)]),
        201,
        "item.pictures.max",
    ),
    "a picture that does not exist": (goods(pictures=[PictureInput(id="1-MLA2_3")]), 204, "item.pictures.picture_not_found"),
    "a required attribute missing": (
        goods(attributes=attributes(PACKAGE_WEIGHT=None)), 147, "item.attributes.missing_required"),
    "a catalogue attribute missing": (
        goods(attributes=attributes(BRAND=None)), 3704, "item.attribute.missing_catalog_required"),
    "a value too long": (goods(attributes=attributes(MODEL="X" * 256)), 154, "item.attributes.invalid_length"),
    "no unit": (goods(attributes=attributes(PACKAGE_WEIGHT="420")), None, "item.attributes.invalid_value"),
    "a malformed identifier": (
        goods(attributes=attributes(GTIN14="75-12")), 7711, "item.attribute.product_identifier.invalid_format"),
    "a wrong check digit": (
        goods(attributes=attributes(GTIN14="7506123400014")), 7711, "item.attribute.product_identifier.invalid_format"),
    "zeros": (goods(attributes=attributes(GTIN14="0" * 14)), 7710, "item.attribute.product_identifier.invalid"),
    "markup": ({**body_of(goods()), "description": {"plain_text": "Suena <b>bien</b>"}}, 398,
               "item.description.type.invalid"),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_faulty_item_is_refused_with_its_documented_cause_by_the_check_and_by_listing(box, local, fault):
    item, cause_id, code = FAULTS[fault]
    before = set(box.world.listings)
    for call in (local.items.validate, local.items.create):
        with pytest.raises(errors.ValidationFailedError) as raised:
            await call(item)
        told = [(cause.cause_id, cause.code) for cause in raised.value.causes]
        assert told == [(cause_id, code)]
    assert set(box.world.listings) == before


async def test_a_category_that_does_not_exist_is_refused_without_a_cause(local):
    with pytest.raises(errors.ValidationFailedError, match=r"Category MLA999 does not exist\.") as raised:
        await local.items.create(goods(category_id="MLA999"))
    assert (raised.value.code, raised.value.causes) == ("item_category_id_invalid", ())


async def test_all_causes_come_in_one_answer(local):
    with pytest.raises(errors.ValidationFailedError) as raised:
        await local.items.create(goods(title="", price=0.5, attributes=[]))
    assert {cause.cause_id for cause in raised.value.causes} >= {5141, 109, 147, 3704}


async def test_unknown_fields_and_wrong_types_are_refused_in_their_odd_shapes(local):
    with pytest.raises(errors.ValidationFailedError, match=r"The fields \[colour\] are invalid"):
        await local.items.create({**body_of(goods()), "colour": "red"})
    with pytest.raises(errors.ValidationFailedError, match="expected Number but was String value: p") as raised:
        await local.items.create({**body_of(goods()), "price": "p"})
    assert raised.value.code == "body_invalid_field_types"


async def test_what_is_dropped_is_told_as_a_warning(local):
    item = await local.items.create(
        goods(
            attributes=attributes(PRICE="5"),
            sale_terms=[AttributeInput("MANUFACTURING_TIME", value_name="90 días")],
        )
    )
    assert [cause.code for cause in item.warnings] == [
        "item.attributes.invalid",
        "delete.item.sale_terms.manufacturing_time",
    ]
    assert "PRICE was dropped" in item.warnings[0].message
    assert "PRICE" not in {attribute.id for attribute in item.attributes}
    assert item.sale_terms == ()


async def test_a_seller_of_user_products_names_a_family_and_gets_a_title(box, local):
    seller = box.world.users[LOCAL_SELLER_ID]
    with pytest.raises(errors.ValidationFailedError, match=r"\[family_name\] are invalid"):
        await local.items.create(goods(family_name="Auriculares Norte"))
    box.world.users[seller.id] = replace(seller, tags=("user_product_seller",))
    with pytest.raises(errors.ValidationFailedError, match=r"\[title\] are invalid"):
        await local.items.create(goods())
    family = {**without("title"), "family_name": "Auriculares Norte X3"}
    family["attributes"].append({"id": "COLOR", "value_name": "Azul"})
    item = await local.items.create(family)
    assert (item.title, item.family_name) == ("Auriculares Norte X3 Azul", "Auriculares Norte X3")
    assert (await local.stock.get(item.user_product_id)).quantity("selling_address") == 7


async def test_the_limits_are_those_that_the_category_tells(local):
    settings = (await local.categories.get("MLA3697")).settings
    title, pictures = "Auriculares ".ljust(settings.max_title_length, "x"), settings.max_pictures_per_item
    sources = [PictureInput(source=f"https://pictures.example/{number}.jpg") for number in range(pictures + 1)]
    text = "a" * settings.max_description_length
    fits = {"title": title, "pictures": sources[1:], "price": settings.minimum_price, "description": text}
    assert (await local.items.create(goods(**fits))).warnings == ()
    beyond = {"title": f"{title}x", "pictures": sources, "price": settings.minimum_price - Decimal("0.01")}
    with pytest.raises(errors.ValidationFailedError) as raised:
        await local.items.create(goods(**beyond, description=f"{text}a"))
    assert [cause.code for cause in raised.value.causes] == [
        "item.title.length_exceeded",
        "item.price.invalid",
        "item.pictures.max",
        "item.descriptions.length_exceeded",
    ]


async def test_an_item_of_a_brand_that_sells_with_identifiers_needs_one_of_its_own(box, local):
    category = box.world.categories["MLA3697"]
    gtin = {"id": "GTIN", "name": "GTIN", "value_type": "string", "tags": {"conditional_required": True}}
    box.world.categories[category.id] = replace(category, attributes=(*category.attributes, gtin))
    item = await local.items.create(goods())
    for number in range(30):
        known = [*box.world.listings[item.id].attributes, {"id": "GTIN", "value_name": "7506123400015"}]
        box.world.listings[f"MLA7{number}"] = replace(box.world.listings[item.id], attributes=known)
    with pytest.raises(errors.ValidationFailedError) as raised:
        await local.items.validate(goods())
    assert [cause.cause_id for cause in raised.value.causes] == [7810]
    assert await local.items.validate(goods(attributes=attributes(GTIN="7506123400015"))) is None


# changing


async def test_what_is_changed_is_read_back_and_the_rest_stays(box, local):
    item = await local.items.create(goods())
    changed = await local.items.update(
        item.id,
        ItemUpdate(
            price=Decimal("19999.50"),
            title="Auriculares Norte X3 Negros",
            video_id="abc",
            attributes=[AttributeInput("MODEL", value_name="X3 Pro"), AttributeInput.cleared("SELLER_SKU")],
        ),
    )
    shown = await local.items.get(item.id)
    assert shown.raw == changed.raw
    assert (shown.price, shown.title, shown.raw["video_id"]) == (
        Decimal("19999.5"), "Auriculares Norte X3 Negros", "abc")  # fmt: skip
    values = {attribute.id: attribute.value_name for attribute in shown.attributes}
    assert (values["MODEL"], values["BRAND"], shown.sku) == ("X3 Pro", "Norte", None)
    assert (shown.available_quantity, len(shown.pictures)) == (7, 1)
    assert writes(box) == ["POST /items", f"PUT /items/{item.id}"]


async def test_a_change_with_one_wrong_field_changes_nothing(local):
    item = await local.items.create(goods())
    with pytest.raises(errors.ValidationFailedError) as raised:
        await local.items.update(item.id, ItemUpdate(price=5, title="x" * 61))
    assert [cause.code for cause in raised.value.causes] == ["item.title.length_exceeded"]
    assert (await local.items.get(item.id)).price == item.price


async def test_the_pictures_that_are_sent_replace_all(local):
    item = await local.items.create(goods())
    kept = PictureInput(id=item.pictures[0].id)
    added = PictureInput(source="https://pictures.example/side.jpg")
    changed = await local.items.update(item.id, ItemUpdate(pictures=[added, kept]))
    assert [picture.id for picture in changed.pictures][1:] == [item.pictures[0].id]
    changed = await local.items.update(item.id, ItemUpdate(pictures=[kept]))
    assert [picture.id for picture in changed.pictures] == [item.pictures[0].id]


REFUSED = [
    (SOLD, {"title": "Otro Titulo De Auriculares"}, "item.title.not_modifiable"),
    (SOLD, {"condition": "used"}, "item.condition.not_modifiable"),
    (SOLD, {"non_mercado_pago_payment_methods": [{"id": "MLAMO"}]},
     "item.non_mercado_pago_payment_methods.not_modifiable"),
    (SOLD, {"attributes": [AttributeInput.cleared("PACKAGE_WEIGHT")]}, "item.attributes.deleted_required"),
    (SOLD, {"pictures": []}, "item.listing_type_id.requiresPictures"),
    (IN_WAREHOUSE, {"available_quantity": 4}, "item.available_quantity.invalid"),
]  # fmt: skip


@pytest.mark.parametrize(("item_id", "changes", "code"), REFUSED, ids=[row[2] for row in REFUSED])
async def test_what_the_state_of_an_item_forbids_is_refused_with_its_code(local, item_id, changes, code):
    before = await local.items.get(item_id)
    with pytest.raises(errors.ValidationFailedError) as raised:
        await local.items.update(item_id, changes)
    assert [cause.code for cause in raised.value.causes] == [code]
    assert (await local.items.get(item_id)).raw == before.raw


async def test_fields_that_never_change_are_refused(local):
    with pytest.raises(errors.ValidationFailedError, match=r"\[currency_id\] are invalid"):
        await local.items.update(SOLD, {"currency_id": "USD"})


async def test_price_automation_refuses_a_price_alone_and_drops_it_among_others(box, local):
    box.world.listings[SOLD].automatic_price = True
    price = box.world.listings[SOLD].price
    with pytest.raises(errors.ValidationFailedError) as raised:
        await local.items.update(SOLD, ItemUpdate(price=5))
    assert [cause.cause_id for cause in raised.value.causes] == [502]
    changed = await local.items.update(SOLD, ItemUpdate(price=5, available_quantity=3))
    assert (changed.price, changed.available_quantity) == (price, 3)
    assert [cause.code for cause in changed.warnings] == ["item.price.dropped"]


# status


async def test_an_item_is_paused_activated_closed_and_deleted(box, local):
    item = await local.items.create(goods())
    paused = await local.items.pause(item.id)
    assert (paused.status, paused.sub_status) == ("paused", ("paused_by_seller",))
    assert (await local.items.activate(item.id)).status == "active"
    with pytest.raises(errors.NotApplicableError, match=r"items\.close"):
        await local.items.delete(item.id)
    assert (await local.items.close(item.id)).status == "closed"
    assert item.id in await local.items.search(status="closed").collect(limit=5)
    await local.items.delete(item.id)
    assert (await local.items.get(item.id)).sub_status == ("deleted",)
    assert await local.items.search(seller_sku="AUR-X3").collect(limit=5) == []
    bodies = [json.loads(one.body) for one in box.requests if one.method == "PUT"]
    assert bodies == [{"status": "paused"}, {"status": "active"}, {"status": "closed"}, {"deleted": "true"}]


async def test_what_is_not_closed_is_not_deleted_and_what_is_closed_stays_so(local):
    item = await local.items.create(goods())
    with pytest.raises(errors.ValidationFailedError) as raised:
        await local.items.delete(item.id, check=False)
    assert [cause.code for cause in raised.value.causes] == ["item.status.invalid"]
    await local.items.close(item.id)
    assert (await local.items.close(item.id)).status == "closed"
    for changes in ({"status": "active"}, {"price": 5}, {"available_quantity": 5}):
        with pytest.raises(errors.ValidationFailedError) as raised:
            await local.items.update(item.id, changes)
        assert [cause.code for cause in raised.value.causes] == ["item.status.invalid"]


async def test_a_deletion_waits_while_the_item_is_written(slow_to_write, monkeypatch):
    clock, me = slow_to_write
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        clock.pass_by(seconds=seconds)

    monkeypatch.setattr(me.items._caller.pipeline.clock, "sleep", sleep, raising=False)
    item = await me.items.create(goods())
    await me.items.close(item.id)
    await me.items.delete(item.id)
    assert slept == [2.0, 4.0]
    assert (await me.items.get(item.id)).sub_status == ("deleted",)


async def test_a_deletion_gives_up_after_four_conflicts(box, local, monkeypatch):
    async def sleep(_: float) -> None: ...

    monkeypatch.setattr(local.items._caller.pipeline.clock, "sleep", sleep, raising=False)
    busy = {"message": "item optimistic locking error: conflict", "error": "conflict", "status": 409, "cause": []}
    box.fail_next("PUT /items/{id}", 409, busy, times=4)
    with pytest.raises(errors.ConflictError):
        await local.items.delete(SOLD, check=False)
    assert writes(box) == [f"PUT /items/{SOLD}"] * 4


async def test_a_forbidden_item_is_deleted_as_it_is(box, local):
    box.world.listings[SOLD].status, box.world.listings[SOLD].sub_status = "under_review", ["forbidden"]
    await local.items.delete(SOLD)
    assert (await local.items.get(SOLD)).sub_status == ("deleted",)


async def test_a_paused_item_takes_stock_and_status_alone(local):
    item = await local.items.create(goods())
    await local.items.pause(item.id)
    assert (await local.items.update(item.id, {"available_quantity": 9})).available_quantity == 9
    with pytest.raises(errors.ValidationFailedError, match="only an active item takes"):
        await local.items.update(item.id, {"price": 5})
    assert (await local.items.get(item.id)).status == "paused"


async def test_without_stock_an_item_is_paused_and_with_stock_it_comes_back_unless_its_seller_paused_it(local):
    item = await local.items.create(goods())
    gone = await local.items.update(item.id, {"available_quantity": 0})
    assert (gone.status, gone.sub_status) == ("paused", ("out_of_stock",))
    with pytest.raises(errors.ValidationFailedError, match="out of stock"):
        await local.items.activate(item.id)
    back = await local.items.update(item.id, {"available_quantity": 2})
    assert (back.status, back.sub_status) == ("active", ())
    await local.items.update(item.id, {"available_quantity": 0})
    await local.items.pause(item.id)
    both = await local.items.update(item.id, {"available_quantity": 2})
    assert (both.status, both.sub_status) == ("paused", ("paused_by_seller",))


# listing again


async def test_a_closed_item_is_listed_again_once_as_a_new_one(box, local):
    item = await local.items.create(goods())
    relisting = Relisting(listing_type_id="gold_pro", price=Decimal("11.50"), quantity=3)
    with pytest.raises(errors.ValidationFailedError, match="only a closed item"):
        await local.items.relist(item.id, relisting)
    await local.items.close(item.id)
    new = await local.items.relist(item.id, relisting)
    assert new.id != item.id
    assert (new.status, new.price, new.available_quantity, new.listing_type_id) == (
        "active", Decimal("11.5"), 3, "gold_pro")  # fmt: skip
    assert (new.parent_item_id, new.title, new.sku) == (item.id, item.title, "AUR-X3")
    assert {"relist", "dragged_visits"} <= set(new.tags)
    assert (await local.items.get(item.id)).status == "closed"
    with pytest.raises(errors.ValidationFailedError, match="relisted before"):
        await local.items.relist(item.id, relisting)
    sent = json.loads(next(one.body for one in box.requests if one.path.endswith("/relist")))
    assert sent == {"listing_type_id": "gold_pro", "price": 11.5, "quantity": 3}


async def test_an_item_that_was_closed_long_ago_loses_its_visits(slow_to_write):
    clock, me = slow_to_write
    item = await me.items.create(goods())
    await me.items.close(item.id)
    clock.pass_by(days=61)
    new = await me.items.relist(item.id, Relisting(listing_type_id="gold_pro", price=5, quantity=3))
    assert "relist" in new.tags
    assert "dragged_visits" not in new.tags


# descriptions


async def test_a_description_is_set_read_and_replaced(box, local):
    item = await local.items.create(goods())
    with pytest.raises(errors.NotFoundError):
        await local.items.description(item.id)
    await local.items.set_description(item.id, "5 < 6 & 7 > 3\nSuena bien.")
    assert (await local.items.description(item.id)).plain_text == "5 < 6 & 7 > 3\nSuena bien."
    await local.items.set_description(item.id, "Suena mejor.")
    described = await local.items.description(item.id)
    assert described.plain_text == "Suena mejor."
    assert described.date_created <= described.last_updated
    at = f"/items/{item.id}/description"
    assert writes(box)[1:] == [f"PUT {at}", f"POST {at}", f"PUT {at}"]
    assert all(one.query == {"api_version": "2"} for one in box.requests if one.method == "PUT")


async def test_a_description_in_a_new_item_is_its_description(local):
    item = await local.items.create(goods(description=DescriptionInput(plain_text="Suena bien.")))
    assert (await local.items.description(item.id)).plain_text == "Suena bien."


async def test_a_description_that_is_too_long_is_refused(local):
    with pytest.raises(errors.ValidationFailedError) as raised:
        await local.items.set_description(SOLD, "a" * 50_001)
    assert [cause.cause_id for cause in raised.value.causes] == [3707]
