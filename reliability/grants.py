"""Grants under races and kills: processes share sellers and die at random, and the sandbox knows which grant still lives."""

import asyncio
import os
import random
import signal
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Final

from tests.servers import postgres

from meli_sdk import MeliApp, Secret, errors
from meli_sdk.auth.grant import GrantRecord
from meli_sdk.auth.oauth import new_state
from meli_sdk.sandbox import Sandbox, TokenFault, User
from meli_sdk.wire.clock import SystemClock
from meli_sdk.wire.http import AiohttpTransport
from meli_sdk.wire.observe import AttemptEnded, CallEnded, Event
from reliability.figure import Figure, Scenario
from reliability.grants_processes import Failure, Work, fork_token_processes, make_app, run, start_processes

PROCESSES: Final = 8
SELLERS: Final = 20
KILL_EVERY: Final = 0.05
"""Seconds between two kills, on average."""
KILLS_A_ROTATION: Final = 0.25
"""At most: on a busy machine, or where connecting takes long, processes would be dead before their first exchange."""
ANSWER_AFTER: Final = 0.02
"""Seconds that an exchange takes at the server. A process that dies meanwhile has lost the answer."""
LONGEST: Final = 1_200.0
"""Seconds after which a scenario ends without its rotations, and so unkept."""


@dataclass
class Truth:
    """What the run saw, by the word of the server."""

    kills: int = 0
    lost: int = 0
    """Grants whose only good refresh token is in no store: their sellers have to authorise again."""
    false_alarms: int = 0
    """Grants that were given up although the stored refresh token was the good one."""
    reasons: Counter[str] = field(default_factory=Counter[str])
    """Why sellers had to authorise again, as the store says."""
    elsewhere: int = 0
    """Lost grants whose last holder was not killed in the exchange."""
    connections: int = 0
    failed: Counter[str] = field(default_factory=Counter[str])


