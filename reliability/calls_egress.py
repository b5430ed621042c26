"""Where calls connect to, whatever ids, resources and redirects they are given."""

import asyncio
import json
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from tests.test_bad_input import HOSTILE, IDS, METHODS, call, outcome
from yarl import URL

from meli_sdk import AppCredentials, MeliApp, MemoryGrantStore, RetryPolicy, errors, parse_notification
from meli_sdk.codec import Codec
from meli_sdk.models import CustomShipmentUpdate, Shipment
from meli_sdk.resources.shipments_push import PushOutcome, PushResult
from meli_sdk.resources.stock_routes import STOCK_RULES, StockRoute
from meli_sdk.sandbox import LOCAL_SELLER_ID, Fault, FaultKind, FaultPlan
from reliability.calls_server import Server, server
from reliability.figure import Figure

SHIPMENT: Final = Codec().structure({"id": 40000000001}, Shipment)
REDIRECTS: Final = (FaultKind.REDIRECT_302, FaultKind.REDIRECT_307, FaultKind.REDIRECT_308)
IDS_OF_EVIL: Final = (
    *HOSTILE,
    "//127.0.0.2:9/x",
    "@127.0.0.2",
    "@127.0.0.2:9/",
    ":80@127.0.0.2/",
    "\\\\127.0.0.2\\x",
    "http:127.0.0.2",
    "https:////127.0.0.2/MLM1",
    "MLM1/../../@127.0.0.2",
    "MLM1#@127.0.0.2",
    "MLM1?@127.0.0.2",
    "MLM1\r\nHost: 127.0.0.2",
    "MLM1\x00",
    "MLM1%00",
    "MLM1%2f..%2f..",
    "%252e%252e/",
    "MLM１",  # noqa: RUF001  a digit of another script
    "１２３",  # noqa: RUF001  likewise
    "MLM1 ",
    "127.0.0.2:9",
    "[::1]:9/",
    "..;/",
    "\u202eMLM1",
    "{item_id}",
    -1,
    10**30,
    float("nan"),
    b"MLM1",
    ["../users/me"],
)
PATHS: Final = (
    "//127.0.0.2:9/x",
    "http://127.0.0.2:9/x",
    "https://127.0.0.2/x",
    "@127.0.0.2:9/x",
    "/@127.0.0.2:9/../../x",
    "/../x",
    "/x\r\nHost: 127.0.0.2",
    "\\\\127.0.0.2\\x",
    "/\\127.0.0.2/x",
    "/./x",
    "/%2e%2e/x",
    "",
    "x",
    "/orders/..%2f..%2f@127.0.0.2",
)
_connected: list[tuple[str, object]] | None = None
_hooked = False


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    if _connected is not None and event in ("socket.connect", "socket.getaddrinfo", "socket.sendto"):
        _connected.append((event, arguments[1] if event != "socket.getaddrinfo" else arguments[:2]))


@contextmanager
def connections() -> Iterator[list[tuple[str, object]]]:
    """Every connection and look-up of this process while it is open, told by the interpreter itself."""
    global _connected, _hooked  # noqa: PLW0603  an audit hook cannot be taken away again
    if not _hooked:
        sys.addaudithook(_hook)
        _hooked = True
    _connected = seen = []
    try:
        yield seen
    finally:
        _connected = None


def elsewhere(seen: list[tuple[str, object]], url: str) -> list[tuple[str, object]]:
    """What led to another place than this server."""
    home = URL(url)
    allowed = [(home.host, home.port), (home.host, str(home.port))]
    return [(event, address) for event, address in seen if address not in allowed]


