"""The door to the network, against real loopback servers: what leaves, what comes back, what goes wrong."""

import asyncio
import gzip
import zlib
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import unused_port
from tests.servers.http import serving, speaking
from yarl import URL

from meli_sdk import errors
from meli_sdk.config import Timeouts
from meli_sdk.secret import Secret
from meli_sdk.wire.http import AiohttpTransport
from meli_sdk.wire.message import Request, Response

CANARY = "APP_USR-CANARY"
SHORT = Timeouts(connect=5, read=0.1, attempt=5)


@pytest.fixture
async def door() -> AsyncIterator[AiohttpTransport]:
    transport = AiohttpTransport()
    yield transport
    await transport.aclose()


def get(url: URL, **fields: Any) -> Request:
    return Request(**{"method": "GET", "url": url, "template": "/x", "token": Secret(CANARY), **fields})


async def failure_of(door: AiohttpTransport, request: Request) -> errors.MeliError:
    with pytest.raises(errors.MeliError) as raised:
        await door.send(request)
    return raised.value


# what leaves and what comes back


async def test_a_request_arrives_as_it_was_written(door):
    seen: list[web.Request] = []

    async def handler(request: web.Request) -> web.Response:
        seen.append(request)
        return web.json_response({"got": (await request.read()).decode()}, headers={"X-Request-Id": "r-1"})

    async with serving(handler) as url:
        target = URL(f"{url}items/MLA1?scroll_id=YXA%2B%2Fw%3D%3D&q=a+b", encoded=True)
        headers = {"user-agent": "meli-sdk/1", "x-format-new": "true"}
        answer = await door.send(get(target, method="PUT", headers=headers, body=b'{"price":11.23}'))
    (request,) = seen
    assert (request.method, request.raw_path) == ("PUT", "/items/MLA1?scroll_id=YXA%2B%2Fw%3D%3D&q=a+b")
    assert request.headers["authorization"] == f"Bearer {CANARY}"
    assert (request.headers["user-agent"], request.headers["x-format-new"]) == ("meli-sdk/1", "true")
    assert (answer.status, answer.body, answer.request_id) == (200, b'{"got": "{\\"price\\":11.23}"}', "r-1")


async def test_a_form_travels_with_its_secrets_and_without_a_token(door):
    seen = {}

    async def handler(request: web.Request) -> web.Response:
        seen.update(await request.post(), authorization=request.headers.get("authorization"))
        seen["type"] = request.content_type
        return web.Response()

    async with serving(handler) as url:
        form = {"grant_type": "refresh_token", "client_secret": Secret("s&c=r t")}
        await door.send(get(url, method="POST", token=None, form=form))
    assert seen == {
        "grant_type": "refresh_token",
        "client_secret": "s&c=r t",
        "authorization": None,
        "type": "application/x-www-form-urlencoded",
    }


@pytest.mark.parametrize("status", [200, 204, 206, 304, 400, 429, 500, 599])
async def test_every_status_comes_back_as_an_answer(door, status):
    async def handler(_: web.Request) -> web.Response:
        return web.Response(status=status, headers={"Retry-After": "7"})

    async with serving(handler) as url:
        answer = await door.send(get(url))
    assert (answer.status, answer.body, answer.headers["retry-after"]) == (status, b"", "7")


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
async def test_a_compressed_answer_is_read(door, encoding):
    async def handler(request: web.Request) -> web.Response:
        assert encoding in request.headers["accept-encoding"]
        packed = gzip.compress(b"[1]" * 1000) if encoding == "gzip" else zlib.compress(b"[1]" * 1000)
        return web.Response(body=packed, headers={"content-encoding": encoding})

    async with serving(handler) as url:
        assert (await door.send(get(url))).body == b"[1]" * 1000


async def test_redirects_are_not_followed_and_the_token_does_not_travel(door):
    visits: list[web.Request] = []

    async def elsewhere(request: web.Request) -> web.Response:
        visits.append(request)
        return web.Response()

    async with serving(elsewhere) as evil:

        async def handler(_: web.Request) -> web.Response:
            return web.Response(status=302, headers={"location": str(evil)})

        async with serving(handler) as url:
            answer = await door.send(get(url))
    assert (answer.status, answer.headers["location"], visits) == (302, str(evil), [])


