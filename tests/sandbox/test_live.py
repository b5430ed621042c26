"""The sandbox whose world goes on by itself. Its time stands still here, and is put forward."""

import asyncio
import itertools
import json
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import asdict, replace
from datetime import timedelta

import aiohttp
import pytest
from aiohttp import web
from tests.goods import goods, variation

from meli_sdk import MeliSession
from meli_sdk.sandbox import GLOBAL_SELLER_ID, LOCAL_SELLER_ID, Fault, FaultKind, FaultPlan, LiveSandbox
from meli_sdk.sandbox import RunningClock as Clock
from meli_sdk.sandbox.deliveries import attempt_after

Start = Callable[..., Awaitable[LiveSandbox]]


class Receiver:
    """An application's callback on this machine."""

    def __init__(self) -> None:
        self.got: list[dict] = []
        self.status = 200
        self.hold: asyncio.Event | None = None
        self.url = ""

    async def take(self, request: web.Request) -> web.Response:
        self.got.append(await request.json())
        if self.hold is not None:
            await self.hold.wait()
        return web.Response(status=self.status)


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    found = Receiver()
    server = web.Application()
    server.add_routes([web.post("/hook", found.take)])
    runner = web.AppRunner(server, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    found.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    yield found
    await runner.cleanup()


@pytest.fixture
async def start() -> AsyncIterator[Start]:
    started: list[LiveSandbox] = []

    async def begin(**settings: object) -> LiveSandbox:
        box = LiveSandbox(**{"speed": 0, **settings})
        await box.start()
        started.append(box)
        return box

    yield begin
    for box in started:
        await box.stop()


async def ask(box: LiveSandbox, method: str, page: str, body: object = None) -> tuple[int, dict]:
    async with (
        aiohttp.ClientSession() as client,
        client.request(method, f"{box.url}/sandbox{page}", json=body) as response,
    ):
        return response.status, await response.json()


async def get(box: LiveSandbox, token: str, path: str, **query: str) -> tuple[int, dict]:
    headers = {"Authorization": f"Bearer {token}"}
    async with (
        aiohttp.ClientSession(box.url, headers=headers) as client,
        client.get(path, params=query) as response,
    ):
        return response.status, await response.json()


async def after(box: LiveSandbox, **time: float) -> None:
    box.clock.forward(timedelta(**time).total_seconds())
    await box.catch_up()


def test_the_clock_runs_as_fast_as_is_asked_for_and_never_back():
    seconds = [100.0]
    clock = Clock(speed=60, monotonic=lambda: seconds[0])
    began = clock()
    seconds[0] += 2
    assert clock() - began == timedelta(minutes=2)
    clock.speed = 0
    seconds[0] += 1000
    assert clock() - began == timedelta(minutes=2)
    clock.forward(60)
    assert clock() - began == timedelta(minutes=3)
    with pytest.raises(ValueError, match="forward only"):
        clock.forward(-1)
    with pytest.raises(ValueError, match="0 or more"):
        clock.speed = -1


async def test_a_change_is_pushed_as_the_documented_body(start, receiver):
    box = await start(callback=receiver.url)
    order = box.add_order(status="paid")
    await box.catch_up()
    topics = {body["topic"]: body for body in receiver.got}
    assert topics.keys() == {"orders_v2", "shipments"}
    told = topics["orders_v2"]
    assert told["resource"] == f"/orders/{order.id}"
    assert (told["user_id"], told["application_id"]) == (LOCAL_SELLER_ID, box.app_credentials.client_id)
    assert told["attempts"] == 1
    assert told.keys() == {
        "_id",
        "resource",
        "user_id",
        "topic",
        "application_id",
        "attempts",
        "sent",
        "received",
    }
    receiver.got.clear()
    await box.catch_up()
    assert receiver.got == []


async def test_what_is_not_taken_is_tried_eight_times_in_an_hour_then_missed_and_its_topic_is_off(start, receiver):
    box = await start(callback=receiver.url, topics=["orders_v2"])
    receiver.status = 500
    box.add_order(status="confirmed")
    offsets = [attempt_after(number) for number in range(1, 9)]
    assert (offsets[0], offsets[-1]) == (timedelta(0), timedelta(hours=1))
    gaps = [later - earlier for earlier, later in itertools.pairwise(offsets)]
    assert all(abs(longer / shorter - 2) < 1e-6 for shorter, longer in itertools.pairwise(gaps))
    await box.catch_up()
    for number, gap in enumerate(gaps, start=2):
        await after(box, seconds=gap.total_seconds() - 0.001)
        assert len(receiver.got) == number - 1  # not a moment too early
        await after(box, seconds=0.001)
        assert receiver.got[-1]["attempts"] == number
    assert len({body["_id"] for body in receiver.got}) == 1
    await after(box, hours=3)
    assert len(receiver.got) == 8
    _, state = await ask(box, "GET", "/notifications")
    assert [row["attempts"] for row in state["missed"]] == [8]
    assert state["disabled_topics"] == ["orders_v2"]

    receiver.status = 200
    box.add_order(status="confirmed")  # of this time nothing is kept
    await box.catch_up()
    assert len(receiver.got) == 8
    await ask(box, "POST", "/topics/orders_v2")
    newest = box.add_order(status="confirmed")
    await box.catch_up()
    assert [body["resource"] for body in receiver.got[8:]] == [f"/orders/{newest.id}"]


async def test_an_answer_after_half_a_second_is_none(start, receiver):
    box = await start(callback=receiver.url, topics=["orders_v2"])
    receiver.hold = asyncio.Event()
    box.add_order(status="confirmed")
    await box.catch_up()
    receiver.hold.set()
    (waiting,) = box.world.mail.outgoing
    assert (waiting.attempts, waiting.http_code) == (1, None)


async def test_missed_notifications_are_in_the_feed(start, receiver):
    box = await start(callback=receiver.url, topics=["orders_v2"])
    receiver.status = 503
    order = box.add_order(status="confirmed")
    await box.catch_up()
    await after(box, minutes=61)  # the clock jumps: each look makes one attempt
    for _ in range(8):
        await box.catch_up()
    _, feed = await get(box, box.token(LOCAL_SELLER_ID), "/missed_feeds", app_id=str(box.app_credentials.client_id))
    (missed,) = feed["messages"]
    assert missed["resource"] == f"/orders/{order.id}"
    assert (missed["request"]["url"], missed["response"]["http_code"]) == (receiver.url, 503)


async def test_accounts_below_a_global_selling_one_speak_in_its_topics(start, receiver):
    box = await start(callback=receiver.url)
    child = next(listing for listing in box.world.listings.values() if listing.parent_id)
    order = box.add_order(seller_id=child.seller_id, item_id=child.id)
    await box.catch_up()
    told = {body["topic"]: body for body in receiver.got}
    assert told["marketplace_orders"]["resource"] == f"/marketplace/orders/{order.id}"
    assert {body["user_id"] for body in receiver.got} == {GLOBAL_SELLER_ID}


async def test_orders_come_and_move_through_their_life_by_themselves(start):
    box = await start(orders_per_hour=30)
    before = set(box.world.orders)
    seen: set[str] = set()
    delivered_before = len([one for one in box.world.shipments.values() if one.status == "delivered"])
    for _ in range(24 * 10):
        await after(box, hours=1)
        seen |= {order.status for order in box.world.orders.values()}
    new = [order for order in box.world.orders.values() if order.id not in before]
    assert {"paid", "payment_required", "payment_in_process", "cancelled"} <= seen
    assert new
    assert all(order.status in {"paid", "cancelled", "partially_refunded"} for order in new if order.id % 2)
    assert len([one for one in box.world.shipments.values() if one.status == "delivered"]) > delivered_before
    assert {box.world.shipments[order.shipment_id].status for order in new if order.shipment_id} >= {
        "delivered",
        "ready_to_ship",
    }


async def test_what_is_sold_leaves_the_stock(start):
    box = await start(orders_per_hour=1000)
    stock = sum(one.available_quantity for one in box.world.listings.values() if not one.is_global)
    await after(box, hours=24)
    left = [one.available_quantity for one in box.world.listings.values() if not one.is_global]
    assert min(left) >= 0
    assert sum(left) < stock


async def test_buyers_choose_a_variation_and_what_is_sold_out_is_paused(start):
    box = await start(orders_per_hour=1000)
    for one in box.world.listings.values():
        one.status = "closed"
    async with MeliSession(
        box.token(LOCAL_SELLER_ID), user_id=LOCAL_SELLER_ID, base_url=box.url, throughput=10_000
    ) as me:
        item = await me.items.create(goods(variations=[variation("Azul", 4), variation("Rojo", 3)]))
        await after(box, hours=3)
        gone = await me.items.get(item.id)
        assert (gone.status, gone.sub_status, gone.sold_quantity) == ("paused", ("out_of_stock",), 7)
        assert [(one.available_quantity, one.sold_quantity) for one in gone.variations] == [(0, 4), (0, 3)]
    bought = Counter()
    for order in box.world.orders.values():
        if order.item_id == item.id:
            bought[order.variation_id, order.seller_sku] += order.quantity
    blue, red = item.variations
    assert bought == {(blue.id, "AUR-X3-Azul"): 4, (red.id, "AUR-X3-Rojo"): 3}


async def test_nothing_moves_unless_it_is_asked_for(start):
    box = await start()
    before = {order.id: order.status for order in box.world.orders.values()}
    await after(box, days=30)
    assert {order.id: order.status for order in box.world.orders.values()} == before


async def test_the_same_seed_lives_the_same_life(start):
    lives = []
    for _ in range(2):
        box = await start(orders_per_hour=60, seed=4)
        for _ in range(12):
            await after(box, hours=1)
        lives.append(sorted((order.id, order.status) for order in box.world.orders.values()))
    assert lives[0] == lives[1]


def kept(box: LiveSandbox) -> dict:
    """All that outlives the process."""
    world = {
        name: value
        for name, value in vars(box.world).items()
        if name not in {"now", "options", "orders", "token_faults", "tell", "apps"}
    }
    orders = {order.id: asdict(replace(order, watcher=None)) for order in box.world.orders.values()}
    random = {name: value.getstate() for name, value in world.items() if name.startswith("_")}
    market = world.pop("market")
    return {**world, **random, "market": (market.steps, market.next_order, market.chances.getstate()), "orders": orders}


async def test_everything_of_the_world_outlives_a_restart(start, tmp_path, receiver):
    file = tmp_path / "sandbox.json"
    first = LiveSandbox(state=file, seed=3, speed=0, callback=receiver.url, orders_per_hour=20, more_orders=5)
    await first.start()
    token = first.token(LOCAL_SELLER_ID)
    receiver.status = 500
    first.add_order()
    first.miss_notification("items", "/items/MLA1402200117", LOCAL_SELLER_ID)
    first.moderate_item("MLA1402200117", name="PQT", reason="La imagen es borrosa.", remedy="Cambiala.")
    first.world.accounts.paid_at_once.add(LOCAL_SELLER_ID)
    assert (await get(first, token, "/users/me"))[0] == 200
    await after(first, hours=5)
    whole = kept(first)
    assert all((whole["catalogue"].pictures, whole["catalogue"].questions, whole["accounts"].answered))
    now = first.clock()
    credentials = first.app_credentials
    await first.stop()

    second = await start(state=file)
    assert kept(second) == whole
    assert second.clock() >= now
    assert second.app_credentials == credentials
    assert {first.redirect_uri, second.redirect_uri} <= set(second.world.apps[credentials.client_id].redirect_uris)
    assert (await get(second, token, "/users/me"))[0] == 200
    ids = {second.world.new_order_id() for _ in range(50)}
    assert not ids & set(second.world.orders)


async def test_another_seed_or_another_file_is_refused(start, tmp_path):
    file = tmp_path / "sandbox.json"
    await (await start(state=file, seed=3)).stop()
    with pytest.raises(ValueError, match="was made with seed 3, not 4"):
        LiveSandbox(state=file, seed=4)
    file.write_text('{"orders": []}')
    with pytest.raises(ValueError, match="no state of this sandbox"):
        LiveSandbox(state=file)
    assert json.loads(file.read_text()) == {"orders": []}


async def test_more_orders_and_items_are_there_to_be_found(start):
    box = await start(more_orders=120, more_items=30)
    assert len(box.order_ids()) >= 120 + 64
    token = box.token(LOCAL_SELLER_ID)
    _, stock = await get(box, token, "/user-products/MLAU5000000030/stock")
    assert stock["locations"][0]["quantity"] == 30
    query = {"seller": str(LOCAL_SELLER_ID), "order.status": "paid"}
    _, found = await get(box, token, "/orders/search", **query)
    assert found["paging"]["total"] == len(box.order_ids("paid")) >= 84
    with pytest.raises(ValueError, match="0 to 1,000,000"):
        await start(more_items=-1)


async def test_the_admin_pages_move_the_world(start):
    box = await start()
    _, about = await ask(box, "GET", "")
    assert about["client_id"] == box.app_credentials.client_id
    assert LOCAL_SELLER_ID in {row["user_id"] for row in about["sellers"]}

    _, order = await ask(box, "POST", "/orders", {"status": "payment_required", "quantity": 2, "mode": "me2"})
    assert (order["status"], order["quantity"], order["shipment_id"]) == ("payment_required", 2, None)
    _, paid = await ask(box, "POST", f"/orders/{order['id']}", {"status": "paid"})
    _, moved = await ask(box, "POST", f"/shipments/{paid['shipment_id']}", {"status": "shipped"})
    assert (moved["status"], moved["order_id"]) == ("shipped", order["id"])

    _, token = await ask(box, "POST", "/tokens", {"user_id": LOCAL_SELLER_ID})
    _, failed = await ask(box, "POST", "/failures", {"match": "GET /orders/{id}", "table": "reading", "row": 7})
    given, path = token["access_token"], f"/orders/{order['id']}"
    status, refused = await get(box, given, path)
    assert (status, refused["error"]) == (failed["status"], "not_found")
    assert (await get(box, given, path))[0] == 200
    await ask(box, "POST", "/tokens/expire")
    assert (await get(box, given, path))[0] == 401
    _, requests = await ask(box, "GET", "/requests")
    assert [row["path"] for row in requests] == [path] * 3
    assert given not in json.dumps(requests)


async def test_the_admin_pages_set_the_time(start, receiver):
    box = await start(callback=receiver.url, topics=["orders_v2"], orders_per_hour=100)
    before = box.clock()
    _, now = await ask(box, "POST", "/time", {"forward_seconds": 7200, "speed": 0})
    assert box.clock() - before == timedelta(hours=2)
    assert now["speed"] == 0
    assert receiver.got  # what became due was done


async def test_a_consent_is_given_without_a_browser(start):
    box = await start()
    query = (
        f"response_type=code&client_id={box.app_credentials.client_id}&redirect_uri={box.redirect_uri}&state=abcdefgh"
    )
    url = f"https://auth.mercadolibre.com.ar/authorization?{query}"
    _, gone = await ask(box, "POST", "/authorize", {"url": url, "user_id": LOCAL_SELLER_ID})
    assert gone["redirected"].startswith(f"{box.redirect_uri}?code=TG-")


async def test_a_reset_brings_the_first_day_back(start):
    box = await start(seed=6)
    first = sorted(box.world.orders)
    box.add_order()
    token = box.token(LOCAL_SELLER_ID)
    await ask(box, "POST", "/failures", {"match": "GET /users/me", "status": 500})
    _, about = await ask(box, "POST", "/reset")
    assert sorted(box.world.orders) == first
    assert about["client_id"] == box.app_credentials.client_id
    assert (await get(box, token, "/users/me"))[0] == 401
    box.add_order()  # changes are still told


async def test_faults_meet_clients_and_never_the_admin_pages(start):
    box = await start(faults=FaultPlan([Fault(kind=FaultKind.HTML_503)]))
    token = box.token(LOCAL_SELLER_ID)
    assert (await get_status(box, token)) == 503
    status, _ = await ask(box, "PUT", "/faults", {"faults": [{"kind": "error_500", "nth": [2]}]})
    assert status == 200
    assert [await get_status(box, token) for _ in range(3)] == [200, 500, 200]


async def get_status(box: LiveSandbox, token: str) -> int:
    async with aiohttp.ClientSession(box.url) as client:
        response = await client.get("/users/me", headers={"Authorization": f"Bearer {token}"})
        return response.status


@pytest.mark.parametrize(
    ("method", "page", "body", "status", "says"),
    [
        ("POST", "/orders", {"colour": "red"}, 400, "unknown: colour; known: status"),
        ("POST", "/orders", {"mode": "me3"}, 400, "mode is me2, me1, custom or null"),
        ("POST", "/orders", {"quantity": 0}, 400, "quantity is at least 1"),
        ("POST", "/orders", {"item_id": "MLA1"}, 404, "there is no item MLA1"),
        ("POST", "/orders/1", {"status": "paid"}, 404, "there is no order 1"),
        ("POST", "/shipments/1", {"status": "shipped"}, 404, "there is no shipment 1"),
        ("POST", "/tokens", {"user_id": 1}, 404, "there is no seller 1"),
        ("POST", "/tokens", {"user_id": "x"}, 400, "user_id is a whole number"),
        ("POST", "/time", {"forward_seconds": -1}, 400, "forward only"),
        ("POST", "/time", {"speed": "fast"}, 400, "speed is a number"),
        ("POST", "/failures", {"match": "orders", "status": 500}, 400, 'expected "METHOD /path"'),
        ("POST", "/failures", {"match": "GET /orders", "status": 99}, 400, "status is 200 to 599"),
        ("PUT", "/faults", {"faults": [{"kind": "rain"}]}, 400, "no fault 'rain'; there are "),
        ("PUT", "/faults", {"faults": [{"kind": "reset", "share": 2}]}, 400, "a share is from 0 to 1"),
        ("POST", "/notifications", {"topic": "orders_v2"}, 400, "no callback is set"),
        ("PUT", "/callback", {"url": "ftp://127.0.0.1"}, 400, "an http or https address"),
        ("POST", "/orders", [], 400, "no JSON object"),
    ],
)
async def test_what_the_admin_pages_cannot_do_is_said(start, method, page, body, status, says):
    box = await start()
    got, answer = await ask(box, method, page, body)
    assert (got, says in answer["error"]) == (status, True), answer
