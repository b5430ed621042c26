"""The circuit breaker: what keeps failing is left alone, but for one probe at a time."""

import asyncio

import pytest

from meli_sdk import BreakerPolicy, MeliSession, errors
from meli_sdk.config import RetryPolicy
from meli_sdk.errors import Answer
from meli_sdk.wire.breaker import Breaker, is_failure
from meli_sdk.wire.endpoint import Endpoint, Safety, raw

pytestmark = pytest.mark.virtual_time

ORDERS = (900_100, "orders")
RESET = errors.MeliConnectionError("reset")
ORDER = {"id": 17}
SOON = 0.01


def now() -> float:
    return asyncio.get_running_loop().time()


@pytest.fixture
def breaker(clock) -> Breaker:
    return Breaker(BreakerPolicy(failures=3, pause=30), clock)


@pytest.mark.parametrize(
    ("failure", "counts"),
    [
        (RESET, True),
        (errors.MeliConnectionError("refused", sent=False), True),
        (errors.MeliTimeoutError("late"), True),
        (errors.TransportError("cut"), True),
        (errors.ServerError(Answer(status=500)), True),
        (errors.ServerError(Answer(status=503)), True),
        (errors.ResponseTooLargeError("11 MiB"), False),
        (errors.UnexpectedRedirectError("302"), False),
        (errors.RateLimitedError(Answer(status=429)), False),
        (errors.NotFoundError(Answer(status=404)), False),
        (errors.LockedError(Answer(status=423)), False),
        (errors.DecodeError("html"), False),
        (errors.SessionStateError("closed"), False),
    ],
    ids=range(13),
)
async def test_no_answer_and_5xx_count_a_refusal_does_not(failure, counts):
    assert is_failure(failure) is counts


async def test_it_opens_after_so_many_failures_in_a_row(breaker):
    for _ in range(2):
        breaker.record(ORDERS, RESET)
    assert breaker.admit(ORDERS)
    breaker.record(ORDERS, None)
    for _ in range(2):
        breaker.record(ORDERS, RESET)
    assert breaker.admit(ORDERS)
    breaker.record(ORDERS, RESET)
    assert not breaker.admit(ORDERS)
    assert breaker.wait(ORDERS) == pytest.approx(30, abs=SOON)


async def test_a_refusal_is_an_answer_and_ends_the_row(breaker):
    for _ in range(10):
        breaker.record(ORDERS, RESET)
        breaker.record(ORDERS, errors.NotFoundError(Answer(status=404)))
    assert breaker.admit(ORDERS)


async def test_sellers_and_families_are_counted_apart(breaker):
    for _ in range(3):
        breaker.record(ORDERS, RESET)
    assert not breaker.admit(ORDERS)
    assert breaker.admit((900_200, "orders"))
    assert breaker.admit((900_100, "items"))


async def test_one_probe_leaves_after_the_pause_and_its_answer_closes_it(breaker):
    for _ in range(3):
        breaker.record(ORDERS, RESET)
    await asyncio.sleep(30.1)
    assert breaker.admit(ORDERS)
    assert not breaker.admit(ORDERS)
    breaker.record(ORDERS, None)
    assert breaker.admit(ORDERS)
    assert breaker.admit(ORDERS)


async def test_a_probe_that_fails_or_never_ends_is_followed_by_the_next_after_a_pause(breaker):
    for _ in range(3):
        breaker.record(ORDERS, RESET)
    probes = 0
    for second in range(200):
        await asyncio.sleep(1)
        if breaker.admit(ORDERS):
            probes += 1
            if second % 2:
                breaker.record(ORDERS, RESET)
    assert probes == 6


async def test_failures_of_calls_that_left_before_it_opened_do_not_postpone_the_probe(breaker):
    for _ in range(3):
        breaker.record(ORDERS, RESET)
    await asyncio.sleep(20)
    for _ in range(50):
        breaker.record(ORDERS, RESET)
    await asyncio.sleep(10.1)
    assert breaker.admit(ORDERS)


@pytest.mark.parametrize("values", [{"failures": 0}, {"failures": True}, {"failures": 1.5}, {"pause": 0}])
def test_a_policy_that_makes_no_sense_is_refused(values):
    with pytest.raises(errors.InputError, match=r"BreakerPolicy\."):
        BreakerPolicy(**values)


@pytest.mark.parametrize(
    ("template", "family"),
    [
        ("/orders/{order_id}", "orders"),
        ("/orders/search", "orders"),
        ("/users/{user_id}/items/search", "users"),
        ("/marketplace/items/{item_id}", "marketplace/items"),
        ("/marketplace/orders/search", "marketplace/orders"),
        ("/global/items", "global/items"),
    ],
)
def test_what_fails_together_is_one_family(template, family):
    endpoint = Endpoint(method="GET", template=template, reader=raw, safety=Safety.SAFE, doc="")
    assert endpoint.family == family


# in the pipeline


async def fails(me: MeliSession, kind: type[errors.MeliError], order_id: int = 17) -> errors.MeliError:
    with pytest.raises(kind) as raised:
        await me.orders.get(order_id)
    return raised.value


async def test_a_session_stops_calling_what_keeps_failing_and_says_until_when(opened, fake, clock):
    me = opened(retry=RetryPolicy.never())
    fake.fail(RESET, times=10)
    for _ in range(10):
        await fails(me, errors.MeliConnectionError)
    error = await fails(me, errors.CircuitOpenError)
    assert isinstance(error, errors.CircuitOpenError)
    assert (error.until - clock.now()).total_seconds() == pytest.approx(30, abs=SOON)
    assert (error.path, error.attempts, error.may_have_been_applied) == ("/orders/{order_id}", 0, False)
    assert "reset" in str(error)
    assert len(fake.requests) == 10
    fake.answer(200, {"id": "MLM1"})
    await me.items.get("MLM1")
    await asyncio.sleep(30.1)
    fake.answer(200, ORDER, times=2)
    await me.orders.get(17)
    await me.orders.get(17)


async def test_a_call_that_meets_the_opening_between_its_attempts_raises_its_own_failure_at_once(opened, fake):
    me = opened(retry=RetryPolicy(max_attempts=100, cap=1))
    fake.fail(RESET, times=10)
    error = await fails(me, errors.MeliConnectionError)
    assert error.attempts == 10
    write = me.with_options(retry=RetryPolicy(max_attempts=4))
    before = now()
    with pytest.raises(errors.CircuitOpenError):
        await write.request("PUT", "/orders/1", json={})
    assert now() - before < SOON


async def test_those_who_queue_when_it_opens_never_leave(opened, fake):
    me = opened(rate=1, retry=RetryPolicy.never())
    fake.fail(RESET, times=10)
    ended = await asyncio.gather(*(me.orders.get(17) for _ in range(25)), return_exceptions=True)
    assert [type(error) for error in ended] == [errors.MeliConnectionError] * 10 + [errors.CircuitOpenError] * 15
    assert len(fake.requests) == 10


async def test_an_outage_lets_one_probe_through_for_each_pause(opened, fake):
    me = opened(retry=RetryPolicy(max_attempts=4))
    fake._router = lambda _: RESET
    start = now()
    while now() - start < 300:
        await fails(me, errors.MeliError)
        await asyncio.sleep(0.1)
    assert len(fake.requests) == 10 + 9


async def test_without_a_policy_nothing_is_stopped(clock, fake):
    me = MeliSession("APP_USR-x", transport=fake, throughput=10_000, retry=RetryPolicy.never(), breaker=None)
    fake.fail(RESET, times=50)
    for _ in range(50):
        await fails(me, errors.MeliConnectionError)
