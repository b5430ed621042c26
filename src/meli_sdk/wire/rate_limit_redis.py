"""One budget for all processes, kept in Redis (extra `redis`)."""

import asyncio
import math
import random
import secrets
from collections import deque
from typing import Any, Final, Literal, NamedTuple, Self

from meli_sdk.config import DEFAULT_THROUGHPUT
from meli_sdk.errors import ConfigurationError
from meli_sdk.wire.clock import Clock, SystemClock
from meli_sdk.wire.gate import SAME_REFUSAL_SECONDS, Gate, GroupGate, LocalGate, Slowdown
from meli_sdk.wire.observe import LOGGER
from meli_sdk.wire.rate_limit import GatedRateLimiter
from meli_sdk.wire.rate_limit_redis_scripts import HALVE, LEFT, PAUSE, TAKE

_LEASE_SECONDS: Final = 0.1
"""A process takes the slots of so long at once, where so many of its calls wait."""
_AHEAD_SECONDS: Final = 0.5
"""A slot is given out so long before it at most."""
_BUCKET_SECONDS: Final = 0.25
"""Time in which slots were lost is caught up to this length."""
_PATIENCE_SECONDS: Final = 2.0
"""Calls wait so long for Redis to answer again, before each process goes on alone: a slow answer is no outage, and one
process that went on alone while the others do not would exceed the rate."""
_AGAIN_SECONDS: Final = 1.0
"""How long Redis is left alone afterwards."""
_REDIS_SECONDS: Final = 0.5
_SOON_SECONDS: Final = 0.1
_SLOW_ANSWERS: Final = 5
"""After so many answers in a row that came too late to be used, calls may miss their slots by twice as much."""
_ON_TIME: Final = 0.99
"""How much of what was added for slow answers an answer in time leaves."""
_MICRO: Final = 1_000_000


class _Slot(NamedTuple):
    """When a call may leave, by the own clock, and until when; and its number."""

    opens: float
    closes: float
    number: int


class _Lease(NamedTuple):
    """What Redis gave: slots, or so many seconds after which to ask again."""

    slots: list[_Slot]
    wait: float
    share: float


