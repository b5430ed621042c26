"""A channel that sends stock to the sandbox, and what its tests ask."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from meli_sdk import MeliApp
from meli_sdk.auth.oauth import new_state
from meli_sdk.channel import (
    ChannelSettings,
    InventoryReport,
    SalesChannel,
)
from meli_sdk.sandbox import GLOBAL_SELLER_ID, LOCAL_SELLER_ID, Sandbox
from meli_sdk.sandbox.fault_proxy import FaultProxy
from meli_sdk.sandbox.seed_stock import WAREHOUSE_SELLER_ID
from meli_sdk.sandbox.state import Listing

from .conftest import MovableClock, Unlimited

ONE = {"MAIN": "selling_address"}
NORTH, SOUTH = "3100201", "3100202"
SELLERS = {"local": LOCAL_SELLER_ID, "stores": WAREHOUSE_SELLER_ID, "global": GLOBAL_SELLER_ID}
WAREHOUSES = {"local": ONE, "stores": {"N": NORTH, "S": "MXP3100202"}, "global": ONE}
LAMP, LAMP_ITEM = "LAM-FARO", "MLA1402200131"
Open = Callable[..., Any]


class PassingClock(MovableClock):
    """Waits pass at once, and time with them."""

    async def sleep(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)
        await super().sleep(seconds)


@pytest.fixture
def throughput() -> Unlimited:
    return Unlimited()


@pytest.fixture
async def proxy(box: Sandbox) -> AsyncIterator[FaultProxy]:
    async with FaultProxy(box.url) as started:
        yield started


@pytest.fixture
def api_url(proxy: FaultProxy) -> str:
    return proxy.url


@pytest.fixture
async def open_channel(app: MeliApp, box: Sandbox, database_url: str) -> AsyncIterator[Open]:
    async with AsyncExitStack() as stack:

        async def opened(seller: str = "local", **changes: Any) -> SalesChannel:
            if seller == "stores":
                state = new_state()
                url = app.authorization_url("MLM", state=state)
                await app.connect(await box.authorize(str(url), user_id=WAREHOUSE_SELLER_ID), state=state)
            given = {"warehouses": WAREHOUSES[seller], "throughput": 10_000, "mode": "poll", **changes}
            channel = SalesChannel(app, ChannelSettings("Tienda", SELLERS[seller], **given), database_url)
            return await stack.enter_async_context(channel)

        yield opened


def writes(box: Sandbox) -> list[tuple[str, dict[str, Any]]]:
    return [(one.path, json.loads(one.body)) for one in box.requests if one.method == "PUT"]


def outcomes(report: InventoryReport) -> list[str]:
    assert report.totals == {word: sum(row.outcome == word for row in report.rows) for word in report.totals}
    assert sum(report.totals.values()) == len(report.rows)
    return [row.outcome for row in report.rows]


def add_listings(box: Sandbox, count: int, *, seller: int = LOCAL_SELLER_ID, site: str = "MLA") -> list[str]:
    """Items with the SKUs `NEW-0`, `NEW-1` and so on, ten units each."""
    world = box.world
    for number in range(count):
        listing = Listing(
            id=f"{site}77{number:08}",
            site_id=site,
            seller_id=seller,
            owner_id=seller,
            title=f"Articulo {number}",
            category_id=next(world.leaves(site)).id,
            price=Decimal(10),
            currency_id="ARS",
            available_quantity=10,
            created=world.now(),
            updated=world.now(),
            attributes=[{"id": "SELLER_SKU", "name": "SKU", "value_id": None, "value_name": f"NEW-{number}"}],
        )
        world.listings[listing.id] = listing
    return [f"NEW-{number}" for number in range(count)]
