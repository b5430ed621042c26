from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta

import pytest

from meli_sdk import MeliSession, RetryPolicy
from meli_sdk.sandbox import GLOBAL_SELLER_ID, LOCAL_SELLER_ID, Sandbox, SandboxOptions
from meli_sdk.testing import FakeTransport

SELLER = 900_100


class SandboxClock:
    """A wall clock that moves when it is told to."""

    def __init__(self) -> None:
        self.time = datetime.now(UTC).replace(microsecond=0)

    def __call__(self) -> datetime:
        return self.time

    def pass_by(self, **amount: float) -> None:
        self.time += timedelta(**amount)


@pytest.fixture
def fake() -> FakeTransport:
    return FakeTransport()


@pytest.fixture
def me(fake: FakeTransport) -> MeliSession:
    return MeliSession("APP_USR-invented", user_id=SELLER, transport=fake, throughput=10_000)


@pytest.fixture
async def box() -> AsyncIterator[Sandbox]:
    async with Sandbox(seed=7) as started:
        yield started


Opened = Callable[..., MeliSession]


@pytest.fixture
async def opened(box: Sandbox) -> AsyncIterator[Opened]:
    """Opens sessions on the sandbox; they are closed after the test."""
    sessions: list[MeliSession] = []

    def open_session(user_id: int, retry: RetryPolicy | None = None) -> MeliSession:
        session = MeliSession(
            box.token(user_id),
            user_id=user_id,
            base_url=box.url,
            throughput=10_000,
            retry=retry or RetryPolicy(base=0.001, cap=0.001, throttle_base=0.001),
        )
        sessions.append(session)
        return session

    yield open_session
    for session in sessions:
        await session.aclose()


@pytest.fixture
def selling(opened: Opened) -> MeliSession:
    """The Global Selling seller of the page, on a real socket."""
    return opened(GLOBAL_SELLER_ID)


@pytest.fixture
def local(opened: Opened) -> MeliSession:
    return opened(LOCAL_SELLER_ID)


@pytest.fixture
async def opened_with_delay() -> AsyncIterator[tuple[Sandbox, SandboxClock, MeliSession]]:
    """The Argentine seller where changes of selling-address stock show after half a minute."""
    clock = SandboxClock()
    async with Sandbox(seed=7, now=clock, options=SandboxOptions(stock_delay=30)) as box:
        session = MeliSession(box.token(LOCAL_SELLER_ID), user_id=LOCAL_SELLER_ID, base_url=box.url, throughput=10_000)
        async with session:
            yield box, clock, session
