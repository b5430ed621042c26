"""One seller's token inside a process: renewed once however many ask, by a clock that may lie."""

import asyncio
from datetime import timedelta

import pytest
from tests.auth.token_server import APP, SELLER, TokenServer, first_record, lost_answer, machine, not_sent

from meli_sdk import MemoryGrantStore, Secret
from meli_sdk.auth.events import RenewalFailed, TokenRenewed
from meli_sdk.auth.refresh import HOPELESS_SECONDS, QUIET_SECONDS
from meli_sdk.errors import (
    ConfigurationError,
    MeliConnectionError,
    NoGrantError,
    ReauthorizationRequiredError,
    SessionStateError,
    StoreError,
)

pytestmark = [
    pytest.mark.virtual_time,
    pytest.mark.filterwarnings("ignore:MemoryGrantStore forgets:UserWarning"),
]

HOUR = 3_600


class SkewedClock:
    """The loop's time, with a wall clock that is off and can be set."""

    def __init__(self, clock, offset=0.0):
        self._clock = clock
        self.offset = offset

    def monotonic(self):
        return self._clock.monotonic()

    def now(self):
        return self._clock.now() + timedelta(seconds=self.offset)

    async def sleep(self, seconds):
        await self._clock.sleep(seconds)


@pytest.fixture
def server():
    return TokenServer()


@pytest.fixture
def store():
    return MemoryGrantStore()


async def connected(store, clock, **record):
    await store.swap(first_record(clock, **record), expected_version=None)


# single flight


async def test_of_five_thousand_that_ask_and_half_that_give_up_one_exchanges_and_all_others_are_served(
    store, server, clock
):
    await connected(store, clock, life=-1, access="")
    one = machine(store, server, clock)
    tasks = [asyncio.create_task(one.refresher.token()) for _ in range(5_000)]
    await asyncio.sleep(0.03)
    for task in tasks[::2]:
        task.cancel()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert {type(result) for result in results[::2]} == {asyncio.CancelledError}
    assert set(results[1::2]) == {Secret("APP_USR-1")}
    assert len(server.exchanges) == 1


async def test_when_all_that_asked_give_up_the_new_tokens_are_saved_all_the_same(store, server, clock):
    await connected(store, clock, access="")
    one = machine(store, server, clock)
    tasks = [asyncio.create_task(one.refresher.token()) for _ in range(10)]
    await asyncio.sleep(0.03)
    for task in tasks:
        task.cancel()
    await asyncio.sleep(1)
    assert (await store.load(APP, SELLER)).grant.refresh_token == Secret("TG-1")


async def test_a_deadline_of_a_caller_does_not_reach_the_exchange(store, server, clock):
    await connected(store, clock, access="")
    server.seconds = 40
    one = machine(store, server, clock)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(1):
            await one.refresher.token()
    await asyncio.sleep(60)
    assert one.refresher.current() == Secret("APP_USR-1")
    assert len(server.exchanges) == 1


async def test_a_burst_of_a_thousand_refusals_exchanges_once(store, server, clock):
    await connected(store, clock)
    one = machine(store, server, clock)
    old = await one.refresher.token()

    async def refused():
        await one.refresher.invalidate(old)
        return one.refresher.current() or await one.refresher.token()

    assert set(await asyncio.gather(*(refused() for _ in range(1_000)))) == {Secret("APP_USR-1")}
    await one.refresher.invalidate(old)  # the last answer arrives late
    assert one.refresher.current() == Secret("APP_USR-1")
    assert len(server.exchanges) == 1


async def test_many_processes_with_many_tasks_exchange_once(store, server, clock):
    await connected(store, clock, access="")
    processes = [machine(store, server, clock, random=n / 10) for n in range(10)]
    tokens = await asyncio.gather(*(process.refresher.token() for process in processes for _ in range(20)))
    assert (set(tokens), len(server.exchanges)) == ({Secret("APP_USR-1")}, 1)


# what is given out


