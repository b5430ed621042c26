"""Processes of their own, forked from a server that has everything imported: callers that are killed, and exchangers."""

import asyncio
import multiprocessing
import os
import signal
import socket
from collections.abc import Mapping
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any

import meli_sdk.wire.http  # noqa: F401  imported once, by the server
from meli_sdk import AppCredentials, MeliApp, SQLiteGrantStore, token_process


def _context() -> multiprocessing.context.ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["__main__", __name__])
    return context


class Caller:
    """A process that calls once for a seller, and may die in a step of the renewal.

    Args:
        settings: `client_id`, `client_secret`, `grants` and `base_url`.
        seller: for whom.
        exchange: "inline" or "detached".
        die_at: the step.
    """

    def __init__(self, settings: Mapping[str, Any], seller: int, exchange: str, die_at: str) -> None:
        self._heard, told = multiprocessing.Pipe(duplex=False)
        self._process: BaseProcess = _context().Process(target=_call, args=(settings, seller, exchange, die_at, told))
        self._process.start()
        told.close()

    def send_signal(self, number: int) -> None:
        os.kill(self._process.pid, number)

    async def ended(self) -> int:
        """Waits for its end; the exit code, or the signal that ended it, below 0."""
        await asyncio.to_thread(self._process.join, 60)
        return self._process.exitcode

    def said(self) -> list[object]:
        """What it told until its end: the seller it has read."""
        heard = []
        while self._heard.poll():
            try:
                heard.append(self._heard.recv())
            except EOFError:
                break
        return heard


def _call(settings: Mapping[str, Any], seller: int, exchange: str, die_at: str, told: Connection) -> None:
    def reached(step: str) -> None:
        if step == die_at:
            os.kill(os.getpid(), signal.SIGKILL)

    async def call() -> None:
        app = MeliApp(
            AppCredentials(settings["client_id"], settings["client_secret"]),
            SQLiteGrantStore(settings["grants"]),
            base_url=settings["base_url"],
            throughput=10_000,
            token_exchange=exchange,
        )
        if exchange == "inline":
            app._refresher(seller)._renew._reached = reached
        async with app:
            told.send((await app.session(seller).users.me()).id)

    asyncio.run(call())


class Exchanger:
    """The process for token exchanges, as `TokenProcess` knows it."""

    def __init__(self, connection: socket.socket) -> None:
        self._process = _context().Process(target=_exchange, args=(connection,))
        self._process.start()
        self.kill = self._process.kill
        self.wait = self._process.join


def start_exchanger() -> tuple[socket.socket, Exchanger]:
    """As `meli_sdk.auth.detached.start_child`."""
    ours, theirs = socket.socketpair()
    with theirs:
        return ours, Exchanger(theirs)


def _exchange(connection: socket.socket) -> None:
    asyncio.run(token_process.serve(connection))
