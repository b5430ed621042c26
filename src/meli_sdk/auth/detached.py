"""Renewals in a process of its own (`token_exchange="detached"`): an exchange outlives the process that asked for it.

The other process runs `meli_sdk.token_process`, in a session of its own, and does what `Renewal` does here: lease,
exchange, save. So a `kill -9` of the asking process finds no gap between Mercado Libre's commit and the save. Both talk
in lines of JSON over a socket pair; secrets travel there alone, never in arguments or the environment.
"""

import asyncio
import base64
import itertools
import json
import pickle
import socket
import subprocess
import sys
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from meli_sdk import errors
from meli_sdk.auth.grant import GrantRecord
from meli_sdk.auth.renewal import Unsaved, Unwanted, suits
from meli_sdk.auth.stores import GrantStore
from meli_sdk.auth.stores.reopen import describe
from meli_sdk.config import AppCredentials
from meli_sdk.wire.clock import Clock
from meli_sdk.wire.observe import Observers

Child = subprocess.Popen[bytes]
_MODULE: Final = "meli_sdk.token_process"
_LINE: Final = 4 * 1024 * 1024
_STARTS: Final = 3
"""How often one renewal puts up with a process that ends under it."""


def start_child() -> tuple[socket.socket, Child | None]:
    """Starts the process; its standard input is the other end of the socket."""
    ours, theirs = socket.socketpair()
    with theirs:
        command = [sys.executable, "-P", "-m", _MODULE]
        try:
            child = subprocess.Popen(  # noqa: S603  our own module, by the Python that runs
                command, stdin=theirs.fileno(), stdout=subprocess.DEVNULL, start_new_session=True
            )
        except OSError:
            ours.close()
            raise
    return ours, child


class TokenProcess:
    """The process that exchanges for one application.

    It starts with the first renewal and ends with the application, or, where that dies, after what it was doing.

    Args:
        credentials: of the application.
        store: one that can be opened by another process.
        base_url: where the token endpoint is.
        user_agent: of the requests.
        observers: told of the events of both processes.
        start: starts it.

    Raises:
        ConfigurationError: the store cannot be opened by another process, or there are no sessions on this system.
    """

    def __init__(
        self,
        credentials: AppCredentials,
        store: GrantStore,
        *,
        base_url: str,
        user_agent: str | None,
        observers: Observers,
        start: Callable[[], tuple[socket.socket, Child | None]] = start_child,
    ) -> None:
        if not hasattr(socket, "AF_UNIX"):
            message = "token_exchange='detached' needs a POSIX system"
            raise errors.ConfigurationError(message)
        describe(store)  # refuses now what could not be opened later
        self._credentials = credentials
        self._store = store
        self._base_url = base_url
        self._user_agent = user_agent
        self._observers = observers
        self._start = start
        self._numbers = itertools.count()
        self._waiting: dict[int, asyncio.Future[None]] = {}
        self._writer: asyncio.StreamWriter | None = None
        self._reading: asyncio.Task[None] | None = None
        self._child: Child | None = None
        self._starting = asyncio.Lock()
        self._closed = False

    async def renew(self, user_id: int, unwanted: Unwanted | None) -> None:
        """Lets the process renew a seller's tokens; they are in the store when it returns.

        Raises:
            MeliError: as `Renewal` raises it, in the other process.
        """
        wish = [unwanted.fingerprint, unwanted.rejected] if unwanted else None
        for _ in range(_STARTS):
            writer = await self._connection()
            number = next(self._numbers)
            done = self._waiting[number] = asyncio.get_running_loop().create_future()
            try:
                writer.write(json.dumps({"number": number, "user_id": user_id, "unwanted": wish}).encode() + b"\n")
                await writer.drain()
                await done
            except (ConnectionError, EOFError):  # it was killed: a new one takes its lease over
                continue
            finally:
                self._waiting.pop(number, None)
            return
        message = f"the process for token exchanges ended {_STARTS} times: see what it wrote to standard error"
        raise errors.SessionStateError(message)

    async def aclose(self) -> None:
        """Lets it finish what it is doing, and waits for that."""
        self._closed = True
        if self._writer is not None and self._writer.can_write_eof():
            self._writer.write_eof()
        if self._reading is not None:
            await asyncio.wait([self._reading])

    async def _connection(self) -> asyncio.StreamWriter:
        async with self._starting:
            if self._closed:
                message = "the application is closed: make a new one"
                raise errors.SessionStateError(message)
            if self._writer is None:
                try:
                    connection, self._child = self._start()
                except OSError as wrong:
                    reason = wrong.strerror or type(wrong).__name__
                    message = f"the process for token exchanges cannot be started ({reason}): free memory or processes"
                    raise errors.SessionStateError(message) from None
                connection.setblocking(False)
                reader, self._writer = await asyncio.open_connection(sock=connection, limit=_LINE)
                self._reading = asyncio.create_task(self._read(reader, self._writer, self._child))
                self._writer.write(self._settings())
            return self._writer

    def _settings(self) -> bytes:
        """The first line: everything the process has to know."""
        settings = {
            "client_id": self._credentials.client_id,
            "client_secret": self._credentials.client_secret.reveal(),
            "base_url": self._base_url,
            "user_agent": self._user_agent,
            "store": describe(self._store),
        }
        return json.dumps(settings).encode() + b"\n"

    async def _read(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, child: Child | None) -> None:
        """Hands answers to those who wait, until the process has ended."""
        try:
            while line := await reader.readline():
                self._hand_on(json.loads(line))
        except ConnectionError:
            pass
        finally:
            if self._writer is writer:
                self._writer = None
            writer.close()
            for waiting in self._waiting.values():
                if not waiting.done():
                    waiting.set_exception(EOFError("the process for token exchanges has ended"))
        if child is not None:
            await asyncio.to_thread(child.wait)

    def _hand_on(self, answer: Mapping[str, Any]) -> None:
        if "event" in answer:
            self._observers.tell(pickle.loads(base64.b64decode(answer["event"])))  # noqa: S301  our own child's
            return
        waiting = self._waiting.get(answer["number"])
        if waiting is None or waiting.done():
            return
        if answer["error"] is None:
            waiting.set_result(None)
        else:
            waiting.set_exception(pickle.loads(base64.b64decode(answer["error"])))  # noqa: S301  our own child's


class DetachedRenewal:
    """A renewal of one seller by the other process; takes the place of `Renewal`."""

    def __init__(
        self, process: TokenProcess, user_id: int, load: Callable[[], Awaitable[GrantRecord]], clock: Clock
    ) -> None:
        self._process = process
        self._user_id = user_id
        self._load = load
        self._clock = clock

    async def __call__(self, unwanted: Unwanted | None, unsaved: Unsaved) -> GrantRecord:  # noqa: ARG002  it saves there
        """As `Renewal`. Tokens that cannot be saved come from the rescue file; without one it waits until they are."""
        record = await self._load()
        if suits(record, unwanted, self._clock.now()):
            return record
        await self._process.renew(self._user_id, unwanted)
        return await self._load()

    def stop(self) -> bool:
        """The other process is closed by itself."""
        return False