def _needed(method: str) -> dict[str, object]:
    """Good values for what a method cannot do without, beyond those that the tests know."""
    now = datetime.now(UTC)
    known: dict[str, object] = {
        "updated_from": now - timedelta(days=1),
        "updated_to": now,
        "result": PushResult(outcome=PushOutcome.ALREADY_SAME, shipment_id=40000000001),
        "would": PushResult(
            outcome=PushOutcome.WOULD_BE_ACCEPTED,
            shipment_id=40000000001,
            sent=CustomShipmentUpdate(receiver_id=1, speed=24),
            shipment=SHIPMENT,
        ),
        "item_ids": ["MLM1487703748"],
        "process_id": "8f14e45f",
        "suggestions": [],
        "choices": [],
        "items": [{"title": "Luces"}],
        "route": StockRoute(resource=STOCK_RULES[-1].resource, rule=STOCK_RULES[-1], item_id="MLM1487703748"),
    }
    needed = [name for name, one in METHODS[method].parameters.items() if one.default is one.empty]
    return {name: known[name] for name in needed if name in known}


async def _try(made: object, told: Counter[str]) -> None:
    """What a call comes to, by name."""
    try:
        async with asyncio.timeout(10):
            await outcome(made)
    except (errors.MeliError, StopAsyncIteration, TimeoutError) as failure:
        told[type(failure).__name__] += 1
    else:
        told["answered"] += 1


async def _hostile_ids(there: Server, values: tuple[Any, ...], told: Counter[str]) -> None:
    async with there.address.session() as session:
        for method, parameter in IDS:
            for value in values:
                try:
                    made = call(session, method, **_needed(method) | {parameter: value})
                except errors.MeliError as failure:
                    told[type(failure).__name__] += 1
                else:
                    await _try(made, told)


async def _hostile_paths(there: Server, told: Counter[str]) -> None:
    """By `session.request`, and by the resource that a notification names."""
    address = there.address
    async with address.session() as session:
        for path in PATHS:
            await _try(session.request("GET", path), told)
    credentials = AppCredentials(address.client_id, address.client_secret)
    async with MeliApp(
        credentials, MemoryGrantStore(), base_url=address.url, throughput=10_000, retry=RetryPolicy.never()
    ) as app:
        await app.import_grant(
            LOCAL_SELLER_ID,
            refresh_token="TG-invented",
            access_token=address.tokens[LOCAL_SELLER_ID],
            expires_at=datetime.now(UTC) + timedelta(hours=5),
        )
        for topic in ("orders_v2", "items", "shipments", "questions", "payments", "invented"):
            for path in PATHS:
                body = {"resource": path, "user_id": LOCAL_SELLER_ID, "topic": topic, "application_id": 1}
                try:
                    notification = parse_notification(json.dumps(body).encode())
                except errors.MeliError as failure:
                    told[type(failure).__name__] += 1
                else:
                    await _try(app.fetch(notification), told)


async def redirected(there: Server, methods: list[str], **options: Any) -> Counter[str]:  # noqa: ANN401  as the session takes them
    """Calls of these methods, each answered by a redirect to another host; what they came to."""
    told: Counter[str] = Counter()
    for kind in REDIRECTS:
        await there.plan(FaultPlan([Fault(kind=kind)]))
        async with there.address.session(**options) as session:
            for method in methods:
                try:
                    made = call(session, method, **_needed(method))
                except errors.MeliError as failure:
                    told[type(failure).__name__] += 1
                else:
                    await _try(made, told)
    await there.plan(FaultPlan())
    return told


async def egress(quick: bool) -> Figure:
    """Every public method with hostile ids, hostile resources, and redirects to another host as answers."""
    ids, paths = Counter[str](), Counter[str]()
    async with server() as there:
        with connections() as seen:
            await _hostile_ids(there, IDS_OF_EVIL[:: 4 if quick else 1], ids)
            await _hostile_paths(there, paths)
            moved = await redirected(there, list(METHODS))
        others = elsewhere(seen, there.address.url)
    return Figure(
        promise="no connection and no look-up but to the given host, and no hostile id is sent",
        kept=not others and not ids["answered"] and moved["UnexpectedRedirectError"] > len(METHODS),
        numbers={
            "methods": len(METHODS),
            "hostile_ids": ids,
            "hostile_paths": paths,
            "redirected": moved,
            "connections": sum(event == "socket.connect" for event, _ in seen),
            "elsewhere": others[:5],
        },
    )
