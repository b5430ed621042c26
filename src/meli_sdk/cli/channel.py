"""`meli channel ...`: one seller as a sales channel."""

import asyncio
import importlib
import json
import os
import signal
import sys
import tomllib
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Final, Literal, cast

from attrs import asdict, fields
from cyclopts import App, Parameter
from sqlalchemy.ext.asyncio import AsyncConnection

from meli_sdk.channel.cancellation import DRAIN_SECONDS
from meli_sdk.channel.channel import SalesChannel
from meli_sdk.channel.current_settings import check_settings
from meli_sdk.channel.database import Database
from meli_sdk.channel.orders import OrderProgress
from meli_sdk.channel.orders_handover import ChannelOrder, OrderHandler
from meli_sdk.channel.parcels import Parcel
from meli_sdk.channel.quarantine import QuarantinedThing
from meli_sdk.channel.registry import registered_channels
from meli_sdk.channel.settings import ChannelSettings
from meli_sdk.channel.settings_file import carrier_of, load_settings, save_settings, tables_of, warehouse_of
from meli_sdk.cli.channel_place import SWITCH, Place, format_of, opened, settings_path
from meli_sdk.cli.channel_stock import skus, stock
from meli_sdk.cli.failures import MAPPINGS, REFUSED, SOME_FAILED
from meli_sdk.cli.output import Rows, say, show, show_one
from meli_sdk.cli.progress import progress
from meli_sdk.cli.sellers_session import only_seller
from meli_sdk.cli.settings import make_app
from meli_sdk.codec import encode
from meli_sdk.errors import ConfigurationError, InputError
from meli_sdk.resources.shipments_push import PushOutcome, PushResult

app: App = App(name="channel", help="Run one seller as a sales channel of your system.", help_format="plaintext")
ORDERS: Final = ("order_id", "action", "group", "unmapped_skus", "error")
HANDED: Final = ("order_id", "group", "previous_group", "status", "lines", "complete", "key")
for _command in (skus, stock):
    app.command(_command)


@app.command
def create(
    name: str,
    *,
    seller: int | None = None,
    account: str | None = None,
    vendor: str | None = None,
    mode: Literal["poll", "webhook", "both"] = "both",
    throughput: float = 1.0,
    order_group: Annotated[tuple[str, ...], SWITCH] = ("Approved",),
    place: Place | None = None,
) -> None:
    """Make a channel: its settings file and its tables. A seller has one channel; a second one is refused.

    Args:
        name: what the channel is called.
        seller: user id of the seller; may be left out where one is connected.
        account: the account in your system; a label on every report.
        vendor: the vendor in your system.
        mode: how it hears of orders.
        throughput: calls per second.
        order_group: Initialized, Approved, Pending or CanceledRejected; may be given several times.
    """
    place = place or Place()

    async def make() -> ChannelSettings:
        async with make_app() as application:
            user_id = await only_seller(application) if seller is None else seller
            connected = [info.user_id for info in await application.sellers()]
            if user_id not in connected:
                message = f"seller {user_id} is not connected; connect it first: meli login --site MLA"
                raise ConfigurationError(message)
            settings = ChannelSettings(
                name,
                user_id,
                account=account,
                vendor=vendor,
                mode=mode,  # pyright: ignore[reportArgumentType]  the setting converts it
                throughput=throughput,
                order_groups=order_group,  # pyright: ignore[reportArgumentType]  the setting converts it
                webhook_client_id=user_id,
            )
            check_settings(application, settings)
            await _refuse_second(place, user_id)
            save_settings(settings, place.settings)
            async with SalesChannel(application, settings, place.database):
                return settings

    made = asyncio.run(make())
    say(f"Channel {made.name!r} of seller {made.user_id} is kept in {place.settings}. Next: meli channel check")