class _Server:
    """The Redis of one limiter: runs the scripts, and knows whether it answers."""

    def __init__(self, url: str, prefix: str, expected_processes: int, late: float, clock: Clock) -> None:
        try:
            import redis.asyncio  # noqa: PLC0415  an extra
            import redis.exceptions  # noqa: PLC0415  an extra
        except ImportError:
            message = "the redis client is not installed: pip install 'meli-sdk[redis]'"
            raise ConfigurationError(message) from None
        try:
            self._client: Any = redis.asyncio.from_url(
                url, socket_timeout=_REDIS_SECONDS, socket_connect_timeout=_REDIS_SECONDS, retry=None
            )
        except ValueError:  # what it says may show a part of the password
            message = "RedisRateLimiter needs a URL such as redis://127.0.0.1:6379/0"
            raise ConfigurationError(message) from None
        self._failures = (redis.exceptions.RedisError, OSError, TimeoutError)
        self._take = self._client.register_script(TAKE)
        self._pause = self._client.register_script(PAUSE)
        self._halve = self._client.register_script(HALVE)
        self._left = self._client.register_script(LEFT)
        self._telling: set[asyncio.Task[Any]] = set()
        self._prefix = f"{{{prefix}}}"
        self._member = secrets.token_hex(8)
        self._clock = clock
        self._silent_since: float | None = None
        self._alone_until = 0.0
        """While it is later than now, nobody asks."""
        self._least_late = late
        self._late = late
        self._slow = 0
        self.processes: int = expected_processes
        """How many share the budget: as Redis last said, or as expected while it never did."""

    def silence(self) -> float:
        """Seconds since Redis answered last, if its last answer failed to come."""
        return 0.0 if self._silent_since is None else self._clock.monotonic() - self._silent_since

    def left_alone(self) -> bool:
        """Whether it is in an outage and not yet time to ask again."""
        return self._alone_until > self._clock.monotonic()

    async def take(
        self, name: str, rate: float, wanted: int, missed: list[int], *, known: str, seconds: int
    ) -> _Lease | None:
        """Slots, or a pause; None where Redis does not answer."""
        sent, late = self._clock.monotonic(), self._late
        answer = await self._run(
            self._take,
            [f"{self._prefix}:{name}", f"{self._prefix}:{name}:slots", f"{self._prefix}:processes"],
            [
                rate,
                wanted,
                *(int(seconds * _MICRO) for seconds in (_LEASE_SECONDS, _AHEAD_SECONDS, late, _BUCKET_SECONDS)),
                self._member,
                known,
                seconds,
                *missed,
            ],
        )
        if answer is None:
            return None
        received = self._clock.monotonic()
        pause, later, processes, share, *pairs = (int(value) for value in answer)
        self.processes = max(1, processes)
        # The server told its time somewhere between: a call never leaves too early, and never too late.
        slots = [
            _Slot(received + offset / _MICRO, sent + offset / _MICRO + late, number)
            for offset, number in zip(pairs[::2], pairs[1::2], strict=True)
        ]
        self._watch_speed(slots)
        return _Lease(slots, max(pause, later) / _MICRO, share / _MICRO)

    def _watch_speed(self, slots: list[_Slot]) -> None:
        """Follows how slowly answers come. No process goes on alone for that: the others would not know."""
        if not slots or slots[0].opens <= slots[0].closes:
            self._slow = 0
            self._late = max(self._least_late, self._late * _ON_TIME)
            return
        self._slow += 1
        if self._slow >= _SLOW_ANSWERS:
            self._slow = 0
            self._late = min(_REDIS_SECONDS, max(self._late * 2, 0.001))

    async def pause(self, name: str, seconds: float) -> bool | None:
        """Whether a pause begins with it; None where Redis does not answer."""
        answer = await self._run(self._pause, [f"{self._prefix}:{name}"], [int(seconds * _MICRO)])
        return None if answer is None else bool(answer)

    async def halve(self, name: str) -> tuple[bool, float] | None:
        """Whether the rate was halved, and what is left of it; None where Redis does not answer."""
        answer = await self._run(self._halve, [f"{self._prefix}:{name}"], [int(SAME_REFUSAL_SECONDS * _MICRO)])
        return None if answer is None else (bool(answer[0]), int(answer[1]) / _MICRO)

    def tell_left(self, name: str, number: int) -> None:
        """The call of this slot leaves only now. It does not wait until Redis knows."""
        telling = asyncio.ensure_future(self._run(self._left, [f"{self._prefix}:{name}:slots"], [number]))
        self._telling.add(telling)
        telling.add_done_callback(self._telling.discard)

    async def _run(self, script: Any, keys: list[str], arguments: list[Any]) -> Any:  # noqa: ANN401  untyped client
        if self.left_alone():
            return None
        try:
            answer = await script(keys=keys, args=arguments)
        except self._failures as raised:
            self._did_not_answer(type(raised).__name__)
            return None
        if self.silence() >= _PATIENCE_SECONDS:
            LOGGER.warning("Redis answers again: one budget for %d processes", self.processes)
        self._silent_since = None
        return answer

    def _did_not_answer(self, how: str) -> None:
        now = self._clock.monotonic()
        if self._silent_since is None:
            self._silent_since = now
        if now - self._silent_since < _PATIENCE_SECONDS:
            return
        if self._alone_until <= self._silent_since:
            LOGGER.warning(
                "Redis does not answer (%s): each of %d processes goes on with its part of the rate",
                how,
                self.processes,
            )
        self._alone_until = now + _AGAIN_SECONDS

    async def aclose(self) -> None:
        await asyncio.gather(*self._telling)
        await self._client.aclose()


