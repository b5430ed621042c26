"""Each setting, changed alone, changes what the sandbox sees or the database holds."""

import asyncio
import json
import time
from collections.abc import Callable, Collection
from contextlib import suppress

import pytest
from sqlalchemy import Column, select

from meli_sdk import MeliApp
from meli_sdk.channel import CarrierMapping, ChannelMode, Job, OrderGroup, OrderGroupMap, Parcel, PrivacySettings
from meli_sdk.channel.journal import CHANNELS, CURSORS, INBOX, ORDERS, QUARANTINE
from meli_sdk.errors import ConfigurationError, NoGrantError
from meli_sdk.sandbox import LOCAL_SELLER_ID, Sandbox
from meli_sdk.sandbox.orders_book import Order
from meli_sdk.testing import a_notification
from meli_sdk.wire.endpoint import RateGroup

from .conftest import MovableClock, Oms, OpenOms, Unlimited


async def held(oms: Oms, *columns: Column) -> set[tuple]:
    async with oms.engine.connect() as connection:
        return {tuple(row) for row in await connection.execute(select(*columns))}


async def test_name(open_oms: OpenOms):
    assert await held(await open_oms(), CHANNELS.c.name) == {("Tienda",)}
    assert await held(await open_oms(name="Otra"), CHANNELS.c.name) == {("Otra",)}


async def test_user_id(box: Sandbox, open_oms: OpenOms):
    await (await open_oms()).download()
    assert {request.query.get("seller") for request in box.requests if request.path == "/orders/search"} == {
        "118320047"
    }
    asked = box.calls
    other = await open_oms(user_id=900_201)
    with pytest.raises(NoGrantError):
        await other.download()
    assert box.calls == asked
    assert (900_201,) in await held(other, CURSORS.c.user_id)


@pytest.mark.parametrize("label", ["account", "vendor"])
async def test_labels(box: Sandbox, open_oms: OpenOms, label: str):
    box.add_order()
    for value in (None, "Norte", "Sur"):
        oms = await open_oms(**{label: value})
        await oms.download()
        for table in (CHANNELS, CURSORS):
            assert await held(oms, table.c[label]) == {(value,)}
    box.add_order()
    await oms.download()
    assert await held(oms, ORDERS.c[label]) == {(None,), ("Sur",)}


async def test_api_url(box: Sandbox, open_oms: OpenOms):
    await (await open_oms(api_url=box.url)).download()
    asked = box.calls
    with pytest.raises(ConfigurationError, match="the application calls"):
        await open_oms(api_url="https://api.mercadolibre.com")
    assert box.calls == asked


async def test_order_groups(box: Sandbox, open_oms: OpenOms):
    paid, open_order = box.add_order(), box.add_order(status="confirmed")
    oms = await open_oms(order_groups={OrderGroup.APPROVED})
    await oms.download()
    assert await oms.ids() == [paid.id]
    oms = await open_oms(order_groups={OrderGroup.APPROVED, OrderGroup.INITIALIZED})
    await oms.download()
    assert await oms.ids() == [paid.id, open_order.id]


async def test_order_group_map(box: Sandbox, open_oms: OpenOms):
    order = box.add_order(status="confirmed")
    oms = await open_oms()
    await oms.download()
    assert await oms.rows() == []
    oms = await open_oms(order_group_map=OrderGroupMap(statuses={"confirmed": "Approved"}))
    await oms.download()
    assert await oms.rows() == [(order.id, "confirmed", "Approved")]


async def test_throughput(box: Sandbox, open_oms: OpenOms):
    oms = await open_oms(throughput=20.0)
    start, asked = time.monotonic(), box.calls
    await oms.download()
    calls = box.calls - asked
    assert calls >= 4
    assert time.monotonic() - start >= (calls - 1) / 20 * 0.95


async def test_skus(box: Sandbox, open_oms: OpenOms):
    order = box.add_order()
    sku = order.seller_sku
    written = []

    async def write(given, connection):
        written.append(given.lines[0].mapped_sku)

    await (await open_oms()).channel.download_orders(write, order_ids=[order.id])
    order.tags = [*order.tags, "delivered"]
    await (await open_oms(skus={"OMS-1": sku})).channel.download_orders(write, order_ids=[order.id])
    assert written == [sku, "OMS-1"]


# how orders are heard of

SEARCH, MISSED = "/orders/search", "/missed_feeds"


def notice(app: MeliApp, order: Order) -> bytes:
    body = a_notification(resource=f"/orders/{order.id}", user_id=LOCAL_SELLER_ID, application_id=app.client_id)
    return json.dumps(body).encode()


async def run_until(oms: Oms, box: Sandbox, true: Callable[[set[str]], Collection[object] | bool]) -> set[str]:
    """Runs the channel until something holds for the paths that were asked, and returns those."""
    asked = len(box.requests)
    running = asyncio.create_task(oms.channel.run(oms))

    def paths() -> set[str]:
        return {request.path for request in box.requests[asked:]}

    async with asyncio.timeout(30):
        while not true(paths()):
            await asyncio.sleep(0.01)
            assert not running.done()
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    return paths()