async def _refuse_second(place: Place, user_id: int) -> None:
    if place.settings.exists():
        message = f"{place.settings} exists: change it by meli channel settings, or name another file by --settings"
        raise ConfigurationError(message)
    database = Database(place.database)
    try:
        found = [channel for channel in await registered_channels(database) if channel.user_id == user_id]
    finally:
        await database.aclose()
    if found:
        message = (
            f"seller {user_id} has the channel {found[0].name!r} in this database; two channels of one seller would "
            "hand over each order twice: use that one, or another --database"
        )
        raise ConfigurationError(message)


@app.command
def check(*, place: Place | None = None) -> None:
    """Compare every setting with the account; nothing is written. Exit code 1 where something stands in the way."""

    async def run_check() -> Any:  # noqa: ANN401
        async with opened(place) as (channel, _):
            return await channel.check()

    found = asyncio.run(run_check())
    form = format_of(place) or ("table" if sys.stdout.isatty() else "json")
    if form in {"json", "jsonl"}:
        print(found.to_json())  # noqa: T201
    else:
        rows = [
            {"setting": one.setting, "word": one.word, "job": one.job, "problem": one.sentence}
            for one in found.problems
        ]
        show(rows, ("setting", "word", "job", "problem"), form, empty="Nothing stands in the way.")
        limits = [{"limitation": key, "what": said} for key, said in found.limitations.items()]
        if limits and form == "table":
            show(limits, ("limitation", "what"), form)
    if any(one.setting in {"warehouses", "carriers", "skus"} for one in found.problems):
        say(f"meli: {MAPPINGS}")
    sys.exit(0 if found.ok else 1)


@app.command
def settings(
    group: Literal["main", "advanced", "channel", "carriers", "skus", "warehouses", "webhooks"] | None = None,
    *,
    set: Annotated[tuple[str, ...], Parameter(negative="")] = (),  # noqa: A002  the name of the option
    unset: Annotated[tuple[str, ...], Parameter(negative="")] = (),
    dry_run: Annotated[bool, SWITCH] = False,
    place: Place | None = None,
) -> None:
    """Show the settings of a channel, or one group of them; change some.

    Args:
        group: only this group.
        set: NAME=VALUE, such as throughput=5, order_groups=["Approved","Pending"], carriers.mine=DHL,
            skus.OURS=THEIRS, warehouses.main=3100201 or warehouses.main={location="3100201",combine="sum"}; may be given
            several times.
        unset: such as carriers.mine; may be given several times.
        dry_run: show what would be kept.
    """
    path = settings_path(place)
    kept = load_settings(path)
    if set or unset:
        kept = _changed(kept, set, unset)
        if not dry_run:
            save_settings(kept, path)
    rows = [
        {"group": table, "name": name, "value": value}
        for table, values in tables_of(kept).items()
        if group in {None, table}
        for name, value in values.items()
    ]
    show(rows, ("group", "name", "value"), format_of(place), empty="No settings in this group.")


def _changed(kept: ChannelSettings, set_: tuple[str, ...], unset: tuple[str, ...]) -> ChannelSettings:
    changes: dict[str, Any] = {}
    for text in set_:
        name, equals, value = text.partition("=")
        if not equals:
            message = f"--set is NAME=VALUE, got {text!r}"
            raise InputError(message)
        _change(kept, changes, name.strip(), _value(value))
    for name in unset:
        _change(kept, changes, name.strip(), None)
    return kept.with_changes(**changes)


def _change(kept: ChannelSettings, changes: dict[str, Any], name: str, value: object) -> None:
    table, dot, key = name.partition(".")
    if not dot:
        changes[name] = value
        return
    known = [attribute.name for attribute in fields(ChannelSettings) if attribute.init]
    found = changes.get(table, getattr(kept, table, None)) if table in known else None
    if not isinstance(found, Mapping):
        message = f"{table} is no table of the settings; carriers, skus and warehouses are"
        raise InputError(message)
    rows = dict(cast("Mapping[str, Any]", found))
    if value is None:
        if key not in rows:
            message = f"{name} is not set"
            raise InputError(message)
        del rows[key]
    elif table == "carriers":
        rows[key] = carrier_of(key, value)
    elif table == "warehouses":
        rows[key] = warehouse_of(key, value)
    else:
        rows[key] = value
    changes[table] = rows