class _RedisGate(Gate):
    """The gate of one budget that is shared. It takes slots ahead for those who wait, and its part while Redis is away."""

    _seconds = 1

    def __init__(self, name: str, rate: float, clock: Clock, server: _Server) -> None:
        super().__init__(rate, clock)
        self._name = name
        self._server = server
        self._slots: deque[_Slot] = deque()
        self._slot: _Slot | None = None
        """The slot of the call that waits; of one that gave up, until the next one waits; None: it waits for this
        process's part."""
        self._missed: list[int] = []
        """Slots that were not used, to be given back."""
        self._slowdown = Slowdown()
        """As Redis last told it, and reckoned on while it is away."""
        self._known: Literal["", "seen", "alone"] = ""
        """What the next question says of this process: that it has had an answer, or has gone on alone since the last."""
        self._alone_from = 0.0
        self._alone = LocalGate(rate, clock, self._slowdown)

    def current_rate(self) -> float:
        if self._known == "alone":
            return self._alone.current_rate()
        return self.rate * self._slowdown.share(self._clock.monotonic())

    async def halve(self) -> bool:
        answer = await self._server.halve(self._name)
        now = self._clock.monotonic()
        if answer is None:
            return self._slowdown.halve(now)
        halved, share = answer
        self._slowdown.follow(share, now)
        return halved

    async def pause(self, seconds: float) -> bool:
        begins = await super().pause(seconds)
        self._give_back()
        begins_everywhere = await self._server.pause(self._name, seconds)
        return begins if begins_everywhere is None else begins_everywhere

    def set_rate(self, rate: float) -> None:
        self._give_back()
        super().set_rate(rate)

    def _give_back(self) -> None:
        self._missed.extend(slot.number for slot in self._slots)
        self._slots.clear()

    def _first_wait(self, then: float) -> float:  # noqa: ARG002  only Redis knows; it is asked by the call itself
        return 0.0

    async def _take_now(self, now: float) -> bool:  # noqa: ARG002  only Redis knows
        return False

    async def _wait(self) -> None:
        if self._slot is not None:  # its call gave up, or a pause or a new rate came
            self._slots.appendleft(self._slot)
            self._slot = None
        while (slot := self._next_slot()) is None:
            lease = await self._ask()
            if lease is None and self._server.silence() < _PATIENCE_SECONDS:
                await self._clock.sleep(_SOON_SECONDS)
                continue
            if lease is None:
                await self._go_on_alone()
                return
            self._known = "seen"
            self._slowdown.follow(lease.share, self._clock.monotonic())
            self._slots.extend(lease.slots)
            if not lease.slots:
                await self._clock.sleep(lease.wait)
        self._slot = slot
        while (early := slot.opens - self._clock.monotonic()) > 0:
            await self._clock.sleep(early)

    async def _go_on_alone(self) -> None:
        """Waits for this process's part. The processes begin at random moments, or all would send a call at once."""
        processes, now = self._server.processes, self._clock.monotonic()
        if self._known != "alone":
            self._alone_from = now + (1 + (processes - 1) * random.random()) / self.current_rate()  # noqa: S311  no secret
            self._known = "alone"
        self._alone.set_rate(self.rate / processes)
        if self._alone_from > now:
            await self._clock.sleep(self._alone_from - now)
        await self._alone.acquire()

    async def _ask(self) -> _Lease | None:
        """Slots for those who wait; None where Redis does not answer. What was missed goes back with the question."""
        if self._server.left_alone():
            return None
        wanted = min(self._waiting, math.ceil(self.rate * _LEASE_SECONDS))
        missed = self._missed.copy()
        lease = await self._server.take(self._name, self.rate, wanted, missed, known=self._known, seconds=self._seconds)
        if lease is not None:
            del self._missed[: len(missed)]
        return lease

    def _next_slot(self) -> _Slot | None:
        now = self._clock.monotonic()
        while self._slots:
            slot = self._slots.popleft()
            if max(slot.opens, now) <= slot.closes:
                return slot
            self._missed.append(slot.number)
        return None

    def _leave(self, now: float) -> bool:
        slot, self._slot = self._slot, None
        if slot is None or now <= slot.closes:
            return True
        self._missed.append(slot.number)
        return False


