"""Questions on items of the sites, over a real socket: asked, found, answered, deleted, counted."""

from datetime import timedelta

import pytest
from tests.resources.conftest import SandboxClock

from meli_sdk import MeliSession, errors
from meli_sdk.models import QuestionStatus
from meli_sdk.sandbox import LOCAL_SELLER_ID, WAREHOUSE_SELLER_ID, Sandbox, SandboxOptions

ID, OTHER = "MLA1402200117", "MLA1402200124"


@pytest.fixture
def buyer(opened):
    return opened(WAREHOUSE_SELLER_ID)


async def newest(session):
    return (await session.items.questions.search(item=ID, sort="date_created", descending=True).collect(limit=50))[0]


async def test_a_question_is_asked_found_and_answered_once(box, local, buyer):
    asked = await buyer.items.questions.ask(ID, "¿Hay más?")
    found = await newest(local)
    assert (found.id, found.text, found.from_.id, found.seller_id, found.answer) == (
        asked.id,
        "¿Hay más?",
        WAREHOUSE_SELLER_ID,
        LOCAL_SELLER_ID,
        None,
    )
    answered = await local.items.questions.answer(asked.id, "Sí.")
    assert (answered.status, answered.answer.text) == ("ANSWERED", "Sí.")
    again = await buyer.items.questions.get(asked.id)
    assert (again.status, again.answer.text, again.answer.status) == ("ANSWERED", "Sí.", "ACTIVE")
    with pytest.raises(errors.InvalidParameterError) as raised:
        await local.items.questions.answer(asked.id, "Que sí.")
    assert raised.value.code == "invalid_question"
    assert (await newest(buyer)).answer.text == "Sí."


async def test_a_search_takes_items_askers_and_states_together(local, buyer):
    first = await buyer.items.questions.ask(ID, "¿Color?")
    second = await buyer.items.questions.ask(OTHER, "¿Medidas?")
    await local.items.questions.answer(second.id, "Un litro.")

    async def ids(**more):
        found = await local.items.questions.search(asked_by=WAREHOUSE_SELLER_ID, **more).collect(limit=50)
        return [question.id for question in found]

    assert await ids() == [first.id, second.id]
    assert await ids(sort="date_created", descending=True) == [second.id, first.id]
    assert await ids(item=OTHER) == [second.id]
    assert await ids(status=QuestionStatus.UNANSWERED) == [first.id]
    with pytest.raises(errors.InvalidCallerError):
        await local.items.questions.search(seller=WAREHOUSE_SELLER_ID)


async def test_a_deleted_question_says_so(local, buyer):
    asked = await buyer.items.questions.ask(ID, "¿Hay más?")
    await local.items.questions.delete(asked.id)
    gone = await local.items.questions.get(asked.id)
    assert (gone.status, gone.deleted_from_listing) == (QuestionStatus.DELETED, True)
    with pytest.raises(errors.InvalidParameterError):
        await local.items.questions.answer(asked.id, "Sí.")


async def test_who_has_no_part_in_a_question_does_not_see_it(local, buyer, selling):
    asked = await buyer.items.questions.ask(ID, "¿Hay más?")
    with pytest.raises(errors.NotFoundError):
        await selling.items.questions.get(asked.id)
    with pytest.raises(errors.InvalidParameterError):
        await buyer.items.questions.answer(asked.id, "Sí.")


async def test_items_that_take_no_question_refuse_it(box, local, buyer):
    await local.items.pause(OTHER)
    box.world.catalogue.blocked_askers[LOCAL_SELLER_ID] = {WAREHOUSE_SELLER_ID}
    for session, item_id in ((local, ID), (buyer, ID), (buyer, OTHER), (buyer, "CBT1234"), (buyer, "MLA999")):
        with pytest.raises(errors.InvalidParameterError) as raised:
            await session.items.questions.ask(item_id, "¿Hay más?")
        assert raised.value.code == "invalid_question"


async def test_every_question_is_found_beyond_the_offset_by_a_scan(local, buyer):
    asked = [(await buyer.items.questions.ask(ID, f"Pregunta {number}")).id for number in range(7)]
    found = local.items.questions.search(asked_by=WAREHOUSE_SELLER_ID, page_size=3)
    assert [question.id async for question in found] == asked


async def test_a_question_is_told_to_its_seller(box, buyer):
    told = []
    box.world.tell = lambda topic, resource, user_id: told.append((topic, resource, user_id))
    asked = await buyer.items.questions.ask(ID, "¿Hay más?")
    assert told == [("questions", f"/questions/{asked.id}", LOCAL_SELLER_ID)]


async def test_the_response_time_is_that_of_the_answers_of_two_weeks():
    clock = SandboxClock()
    clock.time = clock.time.replace(year=2026, month=3, day=2, hour=14)  # a Monday, ten in the morning there
    async with Sandbox(seed=7, now=clock, options=SandboxOptions(access_token_seconds=2_000_000)) as box:
        local, buyer = (
            MeliSession(box.token(user_id), user_id=user_id, base_url=box.url, throughput=10_000)
            for user_id in (LOCAL_SELLER_ID, WAREHOUSE_SELLER_ID)
        )
        async with local, buyer:
            box.world.catalogue.questions.clear()
            with pytest.raises(errors.NotFoundError):
                await local.items.questions.response_time()
            for minutes in (10, 30):
                asked = await buyer.items.questions.ask(ID, "¿Hay más?")
                clock.time += timedelta(minutes=minutes)
                await local.items.questions.answer(asked.id, "Sí.")
            time = await local.items.questions.response_time()
            assert (time.total.response_time, time.weekdays_working_hours.response_time) == (20, 20)
            assert time.weekend.response_time is None
            clock.time += timedelta(days=15)
            with pytest.raises(errors.NotFoundError):
                await local.items.questions.response_time()
