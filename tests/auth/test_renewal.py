"""The grant protocol between processes: crashes at each step, lost answers, stalled holders, stores that fail."""

import asyncio
import logging

import pytest
from attrs import evolve
from tests.auth.token_server import (
    APP,
    SELLER,
    DeathError,
    TokenServer,
    first_record,
    lost_answer,
    machine,
    not_sent,
    server_error,
    too_many,
)

from meli_sdk import MemoryGrantStore, Secret
from meli_sdk.auth import holder
from meli_sdk.auth.events import GrantEnded, GrantNotSaved, TokenRenewed
from meli_sdk.auth.renewal import BACK_OFF, LEASE_SECONDS, SETTLE_SECONDS, Unwanted
from meli_sdk.errors import (
    AccountMismatchError,
    MeliConnectionError,
    NoGrantError,
    RateLimitedError,
    ReauthorizationRequiredError,
    ServerError,
    StoreError,
)

pytestmark = [
    pytest.mark.virtual_time,
    pytest.mark.filterwarnings("ignore:MemoryGrantStore forgets:UserWarning"),
]

T0, T1, T2 = (Secret(f"TG-{n}") for n in range(3))


class Store(MemoryGrantStore):
    """Memory whose writes can fail: `failing` writes do, `arriving` of them take effect all the same."""

    failing = 0
    arriving = False
    slow = 0.0

    async def swap(self, record, *, expected_version):
        renewing = record.attempt is None and record.renewals > 0
        if renewing and self.slow:
            stall, self.slow = self.slow, 0.0
            await asyncio.sleep(stall)
        if renewing and self.failing:
            self.failing -= 1
            if self.arriving:
                await super().swap(record, expected_version=expected_version)
            message = "grants.db: database or disk is full"
            raise StoreError(message)
        return await super().swap(record, expected_version=expected_version)


@pytest.fixture
def server():
    return TokenServer()


@pytest.fixture
def store():
    return Store()


@pytest.fixture
async def record(store, clock):
    """A seller whose access token has ended."""
    first = first_record(clock, access="")
    await store.swap(first, expected_version=None)
    return first


async def stored(store):
    return await store.load(APP, SELLER)


async def dead(store, server, clock, step):
    """A process that dies in a step of the renewal."""
    process = machine(store, server, clock, die_at=step)
    with pytest.raises(DeathError):
        await process.renewal(None, lambda _: None)
    return process


async def took(clock, work):
    start = clock.monotonic()
    result = await work
    return result, clock.monotonic() - start


# the crash table


async def test_the_steps_of_a_renewal_have_names(store, server, clock, record):
    process = machine(store, server, clock)
    await process.refresher.token()
    assert process.steps == ["before_lease", "leased", "answered", "saved"]


async def test_a_crash_before_the_lease_leaves_everything_as_it_was(store, server, clock, record):
    await dead(store, server, clock, "before_lease")
    assert await stored(store) == record
    token, seconds = await took(clock, machine(store, server, clock).refresher.token())
    assert (token, seconds < 1) == (Secret("APP_USR-1"), True)


async def test_a_crash_between_lease_and_request_costs_the_lease_and_nothing_else(store, server, clock, record):
    await dead(store, server, clock, "leased")
    assert (await stored(store)).state == "renewing"
    assert server.exchanges == []
    sibling = machine(store, server, clock)
    token, seconds = await took(clock, sibling.refresher.token())
    assert (token, LEASE_SECONDS <= seconds < LEASE_SECONDS + 1) == (Secret("APP_USR-1"), True)
    assert (await stored(store)).state == "connected"


async def test_a_crash_after_the_request_and_before_the_commit_costs_the_lease_and_nothing_else(
    store, server, clock, record
):
    first = machine(store, server, clock)
    server.before = [DeathError()]
    with pytest.raises(DeathError):
        await first.renewal(None, lambda _: None)
    token, seconds = await took(clock, machine(store, server, clock).refresher.token())
    assert (token, LEASE_SECONDS <= seconds < LEASE_SECONDS + 1) == (Secret("APP_USR-1"), True)
    assert len(server.exchanges) == 2