async def test_cookies_are_not_kept(door):
    seen = []

    async def handler(request: web.Request) -> web.Response:
        seen.append(request.headers.get("cookie"))
        return web.Response(headers={"set-cookie": "id=17; Path=/"})

    async with serving(handler) as url:
        for _ in range(2):
            await door.send(get(url))
    assert seen == [None, None]


async def test_a_proxy_of_the_environment_is_not_used_unless_asked_for(door, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{unused_port()}")
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{unused_port()}")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)

    async def handler(_: web.Request) -> web.Response:
        return web.Response(body=b"direct")

    async with serving(handler) as url:
        assert (await door.send(get(url))).body == b"direct"
        trusting = AiohttpTransport(trust_env=True)
        with pytest.raises(errors.MeliConnectionError):
            await trusting.send(get(url))
        await trusting.aclose()


async def test_a_proxy_that_is_given_is_used():
    seen = []

    async def proxy(request: web.Request) -> web.Response:
        seen.append(request.raw_path)
        return web.Response(body=b"by proxy")

    async with serving(proxy) as url:
        door = AiohttpTransport(proxy=str(url))
        answer = await door.send(get(URL("http://127.0.0.1:9/users/me")))
        await door.aclose()
    assert answer.body == b"by proxy"
    assert seen == ["http://127.0.0.1:9/users/me"]


# size


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
@pytest.mark.parametrize("size", [0, 1, 100_000, 1_000_000])
async def test_an_answer_as_large_as_allowed_is_read(door, size, packed):
    body = b"x" * size

    async def handler(_: web.Request) -> web.Response:
        headers = {"content-encoding": "gzip"} if packed else {}
        return web.Response(body=gzip.compress(body) if packed else body, headers=headers)

    async with serving(handler) as url:
        assert (await door.send(get(url, max_bytes=size))).body == body
        if size:
            error = await failure_of(door, get(url, max_bytes=size - 1))
            assert type(error) is errors.ResponseTooLargeError
            assert f"larger than {size - 1} bytes" in str(error)


async def test_the_limit_counts_what_comes_out_of_the_compression(door):
    bomb = gzip.compress(b"\0" * 50_000_000)
    assert len(bomb) < 60_000

    async def handler(_: web.Request) -> web.Response:
        return web.Response(body=bomb, headers={"content-encoding": "gzip"})

    async with serving(handler) as url:
        assert type(await failure_of(door, get(url, max_bytes=1_000_000))) is errors.ResponseTooLargeError


async def test_an_endless_answer_is_cut_off(door):
    async def handler(request: web.Request) -> web.StreamResponse:
        stream = web.StreamResponse()
        await stream.prepare(request)
        while True:
            await stream.write(b"x" * 65_536)

    async with serving(handler) as url:
        assert type(await failure_of(door, get(url, max_bytes=1_000_000))) is errors.ResponseTooLargeError


# what goes wrong


async def test_a_refused_connection_was_surely_not_sent(door):
    error = await failure_of(door, get(URL(f"http://127.0.0.1:{unused_port()}/")))
    assert type(error) is errors.MeliConnectionError
    assert not error.sent
    assert "no connection to 127.0.0.1" in str(error)


@pytest.mark.parametrize(
    "pieces",
    [
        pytest.param((), id="closed_without_a_word"),
        pytest.param((b"HTTP/1.1 200 OK\r\n",), id="closed_in_the_header"),
        pytest.param((b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n", b"ten bytes."), id="body_cut_short"),
        pytest.param((b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhel",), id="chunk_cut_short"),
        pytest.param(
            (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\nhello\r\n0\r\n\r\n",), id="bad_chunk"
        ),
        pytest.param(
            (b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 9\r\n\r\nnot gzip.",), id="bad_gzip"
        ),
        pytest.param((b"SSH-2.0-OpenSSH_9.2\r\n\r\n",), id="no_http"),
        pytest.param((b"HTTP/1.1 200 OK\r\nx: " + b"y" * 100_000 + b"\r\n\r\n",), id="huge_header"),
        pytest.param((b"HTTP/1.1 200 OK\r\ncontent-length: -5\r\n\r\n",), id="negative_length"),
    ],
)
async def test_an_answer_that_breaks_off_or_is_none_was_sent(door, pieces):
    async with speaking(*pieces) as url:
        error = await failure_of(door, get(url, method="POST", body=b"{}"))
    assert isinstance(error, errors.TransportError)
    assert error.sent
    assert "127.0.0.1" in str(error)


async def test_a_peer_that_says_nothing_is_a_timeout_that_was_sent(door):
    async with speaking(stay=True) as url:
        error = await failure_of(door, get(url, timeouts=SHORT))
    assert type(error) is errors.MeliTimeoutError
    assert error.sent
    assert isinstance(error, TimeoutError)


async def test_a_body_that_stops_is_a_timeout(door):
    async with speaking(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n", b"ten bytes.", stay=True) as url:
        assert type(await failure_of(door, get(url, timeouts=SHORT))) is errors.MeliTimeoutError


async def test_a_body_that_drips_is_stopped_by_the_limit_of_the_attempt(door):
    async def handler(request: web.Request) -> web.StreamResponse:
        stream = web.StreamResponse()
        await stream.prepare(request)
        while True:
            await stream.write(b"x")
            await asyncio.sleep(0.01)

    async with serving(handler) as url:
        limits = Timeouts(connect=5, read=5, attempt=0.2)
        assert type(await failure_of(door, get(url, timeouts=limits))) is errors.MeliTimeoutError


class _Resolver(aiohttp.abc.AbstractResolver):
    async def resolve(self, host: str, port: int = 0, family: Any = 0) -> list[aiohttp.abc.ResolveResult]:
        message = "no such host"
        raise OSError(message)

    async def close(self) -> None: ...


async def test_a_host_without_an_address_was_surely_not_sent():
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(resolver=_Resolver())) as session:
        error = await failure_of(AiohttpTransport(session=session), get(URL("http://nowhere.example/")))
    assert type(error) is errors.MeliConnectionError
    assert not error.sent


async def test_a_server_without_tls_was_surely_not_told(door):
    async def refuse(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(refuse, "127.0.0.1", 0) as server:
        error = await failure_of(door, get(URL(f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}/")))
    assert type(error) is errors.MeliConnectionError
    assert not error.sent


SENT = [
    aiohttp.ServerDisconnectedError(),
    aiohttp.ClientOSError(104, "reset by peer"),
    aiohttp.ClientPayloadError("not enough data"),
    aiohttp.SocketTimeoutError("read"),
    aiohttp.ServerTimeoutError("read"),
    TimeoutError("total"),
    ConnectionResetError("reset"),
    ValueError("decoder"),
    RuntimeError("anything"),
]
NOT_SENT = [aiohttp.ConnectionTimeoutError("connect"), aiohttp.InvalidUrlClientError("x")]


@pytest.mark.parametrize("failure", [*SENT, *NOT_SENT], ids=lambda failure: type(failure).__name__)
async def test_every_failure_of_aiohttp_becomes_ours_and_tells_whether_it_was_sent(door, http_mock, failure):
    url = URL("http://127.0.0.1:9/")
    http_mock.get(url, exception=failure)
    error = await failure_of(door, get(url))
    assert isinstance(error, errors.TransportError)
    assert error.sent is (failure in SENT)
    assert isinstance(error, TimeoutError) is isinstance(failure, TimeoutError)
    assert type(failure).__name__ in str(error)


@pytest.mark.parametrize("kind", ["refused", "cut_short", "too_large", "silent"])
async def test_no_object_of_aiohttp_and_no_token_hangs_on_an_error(door, kind):
    pieces = {
        "cut_short": (b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nx",),
        "too_large": (b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nxxxxxxxxx",),
    }
    async with speaking(*pieces.get(kind, ()), stay=kind == "silent") as url:
        target = URL(f"http://127.0.0.1:{unused_port()}/") if kind == "refused" else url
        error = await failure_of(door, get(target, max_bytes=5, timeouts=SHORT))
    assert (error.__cause__, error.__context__, error.__suppress_context__) == (None, None, False)
    frame = error.__traceback__
    while frame is not None:
        assert "aiohttp" not in frame.tb_frame.f_code.co_filename
        assert CANARY not in repr(frame.tb_frame.f_locals)
        frame = frame.tb_next
    assert CANARY not in f"{error!r}{error.__dict__}"


# connections and their owner


async def test_no_more_connections_are_open_than_allowed_and_those_who_wait_are_unsent():
    open_now = most = 0
    full, go = asyncio.Event(), asyncio.Event()

    async def handler(_: web.Request) -> web.Response:
        nonlocal open_now, most
        open_now += 1
        most = max(most, open_now)
        if open_now == 2:
            full.set()
        await go.wait()
        open_now -= 1
        return web.Response()

    async with serving(handler) as url:
        door = AiohttpTransport(limit=2)
        sending = [asyncio.create_task(door.send(get(url))) for _ in range(6)]
        await full.wait()
        sending[1].cancel()  # its place is the next one's
        sending[5].cancel()
        go.set()
        done = await asyncio.gather(*sending, return_exceptions=True)
        await door.aclose()
    assert most == 2
    assert [type(result) for result in done] == [
        *(Response, asyncio.CancelledError, Response, Response, Response, asyncio.CancelledError),
    ]


@pytest.mark.parametrize("how", ["cancelled", "too_large", "timeout", "refused_at_length"])
async def test_an_answer_that_is_not_read_to_its_end_closes_its_connection_and_frees_its_place(how):
    begun, closed = asyncio.Event(), asyncio.Event()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked = await reader.readuntil(b"\r\n\r\n")
        if b"/whole" in asked:
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}")
        else:
            status = b"400 Bad Request" if how == "refused_at_length" else b"200 OK"
            writer.write(b"HTTP/1.1 " + status + b"\r\ncontent-length: 1000000\r\n\r\n" + b"x" * 100_000)
            begun.set()
            await reader.read()  # until the other side closes
            closed.set()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    url = URL(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/")
    door = AiohttpTransport(limit=1)
    limits = SHORT if how == "timeout" else Timeouts()
    sending = asyncio.create_task(
        door.send(get(url, timeouts=limits, max_bytes=50_000 if how == "too_large" else 10**7))
    )
    await begun.wait()
    if how == "cancelled":
        await asyncio.sleep(0)
        sending.cancel()
    (outcome,) = await asyncio.gather(sending, return_exceptions=True)
    async with asyncio.timeout(20):
        await closed.wait()
        assert (await door.send(get(url / "whole"))).body == b"{}"
    expected = {
        "cancelled": asyncio.CancelledError,
        "too_large": errors.ResponseTooLargeError,
        "timeout": errors.MeliTimeoutError,
        "refused_at_length": Response,
    }
    assert type(outcome) is expected[how]
    await door.aclose()
    server.close()


async def test_connections_are_reused(door):
    ports = set()

    async def handler(request: web.Request) -> web.Response:
        ports.add(request.transport.get_extra_info("peername")[1])
        return web.Response(body=b"x" * 10)

    async with serving(handler) as url:
        for _ in range(5):
            await door.send(get(url))
    assert len(ports) == 1


async def test_after_close_nothing_is_sent(door):
    await door.aclose()
    with pytest.raises(errors.SessionStateError, match="closed: make a new one"):
        await door.send(get(URL("http://127.0.0.1:9/")))
    await door.aclose()


def test_another_event_loop_is_told_to_make_its_own():
    door = AiohttpTransport()
    target = get(URL(f"http://127.0.0.1:{unused_port()}/"))

    async def first() -> None:
        await failure_of(door, target)
        await door._session.close()

    async def second() -> errors.MeliError:
        return await failure_of(door, target)

    asyncio.run(first())
    error = asyncio.run(second())
    assert type(error) is errors.SessionStateError
    assert "another event loop" in str(error)


async def test_a_session_that_was_passed_in_stays_its_owners_to_close():
    async def handler(_: web.Request) -> web.Response:
        return web.Response(body=b"ok")

    async with serving(handler) as url, aiohttp.ClientSession() as session:
        door = AiohttpTransport(session=session)
        assert (await door.send(get(url))).body == b"ok"
        await door.aclose()
        assert not session.closed
