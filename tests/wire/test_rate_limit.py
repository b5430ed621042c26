"""The limiter of one process: evenly spaced, first come first served, on a clock that nobody waits for."""

import asyncio
import itertools
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest

from meli_sdk import AppCredentials, MeliApp, MeliSession, SQLiteGrantStore
from meli_sdk.errors import InputError, ThroughputWaitError, shown
from meli_sdk.wire.clock import SystemClock
from meli_sdk.wire.endpoint import RateGroup
from meli_sdk.wire.rate_limit import LocalRateLimiter

pytestmark = pytest.mark.virtual_time
NARROW = RateGroup(name="search", per_minute=6)
EXACT = 1e-3
"""Seconds by which an idle loop may run late: a microsecond for each of its passes."""


class Recorder:
    """Notes when each call left."""

    def __init__(self) -> None:
        self.left: list[tuple[Any, float]] = []

    async def __call__(self, name: Any, acquire: Coroutine[Any, Any, float]) -> float:
        waited = await acquire
        self.left.append((name, asyncio.get_running_loop().time()))
        return waited

    @property
    def times(self) -> list[float]:
        return [time for _, time in self.left]

    @property
    def names(self) -> list[Any]:
        return [name for name, _ in self.left]


@pytest.fixture
def record() -> Recorder:
    return Recorder()


@pytest.fixture
def limiter(clock) -> Callable[[float], LocalRateLimiter]:
    return lambda rate: LocalRateLimiter(rate, clock=clock)


def now() -> float:
    return asyncio.get_running_loop().time()


def stall(seconds: float) -> None:
    """The loop stands still: time passes while nothing runs."""
    asyncio.get_running_loop()._jumping.time += seconds


@pytest.mark.parametrize("rate", [0.01, 1, 3, 25, 1000])
async def test_calls_leave_evenly_spaced_and_use_the_whole_rate(limiter, record, rate):
    gate = limiter(rate)
    start = now()
    await asyncio.gather(*(record(n, gate.acquire(1, None)) for n in range(20)))
    spaces = [later - earlier for earlier, later in zip(record.times, record.times[1:], strict=False)]
    assert record.times[0] - start == pytest.approx(0, abs=EXACT)
    assert spaces == pytest.approx([1 / rate] * 19, abs=EXACT)


async def test_a_call_that_is_held_up_between_its_slot_and_the_socket_counts_from_when_it_left(limiter):
    gate, left = limiter(2), list[float]()

    async def call(number: int) -> None:
        await gate.acquire(1, None)
        if number % 3 == 0:
            stall(0.3)
        left.append(now())

    await asyncio.gather(*(call(number) for number in range(12)))
    assert all(third - first >= 1 for first, third in zip(left, left[2:], strict=False))


async def test_calls_leave_in_the_order_in_which_they_came(limiter, record):
    gate = limiter(10)
    waiting = [asyncio.create_task(record(n, gate.acquire(1, None))) for n in range(30)]
    for n in range(30, 40):  # newcomers, just when a slot becomes free
        await asyncio.sleep(0.1)
        waiting.append(asyncio.create_task(record(n, gate.acquire(1, None))))
    await asyncio.gather(*waiting)
    assert record.names == list(range(40))


async def test_no_time_is_saved_up_while_nobody_calls(limiter, record):
    gate = limiter(2)
    await gate.acquire(1, None)
    await asyncio.sleep(3600)
    await asyncio.gather(*(record(n, gate.acquire(1, None)) for n in range(3)))
    assert record.times[2] - record.times[0] == pytest.approx(1.0, abs=EXACT)


async def test_the_wait_is_told(limiter):
    gate = limiter(4)
    waits = await asyncio.gather(*(gate.acquire(1, None) for _ in range(3)))
    assert waits == pytest.approx([0, 0.25, 0.5], abs=EXACT)


async def test_each_seller_has_a_budget_of_its_own(limiter, record):
    gate = limiter(1)
    await asyncio.gather(*(record(seller, gate.acquire(seller, None)) for seller in (1, 2, 3, None, 1, 2, 3, None)))
    assert record.times == pytest.approx([0, 0, 0, 0, 1, 1, 1, 1], abs=EXACT)
    assert sorted(map(str, record.names[:4])) == ["1", "2", "3", "None"]


