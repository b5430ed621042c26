"""A write of unknown outcome says which read would show it, and the session runs that read."""

import pickle
from decimal import Decimal

import pytest

from meli_sdk import MeliSession, errors
from meli_sdk.errors import Check
from meli_sdk.models import QuantityPrice
from meli_sdk.testing import FakeTransport
from meli_sdk.wire.check import compare
from meli_sdk.wire.endpoint import Endpoint, Safety, SentCall, nothing, reads_back
from meli_sdk.wire.pipeline import Caller

CONFIG = [{"site_id": "MLM", "logistic_type": "remote"}, {"site_id": "MLB", "logistic_type": "remote"}]


@pytest.fixture
def fake():
    return FakeTransport()


@pytest.fixture
def me(fake):
    return MeliSession("APP_USR-invented", user_id=900_100, transport=fake, throughput=10_000)


async def lost(fake, me) -> errors.MeliError:
    fake.fail(errors.MeliConnectionError("reset"))
    with pytest.raises(errors.OutcomeUnknownError) as raised:
        await me.marketplace.create_items("CBT77", CONFIG)
    return raised.value


async def test_a_lost_creation_is_found_in_the_children_of_its_parent(fake, me):
    error = await lost(fake, me)
    fake.answer(200, {"id": "CBT77", "marketplace_items": [{"site_id": "MLB", "item_id": "MLB1"}, {"site_id": "MLM"}]})
    result = await me.check(error)
    assert result.applied
    assert [row["site_id"] for row in result.found] == ["MLM", "MLB"]
    assert fake.paths()[-1] == "GET /marketplace/items/CBT77"


async def test_what_is_not_there_is_named(fake, me):
    error = await lost(fake, me)
    fake.answer(200, {"id": "CBT77", "marketplace_items": [{"site_id": "MLB"}]})
    result = await me.check(error)
    assert not result.applied
    assert result.missing == ({"site_id": "MLM"},)


async def test_a_check_survives_being_stored(fake, me):
    error = pickle.loads(pickle.dumps(await lost(fake, me)))  # noqa: S301  made here
    fake.answer(404, {"message": "gone", "error": "not_found", "status": 404, "cause": []})
    result = await me.check(error)
    assert (result.applied, result.answer) == (False, None)


async def test_a_server_error_on_a_creation_can_be_checked_too(fake, me):
    fake.answer(500)
    with pytest.raises(errors.ServerError) as raised:
        await me.marketplace.create_items("CBT77", CONFIG)
    assert raised.value.may_have_been_applied
    assert raised.value.check is not None


async def test_a_refusal_has_nothing_to_check(fake, me):
    fake.answer(400, {"message": "Invalid parameter", "error": "bad_request", "status": 400, "cause": []})
    with pytest.raises(errors.BadRequestError) as raised:
        await me.marketplace.create_items("CBT77", CONFIG)
    assert raised.value.check is None
    with pytest.raises(errors.InputError, match="was not applied: there is nothing to check"):
        await me.check(raised.value)


async def test_a_call_without_a_check_says_so(fake, me):
    fake.fail(errors.MeliConnectionError("reset"))
    with pytest.raises(errors.OutcomeUnknownError) as raised:
        await me.request("POST", "/somewhere", json={"a": 1})
    with pytest.raises(errors.InputError, match="names no read that would show its effect"):
        await me.check(raised.value)


async def test_a_write_of_fields_is_read_back_from_its_own_path(fake, me):
    write: Endpoint[None] = Endpoint(
        method="PUT",
        template="/items/{item_id}",
        reader=nothing,
        safety=Safety.UNSAFE,
        doc="",
        check=reads_back,
    )
    caller: Caller = me._caller
    fake.fail(errors.MeliTimeoutError("late"))
    with pytest.raises(errors.OutcomeUnknownError) as raised:
        await caller.call(write, path={"item_id": "MLM5"}, json={"price": Decimal("10.50"), "status": "paused"})
    fake.answer(200, b'{"id": "MLM5", "price": 10.5, "status": "paused", "title": "x"}')
    assert (await me.check(raised.value)).applied
    assert fake.paths()[-1] == "GET /items/MLM5"


