"""Questions of Global Selling on a real socket."""

import pytest

from meli_sdk import errors
from meli_sdk.models import QuestionStatus
from meli_sdk.sandbox import GLOBAL_SELLER_ID, LOCAL_SELLER_ID

ITEM = "CBT1234"


async def test_a_question_is_asked_found_and_answered(box, selling, local):
    asked = await local.marketplace.questions.ask(ITEM, "Does it come with a battery?")
    (found,) = await selling.marketplace.questions.search(status=QuestionStatus.UNANSWERED).collect(limit=50)
    assert (found.id, found.item_id, found.text) == (asked.id, ITEM, "Does it come with a battery?")
    assert (found.seller_id, found.buyer_id, found.answer) == (GLOBAL_SELLER_ID, LOCAL_SELLER_ID, None)
    answered = await selling.marketplace.questions.answer(found.id, "Yes.", translated="Si.")
    assert (answered.status, answered.answer.text, answered.answer.text_translated) == ("ANSWERED", "Yes.", "Si.")
    again = await selling.marketplace.questions.get(found.id)
    assert again.answer.status == "ACTIVE"
    assert not await selling.marketplace.questions.search(status="UNANSWERED").collect(limit=50)


async def test_a_second_answer_is_refused(selling, local):
    asked = await local.marketplace.questions.ask(ITEM, "How long is it?")
    await selling.marketplace.questions.answer(asked.id, "Long.")
    with pytest.raises(errors.BadRequestError) as raised:
        await selling.marketplace.questions.answer(asked.id, "Longer.")
    assert raised.value.code == "invalid_question"
    assert raised.value.remedy


async def test_a_question_is_deleted(selling, local):
    asked = await local.marketplace.questions.ask(ITEM, "Is it blue?")
    assert await selling.marketplace.questions.delete(asked.id) is None
    assert (await selling.marketplace.questions.get(asked.id)).status == QuestionStatus.DELETED


async def test_pages_follow_each_other(box, selling, local):
    asked = [(await local.marketplace.questions.ask(ITEM, f"Question {number}")).id for number in range(7)]
    found = [row.id async for row in selling.marketplace.questions.search(sort_type="ASC", page_size=3)]
    assert found == asked


async def test_the_parameters_of_the_search(fake, me):
    fake.answer(200, {"questions": [], "total": 0, "limit": 50})
    await me.marketplace.questions.search(
        seller=5, item=ITEM, buyer=6, status=["ANSWERED", "BANNED"], sort_field="date_created", sort_type="DESC"
    )
    assert dict(fake.requests[0].url.query) == {
        "seller_id": "5",
        "item": ITEM,
        "from": "6",
        "api_version": "4",
        "status": "ANSWERED,BANNED",
        "sort_fields": "date_created",
        "sort_types": "DESC",
        "limit": "50",
    }


async def test_without_an_item_the_session_says_whose_questions(fake, me):
    fake.answer(200, {"questions": []}, times=2)
    await me.marketplace.questions.search()
    await me.marketplace.questions.search(item=ITEM)
    assert [request.url.query.get("seller_id") for request in fake.requests] == ["900100", None]


@pytest.mark.parametrize(
    "arguments",
    [
        {"status": "OPEN"},
        {"sort_field": "text"},
        {"sort_type": "asc"},
        {"item": "x"},
        {"buyer": -1},
        {"page_size": 51},
    ],
    ids=",".join,
)
def test_wrong_arguments_are_refused_before_the_call(fake, me, arguments):
    with pytest.raises(errors.InputError):
        me.marketplace.questions.search(**arguments)
    assert fake.requests == []


@pytest.mark.parametrize("text", ["", "   ", "x" * 2_001, None, 5])
async def test_a_text_says_something_in_two_thousand_characters(fake, me, text):
    with pytest.raises(errors.InputError, match="text"):
        await me.marketplace.questions.ask(ITEM, text)
    with pytest.raises(errors.InputError, match="text"):
        await me.marketplace.questions.answer(5, text)
    assert fake.requests == []


async def test_a_body_that_mercado_libre_refuses(box, local):
    body = {"message": "body", "error": "invalid_post_body", "status": 400, "cause": []}
    box.fail_next("POST /marketplace/questions", 400, body)
    with pytest.raises(errors.InvalidParameterError):
        await local.marketplace.questions.ask(ITEM, "?")


async def test_questions_that_are_not_there(selling):
    with pytest.raises(errors.NotFoundError):
        await selling.marketplace.questions.get(5)
    with pytest.raises(errors.InvalidCallerError):
        await selling.marketplace.questions.search(seller=LOCAL_SELLER_ID)
