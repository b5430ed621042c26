"""`meli demo`: the main job of the library, told on the embedded sandbox."""

import asyncio
import json as jsonlib
import secrets
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from attrs import asdict, define, field
from cyclopts import Parameter
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from meli_sdk.app import MeliApp
from meli_sdk.auth.oauth import new_state
from meli_sdk.auth.stores.sqlite import SQLiteGrantStore
from meli_sdk.cli import demo_channel
from meli_sdk.config import AppCredentials
from meli_sdk.errors import ItemNotFoundError, ResponseError
from meli_sdk.models.marketplace import ItemChanges, SiteConfig
from meli_sdk.sandbox import GLOBAL_SELLER_ID, LOCAL_SELLER_ID, Sandbox
from meli_sdk.session import MeliSession
from meli_sdk.wire.observe import AttemptEnded, Event

if TYPE_CHECKING:
    from meli_sdk.models.orders import Order

CBT_ITEM = "CBT1234"
TARGETS = (("MLM", "remote"), ("MLB", "remote"))
NOT_CONFIGURED = ("MLC", "fulfillment")


@define(kw_only=True)
class DemoReport:
    """What the demo saw; every id was made by the sandbox in this run."""

    seed: int
    throughput: float
    sellers: list[dict[str, Any]] = field(factory=list[dict[str, Any]])
    orders: list[dict[str, Any]] = field(factory=list[dict[str, Any]])
    shipments: list[dict[str, Any]] = field(factory=list[dict[str, Any]])
    channel: dict[str, Any] = field(factory=dict[str, Any])
    published: list[dict[str, Any]] = field(factory=list[dict[str, Any]])
    modified: list[dict[str, Any]] = field(factory=list[dict[str, Any]])
    deleted: dict[str, Any] = field(factory=dict[str, Any])
    error: dict[str, Any] = field(factory=dict[str, Any])
    calls: int = 0
    """API calls the sandbox counted."""
    counted: int = field(default=0, metadata={"shown": False})
    """API calls the library sent."""

    def to_json(self) -> str:
        shown = asdict(self, filter=lambda attribute, _: attribute.metadata.get("shown", True))
        return jsonlib.dumps(shown, ensure_ascii=False, default=str)


def demo(
    *,
    seed: int | None = None,
    json: Annotated[bool, Parameter(negative="")] = False,
    throughput: float = 25.0,
) -> None:
    """Tell the whole story on an embedded sandbox: no account, no network.

    It connects two sellers by OAuth, downloads paid orders with their shipments, runs the four jobs of a sales channel,
    publishes a Global Selling item to two sites, changes and deletes it, and shows a documented error as its class.

    Args:
        seed: of the sandbox's data; another seed gives other orders and ids. A random one when left out.
        json: print one JSON object instead of tables.
        throughput: calls per second to the sandbox. The library's own default is 1.
    """
    report = asyncio.run(run(seed=seed, throughput=throughput, quiet=json))
    if json:
        print(report.to_json())  # noqa: T201
    else:
        show(report)
    if report.calls != report.counted:
        print(f"the sandbox counted {report.calls} calls, the library {report.counted}", file=sys.stderr)  # noqa: T201
        sys.exit(1)