async def test_a_crash_between_commit_and_save_loses_the_grant_and_the_next_call_says_so(store, server, clock, record):
    await dead(store, server, clock, "answered")
    sibling = machine(store, server, clock)
    call = asyncio.create_task(sibling.refresher.token())
    with pytest.raises(
        ReauthorizationRequiredError, match=r"answer_lost.*the answer to an exchange was lost"
    ) as raised:
        await call
    assert (raised.value.user_id, raised.value.reason) == (SELLER, "answer_lost")
    assert raised.value.since is not None
    assert server.exchanges == ["TG-0", "TG-0"]
    for process in (sibling, machine(store, server, clock), machine(store, server, clock)):
        with pytest.raises(ReauthorizationRequiredError):
            await process.refresher.token()
    assert server.exchanges == ["TG-0", "TG-0"]
    assert [type(event) for event in sibling.events] == [GrantEnded]


async def test_a_crash_after_the_save_is_none_to_the_siblings(store, server, clock, record):
    await dead(store, server, clock, "saved")
    token, seconds = await took(clock, machine(store, server, clock).refresher.token())
    assert (token, seconds < 0.01, len(server.exchanges)) == (Secret("APP_USR-1"), True, 1)


@pytest.mark.parametrize("step", ["leased", "answered"])
async def test_nobody_waits_for_a_holder_that_is_provably_gone(store, server, clock, record, monkeypatch, step):
    first = await dead(store, server, clock, step)
    name = (await stored(store)).attempt.holder
    monkeypatch.setattr("meli_sdk.auth.renewal.is_gone", lambda asked: asked == name)
    sibling = machine(store, server, clock)
    if step == "leased":
        result, seconds = await took(clock, sibling.refresher.token())
        assert result == Secret("APP_USR-1")
        assert seconds < 1
    else:
        with pytest.raises(ReauthorizationRequiredError, match="answer_lost"):
            await sibling.refresher.token()
        assert clock.monotonic() < 1
    assert first.steps[-1] == step


async def test_a_lost_grant_is_tried_once_by_however_many_processes(store, server, clock, record):
    await dead(store, server, clock, "answered")
    processes = [machine(store, server, clock, random=0.5 + n / 20) for n in range(10)]
    results = await asyncio.gather(*(process.refresher.token() for process in processes), return_exceptions=True)
    assert {(type(result), result.reason) for result in results} == {(ReauthorizationRequiredError, "answer_lost")}
    assert server.exchanges == ["TG-0", "TG-0"]


async def test_while_a_lease_stands_a_token_that_lives_is_used(store, server, clock):
    await store.swap(first_record(clock), expected_version=None)
    process = machine(store, server, clock, die_at="leased")
    with pytest.raises(DeathError):
        await process.renewal(Unwanted(Secret("APP_USR-0").fingerprint(), rejected=False), lambda _: None)
    token, seconds = await took(clock, machine(store, server, clock).refresher.token())
    assert (token, seconds < 0.01) == (Secret("APP_USR-0"), True)


# holders that stall


async def test_a_holder_whose_lease_was_taken_over_still_saves_what_it_got(store, server, clock, record):
    store.slow = 90
    slow, quick = machine(store, server, clock), machine(store, server, clock)
    first = asyncio.create_task(slow.refresher.token())
    await asyncio.sleep(1)
    second = asyncio.create_task(quick.refresher.token())
    assert (await first, await second) == (Secret("APP_USR-1"), Secret("APP_USR-1"))
    record = await stored(store)
    assert (record.grant.refresh_token, record.state, record.reason) == (T1, "connected", None)
    assert server.exchanges == ["TG-0", "TG-0"]


async def test_a_stall_longer_than_the_settling_is_healed_by_the_save(store, server, clock, record):
    store.slow = LEASE_SECONDS + SETTLE_SECONDS + 60
    slow, quick = machine(store, server, clock), machine(store, server, clock)
    first = asyncio.create_task(slow.refresher.token())
    await asyncio.sleep(1)
    with pytest.raises(ReauthorizationRequiredError, match="answer_lost"):
        await quick.refresher.token()
    assert await first == Secret("APP_USR-1")
    assert (await stored(store)).reason is None
    assert await quick.refresher.token() == Secret("APP_USR-1")


async def test_a_lease_that_was_taken_over_while_the_answer_was_late_costs_nothing(store, server, clock, record):
    server.seconds = 2 * LEASE_SECONDS + 20
    slow = machine(store, server, clock)
    first = asyncio.create_task(slow.refresher.token())
    await asyncio.sleep(1)
    quick = machine(store, server, clock)
    second = asyncio.create_task(quick.refresher.token())
    assert (await first, await second) == (Secret("APP_USR-1"), Secret("APP_USR-1"))
    assert (await stored(store)).grant.refresh_token == T1


