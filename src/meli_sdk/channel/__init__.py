"""The sales channel of an order management system: orders in, stock out, shipments out, notifications in. Extra `sql`."""

from importlib import import_module

try:
    import_module("sqlalchemy")  # asked first, to say what is missing
except ModuleNotFoundError as _missing:
    _message = "meli_sdk.channel needs the extra sql: pip install 'meli-sdk[sql]'"
    raise ModuleNotFoundError(_message, name=_missing.name) from None

from meli_sdk.channel.channel import SalesChannel
from meli_sdk.channel.check import ChannelCheck, CheckedAccount, CheckProblem
from meli_sdk.channel.columns import Moment, Money
from meli_sdk.channel.connection import ConnectionInfo
from meli_sdk.channel.fulfillment import ParcelState, PushedParcel
from meli_sdk.channel.inbox import Receipt, ReceiptState
from meli_sdk.channel.inbox_work import NotificationReport
from meli_sdk.channel.inventory_items import ItemPlace
from meli_sdk.channel.inventory_levels import StockLevel
from meli_sdk.channel.inventory_report import (
    InventoryProgress,
    InventoryReport,
    InventoryRow,
    InventoryRows,
    StockOutcome,
    StockStatus,
)
from meli_sdk.channel.limitations import LIMITATIONS, Limitation
from meli_sdk.channel.mappings import SELLING_ADDRESS, CarrierMapping, WarehouseMapping
from meli_sdk.channel.order_groups import DEFAULT_ORDER_GROUPS, OrderGroup, OrderGroupMap
from meli_sdk.channel.orders import OrderProgress
from meli_sdk.channel.orders_handover import ChannelOrder, OrderHandler, OrderLine
from meli_sdk.channel.orders_report import OrderAction, OrderReport, OrderRow
from meli_sdk.channel.outbox import DeliveryReport, DeliveryRow, Outbox
from meli_sdk.channel.parcels import Parcel
from meli_sdk.channel.preflight import PreflightReport, PreflightRow
from meli_sdk.channel.quarantine import QuarantinedThing
from meli_sdk.channel.router import ChannelRouter
from meli_sdk.channel.settings import ALL_JOBS, ChannelMode, ChannelSettings, Job, PrivacySettings
from meli_sdk.channel.settings_file import load_settings, save_settings
from meli_sdk.channel.sku_review import SkuMatch, SkuReview
from meli_sdk.resources.shipments_push import PushOutcome, PushResult

__all__ = [
    "ALL_JOBS",
    "DEFAULT_ORDER_GROUPS",
    "LIMITATIONS",
    "SELLING_ADDRESS",
    "CarrierMapping",
    "ChannelCheck",
    "ChannelMode",
    "ChannelOrder",
    "ChannelRouter",
    "ChannelSettings",
    "CheckProblem",
    "CheckedAccount",
    "ConnectionInfo",
    "DeliveryReport",
    "DeliveryRow",
    "InventoryProgress",
    "InventoryReport",
    "InventoryRow",
    "InventoryRows",
    "ItemPlace",
    "Job",
    "Limitation",
    "Moment",
    "Money",
    "NotificationReport",
    "OrderAction",
    "OrderGroup",
    "OrderGroupMap",
    "OrderHandler",
    "OrderLine",
    "OrderProgress",
    "OrderReport",
    "OrderRow",
    "Outbox",
    "Parcel",
    "ParcelState",
    "PreflightReport",
    "PreflightRow",
    "PrivacySettings",
    "PushOutcome",
    "PushResult",
    "PushedParcel",
    "QuarantinedThing",
    "Receipt",
    "ReceiptState",
    "SalesChannel",
    "SkuMatch",
    "SkuReview",
    "StockLevel",
    "StockOutcome",
    "StockStatus",
    "WarehouseMapping",
    "load_settings",
    "save_settings",
]
