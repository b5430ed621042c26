"""Answers that are made to hurt: peers that hang and drip, bombs, malformed bodies."""

import asyncio
import gc
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from meli_sdk import Timeouts, errors
from meli_sdk.sandbox import Fault, FaultKind, FaultPlan
from reliability.calls_server import Server, server
from reliability.figure import Figure

DRIPPING: Final = (FaultKind.HANG, FaultKind.DRIP_HEADER, FaultKind.DRIP_BODY, FaultKind.LENGTH_TOO_LONG)
HURTING: Final[dict[FaultKind, type[errors.MeliError]]] = {
    FaultKind.GZIP_BOMB: errors.ResponseTooLargeError,
    FaultKind.DEEP: errors.DecodeError,
    FaultKind.HUGE_INTEGER: errors.DecodeError,
    FaultKind.HUGE_EXPONENT: errors.DecodeError,
    FaultKind.BAD_UTF8: errors.DecodeError,
    FaultKind.UTF16: errors.DecodeError,
    FaultKind.BOM: errors.DecodeError,
    FaultKind.NAN: errors.DecodeError,
    FaultKind.INFINITY: errors.DecodeError,
    FaultKind.NOT_AN_OBJECT: errors.DecodeError,
    FaultKind.EMPTY_200: errors.DecodeError,
    FaultKind.HTML_200: errors.DecodeError,
    FaultKind.TRUNCATED: errors.TransportError,
    FaultKind.TRUNCATED_CHUNKED: errors.TransportError,
    FaultKind.TRUNCATED_GZIP: errors.MeliError,
    FaultKind.UNKNOWN_ENCODING: errors.MeliError,
    FaultKind.MANY_HEADERS: errors.TransportError,
    FaultKind.LONG_HEADER: errors.TransportError,
    FaultKind.NO_HTTP: errors.TransportError,
    FaultKind.TWO_LENGTHS: errors.TransportError,
}
MOST_MIB: Final = 32.0


def descriptors() -> int:
    """Open files and sockets of this process."""
    return len(list(Path("/proc/self/fd").iterdir()))


def resident_mib(row: str = "VmRSS") -> float:
    """Memory now, or at most (`VmHWM`)."""
    status = Path("/proc/self/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith(row)).split()[1]) / 1024


def forget_peak() -> None:
    """The most that was resident counts from now on."""
    Path("/proc/self/clear_refs").write_text("5")


class LongestStep:
    """The most CPU that the event loop's thread took between two of this task's turns; waiting for a core is not counted."""

    def __init__(self) -> None:
        self.seconds: float = 0.0
        self._last = time.thread_time()

    def turn(self) -> None:
        """Another turn has begun."""
        now = time.thread_time()
        self.seconds, self._last = max(self.seconds, now - self._last), now

    async def watch(self) -> None:
        """Until it is cancelled."""
        while True:
            await asyncio.sleep(0.001)
            self.turn()


@asynccontextmanager
async def longest_step() -> AsyncIterator[LongestStep]:
    """Watches the loop while it is open."""
    found = LongestStep()
    watching = asyncio.create_task(found.watch())
    try:
        yield found
    finally:
        found.turn()
        watching.cancel()
        await asyncio.wait([watching])


async def deadlines(quick: bool) -> Figure:
    """Peers that hang and drip."""
    latest = 0.0
    late = 0
    async with server() as there:
        limits = Timeouts(connect=5, read=30, attempt=1.0)
        async with there.address.session(timeouts=limits, deadline=1.0) as session:
            await session.orders.get(there.address.order_id)
            sockets, tasks = descriptors(), len(asyncio.all_tasks())
            await there.plan(FaultPlan([Fault(kind=kind, share=0.25, seconds=0.1) for kind in DRIPPING]))

            async def call() -> float:
                start = time.monotonic()
                with suppress(errors.MeliError):
                    await session.orders.get(there.address.order_id)
                return time.monotonic() - start

            for _ in range(2 if quick else 30):
                took = await asyncio.gather(*(call() for _ in range(40)))
                late += sum(seconds > 1.25 for seconds in took)
                latest = max(latest, *took)
            await asyncio.sleep(1)
            more_sockets, more_tasks = descriptors() - sockets, len(asyncio.all_tasks()) - tasks
    return Figure(
        promise="every call ends by its deadline and a quarter of a second; sockets and tasks are what they were",
        kept=late == 0 and more_sockets <= 1 and more_tasks <= 0,
        numbers={"latest_s": round(latest, 3), "late": late, "sockets_more": more_sockets, "tasks_more": more_tasks},
    )


@dataclass(kw_only=True)
class Pain:
    """What hurting answers did."""

    wrong: dict[str, str] = field(default_factory=dict[str, str])
    """Kinds that were not answered by their typed error, and by what instead."""
    more_mib: float = 0.0
    """Memory that one of them needed at most."""
    longest_step: float = 0.0
    """Seconds of CPU between two turns of the event loop, at most."""


async def hurt(
    there: Server,
    kinds: dict[FaultKind, type[errors.MeliError]],
    **options: Any,  # noqa: ANN401  as the session takes them
) -> Pain:
    """Asks for each kind of answer once."""
    pain = Pain()
    async with there.address.session(**options) as session:
        await session.orders.get(there.address.order_id)  # what the first call of all needs is not counted
        for kind, expected in kinds.items():
            await there.plan(FaultPlan([Fault(kind=kind)]))
            gc.collect()
            forget_peak()
            before = resident_mib()
            async with longest_step() as step:
                try:
                    await session.orders.get(there.address.order_id)
                except errors.MeliError as failure:
                    if not isinstance(failure, expected):
                        pain.wrong[kind.value] = type(failure).__name__
                else:
                    pain.wrong[kind.value] = "answered"
            pain.more_mib = max(pain.more_mib, resident_mib("VmHWM") - before)
            pain.longest_step = max(pain.longest_step, step.seconds)
    await there.plan(FaultPlan())
    return pain


async def bombs(quick: bool) -> Figure:
    """Each bomb and each malformed body, several times."""
    async with server() as there:
        pains = [await hurt(there, HURTING) for _ in range(1 if quick else 10)]
    wrong = {kind: what for pain in pains for kind, what in pain.wrong.items()}
    more, longest = max(pain.more_mib for pain in pains), max(pain.longest_step for pain in pains)
    return Figure(
        promise=f"a typed error each, at most {MOST_MIB:g} MiB of memory more, the event loop never blocked for 100 ms",
        kept=not wrong and more <= MOST_MIB and longest < 0.1,
        numbers={
            "kinds": len(HURTING),
            "wrong": wrong,
            "more_mib": round(more, 1),
            "longest_step_ms": round(longest * 1000, 1),
        },
    )
