"""What was surely not sent, and what was surely refused, is told as that: over real sockets, by creating calls."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest
from aiohttp import web
from tests.servers.http import serving, speaking

from meli_sdk import AiohttpTransport, MeliSession, RetryPolicy, Timeouts, errors

QUICKLY = RetryPolicy(base=0.001, throttle_base=0.001)
INVALID = b'{"message": "Validation error", "error": "validation_error", "status": 400, "cause": []}'


@asynccontextmanager
async def unanswered() -> AsyncIterator[str]:
    """The origin of a listener whose queue is full: no connection to it is ever made."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(0)
    filling = [socket.socket() for _ in range(4)]
    for one in filling:
        one.setblocking(False)
        one.connect_ex(listener.getsockname())
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        for one in (*filling, listener):
            one.close()


def session(url: object, **options) -> MeliSession:
    options = {"retry": QUICKLY, "user_id": 1, "throughput": 10_000, **options}
    return MeliSession("APP_USR-invented", base_url=str(url).rstrip("/"), **options)


async def failure_of_creating(me: MeliSession) -> errors.MeliError:
    with pytest.raises(errors.MeliError) as raised:
        await me.request("POST", "/items", json={"title": "Lamp"})
    return raised.value


@pytest.mark.parametrize(("connect", "attempt"), [(5, 2), (2, 2), (0.2, 20)])
async def test_connecting_that_hangs_was_not_sent_however_short_the_attempt(connect, attempt):
    once = RetryPolicy.never()
    limits = Timeouts(connect=connect, attempt=attempt)
    async with unanswered() as url, session(url, timeouts=limits, retry=once) as me:
        error = await failure_of_creating(me)
    assert type(error) is errors.MeliTimeoutError
    assert (error.sent, error.may_have_been_applied) == (False, False)


async def test_a_proxy_that_opens_no_way_sent_nothing():
    async with speaking(b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n") as proxy:
        door = AiohttpTransport(proxy=str(proxy))
        error = await failure_of_creating(session("https://127.0.0.1:9", transport=door))
        await door.aclose()
    assert type(error) is errors.MeliConnectionError
    assert (error.sent, error.may_have_been_applied, error.attempts) == (False, False, 4)
    assert "the proxy answered 503" in str(error)


async def test_a_session_that_raises_by_itself_costs_no_answer_its_meaning():
    visits = []

    async def handler(request: web.Request) -> web.Response:
        visits.append(request.method)
        return web.Response(status=400, body=INVALID, content_type="application/json")

    async with (
        serving(handler) as url,
        aiohttp.ClientSession(raise_for_status=True, cookie_jar=aiohttp.DummyCookieJar()) as passed_in,
    ):
        me = session(url, transport=AiohttpTransport(session=passed_in))
        error = await failure_of_creating(me)
        with pytest.raises(errors.BadRequestError):
            await me.users.me()
    assert isinstance(error, errors.BadRequestError)
    assert (error.code, error.may_have_been_applied) == ("validation_error", False)
    assert visits == ["POST", "GET"]


async def test_a_session_that_its_owner_closed_sends_nothing_and_says_so():
    passed_in = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar())
    await passed_in.close()
    error = await failure_of_creating(session("http://127.0.0.1:9", transport=AiohttpTransport(session=passed_in)))
    assert type(error) is errors.SessionStateError
    assert "passed in is closed" in str(error)
    assert not error.may_have_been_applied


@pytest.mark.parametrize(
    ("status", "kind", "attempts"),
    [
        (b"400 Bad Request", errors.BadRequestError, 1),
        (b"404 Not Found", errors.NotFoundError, 1),
        (b"429 Too Many Requests", errors.RateLimitedError, 4),
    ],
)
@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"content-length: 500\r\n\r\n" + INVALID, id="cut_short"),
        pytest.param(b"transfer-encoding: chunked\r\n\r\nfff\r\n" + INVALID, id="chunk_cut_short"),
        pytest.param(b"content-encoding: gzip\r\ncontent-length: 9\r\n\r\nnot gzip.", id="bad_gzip"),
    ],
)
async def test_a_refusal_whose_words_are_cut_short_is_a_refusal(status, kind, attempts, body):
    async with speaking(b"HTTP/1.1 " + status + b"\r\nconnection: close\r\n" + body) as url, session(url) as me:
        error = await failure_of_creating(me)
    assert isinstance(error, kind)
    assert (error.attempts, error.may_have_been_applied) == (attempts, False)


async def test_a_refusal_that_stops_in_the_middle_keeps_what_had_come():
    pieces = (b"HTTP/1.1 404 Not Found\r\ncontent-length: 500\r\n\r\n", b"no such thing")
    async with (
        speaking(*pieces, stay=True) as url,
        session(url, timeouts=Timeouts(read=0.2)) as me,
        asyncio.timeout(20),
    ):
        error = await failure_of_creating(me)
    assert isinstance(error, errors.NotFoundError)
    assert error.body == "no such thing"