def _value(text: str) -> object:
    """A value as TOML writes it, or else a plain word."""
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except (ValueError, RecursionError):  # no TOML, a number of thousands of digits, brackets without end
        return text


@app.command
def status(*, place: Place | None = None) -> None:
    """Show how the channel stands: the seller's grant, how far orders are read, what waits and what was set aside."""

    async def read() -> list[dict[str, object]]:
        where = place or Place()
        async with opened(place) as (channel, application):
            user_id = channel.settings.user_id
            grant = next((info for info in await application.sellers() if info.user_id == user_id), None)
            database = Database(where.database)
            try:
                kept = next(row for row in await registered_channels(database) if row.user_id == user_id)
            finally:
                await database.aclose()
            aside = await channel.quarantine()
            rows: list[dict[str, object]] = [
                {"what": "channel", "value": kept.name},
                {"what": "seller", "value": user_id},
                {"what": "account", "value": kept.account},
                {"what": "vendor", "value": kept.vendor},
                {"what": "grant", "value": "none: meli login" if grant is None else grant.state},
                {"what": "access_token", "value": None if grant is None else grant.access_token},
                {"what": "expires_at", "value": None if grant is None else grant.expires_at},
                {"what": "orders_read_to", "value": kept.read_to},
                *({"what": f"orders.{group}", "value": count} for group, count in sorted(kept.orders.items())),
                *({"what": f"notifications.{key}", "value": n} for key, n in (await channel.notifications()).items()),
                {"what": "set_aside", "value": len(aside)},
            ]
            rows.extend({"what": f"set_aside.{one.kind}.{one.key}", "value": _tried(one)} for one in aside)
            return rows

    show(asyncio.run(read()), ("what", "value"), format_of(place))


def _tried(one: QuarantinedThing) -> str:
    times = "once" if one.failures == 1 else f"{one.failures} times"
    return f"{one.reason}; {times}, last at {one.last_at:%Y-%m-%d %H:%M} UTC"


@app.command
def orders(
    *,
    handler: str | None = None,
    since: datetime | None = None,
    dry_run: Annotated[bool, SWITCH] = False,
    place: Place | None = None,
) -> None:
    """Hand over every order that changed since the last time, once.

    Args:
        handler: MODULE:FUNCTION of yours, `async def function(order, connection)`; prints a row for each order. Without
            it the orders themselves are printed, and that counts as handed over.
        since: read from here at least; UTC without a zone.
        dry_run: read, decide and show; hand over and write nothing.
    """

    async def download() -> bool:
        columns, own = (ORDERS, _handler(handler)) if handler or dry_run else (HANDED, None)
        with (
            Rows(columns, format_of(place), empty="No order changed.") as rows,
            progress("orders", rows, 100) as advance,
        ):
            async with opened(place) as (channel, _):
                report = await channel.download_orders(
                    own or _printing(rows),
                    since=since.replace(tzinfo=UTC) if since is not None and since.tzinfo is None else since,
                    dry_run=dry_run,
                    progress=lambda told: advance(_percent(told), None),
                )
                if handler or dry_run:
                    for row in report.rows:
                        rows.add(row.to_dict())
        say(", ".join(f"{count} {action}" for action, count in report.totals.items()) or "no order changed")
        for problem in report.problems:
            say(f"meli: {problem}")
        return report.complete and not report.quarantined

    if not asyncio.run(download()):
        raise SystemExit(SOME_FAILED)


def _percent(told: OrderProgress) -> int:
    return int(told.done * 100)


