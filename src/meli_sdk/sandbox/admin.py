"""The pages that control the sandbox itself, below `/sandbox`: JSON in, JSON out, for clients in any language."""

import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, cast

from aiohttp import web

from meli_sdk.sandbox.answers import answer, as_object, as_objects, moment_utc
from meli_sdk.sandbox.clock import RunningClock
from meli_sdk.sandbox.deliveries import Deliveries
from meli_sdk.sandbox.errors import JsonObject, documented_error
from meli_sdk.sandbox.faults import CONTROL, Fault, FaultKind, FaultPlan
from meli_sdk.sandbox.notices import Notice
from meli_sdk.sandbox.orders_book import Order
from meli_sdk.sandbox.server import Sandbox

Page = Callable[["Controls", JsonObject], Awaitable[object]]
SHOWN: Final = 1000
"""So many of the newest requests are kept and shown."""


@dataclass(frozen=True, slots=True)
class Controls:
    """What the pages act on."""

    box: Sandbox
    clock: RunningClock
    deliveries: Deliveries
    set_faults: Callable[[FaultPlan], None]
    reset: Callable[[], None]
    catch_up: Callable[[], Awaitable[None]]


def pages(controls: Controls) -> Sequence[web.RouteDef]:
    """The routes."""
    return [
        web.route(method, f"{CONTROL}{path}", _handler(controls, page))
        for (method, path), page in (
            (("GET", ""), show),
            (("POST", "/authorize"), authorize),
            (("POST", "/tokens"), make_token),
            (("POST", "/tokens/expire"), expire_tokens),
            (("POST", "/time"), set_time),
            (("POST", "/orders"), add_order),
            (("POST", r"/orders/{order_id:\d+}"), move_order),
            (("POST", r"/shipments/{shipment_id:\d+}"), move_shipment),
            (("POST", "/failures"), add_failure),
            (("PUT", "/faults"), set_faults),
            (("GET", "/notifications"), list_notifications),
            (("POST", "/notifications"), send_notification),
            (("PUT", "/callback"), set_callback),
            (("POST", "/topics/{topic}"), enable_topic),
            (("GET", "/requests"), list_requests),
            (("POST", "/reset"), reset),
        )
    ]


def _handler(controls: Controls, page: Page) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def handle(request: web.Request) -> web.Response:
        try:
            tree: object = json.loads(await request.read() or b"{}", parse_float=Decimal)
            given = as_object(tree)
            if given is None:
                return _refused("the body is no JSON object")
            found = await page(controls, {**given, **request.match_info})
        except (ValueError, TypeError) as wrong:
            return _refused(f"{wrong}")
        except LookupError as unknown:
            return _refused(f"there is no {unknown.args[0] if unknown.args else unknown}", 404)
        return answer(found)

    return handle


def _refused(said: str, status: int = 400) -> web.Response:
    return answer({"error": said}, status)


def _checked(given: JsonObject, *names: str) -> None:
    unknown = sorted(set(given) - set(names))
    if unknown:
        message = f"unknown: {', '.join(unknown)}; known: {', '.join(names)}"
        raise ValueError(message)


def _text(given: JsonObject, name: str) -> str:
    value = given.get(name)
    if not isinstance(value, str) or not value:
        message = f"{name} is a text, got {value!r}"
        raise ValueError(message)
    return value


def _number(given: JsonObject, name: str, default: int | None = None) -> int:
    value = given.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int):
        message = f"{name} is a whole number, got {value!r}"
        raise ValueError(message)  # noqa: TRY004  what was sent is wrong, not the program
    return value


def _seconds(given: JsonObject, name: str) -> float:
    value = given[name]
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
        message = f"{name} is a number, got {value!r}"
        raise ValueError(message)  # noqa: TRY004  what was sent is wrong, not the program
    return float(value)