# answers that are lost, and refusals


async def test_after_a_lost_answer_the_same_token_is_sent_again_which_mostly_works(store, server, clock, record):
    server.before = [lost_answer(), server_error(), lost_answer()]
    token, seconds = await took(clock, machine(store, server, clock).refresher.token())
    assert token == Secret("APP_USR-1")
    assert server.exchanges == ["TG-0"] * 4
    assert sum(BACK_OFF) <= seconds < sum(BACK_OFF) + 1
    assert (await stored(store)).lost is None


async def test_a_lost_answer_after_the_commit_is_reported_by_the_same_call(store, server, clock, record):
    server.after = [lost_answer()]
    with pytest.raises(ReauthorizationRequiredError, match="answer_lost"):
        await machine(store, server, clock).refresher.token()
    assert server.exchanges == ["TG-0", "TG-0"]


async def test_what_a_process_gave_up_is_settled_at_once_by_the_next(store, server, clock, record):
    server.before = [server_error() for _ in range(4)]
    with pytest.raises(ServerError):
        await machine(store, server, clock).refresher.token()
    assert (await stored(store)).lost.given_up
    server.current = "TG-elsewhere"
    with pytest.raises(ReauthorizationRequiredError, match="answer_lost"):
        await machine(store, server, clock).refresher.token()
    assert clock.monotonic() < sum(BACK_OFF) + 5


@pytest.mark.parametrize("fault", [not_sent, too_many], ids=["not sent", "too many requests"])
async def test_a_failure_that_spent_nothing_leaves_no_doubt(store, server, clock, record, fault):
    server.before = [fault() for _ in range(4)]
    with pytest.raises((MeliConnectionError, RateLimitedError)):
        await machine(store, server, clock).refresher.token()
    found = await stored(store)
    assert (found.attempt, found.lost, found.state) == (None, None, "connected")


async def test_a_429_waits_as_long_as_it_asks_and_not_longer_than_a_minute(store, server, clock, record):
    server.before = [too_many(retry_after=40)]
    _, seconds = await took(clock, machine(store, server, clock).refresher.token())
    assert 40 <= seconds < 41
    server.before = [too_many(retry_after=61)]
    other = machine(store, server, clock)
    renewed = Unwanted(Secret("APP_USR-1").fingerprint(), rejected=True)
    with pytest.raises(RateLimitedError):
        await other.renewal(renewed, lambda _: None)


@pytest.mark.parametrize(
    ("access", "rejected", "reason"),
    [
        ("", False, "revoked_or_expired"),
        ("APP_USR-0", True, "revoked_or_expired"),
        ("APP_USR-0", False, "other_installation"),
    ],
    ids=["token ended", "token refused too", "token still lives"],
)
async def test_a_refused_refresh_token_is_explained(store, server, clock, access, rejected, reason):
    await store.swap(first_record(clock, access=access), expected_version=None)
    server.current = "TG-elsewhere"
    with pytest.raises(ReauthorizationRequiredError) as raised:
        await machine(store, server, clock).renewal(Unwanted(Secret(access).fingerprint(), rejected), lambda _: None)
    assert raised.value.reason == reason
    assert len(server.exchanges) == 1


async def test_a_grant_without_refresh_token_says_so_when_its_token_has_ended(store, server, clock):
    await store.swap(first_record(clock, refresh=None), expected_version=None)
    one = machine(store, server, clock)
    assert await one.refresher.token() == Secret("APP_USR-0")
    await asyncio.sleep(6 * 3_600)
    with pytest.raises(ReauthorizationRequiredError, match=r"no_refresh_token.*enable offline_access"):
        await one.refresher.token()
    assert server.exchanges == []


async def test_an_invalid_grant_because_somebody_else_was_faster_is_none(store, server, clock, record):
    async def outrun(form):
        """Before this exchange is refused, another process has renewed and saved."""
        newest = await stored(store)
        await store.swap(
            newest.renewed(first_record(clock, access="APP_USR-x", refresh="TG-x").grant, clock.now()),
            expected_version=newest.version,
        )
        return await server(form)

    server.current = "TG-x"
    assert await machine(store, outrun, clock).refresher.token() == Secret("APP_USR-x")
    assert (await stored(store)).reason is None


# answers that are odd


