"""meli_sdk: the async Python SDK for the Mercado Libre marketplace API."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from meli_sdk.version import __version__ as __version__

if TYPE_CHECKING:
    from meli_sdk import errors, models
    from meli_sdk.app import MeliApp
    from meli_sdk.auth.grant import Grant, GrantInfo, GrantRecord
    from meli_sdk.auth.oauth import Pkce
    from meli_sdk.auth.stores import GrantStore
    from meli_sdk.auth.stores.encryption import GrantCipher
    from meli_sdk.auth.stores.memory import MemoryGrantStore
    from meli_sdk.auth.stores.sql import SqlGrantStore as SqlGrantStore  # not in __all__: it needs the extra sql
    from meli_sdk.auth.stores.sqlite import SQLiteGrantStore
    from meli_sdk.config import AppCredentials, BreakerPolicy, RetryPolicy, Timeouts
    from meli_sdk.notifications import parse_notification
    from meli_sdk.resources.categories import Categories
    from meli_sdk.resources.items import Items
    from meli_sdk.resources.marketplace import Marketplace
    from meli_sdk.resources.notifications import Notifications
    from meli_sdk.resources.orders import Orders
    from meli_sdk.resources.shipments import Shipments
    from meli_sdk.resources.stock import Stock
    from meli_sdk.resources.users import Users
    from meli_sdk.secret import Secret
    from meli_sdk.session import MeliSession
    from meli_sdk.wire.endpoint import Safety
    from meli_sdk.wire.event_log import EventLog
    from meli_sdk.wire.http import AiohttpTransport
    from meli_sdk.wire.message import Transport
    from meli_sdk.wire.observe import Observer
    from meli_sdk.wire.otel import OpenTelemetryObserver
    from meli_sdk.wire.paging import Cursor, Page, Paginator
    from meli_sdk.wire.pipeline import TokenProvider
    from meli_sdk.wire.rate_limit import LocalRateLimiter, RateLimiter
    from meli_sdk.wire.rate_limit_redis import RedisRateLimiter

_HOMES = {
    "AiohttpTransport": "wire.http",
    "AppCredentials": "config",
    "BreakerPolicy": "config",
    "Categories": "resources.categories",
    "Cursor": "wire.paging",
    "EventLog": "wire.event_log",
    "Grant": "auth.grant",
    "GrantCipher": "auth.stores.encryption",
    "GrantInfo": "auth.grant",
    "GrantRecord": "auth.grant",
    "GrantStore": "auth.stores",
    "Items": "resources.items",
    "LocalRateLimiter": "wire.rate_limit",
    "Marketplace": "resources.marketplace",
    "MeliApp": "app",
    "MeliSession": "session",
    "MemoryGrantStore": "auth.stores.memory",
    "Notifications": "resources.notifications",
    "Observer": "wire.observe",
    "OpenTelemetryObserver": "wire.otel",
    "Orders": "resources.orders",
    "Page": "wire.paging",
    "Paginator": "wire.paging",
    "Pkce": "auth.oauth",
    "RateLimiter": "wire.rate_limit",
    "RedisRateLimiter": "wire.rate_limit_redis",
    "RetryPolicy": "config",
    "SQLiteGrantStore": "auth.stores.sqlite",
    "Safety": "wire.endpoint",
    "Secret": "secret",
    "Shipments": "resources.shipments",
    "SqlGrantStore": "auth.stores.sql",
    "Stock": "resources.stock",
    "Timeouts": "config",
    "TokenProvider": "wire.pipeline",
    "Transport": "wire.message",
    "Users": "resources.users",
    "parse_notification": "notifications",
}

__all__ = [
    "AiohttpTransport",
    "AppCredentials",
    "BreakerPolicy",
    "Categories",
    "Cursor",
    "EventLog",
    "Grant",
    "GrantCipher",
    "GrantInfo",
    "GrantRecord",
    "GrantStore",
    "Items",
    "LocalRateLimiter",
    "Marketplace",
    "MeliApp",
    "MeliSession",
    "MemoryGrantStore",
    "Notifications",
    "Observer",
    "OpenTelemetryObserver",
    "Orders",
    "Page",
    "Paginator",
    "Pkce",
    "RateLimiter",
    "RedisRateLimiter",
    "RetryPolicy",
    "SQLiteGrantStore",
    "Safety",
    "Secret",
    "Shipments",
    "Stock",
    "Timeouts",
    "TokenProvider",
    "Transport",
    "Users",
    "errors",
    "models",
    "parse_notification",
]


def __getattr__(name: str) -> Any:  # noqa: ANN401  PEP 562
    if name in ("errors", "models", "sync"):
        return import_module(f"meli_sdk.{name}")
    if name in _HOMES:
        return getattr(import_module(f"meli_sdk.{_HOMES[name]}"), name)
    message = f"module 'meli_sdk' has no attribute {name!r}"
    raise AttributeError(message)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