async def show(controls: Controls, given: JsonObject) -> object:
    """What a client needs to know to begin."""
    _checked(given)
    box, world = controls.box, controls.box.world
    return {
        "url": box.url,
        "client_id": box.app_credentials.client_id,
        "client_secret": box.app_credentials.client_secret,
        "redirect_uri": box.redirect_uri,
        "sellers": [{"user_id": user.id, "nickname": user.nickname, "site_id": user.site_id} for user in box.sellers],
        "now": moment_utc(world.now()),
        "speed": controls.clock.speed,
        "orders": len(world.orders),
        "items": len(world.listings),
        "orders_per_hour": world.market.orders_per_hour,
        "callback": world.mail.callback,
        "topics": None if world.mail.topics is None else sorted(world.mail.topics),
        "disabled_topics": sorted(world.mail.disabled_topics),
        "calls": box.calls,
        "oauth_calls": box.oauth_calls,
    }


async def authorize(controls: Controls, given: JsonObject) -> object:
    """Agrees as a seller in a browser would; says where the browser is sent."""
    _checked(given, "url", "user_id")
    user_id = _number(given, "user_id") if "user_id" in given else None
    return {"redirected": await controls.box.authorize(_text(given, "url"), user_id=user_id)}


async def make_token(controls: Controls, given: JsonObject) -> object:
    """An access token of a seller, without the consent."""
    _checked(given, "user_id")
    user_id = _number(given, "user_id")
    if user_id not in {seller.id for seller in controls.box.sellers}:
        message = f"seller {user_id}"
        raise LookupError(message)
    return {
        "access_token": controls.box.token(user_id),
        "expires_in": controls.box.world.options.access_token_seconds,
        "user_id": user_id,
    }


async def expire_tokens(controls: Controls, given: JsonObject) -> object:
    """Ends every access token now."""
    _checked(given)
    controls.box.expire_tokens()
    return {}


async def set_time(controls: Controls, given: JsonObject) -> object:
    """Runs the time faster or slower, or puts it forward; then does what became due."""
    _checked(given, "speed", "forward_seconds")
    if "speed" in given:
        controls.clock.speed = _seconds(given, "speed")
    if "forward_seconds" in given:
        controls.clock.forward(_seconds(given, "forward_seconds"))
        await controls.catch_up()
    return {"now": moment_utc(controls.clock()), "speed": controls.clock.speed}


def _order_body(order: Order) -> JsonObject:
    return {
        "id": order.id,
        "status": order.status,
        "seller_id": order.seller_id,
        "item_id": order.item_id,
        "quantity": order.quantity,
        "pack_id": order.pack_id,
        "shipment_id": order.shipment_id,
    }


async def add_order(controls: Controls, given: JsonObject) -> object:
    """Adds an order."""
    names = ("status", "seller_id", "item_id", "quantity", "unit_price", "mode", "pack", "variation_id")
    _checked(given, *names)
    wanted: dict[str, Any] = dict(given)
    if wanted.get("mode", "me2") not in {"me2", "me1", "custom", None}:
        message = f"mode is me2, me1, custom or null, got {wanted['mode']!r}"
        raise ValueError(message)
    if not isinstance(wanted.get("status", ""), str):
        message = "status is a text"
        raise ValueError(message)  # noqa: TRY004  what was sent is wrong, not the program
    if "quantity" in wanted and _number(given, "quantity") < 1:
        message = f"quantity is at least 1, got {wanted['quantity']}"
        raise ValueError(message)
    if "unit_price" in wanted:
        wanted["unit_price"] = Decimal(str(wanted["unit_price"]))
    if "item_id" in wanted and wanted["item_id"] not in controls.box.world.listings:
        message = f"item {wanted['item_id']}"
        raise LookupError(message)
    if "pack" in wanted and _number(given, "pack") not in controls.box.world.orders:
        message = f"order {wanted['pack']}"
        raise LookupError(message)
    if "variation_id" in wanted:
        _number(given, "variation_id")
    return _order_body(controls.box.add_order(**wanted))