async def test_an_answer_without_refresh_token_keeps_the_old_one(store, server, clock, record, caplog):
    server.gives_refresh_token = False
    assert await machine(store, server, clock).refresher.token() == Secret("APP_USR-1")
    assert (await stored(store)).grant.refresh_token == T0
    assert "no new refresh token" in caplog.text


async def test_the_tokens_of_another_seller_are_never_saved(store, server, clock, record):
    server.user_id = SELLER + 1
    with pytest.raises(AccountMismatchError) as raised:
        await machine(store, server, clock).refresher.token()
    assert (raised.value.expected, raised.value.got) == (SELLER, SELLER + 1)
    found = await stored(store)
    assert (found.grant, found.lost.given_up) == (record.grant, True)


async def test_an_answer_that_does_not_say_whose_it_is_counts(store, server, clock, record):
    server.user_id = None
    assert await machine(store, server, clock).refresher.token() == Secret("APP_USR-1")


# saving


async def test_tokens_that_cannot_be_saved_are_used_and_saved_as_soon_as_it_works(store, server, clock, record, caplog):
    store.failing = 6
    one = machine(store, server, clock)
    token, seconds = await took(clock, one.refresher.token())
    assert (token, seconds < 1) == (Secret("APP_USR-1"), True)
    assert (await stored(store)).grant.refresh_token == T0
    await asyncio.sleep(60)
    assert (await stored(store)).grant.refresh_token == T1
    assert [type(event) for event in one.events] == [GrantNotSaved] * 6 + [TokenRenewed]
    critical = [entry for entry in caplog.records if entry.levelno == logging.CRITICAL]
    assert len(critical) == 6
    assert "disk is full" in critical[0].getMessage()
    assert "TG-" not in caplog.text


async def test_a_write_that_was_reported_as_failed_and_arrived_is_recognised(store, server, clock, record, caplog):
    store.failing, store.arriving = 1, True
    one = machine(store, server, clock)
    assert await one.refresher.token() == Secret("APP_USR-1")
    await asyncio.sleep(60)
    found = await stored(store)
    assert (found.grant.refresh_token, found.renewals, len(server.exchanges)) == (T1, 1, 1)
    assert "connected anew" not in caplog.text


async def test_closing_waits_for_a_save_that_is_tried_again(store, server, clock, record):
    store.failing = 5
    one = machine(store, server, clock)
    await one.refresher.token()
    await one.refresher.drain()
    assert (await stored(store)).grant.refresh_token == T1


async def test_where_the_store_cannot_be_written_nothing_is_sent(store, server, clock, record, monkeypatch):
    async def swap(record, *, expected_version):
        message = "grants.db: attempt to write a readonly database"
        raise StoreError(message)

    monkeypatch.setattr(store, "swap", swap)
    with pytest.raises(StoreError, match="readonly"):
        await machine(store, server, clock).refresher.token()
    assert server.exchanges == []


async def test_a_seller_who_was_disconnected_meanwhile_does_not_come_back(store, server, clock, record):
    one = machine(store, server, clock)
    call = asyncio.create_task(one.refresher.token())
    await asyncio.sleep(0.05)
    await store.delete(APP, SELLER)
    with pytest.raises(NoGrantError):
        await call
    assert await stored(store) is None


async def test_a_seller_who_was_connected_anew_meanwhile_keeps_the_new_tokens(store, server, clock, record):
    one = machine(store, server, clock)
    call = asyncio.create_task(one.refresher.token())
    await asyncio.sleep(0.05)
    newest = await stored(store)
    anew = first_record(clock, access="APP_USR-anew", refresh="TG-anew")
    await store.swap(evolve(anew, version=newest.version + 1), expected_version=newest.version)
    assert await call == Secret("APP_USR-anew")
    assert (await stored(store)).grant.refresh_token == Secret("TG-anew")


# holders


def test_a_running_process_is_never_taken_for_gone():
    assert not holder.is_gone(holder.this_process("x"))


@pytest.mark.parametrize(
    "name",
    ["", "nonsense", "host|||1|x", "host|other boot|1|1|x", "a|b|c|d|e|f"],
)
def test_what_cannot_be_proven_gone_counts_as_alive(name):
    assert not holder.is_gone(name)


def test_a_process_number_that_was_given_away_again_is_another_process():
    host, scope, pid, start, mark = holder.this_process("x").split("|")
    if not scope:
        pytest.skip("this system does not tell")
    assert holder.is_gone(f"{host}|{scope}|{pid}|{int(start) - 1}|{mark}")
