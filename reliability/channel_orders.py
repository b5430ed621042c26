"""Orders that change while they are read, and searches that lie."""

import json
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final

from attrs import define
from yarl import URL

from meli_sdk import MeliApp, errors
from meli_sdk.channel import OrderReport
from meli_sdk.sandbox import GLOBAL_SELLER_ID, Sandbox, SandboxOptions
from meli_sdk.sandbox.orders_book import Order
from meli_sdk.wire.http import AiohttpTransport
from meli_sdk.wire.message import Request, Response
from reliability.channel_bed import (
    DATABASES,
    SELLERS,
    Oms,
    SetClock,
    Unlimited,
    compared,
    connected,
    databases,
    opened,
    sqlite_file,
)
from reliability.figure import Figure

SEARCH: Final = "/orders/search"
CALL: Final = timedelta(seconds=2)
"""How long a search takes, in the marketplace's time."""
BURST: Final = 25
NEXT: Final[Mapping[str, tuple[str, ...]]] = {
    "confirmed": ("payment_in_process", "paid", "cancelled"),
    "payment_in_process": ("paid", "cancelled"),
    "paid": ("paid", "paid", "paid", "partially_refunded", "cancelled"),
    "partially_refunded": ("partially_refunded", "cancelled"),
    "cancelled": ("cancelled",),
}


class Marketplace:
    """A seller whose orders change by a plan, as the time passes.

    Args:
        box: the sandbox.
        clock: its clock.
        account: who sells.
        changes: so many changes happen.
        orders: so many orders come of them.
        hours: in so much time.
    """

    def __init__(self, box: Sandbox, clock: SetClock, account: int, *, changes: int, orders: int, hours: float) -> None:
        self._box = box
        self._clock = clock
        self._account = account
        self._chance = Random(changes)
        self._new = orders / changes
        start = clock.time
        moments: list[float] = []
        while len(moments) < changes:
            moment = float(self._chance.randrange(int(hours * 3600)))  # stamps of one second
            moments += [moment] * (BURST if self._chance.random() < 0.01 else 1)
        self._plan = sorted(moments[:changes], reverse=True)
        self._start = start
        self.orders: list[Order] = []
        self.cancelled = 0
        self.while_read = 0
        """Changes that happened between two pages."""

    @property
    def left(self) -> int:
        """Changes that are still to come."""
        return len(self._plan)

    def until(self, moment: datetime) -> int:
        """Lets the time pass; the number of changes that happened."""
        happened = 0
        while self._plan and self._start + timedelta(seconds=self._plan[-1]) <= moment:
            self._clock.time = max(self._clock.time, self._start + timedelta(seconds=self._plan.pop()))
            self._change()
            happened += 1
        self._clock.time = max(self._clock.time, moment)
        return happened

    def _change(self) -> None:
        chance = self._chance
        if not self.orders or chance.random() < self._new:
            status = "confirmed" if chance.random() < 0.3 else "paid"
            self.orders.append(self._box.add_order(seller_id=self._account, status=status, mode=None))
            return
        order = chance.choice(self.orders)
        status = chance.choice(NEXT[order.status])
        if status == order.status:
            order.tags = [tag for tag in order.tags if not tag.startswith("seen_")] + [f"seen_{chance.random()}"]
            order.updated = self._clock.time.replace(microsecond=0)
        else:
            self.cancelled += status == "cancelled"
            self._box.move_order(order.id, status)


class MovingTransport(AiohttpTransport):
    """Lets the marketplace move while a search is answered."""

    marketplace: Marketplace | None = None

    async def send(self, request: Request) -> Response:
        """The answer, and then what happens before the next request."""
        answer = await super().send(request)
        if self.marketplace is not None and request.template.endswith(SEARCH):
            self.marketplace.while_read += self.marketplace.until(self.marketplace._clock.time + CALL)
        return answer


async def _moved(seller: str, database: str, *, changes: int, orders: int, hours: float) -> Mapping[str, object]:
    clock, transport = SetClock(), MovingTransport()
    options = SandboxOptions(search_lag=(0, 300), access_token_seconds=10**8)
    async with Sandbox(seed=5, now=clock, options=options) as box:
        box.world.orders.clear()
        account = box.world.marketplaces(GLOBAL_SELLER_ID)[0].id if seller == "global" else SELLERS[seller]
        marketplace = Marketplace(box, clock, account, changes=changes, orders=orders, hours=hours)
        async with (
            connected(box, clock=clock, throughput=Unlimited(), transport=transport) as app,
            opened(app, SELLERS[seller], database) as oms,
        ):
            transport.marketplace = marketplace
            await oms.download(since=clock.time - timedelta(days=2))
            passes = incomplete = recovered = 0
            while marketplace.left:
                marketplace.until(clock.time + timedelta(minutes=20))
                report = await oms.download()
                passes, incomplete = passes + 1, incomplete + (not report.complete)
                recovered += report.recovered
                box.requests.clear()
            clock.time += timedelta(minutes=6)
            await oms.download()
            outcome = compared(marketplace.orders, await oms.given())
    return {
        "changes": changes,
        "orders": len(marketplace.orders),
        "cancelled": marketplace.cancelled,
        "changes_between_pages": marketplace.while_read,
        "passes": passes,
        "passes_with_a_window_that_did_not_come_to_rest": incomplete,
        "found_by_sweeps": recovered,
        "handed_over": oms.handed_over,
        "never_handed_over": outcome.lost,
        "last_versions_missed": outcome.stale,
        "doubled": outcome.doubled,
        "kept": outcome.kept and recovered + oms.handed_over > 0,
    }