async def move_order(controls: Controls, given: JsonObject) -> object:
    """Gives an order another status."""
    _checked(given, "order_id", "status")
    order_id = int(_text(given, "order_id"))
    if order_id not in controls.box.world.orders:
        message = f"order {order_id}"
        raise LookupError(message)
    return _order_body(controls.box.move_order(order_id, _text(given, "status")))


async def move_shipment(controls: Controls, given: JsonObject) -> object:
    """Gives a shipment another status."""
    _checked(given, "shipment_id", "status", "substatus")
    shipment_id = int(_text(given, "shipment_id"))
    if shipment_id not in controls.box.world.shipments:
        message = f"shipment {shipment_id}"
        raise LookupError(message)
    substatus = _text(given, "substatus") if given.get("substatus") is not None else None
    moved = controls.box.move_shipment(shipment_id, _text(given, "status"), substatus)
    return {"id": moved.id, "status": moved.status, "substatus": moved.substatus, "order_id": moved.order_id}


async def add_failure(controls: Controls, given: JsonObject) -> object:
    """Fails the next requests of one kind: with a status and a body, or with a row of the documented tables."""
    _checked(given, "match", "status", "body", "headers", "table", "row", "times")
    match, times = _text(given, "match"), _number(given, "times", 1)
    if "table" in given:
        table: Any = _text(given, "table")
        failure = documented_error(table, _number(given, "row"))
        controls.box.fail_next(match, failure, times=times)
        return {"status": failure.status, "body": failure.body}
    status = _number(given, "status")
    if not 200 <= status <= 599:  # noqa: PLR2004
        message = f"status is 200 to 599, got {status}"
        raise ValueError(message)
    headers = as_object(given.get("headers", {})) or {}
    named = {name: str(value) for name, value in headers.items()}
    controls.box.fail_next(match, status, given.get("body"), times=times, headers=named)
    return {"status": status, "body": given.get("body")}


async def set_faults(controls: Controls, given: JsonObject) -> object:
    """Exchanges the plan of faults on the wire; an empty list ends them."""
    _checked(given, "faults", "seed", "once_for_each")
    rows = as_objects(given.get("faults"))
    if rows is None:
        message = "faults is a list of objects"
        raise ValueError(message)
    plan = FaultPlan(
        [fault_of(row) for row in rows],
        seed=_number(given, "seed", 1),
        once_for_each=given.get("once_for_each", False) is True,
    )
    controls.set_faults(plan)
    return {"faults": len(rows)}


def fault_of(row: JsonObject) -> Fault:
    """One fault, as it is written in JSON.

    Raises:
        ValueError: it is none; the message says why.
    """
    _checked(row, "kind", "match", "nth", "share", "times", "committed", "seconds")
    settings: dict[str, Any] = dict(row)
    settings["kind"] = fault_kind(_text(row, "kind"))
    for name in ("share", "seconds"):
        if name in settings:
            settings[name] = _seconds(row, name)
    if settings.get("nth") is not None:
        settings["nth"] = frozenset(int(number) for number in settings["nth"])
    return Fault(**settings)


def fault_kind(name: str) -> FaultKind:
    """The kind of this name.

    Raises:
        ValueError: there is none; the message lists them.
    """
    try:
        return FaultKind(name)
    except ValueError:
        message = f"no fault {name!r}; there are {', '.join(sorted(FaultKind))}"
    raise ValueError(message)


def _notice_body(notice: Notice) -> JsonObject:
    return {
        "id": notice.id,
        "topic": notice.topic,
        "resource": notice.resource,
        "user_id": notice.user_id,
        "attempts": notice.attempts,
        "http_code": notice.http_code,
        "sent": moment_utc(notice.sent),
        "due": None if notice.due is None else moment_utc(notice.due),
    }


