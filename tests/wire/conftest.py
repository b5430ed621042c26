from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from yarl import URL

from meli_sdk import MeliSession
from meli_sdk.codec import Codec
from meli_sdk.errors import MeliError
from meli_sdk.secret import Secret
from meli_sdk.testing import FakeTransport
from meli_sdk.wire.message import Request, Response
from meli_sdk.wire.observe import Observer, Observers
from meli_sdk.wire.pipeline import Pipeline, TokenProvider
from meli_sdk.wire.rate_limit import LocalRateLimiter, RateLimiter

SELLER = 900_100
FAST = 10_000


class TimedTransport(FakeTransport):
    """A fake that takes its time, on the test's own clock, and notes when each request came."""

    def __init__(self, clock: Any) -> None:
        super().__init__()
        self.clock = clock
        self.seconds: deque[float] = deque()
        """How long the next answers take; nothing where there are no more."""
        self.times: list[float] = []

    async def send(self, request: Request) -> Response:
        self.times.append(self.clock.monotonic())
        failed: MeliError | None = None
        response: Response | None = None
        try:
            response = await super().send(request)
        except MeliError as failure:
            failed = failure
        if self.seconds:
            await self.clock.sleep(self.seconds.popleft())
        if failed is not None:
            raise failed
        assert response is not None
        return response


class Tokens:
    """A token provider with one token after the other; `asked` and `refused` note what the pipeline did."""

    def __init__(self, *values: str, ready: bool = True) -> None:
        self.values = deque(values)
        self.ready = ready
        """Whether the first is there without asking."""
        self.asked = 0
        self.refused: list[str] = []

    def current(self) -> Secret | None:
        return Secret(self.values[0]) if self.ready and self.values else None

    async def token(self) -> Secret:
        self.asked += 1
        self.ready = True
        return Secret(self.values[0])

    async def invalidate(self, token: Secret) -> None:
        self.refused.append(token.reveal())
        if len(self.values) > 1:
            self.values.popleft()
            self.ready = False


@pytest.fixture
def fake(clock) -> TimedTransport:
    return TimedTransport(clock)


Opened = Callable[..., MeliSession]


@pytest.fixture
def opened(clock, fake) -> Opened:
    """Opens sessions on the fake transport whose clock is the test's and whose jitter is always half."""
    limiters: dict[float, RateLimiter] = {}

    def open_session(
        auth: TokenProvider | str = "APP_USR-invented",
        *,
        user_id: int | None = SELLER,
        rate: float = FAST,
        observers: Sequence[Observer] = (),
        **options: Any,
    ) -> MeliSession:
        pipeline = Pipeline(
            fake,
            limiters.setdefault(rate, LocalRateLimiter(rate, clock=clock)),
            base_url=URL("https://api.mercadolibre.com"),
            codec=Codec(),
            user_agent="tests",
            observers=Observers(observers),
            clock=clock,
            jitter=lambda: 0.5,
        )
        return MeliSession(auth, user_id=user_id, pipeline=pipeline, **options)

    return open_session


@pytest.fixture
def me(opened) -> MeliSession:
    return opened()


@pytest.fixture
def tokens() -> type[Tokens]:
    return Tokens
