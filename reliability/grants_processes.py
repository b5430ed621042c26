"""What runs in the processes that are killed: callers of many sellers, and the ways of renewing tokens that are compared.

They are forked from a server that has imported everything, so that one can be started each 50 ms.
"""

import asyncio
import fcntl
import multiprocessing
import os
import random
import signal
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any, Final

import aiohttp  # noqa: F401  not once for each process
import asyncpg  # noqa: F401  likewise
import sqlalchemy.dialects.postgresql.asyncpg
import sqlalchemy.ext.asyncio  # noqa: F401  likewise

from meli_sdk import AppCredentials, MeliApp, MeliSession, Secret, errors, token_process
from meli_sdk.auth.grant import Grant, GrantRecord, expiry
from meli_sdk.auth.oauth import refresh_form
from meli_sdk.auth.stores.reopen import open_store

TASKS: Final = 2
"""Calls at once in each process."""


@dataclass(frozen=True, kw_only=True)
class Work:
    """What a process needs to know."""

    way: str
    """`inline`, `detached`, `naive` or `lock`."""
    client_id: int
    client_secret: str
    base_url: str
    store: str
    door: str
    """Where processes for token exchanges are asked for."""
    sellers: tuple[int, ...]


Failure = tuple[str, str]
"""Class of the error; reason or message."""


def make_app(work: Work, **settings: Any) -> MeliApp:  # noqa: ANN401  as the application takes them
    """The application on the store that all processes share."""
    return MeliApp(
        AppCredentials(work.client_id, work.client_secret),
        open_store(work.store),
        base_url=work.base_url,
        redirect_uri=f"{work.base_url}/callback",
        authorization_host=work.base_url,
        throughput=10_000,
        **settings,
    )


def start_processes() -> multiprocessing.context.ForkServerContext:
    """What processes are made by; its server has imported this module."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    return context


def run(work: Work, failures: Connection) -> None:
    """A process: calls for sellers at random until SIGTERM, and tells of calls that failed."""
    asyncio.run(_run(work, failures))


async def _run(work: Work, failures: Connection) -> None:
    stopped = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
    async with _sessions(work) as sessions:
        calls = [asyncio.create_task(_call(sessions, failures)) for _ in range(TASKS)]
        await asyncio.wait([*calls, asyncio.create_task(stopped.wait())], return_when=asyncio.FIRST_COMPLETED)
        for call in calls:
            call.cancel()
        done = await asyncio.gather(*calls, return_exceptions=True)
        for failure in done:
            if not isinstance(failure, asyncio.CancelledError):
                raise failure


async def _call(sessions: Mapping[int, MeliSession], failures: Connection) -> None:
    while True:
        seller = random.choice(list(sessions))
        try:
            me = await sessions[seller].request("GET", "/users/me")  # no model: its reader is not made in each process
            assert me["id"] == seller
        except errors.UnauthorizedError:
            pass  # the token ended again between its renewal and the call
        except errors.MeliError as failure:
            failures.send((type(failure).__name__, getattr(failure, "reason", str(failure))))
        await asyncio.sleep(random.uniform(0, 0.02))


@asynccontextmanager
async def _sessions(work: Work) -> AsyncIterator[Mapping[int, MeliSession]]:
    async with make_app(work, token_exchange="detached" if work.way == "detached" else "inline") as app:
        if app._token_process is not None:
            app._token_process._start = partial(_start_token_process, work.door)
        if work.way in {"inline", "detached"}:
            yield {seller: app.session(seller) for seller in work.sellers}
            return
        kind = {"naive": Naive, "lock": Locked}[work.way]
        yield {
            seller: MeliSession(kind(app, work, seller), user_id=seller, pipeline=app.pipeline)
            for seller in work.sellers
        }


def _start_token_process(door: str) -> tuple[socket.socket, None]:
    """As `start_child`, by a fork of the process behind the door."""
    ours, theirs = socket.socketpair()
    with theirs, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as calling:
        calling.connect(door)
        socket.send_fds(calling, [b"."], [theirs.fileno()])
    return ours, None


def fork_token_processes(door: str) -> None:
    """Forks a process for token exchanges for each socket that comes in at the door. Whoever sends it may die at it."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for them
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(door)
        parent = multiprocessing.parent_process()
        assert parent is not None
        while parent.sentinel not in wait([listening, parent.sentinel]):
            _, (connection,), _, _ = socket.recv_fds(listening, 1, 1)
            if os.fork() == 0:
                listening.close()
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                os.setsid()
                asyncio.run(token_process.serve(socket.socket(fileno=connection)))
                os._exit(0)
            os.close(connection)


class Naive:
    """What most clients do: read the tokens, exchange, write; a refusal means that the seller has to authorise again."""

    def __init__(self, app: MeliApp, work: Work, seller: int) -> None:
        self._exchange = app._exchange
        self._credentials = app._credentials
        self._store = app._grants
        self._clock = app.pipeline.clock
        self._seller = seller
        self._lock_file = Path(f"{work.store}.{seller}.lock")
        self._token: Secret | None = None
        self._refused: Secret | None = None

    def current(self) -> Secret | None:
        """The token in memory."""
        return self._token

    async def invalidate(self, token: Secret) -> None:
        """It is renewed at the next call."""
        if self._token == token:
            self._token, self._refused = None, token

    async def token(self) -> Secret:
        """From the store, or by an exchange."""
        record = await self._store.load(self._credentials.client_id, self._seller)
        assert record is not None
        if record.reason is not None:
            message = f"seller {self._seller} has to authorise again"
            raise errors.ReauthorizationRequiredError(message, user_id=self._seller, reason=record.reason)
        if record.grant.access_token == self._refused:
            record = await self._renewed(record)
        self._token = record.grant.access_token
        return self._token

    async def _renewed(self, record: GrantRecord) -> GrantRecord:
        refresh_token = record.grant.refresh_token
        assert refresh_token is not None
        started = self._clock.now()
        try:
            answer = await self._exchange(refresh_form(self._credentials, refresh_token))
        except errors.InvalidGrantError:
            return await self._write(record.ended("refused", self._clock.now()))
        grant = Grant(
            client_id=self._credentials.client_id,
            user_id=self._seller,
            access_token=answer.access_token,
            refresh_token=answer.refresh_token,
            expires_at=expiry(started, answer.expires_in),
        )
        return await self._write(record.renewed(grant, started))

    async def _write(self, record: GrantRecord) -> GrantRecord:
        """Over whatever is there: the last writer wins."""
        while True:
            there: Any = await self._store.load(record.grant.client_id, self._seller)
            newest = GrantRecord(
                grant=record.grant, version=there.version + 1, obtained_at=record.obtained_at, reason=record.reason
            )
            if await self._store.swap(newest, expected_version=there.version):
                return newest


class Locked(Naive):
    """The same under a lock of the operating system, for each seller, held from the reading to the writing."""

    async def token(self) -> Secret:
        """Under the lock."""
        with self._lock_file.open("w") as lock:
            while True:
                with suppress(BlockingIOError):
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                await asyncio.sleep(0.01)
            return await super().token()
