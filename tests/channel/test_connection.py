"""How a channel is created and what it shows of its connection."""

import json
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import create_async_engine

from meli_sdk import MeliApp
from meli_sdk.channel import ChannelSettings, SalesChannel
from meli_sdk.channel.journal import CHANNELS
from meli_sdk.sandbox import LOCAL_SELLER_ID, Sandbox

from .conftest import MovableClock, OpenOms, each_database


async def test_the_connection_shows_masked_ends_and_until_when_the_token_is_good(
    app: MeliApp, settings: ChannelSettings, database_url: str, clock: MovableClock, box: Sandbox
):
    asked = box.calls
    async with SalesChannel(app, settings.with_changes(account="Norte"), database_url) as channel:
        found = await channel.connection()
    assert box.calls == asked
    assert (found.state, found.connected, found.remedy) == ("connected", True, None)
    assert found.api_url == box.url
    assert timedelta(hours=5) < found.expires_at - clock.now() <= timedelta(hours=7)
    grant = box.world.grants[box.app_credentials.client_id, LOCAL_SELLER_ID]
    for shown, secret in ((found.access_token, grant.access_token), (found.refresh_token, grant.refresh_token)):
        assert shown == f"***{secret[-4:]}"
        for text in (found.to_json(), repr(found), str(found)):
            assert secret not in text
            assert secret[:-4] not in text
    assert json.loads(found.to_json())["account"] == "Norte"


async def test_a_seller_who_is_not_connected_or_has_to_agree_again_is_told_how(
    app: MeliApp, settings: ChannelSettings, database_url: str, box: Sandbox
):
    async with SalesChannel(app, settings.with_changes(user_id=900_201), database_url) as channel:
        found = await channel.connection()
    assert (found.state, found.connected, found.access_token, found.expires_at) == ("not_connected", False, None, None)
    assert "seller 900201 has to authorise the application" in str(found.remedy)
    assert json.loads(found.to_json())["scope"] == []


@each_database
async def test_a_channel_is_there_for_every_process_once_it_is_open(
    app: MeliApp, settings: ChannelSettings, database_url: str
):
    async with SalesChannel(app, settings, database_url):
        engine = create_async_engine(database_url)  # another process would see the same
        async with engine.connect() as connection:
            rows = (await connection.execute(select(CHANNELS.c.user_id, CHANNELS.c.name))).all()
        await engine.dispose()
    assert [tuple(row) for row in rows] == [(LOCAL_SELLER_ID, "Tienda")]


async def test_a_name_and_a_seller_are_a_channel_and_everything_else_may_come_later(open_oms: OpenOms, box: Sandbox):
    order = box.add_order()
    oms = await open_oms()
    assert (await oms.channel.check()).inventory_problems  # no warehouse yet
    await oms.download()
    assert await oms.ids() == [order.id]
    oms.channel.use(
        oms.channel.settings.with_changes(
            warehouses={"MAIN": "selling_address"}, webhook_client_id=oms.channel.settings.user_id
        )
    )
    assert (await oms.channel.check()).ok