async def test_nothing_is_given_out_before_the_store_was_asked(store, server, clock):
    await connected(store, clock)
    one = machine(store, server, clock)
    assert one.refresher.current() is None
    assert await one.refresher.token() == Secret("APP_USR-0")
    assert one.refresher.current() == Secret("APP_USR-0")
    assert server.exchanges == []


async def test_a_seller_who_never_connected_has_a_class(store, server, clock):
    with pytest.raises(NoGrantError, match=r"send its owner to app.authorization_url"):
        await machine(store, server, clock).refresher.token()


async def test_each_of_those_who_wait_has_a_failure_of_its_own_to_note_its_call_on(store, server, clock):
    one = machine(store, server, clock)
    first, second = await asyncio.gather(one.refresher.token(), one.refresher.token(), return_exceptions=True)
    assert type(first) is type(second) is NoGrantError
    first.cursor = "offset=50"
    assert (second.cursor, str(first)) == (None, str(second))


async def test_a_refused_token_is_not_brought_back_by_its_clock_or_by_the_store(store, server, clock):
    await connected(store, clock)
    one = machine(store, server, clock)
    old = await one.refresher.token()
    await one.refresher.invalidate(old)
    assert one.refresher.current() is None
    await one.refresher.reread()
    assert one.refresher.current() is None
    assert await one.refresher.token() == Secret("APP_USR-1")


async def test_a_token_that_another_process_has_renewed_is_taken_without_an_exchange(store, server, clock):
    await connected(store, clock)
    one, other = machine(store, server, clock), machine(store, server, clock)
    old = await one.refresher.token()
    await other.refresher.token()
    await other.refresher.invalidate(old)
    await other.refresher.token()
    await one.refresher.invalidate(old)
    assert await one.refresher.token() == Secret("APP_USR-1")
    assert len(server.exchanges) == 1


async def test_a_reread_takes_a_newer_token_and_exchanges_nothing(store, server, clock):
    await connected(store, clock)
    one, other = machine(store, server, clock), machine(store, server, clock)
    old = await one.refresher.token()
    await other.refresher.token()
    await other.refresher.invalidate(old)
    await other.refresher.token()
    await one.refresher.reread()
    assert one.refresher.current() == Secret("APP_USR-1")
    await store.delete(APP, SELLER)
    await one.refresher.reread()
    assert one.refresher.current() is None
    assert len(server.exchanges) == 1


# in time, and early


async def test_the_token_is_renewed_in_the_background_while_the_old_one_is_given_out(store, server, clock):
    await connected(store, clock)
    one = machine(store, server, clock)
    await one.refresher.token()
    await asyncio.sleep(6 * HOUR - 601)
    assert one.refresher.current() == Secret("APP_USR-0")
    assert server.exchanges == []
    await asyncio.sleep(2)
    assert one.refresher.current() == Secret("APP_USR-0")
    await asyncio.sleep(1)
    assert one.refresher.current() == Secret("APP_USR-1")
    assert len(server.exchanges) == 1


async def test_processes_do_not_renew_in_step(store, server, clock):
    await connected(store, clock)
    early, late = machine(store, server, clock, random=1.0), machine(store, server, clock, random=0.0)
    await early.refresher.token()
    await late.refresher.token()
    await asyncio.sleep(6 * HOUR - 719)
    assert early.refresher.current() == late.refresher.current() == Secret("APP_USR-0")
    await asyncio.sleep(1)
    assert (early.refresher.current(), late.refresher.current()) == (Secret("APP_USR-1"), Secret("APP_USR-0"))


async def test_an_outage_of_the_token_endpoint_costs_no_call_while_the_token_lives(store, server, clock):
    await connected(store, clock)
    one = machine(store, server, clock)
    await one.refresher.token()
    server.before = [not_sent() for _ in range(8)]
    await asyncio.sleep(6 * HOUR - 500)
    for _ in range(40):
        assert one.refresher.current() == Secret("APP_USR-0")
        await asyncio.sleep(2)
    assert 4 <= len(server.exchanges) <= 8
    await asyncio.sleep(120)
    one.refresher.current()
    await asyncio.sleep(1)
    assert one.refresher.current() == Secret("APP_USR-1")