async def test_a_seller_that_waits_long_delays_no_other(limiter, record):
    gate = limiter(1)
    busy = [asyncio.create_task(record("busy", gate.acquire(1, None))) for _ in range(50)]
    await asyncio.sleep(10.5)
    await record("other", gate.acquire(2, None))
    assert record.times[-1] == pytest.approx(10.5, abs=EXACT)
    await asyncio.gather(*busy)


async def test_one_call_a_second_is_the_default_of_limiters_sessions_and_applications(
    clock, fake, tmp_path, monkeypatch
):
    monkeypatch.setattr(SystemClock, "monotonic", lambda _: now())
    fake.answer(200, {"id": 17}, times=6)
    grants = SQLiteGrantStore(tmp_path / "grants.db")
    app = MeliApp(AppCredentials(17, "invented"), grants, transport=fake)
    await app.import_grant(
        1, refresh_token="TG-x", access_token="APP_USR-x", expires_at=datetime(2100, 1, 1, tzinfo=UTC)
    )
    limiter, sold, alone = (
        LocalRateLimiter(clock=clock),
        app.session(1),
        MeliSession("APP_USR-x", user_id=1, transport=fake),
    )
    for call in (lambda: limiter.acquire(1, None), lambda: sold.orders.get(17), lambda: alone.orders.get(17)):
        start = now()
        await asyncio.gather(*(call() for _ in range(3)))
        assert now() - start == pytest.approx(2, abs=EXACT)
    await app.aclose()


# pause


async def test_a_pause_lets_nothing_pass_and_no_burst_follows(limiter, record):
    gate = limiter(10)
    waiting = [asyncio.create_task(record(n, gate.acquire(1, None))) for n in range(8)]
    await asyncio.sleep(0.25)
    await gate.penalize(1, None, 5)
    start = now()
    await asyncio.gather(*waiting)
    after = [time - start for time in record.times if time > start]
    assert len(after) == 5
    assert after[0] >= 5 - EXACT
    assert all(later - earlier >= 0.1 - EXACT for earlier, later in itertools.pairwise(after))


async def test_a_pause_reaches_the_call_that_holds_the_next_slot(limiter, record):
    gate = limiter(0.1)
    await gate.acquire(1, None)
    waiting = asyncio.create_task(record("next", gate.acquire(1, None)))
    await asyncio.sleep(9)
    await gate.penalize(1, None, 30)
    await waiting
    assert record.times[0] >= 39 - EXACT


async def test_the_longer_of_two_pauses_holds(limiter, record):
    gate = limiter(100)
    await gate.penalize(1, None, 5)
    await gate.penalize(1, None, 1)
    await record("x", gate.acquire(1, None))
    assert record.times[0] == pytest.approx(5, abs=0.02)


async def test_a_pause_of_one_seller_is_no_pause_of_another(limiter, record):
    gate = limiter(100)
    await gate.penalize(1, None, 60)
    await record("other", gate.acquire(2, None))
    assert record.times[0] == pytest.approx(0, abs=EXACT)


# slowing down


async def spacing(gate, record, seller=1) -> float:
    """Seconds between two calls that queue."""
    await asyncio.gather(*(record(n, gate.acquire(seller, None)) for n in range(4)))
    return record.times[-1] - record.times[-2]


async def test_a_refusal_halves_the_sellers_rate_and_each_minute_gives_a_tenth_back(limiter, record):
    gate = limiter(2)
    await gate.penalize(1, None, 1)
    seen = {}
    for minute in range(7):
        await asyncio.sleep(60 * minute + 2 - now())
        seen[minute] = round(1 / await spacing(gate, record), 2)
    assert seen == {0: 1.0, 1: 1.2, 2: 1.4, 3: 1.6, 4: 1.8, 5: 2.0, 6: 2.0}


async def test_refusals_of_calls_that_were_under_way_count_once(limiter, record):
    gate = limiter(8)
    for _ in range(50):
        await gate.penalize(1, None, 5)
    assert await spacing(gate, record) == pytest.approx(1 / 4, abs=EXACT)


@pytest.mark.parametrize("together", [True, False])
async def test_refusals_of_calls_that_were_under_way_count_once_where_no_pause_is_asked_for(limiter, record, together):
    gate = limiter(8)
    refusals = [gate.penalize(1, None, 0.0) for _ in range(4)]
    if together:
        await asyncio.gather(*refusals)
    else:
        for refusal in refusals:
            await refusal
            await asyncio.sleep(0.2)
    assert await spacing(gate, record) == pytest.approx(1 / 4, abs=EXACT)


