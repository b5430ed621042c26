"""What type checkers see of the public face; never run."""

from datetime import datetime
from decimal import Decimal
from typing import assert_type

from meli_sdk import AppCredentials, MeliSession
from meli_sdk.codec import decode, encode
from meli_sdk.errors import ItemNotFoundError, MeliError, NotFoundError
from meli_sdk.models import Category, Item, MarketplaceItem, MarketplaceUser, Order, Shipment, User
from meli_sdk.resources.marketplace_results import ModifyResult, PublishResult
from meli_sdk.secret import Secret
from meli_sdk.wire.paging import Cursor, Page


async def resources_return_their_models(session: MeliSession) -> None:
    assert_type(await session.orders.get(1), Order)
    assert_type(await session.shipments.get(1), Shipment)
    assert_type(await session.items.get("MLA1"), Item)
    assert_type(await session.marketplace.get("MLM1"), MarketplaceItem)
    assert_type(await session.marketplace.user(1), MarketplaceUser)
    assert_type(await session.categories.get("CBT1"), Category)
    assert_type(await session.users.me(), User)
    assert_type(await session.marketplace.create_items("CBT1", []), PublishResult)
    assert_type(await session.marketplace.modify("CBT1", {"title": "x"}), ModifyResult)
    assert_type(await session.marketplace.delete("CBT1", "MLM", "remote"), None)


async def searches_are_typed_row_by_row(session: MeliSession) -> None:
    page = await session.orders.search(status="paid")
    assert_type(page, Page[Order])
    assert_type(page.items, tuple[Order, ...])
    assert_type(page.cursor, Cursor | None)
    async for order in session.orders.search():
        assert_type(order, Order)
    assert_type(await session.orders.search().collect(limit=10), list[Order])


async def any_endpoint_can_be_typed(session: MeliSession) -> None:
    assert_type(await session.request("GET", "/orders/1", model=Order), Order)


def fields_have_their_kinds(order: Order) -> None:
    assert_type(order.total_amount, Decimal | None)
    assert_type(order.date_created, datetime | None)
    assert_type(order.status, str | None)


def the_codec_keeps_the_class(body: bytes) -> None:
    assert_type(decode(Order, body), Order)
    assert_type(encode(decode(Item, body)), bytes)


def errors_are_nested(error: ItemNotFoundError) -> None:
    floor: NotFoundError = error
    base: MeliError = floor
    assert_type(base.may_have_been_applied, bool)
    assert_type(error.item_id, str | None)


def secrets_are_not_text(credentials: AppCredentials) -> None:
    assert_type(credentials.client_secret, Secret)
    assert_type(credentials.client_secret.reveal(), str)
