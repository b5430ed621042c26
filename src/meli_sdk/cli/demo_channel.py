"""The part of `meli demo` that runs a sales channel: orders in, stock out, a parcel out, a notification in."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from rich.progress import Progress
from rich.table import Table
from sqlalchemy import BigInteger, Column, MetaData, Text, insert
from sqlalchemy import Table as SqlTable
from sqlalchemy.ext.asyncio import AsyncConnection

from meli_sdk.app import MeliApp
from meli_sdk.channel import CarrierMapping, ChannelOrder, ChannelSettings, Parcel, SalesChannel, StockLevel
from meli_sdk.sandbox import LOCAL_SELLER_ID, Sandbox
from meli_sdk.testing import a_notification

TABLES = MetaData()
ROWS = SqlTable("demo_orders", TABLES, Column("order_id", BigInteger), Column("order_group", Text))
STOCK = {"AUR-X2": 40, "TER-AND-1L": 0, "NO-SUCH-SKU": 5}
DAYS = 30
STEPS = 5


async def write(order: ChannelOrder, connection: AsyncConnection) -> None:
    """What an order management system does with an order: rows of its own, in the channel's transaction."""
    await connection.execute(insert(ROWS).values(order_id=order.order.id, order_group=str(order.group)))


async def tell(app: MeliApp, box: Sandbox, folder: Path, throughput: float, progress: Progress) -> dict[str, Any]:
    """Runs the four jobs of a channel on the sandbox and returns what came of each."""
    task = progress.add_task("run a sales channel", total=STEPS)
    settings = ChannelSettings(
        "Demo",
        LOCAL_SELLER_ID,
        throughput=throughput,
        carriers={"van": CarrierMapping("Furgon Sur", "https://track.example/{tracking_number}")},
        warehouses={"MAIN": "selling_address"},
        webhook_client_id=LOCAL_SELLER_ID,
    )
    told: dict[str, Any] = {}
    async with SalesChannel(app, settings, f"sqlite+aiosqlite:///{folder / 'channel.db'}") as channel:
        await channel.prepare(TABLES)
        check = await channel.check()
        told["check"] = [str(problem) for problem in check.problems]
        progress.advance(task)

        report = await channel.download_orders(write, since=datetime.now(UTC) - timedelta(days=DAYS))
        told["orders"] = dict(report.totals)
        progress.advance(task)

        sold = box.add_order(status="paid", mode="me1")
        notice = a_notification(
            resource=f"/orders/{sold.id}", user_id=LOCAL_SELLER_ID, application_id=int(app.client_id)
        )
        receipt = await channel.receive(json.dumps(notice).encode())
        handled = await channel.handle_notifications(write)
        told["notification"] = {
            "order_id": sold.id,
            "receipt": str(receipt.state),
            "handed_over": handled.orders.handed_over if handled.orders else 0,
        }
        progress.advance(task)

        levels = [StockLevel(sku, "MAIN", quantity) for sku, quantity in STOCK.items()]
        stock = await channel.sync_inventory(levels)
        told["stock"] = [row.to_dict() for row in stock.rows]
        progress.advance(task)

        parcels = [(sold.id, "FS-1"), (sold.id, "FS-1"), (sold.id, "FS-2"), (box.add_order(mode="me2").id, "FS-3")]
        pushed: list[dict[str, Any]] = []
        for order_id, number in parcels:
            result = await channel.push_shipment(order_id, Parcel("van", number))
            pushed.append(
                {
                    "order_id": order_id,
                    "tracking_number": number,
                    "outcome": str(result.outcome),
                    "confirmed": result.confirmed,
                    "reason": result.reason,
                }
            )
        told["parcels"] = pushed
        progress.advance(task)
        told["connection"] = (await channel.connection()).state
    return told


def table(told: dict[str, Any]) -> Table:
    """What came of each job, as a table."""
    shown = Table(title="Sales channel of the Argentine seller")
    shown.add_column("job")
    shown.add_column("what came of it")
    shown.add_row("check", "; ".join(told["check"]) or "every mapping matches the account")
    shown.add_row("orders in", ", ".join(f"{count} {word}" for word, count in told["orders"].items()))
    notice = told["notification"]
    shown.add_row("notification in", f"order {notice['order_id']}: {notice['receipt']}, handed over")
    for level in told["stock"]:
        shown.add_row("stock out", f"{level['sku']}: {level.get('quantity')} units, {level['outcome']}{_why(level)}")
    for parcel in told["parcels"]:
        why = f": {parcel['reason']}" if parcel["reason"] else " and shown" if parcel["confirmed"] else ""
        shown.add_row("parcel out", f"{parcel['tracking_number']} {parcel['outcome']}{why}")
    return shown


def _why(row: dict[str, Any]) -> str:
    return f": {row['reason']}" if row.get("reason") else ""
