"""Throughput: how many calls a second leave for one seller, in the order they asked."""

from abc import ABC, abstractmethod
from typing import Final, Protocol

from meli_sdk.config import DEFAULT_THROUGHPUT, check_throughput
from meli_sdk.errors import ThroughputWaitError
from meli_sdk.wire.clock import Clock, SystemClock
from meli_sdk.wire.endpoint import RateGroup
from meli_sdk.wire.gate import Gate, GroupGate, LocalGate, LocalGroupGate
from meli_sdk.wire.observe import LOGGER


class RateLimiter(Protocol):
    """One budget per seller, and per documented group of endpoints."""

    async def acquire(self, seller: int | None, group: RateGroup | None, *, max_wait: float | None = None) -> float:
        """Waits for a slot and returns the seconds waited.

        Raises:
            ThroughputWaitError: the predicted wait is longer than `max_wait`; raised at once.
        """
        ...

    async def penalize(self, seller: int | None, group: RateGroup | None, seconds: float) -> None:
        """After a 429: lets nothing pass for so long, in the group of the call that was refused, or of the seller.

        The seller's rate is halved, once for each pause and once a second at most, and recovers by a tenth of the set rate a minute.
        """
        ...

    def set_rate(self, seller: int | None, rate: float) -> None:
        """A new rate for one seller, in calls per second."""
        ...


class GatedRateLimiter(ABC):
    """What every limiter of ours does: a gate for each seller, one for each documented group before it."""

    def __init__(self, rate: float, clock: Clock) -> None:
        self._rate = check_throughput(rate)
        self._clock: Final[Clock] = clock
        self._sellers: dict[int | None, Gate] = {}
        self._groups: dict[tuple[str, int | None], GroupGate] = {}

    @abstractmethod
    def _new_gate(self, name: str, rate: float) -> Gate: ...

    @abstractmethod
    def _new_group_gate(self, name: str, rate: float) -> GroupGate: ...

    def _gate(self, seller: int | None) -> Gate:
        gate = self._sellers.get(seller)
        if gate is None:
            gate = self._sellers[seller] = self._new_gate(f"seller:{seller or 'any'}", self._rate)
        return gate

    def _narrow_gate(self, seller: int | None, group: RateGroup) -> GroupGate:
        key = (group.name, seller if group.scope == "seller" else None)
        gate = self._groups.get(key)
        if gate is None:
            name = f"group:{group.name}" if group.scope == "application" else f"group:{group.name}:{seller or 'any'}"
            gate = self._groups[key] = self._new_group_gate(name, group.per_minute / 60)
        return gate

    async def acquire(self, seller: int | None, group: RateGroup | None, *, max_wait: float | None = None) -> float:
        gate = self._gate(seller)
        narrow = None if group is None else self._narrow_gate(seller, group)
        if max_wait is not None:
            predicted = max(gate.predicted_wait(), narrow.predicted_wait() if narrow else 0.0)
            if predicted > max_wait:
                message = (
                    f"this call would wait {predicted:.1f} s for its turn, longer than the {max_wait:.1f} s left: "
                    f"raise the throughput ({gate.rate:g} calls per second) or the deadline"
                )
                raise ThroughputWaitError(message, wait=predicted)
        if narrow is None:
            return await gate.acquire()
        waited = 0.0
        while True:
            waited += await narrow.acquire()
            try:
                waited += await gate.acquire()
            except BaseException:
                narrow.forgo()
                raise
            if not narrow.paused():
                narrow.left()
                return waited
            narrow.forgo()  # a pause of the group came while it waited for the seller's slot

    async def penalize(self, seller: int | None, group: RateGroup | None, seconds: float) -> None:
        gate = self._gate(seller)
        paused = gate if group is None else self._narrow_gate(seller, group)
        # In a pause it is an answer to a call that was under way when the first one came, here or in another process.
        if await paused.pause(seconds) and await gate.halve():
            LOGGER.warning(
                "Mercado Libre refused a call of seller %s (429): %s pauses for %.1f s, "
                "the seller goes on at %.3g calls a second",
                seller,
                "everything" if group is None else f"group {group.name}",
                seconds,
                gate.current_rate(),
            )

    def set_rate(self, seller: int | None, rate: float) -> None:
        self._gate(seller).set_rate(check_throughput(rate))


class LocalRateLimiter(GatedRateLimiter):
    """The limiter inside one process: `rate` calls per second and seller, first come, first served.

    Calls that queue leave evenly spaced, and no window of a second ever holds more than the rate (rounded up). Several
    processes have a budget each: `RedisRateLimiter` shares one. It belongs to the event loop that first uses it.

    Raises:
        InputError: a rate outside 0.01 to 10,000.
    """

    def __init__(self, rate: float = DEFAULT_THROUGHPUT, *, clock: Clock | None = None) -> None:
        super().__init__(rate, clock or SystemClock())

    def _new_gate(self, name: str, rate: float) -> Gate:  # noqa: ARG002  a name is for budgets that are shared
        return LocalGate(rate, self._clock)

    def _new_group_gate(self, name: str, rate: float) -> GroupGate:  # noqa: ARG002  a name is for budgets that are shared
        return LocalGroupGate(rate, self._clock)
