"""A process that receives notifications: a channel behind the doors, under aiohttp or uvicorn."""

import asyncio

import uvicorn
from aiohttp import web

from meli_sdk.channel import ChannelSettings, SalesChannel
from meli_sdk.web import WebRequest, install_routes
from meli_sdk.web.exchange import Answer
from reliability.channel_worker import Place, connected_app

PATH_TOKEN = "an-invented-token-for-this-run-only"


def address(port: int) -> str:
    """Where notifications are posted to."""
    return f"http://127.0.0.1:{port}/meli/notifications/{PATH_TOKEN}"


def receive(place: Place, server: str, port: int) -> None:
    """The process; it ends when it is killed."""
    asyncio.run(_receive(place, server, port))


async def _receive(place: Place, server: str, port: int) -> None:
    settings = ChannelSettings("Channel", place.seller, webhook_client_id=place.seller)
    async with (
        connected_app(place, redirect_uri=f"{place.url}/callback") as app,
        SalesChannel(app, settings, place.database) as channel,
    ):
        doors = install_routes(app, channel.receive, path_token=PATH_TOKEN)
        if server == "uvicorn":
            config = uvicorn.Config(doors.asgi, port=port, log_level="error", access_log=False)
            await uvicorn.Server(config).serve()
            return
        application = web.Application()
        application.add_routes(doors.aiohttp_routes())
        runner = web.AppRunner(application, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        await asyncio.Event().wait()


async def post_to(answer: Answer, body: bytes) -> int:
    """Posts a notification to the doors, without a server; the status."""
    request = WebRequest(method="POST", path=f"/meli/notifications/{PATH_TOKEN}", body=body)
    return (await answer(request)).status