class Bed:
    """Processes that share the sellers of a sandbox through one store, and are killed."""

    def __init__(self, box: Sandbox, work: Work, seed: int) -> None:
        self._box = box
        self._work = work
        self._dice = random.Random(seed)
        self._context = start_processes()
        self._processes: list[BaseProcess] = []
        self._killed: set[str] = set()
        self._failures, self._told = self._context.Pipe(duplex=False)
        self.truth = Truth()

    @property
    def rotations(self) -> int:
        """Exchanges of refresh tokens that brought new ones."""
        return self._box.oauth_calls - self._box.world.refused_refreshes - self.truth.connections

    async def run(self, app: MeliApp, rotations: int) -> None:
        """Connects the sellers, lets the processes call and kills them, until so many rotations are done."""
        for seller in self._work.sellers:
            await self._connect(app, seller)
        asyncio.get_running_loop().add_reader(self._failures.fileno(), self._hear)
        beside = [asyncio.create_task(self._expire()), asyncio.create_task(self._reconnect(app))]
        forking = self._context.Process(target=fork_token_processes, args=(self._work.door,))
        forking.start()
        while not Path(self._work.door).exists():
            await asyncio.sleep(0.01)
        self._processes = [self._start() for _ in range(PROCESSES)]
        start = next_kill = time.monotonic()
        try:
            while self.rotations < rotations and time.monotonic() - start < LONGEST:
                next_kill = max(next_kill, time.monotonic() - KILL_EVERY) + self._dice.uniform(0.5, 1.5) * KILL_EVERY
                await asyncio.sleep(max(0.0, next_kill - time.monotonic()))
                if self.truth.kills < KILLS_A_ROTATION * self.rotations:
                    self._kill(self._dice.randrange(PROCESSES))
                for task in beside:
                    if task.done():
                        task.result()
        finally:
            for process in self._processes:
                os.kill(process.pid, signal.SIGTERM)
            for process in self._processes:
                await asyncio.to_thread(process.join, 60)
            forking.kill()
            for task in beside:
                task.cancel()
            asyncio.get_running_loop().remove_reader(self._failures.fileno())
        await self._settle(app)

    def _start(self) -> BaseProcess:
        process = self._context.Process(target=run, args=(self._work, self._told))
        process.start()
        return process

    def _kill(self, index: int) -> None:
        process = self._processes[index]
        if not process.is_alive():
            self.truth.failed["a process ended by itself"] += 1
        self._killed.add(str(process.pid))
        process.kill()
        process.join()
        process.close()
        self.truth.kills += 1
        self._processes[index] = self._start()

    def _hear(self) -> None:
        while self._failures.poll():
            failure: Failure = self._failures.recv()
            self.truth.failed[": ".join(failure)] += 1

    def _server_has(self, seller: int) -> Secret:
        return Secret(self._box.world.grants[self._work.client_id, seller].refresh_token)

    async def _expire(self) -> None:
        """Ends each access token soon after it was issued, so that somebody has to renew it."""
        world, seen = self._box.world, dict[int, object]()
        loop = asyncio.get_running_loop()

        def end(access_token: str) -> None:
            world.access_tokens[access_token].expires_at = world.now()

        while True:
            for (_, seller), grant in world.grants.items():
                if seen.get(seller) is not grant:
                    seen[seller] = grant
                    loop.call_later(self._dice.uniform(0.01, 0.05), end, grant.access_token)
            await asyncio.sleep(0.01)

    async def _connect(self, app: MeliApp, seller: int) -> None:
        await _connected(app, self._box, seller)
        self.truth.connections += 1

    async def _reconnect(self, app: MeliApp) -> None:
        """Connects anew who has to authorise again, and compares what the store says of it with the server."""
        while True:
            for info in await app.sellers():
                if info.reason is not None:
                    record = await self._stored(app, info.user_id)
                    if record.reason is not None:  # otherwise a careless writer has brought it back meanwhile
                        self._judge(record)
                        await self._connect(app, info.user_id)
            await asyncio.sleep(0.05)

    async def _stored(self, app: MeliApp, seller: int) -> GrantRecord:
        record = await app._grants.load(self._work.client_id, seller)
        assert record is not None
        return record

    def _judge(self, record: GrantRecord) -> None:
        self.truth.reasons[str(record.reason)] += 1
        if record.grant.refresh_token == self._server_has(record.grant.user_id):
            self.truth.false_alarms += 1
            return
        self.truth.lost += 1
        holder = record.lost.holder.split("|")[2] if record.lost else ""
        self.truth.elsewhere += holder not in self._killed

    async def _settle(self, app: MeliApp) -> None:
        """The processes have ended, and so have all access tokens: a call of each seller shows what was lost."""
        self._box.expire_tokens()
        for seller in self._work.sellers:
            with suppress(errors.ReauthorizationRequiredError):
                await app.session(seller).users.me()
            record = await self._stored(app, seller)
            if record.reason is not None or record.grant.refresh_token != self._server_has(seller):
                self._judge(record)


@asynccontextmanager
async def _marketplace(
    way: str = "inline", *, database: str | None = None, sellers: int = 1
) -> AsyncIterator[tuple[Sandbox, Work]]:
    """A sandbox with so many sellers, and what a process has to know of it; a SQLite file where no database is named."""
    with tempfile.TemporaryDirectory(prefix="meli-grants-") as folder:
        async with Sandbox(seed=5) as box:
            ids = tuple(300_000_001 + n for n in range(sellers))
            for seller in ids:
                box.world.users[seller] = User(
                    id=seller, nickname=f"SELLER{seller}", site_id="MLA", country_id="AR", registered=box.world.now()
                )
            work = Work(
                way=way,
                client_id=box.app_credentials.client_id,
                client_secret=box.app_credentials.client_secret,
                base_url=box.url,
                store=database or f"{folder}/grants.db",
                door=f"{folder}/door",
                sellers=ids,
            )
            yield box, work