@pytest.mark.parametrize(
    ("mode", "asks", "never"),
    [
        (ChannelMode.POLL, {SEARCH}, {MISSED}),
        (ChannelMode.WEBHOOK, {MISSED}, {SEARCH}),
        (ChannelMode.BOTH, {SEARCH, MISSED}, set()),
    ],
)
async def test_mode(box: Sandbox, app: MeliApp, open_oms: OpenOms, mode: ChannelMode, asks: set[str], never: set[str]):
    oms = await open_oms(mode=mode, webhook_client_id=LOCAL_SELLER_ID)
    await oms.download()  # what is asked of the account once
    order = box.add_order()
    if mode.listens:
        await oms.channel.receive(notice(app, order))
        assert await held(oms, INBOX.c.resource_id) == {(str(order.id),)}
    else:
        with pytest.raises(ConfigurationError, match="has the mode poll and takes no notifications"):
            await oms.channel.receive(notice(app, order))
        assert await held(oms, INBOX.c.resource_id) == set()
    paths = await run_until(oms, box, lambda paths: asks <= paths and (f"/orders/{order.id}" in paths) is mode.listens)
    assert not never & paths


@pytest.mark.parametrize(
    ("jobs", "asks", "never"),
    [
        ({Job.ORDERS}, {SEARCH}, {MISSED}),
        ({Job.NOTIFICATIONS}, {MISSED}, {SEARCH}),
        ({Job.ORDERS, Job.NOTIFICATIONS}, {SEARCH, MISSED}, set()),
    ],
)
async def test_jobs(box: Sandbox, open_oms: OpenOms, jobs: set[Job], asks: set[str], never: set[str]):
    oms = await open_oms(jobs=jobs, webhook_client_id=LOCAL_SELLER_ID)
    await oms.download()
    paths = await run_until(oms, box, lambda paths: asks <= paths)
    assert not never & paths


async def test_webhook_client_id(box: Sandbox, app: MeliApp, open_oms: OpenOms):
    order = box.add_order()
    oms = await open_oms(webhook_client_id=None)
    with pytest.raises(ConfigurationError, match=f"put the channel's User Id, {LOCAL_SELLER_ID}"):
        await oms.channel.receive(notice(app, order))
    assert await held(oms, INBOX.c.resource_id) == set()
    oms = await open_oms(webhook_client_id=LOCAL_SELLER_ID)
    await oms.channel.receive(notice(app, order))
    assert await held(oms, INBOX.c.user_id, INBOX.c.resource_id) == {(LOCAL_SELLER_ID, str(order.id))}


# what is told of a parcel, and what is kept


async def test_carriers(box: Sandbox, open_oms: OpenOms):
    for name in ("Furgon Sur", "Correo Norte"):
        order = box.add_order(mode="me1")
        oms = await open_oms(carriers={"van": CarrierMapping(name)})
        await oms.channel.push_shipment(order.id, Parcel("van", "AA1"))
        told = [json.loads(request.body) for request in box.requests if request.path.endswith("seller_notifications")]
        assert name in json.dumps(told[-1])


async def test_privacy(box: Sandbox, clock: MovableClock, open_oms: OpenOms):
    for keep in (False, True):
        order = box.add_order()
        order.title, order.updated = 5, order.updated  # nobody can read it
        oms = await open_oms(privacy=PrivacySettings(keep_buyer_data=keep))
        await oms.download()
        (body,) = {row[1] for row in await held(oms, QUARANTINE.c.key, QUARANTINE.c.body) if row[0] == str(order.id)}
        assert ('"buyer"' in body) is keep
        order.title, order.updated = "Bombilla", order.updated
        await oms.channel.download_orders(oms, order_ids=[order.id])
    for days, left in ((30, 2), (1, 0)):
        oms = await open_oms(privacy=PrivacySettings(retention_days=days))
        clock.pass_by(days=2)
        await oms.download()
        assert len(await held(oms, QUARANTINE.c.key)) == left


# one budget


async def test_every_call_of_every_job_pays_the_budget_of_the_seller(box: Sandbox, app: MeliApp, open_oms: OpenOms):
    paid: list[int | None] = []

    class Counting(Unlimited):
        async def acquire(self, seller: int | None, group: RateGroup | None, *, max_wait: float | None = None) -> float:
            paid.append(seller)
            return 0.0

    app.pipeline.limiter = Counting()  # type: ignore[misc]
    before = box.calls
    oms = await open_oms(webhook_client_id=LOCAL_SELLER_ID, carriers={"van": CarrierMapping("Furgon Sur")})
    await oms.download()
    order = box.add_order(mode="me1")
    await oms.channel.receive(notice(app, order))
    await run_until(oms, box, lambda paths: {SEARCH, MISSED, f"/orders/{order.id}"} <= paths)
    await oms.channel.push_shipment(order.id, Parcel("van", "AA1"))
    assert {seller for seller in paid if seller is not None} == {LOCAL_SELLER_ID}
    assert len(paid) >= box.calls - before  # a call that was cancelled on its way has paid too
    assert len(paid) - (box.calls - before) <= 4
