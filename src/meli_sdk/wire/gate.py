"""The queue in front of a budget of calls: first come, first served, with a pause that all wait for."""

import asyncio
import math
from abc import ABC, abstractmethod
from collections import deque
from typing import Final

from aiolimiter import AsyncLimiter

from meli_sdk.wire.clock import Clock

_LEAST_SHARE: Final = 1 / 16
"""What is left of the rate, at least, however often Mercado Libre refuses."""
_RECOVERY: Final = 0.1
_RECOVERY_SECONDS: Final = 60.0
SAME_REFUSAL_SECONDS: Final = 1.0
"""Refusals so close together are one: those of calls that were under way, where Mercado Libre asks for no pause."""
_ROUNDING: Final = 1e-5
_MANY: Final = 100
"""Of so many calls in a window, the next one may tell that the last one left, however late it comes: that costs one of them
at most, and a turn of the loop for each call less."""
_BUCKET_SECONDS: Final = 0.25
"""Time lost by a stalled event loop is caught up to this length."""


class Slowdown:
    """What is left of a rate after refusals: halved by each, a tenth more for each minute without one. Pure."""

    __slots__ = ("_share", "_since")

    def __init__(self) -> None:
        self._share = 1.0
        self._since = 0.0

    def halve(self, now: float) -> bool:
        """False where that was done for a refusal just before."""
        if self._share < 1.0 and now - self._since < SAME_REFUSAL_SECONDS:
            return False
        self._share = max(_LEAST_SHARE, self.share(now) / 2)
        self._since = now
        return True

    def follow(self, share: float, now: float) -> None:
        """Takes over what is left by somebody else's reckoning."""
        if abs(share - self.share(now)) > _ROUNDING:
            self._share, self._since = share, now

    def share(self, now: float) -> float:
        """The part of the set rate that is used now."""
        if self._share >= 1.0:
            return 1.0
        minutes = math.floor((now - self._since) / _RECOVERY_SECONDS)
        return min(1.0, self._share + _RECOVERY * minutes)


class Gate(ABC):
    """One queue. Newcomers never overtake: only the first of it waits for a slot, the others wait for the lock."""

    def __init__(self, rate: float, clock: Clock) -> None:
        self.rate: float = rate
        self._clock = clock
        self._lock = asyncio.Lock()
        self._not_before: float = 0.0
        self._waiting = 0
        self._waits: asyncio.Timeout | None = None
        """The wait of the one whose turn it is; a new rate ends it."""

    @abstractmethod
    def current_rate(self) -> float:
        """Calls per second, slowed down after refusals."""

    @abstractmethod
    async def halve(self) -> bool:
        """Slows down after a refusal; False where that was done for one just before."""

    @abstractmethod
    def _first_wait(self, then: float) -> float:
        """Seconds from `then`, now or the end of a pause, to the next slot."""

    @abstractmethod
    async def _take_now(self, now: float) -> bool:
        """Takes a slot if one is free, where that can be told without suspending."""

    @abstractmethod
    async def _wait(self) -> None:
        """Waits for a slot; the pause has been waited for."""

    @abstractmethod
    def _leave(self, now: float) -> bool:
        """The slot was reached at this time: whether the call may leave with it."""

    def predicted_wait(self) -> float:
        """Seconds a call that joined now would wait, at most."""
        now = self._clock.monotonic()
        pause = max(0.0, self._not_before - now)
        if self._waiting == 0:
            return pause + self._first_wait(now + pause)
        return (self._waiting + 1) / self.current_rate() + pause

    def paused(self) -> bool:
        return self._not_before > self._clock.monotonic()

    async def pause(self, seconds: float) -> bool:
        """Lets nothing pass for so long; whether none of these pauses was under way."""
        now = self._clock.monotonic()
        begins = self._not_before <= now
        self._not_before = max(self._not_before, now + seconds)
        return begins

    def set_rate(self, rate: float) -> None:
        self.rate = rate
        if self._waits is not None and not self._waits.expired():  # one that ends already takes no other end
            self._waits.reschedule(asyncio.get_running_loop().time())

    async def acquire(self) -> float:
        """Waits for a slot; seconds waited."""
        start = self._clock.monotonic()
        if self._waiting == 0 and self._not_before <= start and await self._take_now(start):
            return 0.0
        self._waiting += 1
        try:
            async with self._lock:
                while not await self._take():
                    pass
        finally:
            self._waiting -= 1
        return self._clock.monotonic() - start

    async def _take(self) -> bool:
        """Waits for one slot; False where a new rate or a pause came meanwhile."""
        clock = self._clock
        try:
            async with asyncio.timeout(None) as self._waits:
                while (pause := self._not_before - clock.monotonic()) > 0:
                    await clock.sleep(pause)
                await self._wait()
        except TimeoutError:
            return False
        finally:
            self._waits = None
        now = clock.monotonic()
        return self._not_before <= now and self._leave(now)


class GroupGate(Gate):
    """The gate of a documented budget a minute. A call that has its slot there waits for the seller's before it leaves."""

    @abstractmethod
    def left(self) -> None:
        """A call that has its slot leaves now."""

    @abstractmethod
    def forgo(self) -> None:
        """A call that has its slot does not leave."""