async def list_notifications(controls: Controls, given: JsonObject) -> object:
    """What waits, what was taken and what was missed."""
    _checked(given)
    world = controls.box.world
    return {
        "waiting": [_notice_body(notice) for notice in world.mail.outgoing],
        "delivered": [_notice_body(notice) for notice in world.mail.delivered],
        "missed": [_notice_body(notice) for notice in world.missed],
        "disabled_topics": sorted(world.mail.disabled_topics),
    }


async def send_notification(controls: Controls, given: JsonObject) -> object:
    """Pushes one notification now; says what the callback answered."""
    _checked(given, "topic", "resource", "user_id")
    box, topic = controls.box, _text(given, "topic")
    resource, user_id = _newest(box, topic)
    if given.get("resource") is not None:
        resource = _text(given, "resource")
    if given.get("user_id") is not None:
        user_id = _number(given, "user_id")
    if not resource:
        message = f"the sandbox makes no resource for the topic {topic}: name one"
        raise ValueError(message)
    if box.world.mail.callback is None:
        message = "no callback is set: start with --callback, or PUT /sandbox/callback"
        raise ValueError(message)
    notice = controls.deliveries.add(topic, resource, user_id)
    if notice is None:
        message = f"the topic {topic} is switched off, or not among the chosen ones"
        raise ValueError(message)
    return _notice_body(await controls.deliveries.attempt(notice))


def _newest(box: Sandbox, topic: str) -> tuple[str, int]:
    """The newest thing that a topic speaks of, and whose it is."""
    world = box.world
    first = box.sellers[0].id
    if topic == "orders_v2":
        orders = [order for order in world.orders.values() if world.users[order.seller_id].parent_id is None]
        order = max(orders, key=lambda one: one.created)
        return f"/orders/{order.id}", order.seller_id
    if topic == "shipments":
        shipments = [one for one in world.shipments.values() if world.users[one.seller_id].parent_id is None]
        shipment = max(shipments, key=lambda one: one.created)
        return f"/shipments/{shipment.id}", shipment.seller_id
    if topic in {"items", "items_prices"}:
        listing = next(one for one in world.listings.values() if one.seller_id == first)
        return f"/items/{listing.id}" + ("/prices" if topic == "items_prices" else ""), first
    if topic == "stock-locations":
        product = next(iter(world.user_products.values()))
        return f"/user-products/{product.id}/stock", product.user_id
    return "", first


def _names(tree: object) -> frozenset[str] | None:
    if tree is not None and not isinstance(tree, list):
        message = "topics is a list of names or null"
        raise ValueError(message)
    return None if tree is None else frozenset(str(name) for name in cast("list[object]", tree))


async def set_callback(controls: Controls, given: JsonObject) -> object:
    """Registers where notifications go, and which topics; null ends them."""
    _checked(given, "url", "topics")
    world = controls.box.world
    url = given.get("url")
    if url is not None and not _text(given, "url").startswith(("http://", "https://")):
        message = f"url is an http or https address or null, got {url!r}"
        raise ValueError(message)
    topics = _names(given.get("topics"))
    world.mail.callback = None if url is None else str(url)
    world.mail.topics = topics
    world.mail.disabled_topics.clear()
    return {"callback": world.mail.callback, "topics": None if world.mail.topics is None else sorted(world.mail.topics)}


async def enable_topic(controls: Controls, given: JsonObject) -> object:
    """Switches a topic on again, as one does by hand in the developer panel."""
    _checked(given, "topic")
    controls.box.world.mail.disabled_topics.discard(_text(given, "topic"))
    return {"disabled_topics": sorted(controls.box.world.mail.disabled_topics)}


async def list_requests(controls: Controls, given: JsonObject) -> object:
    """The newest requests, secrets left out."""
    _checked(given)
    return [
        {
            "method": request.method,
            "path": request.path,
            "query": dict(request.query),
            "body": request.body.decode(errors="replace"),
        }
        for request in controls.box.requests[-SHOWN:]
    ]


async def reset(controls: Controls, given: JsonObject) -> object:
    """The world as it was at first; grants and tokens are gone."""
    _checked(given)
    controls.reset()
    return await show(controls, {})