async def test_an_expired_token_is_not_given_out(store, server, clock):
    await connected(store, clock)
    one = machine(store, server, clock)
    await one.refresher.token()
    await asyncio.sleep(6 * HOUR)
    assert one.refresher.current() is None
    assert await one.refresher.token() == Secret("APP_USR-1")


# failures


async def test_a_failure_is_remembered_for_a_while_so_that_an_outage_is_not_multiplied(store, server, clock):
    await connected(store, clock, access="")
    server.before = [not_sent() for _ in range(4)]
    one = machine(store, server, clock)
    with pytest.raises(MeliConnectionError):
        await one.refresher.token()
    for _ in range(100):
        with pytest.raises(MeliConnectionError):
            await one.refresher.token()
    assert len(server.exchanges) == 4
    await asyncio.sleep(QUIET_SECONDS)
    assert await one.refresher.token() == Secret("APP_USR-1")
    assert [type(event) for event in one.events] == [RenewalFailed] * 4 + [TokenRenewed]
    assert [event.seconds is None for event in one.events[:4]] == [False, False, False, True]


async def test_wrong_credentials_are_not_tried_again_and_leave_the_grant_alone(store, server, clock):
    await connected(store, clock, access="")
    server.before = [ConfigurationError("invalid_client (status 400)")]
    one = machine(store, server, clock)
    with pytest.raises(ConfigurationError):
        await one.refresher.token()
    record = await store.load(APP, SELLER)
    assert (len(server.exchanges), record.state, record.lost) == (1, "connected", None)


async def test_a_new_connection_is_taken_at_once_after_a_dead_one(store, server, clock):
    await connected(store, clock, access="")
    server.current = "TG-spent-elsewhere"
    one = machine(store, server, clock)
    for _ in range(3):
        with pytest.raises(ReauthorizationRequiredError):
            await one.refresher.token()
    assert len(server.exchanges) == 1
    stored = await store.load(APP, SELLER)
    await store.delete(APP, SELLER)
    await store.swap(first_record(clock, access="APP_USR-new"), expected_version=None)
    assert stored.reason is not None
    assert await one.refresher.token() == Secret("APP_USR-new")


async def test_a_store_that_fails_is_told_and_asked_again_by_the_next_call(store, server, clock, monkeypatch):
    await connected(store, clock)
    one = machine(store, server, clock)
    original = store.load
    broken = True

    async def load(client_id, user_id):
        if broken:
            message = "grants.db: disk I/O error"
            raise StoreError(message)
        return await original(client_id, user_id)

    monkeypatch.setattr(store, "load", load)
    with pytest.raises(StoreError, match="disk I/O error"):
        await one.refresher.token()
    broken = False
    assert await one.refresher.token() == Secret("APP_USR-0")


async def test_a_seller_whose_new_tokens_are_refused_too_costs_few_exchanges_a_minute(store, server, clock):
    await connected(store, clock)
    one = machine(store, server, clock)

    async def call():
        """As the pipeline does it, where Mercado Libre refuses everything."""
        first = one.refresher.current() or await one.refresher.token()
        await one.refresher.invalidate(first)
        second = one.refresher.current() or await one.refresher.token()
        if second != first:
            one.refresher.refused_again(second)

    for _ in range(200):
        await call()
    assert len(server.exchanges) == 3
    await asyncio.sleep(HOPELESS_SECONDS + 1)
    for _ in range(200):
        await call()
    assert len(server.exchanges) <= 7  # the token at hand was refused already, so the first call exchanges twice


# the clock


@pytest.mark.parametrize("expires_in", [0, -1, 1, 10_800, 21_600, 10**9, 10**15])
async def test_whatever_expires_in_says_there_is_no_storm_and_the_token_is_used(store, server, clock, expires_in):
    await connected(store, clock, access="")
    server.expires_in = expires_in
    one = machine(store, server, clock)
    for _ in range(600):
        assert one.refresher.current() or await one.refresher.token()
        await asyncio.sleep(1)
    assert len(server.exchanges) <= 11


