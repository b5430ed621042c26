"""The whole call, `session.orders.get`, against aiohttp and orjson alone: CPU time of this process.

The server is another process. All contenders share one event loop and take turns, and each call asks for another order,
so that no cache of URLs helps anybody. The session has everything a session has: token, limiter at its highest rate,
places, circuit breaker, retries, error rules, drift.
"""

import asyncio
import itertools
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager

import aiohttp
import orjson

from benchmarks.figures import Contender, Figure, minima
from meli_sdk import MeliSession

TYPED_AT_MOST = 1.25
SELLER = 700_100_300
TOKEN = "APP_USR-invented"
PATIENCE = 60.0
"""Seconds after which a round that hangs is an error."""
BARE = "aiohttp + orjson"

Call = Callable[[], Awaitable[object]]


@contextmanager
def served() -> Iterator[str]:
    """The origin of a server that answers until the block ends."""
    command = [sys.executable, "-m", "benchmarks.server"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            yield f"http://127.0.0.1:{int(server.stdout.readline())}"
        finally:
            server.communicate("")


async def many(call: Call, calls: int, concurrent: int) -> None:
    async def worker() -> None:
        for _ in range(calls // concurrent):
            await call()

    async with asyncio.timeout(PATIENCE):
        await asyncio.gather(*(worker() for _ in range(concurrent)))


def spent(runner: asyncio.Runner, call: Call, calls: int, concurrent: int) -> Contender:
    """CPU seconds of one call."""

    def run() -> float:
        start = time.process_time_ns()
        runner.run(many(call, calls, concurrent))
        return (time.process_time_ns() - start) / calls / 1e9

    return run


def _ways(url: str, bare: aiohttp.ClientSession, session: MeliSession) -> tuple[Mapping[str, Call], Mapping[str, Call]]:
    """How one order, and how one page of orders, can be had."""
    ids = itertools.count(2_000_000_000_000_001)

    async def fetched(path: str) -> object:
        async with bare.get(url + path) as answer:
            answer.raise_for_status()
            return orjson.loads(await answer.read())

    async def first_page() -> object:
        return await session.orders.search(query=str(next(ids)))

    return {
        BARE: lambda: fetched(f"/orders/{next(ids)}"),
        "session.orders.get": lambda: session.orders.get(next(ids)),
        "session.request": lambda: session.request("GET", f"/orders/{next(ids)}"),
    }, {
        BARE: lambda: fetched(f"/orders/search?seller={SELLER}&q={next(ids)}&limit=50"),
        "session.orders.search": first_page,
    }


def figures(*, quick: bool) -> Iterator[Figure]:
    rounds = 60 if quick else 400  # many and short: on a shared machine a long one is never left alone
    with served() as url, asyncio.Runner() as runner:

        async def opened() -> tuple[aiohttp.ClientSession, MeliSession]:
            bare = aiohttp.ClientSession(headers={"Authorization": f"Bearer {TOKEN}", "Accept": "application/json"})
            return bare, MeliSession(TOKEN, user_id=SELLER, base_url=url, throughput=10_000)

        bare, session = runner.run(opened())
        one, page = _ways(url, bare, session)
        try:
            for concurrent in (1, 32, 128):
                calls = max(16, 2 * concurrent)
                best = minima({name: spent(runner, way, calls, concurrent) for name, way in one.items()}, rounds)
                base = best.pop(BARE)
                for name, seconds in best.items():
                    at_most = TYPED_AT_MOST if name == "session.orders.get" and concurrent != 32 else None
                    figure = f"one order, {concurrent} concurrent"
                    yield Figure(name=figure, of=name, to=BARE, ratio=seconds / base, at_most=at_most)
            best = minima({name: spent(runner, way, 32, 32) for name, way in page.items()}, rounds // 4)
            ratio = best["session.orders.search"] / best[BARE]
            yield Figure(name="a page of 50 orders, 32 concurrent", of="session.orders.search", to=BARE, ratio=ratio)
        finally:
            runner.run(bare.close())
            runner.run(session.aclose())
