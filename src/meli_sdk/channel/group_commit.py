"""Many small writes that become durable together."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final, TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection

from meli_sdk.channel.scope import Scope

T = TypeVar("T")
Work = Callable[[AsyncConnection], Awaitable[T]]

MOST_TOGETHER: Final = 100
"""So many writes share one transaction."""


class GroupCommit:
    """One transaction at a time: what arrives while one is committed waits and shares the next.

    A commit costs a write to the disk, and writers that compete for the database wait for each other in steps of many
    milliseconds; under load both are paid once for all that wait. Who is cancelled while he waits does not stop the
    transaction: what he brought may be stored.
    """

    def __init__(self) -> None:
        self._waiting: list[tuple[Work[Any], asyncio.Future[Any]]] = []
        self._writing: asyncio.Task[None] | None = None

    async def write(self, scope: Scope, work: Work[T]) -> T:
        """Does the work in a transaction with others; it is durable when this returns.

        Raises:
            Exception: the work's own, when it fails alone too.
        """
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._waiting.append((work, future))
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write_all(scope))
        return await future

    async def drain(self) -> None:
        """Waits until everything is written."""
        if self._writing is not None:
            await asyncio.wait([self._writing])

    async def _write_all(self, scope: Scope) -> None:
        while self._waiting:
            together = [one for one in self._waiting[:MOST_TOGETHER] if not one[1].done()]
            del self._waiting[:MOST_TOGETHER]
            try:
                await self._write_group(scope, together)
            except Exception:  # noqa: BLE001  one of them may be to blame, and each goes alone
                for one in together:
                    await self._write_alone(scope, one)

    async def _write_group(self, scope: Scope, together: list[tuple[Work[Any], asyncio.Future[Any]]]) -> None:
        async def all_of_them(connection: AsyncConnection) -> list[Any]:
            return [await work(connection) for work, _ in together]

        found = await scope.write(all_of_them)
        for (_, future), result in zip(together, found, strict=True):
            if not future.done():
                future.set_result(result)

    async def _write_alone(self, scope: Scope, one: tuple[Work[Any], asyncio.Future[Any]]) -> None:
        work, future = one
        try:
            result = await scope.write(work)
        except Exception as error:  # noqa: BLE001  whose it is, gets it
            if not future.done():
                future.set_exception(error)
        else:
            if not future.done():
                future.set_result(result)
