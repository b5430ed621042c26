"""`items.create_once` by processes that die right after Mercado Libre has listed the item: the search tells what is there."""

import asyncio
import multiprocessing
import os
import signal
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from random import Random
from typing import Final

import aiohttp  # noqa: F401  not once for each process

from meli_sdk import MeliSession, RetryPolicy, errors
from meli_sdk.sandbox import LOCAL_SELLER_ID, Fault, FaultKind, FaultPlan, FaultProxy, Sandbox, SandboxOptions
from reliability.figure import Figure

WORKERS: Final = 4
AT_ONCE: Final = 4
"""Creating calls that one process has under way."""
SHOWN_AFTER: Final = 0.5
"""Seconds until the search shows a new item, where those who begin again wait for it."""
PATIENCE: Final = 1.5
"""Seconds that a process waits before it goes on with what another one left."""
LATE: Final = 600.0
"""Seconds until the search shows a new item, where nobody waits."""
LOST: Final = 0.03
"""The share of creations whose answer is lost on the wire."""


@dataclass(frozen=True, kw_only=True)
class Job:
    """What a process needs to know."""

    url: str
    token: str
    skus: Sequence[str]
    pause: float
    """Seconds before it begins."""


def goods(sku: str) -> dict[str, object]:
    """An item that the sandbox lists."""
    values = {
        "SELLER_SKU": sku,
        "BRAND": "Norte",
        "MODEL": "X3",
        "PACKAGE_HEIGHT": "8 cm",
        "PACKAGE_WIDTH": "18 cm",
        "PACKAGE_LENGTH": "20 cm",
        "PACKAGE_WEIGHT": "420 g",
    }
    return {
        "title": f"Auriculares Norte {sku}",
        "category_id": "MLA3697",
        "price": 21999,
        "currency_id": "ARS",
        "available_quantity": 7,
        "buying_mode": "buy_it_now",
        "condition": "new",
        "listing_type_id": "gold_special",
        "pictures": [{"source": "https://pictures.example/x3.jpg"}],
        "attributes": [{"id": name, "value_name": value} for name, value in values.items()],
    }


def run(job: Job, line: Connection) -> None:
    """A process: lists what it was not told to be listed, and tells of each item."""
    with suppress(BrokenPipeError):
        asyncio.run(_run(job, line))


async def _run(job: Job, line: Connection) -> None:
    await asyncio.sleep(job.pause)
    async with MeliSession(
        job.token,
        user_id=LOCAL_SELLER_ID,
        base_url=job.url,
        throughput=10_000,
        breaker=None,
        retry=RetryPolicy(base=0.02),
    ) as session:
        skus = iter(job.skus)

        async def work() -> None:
            for sku in skus:
                with suppress(errors.OutcomeUnknownError):  # it stays for the next process
                    await session.items.create_once(goods(sku))
                    line.send(sku)

        await asyncio.gather(*(work() for _ in range(AT_ONCE)))


class Workers:
    """Processes of which one dies in the moment its item is there and nobody has told it so."""

    def __init__(self, box: Sandbox, url: str, skus: list[str], *, killed: float, pause: float) -> None:
        self._box, self._url, self._killed, self._pause = box, url, killed, pause
        self._random = Random(7)
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload([__name__])
        self._shares = [skus[index::WORKERS] for index in range(WORKERS)]
        self._pids: dict[int, int | None] = {}
        self.unanswered: set[str] = set()
        """What was listed by a process that was killed before it knew."""
        box.world.tell = self._told

    def _told(self, topic: str, resource: str, _: int) -> None:
        """Sees each item before its answer leaves."""
        if topic != "items":
            return
        sku = _sku(self._box, resource.rpartition("/")[2])
        share = next((index for index, skus in enumerate(self._shares) if sku in skus), None)
        pid = None if share is None else self._pids.get(share)
        if pid is None or sku in self.unanswered or self._random.random() >= self._killed:
            return
        self.unanswered.add(sku)
        with suppress(ProcessLookupError):  # it died of another item, and this request was under way
            os.kill(pid, signal.SIGKILL)

    async def work(self) -> None:
        """Until every SKU is told of."""
        await asyncio.gather(*(self._lives(index, dict.fromkeys(skus)) for index, skus in enumerate(self._shares)))

    async def _lives(self, index: int, left: dict[str, None]) -> None:
        pause = 0.0
        while left:
            ours, theirs = self._context.Pipe(duplex=False)
            token = self._box.token(LOCAL_SELLER_ID)
            job = Job(url=self._url, token=token, skus=tuple(left), pause=pause)
            process = self._context.Process(target=run, args=(job, theirs), daemon=True)
            await asyncio.to_thread(process.start)
            self._pids[index] = process.pid
            theirs.close()
            await asyncio.to_thread(_hear, ours, left)
            await asyncio.to_thread(process.join)
            del self._pids[index]
            ours.close()
            process.close()
            pause = self._pause


def _hear(line: Connection, left: dict[str, None]) -> None:
    with suppress(EOFError, ConnectionError):
        while left:
            left.pop(line.recv(), None)


def _sku(box: Sandbox, item_id: str) -> str:
    rows = box.world.listings[item_id].attributes
    return next(str(row["value_name"]) for row in rows if row["id"] == "SELLER_SKU")


async def _made(count: int, *, shown_after: float, pause: float, lost: float) -> tuple[Counter[str], Workers]:
    """How often each SKU was listed."""
    skus = [f"ONCE-{number:05d}" for number in range(count)]
    plan = FaultPlan([Fault(kind=FaultKind.RESET, match="POST /items", share=lost, committed=True)])
    options = SandboxOptions(item_search_lag=shown_after)
    async with Sandbox(seed=3, options=options) as box, FaultProxy(box.url, plan) as proxy:
        workers = Workers(box, proxy.url, skus, killed=0.1, pause=pause)
        await workers.work()
        made = Counter(_sku(box, item_id) for item_id in box.world.listings)
    return Counter({sku: made[sku] for sku in skus}), workers


async def once(quick: bool) -> Figure:
    """Items listed by `create_once`, with answers lost and kill -9 in the moment each item is there, and begun again."""
    count = 80 if quick else 1_000
    waited, killed = await _made(count, shown_after=SHOWN_AFTER, pause=PATIENCE, lost=LOST)
    hurried, hurt = await _made(count // 4, shown_after=LATE, pause=0, lost=0)
    return Figure(
        promise="create_once lists each item once, if who begins again waits until the search shows what was listed",
        kept=set(waited.values()) == {1}
        and bool(killed.unanswered)
        and all(hurried[sku] > 1 for sku in hurt.unanswered)
        and bool(hurt.unanswered),
        numbers={
            "wanted": count,
            "killed_before_the_answer": len(killed.unanswered),
            "doubled": sum(number > 1 for number in waited.values()),
            "lost": sum(number == 0 for number in waited.values()),
            "killed_where_nobody_waits": len(hurt.unanswered),
            "doubled_where_nobody_waits": sum(number > 1 for number in hurried.values()),
        },
    )
