from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest

from meli_sdk.sandbox import GLOBAL_SELLER_ID, LOCAL_SELLER_ID, Sandbox


class ManualClock:
    """A clock that moves when it is told to."""

    def __init__(self) -> None:
        self.time = datetime(2026, 5, 20, 15, 30, 40, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.time

    def pass_by(self, **amount: float) -> None:
        self.time += timedelta(**amount)


@dataclass
class Answer:
    status: int
    body: object
    headers: dict[str, str]


@dataclass
class Client:
    """One seller's plain HTTP client."""

    http: aiohttp.ClientSession
    token: str | None

    async def __call__(
        self, method: str, path: str, json: object = None, headers: dict[str, str] | None = None, **params: object
    ) -> Answer:
        sent = dict(headers or {})
        if self.token is not None:
            sent.setdefault("Authorization", f"Bearer {self.token}")
        query = {name: str(value) for name, value in params.items()}
        async with self.http.request(method, path, json=json, headers=sent, params=query) as response:
            body: object = await response.json()
            return Answer(response.status, body, {name.lower(): value for name, value in response.headers.items()})


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
async def box(clock: ManualClock) -> AsyncIterator[Sandbox]:
    async with Sandbox(seed=1, now=clock) as started:
        yield started


@pytest.fixture
async def http(box: Sandbox) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(box.url) as session:
        yield session


@pytest.fixture
def local(box: Sandbox, http: aiohttp.ClientSession) -> Client:
    return Client(http, box.token(LOCAL_SELLER_ID))


@pytest.fixture
def selling(box: Sandbox, http: aiohttp.ClientSession) -> Client:
    return Client(http, box.token(GLOBAL_SELLER_ID))