class _RedisGroupGate(_RedisGate, GroupGate):
    """The gate of a group: a slot counts from its time on, and again from when the call left the seller's queue."""

    _seconds = 60

    def __init__(self, name: str, rate: float, clock: Clock, server: _Server) -> None:
        super().__init__(name, rate, clock, server)
        self._under_way: deque[_Slot | None] = deque()

    def _leave(self, now: float) -> bool:
        slot = self._slot
        leaves = super()._leave(now)
        if leaves:
            self._under_way.append(slot)
        return leaves

    def left(self) -> None:
        slot = self._under_way.popleft()  # whose of them it is does not matter
        if slot is not None and slot.closes < self._clock.monotonic():
            self._server.tell_left(self._name, slot.number)

    def forgo(self) -> None:
        slot = self._under_way.popleft()
        if slot is not None:
            self._missed.append(slot.number)


class RedisRateLimiter(GatedRateLimiter):
    """One budget for all processes that share a Redis: `MeliApp(..., throughput=RedisRateLimiter(url, rate))`.

    Time is the server's. No window of a second holds more calls than the rate (rounded up), whichever processes they come
    from. A process takes the slots of up to a tenth of a second at once for the calls that wait in it, so a pause after a
    429 reaches the others within that time. A call that misses its slot by more than `late` gives it back and takes
    another. Calls are first come, first served within a process.

    While Redis does not answer, calls wait; after two seconds each process goes on with its part: the rate divided by the
    number of processes that Redis saw in the last minute, or by `expected_processes` where it was never reached. It begins
    at a random moment in the time that all processes need for one call each, and after the window of the last call that
    Redis let pass. It is asked again each second. When Redis answers again, or has forgotten everything in a restart, the
    first slot comes a window later, because of the calls that it knows nothing of. Each change is one warning.

    So the rate holds on average in an outage, and not in each window: nobody tells the processes apart, so a few calls of
    several of them can fall together; and one that finds Redis back a second before the others shares it while they still
    go on alone. Refusals in an outage slow down the process that met them; Redis never hears of them.

    It belongs to the event loop that first uses it; `aclose()` or `async with` closes its connection.

    Args:
        url: such as `redis://127.0.0.1:6379/0`.
        rate: calls per second and seller.
        prefix: of the keys; one for each application, as the budget is the application's.
        expected_processes: how many share the budget, until Redis says it.
        late: seconds by which a call may miss its slot. So much is added to the second that bounds the rate, so a hundredth
            of the rate is left out by default. Where answers of Redis come later than that five times in a row, it grows by
            itself, to half a second at most, and shrinks again: then more of the rate is left out, and none is exceeded.

    Raises:
        InputError: a rate outside 0.01 to 10,000.
        ConfigurationError: the URL is none, or the client is not installed.
    """

    def __init__(
        self,
        url: str,
        rate: float = DEFAULT_THROUGHPUT,
        *,
        prefix: str = "meli-sdk",
        expected_processes: int = 4,
        late: float = 0.01,
        clock: Clock | None = None,
    ) -> None:
        super().__init__(rate, clock or SystemClock())
        self._server = _Server(url, prefix, expected_processes, late, self._clock)

    def _new_gate(self, name: str, rate: float) -> Gate:
        return _RedisGate(name, rate, self._clock, self._server)

    def _new_group_gate(self, name: str, rate: float) -> GroupGate:
        return _RedisGroupGate(name, rate, self._clock, self._server)

    async def aclose(self) -> None:
        """Closes the connection to Redis."""
        await self._server.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()
