"""Real processes, killed for real, on one grant file: what becomes of the seller."""

import asyncio
import base64
import errno
import json
import pickle
import signal
import socket
import sqlite3
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from tests.auth.forked import Caller, start_exchanger

from meli_sdk import AppCredentials, MeliApp, MemoryGrantStore, SQLiteGrantStore
from meli_sdk.auth.events import TokenRenewed
from meli_sdk.auth.oauth import new_state
from meli_sdk.errors import ConfigurationError, InputError, ReauthorizationRequiredError, SessionStateError
from meli_sdk.sandbox import LOCAL_SELLER_ID, Sandbox, TokenFault
from meli_sdk.testing import FakeTransport
from meli_sdk.token_process import Renewals


@pytest.fixture
async def box() -> AsyncIterator[Sandbox]:
    async with Sandbox(seed=3) as started:
        yield started


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "grants.db"


def make_app(box: Sandbox, path: Path, **settings) -> MeliApp:
    given = box.app_credentials
    return MeliApp(
        AppCredentials(given.client_id, given.client_secret),
        SQLiteGrantStore(path),
        redirect_uri=box.redirect_uri,
        base_url=box.url,
        authorization_host=box.url,
        throughput=10_000,
        **settings,
    )


@pytest.fixture
async def connected(box: Sandbox, path: Path) -> None:
    """A seller is connected, and the access token has ended."""
    async with make_app(box, path) as app:
        state = new_state()
        url = app.authorization_url("MLA", state=state)
        await app.connect(await box.authorize(str(url), user_id=LOCAL_SELLER_ID), state=state)
    box.expire_tokens()


def start(box: Sandbox, path: Path, exchange: str = "inline", die_at: str = "nowhere") -> Caller:
    given = box.app_credentials
    settings = {
        "client_id": given.client_id,
        "client_secret": given.client_secret,
        "grants": str(path),
        "base_url": box.url,
    }
    return Caller(settings, LOCAL_SELLER_ID, exchange, die_at)


async def until_exchange(box: Sandbox, count: int) -> None:
    """Waits until so many exchanges have reached the token endpoint."""
    async with asyncio.timeout(30):
        while box.oauth_calls < count:  # noqa: ASYNC110  it counts, and tells nobody
            await asyncio.sleep(0.005)


@contextmanager
def full_disk(path: Path) -> Iterator[None]:
    """The store takes leases and no new tokens."""
    refuse = "RAISE(ABORT, 'the disk is full') WHERE instr(CAST(NEW.body AS TEXT), '\"renewals\":1')"
    with closing(sqlite3.connect(path)) as database:
        database.execute(f"CREATE TRIGGER full BEFORE UPDATE ON meli_grants BEGIN SELECT {refuse}; END")
    yield
    with closing(sqlite3.connect(path)) as database:
        database.execute("DROP TRIGGER full")


async def stored_refresh_token(path: Path, box: Sandbox) -> str:
    store = SQLiteGrantStore(path)
    record = await store.load(box.app_credentials.client_id, LOCAL_SELLER_ID)
    await store.aclose()
    return record.grant.refresh_token.reveal()


def current_refresh_token(box: Sandbox) -> str:
    return box.world.grants[box.app_credentials.client_id, LOCAL_SELLER_ID].refresh_token


@pytest.mark.parametrize("step", ["before_lease", "leased", "saved"])
async def test_a_kill_before_the_request_or_after_the_save_costs_nothing(box, path, connected, step):
    assert await start(box, path, die_at=step).ended() == -signal.SIGKILL
    begin = time.monotonic()
    async with make_app(box, path) as app:
        assert (await app.session(LOCAL_SELLER_ID).users.me()).id == LOCAL_SELLER_ID
    assert time.monotonic() - begin < 20  # the holder is provably gone: nobody waits for the end of its lease
    assert box.oauth_calls == 2
    assert await stored_refresh_token(path, box) == current_refresh_token(box)


