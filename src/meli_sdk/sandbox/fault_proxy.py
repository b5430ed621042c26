"""A TCP proxy in front of the sandbox that makes faults happen on the wire."""

import asyncio
import contextlib
import socket
import struct
from dataclasses import dataclass, field
from typing import Final, Self

from meli_sdk.sandbox.faults import ANSWERS, Fault, FaultKind, FaultPlan, packed

HOST: Final = "127.0.0.1"
_PIECE: Final = 7
_END: Final = b"\r\n\r\n"
_LIMIT: Final = 1024 * 1024


@dataclass(slots=True)
class _Message:
    """One request or answer as it was read."""

    start: str
    headers: list[tuple[str, str]]
    head: bytes
    body: bytes = b""
    names: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.names = {name.casefold(): value for name, value in self.headers}


class _GoneError(Exception):
    """The client, or the server behind, has gone."""


async def _read_message(reader: asyncio.StreamReader) -> _Message:
    try:
        head = await reader.readuntil(_END)
        start, *lines = head[: -len(_END)].decode("latin-1").split("\r\n")
        headers = [(name, value.strip()) for name, _, value in (line.partition(":") for line in lines)]
        message = _Message(start, headers, head)
        if message.names.get("transfer-encoding", "").casefold() == "chunked":
            message.body = await _read_chunks(reader)
        else:
            message.body = await reader.readexactly(int(message.names.get("content-length", "0")))
    except (asyncio.IncompleteReadError, ConnectionError) as gone:
        raise _GoneError from gone
    return message


async def _read_chunks(reader: asyncio.StreamReader) -> bytes:
    """A chunked body, put together."""
    body = b""
    while size := int((await reader.readuntil(b"\r\n")).split(b";")[0], 16):
        body += await reader.readexactly(size)
        await reader.readexactly(2)
    await reader.readuntil(b"\r\n")
    return body


class FaultProxy:
    """Hands requests on to a sandbox, or any other HTTP server on this machine, and makes faults happen.

    `async with FaultProxy(box.url, FaultPlan([Fault(kind=FaultKind.RESET, share=0.1)])) as proxy:` and a session with
    `base_url=proxy.url`. The plan may be exchanged while it runs.

    Args:
        upstream: the base URL of the server behind.
        plan: which request meets which fault; none by default.
        port: 0 takes any free one.
    """

    def __init__(self, upstream: str, plan: FaultPlan | None = None, *, port: int = 0) -> None:
        host, _, number = upstream.removeprefix("http://").rstrip("/").partition(":")
        self._upstream = (host, int(number))
        self._port = port
        self._server: asyncio.Server | None = None
        self._serving: set[asyncio.Task[None]] = set()
        self.plan: FaultPlan = plan or FaultPlan()
        """Deals the faults."""
        self.requests: int = 0
        """Requests that came whole."""
        self.connections: int = 0
        """Connections accepted so far."""
        self.times: list[float] = []
        """When each request came, by the event loop's clock."""

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, HOST, self._port, limit=_LIMIT, backlog=1024)
        self._port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._server is not None:
            self._server.close()
            await self.drop()

    @property
    def url(self) -> str:
        """The base URL for clients."""
        return f"http://{HOST}:{self._port}"

    @property
    def open_connections(self) -> int:
        """Connections that are open now."""
        return len(self._serving)

    async def drop(self) -> None:
        """Resets every connection."""
        serving = list(self._serving)
        for task in serving:
            task.cancel()
        await asyncio.gather(*serving, return_exceptions=True)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        task = asyncio.ensure_future(self._serve(_Client(reader, writer)))
        self._serving.add(task)
        task.add_done_callback(self._serving.discard)

    async def _serve(self, client: "_Client") -> None:
        behind = _Behind(self._upstream)
        try:
            while True:
                request = await _read_message(client.reader)
                self.requests += 1
                self.times.append(asyncio.get_running_loop().time())
                method, target, _ = request.start.split(" ", 2)
                fault = self.plan.take(method, target)
                if not await _deliver(client, behind, request, fault):
                    break
        except (_GoneError, ConnectionError):
            pass
        except asyncio.CancelledError:
            client.reset()
        finally:
            behind.close()
            client.close()


async def _deliver(client: "_Client", behind: "_Behind", request: _Message, fault: Fault | None) -> bool:
    """Answers one request; False ends the connection."""
    kind = None if fault is None else fault.kind
    if fault is None:
        await client.send((await behind.ask(request)).head_and_body())
        return True
    if kind is FaultKind.LATENCY:
        await asyncio.sleep(fault.seconds)
    if kind in ANSWERS or kind in (FaultKind.HANG, FaultKind.RESET, FaultKind.CLOSE):
        if fault.committed:
            await behind.ask(request)
        return await _give_up(client, fault)
    answer = await behind.ask(request)
    return await _mangle(client, answer, fault)