async def moving(quick: bool) -> Figure:
    """Orders change while they are searched; the search shows them up to 300 seconds late."""
    sizes = {
        "local": {
            "changes": 1_500 if quick else 60_000,
            "orders": 300 if quick else 4_000,
            "hours": 2 if quick else 60,
        },
        "global": {"changes": 400 if quick else 6_000, "orders": 80 if quick else 600, "hours": 1 if quick else 12},
    }
    with databases() as urls:
        numbers = {
            seller: await _moved(seller, urls[database], **size)
            for (seller, size), database in zip(sizes.items(), DATABASES, strict=True)
        }
    return Figure(
        promise="no order is never handed over, no last version missed, none handed over twice",
        kept=all(bool(number["kept"]) for number in numbers.values()),
        numbers=numbers,
    )


# lies

Lie = Callable[[Request, Mapping[str, Any], int], Mapping[str, Any] | bytes]
"""Makes of a request, the true answer to it and the number of the search what is answered instead."""


class LyingTransport(AiohttpTransport):
    """Bends requests and answers of the search, and of single orders."""

    def __init__(self) -> None:
        super().__init__()
        self.ask: Callable[[dict[str, str]], dict[str, str]] | None = None
        """Changes what is asked for."""
        self.lie: Lie | None = None
        self.bad: int | None = None
        """An order that nobody can read."""
        self.searches = 0

    async def send(self, request: Request) -> Response:
        """The bent answer."""
        searched = request.template.endswith(SEARCH)
        if searched and self.ask is not None:
            url = request.url.with_query(self.ask(dict(request.url.query)))
            request = _with_url(request, url)
        answer = await super().send(request)
        if answer.status != 200:
            return answer
        if self.bad is not None:
            return _with_body(answer, _spoiled(answer.body, self.bad))
        if searched and self.lie is not None:
            self.searches += 1
            told = self.lie(request, json.loads(answer.body), self.searches)
            return _with_body(answer, told if isinstance(told, bytes) else json.dumps(told).encode())
        return answer


def _with_url(request: Request, url: URL) -> Request:
    changed = request.with_token(request.token) if request.token else request
    changed.url = url
    return changed


def _with_body(answer: Response, body: bytes) -> Response:
    headers = {name: value for name, value in answer.headers.items() if name.lower() != "content-length"}
    return Response(status=answer.status, headers=headers, body=body, request=answer.request)


def _spoiled(body: bytes, order_id: int) -> bytes:
    """The order's quantity becomes a list, wherever the order stands."""
    tree = json.loads(body)
    found = tree.get("results", [tree]) if isinstance(tree, dict) else []
    for row in found:
        if isinstance(row, dict) and row.get("id") == order_id and "order_items" in row:
            row["order_items"][0]["quantity"] = ["one"]
    return json.dumps(tree).encode()


def _no_dates(query: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in query.items() if not name.endswith((".from", ".to"))}


def _smaller_pages(query: dict[str, str]) -> dict[str, str]:
    return {**query, "limit": "20"}


def _total(difference: int) -> Lie:
    def lie(_: Request, body: Mapping[str, Any], __: int) -> Mapping[str, Any]:
        total = max(0, body["paging"]["total"] + difference) if body["paging"]["total"] else 0
        return {**body, "paging": {**body["paging"], "total": total}}

    return lie


def _says_fifty(_: Request, body: Mapping[str, Any], __: int) -> Mapping[str, Any]:
    return {**body, "paging": {**body["paging"], "limit": 50}}


def _page_of_html(_: Request, body: Mapping[str, Any], number: int) -> Mapping[str, Any] | bytes:
    return b"<html><body>Please wait</body></html>" if number >= 7 else body


class _Shuffled:
    """Sorts each page's search the other way round, so that pages overlap and leave out."""

    def __init__(self) -> None:
        self._number = 0

    def __call__(self, query: dict[str, str]) -> dict[str, str]:
        self._number += 1
        return {**query, "sort": "date_desc" if self._number % 2 else "date_asc"}