async def test_a_kill_between_answer_and_save_is_told_by_the_next_call(box, path, connected):
    assert await start(box, path, die_at="answered").ended() == -signal.SIGKILL
    async with make_app(box, path) as app:
        with pytest.raises(ReauthorizationRequiredError, match="answer_lost") as raised:
            await app.session(LOCAL_SELLER_ID).users.me()
        (info,) = await app.sellers()
        assert (raised.value.reason, info.reason, info.since) == ("answer_lost", "answer_lost", raised.value.since)


async def test_detached_a_kill_during_the_exchange_loses_nothing(box, path, connected):
    box.fail_exchange(TokenFault.SLOW, seconds=0.3)
    process = start(box, path, "detached")
    await until_exchange(box, 2)
    process.send_signal(signal.SIGKILL)
    assert await process.ended() == -signal.SIGKILL
    async with make_app(box, path) as app:
        assert (await app.session(LOCAL_SELLER_ID).users.me()).id == LOCAL_SELLER_ID
    assert box.oauth_calls == 2
    assert await stored_refresh_token(path, box) == current_refresh_token(box)


async def test_detached_the_other_process_can_be_killed_too_and_another_takes_over(box, path, connected):
    box.fail_exchange(TokenFault.SLOW, seconds=3600)
    async with make_app(box, path, token_exchange="detached") as app:
        app._token_process._start = start_exchanger
        call = asyncio.create_task(app.session(LOCAL_SELLER_ID).users.me())
        await until_exchange(box, 2)
        app._token_process._child.kill()
        assert (await call).id == LOCAL_SELLER_ID
    assert await stored_refresh_token(path, box) == current_refresh_token(box)


async def test_detached_tokens_that_cannot_be_saved_are_used_and_kept(box, path, connected):
    with full_disk(path):
        async with make_app(box, path, token_exchange="detached") as app:
            app._token_process._start = start_exchanger
            assert (await app.session(LOCAL_SELLER_ID).users.me()).id == LOCAL_SELLER_ID
    async with make_app(box, path) as app:
        assert (await app.session(LOCAL_SELLER_ID).users.me()).id == LOCAL_SELLER_ID
    assert box.oauth_calls == 2
    assert await stored_refresh_token(path, box) == current_refresh_token(box)


async def test_detached_errors_and_events_come_back_as_what_they_are(box, path, connected):
    events: list[object] = []
    async with make_app(box, path, token_exchange="detached", observers=[events.append]) as app:
        app._token_process._start = start_exchanger
        session = app.session(LOCAL_SELLER_ID)
        assert (await session.users.me()).id == LOCAL_SELLER_ID
        assert [event.user_id for event in events if isinstance(event, TokenRenewed)] == [LOCAL_SELLER_ID]
        box.revoke(LOCAL_SELLER_ID)
        with pytest.raises(ReauthorizationRequiredError) as raised:
            await session.users.me()
        assert (raised.value.user_id, raised.value.reason) == (LOCAL_SELLER_ID, "revoked_or_expired")


async def test_detached_by_the_environment_a_process_that_cannot_be_started_has_a_remedy(
    box, path, connected, monkeypatch
):
    def refuse(*_: object, **__: object):
        raise BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")

    credentials = box.app_credentials
    environment = {
        "MELI_CLIENT_ID": str(credentials.client_id),
        "MELI_CLIENT_SECRET": credentials.client_secret,
        "MELI_GRANTS": str(path),
        "MELI_API_URL": box.url,
        "MELI_THROUGHPUT": "1000",
        "MELI_TOKEN_EXCHANGE": "detached",
    }
    async with MeliApp.from_env(environment) as app:
        monkeypatch.setattr("subprocess.Popen", refuse)
        with pytest.raises(SessionStateError, match=r"cannot be started .*unavailable\): free memory"):
            await app.session(LOCAL_SELLER_ID).users.me()
    assert box.oauth_calls == 1