async def run(*, seed: int | None, throughput: float, quiet: bool) -> DemoReport:
    """Runs the story against a sandbox of its own and returns what happened."""
    seed = secrets.randbelow(1_000_000) if seed is None else seed
    report = DemoReport(seed=seed, throughput=throughput)
    progress = Progress(
        TextColumn("{task.description:<34}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        disable=quiet,
    )

    def count(event: Event) -> None:
        if isinstance(event, AttemptEnded) and event.path != "/oauth/token":
            report.counted += 1

    with progress, tempfile.TemporaryDirectory() as folder:
        async with Sandbox(seed=seed) as box:
            credentials = AppCredentials(box.app_credentials.client_id, box.app_credentials.client_secret)
            async with MeliApp(
                credentials,
                SQLiteGrantStore(Path(folder) / "grants.db"),
                redirect_uri=box.redirect_uri,
                base_url=box.url,
                authorization_host=box.url,
                throughput=throughput,
                observers=[count],
            ) as app:
                local, cbt = await _connect(app, box, report, progress)
                await _orders(app.session(local), report, progress)
                report.channel = await demo_channel.tell(app, box, Path(folder), throughput, progress)
                await _global_selling(app.session(cbt), report, progress)
                report.calls = box.calls
    return report


async def _connect(app: MeliApp, box: Sandbox, report: DemoReport, progress: Progress) -> tuple[int, int]:
    task = progress.add_task("connect sellers by OAuth", total=2)
    found: list[int] = []
    for user_id, site in ((LOCAL_SELLER_ID, "MLA"), (GLOBAL_SELLER_ID, "CBT")):
        state = new_state()
        url = app.authorization_url(site, state=state)
        redirected = await box.authorize(str(url), user_id=user_id)
        info = await app.connect(redirected, state=state)
        me = await app.session(info.user_id).users.me()
        report.sellers.append({"user_id": info.user_id, "site_id": me.site_id, "nickname": me.nickname})
        found.append(info.user_id)
        progress.advance(task)
    return found[0], found[1]


async def _orders(session: MeliSession, report: DemoReport, progress: Progress) -> None:
    orders: list[Order] = []
    task = progress.add_task("download paid orders", total=None)
    paginator = session.orders.search(status="paid")
    async for page in paginator.pages():
        orders.extend(page.items)
        progress.update(task, total=page.total, completed=len(orders))
    report.orders = [
        {
            "id": order.id,
            "status": order.status,
            "total_amount": order.total_amount,
            "currency_id": order.currency_id,
            "shipment_id": order.shipping.id if order.shipping else None,
        }
        for order in orders
    ]
    shipment_ids = list(dict.fromkeys(row["shipment_id"] for row in report.orders if row["shipment_id"]))
    task = progress.add_task("fetch their shipments", total=len(shipment_ids))
    for shipment_id in shipment_ids:
        shipment = await session.shipments.get(shipment_id)
        report.shipments.append({"id": shipment.id, "status": shipment.status, "mode": shipment.shipping_mode})
        progress.advance(task)


async def _global_selling(session: MeliSession, report: DemoReport, progress: Progress) -> None:
    task = progress.add_task("publish, change, delete (CBT)", total=5)
    marketplace = session.marketplace
    user = await marketplace.user()
    config = [SiteConfig(site_id, logistic_type, price="11.23") for site_id, logistic_type in TARGETS]
    assert all(user.allows(site_id, logistic_type) for site_id, logistic_type in TARGETS)  # noqa: S101
    progress.advance(task)

    published = await marketplace.create_items(CBT_ITEM, config)
    published.raise_for_errors()
    report.published = [{"site_id": row.site_id, "item_id": row.item_id} for row in published.listings]
    progress.advance(task)

    first = published.listings[0]
    item_id = str(first.item_id)
    changes = ItemChanges(title="Solar String Lights 100 LED", price="12.50", available_quantity=7, status="paused")
    result = await marketplace.modify(item_id, changes, logistic_type="remote")
    result.raise_for_errors()
    found = await marketplace.get(item_id)
    report.modified = [
        {"item_id": item_id, "resource": part.resource, "fields": list(part.fields), "state": part.state}
        for part in result.parts
    ]
    progress.advance(task)

    await marketplace.delete(CBT_ITEM, str(first.site_id), str(first.logistic_type))
    try:
        await marketplace.get(item_id)
    except ItemNotFoundError as gone:
        report.deleted = {"item_id": item_id, "title": found.title, "read_again": type(gone).__name__}
    progress.advance(task)

    try:
        await marketplace.create_items(CBT_ITEM, [SiteConfig(*NOT_CONFIGURED)])
    except ResponseError as refused:
        report.error = {
            "class": type(refused).__name__,
            "status": refused.status,
            "code": refused.code,
            "message": refused.message,
            "request_id": refused.request_id,
        }
    progress.advance(task)


def show(report: DemoReport) -> None:
    """The report as tables."""
    console = Console()
    console.print(
        f"Sandbox seed {report.seed}, {report.throughput:g} calls a second "
        "(the library's own default is 1), no network, no account.",
        highlight=False,
    )
    sellers = Table(title="Sellers connected")
    for column in ("user_id", "site_id", "nickname"):
        sellers.add_column(column)
    for row in report.sellers:
        sellers.add_row(*(str(row[column]) for column in ("user_id", "site_id", "nickname")))
    modes = {row["id"]: row for row in report.shipments}
    orders = Table(
        title=f"Paid orders: {len(report.orders)}, the first ten", caption=f"{len(report.shipments)} shipments"
    )
    for column in ("order", "total", "shipment", "mode", "status"):
        orders.add_column(column, justify="right" if column == "total" else "left")
    for row in report.orders[:10]:
        shipment = modes.get(row["shipment_id"], {})
        orders.add_row(
            str(row["id"]),
            f"{row['currency_id']} {row['total_amount']:,.2f}",
            str(row["shipment_id"] or "to be agreed"),
            str(shipment.get("mode", "")),
            str(shipment.get("status", "")),
        )
    selling = Table(title=f"Global Selling item {CBT_ITEM}")
    selling.add_column("step")
    selling.add_column("what came of it")
    for row in report.published:
        selling.add_row("published", f"{row['site_id']} {row['item_id']}")
    for row in report.modified:
        selling.add_row("modified", f"{', '.join(row['fields'])} through {row['resource']}: {row['state']}")
    selling.add_row("deleted", f"{report.deleted['item_id']}, read again: {report.deleted['read_again']}")
    error = report.error
    selling.add_row("a documented error", f"{error['class']} ({error['status']} {error['code']}): {error['message']}")
    for table in (sellers, orders, demo_channel.table(report.channel), selling):
        console.print(table)
    console.print(f"{report.calls} API calls, as many as the sandbox counted.", highlight=False)
