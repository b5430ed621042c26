"""What every test shares."""

import asyncio
import inspect
import os
import secrets
import selectors
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import aiohttp
import aioresponses.core
import pytest
from tests.servers import postgres as postgres_server
from tests.servers import redis as redis_starter

if TYPE_CHECKING:
    from playwright.async_api import Browser


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers",
        "virtual_time: the test's event loop jumps to the next timer instead of waiting for it; "
        "loopback sockets do not work there",
    )


def pytest_sessionfinish(session: pytest.Session) -> None:
    """With CI set, a skipped test is a failure: a check that did not run has not passed."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped", []) if reporter else []
    if os.environ.get("CI") and skipped and session.exitstatus == pytest.ExitCode.OK:
        reporter.write_line(f"\n{len(skipped)} skipped, and CI is set: the run fails", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


# time that nobody waits for


class _JumpingSelector(selectors.DefaultSelector):
    """Where the loop would wait for a timer, its time jumps there."""

    def __init__(self) -> None:
        super().__init__()
        self.time = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:  # no timer is left: only another thread can wake the loop
            return super().select(None)
        # A microsecond at least: a timer that is due by rounding alone would be found due for ever.
        self.time += max(timeout, 1e-6)
        return super().select(0)


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """An event loop whose hours pass in milliseconds, in the same order each time."""

    def __init__(self) -> None:
        self._jumping = _JumpingSelector()
        super().__init__(self._jumping)

    def time(self) -> float:
        return self._jumping.time

    async def shutdown_default_executor(self, timeout: float | None = None) -> None:  # noqa: ASYNC109  asyncio names it so
        """Joins in real time: here the time limit would pass at once."""
        del timeout
        self._executor_shutdown_called = True
        if self._default_executor is not None:
            self._default_executor.shutdown(wait=True)


def pytest_asyncio_loop_factories(
    config: pytest.Config, item: pytest.Item
) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    if item.get_closest_marker("virtual_time"):
        return {"virtual": VirtualTimeLoop}
    return {"real": asyncio.new_event_loop}


class LoopClock:
    """The clock of the package told by the running loop, so that a virtual loop is its time too."""

    EPOCH = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)

    def monotonic(self) -> float:
        return asyncio.get_running_loop().time()

    def now(self) -> datetime:
        return self.EPOCH + timedelta(seconds=self.monotonic())

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


@pytest.fixture
def clock() -> LoopClock:
    return LoopClock()


# aioresponses with aiohttp 3.14

NEEDS_STREAM_WRITER = "stream_writer" in inspect.signature(aiohttp.ClientResponse.__init__).parameters


class ResponseWithWriter(aiohttp.ClientResponse):
    """aiohttp 3.14 asks for a stream writer when a response is made; aioresponses 0.7.9 gives none."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if NEEDS_STREAM_WRITER:
            kwargs.setdefault("stream_writer", SimpleNamespace(output_size=0))
        super().__init__(*args, **kwargs)


@pytest.fixture
def http_mock(monkeypatch: pytest.MonkeyPatch):
    """aioresponses, with the help that it needs for this aiohttp."""
    monkeypatch.setattr(aioresponses.core, "ClientResponse", ResponseWithWriter)
    with aioresponses.core.aioresponses() as mocked:
        yield mocked


# servers that the run starts for itself


@pytest.fixture(scope="session")
def postgres_server_url() -> Iterator[str]:
    """The SQLAlchemy URL of a PostgreSQL that this run has started for itself."""
    if postgres_server.programs() is None:
        pytest.skip("PostgreSQL is not installed (Debian package postgresql)")
    with postgres_server.postgres() as url:
        yield url


@pytest.fixture
async def postgres_url(postgres_server_url: str) -> AsyncIterator[str]:
    """The SQLAlchemy URL of an empty database of the test's own."""
    import asyncpg  # noqa: PLC0415  only where PostgreSQL is

    name = f"test_{secrets.token_hex(6)}"
    plain = postgres_server_url.replace("+asyncpg", "")
    connection = await asyncpg.connect(plain)
    try:
        await connection.execute(f"CREATE DATABASE {name}")
        yield postgres_server_url.rpartition("/")[0] + f"/{name}"
        await connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
    finally:
        await connection.close()


@pytest.fixture(scope="session")
def shared_redis_server() -> Iterator[redis_starter.RedisServer]:
    if redis_starter.program() is None:
        pytest.skip("Redis is not installed (Debian package redis-server)")
    with redis_starter.redis_server() as server:
        yield server


@pytest.fixture
def redis_server(shared_redis_server: redis_starter.RedisServer) -> redis_starter.RedisServer:
    """An empty Redis that this run has started for itself; a test that stops it starts it again."""
    shared_redis_server.command("FLUSHALL")
    return shared_redis_server


@pytest.fixture
def redis_url(redis_server: redis_starter.RedisServer) -> str:
    """The URL of an empty Redis."""
    return redis_server.url


@pytest.fixture
async def browser() -> "AsyncIterator[Browser]":
    """A headless Chromium that can reach this machine only."""
    from tests.servers.browser import chromium, program  # noqa: PLC0415  playwright only where it is used

    if program() is None:
        pytest.skip("Chromium is not installed (Debian package chromium)")
    async with chromium() as started:
        yield started
