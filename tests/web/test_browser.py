"""The guide's eight steps in a real browser: address, authorization page, landing page, account, channel name, saved."""

import socket

import pytest
from aiohttp import web

from meli_sdk import AppCredentials, MeliApp, SQLiteGrantStore
from meli_sdk.sandbox import LOCAL_SELLER_ID, Sandbox
from meli_sdk.web import install_routes


class Channels:
    """The OMS's own table of channels."""

    def __init__(self) -> None:
        self.saved = []

    async def on_connected(self, seller):
        self.saved.append(seller)
        return type("Settings", (), {"name": seller.channel_name})()


@pytest.fixture
async def oms(tmp_path):
    """An OMS on loopback whose seller sells in the sandbox; gives its doors, its channels and its application."""
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.bind(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    async with (
        Sandbox(seed=6, redirect_uris=(f"{url}/meli/callback",)) as box,
        MeliApp(
            AppCredentials(box.app_credentials.client_id, box.app_credentials.client_secret),
            SQLiteGrantStore(tmp_path / "grants.db"),
            redirect_uri=f"{url}/meli/callback",
            base_url=box.url,
            authorization_host=box.url,
            throughput=10_000,
        ) as app,
    ):
        channels = Channels()
        doors = install_routes(app, on_connected=channels.on_connected, accounts=["Retail", "Wholesale"])
        server = web.Application()
        server.add_routes(doors.aiohttp_routes())
        runner = web.AppRunner(server, access_log=None)
        await runner.setup()
        await web.SockSite(runner, listening).start()
        yield doors, channels, app
        await runner.cleanup()


async def test_a_seller_installs_the_application_and_names_the_channel(oms, browser):
    doors, channels, app = oms
    page = await browser.new_page()
    await page.goto(str(doors.installation_url("MLA")))
    assert await page.get_by_text("will be able to").count()
    await page.get_by_role("button", name="Authorize (Autorizar)").click()
    await page.get_by_label("Sales channel account").select_option("Wholesale")
    assert channels.saved == []
    await page.get_by_label("Channel name").fill("Argentina wholesale")
    await page.get_by_role("button", name="Save").click()
    assert "is connected" in await page.locator("#done").inner_text()
    assert await page.get_by_text("Argentina wholesale").count()
    (seller,) = channels.saved
    assert (seller.user_id, seller.account, seller.channel_name) == (
        LOCAL_SELLER_ID,
        "Wholesale",
        "Argentina wholesale",
    )
    assert [info.user_id for info in await app.sellers()] == [LOCAL_SELLER_ID]


async def test_a_seller_who_refuses_reads_that_nothing_was_changed(oms, browser):
    doors, channels, app = oms
    page = await browser.new_page()
    await page.goto(str(doors.installation_url("MLA")))
    await page.get_by_role("button", name="Cancel").click()
    assert "Nothing was changed" in await page.locator("#refused").inner_text()
    assert (channels.saved, await app.sellers()) == ([], ())
