"""The connection a handler is given: it writes inside the channel's transaction and cannot end it."""

import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final, NoReturn, cast

from sqlalchemy import Connection, event, text
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DBAPIError, InvalidRequestError, StatementError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

if TYPE_CHECKING:
    import aiosqlite

_HANDED: Final = "meli_handed_over"
_ENDS_TRANSACTION: Final = re.compile(
    r"\s*(?>--[^\n]*\n\s*|/\*.*?\*/\s*)*+(commit|end|abort|rollback(?!\s+(?:work\s+|transaction\s+)?to\b)|begin|start\s+transaction)\b",
    re.IGNORECASE | re.DOTALL,
)
_ABORTED: Final = "25P02"
"""PostgreSQL's state of a transaction in which a statement failed: it takes no further one."""
_PROBE: Final = text("SELECT 1")


class HandlerConnection(AsyncConnection):
    """The connection a handler writes through, inside the channel's transaction.

    The channel commits the handler's rows together with its own. Commit, rollback and close are refused; savepoints
    (`begin_nested`) are fine.
    """

    __slots__ = ()

    async def commit(self) -> None:
        """Refused."""
        _refuse("commit")

    async def rollback(self) -> None:
        """Refused."""
        _refuse("rollback")

    async def close(self) -> None:
        """Refused."""
        _refuse("close")

    async def aclose(self) -> None:
        """Refused."""
        _refuse("close")

    async def invalidate(self, exception: BaseException | None = None) -> None:  # noqa: ARG002
        """Refused."""
        _refuse("invalidate")


def _refuse(what: str) -> NoReturn:
    message = (
        f"a handler must not {what} the connection it is given: the channel commits your rows together with its cursor; "
        "raise an exception to have everything rolled back"
    )
    raise InvalidRequestError(message)


def _guarded(connection: Connection) -> bool:
    # A connection that was cut off has no info any more: asking would raise, and hide why.
    return not connection.invalidated and _HANDED in connection.info


def _refuse_commit(connection: Connection) -> None:
    if _guarded(connection):
        _refuse("commit")


def _refuse_rollback(connection: Connection) -> None:
    if _guarded(connection):
        _refuse("rollback")


def _refuse_statement(
    connection: Connection, cursor: object, statement: str, parameters: object, context: object, executemany: object
) -> None:
    del cursor, parameters, context, executemany
    if _guarded(connection) and (found := _ENDS_TRANSACTION.match(statement)):
        _refuse(found[1].casefold())


def _note_failure(context: ExceptionContext) -> None:
    failure, connection = context.sqlalchemy_exception, context.connection
    if failure is None or connection is None or not _guarded(connection):
        return
    if getattr(failure.orig, "sqlstate", None) != _ABORTED:  # that only tells that another one failed before
        connection.info[_HANDED].append(failure)


def guard(engine: AsyncEngine) -> None:
    """Watches over the connections of an engine that are handed over; the others go their way."""
    for name, watch in (
        ("commit", _refuse_commit),
        ("rollback", _refuse_rollback),
        ("before_cursor_execute", _refuse_statement),
        ("handle_error", _note_failure),
    ):
        event.listen(engine.sync_engine, name, watch)


@asynccontextmanager
async def handed_over(connection: AsyncConnection) -> AsyncGenerator[HandlerConnection, None]:
    """The connection as a handler gets it. The transaction stays the caller's.

    Raises:
        InvalidRequestError: the handler tried to end the transaction, or went on after a statement had failed for which
            the database gave it up; nothing of it is kept.
        DBAPIError: the connection was cut off, and the handler went on.
    """
    sync = connection.sync_connection
    assert sync is not None  # noqa: S101  it is in a transaction
    transaction = sync.get_transaction()
    failures: list[StatementError] = []
    sync.info[_HANDED] = failures
    try:
        yield HandlerConnection(connection.engine, sync)
    finally:
        tampered = False
        if not sync.invalidated:
            sync.info.pop(_HANDED, None)
            tampered = transaction is None or not transaction.is_active or sync.get_transaction() is not transaction
        if tampered:
            # SQLAlchemy would give the connection back to the pool with the handler's half still open in it.
            await connection.invalidate()
    if tampered:
        _refuse("end the transaction of")
    if failures:
        await _prove_transaction(connection, failures[-1])


async def _prove_transaction(connection: AsyncConnection, failure: StatementError) -> None:
    """Refuses a transaction that the database has given up: what is still written into it is lost, or kept without it."""
    if connection.invalidated:
        raise failure
    if connection.dialect.name == "sqlite":
        raw = await connection.get_raw_connection()
        if cast("aiosqlite.Connection", raw.driver_connection).in_transaction:
            return
    else:
        try:
            await connection.execute(_PROBE)
        except DBAPIError as aborted:
            if getattr(aborted.orig, "sqlstate", None) != _ABORTED:
                raise
        else:
            return
    message = (
        "a statement of the handler failed and the handler went on, but the database has given its transaction up: put a "
        "statement that may fail into `async with connection.begin_nested()`"
    )
    raise InvalidRequestError(message) from failure
