"""Creating calls whose answers are lost, by processes that are killed: what is unknown is looked up, never sent twice."""

import asyncio
import multiprocessing
import os
import signal
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from random import Random
from typing import Final

import aiohttp  # noqa: F401  not once for each process

from meli_sdk import MeliSession, RetryPolicy, errors
from meli_sdk.sandbox import GLOBAL_SELLER_ID, Fault, FaultKind, FaultPlan, FaultProxy, Sandbox
from reliability.figure import Figure

Target = tuple[str, str, str]
"""A global item, a site and a logistic type."""
WORKERS: Final = 4
AT_ONCE: Final = 4
"""Creating calls that one process has under way."""
TRIES: Final = 20


@dataclass(frozen=True, kw_only=True)
class Job:
    """What a process needs to know."""

    url: str
    token: str
    targets: Sequence[Target]


def run(job: Job, line: Connection) -> None:
    """A process: lists what is not listed yet, and tells of each listing that is done."""
    with suppress(BrokenPipeError):
        asyncio.run(_run(job, line))


async def _run(job: Job, line: Connection) -> None:
    async with MeliSession(
        job.token,
        user_id=GLOBAL_SELLER_ID,
        base_url=job.url,
        throughput=10_000,
        breaker=None,
        retry=RetryPolicy(base=0.02),
    ) as session:
        targets = iter(job.targets)

        async def work() -> None:
            for target in targets:
                line.send((target, await _listed(session, target)))

        await asyncio.gather(*(work() for _ in range(AT_ONCE)))


async def _listed(session: MeliSession, target: Target) -> str:
    """Lists one item, unless it is listed; how it was found out."""
    parent, site_id, logistic_type = target
    for _ in range(TRIES):
        try:
            there = {child.site_id for child in (await session.marketplace.get(parent)).marketplace_items}
            if site_id in there:
                return "found"
            await session.marketplace.create_items(parent, [{"site_id": site_id, "logistic_type": logistic_type}])
        except errors.MeliError as failure:
            if failure.may_have_been_applied:
                with suppress(errors.MeliError):
                    if (await session.check(failure)).applied:
                        return "unknown, applied"
            continue
        return "created"
    return "unresolved"


async def _targets(box: Sandbox, count: int) -> list[Target]:
    """So many places to list at; global items are copied until there are enough."""
    world = box.world
    async with MeliSession(
        box.token(GLOBAL_SELLER_ID), user_id=GLOBAL_SELLER_ID, base_url=box.url, throughput=10_000
    ) as session:
        places = list({place[0]: place for place in (await session.marketplace.user()).targets}.values())
    model = next(listing for listing in world.listings.values() if listing.is_global)
    found: list[Target] = []
    number = 700_000_000
    while len(found) < count:
        number += 1
        copy = replace(model, id=f"CBT{number}")
        world.listings[copy.id] = copy
        found += [(copy.id, *place) for place in places]
    return found[:count]


class Workers:
    """Processes that are killed at random; the next one goes on with what the last one did not tell."""

    def __init__(self, url: str, token: str, targets: list[Target], random: Random) -> None:
        self._url, self._token, self._random = url, token, random
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload([__name__])
        self._shares = [targets[index::WORKERS] for index in range(WORKERS)]
        self.told: Counter[str] = Counter()
        self.kills: int = 0

    async def work(self) -> None:
        """Until every target is told of."""
        await asyncio.gather(*(self._lives(dict.fromkeys(share)) for share in self._shares))

    async def _lives(self, left: dict[Target, None]) -> None:
        while left:
            ours, theirs = self._context.Pipe(duplex=False)
            job = Job(url=self._url, token=self._token, targets=tuple(left))
            process = self._context.Process(target=run, args=(job, theirs), daemon=True)
            await asyncio.to_thread(process.start)
            theirs.close()
            await asyncio.to_thread(self._hear, ours, left, process)
            await asyncio.to_thread(process.join)
            ours.close()
            process.close()

    def _hear(self, line: Connection, left: dict[Target, None], process: BaseProcess) -> None:
        """Takes note of what a process tells, and kills it in the middle of what it does after some of that."""
        lives = self._random.randint(4, 16)
        assert process.pid is not None
        with suppress(EOFError, ConnectionError):
            while left:
                target, how = line.recv()
                left.pop(target, None)
                self.told[how] += 1
                lives -= 1
                if lives == 0:
                    os.kill(process.pid, signal.SIGKILL)
                    self.kills += 1


async def creations(quick: bool) -> Figure:
    """Listings in marketplaces, with connections reset, error pages and closes before and after the commit, and kill -9."""
    count = 150 if quick else 2_000
    match = "POST /marketplace/items/{id}"
    plan = FaultPlan(
        [
            Fault(kind=kind, match=match, share=0.1, committed=committed)
            for kind in (FaultKind.RESET, FaultKind.HTML_502, FaultKind.CLOSE)
            for committed in (False, True)
        ]
    )
    async with Sandbox(seed=3, listing_quota=None) as box, FaultProxy(box.url, plan) as proxy:
        targets = await _targets(box, count)
        workers = Workers(proxy.url, box.token(GLOBAL_SELLER_ID), targets, Random(5))
        await workers.work()
        sent = sum(
            request.method == "POST" and request.path.startswith("/marketplace/items/") for request in box.requests
        )
        made = Counter((child.parent_id, child.site_id) for child in box.world.listings.values() if child.parent_id)
    wanted = [made[parent, site_id] for parent, site_id, _ in targets]
    return Figure(
        promise="no creating call is lost, doubled or left unresolved, by faults before and after the commit and kill -9",
        kept=all(number == 1 for number in wanted)
        and not workers.told["unresolved"]
        and workers.kills > 0
        and workers.told["unknown, applied"] > 0,
        numbers={
            "wanted": count,
            "told": workers.told,
            "kills": workers.kills,
            "creating_requests_that_arrived": sent,
            "duplicates": sum(number > 1 for number in wanted),
            "lost": sum(number == 0 for number in wanted),
            "unresolved": workers.told["unresolved"],
        },
    )