class LocalGate(Gate):
    """The gate of one process.

    aiolimiter does the spacing. Its bucket holds a quarter of a second, so that time lost by a stalled event loop is
    caught up; the stamps of the last calls keep that from ever exceeding the rate in a window.
    """

    _seconds = 1.0
    """The rate holds in any time so long, or longer by what a whole number of calls needs."""

    def __init__(self, rate: float, clock: Clock, slowdown: Slowdown | None = None) -> None:
        super().__init__(rate, clock)
        self._slowdown = slowdown or Slowdown()
        self._engine: AsyncLimiter | None = None
        self._engine_rate: float = 0.0
        self._stamps: deque[float] = deque()
        """When the last calls left, at the latest."""
        self._leaving = 0
        """How many of them are still between their slot and the socket."""
        self._called_soon = False
        self._calls = 1
        self._window: float = 0.0
        """At most `_calls` leave in any `_window` seconds: a whole second, where the rate is a whole number."""
        self._paced = 0.0
        """When the engine gave its last slot."""

    def current_rate(self) -> float:
        return self.rate * self._slowdown.share(self._clock.monotonic())

    async def halve(self) -> bool:
        return self._slowdown.halve(self._clock.monotonic())

    async def pause(self, seconds: float) -> bool:
        self._engine = None  # a new one after the pause: nothing is saved up meanwhile
        return await super().pause(seconds)

    def _first_wait(self, then: float) -> float:
        paced = self._engine is None or self._engine.has_capacity()
        next_slot = self._window_opens() if paced else max(self._window_opens(), self._paced + 1 / self._engine_rate)
        return max(0.0, next_slot - then)

    async def _take_now(self, now: float) -> bool:
        self._left(now)
        engine = await self._current_engine(now)
        if self._window_opens() > now or not engine.has_capacity():
            return False
        await engine.acquire()
        self._paced = now
        self._stamp(now)
        if self._calls < _MANY:
            self._call_soon()
        return True

    async def _wait(self) -> None:
        now = self._clock.monotonic()
        self._left(now)
        await (await self._current_engine(now)).acquire()
        self._paced = self._clock.monotonic()
        while (closed := self._window_opens() - self._clock.monotonic()) > 0:
            await self._clock.sleep(closed)

    def _leave(self, now: float) -> bool:
        self._stamp(now)
        self._call_soon()
        return True

    def _stamp(self, now: float) -> None:
        stamps = self._stamps
        while stamps and stamps[0] + self._window <= now:
            stamps.popleft()
        stamps.append(now)
        self._leaving += 1

    def _left(self, now: float) -> None:
        """The calls that got a slot have run on to the socket: only now is it sure that they did not leave later.

        Where the next call runs they have, or it would not run.
        """
        for back in range(1, min(self._leaving, len(self._stamps)) + 1):
            self._stamps[-back] = now
        self._leaving = 0

    def _call_soon(self) -> None:
        """Has the loop tell it, where no other call comes at once."""
        if not self._called_soon:
            self._called_soon = True
            asyncio.get_running_loop().call_soon(self._left_soon)

    def _left_soon(self) -> None:
        self._called_soon = False
        self._left(self._clock.monotonic())

    def _window_opens(self) -> float:
        """When one more call fits into the window that ends with it."""
        return self._stamps[-self._calls] + self._window if len(self._stamps) >= self._calls else 0.0

    async def _current_engine(self, now: float) -> AsyncLimiter:
        """The engine for the rate of now; never suspends. A new one has one slot to give at once, not a bucket full."""
        rate = self.rate * self._slowdown.share(now)
        if self._engine is None or rate != self._engine_rate:
            bucket = max(1.0, rate * _BUCKET_SECONDS)
            self._engine = AsyncLimiter(bucket, bucket / rate)
            await self._engine.acquire(bucket - 1)
            self._calls = math.ceil(rate * self._seconds - _ROUNDING)
            self._window = self._calls / rate
            self._engine_rate = rate
        return self._engine


class LocalGroupGate(LocalGate, GroupGate):
    """The gate of a group in one process.

    A call counts while it waits for the seller's slot, and a minute from when it left: calls that pile up in the seller's
    queue leave at the seller's rate, and still no minute holds more than the budget.
    """

    _seconds = 60.0

    def __init__(self, rate: float, clock: Clock) -> None:
        super().__init__(rate, clock)
        self._under_way = 0

    def left(self) -> None:
        self._under_way -= 1
        super()._stamp(self._clock.monotonic())
        self._call_soon()

    def forgo(self) -> None:
        self._under_way -= 1

    def _stamp(self, now: float) -> None:  # noqa: ARG002  it has not left yet
        self._under_way += 1

    def _window_opens(self) -> float:
        calls = self._calls - self._under_way
        if calls <= 0:  # nobody knows when: looked at again when the next one would be due
            return self._clock.monotonic() + 1 / self.rate
        return self._stamps[-calls] + self._window if len(self._stamps) >= calls else 0.0