@pytest.mark.parametrize(
    "offset", [-HOUR, HOUR, -30 * HOUR, 30 * HOUR], ids=["behind", "ahead", "far behind", "far ahead"]
)
async def test_a_wall_clock_that_is_off_costs_one_exchange_at_most(store, server, clock, offset):
    await connected(store, clock)
    one = machine(store, server, SkewedClock(clock, offset))
    for _ in range(300):
        assert one.refresher.current() or await one.refresher.token()
        await asyncio.sleep(60)
    assert len(server.exchanges) <= 1


async def test_two_processes_with_different_clocks_do_not_provoke_each_other(store, server, clock):
    await connected(store, clock)
    processes = [machine(store, server, SkewedClock(clock, offset)) for offset in (0, HOUR, -HOUR, 7 * HOUR)]
    for _ in range(300):
        for process in processes:
            assert process.refresher.current() or await process.refresher.token()
        await asyncio.sleep(60)
    assert len(server.exchanges) <= 2


@pytest.mark.parametrize("jump", [-5 * HOUR, -60, 60, 5 * HOUR, 300 * HOUR])
async def test_a_jump_of_the_wall_clock_changes_nothing_for_a_token_in_use(store, server, clock, jump):
    await connected(store, clock, access="")
    wall = SkewedClock(clock)
    one = machine(store, server, wall)
    await one.refresher.token()
    wall.offset = jump
    for _ in range(300):
        assert one.refresher.current() == Secret("APP_USR-1")
        await asyncio.sleep(60)
    assert len(server.exchanges) == 1


async def test_a_token_from_the_future_is_used_until_it_is_refused(store, server, clock):
    await connected(store, SkewedClock(clock, 5 * HOUR))
    one = machine(store, server, clock)
    assert await one.refresher.token() == Secret("APP_USR-0")
    await asyncio.sleep(20 * HOUR)
    assert one.refresher.current() == Secret("APP_USR-0")
    await one.refresher.invalidate(Secret("APP_USR-0"))
    assert await one.refresher.token() == Secret("APP_USR-1")


# the end


async def test_closing_waits_for_an_exchange_and_its_save(store, server, clock):
    await connected(store, clock, access="")
    server.seconds = 20
    one = machine(store, server, clock)
    waiting = asyncio.create_task(one.refresher.token())
    await asyncio.sleep(1)
    await one.refresher.drain()
    assert (await store.load(APP, SELLER)).grant.refresh_token == Secret("TG-1")
    assert await waiting == Secret("APP_USR-1")


async def test_closing_cuts_a_pause_between_exchanges_short(store, server, clock):
    await connected(store, clock, access="")
    server.before = [lost_answer()] * 3
    one = machine(store, server, clock)
    waiting = asyncio.create_task(one.refresher.token())
    await asyncio.sleep(4)
    start = clock.monotonic()
    await one.refresher.drain()
    assert clock.monotonic() - start < 0.1
    with pytest.raises(SessionStateError, match="closed"):
        await waiting


async def test_closing_during_an_exchange_that_fails_starts_no_other(store, server, clock):
    await connected(store, clock, access="")
    server.before = [lost_answer()] * 3
    one = machine(store, server, clock)
    waiting = asyncio.create_task(one.refresher.token())
    await asyncio.sleep(0.01)
    await one.refresher.drain()
    with pytest.raises(MeliConnectionError):
        await waiting
    assert len(server.exchanges) == 1


async def test_asked_outside_a_loop_current_answers_and_starts_nothing(store, server, clock, monkeypatch):
    await connected(store, clock)
    one = machine(store, server, clock)
    await one.refresher.token()
    await asyncio.sleep(6 * HOUR - 300)
    monkeypatch.setattr(clock, "monotonic", asyncio.get_running_loop().time)
    assert await asyncio.to_thread(one.refresher.current) == Secret("APP_USR-0")
    assert server.exchanges == []