async def test_what_may_be_older_than_the_write_is_no_proof(fake, me):
    fake.fail(errors.MeliConnectionError("reset"))
    with pytest.raises(errors.OutcomeUnknownError) as raised:
        await me.items.create({"title": "Lamp", "attributes": [{"id": "SELLER_SKU", "value_name": "L-1"}]})
    fake.answer(200, {"results": ["MLM5"], "paging": {"total": 1}})
    result = await me.check(raised.value)
    assert (result.applied, result.conclusive, result.found) == (True, False, ("MLM5",))


async def test_a_listing_in_a_site_may_be_another_one_of_that_site(fake, me):
    error = await lost(fake, me)
    fake.answer(200, {"id": "CBT77", "marketplace_items": [{"site_id": "MLB"}, {"site_id": "MLM"}]})
    assert not (await me.check(error)).conclusive


@pytest.mark.parametrize(
    ("fields", "conclusive"),
    [
        ({"status": "active"}, True),
        ({"available_quantity": 3, "price": 10}, True),
        ({"status": "active", "pictures": [{"id": "1-MLM"}]}, False),
    ],
)
async def test_a_change_of_which_only_a_part_can_be_read_back_is_no_proof(fake, me, fields, conclusive):
    fake.fail(errors.MeliConnectionError("reset"), times=4)
    with pytest.raises(errors.MeliError) as raised:
        await me.items.update("MLM5", fields)
    fake.answer(200, {"id": "MLM5", **{name: value for name, value in fields.items() if name != "pictures"}})
    result = await me.check(raised.value)
    assert (result.applied, result.conclusive) == (True, conclusive)


async def test_prices_that_are_only_kept_or_removed_leave_nothing_to_look_for(fake, me):
    fake.fail(errors.MeliConnectionError("reset"), times=4)
    with pytest.raises(errors.MeliError) as raised:
        await me.items.prices.set_by_quantity("MLM5", [QuantityPrice.kept("1")])
    assert raised.value.check is None


def test_a_write_without_a_body_cannot_be_read_back():
    assert reads_back(SentCall("/items/{item_id}", {"item_id": "MLM1"}, {}, None, None)) is None


@pytest.mark.parametrize(
    ("sought", "answer", "applied"),
    [
        ({"a": 1}, {"a": 1, "b": 2}, True),
        ({"a": 1}, {"a": True}, False),
        ({"a": 1}, {"a": "1"}, False),
        ({"a": 1}, {}, False),
        ({"a": None}, {}, False),
        ({"a": None}, {"a": None}, True),
        ({"a": {"b": 1}}, {"a": {"b": 1, "c": 2}}, True),
        ({"a": {"b": 1}}, {"a": [1]}, False),
        ({"a": [{"id": "X"}]}, {"a": [{"id": "Y"}, {"id": "X", "more": 1}]}, True),
        ({"a": [{"id": "X"}, {"id": "X"}]}, {"a": [{"id": "X"}]}, False),
        ({"a": [1]}, {"a": 1}, False),
        ({"a": Decimal("1.50")}, {"a": Decimal("1.5")}, True),
    ],
)
def test_an_answer_shows_a_write_when_it_holds_all_of_it(sought, answer, applied):
    assert compare(Check(path="/x", sought=(sought,)), answer).applied is applied


@pytest.mark.parametrize(
    ("check", "answer", "applied"),
    [
        (Check("/x", ({},), rows="results"), {"results": ["MLM1"]}, True),
        (Check("/x", ({},), rows="results"), {"results": []}, False),
        (Check("/x", ({},), rows="results"), ["MLM1"], False),
        (Check("/x", ({"a": 1}, {"a": 1})), [{"a": 1}, {"a": 1}], True),
        (Check("/x", ({"a": 1}, {"a": 1})), [{"a": 1}], False),
        (Check("/x", ({},)), None, False),
    ],
)
def test_each_thing_sought_needs_a_row_of_its_own(check, answer, applied):
    assert compare(check, answer).applied is applied


async def test_a_versioned_write_is_not_repeated_blindly(fake, me):
    """The second one would be refused as a conflict although the first worked."""
    fake.fail(errors.MeliConnectionError("reset"))
    with pytest.raises(errors.OutcomeUnknownError):
        await me.request("PUT", "/user-products/MLAU1/stock/type/seller_warehouse", json={}, headers={"X-Version": "1"})
    assert len(fake.requests) == 1
