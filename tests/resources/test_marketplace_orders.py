"""Global Selling orders on a real socket."""

from datetime import UTC, datetime, timedelta

import pytest

from meli_sdk import MeliSession, errors
from meli_sdk.resources.marketplace_orders import SEARCH_SALES
from meli_sdk.sandbox import MEXICAN_ACCOUNT_ID

ZONE = datetime(2026, 2, 1, tzinfo=UTC)


def sold(box, status: str | None = None) -> set[int]:
    return set(box.order_ids(status, seller_id=MEXICAN_ACCOUNT_ID))


async def test_sales_are_ids_and_a_cart_holds_several_orders(box, selling):
    sales = [row async for row in selling.marketplace.orders.search()]
    assert {order_id for sale in sales for order_id in sale.order_ids} == sold(box)
    (cart,) = [sale for sale in sales if len(sale.order_ids) > 1]
    assert cart.pack_id == cart.id
    assert cart.id not in sold(box)
    single = next(sale for sale in sales if len(sale.order_ids) == 1)
    assert (single.pack_id, single.order_ids) == (None, (single.id,))
    assert cart.orders[0].seller.id == MEXICAN_ACCOUNT_ID
    assert cart.shipment.id
    assert {item.id for item in cart.config.items} == {"MLM1487703748", "MLM1533802216"}
    assert str(single) == f"MarketplaceSale {single.id} with orders {single.id}"


async def test_one_order_is_read_by_the_id_of_the_order(box, selling):
    cart = next(sale for sale in await collected(selling) if len(sale.order_ids) > 1)
    order = await selling.marketplace.orders.get(cart.order_ids[0])
    assert (order.id, order.currency_id, order.pack_id) == (cart.order_ids[0], "USD", cart.id)
    assert order.order_items[0].item.parent_item_id.startswith("CBT")
    assert order.order_items[0].base_exchange_rate
    with pytest.raises(errors.OrderNotFoundError) as raised:
        await selling.marketplace.orders.get(cart.id)
    assert "pack" in (raised.value.remedy or "")


async def collected(session: MeliSession):
    return await session.marketplace.orders.search().collect(limit=100)


async def test_the_parameters_have_the_names_of_this_search(fake, me):
    fake.answer(200, {"results": [], "paging": {"total": 0, "limit": 20}})
    await me.marketplace.orders.search(
        seller=5,
        buyer=6,
        site="MLM",
        status=["paid", "cancelled"],
        created_from=ZONE,
        updated_from=ZONE,
        updated_to=ZONE,
        closed_to=ZONE,
        mediation_stage=["claim", "dispute"],
        sort="updated_desc",
        page_size=20,
    )
    moment = "2026-02-01T00:00:00.000+00:00"
    assert dict(fake.requests[0].url.query) == {
        "seller.id": "5",
        "buyer": "6",
        "site": "MLM",
        "order.status": "paid,cancelled",
        "date_created.from": moment,
        "last_updated.from": moment,
        "last_updated.to": moment,
        "date_closed.to": moment,
        "mediations.stage": "claim,dispute",
        "sort": "updated_desc",
        "limit": "20",
    }


async def test_filters_are_applied(box, selling):
    search = selling.marketplace.orders.search
    found = await search(status="cancelled", seller=MEXICAN_ACCOUNT_ID, site="MLM").collect(limit=50)
    assert {order_id for sale in found for order_id in sale.order_ids} == sold(box, "cancelled")
    assert not await search(site="MLB").collect(limit=50)
    recent = await search(created_from=box.world.now() - timedelta(hours=6)).collect(limit=50)
    assert len(recent) == 1
    newest_first = await search(sort="date_desc").collect(limit=50)
    assert newest_first == list(reversed(await search(sort="date_asc").collect(limit=50)))


async def test_pages_follow_each_other_without_loss(box, selling):
    found = [sale.id async for sale in selling.marketplace.orders.search(page_size=2)]
    assert len(found) == len(set(found)) == 7
    assert [request.query.get("offset") for request in box.requests] == [None, "2", "4", "6"]


@pytest.mark.parametrize(
    "arguments",
    [
        {"seller": "x"},
        {"buyer": -1},
        {"site": "MLX"},
        {"status": "Approved"},
        {"created_from": datetime(2026, 1, 1)},
        {"updated_from": ZONE, "updated_to": ZONE - timedelta(days=1)},
        {"sort": "total_asc"},
        {"page_size": 51},
        {"mediation_stage": "a b"},
    ],
    ids=",".join,
)
def test_wrong_arguments_are_refused_before_the_call(fake, me, arguments):
    with pytest.raises(errors.InputError):
        me.marketplace.orders.search(**arguments)
    assert fake.requests == []


async def test_orders_of_another_account_are_refused(box, selling, local):
    with pytest.raises(errors.InvalidCallerError):
        await local.marketplace.orders.search()
    with pytest.raises(errors.InvalidCallerError):
        await selling.marketplace.orders.get(box.order_ids()[0])


@pytest.mark.parametrize(
    ("status", "error", "message", "kind"),
    [
        (403, "forbidden", "Invalid caller.id", errors.InvalidCallerError),
        (403, "forbidden", "Can not identify the user", errors.UnidentifiedUserError),
        (404, "not_found", "Resource not found", errors.ResourceNotFoundError),
        (500, "internal_server_error", "Oops! Something went wrong...", errors.ServerError),
        (401, "not_found", "invalid_token", errors.InvalidTokenError),
        (400, "bad_request", "Malformed access_token: TOKEN_NOT_VALID", errors.MalformedTokenError),
        (400, "bad_request", "Param not valid", errors.InvalidParameterError),
        (
            451,
            "unavailable.for.legal.reasons",
            "The requested user is not available due to legal reasons",
            errors.LegalReasonsError,
        ),
    ],
)
async def test_every_row_of_the_pages_table_arrives_as_its_class(box, selling, status, error, message, kind):
    body = {"message": message, "error": error, "status": status, "cause": []}
    box.fail_next("GET /marketplace/orders/search", status, body, times=10)
    with pytest.raises(errors.ResponseError) as raised:
        await selling.marketplace.orders.search()
    assert type(raised.value) is kind
    assert raised.value.message == message


async def test_an_order_that_is_not_there_is_its_own_class(box, selling):
    with pytest.raises(errors.OrderNotFoundError):
        await selling.marketplace.orders.get(5)


def test_the_search_has_its_own_budget():
    assert SEARCH_SALES.group is not None
    assert (SEARCH_SALES.group.per_minute, SEARCH_SALES.group.scope) == (100, "application")
