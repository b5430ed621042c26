"""Suggestions where to list, on a real socket."""

from decimal import Decimal

import pytest

from meli_sdk import errors
from meli_sdk.models import AcceptedSite, AcceptedSuggestion, AutomaticChoice

ACCEPTED = [AcceptedSuggestion("CBT1234", [AcceptedSite("MLB", "11.00"), AcceptedSite("MLC", 12)])]


async def test_suggestions_name_site_and_price(box, selling):
    (found,) = await selling.marketplace.suggestions.search(destination=["MLB", "MLC"]).collect(limit=50)
    assert (found.id, found.title) == ("CBT1234", "Lumenova Solar Lantern L20 Outdoor")
    assert [(row.site_id, row.price) for row in found.suggestions] == [("MLB", Decimal(11)), ("MLC", Decimal(12))]
    assert [row.logistic_type or row.logistic for row in found.suggestions] == ["remote", "remote"]
    assert box.requests[0].query["destination"] == "MLB,MLC"
    assert not await selling.marketplace.suggestions.search(destination="MLM").collect(limit=50)


async def test_accepted_suggestions_become_a_process(box, selling):
    suggestions = selling.marketplace.suggestions
    with pytest.raises(errors.NotFoundError, match="no publishing processes"):
        await suggestions.processes()
    started = await suggestions.publish(ACCEPTED)
    assert box.requests[-1].body == (
        b'[{"id":"CBT1234","suggestions":[{"site_id":"MLB","price":11.00,"logistic_type":"remote"},'
        b'{"site_id":"MLC","price":12,"logistic_type":"remote"}]}]'
    )
    done = await suggestions.process(started.id)
    assert done.status == "done"
    assert [row.status for row in done.global_items[0].marketplace_items] == ["successful", "successful"]
    assert await suggestions.processes() == (done,)


async def test_processes_come_as_one_object_too(fake, me):
    fake.answer(200, {"id": "p1", "status": "done"})
    assert [row.id for row in await me.marketplace.suggestions.processes()] == ["p1"]


async def test_blocked_suggestions_say_why(selling):
    (found,) = await selling.marketplace.suggestions.blocked()
    assert found.to_validate[0].reasons == ("Listing cap no valid.",)


async def test_the_automatic_listing_is_switched_site_by_site(selling):
    suggestions = selling.marketplace.suggestions
    assert {row.enabled for row in await suggestions.automatic()} == {False}
    await suggestions.set_automatic([AutomaticChoice("MLM", enabled=True)])
    assert {row.site_id: row.enabled for row in await suggestions.automatic()} == {
        "MLM": True,
        "MLB": False,
        "MLC": False,
    }


async def test_a_site_that_the_account_has_not_is_an_error_of_the_page(selling):
    with pytest.raises(errors.BadRequestError) as raised:
        await selling.marketplace.suggestions.search(origin="MCO")
    assert (raised.value.code, raised.value.message) == ("site_id", "[Site id] is not active")
    with pytest.raises(errors.BadRequestError, match="not active"):
        await selling.marketplace.suggestions.set_automatic([AutomaticChoice("MCO", enabled=True)])


async def test_wrong_arguments_are_refused_before_the_call(fake, me):
    suggestions = me.marketplace.suggestions
    calls = [
        lambda: suggestions.publish([]),
        lambda: suggestions.publish([AcceptedSuggestion("CBT1", [])]),
        lambda: suggestions.publish([AcceptedSuggestion("MLM1", [AcceptedSite("MLB", 1)])]),
        lambda: suggestions.publish([AcceptedSuggestion("CBT1", [AcceptedSite("MLX", 1)])]),
        lambda: suggestions.publish([AcceptedSuggestion("CBT1", [AcceptedSite("MLB", 0)])]),
        lambda: suggestions.publish([AcceptedSuggestion("CBT1", [AcceptedSite("MLB", 1, "fulfillment")])]),
        lambda: suggestions.set_automatic([]),
        lambda: suggestions.set_automatic([AutomaticChoice("MLX", enabled=True)]),
        lambda: suggestions.process("../x"),
    ]
    for call in calls:
        with pytest.raises(errors.InputError):
            await call()
    with pytest.raises(errors.InputError):
        suggestions.search(origin="MLX")
    with pytest.raises(errors.InputError):
        suggestions.search(page_size=0)
    assert fake.requests == []
