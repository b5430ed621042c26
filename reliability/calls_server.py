"""A sandbox and its fault proxy in a process of their own, so that memory, sockets, tasks and time are the client's alone."""

import asyncio
import multiprocessing
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any, Final

from meli_sdk import MeliSession, RetryPolicy
from meli_sdk.sandbox import GLOBAL_SELLER_ID, LOCAL_SELLER_ID, FaultPlan, FaultProxy, Sandbox
from meli_sdk.sandbox.faults import ANSWERS

_CONTEXT: Final = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload([__name__])


@dataclass(frozen=True, kw_only=True)
class Address:
    """What a client needs to know of the server."""

    url: str
    client_id: int
    client_secret: str
    tokens: Mapping[int, str]
    """An access token of each seller."""
    order_id: int

    def session(self, seller: int = LOCAL_SELLER_ID, **options: Any) -> MeliSession:  # noqa: ANN401  as the session takes them
        """A session that goes through the proxy, as fast as it can and without a second try."""
        settings: dict[str, Any] = {"throughput": 10_000, "retry": RetryPolicy.never(), "breaker": None}
        return MeliSession(self.tokens[seller], user_id=seller, base_url=self.url, **(settings | options))


class Server:
    """The other process."""

    def __init__(self, address: Address, line: Connection) -> None:
        self.address: Address = address
        self._line = line

    async def plan(self, plan: FaultPlan) -> int:
        """Deals other faults from now on; how many requests came so far."""
        await asyncio.to_thread(self._line.send, plan)
        requests: int = await asyncio.to_thread(self._line.recv)
        return requests


@asynccontextmanager
async def server(plan: FaultPlan | None = None) -> AsyncIterator[Server]:
    """Starts it, and ends it."""
    ours, theirs = _CONTEXT.Pipe()
    process = _CONTEXT.Process(target=_run, args=(theirs, plan or FaultPlan()), daemon=True)
    process.start()
    theirs.close()
    try:
        yield Server(await asyncio.to_thread(ours.recv), ours)
    finally:
        ours.close()
        await asyncio.to_thread(process.join, 10)
        if process.is_alive():
            process.kill()
        process.join()
        process.close()


def _run(line: Connection, plan: FaultPlan) -> None:
    for make in ANSWERS.values():
        make(1.0)  # what takes long to make is made before it is asked for
    with suppress(KeyboardInterrupt):
        asyncio.run(_serve(line, plan))


async def _serve(line: Connection, plan: FaultPlan) -> None:
    async with Sandbox(seed=3, listing_quota=None) as box, FaultProxy(box.url, plan) as proxy:
        line.send(
            Address(
                url=proxy.url,
                client_id=box.app_credentials.client_id,
                client_secret=box.app_credentials.client_secret,
                tokens={seller: box.token(seller) for seller in (LOCAL_SELLER_ID, GLOBAL_SELLER_ID)},
                order_id=box.order_ids("paid")[0],
            )
        )
        with suppress(EOFError, OSError):
            while True:
                proxy.plan = await asyncio.to_thread(line.recv)
                line.send(proxy.requests)
