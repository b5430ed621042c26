"""Work in the database that a cancellation does not cut off in the middle.

A connection whose statement is cut off cannot be used again, and neither SQLAlchemy nor its drivers always close it then.
"""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Final, Self, TypeVar

from sqlalchemy import CursorResult, Executable
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from meli_sdk.wire.read_ahead import call_off

T = TypeVar("T")

DRAIN_SECONDS: Final = 5.0
"""So long may work go on after a cancellation; then it is cut off after all."""


async def whole(work: Coroutine[Any, Any, T], *, cut_off: Callable[[], None] | None = None) -> T:
    """Does work to its end. Who is cancelled meanwhile waits for it, some seconds; cancelled again, he does not.

    Args:
        work: what is done.
        cut_off: told where it took longer than that.
    """
    task = asyncio.create_task(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        try:
            _, late = await asyncio.wait({task}, timeout=DRAIN_SECONDS)
            if late and cut_off is not None:
                cut_off()
        finally:
            await call_off([task])
        raise


class WholeConnection(AsyncConnection):
    """A connection that is opened, asked and closed without being cut off."""

    __slots__ = ()

    async def start(self, is_ctxmanager: bool = False) -> Self:  # noqa: FBT001, FBT002  as declared there
        """Opens it."""
        try:
            await whole(super().start(is_ctxmanager))
        except asyncio.CancelledError:
            if self.sync_connection is not None:
                await self.close()
            raise
        return self

    async def execute(self, statement: Executable, parameters: Any = None, **options: Any) -> CursorResult[Any]:  # noqa: ANN401
        """Executes a statement."""
        return await whole(super().execute(statement, parameters, **options))

    async def __aexit__(self, *failure: object) -> None:
        await whole(self.close())


class WholeEngine(AsyncEngine):
    """An engine of such connections."""

    __slots__ = ()

    def connect(self) -> WholeConnection:
        """Such a connection."""
        return WholeConnection(self)