@define
class _Lies:
    """One kind of lie."""

    ask: Callable[[dict[str, str]], dict[str, str]] | None = None
    lie: Lie | None = None
    bad: bool = False
    error: type[errors.MeliError] | None = None
    """What must be raised; None: a problem in the report, a quarantined order, or everything arrives all the same."""


def _lies() -> dict[str, _Lies]:
    return {
        "filter ignored": _Lies(ask=_no_dates, error=errors.PaginationError),
        "total too high": _Lies(lie=_total(+7)),
        "total too low": _Lies(lie=_total(-7)),
        "unordered": _Lies(ask=_Shuffled()),
        "page shrunk and said": _Lies(ask=_smaller_pages),
        "page shrunk and denied": _Lies(ask=_smaller_pages, lie=_says_fifty),
        "page of HTML": _Lies(lie=_page_of_html),
        "one bad order": _Lies(bad=True),
    }


def _sold(box: Sandbox, clock: SetClock, account: int, busy: int) -> list[Order]:
    """So many orders in each of two hours, more than a page, and some before and after them."""
    minutes = [*range(65, 70), *(200 + n / 4 for n in range(busy)), *(400 + n / 4 for n in range(busy))]
    minutes += [60 * hour for hour in range(10, 40)]
    return [
        box.add_order(seller_id=account, mode=None, created=clock.time - timedelta(minutes=minute))
        for minute in minutes
    ]


def _unseen_before(report: OrderReport | None, orders: Iterable[Order], seen: set[int]) -> int:
    """Orders that were not given although the cursor went past them."""
    if report is None or report.cursor is None:
        return 0
    return sum(order.id not in seen and order.updated < report.cursor for order in orders)


async def _told(app: MeliApp, transport: LyingTransport, lies: _Lies, oms: Oms, orders: list[Order]) -> dict[str, Any]:
    bad = orders[len(orders) // 2].id if lies.bad else None
    good = [order for order in orders if order.id != bad]
    await oms.channel.check()  # what is asked before the lie begins
    await oms.download(dry_run=True, since=app.pipeline.clock.now() - timedelta(hours=1))
    transport.ask, transport.lie, transport.bad = lies.ask, lies.lie, bad
    transport.searches = 0
    raised: str | None = None
    report: OrderReport | None = None
    try:
        report = await oms.download(since=app.pipeline.clock.now() - timedelta(days=3))
    except errors.MeliError as error:
        raised = type(error).__name__
        with suppress(errors.MeliError):
            transport.ask = transport.lie = None
            report = await oms.download(order_ids=[])  # where the cursor stands
    seen = {order_id for order_id, _ in await oms.given()}
    past = _unseen_before(report, good, seen)
    named = bool(raised or (report and (report.problems or report.quarantined)) or {o.id for o in good} <= seen)
    transport.ask = transport.lie = transport.bad = None
    await oms.download()
    if left := await oms.channel.quarantine():
        await oms.download(order_ids=[int(thing.key) for thing in left])
    outcome = compared(orders, await oms.given())
    expected = lies.error is None or (raised is not None and issubclass(getattr(errors, raised), lies.error))
    return {
        "raised": raised,
        "problems": len(report.problems) if report else 0,
        "quarantined": report.quarantined if report else 0,
        "given_under_the_lie": len(seen),
        "unseen_behind_the_cursor": past,
        "never_handed_over_after_it": outcome.lost,
        "kept": outcome.kept and not past and named and expected and (bad is None or len(seen) == len(good)),
    }


async def lies(quick: bool) -> Figure:
    """A search that ignores its filter, miscounts, shuffles, shrinks its pages, answers HTML, holds a bad order."""
    numbers: dict[str, object] = {}
    for seller, user_id in SELLERS.items():
        for name, told in _lies().items():
            clock, transport = SetClock(), LyingTransport()
            clock.time = clock.time.replace(minute=30)
            async with Sandbox(seed=5, now=clock) as box:
                box.world.orders.clear()
                account = box.world.marketplaces(user_id)[0].id if seller == "global" else user_id
                orders = _sold(box, clock, account, 55 if quick else 130)
                with sqlite_file() as database:
                    async with (
                        connected(box, clock=clock, throughput=Unlimited(), transport=transport) as app,
                        opened(app, user_id, database) as oms,
                    ):
                        numbers[f"{seller}: {name}"] = await _told(app, transport, told, oms, orders)
    return Figure(
        promise="a named error or quarantine, the cursor never past the unseen, every good order delivered",
        kept=all(bool(number["kept"]) for number in numbers.values()),  # type: ignore[index]
        numbers=numbers,
    )