async def _give_up(client: "_Client", fault: Fault) -> bool:
    """What comes in place of an answer."""
    match fault.kind:
        case FaultKind.RESET:
            client.reset()
            return False
        case FaultKind.CLOSE:
            return False
        case FaultKind.HANG:
            await client.until_gone()
            return False
        case _:
            await client.send(ANSWERS[fault.kind](fault.seconds))
            return fault.kind not in (FaultKind.NO_HTTP, FaultKind.TWO_LENGTHS)


async def _mangle(client: "_Client", answer: "_Answer", fault: Fault) -> bool:
    """The answer of the server behind, but not as it was."""
    whole, half = answer.head_and_body(), len(answer.body) // 2
    match fault.kind:
        case FaultKind.SLICER:
            for start in range(0, len(whole), max(_PIECE, len(whole) // 20)):
                await client.send(whole[start : start + max(_PIECE, len(whole) // 20)])
                await asyncio.sleep(0)
        case FaultKind.DRIP_HEADER:
            await client.drip(whole, fault.seconds)
        case FaultKind.DRIP_BODY:
            await client.send(answer.head())
            await client.drip(answer.body, fault.seconds)
        case FaultKind.IDLE_CLOSE:
            await client.send(whole)
            return False
        case FaultKind.TRUNCATED:
            await client.send(answer.head() + answer.body[:half])
            return False
        case FaultKind.TRUNCATED_CHUNKED:
            await client.send(answer.head({"Transfer-Encoding": "chunked"}) + b"%x\r\n" % len(answer.body))
            await client.send(answer.body[:half])
            return False
        case FaultKind.TRUNCATED_GZIP:
            body = packed(answer.body)
            await client.send(answer.head({"Content-Encoding": "gzip", "Content-Length": str(len(body))}) + body)
        case FaultKind.LENGTH_TOO_LONG:
            await client.send(answer.head({"Content-Length": str(len(answer.body) + 10)}) + answer.body)
            await client.until_gone()
            return False
        case FaultKind.LENGTH_TOO_SHORT:
            await client.send(answer.head({"Content-Length": str(half)}) + answer.body)
            return False
        case FaultKind.COOKIE:
            await client.send(answer.head({"Set-Cookie": "session=1; Path=/"}, keep_length=True) + answer.body)
        case _:
            await client.send(whole)
    return True


@dataclass(slots=True)
class _Answer:
    """An answer of the server behind."""

    message: _Message

    @property
    def body(self) -> bytes:
        return self.message.body

    def head(self, headers: dict[str, str] | None = None, *, keep_length: bool = False) -> bytes:
        """Status line and headers; `headers` replace those that speak of the body."""
        given = headers or {}
        if not headers or keep_length:
            given = {"Content-Length": str(len(self.body)), **given}
        kept = [pair for pair in self.message.headers if pair[0].casefold() not in _ABOUT_THE_BODY]
        lines = "".join(f"{name}: {value}\r\n" for name, value in (*kept, *given.items()))
        return f"{self.message.start}\r\n{lines}\r\n".encode("latin-1")

    def head_and_body(self) -> bytes:
        return self.head() + self.body


_ABOUT_THE_BODY: Final = frozenset({"content-length", "transfer-encoding", "connection"})


class _Client:
    """The connection of one client."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self._writer = writer

    async def send(self, data: bytes) -> None:
        self._writer.write(data)
        await self._writer.drain()

    async def drip(self, data: bytes, seconds: float) -> None:
        for index in range(len(data)):
            await self.send(data[index : index + 1])
            if await self._is_gone_within(seconds):
                raise _GoneError

    async def until_gone(self) -> None:
        while not await self._is_gone_within(3600):
            pass

    async def _is_gone_within(self, seconds: float) -> bool:
        """Waits; True where the client closed meanwhile. What it sends further is thrown away."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while await self.reader.read(_LIMIT):
                    pass
                return True
        return False

    def reset(self) -> None:
        """Ends the connection by a TCP reset."""
        raw: socket.socket = self._writer.get_extra_info("socket")
        with contextlib.suppress(OSError):
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._writer.transport.abort()

    def close(self) -> None:
        self._writer.close()


class _Behind:
    """The connection to the server behind, kept from one request to the next."""

    def __init__(self, address: tuple[str, int]) -> None:
        self._address = address
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, request: _Message) -> _Answer:
        """The answer to a request; a connection that died of idleness is made anew."""
        fresh = self._streams is None
        try:
            return await self._exchange(request)
        except (_GoneError, ConnectionError):
            self.close()
            if fresh:
                raise
        return await self._exchange(request)

    async def _exchange(self, request: _Message) -> _Answer:
        if self._streams is None:
            self._streams = await asyncio.open_connection(*self._address, limit=_LIMIT)
        reader, writer = self._streams
        writer.write(request.head + request.body)
        await writer.drain()
        return _Answer(await _read_message(reader))

    def close(self) -> None:
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None
