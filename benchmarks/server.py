"""The other end of the measured calls: static answers over keep-alive connections, in a process of its own.

It prints its port and serves until its standard input ends, so that it never outlives the run.
"""

import asyncio
import sys

from benchmarks import bodies

_HEAD = (
    "HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: {length}\r\n"
    "Date: Mon, 04 May 2026 12:00:00 GMT\r\nConnection: keep-alive\r\nVary: Accept,Accept-Encoding\r\n"
    "Cache-Control: max-age=0\r\nX-Content-Type-Options: nosniff\r\nX-Request-Id: 00000000-0000-4000-8000-000000000000\r\n"
    "X-Frame-Options: DENY\r\nX-XSS-Protection: 1; mode=block\r\nStrict-Transport-Security: max-age=15724800\r\n"
    "Access-Control-Allow-Origin: *\r\nAccess-Control-Allow-Headers: Content-Type\r\n\r\n"
)


def _answer(body: object) -> bytes:
    sent = bodies.dump(body)
    return _HEAD.format(length=len(sent)).encode() + sent


class _Static(asyncio.Protocol):
    ANSWERS = ((b"GET /orders/search", _answer(bodies.orders_page())), (b"GET /orders/", _answer(bodies.order())))

    def __init__(self) -> None:
        self._received = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        assert self._transport is not None
        self._received += data
        while b"\r\n\r\n" in self._received:
            head, _, self._received = self._received.partition(b"\r\n\r\n")
            self._transport.write(next(answer for path, answer in self.ANSWERS if head.startswith(path)))


async def serve() -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(_Static, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


if __name__ == "__main__":
    asyncio.run(serve())
