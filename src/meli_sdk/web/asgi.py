"""The doors under ASGI: Starlette, FastAPI, Django, or uvicorn alone."""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final, cast

from meli_sdk.web.exchange import BODY_SECONDS, MAX_BODY, Answer, WebRequest, plain

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

_LATIN: Final = "latin-1"


class AsgiDoors:
    """An ASGI application. Mounted under a path, it needs the same path as `install_routes(path=...)`."""

    def __init__(self, decide: Answer) -> None:
        self._decide = decide

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One connection of the server."""
        if scope["type"] == "lifespan":
            await _lifespan(receive, send)
            return
        if scope["type"] != "http":
            return
        try:
            body = await _body(receive)
        except TimeoutError:
            answer = plain(408)
        else:
            answer = await self._decide(_request(scope, body))
        headers = [(name.encode(_LATIN), value.encode(_LATIN)) for name, value in answer.headers]
        headers.append((b"content-length", str(len(answer.body)).encode()))
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": answer.body})


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return


async def _body(receive: Receive) -> bytes:
    """The body up to one byte more than the limit; a peer that drips is cut off."""
    found = bytearray()
    async with asyncio.timeout(BODY_SECONDS):
        more = True
        while more and len(found) <= MAX_BODY:
            message = await receive()
            found += cast("bytes", message.get("body", b""))
            more = message["type"] == "http.request" and bool(message.get("more_body"))
    return bytes(found)


def _request(scope: Scope, body: bytes) -> WebRequest:
    path, root = cast("str", scope["path"]), cast("str", scope.get("root_path") or "")
    client = cast("tuple[str, int] | None", scope.get("client"))
    headers = cast("list[tuple[bytes, bytes]]", scope["headers"])
    return WebRequest(
        method=cast("str", scope["method"]),
        path=path if path.startswith(root) else root + path,
        query=cast("bytes", scope.get("query_string", b"")).decode(_LATIN),
        headers={name.decode(_LATIN).lower(): value.decode(_LATIN) for name, value in headers},
        body=body,
        remote=client[0] if client else None,
    )