async def _killed(way: str, rotations: int, database: str | None = None) -> tuple[bool, Truth, dict[str, object]]:
    """Whether there were so many rotations, what happened to the grants, and the same as numbers."""
    async with _marketplace(way, database=database, sellers=SELLERS) as (box, work), make_app(work) as app:
        box.fail_exchange(TokenFault.SLOW, times=10**9, seconds=ANSWER_AFTER)
        bed = Bed(box, work, seed=rotations)
        start = time.monotonic()
        await bed.run(app, rotations)
        truth, reached = bed.truth, bed.rotations >= rotations
        return (
            reached,
            truth,
            {
                "processes": PROCESSES,
                "sellers": SELLERS,
                "rotations": bed.rotations,
                "rotations_a_second": round(bed.rotations / (time.monotonic() - start), 1),
                "kills": truth.kills,
                "lost": truth.lost,
                "invalid_grant": box.world.refused_refreshes,
                "reasons": truth.reasons,
                "false_alarms": truth.false_alarms,
                "failed_calls": truth.failed,
            },
        )


async def _detached(rotations: int, database: str | None = None) -> Figure:
    reached, truth, numbers = await _killed("detached", rotations, database)
    return Figure(
        promise="exchanges in a process of their own: no grant is lost, no refresh token is sent twice",
        kept=reached and not truth.lost and not truth.reasons and not numbers["invalid_grant"] and not truth.failed,
        numbers=numbers,
    )


async def _inline(rotations: int, database: str | None = None) -> Figure:
    reached, truth, numbers = await _killed("inline", rotations, database)
    return Figure(
        promise="exchanges in the process that is killed: a grant is lost in the gap alone, and the next call says so",
        kept=reached
        and not truth.false_alarms
        and not truth.elsewhere
        and truth.reasons["answer_lost"] == truth.reasons.total() == truth.lost
        and set(truth.failed) <= {"ReauthorizationRequiredError: answer_lost"},
        numbers={**numbers, "lost_outside_the_gap": truth.elsewhere},
    )


async def _baseline(way: str, quick: bool) -> Figure:
    _, truth, numbers = await _killed(way, 150 if quick else 2_000)
    return Figure(promise="loses sellers, so that these checks can fail", kept=truth.lost > 0, numbers=numbers)


async def sqlite_detached(quick: bool) -> Figure:
    """One SQLite file, exchanges in processes of their own."""
    return await _detached(200 if quick else 10_000)


async def sqlite_inline(quick: bool) -> Figure:
    """One SQLite file, exchanges in the processes that are killed."""
    return await _inline(200 if quick else 10_000)


async def naive(quick: bool) -> Figure:
    """Read, refresh, write."""
    return await _baseline("naive", quick)


async def lock(quick: bool) -> Figure:
    """Read, refresh, write, under a lock for each seller."""
    return await _baseline("lock", quick)


async def _on_postgres(scenario: Callable[[int, str | None], Awaitable[Figure]], rotations: int) -> Figure:
    if postgres.programs() is None:
        return Figure(
            promise="the same on PostgreSQL", kept="CI" not in os.environ, numbers={"skipped": "no PostgreSQL"}
        )
    with postgres.postgres(fsync=True) as url:
        return await scenario(rotations, url)


async def postgres_detached(quick: bool) -> Figure:
    """One PostgreSQL, exchanges in processes of their own."""
    return await _on_postgres(_detached, 100 if quick else 10_000)


async def postgres_inline(quick: bool) -> Figure:
    """One PostgreSQL, exchanges in the processes that are killed."""
    return await _on_postgres(_inline, 100 if quick else 10_000)


async def _connected(app: MeliApp, box: Sandbox, seller: int) -> None:
    state = new_state()
    url = app.authorization_url("MLA", state=state)
    await app.connect(await box.authorize(str(url), user_id=seller), state=state)


