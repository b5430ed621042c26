"""The notification receiver: stored, then answered; under aiohttp and under FastAPI with uvicorn, over real sockets."""

import asyncio
import json
import socket
from contextlib import asynccontextmanager

import aiohttp
import pytest
import uvicorn
from aiohttp import web
from fastapi import FastAPI

from meli_sdk.web import WebRequest, install_routes
from meli_sdk.web import exchange as limits

from .conftest import TOKEN

BODY = json.dumps({"topic": "orders_v2", "resource": "/orders/2000000000000001", "user_id": 900100}).encode()


class Inbox:
    """Keeps what it was given; slow or broken when told to."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.remotes: list[str | None] = []
        self.slow = False
        self.broken = False

    async def receive(self, body, *, headers=None, remote=None):
        if self.slow:
            await asyncio.Event().wait()
        if self.broken:
            raise OSError("disk full")
        self.bodies.append(body)
        self.remotes.append(remote)


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def doors(app, inbox):
    return install_routes(app, inbox.receive, path_token=TOKEN)


@asynccontextmanager
async def under_aiohttp(doors):
    application = web.Application()
    application.add_routes(doors.aiohttp_routes())
    runner = web.AppRunner(application, access_log=None, lingering_time=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


@asynccontextmanager
async def under_fastapi(doors):
    api = FastAPI()
    api.mount("/meli", doors.asgi)
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(api, log_level="warning", lifespan="off"))
    task = asyncio.create_task(server.serve(sockets=[listening]))
    while not server.started:
        if task.done():
            task.result()
        await asyncio.sleep(0.01)
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    await task
    listening.close()


SERVERS = pytest.mark.parametrize("served", [under_aiohttp, under_fastapi])


@SERVERS
async def test_a_notification_is_stored_and_answered_200(doors, inbox, served):
    async with served(doors) as url, aiohttp.ClientSession() as client:
        async with client.post(f"{url}/meli/notifications/{TOKEN}", data=BODY) as answer:
            assert answer.status == 200
        assert (inbox.bodies, inbox.remotes) == ([BODY], ["127.0.0.1"])


@SERVERS
async def test_another_address_method_or_size_is_refused_and_not_stored(doors, inbox, served):
    async with served(doors) as url, aiohttp.ClientSession() as client:
        address = f"{url}/meli/notifications"
        for method, target, body, status in (
            ("POST", f"{address}/another-token-0123456789", BODY, 404),
            ("GET", f"{address}/{TOKEN}", None, 405),
            ("POST", f"{address}/{TOKEN}", b"x" * (limits.MAX_BODY + 1), 413),
            ("POST", f"{address}/{TOKEN}/more", BODY, 404),
        ):
            async with client.request(method, target, data=body) as answer:
                assert (method, answer.status) == (method, status)
        assert inbox.bodies == []


@SERVERS
async def test_a_store_that_fails_is_answered_503_so_that_it_comes_again(doors, inbox, served, monkeypatch):
    monkeypatch.setattr("meli_sdk.web.notifications.STORE_SECONDS", 0.05)
    async with served(doors) as url, aiohttp.ClientSession() as client:
        address = f"{url}/meli/notifications/{TOKEN}"
        inbox.broken = True
        async with client.post(address, data=BODY) as answer:
            assert answer.status == 503
        inbox.broken, inbox.slow = False, True
        async with client.post(address, data=BODY) as answer:
            assert answer.status == 503
        inbox.slow = False
        async with client.post(address, data=BODY) as answer:
            assert answer.status == 200


@SERVERS
async def test_a_body_that_drips_is_cut_off(doors, inbox, served, monkeypatch):
    monkeypatch.setattr("meli_sdk.web.aiohttp_routes.BODY_SECONDS", 0.1)
    monkeypatch.setattr("meli_sdk.web.asgi.BODY_SECONDS", 0.1)
    async with served(doors) as url:
        port = int(url.rsplit(":", 1)[1])
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(f"POST /meli/notifications/{TOKEN} HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\n{{".encode())
        status = await asyncio.wait_for(reader.readline(), 5)
        assert b" 408 " in status
        writer.close()
    assert inbox.bodies == []


@SERVERS
async def test_installation_works_under_every_server(doors, served):
    async with served(doors) as url, aiohttp.ClientSession() as client:
        async with client.get(f"{url}/meli/install/MLA", allow_redirects=False) as answer:
            assert answer.status == 302
            assert "meli_install" in answer.cookies
        async with client.get(f"{url}/meli/callback?code=TG-1&state=x") as answer:
            assert (answer.status, answer.content_type) == (400, "text/html")


async def test_the_token_never_shows(doors):
    assert TOKEN not in repr(doors)
    assert str(doors.notification_url()).endswith(f"/meli/notifications/{TOKEN}")


async def test_doors_without_a_receiver_have_no_such_address(app):
    doors = install_routes(app)
    answer = await doors.answer(WebRequest(method="POST", path=f"/meli/notifications/{TOKEN}", body=BODY))
    assert answer.status == 404