def _printing(rows: Rows) -> OrderHandler:
    async def handle(order: ChannelOrder, connection: AsyncConnection) -> None:
        del connection
        row = {
            "order_id": order.order.id,
            "group": order.group,
            "previous_group": order.previous_group,
            "status": order.order.status,
            "lines": [f"{line.item.quantity} x {line.mapped_sku or line.sku}" for line in order.lines],
            "complete": order.complete,
            "key": order.key,
        }
        rows.add(row, json.dumps({**row, "order": json.loads(encode(order.order))}, default=str).encode())

    return handle


def _handler(named: str | None) -> OrderHandler | None:
    if named is None:
        return None
    module, colon, name = named.partition(":")
    if not colon:
        message = f"--handler is MODULE:FUNCTION, got {named!r}"
        raise InputError(message)
    sys.path.insert(0, str(Path.cwd()))
    try:
        found = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError) as missing:
        message = f"--handler {named}: {missing}; it is looked for here and among the installed packages"
    else:
        return cast("OrderHandler", found)
    raise InputError(message)


@app.command
def ship(
    order_id: int,
    *,
    carrier: str,
    number: str,
    url: str | None = None,
    status: str = "shipped",
    comment: str | None = None,
    correct: Annotated[bool, SWITCH] = False,
    dry_run: Annotated[bool, SWITCH] = False,
    place: Place | None = None,
) -> None:
    """Tell Mercado Libre of the parcel of an order that you ship yourself. An order takes one.

    Args:
        order_id: its number; no pack.
        carrier: your word for the carrier, which the settings map.
        number: the tracking number.
        url: where the buyer follows it; the carrier's template makes one when left out.
        status: shipped, delivered, not_delivered or cancelled.
        comment: for the buyer.
        correct: put this parcel in the place of what was told before.
        dry_run: read and check; show what would be sent.
    """
    parcel = Parcel(carrier, number, tracking_url=url, status=status, comment=comment)

    async def tell() -> PushResult:
        async with opened(place) as (channel, _):
            return await channel.push_shipment(order_id, parcel, correct=correct, dry_run=dry_run)

    result = asyncio.run(tell())
    whole = result.to_json()
    show_one(whole.encode(), json.loads(whole), format_of(place))
    if result.outcome is PushOutcome.REFUSED:
        say(f"meli: refused: {result.reason}")
        raise SystemExit(REFUSED)


@app.command
def run(*, handler: str | None = None, poll_seconds: float = 60.0, place: Place | None = None) -> None:
    """Do the jobs that the settings name, side by side, until Ctrl-C or SIGTERM; then the order in hand is finished.

    What takes longer than five seconds is rolled back and handed over by the next run.

    Args:
        handler: MODULE:FUNCTION of yours, `async def function(order, connection)`; without it orders are printed.
        poll_seconds: between two passes over the orders.
    """

    async def work() -> None:
        stopped = asyncio.Event()
        for sign in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(sign, stopped.set)
        with Rows(HANDED, format_of(place) or "jsonl") as rows:
            async with opened(place) as (channel, _):
                say(f"channel {channel.settings.name!r} runs in process {os.getpid()}")
                running = asyncio.create_task(
                    channel.run(_handler(handler) or _printing(rows), poll_seconds=poll_seconds)
                )
                waiting = asyncio.create_task(stopped.wait())
                await asyncio.wait((running, waiting), return_when=asyncio.FIRST_COMPLETED)
                waiting.cancel()
                if not running.done():
                    running.cancel()
                    say(f"stopping; the order in hand is finished, for at most {DRAIN_SECONDS:g} s")
                with suppress(asyncio.CancelledError):
                    await running
        say("channel stopped")

    asyncio.run(work())


@app.command(name="list")
def list_(*, place: Place | None = None) -> None:
    """List the channels of a database."""

    async def read() -> list[dict[str, object]]:
        database = Database((place or Place()).database)
        try:
            return [asdict(row) for row in await registered_channels(database)]
        finally:
            await database.aclose()

    columns = ("user_id", "name", "account", "vendor", "opened_at", "read_to", "orders")
    show(asyncio.run(read()), columns, format_of(place), empty="No channel here. Make one: meli channel create NAME")
