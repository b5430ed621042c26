"""The page of an item over a real socket: every part, and what is said where one is not there."""

import pytest

from meli_sdk import errors
from meli_sdk.sandbox import WAREHOUSE_SELLER_ID

ID, PLAIN = "MLA1402200117", "MLA1402200131"


async def test_the_item_page_gathers_every_part_in_five_calls(box, local):
    before = box.calls
    detail = await local.items.detail(ID)
    assert box.calls - before == 5
    assert detail.missing == {}
    item, me = await local.items.get(ID), await local.users.me()
    assert (detail.id, detail.title, detail.price) == (ID, item.title, item.price)
    assert (detail.pictures, detail.sold_quantity) == (item.pictures, item.sold_quantity)
    assert detail.category.id == item.category_id
    assert detail.category.path_from_root[0].name == "Electrónica, Audio y Video"
    assert detail.city == me.address.city
    assert detail.reputation.level_id == me.seller_reputation.level_id
    assert detail.description == (await local.items.description(ID)).plain_text
    assert [question.status for question in detail.questions] == ["ANSWERED"]


async def test_the_item_page_shows_what_was_changed_and_asked_since(local, opened):
    await local.items.set_description(ID, "Ahora con estuche.")
    asked = await opened(WAREHOUSE_SELLER_ID).items.questions.ask(ID, "¿De qué color?")
    await local.items.questions.answer(asked.id, "Negro.")
    detail = await local.items.detail(ID)
    assert detail.description == "Ahora con estuche."
    assert (detail.questions[0].id, detail.questions[0].answer.text) == (asked.id, "Negro.")


async def test_parts_that_were_never_there_are_named_and_no_questions_are_an_answer(box, local):
    listing = box.world.listings[PLAIN]
    listing.description, listing.pictures = "", []
    detail = await local.items.detail(PLAIN)
    assert detail.questions == ()
    assert list(detail.missing) == ["pictures", "description"]
    assert detail.missing["pictures"] is None
    assert isinstance(detail.missing["description"], errors.NotFoundError)


@pytest.mark.parametrize(
    ("call", "part"),
    [
        ("GET /categories", "category"),
        ("GET /questions/search", "questions"),
        ("GET /users", "reputation"),
        ("GET /items/{id}/description", "description"),
    ],
)
async def test_a_part_that_cannot_be_read_leaves_the_others(box, local, call, part):
    box.fail_next(call, 500, times=20)
    detail = await local.items.detail(ID)
    assert list(detail.missing) == [part]
    assert isinstance(detail.missing[part], errors.ServerError)
    assert detail.title


async def test_without_the_item_there_is_no_page(local):
    with pytest.raises(errors.ItemNotFoundError):
        await local.items.detail("MLA999")
    with pytest.raises(errors.ForbiddenError):
        await local.items.detail("MLM2200110011")