async def test_refusals_one_after_the_other_slow_down_to_a_sixteenth_and_no_further(limiter, record):
    gate = limiter(16)
    for _ in range(12):
        await gate.penalize(1, None, 0.1)
        await asyncio.sleep(1)
    assert await spacing(gate, record) == pytest.approx(1, abs=EXACT)


async def test_a_refusal_in_a_group_pauses_the_group_and_slows_the_seller(limiter, record):
    gate = limiter(2)
    await gate.penalize(1, NARROW, 30)
    assert await spacing(gate, record) == pytest.approx(1, abs=EXACT)
    assert await spacing(gate, record, seller=2) == pytest.approx(0.5, abs=EXACT)


async def test_a_slow_down_is_one_line_in_the_log(limiter, caplog):
    gate = limiter(2)
    for _ in range(5):
        await gate.penalize(7, NARROW, 30)
    (line,) = [record.getMessage() for record in caplog.records]
    assert "seller 7" in line
    assert "group search pauses for 30.0 s, the seller goes on at 1 calls a second" in line


async def test_a_pause_of_the_group_reaches_those_who_wait_for_the_sellers_slot(limiter, record):
    gate = limiter(0.2)
    wide = RateGroup(name="wide", per_minute=6000)
    waiting = [asyncio.create_task(record(n, gate.acquire(1, wide))) for n in range(3)]
    await asyncio.sleep(1)
    await gate.penalize(1, wide, 60)
    await asyncio.gather(*waiting)
    assert record.names == [0, 1, 2]
    assert record.times[1] >= 61


# windows


def most_in_a_window(times: list[float], seconds: float = 1.0) -> int:
    """The greatest number of calls that left within any half-open window."""
    most = first = 0
    for index, time in enumerate(times):
        while time - times[first] >= seconds - 1e-6:  # the difference of two floats is not exact
            first += 1
        most = max(most, index - first + 1)
    return most


