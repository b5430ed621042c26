"""Whose call is next: at one call a second, what is urgent must not stand behind what is not."""

import asyncio
import heapq
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from enum import IntEnum
from typing import TYPE_CHECKING, Final

from meli_sdk import errors
from meli_sdk.channel.failures import NO_ANSWER

if TYPE_CHECKING:
    from meli_sdk.wire.clock import Clock

LEAST_AT_ONCE: Final = 4
"""At any rate: one call that hangs must not stop the others."""
MOST_AT_ONCE: Final = 8
_EARLY: Final = 0.02
"""So much of the time between two calls is the next one given before its time, so that no call goes unused."""


class Urgency(IntEnum):
    """How soon a level has to be shown; the lower, the sooner."""

    SOLD_OUT = 0
    LESS = 1
    OTHER = 2


class Turns:
    """Gives out turns to call, the most urgent first, spaced as the seller's rate asks.

    A turn is given only when its call can go out at once: so nobody waits in the limiter's queue, which knows no urgency.

    Args:
        clock: what waits.
        rate: calls a second.
    """

    def __init__(self, clock: "Clock", rate: float) -> None:
        self._clock = clock
        self._interval = 1 / rate
        self._free = max(LEAST_AT_ONCE, min(MOST_AT_ONCE, int(rate)))
        self._next = 0.0
        self._quickest = self._interval
        self._waiting: list[tuple[int, int, str, asyncio.Future[None]]] = []
        self._urgent: dict[str, Urgency] = {}
        self._counter = 0
        self._giving: asyncio.Task[None] | None = None
        self.taken: Counter[str] = Counter()
        """Turns that were given, by their purpose."""
        self.unanswered: list[errors.MeliError] = []
        """What calls met in the place of an answer, since the last answer; a refusal is one."""

    @asynccontextmanager
    async def turn(self, urgency: Urgency, purpose: str, sku: str = "") -> AsyncGenerator[None, None]:
        """Waits for a turn and keeps it until the call is answered."""
        given: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._counter += 1
        heapq.heappush(self._waiting, (min(urgency, self._urgent.get(sku, urgency)), self._counter, sku, given))
        self._give()
        try:
            await given
        except BaseException:
            if given.done() and not given.cancelled():
                self._return()
            raise
        self.taken[purpose] += 1
        begun = self._clock.monotonic()
        try:
            yield
        except NO_ANSWER as failure:
            self.unanswered.append(failure)
            raise
        except errors.MeliError:
            self.unanswered.clear()
            raise
        else:
            self.unanswered.clear()
        finally:
            self._answered(begun)
            self._return()

    def _answered(self, begun: float) -> None:
        """Keeps step with the limiter: a call that took longer than the quickest one waited there, and so would the next."""
        now = self._clock.monotonic()
        self._quickest = min(self._quickest, now - begun)
        self._next = max(self._next, now - self._quickest + self._interval * (1 - _EARLY))

    def hurry(self, sku: str, urgency: Urgency) -> None:
        """Moves what waits for a SKU forward; what asks later for it is as urgent."""
        self._urgent[sku] = min(urgency, self._urgent.get(sku, urgency))
        self._waiting = [
            (min(place, urgency) if of == sku else place, number, of, given)
            for place, number, of, given in self._waiting
        ]
        heapq.heapify(self._waiting)

    def calm(self, sku: str) -> None:
        """Forgets that a SKU is urgent."""
        self._urgent.pop(sku, None)

    def _return(self) -> None:
        self._free += 1
        self._give()

    def _give(self) -> None:
        if self._giving is None and self._waiting and self._free:
            self._giving = asyncio.get_running_loop().create_task(self._give_when_due())
            self._giving.add_done_callback(self._given)

    def _given(self, done: asyncio.Task[None]) -> None:
        self._giving = None
        if not done.cancelled():
            self._give()

    async def _give_when_due(self) -> None:
        """Who is next is decided when the time has come, not before."""
        late = self._next - self._clock.monotonic()
        if late > 0:
            await self._clock.sleep(late)
        while self._waiting:
            *_, given = heapq.heappop(self._waiting)
            if not given.done():
                self._free -= 1
                self._next = max(self._clock.monotonic(), self._next) + self._interval
                given.set_result(None)
                return

    async def aclose(self) -> None:
        """Gives no more turns."""
        self._waiting.clear()
        if self._giving is not None:
            self._giving.cancel()
            await asyncio.gather(self._giving, return_exceptions=True)
