"""How many calls leave in a second: one process, a refusal, several processes."""

import asyncio
import multiprocessing
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from functools import partial
from multiprocessing.connection import Connection
from random import Random
from typing import Final

import redis
from tests.servers.redis import redis_server

from meli_sdk import LocalRateLimiter, RedisRateLimiter, RetryPolicy, errors
from meli_sdk.sandbox import Fault, FaultKind, FaultPlan
from meli_sdk.wire.clock import SystemClock
from meli_sdk.wire.http import AiohttpTransport
from meli_sdk.wire.message import Request, Response
from reliability.calls_server import server
from reliability.figure import Figure

PROCESSES: Final = 4
ASKED: Final = (1, 25)
"""Rates that have to be used."""
LEAST, LEAST_SHARED = 0.99, 0.98
TRIES: Final = 3
_CONTEXT: Final = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload([__name__])


def most_in_a_second(times: list[float]) -> int:
    """The most of these moments, in order, that lie within less than a second."""
    most = first = 0
    for index, moment in enumerate(times):
        while moment - times[first] >= 1:
            first += 1
        most = max(most, index - first + 1)
    return most


def used(times: list[float], rate: float) -> float:
    """The share of the rate that was used from the first moment to the last."""
    return round((len(times) - 1) / (times[-1] - times[0]) / rate, 4)


async def _limited(rate: int, seconds: float, *, stalls: bool) -> Mapping[str, object]:
    limiter, times, order = LocalRateLimiter(rate, clock=SystemClock()), list[float](), list[int]()
    random = Random(rate)

    async def call(number: int) -> None:
        await limiter.acquire(1, None)
        times.append(time.monotonic())
        order.append(number)

    tasks = [asyncio.create_task(call(number)) for number in range(max(1_000, int(rate * seconds * 1.3)))]
    start = time.monotonic()
    other = 0.0
    while time.monotonic() - start < seconds:
        await asyncio.sleep(random.uniform(1, 2))
        asked = time.monotonic()
        await limiter.acquire(2, None)
        other = max(other, time.monotonic() - asked)
        if stalls:
            time.sleep(0.12)  # noqa: ASYNC251  the loop stands still: that is what is tried
            for task in random.sample(tasks, 10):
                task.cancel()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return {
        "most_in_a_second": most_in_a_second(times),
        "used": used(times, rate),
        "in_order": order == sorted(order),
        "other_seller_waited_s": round(other, 3),
    }


async def _fully_used(
    measure: Callable[[], Awaitable[Mapping[str, object]]], rate: int, least: float
) -> Mapping[str, object]:
    """The figures; measured again where less of the rate was used, since what else the machine does can only take from it.

    A second that held too many calls is never measured away.
    """
    found: Mapping[str, object] = {}
    for attempt in range(1, TRIES + 1):
        found = {**await measure(), "tries": attempt}
        if int(str(found["most_in_a_second"])) > rate or float(str(found["used"])) >= least:
            break
    return found


async def limiter(quick: bool) -> Figure:
    """A thousand tasks wait for one seller's slots."""
    seconds = 8.0 if quick else 60.0
    figures: dict[str, Mapping[str, object]] = {}
    for rate, stalls in ((1, False), (25, False), (25, True), *(() if quick else ((100, False), (1_000, False)))):
        asked = LEAST if rate in ASKED and not stalls else 0.0
        name = f"{rate}{' stalled' if stalls else ''}"
        figures[name] = await _fully_used(partial(_limited, rate, seconds, stalls=stalls), rate, asked)
    kept = all(
        int(str(figure["most_in_a_second"])) <= int(name.split()[0]) and bool(figure["in_order"])
        for name, figure in figures.items()
    )
    kept = kept and all(float(str(figures[str(rate)]["used"])) >= LEAST for rate in ASKED)
    return Figure(
        promise=f"never more than the rate in any second, in order, {LEAST:.0%} of it used", kept=kept, numbers=figures
    )


class SlowAnswers:
    """A transport whose answers come late, so that calls overlap; it notes when each left, and what was refused."""

    def __init__(self, seconds: float) -> None:
        self._inner = AiohttpTransport(limit=500)
        self._seconds = seconds
        self.limit: int | None = self._inner.limit
        self.left: list[float] = []
        self.refused: list[float] = []
        """When refusals were read."""
        self.under_way: int = 0
        self.under_way_then: int = 0
        """How many were, when the first refusal was read."""

    async def send(self, request: Request) -> Response:
        """Sends it, and keeps the answer for a while."""
        self.left.append(time.monotonic())
        self.under_way += 1
        try:
            answer = await self._inner.send(request)
            await asyncio.sleep(self._seconds)
        finally:
            self.under_way -= 1
        if answer.status == 429:
            self.under_way_then = self.under_way_then or self.under_way + 1
            self.refused.append(time.monotonic())
        return answer

    async def aclose(self) -> None:
        """Closes the connections."""
        await self._inner.aclose()


