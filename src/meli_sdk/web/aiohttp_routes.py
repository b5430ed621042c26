"""The doors under aiohttp.web."""

import asyncio
from collections.abc import Awaitable, Callable

from aiohttp import web

from meli_sdk.web.exchange import BODY_SECONDS, MAX_BODY, Answer, WebRequest, plain


async def _body(request: web.Request) -> bytes:
    """The body up to one byte more than the limit; a peer that drips is cut off."""
    found = bytearray()
    async with asyncio.timeout(BODY_SECONDS):
        async for chunk in request.content.iter_chunked(MAX_BODY):
            found += chunk
            if len(found) > MAX_BODY:
                break
    return bytes(found)


def _handler(decide: Answer) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def handle(request: web.Request) -> web.StreamResponse:
        try:
            body = await _body(request)
        except TimeoutError:
            answer = plain(408)
        else:
            answer = await decide(
                WebRequest(
                    method=request.method,
                    path=request.path,
                    query=request.query_string,
                    headers={name.lower(): value for name, value in request.headers.items()},
                    body=body,
                    remote=request.remote,
                )
            )
        response = web.Response(status=answer.status, body=answer.body)
        for name, value in answer.headers:
            response.headers.add(name, value)
        return response

    return handle


def routes(decide: Answer, path: str, callback_path: str) -> list[web.RouteDef]:
    """Every address of the doors."""
    handle = _handler(decide)
    return [web.route("*", callback_path, handle), web.route("*", path + "/{rest:.*}", handle)]
