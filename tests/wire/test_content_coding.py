"""Compressed answers over real sockets: each is read whole or is an error, whoever's session carries it."""

import gzip
import random
import zlib

import aiohttp
import pytest
from aiohttp import web
from tests.servers.http import serving

from meli_sdk import errors
from meli_sdk.wire.http import AiohttpTransport
from meli_sdk.wire.message import Request

WHOLE = b"%PDF-1.4 " + bytes(random.Random(7).choices(range(256), k=200_000))
"""More than is read at once, packed or not."""


def bare_deflate(body: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(body) + packer.flush()


PACKERS = {
    "gzip": ("gzip", gzip.compress),
    "x_gzip": ("X-GZIP", gzip.compress),
    "deflate": ("deflate", zlib.compress),
    "deflate_without_header": ("deflate", bare_deflate),
    "two_members": ("gzip", lambda body: gzip.compress(body[:90_000]) + gzip.compress(body[90_000:])),
}
packed_somehow = pytest.mark.parametrize(("coding", "pack"), PACKERS.values(), ids=PACKERS)


@pytest.fixture(params=["own", "passed_in"])
async def door(request):
    """A transport, with a session of its own or with one as aiohttp makes it."""
    if request.param == "own":
        transport = AiohttpTransport()
        yield transport
        await transport.aclose()
    else:
        async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
            yield AiohttpTransport(session=session)


async def received(door, body, coding, *, status=200, method="GET", max_bytes=10**7):
    async def handler(_: web.Request) -> web.Response:
        return web.Response(status=status, body=body, headers={"content-encoding": coding})

    async with serving(handler) as url:
        return await door.send(Request(method=method, url=url, template="/x", max_bytes=max_bytes))


@packed_somehow
async def test_what_was_packed_comes_out_whole(door, coding, pack):
    assert (await received(door, pack(WHOLE), coding)).body == WHOLE


@packed_somehow
@pytest.mark.parametrize("share", [0.0001, 0.5, 0.999])
async def test_a_packed_answer_that_ends_early_is_an_error(door, coding, pack, share):
    packed = pack(WHOLE)
    with pytest.raises(errors.TransportError, match="cannot be read") as raised:
        await received(door, packed[: max(1, int(len(packed) * share))], coding)
    assert raised.value.sent


@pytest.mark.parametrize("coding", ["br", "zstd", "gzip, gzip"])
async def test_a_coding_that_was_not_asked_for_is_an_error(door, coding):
    with pytest.raises(errors.TransportError, match="cannot be read"):
        await received(door, b"\x01\x02\x03", coding)


@pytest.mark.parametrize("coding", ["identity", "utf-8"])
async def test_what_is_no_coding_changes_nothing(door, coding):
    assert (await received(door, WHOLE, coding)).body == WHOLE


@pytest.mark.parametrize(("status", "method"), [(200, "GET"), (200, "HEAD"), (304, "GET")])
async def test_an_answer_without_a_body_may_name_a_coding(door, status, method):
    assert (await received(door, b"", "gzip", status=status, method=method)).body == b""


async def test_a_stream_of_endless_small_members_is_an_error(door):
    with pytest.raises(errors.TransportError, match="cannot be read"):
        await received(door, gzip.compress(b"") * 2_000, "gzip")


async def test_no_more_is_unpacked_than_is_allowed(door):
    body = gzip.compress(b"x" * 1_000) * 3
    assert len((await received(door, body, "gzip", max_bytes=3_000)).body) == 3_000
    for limit in (999, 1_000, 2_500, 2_999):
        with pytest.raises(errors.ResponseTooLargeError):
            await received(door, body, "gzip", max_bytes=limit)


async def test_of_a_refusal_that_ends_early_the_status_stays(door):
    answer = await received(door, gzip.compress(b'{"message": "no"}')[:-9], "gzip", status=404)
    assert answer.status == 404