async def single_flight(quick: bool) -> Figure:
    """Many tasks on one token that has ended, half of them cancelled while it is renewed."""
    count = 1_000 if quick else 5_000
    async with _marketplace() as (box, work), make_app(work) as app:
        (seller,) = work.sellers
        await _connected(app, box, seller)
        box.expire_tokens()
        box.fail_exchange(TokenFault.SLOW, seconds=1.0)
        before = box.oauth_calls
        calls = [asyncio.create_task(app.session(seller).users.me()) for _ in range(count)]
        while box.oauth_calls == before:
            await asyncio.sleep(0.01)
        for call in calls[::2]:
            call.cancel()
        results = await asyncio.gather(*calls, return_exceptions=True)
        exchanges = box.oauth_calls - before
    cancelled = sum(isinstance(result, asyncio.CancelledError) for result in results)
    served = sum(getattr(result, "id", None) == seller for result in results)
    return Figure(
        promise="one exchange, and whoever has not given up is served",
        kept=exchanges == 1 and cancelled == count // 2 and served == count - cancelled,
        numbers={"tasks": count, "cancelled": cancelled, "served": served, "exchanges": exchanges},
    )


async def refusals(quick: bool) -> Figure:
    """Many calls that are under way at once are answered 401."""
    count = 200 if quick else 1_000
    statuses: Counter[int | None] = Counter()

    def observe(event: Event) -> None:
        if isinstance(event, AttemptEnded):
            statuses[event.status] += 1

    async with _marketplace() as (box, work):
        transport = AiohttpTransport(limit=count)
        async with make_app(work, transport=transport, observers=[observe]) as app:
            (seller,) = work.sellers
            await _connected(app, box, seller)
            await app.session(seller).users.me()
            box.expire_tokens()
            box.fail_exchange(TokenFault.SLOW, seconds=3.0)
            before = box.oauth_calls
            statuses.clear()
            found = await asyncio.gather(*(app.session(seller).users.me() for _ in range(count)))
            exchanges = box.oauth_calls - before
        await transport.aclose()
    return Figure(
        promise="one exchange for all of them, and each call succeeds at its second attempt",
        kept=exchanges == 1 and len(found) == count and statuses[401] == count,
        numbers={
            "calls": count,
            "answers": {str(status): met for status, met in statuses.items()},
            "exchanges": exchanges,
        },
    )


class WrongClock(SystemClock):
    """A wall clock that is off, and may be set."""

    def __init__(self, offset: float) -> None:
        self.offset = offset

    def now(self) -> datetime:
        """By so many seconds."""
        return super().now() + timedelta(seconds=self.offset)


async def clocks(quick: bool) -> Figure:
    """Applications on one store whose clocks are an hour ahead, an hour behind, and jumping."""
    ends, turns = (4, 10) if quick else (20, 50)
    attempts: Counter[str] = Counter()
    failed: Counter[str] = Counter()
    most = 0

    def observe(event: Event) -> None:
        nonlocal most
        if isinstance(event, CallEnded):
            attempts[str(event.attempts)] += 1
            most = max(most, event.attempts)

    async with _marketplace() as (box, work), AsyncExitStack() as stack:
        (seller,) = work.sellers
        wrong = [WrongClock(0.0), WrongClock(3_600.0), WrongClock(-3_600.0), WrongClock(0.0)]
        apps: list[MeliApp] = []
        for clock in wrong:
            app = await stack.enter_async_context(make_app(work, observers=[observe]))
            app.pipeline.clock = clock
            apps.append(app)
        await _connected(apps[0], box, seller)
        before = box.oauth_calls
        for _ in range(ends):
            for turn in range(turns):
                wrong[-1].offset = (-1) ** turn * 3_600.0 * (1 + turn % 6)
                for app in apps:
                    try:
                        await app.session(seller).users.me()
                    except errors.MeliError as failure:
                        failed[type(failure).__name__] += 1
            box.expire_tokens()
        exchanges = box.oauth_calls - before
    return Figure(
        promise="no exchange but for the tokens that ended, no failed call, and one replay of a call at most",
        kept=exchanges <= ends and not failed and most <= 2,
        numbers={"tokens_ended": ends, "exchanges": exchanges, "failed_calls": failed, "calls_by_attempts": attempts},
    )


SCENARIOS: Mapping[str, Scenario] = {
    "sqlite_detached": sqlite_detached,
    "sqlite_inline": sqlite_inline,
    "postgres_detached": postgres_detached,
    "postgres_inline": postgres_inline,
    "naive": naive,
    "lock": lock,
    "single_flight": single_flight,
    "refusals": refusals,
    "clocks": clocks,
}