@pytest.mark.parametrize("rate", [1, 4, 25, 200])
async def test_stalls_and_cancellations_never_lead_to_more_than_the_rate_in_any_second(limiter, record, rate):
    gate = limiter(rate)
    random = Random(rate)
    waiting = [asyncio.create_task(record(n, gate.acquire(1, None))) for n in range(rate * 25)]
    start = now()
    while now() - start < 20:
        await asyncio.sleep(random.uniform(1, 3))
        stall(0.12)
        for task in random.sample(waiting, rate // 10):
            task.cancel()
    taken = len(record.times)
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    assert most_in_a_window(record.times) <= rate
    assert record.names == sorted(record.names)
    assert taken >= 0.97 * rate * (now() - start)


@pytest.mark.parametrize("rate", [25, 200])
async def test_a_call_that_is_held_up_counts_from_when_it_left_where_all_that_follow_find_a_free_slot(limiter, rate):
    gate, left = limiter(rate), list[float]()
    await gate.acquire(1, None)
    stall(0.3)
    left.append(now())
    for _ in range(rate):
        await asyncio.sleep(0.8 / rate)
        await gate.acquire(1, None)
        left.append(now())
    assert most_in_a_window(left) <= rate


@pytest.mark.parametrize(("rate", "last"), [(1, 1.0), (4, 1.25), (25, 1.26)])
async def test_a_call_counts_from_when_it_left_and_not_from_when_the_next_one_came(limiter, record, rate, last):
    gate, start = limiter(rate), now()
    await gate.acquire(1, None)
    await asyncio.sleep(0.5)
    await asyncio.gather(*(record(n, gate.acquire(1, None)) for n in range(rate)))
    assert record.times[-1] - start <= last + EXACT


async def test_after_a_quiet_time_no_second_holds_more_than_the_rate(limiter, record):
    gate = limiter(25)
    for _ in range(5):
        await asyncio.gather(*(record(n, gate.acquire(1, None)) for n in range(60)))
        await asyncio.sleep(10)
    assert most_in_a_window(record.times) == 25


async def test_a_rate_that_is_no_whole_number_is_met_on_average(limiter, record):
    gate = limiter(2.5)
    await asyncio.gather(*(record(n, gate.acquire(1, None)) for n in range(51)))
    assert record.times[-1] - record.times[0] == pytest.approx(20, rel=0.01)
    assert most_in_a_window(record.times) == 3


async def test_changing_the_rate_gives_no_burst(limiter, record):
    gate = limiter(25)
    waiting = [asyncio.create_task(record(n, gate.acquire(1, None))) for n in range(200)]
    for step in range(100):
        await asyncio.sleep(0.05)
        gate.set_rate(1, 25 if step % 2 else 24)
    await asyncio.gather(*waiting)
    assert most_in_a_window(record.times) <= 25


# rate


async def test_a_new_rate_holds_from_the_next_call_on(limiter, record):
    gate = limiter(1)
    await asyncio.gather(*(record(n, gate.acquire(1, None)) for n in range(3)))
    gate.set_rate(1, 10)
    start = now()
    await asyncio.gather(*(record(n, gate.acquire(1, None)) for n in range(11)))
    assert now() - start == pytest.approx(1.0, abs=0.2)


async def test_a_new_rate_reaches_those_who_wait_already(limiter, record):
    gate = limiter(0.1)
    waiting = [asyncio.create_task(record(n, gate.acquire(1, None))) for n in range(12)]
    await asyncio.sleep(1)
    gate.set_rate(1, 10)
    await asyncio.gather(*waiting)
    assert now() < 3


async def test_a_rate_can_change_in_every_pass_of_the_loop_while_somebody_waits(limiter, record):
    gate = limiter(0.1)
    waiting = [asyncio.create_task(record(n, gate.acquire(1, None))) for n in range(2)]
    await asyncio.sleep(1)
    for step in range(1, 10):
        gate.set_rate(1, step)
        await asyncio.sleep(0)
    await asyncio.gather(*waiting)
    assert now() < 3


async def test_a_new_rate_is_one_sellers(limiter, record):
    gate = limiter(1)
    gate.set_rate(1, 100)
    await asyncio.gather(*(record(n, gate.acquire(n % 2 + 1, None)) for n in range(6)))
    last = dict(zip(record.names, record.times, strict=True))
    assert last[4] == pytest.approx(0.02, abs=0.01)
    assert last[5] == pytest.approx(2, abs=0.01)


@pytest.mark.parametrize(
    "rate", [0, -1, 0.009, 10_001, float("nan"), float("inf"), "1", True, None, 10**400], ids=shown
)
async def test_what_is_no_rate_is_refused_when_made_and_when_changed(limiter, rate):
    with pytest.raises(InputError, match=r"throughput is calls per second, 0\.01 to 10,000, got "):
        limiter(rate)
    with pytest.raises(InputError, match="throughput is calls per second"):
        limiter(1).set_rate(1, rate)


# groups


async def test_a_group_is_narrower_than_the_seller(limiter, record):
    gate = limiter(10)
    calls = [record("group", gate.acquire(1, NARROW)) for _ in range(3)]
    calls += [record("free", gate.acquire(1, None)) for _ in range(3)]
    await asyncio.gather(*calls)
    of_group = [time for name, time in record.left if name == "group"]
    assert [later - earlier for earlier, later in itertools.pairwise(of_group)] == pytest.approx([10, 10], abs=0.3)
    assert max(time for name, time in record.left if name == "free") < 1


@pytest.mark.parametrize(("paused", "others"), [(30, 0), (60, 0), (0, 1000), (0, 4000)])
async def test_no_minute_holds_more_than_a_groups_budget_however_long_its_calls_wait_for_the_seller(
    limiter, record, paused, others
):
    gate, group = limiter(25), RateGroup(name="orders", per_minute=100)
    if paused:
        await gate.penalize(1, None, paused)
    calls = [record("other", gate.acquire(1, None)) for _ in range(others)]
    await asyncio.gather(*calls, *(record(n, gate.acquire(1, group)) for n in range(330)))
    of_group = [(name, time) for name, time in record.left if name != "other"]
    assert most_in_a_window([time for _, time in of_group], 60) == 100
    assert [name for name, _ in of_group] == list(range(330))
    assert record.times[-1] - record.times[0] <= 4 * 60 + others / 25


async def test_a_call_that_gives_up_while_it_waits_for_the_seller_gives_its_part_of_the_groups_minute_back(
    limiter, record
):
    gate, group = limiter(25), RateGroup(name="orders", per_minute=100)
    await gate.penalize(1, None, 120)
    waiting = [asyncio.create_task(gate.acquire(1, group)) for _ in range(200)]
    await asyncio.sleep(119)
    for task in waiting:
        task.cancel()
    await record("next", gate.acquire(1, group))
    assert record.times[0] == pytest.approx(120, abs=0.1)


async def test_a_pause_of_a_group_leaves_the_sellers_other_calls_alone(limiter, record):
    gate = limiter(100)
    await gate.penalize(1, NARROW, 120)
    await asyncio.gather(record("group", gate.acquire(1, NARROW)), record("free", gate.acquire(1, None)))
    assert record.names == ["free", "group"]
    assert record.times == pytest.approx([0, 120], abs=0.05)


async def test_a_group_of_the_application_is_shared_by_its_sellers_and_a_sellers_is_not(limiter, record):
    gate = limiter(100)
    shared = RateGroup(name="quotation", per_minute=60, scope="application")
    await asyncio.gather(*(record("shared", gate.acquire(seller, shared)) for seller in (1, 2, 3)))
    assert record.times == pytest.approx([0, 1, 2], abs=0.05)
    start = now()
    await asyncio.gather(*(record("own", gate.acquire(seller, NARROW)) for seller in (1, 2, 3)))
    assert now() - start < 0.5


# too long a wait


async def test_a_wait_that_is_too_long_is_told_at_once(limiter):
    gate = limiter(0.5)
    waiting = [asyncio.create_task(gate.acquire(1, None)) for _ in range(5)]
    await asyncio.sleep(0)
    start = now()
    with pytest.raises(
        ThroughputWaitError, match=r"raise the throughput \(0\.5 calls per second\) or the deadline"
    ) as raised:
        await gate.acquire(1, None, max_wait=5)
    assert raised.value.wait == pytest.approx(10, abs=0.01)
    assert now() - start < EXACT
    await asyncio.gather(*waiting)


async def test_a_call_that_nobody_is_before_is_told_the_wait_until_the_next_slot(limiter, record):
    gate = limiter(0.05)
    await gate.acquire(1, None)
    await asyncio.sleep(19.5)
    with pytest.raises(ThroughputWaitError) as raised:
        await gate.acquire(1, None, max_wait=0.4)
    assert raised.value.wait == pytest.approx(0.5, abs=EXACT)
    assert await gate.acquire(1, None, max_wait=5) == pytest.approx(0.5, abs=EXACT)


async def test_a_wait_that_fits_is_waited(limiter):
    gate = limiter(0.5)
    await gate.acquire(1, None)
    assert await gate.acquire(1, None, max_wait=2.1) == pytest.approx(2, abs=0.01)


async def test_a_pause_counts_as_wait(limiter):
    gate = limiter(10)
    await gate.penalize(1, None, 30)
    with pytest.raises(ThroughputWaitError) as raised:
        await gate.acquire(1, None, max_wait=5)
    assert raised.value.wait == pytest.approx(30, abs=0.2)


async def test_the_wait_for_a_group_counts_too(limiter):
    gate = limiter(10)
    await gate.acquire(1, NARROW)
    with pytest.raises(ThroughputWaitError):
        await gate.acquire(1, NARROW, max_wait=5)


async def test_a_refused_wait_takes_no_place_in_the_queue(limiter, record):
    gate = limiter(1)
    await gate.acquire(1, None)
    for _ in range(50):
        with pytest.raises(ThroughputWaitError):
            await gate.acquire(1, None, max_wait=0.1)
    await record("next", gate.acquire(1, None))
    assert record.times[0] == pytest.approx(1, abs=EXACT)


# those who leave


async def test_a_cancelled_wait_gives_its_place_to_the_next(limiter, record):
    gate = limiter(1)
    waiting = [asyncio.create_task(record(n, gate.acquire(1, None))) for n in range(10)]
    await asyncio.sleep(0.5)
    for task in waiting[1:9]:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    assert record.names == [0, 9]
    assert record.times == pytest.approx([0, 1], abs=EXACT)
    with pytest.raises(ThroughputWaitError) as raised:
        await gate.acquire(1, None, max_wait=0)
    assert raised.value.wait == pytest.approx(1, abs=EXACT)
