"""Mode and jobs decide what a channel does by itself."""

import asyncio
import json
from contextlib import suppress

import pytest

from meli_sdk import MeliApp
from meli_sdk.channel import ChannelMode, Job
from meli_sdk.errors import ConfigurationError
from meli_sdk.sandbox import LOCAL_SELLER_ID, Sandbox
from meli_sdk.testing import a_notification

from .conftest import Oms, OpenOms


def notice(app: MeliApp, order_id: int) -> bytes:
    body = a_notification(resource=f"/orders/{order_id}", user_id=LOCAL_SELLER_ID, application_id=app.client_id)
    return json.dumps(body).encode()


async def run_until(oms: Oms, wanted: set[int]) -> None:
    """Runs the channel until these orders are handed over."""
    running = asyncio.create_task(oms.channel.run(oms))
    async with asyncio.timeout(60):
        while not wanted <= set(await oms.ids()):
            assert not running.done(), running.exception()
            await asyncio.sleep(0.02)
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running


@pytest.mark.parametrize(
    ("mode", "jobs", "by_poll", "by_notice"),
    [
        (ChannelMode.POLL, {Job.ORDERS, Job.NOTIFICATIONS}, True, False),
        (ChannelMode.BOTH, {Job.ORDERS}, True, False),
        (ChannelMode.WEBHOOK, {Job.ORDERS, Job.NOTIFICATIONS}, False, True),
    ],
)
async def test_mode_and_jobs_decide_how_orders_arrive(
    app: MeliApp, box: Sandbox, open_oms: OpenOms, mode: ChannelMode, jobs: set[Job], by_poll: bool, by_notice: bool
):
    oms = await open_oms(webhook_client_id=LOCAL_SELLER_ID)  # both ways, until the mode is set
    await oms.download()
    quiet, told = box.add_order(), box.add_order()
    await oms.channel.receive(notice(app, told.id))
    oms.channel.use(oms.channel.settings.with_changes(mode=mode, jobs=jobs))
    await run_until(oms, {told.id} if by_notice else {quiet.id, told.id})
    assert (quiet.id in await oms.ids()) is by_poll
    if not by_notice:
        assert await oms.channel.notifications() == {"orders_v2: waiting": 1}


async def test_the_mode_decides_whether_notifications_are_taken(app: MeliApp, box: Sandbox, open_oms: OpenOms):
    oms = await open_oms(mode="poll", webhook_client_id=LOCAL_SELLER_ID)
    body = notice(app, box.add_order().id)
    with pytest.raises(ConfigurationError, match="has the mode poll and takes no notifications: set mode to both"):
        await oms.channel.receive(body)
    assert await oms.channel.notifications() == {}
    for mode in ("webhook", "both"):
        oms.channel.use(oms.channel.settings.with_changes(mode=mode))
        assert (await oms.channel.receive(body)).reason is None
