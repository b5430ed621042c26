"""One budget for whatever a channel does at the same time."""

import asyncio
import json
import time
from datetime import timedelta

from meli_sdk import MeliApp
from meli_sdk.channel import CarrierMapping, Parcel
from meli_sdk.sandbox import LOCAL_SELLER_ID, Sandbox
from meli_sdk.testing import a_notification

from .conftest import MovableClock, OpenOms

RATE = 25


async def test_jobs_that_run_at_the_same_time_share_one_budget(
    app: MeliApp, box: Sandbox, clock: MovableClock, open_oms: OpenOms
):
    oms = await open_oms(throughput=RATE, carriers={"van": CarrierMapping("Furgon")}, webhook_client_id=LOCAL_SELLER_ID)
    told = [box.add_order(mode="me1") for _ in range(10)]
    for order in told[:5]:
        notice = a_notification(resource=f"/orders/{order.id}", user_id=LOCAL_SELLER_ID, application_id=app.client_id)
        await oms.channel.receive(json.dumps(notice).encode())
    start, before = time.monotonic(), box.calls
    await asyncio.gather(
        oms.channel.handle_notifications(oms),
        oms.channel.download_orders(oms, since=clock.now() - timedelta(days=2)),
        oms.channel.check(),
        *(oms.channel.push_shipment(order.id, Parcel("van", f"V{order.id}")) for order in told),
    )
    calls = box.calls - before
    assert calls > 2 * RATE
    # Budgets of their own would let the longest job decide; no load makes this shorter.
    assert time.monotonic() - start >= (calls - 1) / RATE * 0.95