async def refusals(quick: bool) -> Figure:
    """Mercado Libre refuses every call of a while, under two hundred tasks at two hundred a second."""
    pause, rounds = 3, 1 if quick else 5
    refused, allowed, early = 0, 0, 0
    rates: list[float] = []
    for _ in range(rounds):
        transport = SlowAnswers(0.15)
        async with server() as there:
            async with there.address.session(
                transport=transport, throughput=200, retry=RetryPolicy(max_attempts=8)
            ) as session:

                async def work() -> None:
                    while True:
                        with suppress(errors.MeliError):
                            await session.request("GET", f"/orders/{there.address.order_id}")

                tasks = [asyncio.create_task(work()) for _ in range(200)]
                await asyncio.sleep(2)
                await there.plan(FaultPlan([Fault(kind=FaultKind.SECONDS_429, seconds=pause)]))
                while not transport.refused:
                    await asyncio.sleep(0.01)
                await asyncio.sleep(0.5)
                await there.plan(FaultPlan())
                await asyncio.sleep(pause + 2)
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
            await transport.aclose()
        first = transport.refused[0]
        refused += len(transport.refused)
        allowed += transport.under_way_then
        early += sum(first + 0.005 < moment < first + pause for moment in transport.left)
        after = [moment for moment in transport.left if moment >= first + pause]
        rates.append(round(len(after) / (transport.left[-1] - first - pause), 1))
    return Figure(
        promise="after a 429 no call in the pause, and no more refusals than calls under way when it came",
        kept=refused <= allowed and not early and refused > rounds,
        numbers={"refused": refused, "under_way": allowed, "in_the_pause": early, "calls_a_second_afterwards": rates},
    )


def _share(url: str, rate: float, seconds: float, line: Connection) -> None:
    """One of the processes: as many calls as its slots allow, from the moment that all begin."""
    asyncio.run(_shared(url, rate, seconds, line))


async def _shared(url: str, rate: float, seconds: float, line: Connection) -> None:
    times: list[float] = []
    async with RedisRateLimiter(url, rate, expected_processes=PROCESSES) as limiter:
        line.send("ready")
        begin: float = line.recv()
        await asyncio.sleep(max(0.0, begin - time.monotonic()))
        end = begin + seconds

        async def work() -> None:
            while time.monotonic() < end:
                with suppress(TimeoutError):
                    async with asyncio.timeout(max(0.0, end - time.monotonic())):
                        await limiter.acquire(1, None)
                        times.append(time.monotonic())

        await asyncio.gather(*(work() for _ in range(100)))
    line.send(times)


async def _processes(rate: int, seconds: float) -> Mapping[str, object]:
    with redis_server() as there, redis.Redis.from_url(there.url) as client:
        lines = [_CONTEXT.Pipe() for _ in range(PROCESSES)]
        processes = [
            _CONTEXT.Process(target=_share, args=(there.url, rate, seconds, theirs), daemon=True) for _, theirs in lines
        ]
        for process in processes:
            process.start()
        for ours, _ in lines:
            await asyncio.to_thread(ours.recv)
        client.config_resetstat()
        begin = time.monotonic() + 0.2
        for ours, _ in lines:
            ours.send(begin)
        found: list[list[float]] = [await asyncio.to_thread(ours.recv) for ours, _ in lines]
        asked = {name: row["calls"] for name, row in client.info("commandstats").items() if "evalsha" in name}
        for process in processes:
            await asyncio.to_thread(process.join)
            process.close()
    times = sorted(moment for one in found for moment in one)
    return {
        "most_in_a_second": most_in_a_second(times),
        "used": used(times, rate),
        "round_trips_a_grant": round(sum(asked.values()) / len(times), 3),
        "by_process": [len(one) for one in found],
    }


async def shared(quick: bool) -> Figure:
    """Four processes on one Redis."""
    seconds = 4.0 if quick else 30.0
    figures = {
        str(rate): await _fully_used(partial(_processes, rate, seconds), rate, LEAST_SHARED) for rate in (25, 200)
    }
    kept = all(
        int(str(figure["most_in_a_second"])) <= int(rate) and float(str(figure["used"])) >= LEAST_SHARED
        for rate, figure in figures.items()
    )
    kept = kept and float(str(figures["200"]["round_trips_a_grant"])) <= 0.2
    return Figure(
        promise=f"{PROCESSES} processes share one rate: never more in any second, {LEAST_SHARED:.0%} of it used, "
        "0.2 round trips to Redis for each call at 200 a second",
        kept=kept,
        numbers=figures,
    )
