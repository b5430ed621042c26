"""A stateful Mercado Libre on loopback, for tests and demonstrations.

It imports nothing of the package but `meli_sdk.sites`: it was written from the documentation, not from the client, so it
can contradict the client.

    async with Sandbox(seed=1) as box:
        print(box.url, box.app_credentials.client_id)
"""

from meli_sdk.sandbox.clock import RunningClock
from meli_sdk.sandbox.errors import DOCUMENTED_ERRORS, DocumentedError, documented_error
from meli_sdk.sandbox.fault_proxy import FaultProxy
from meli_sdk.sandbox.faults import Fault, FaultKind, FaultPlan
from meli_sdk.sandbox.live import LiveSandbox
from meli_sdk.sandbox.notices import Notice
from meli_sdk.sandbox.orders_book import Order
from meli_sdk.sandbox.seed import GLOBAL_SELLER_ID, LOCAL_SELLER_ID
from meli_sdk.sandbox.seed_global import MEXICAN_ACCOUNT_ID
from meli_sdk.sandbox.seed_stock import WAREHOUSE_SELLER_ID
from meli_sdk.sandbox.server import RecordedRequest, Sandbox
from meli_sdk.sandbox.state import AppCredentials, Listing, SandboxOptions, Shipment, User, World
from meli_sdk.sandbox.token_faults import TokenFault

__all__ = [
    "DOCUMENTED_ERRORS",
    "GLOBAL_SELLER_ID",
    "LOCAL_SELLER_ID",
    "MEXICAN_ACCOUNT_ID",
    "WAREHOUSE_SELLER_ID",
    "AppCredentials",
    "DocumentedError",
    "Fault",
    "FaultKind",
    "FaultPlan",
    "FaultProxy",
    "Listing",
    "LiveSandbox",
    "Notice",
    "Order",
    "RecordedRequest",
    "RunningClock",
    "Sandbox",
    "SandboxOptions",
    "Shipment",
    "TokenFault",
    "User",
    "World",
    "documented_error",
]