@pytest.mark.filterwarnings("ignore:MemoryGrantStore forgets:UserWarning")
async def test_detached_needs_a_store_that_another_process_can_open(box, path):
    with pytest.raises(ConfigurationError, match=r"does not go with transport="):
        make_app(box, path, token_exchange="detached", transport=FakeTransport())
    with pytest.raises(InputError, match="token_exchange must be 'inline' or 'detached', got 'thread'"):
        make_app(box, path, token_exchange="thread")
    with pytest.raises(ConfigurationError, match="needs a store that another process can open"):
        MeliApp(AppCredentials(1, "s3cret"), MemoryGrantStore(), token_exchange="detached")


async def test_sigterm_waits_until_an_exchange_is_saved_and_then_ends_the_process(box, path, connected):
    box.fail_exchange(TokenFault.SLOW, seconds=0.5)
    process = start(box, path)
    await until_exchange(box, 2)
    process.send_signal(signal.SIGTERM)
    assert (await process.ended(), process.said()) == (-signal.SIGTERM, [])
    assert await stored_refresh_token(path, box) == current_refresh_token(box)


async def test_sigterm_does_not_wait_for_a_store_that_fails_for_good_and_the_next_process_has_the_tokens(
    box, path, connected
):
    with full_disk(path):
        box.fail_exchange(TokenFault.SLOW, seconds=0.3)
        process = start(box, path)
        await until_exchange(box, 2)
        process.send_signal(signal.SIGTERM)
        assert await process.ended() == -signal.SIGTERM
    assert [file.name.startswith("grants.db.rescue-") for file in path.parent.glob("*rescue*")] == [True]
    async with make_app(box, path) as app:
        assert (await app.session(LOCAL_SELLER_ID).users.me()).id == LOCAL_SELLER_ID
    assert box.oauth_calls == 2
    assert await stored_refresh_token(path, box) == current_refresh_token(box)
    assert not list(path.parent.glob("*rescue*"))


async def test_with_no_exchange_under_way_sigterm_is_left_alone(box, path, connected):
    before = signal.getsignal(signal.SIGTERM)
    async with make_app(box, path) as app:
        await app.session(LOCAL_SELLER_ID).users.me()
        assert signal.getsignal(signal.SIGTERM) == before


async def test_an_exchange_respects_a_handler_that_is_there(box, path, connected):
    came: list[int] = []
    before = signal.signal(signal.SIGTERM, lambda number, _: came.append(number))
    try:
        box.fail_exchange(TokenFault.SLOW, seconds=0.2)
        async with make_app(box, path) as app:
            call = asyncio.create_task(app.session(LOCAL_SELLER_ID).users.me())
            await until_exchange(box, 2)
            signal.raise_signal(signal.SIGTERM)
            assert (await call).id == LOCAL_SELLER_ID
    finally:
        signal.signal(signal.SIGTERM, before)
    assert came == [signal.SIGTERM]


async def test_a_renewal_that_breaks_in_the_other_process_is_told_instead_of_waited_for_for_ever(box):
    class BrokenStore(SQLiteGrantStore):
        async def load(self, client_id, user_id):
            raise RuntimeError("a defect")

    ours, theirs = socket.socketpair()
    reader, own = await asyncio.open_connection(sock=ours)
    _, writer = await asyncio.open_connection(sock=theirs)
    given = box.app_credentials
    async with make_app(box, "grants.db") as app:
        credentials = AppCredentials(given.client_id, given.client_secret)
        Renewals(credentials, BrokenStore("broken.db"), app.pipeline).begin(
            {"number": 3, "user_id": LOCAL_SELLER_ID, "unwanted": None}, writer
        )
        async with asyncio.timeout(30):
            told = json.loads(await reader.readline())
    own.close()
    writer.close()
    assert told["number"] == 3
    assert "RuntimeError" in str(pickle.loads(base64.b64decode(told["error"])))  # noqa: S301  our own
