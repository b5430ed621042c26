"""Sessions under aioresponses, as applications that mock aiohttp test theirs."""

import aiohttp
import aioresponses.core
import pytest
from yarl import URL

from meli_sdk import MeliSession, RetryPolicy
from meli_sdk.errors import InvalidTokenError, MeliConnectionError, OutcomeUnknownError, RateLimitedError
from meli_sdk.models import SiteConfig

API = "https://api.mercadolibre.com"
ORDER = f"{API}/orders/2000000000000017"
LISTINGS = f"{API}/marketplace/items/CBT1234"
ROW = {"action": "POST", "item_id": "MLB1", "parent_id": "CBT1234", "logistic_type": "remote", "site_id": "MLB"}


@pytest.fixture
async def me():
    async with MeliSession("APP_USR-invented", user_id=17, throughput=10_000, retry=RetryPolicy.never()) as session:
        yield session


async def test_aioresponses_still_needs_the_shim():
    """When this fails, aioresponses works with aiohttp as it is: delete the shim in tests/conftest.py and this test."""
    with aioresponses.core.aioresponses() as mocked:
        mocked.get(ORDER, payload={"id": 17})
        async with aiohttp.ClientSession() as http:
            with pytest.raises(TypeError, match="stream_writer"):
                await http.get(ORDER)


async def test_get_decodes_what_was_mocked_and_carries_the_token(http_mock, me):
    http_mock.get(ORDER, payload={"id": 2000000000000017, "status": "paid", "total_amount": 11.23})
    order = await me.orders.get(2000000000000017)
    assert (order.id, order.status, str(order.total_amount)) == (2000000000000017, "paid", "11.23")
    (sent,) = http_mock.requests["GET", URL(ORDER)]
    assert sent.kwargs["headers"]["authorization"] == "Bearer APP_USR-invented"
    assert sent.kwargs["allow_redirects"] is False


async def test_post_sends_the_bytes_of_the_body(http_mock, me):
    http_mock.post(LISTINGS, payload=[ROW])
    result = await me.marketplace.create_items("CBT1234", [SiteConfig("MLB", "remote", price="11.23")])
    assert [row.item_id for row in result.ok] == ["MLB1"]
    (sent,) = http_mock.requests["POST", URL(LISTINGS)]
    assert sent.kwargs["data"] == b'{"config":[{"site_id":"MLB","logistic_type":"remote","price":11.23}]}'


async def test_401_is_an_invalid_token(http_mock, me):
    body = {"message": "invalid_token", "error": "not_found", "status": 401, "cause": []}
    http_mock.get(ORDER, status=401, payload=body, headers={"x-request-id": "req-1"})
    with pytest.raises(InvalidTokenError) as raised:
        await me.orders.get(2000000000000017)
    assert (raised.value.status, raised.value.code, raised.value.request_id) == (401, "not_found", "req-1")


async def test_429_is_told_with_what_it_asks_for(http_mock, me):
    http_mock.get(ORDER, status=429, body=b"", headers={"Retry-After": "7"})
    with pytest.raises(RateLimitedError) as raised:
        await me.orders.get(2000000000000017)
    assert (raised.value.retry_after, raised.value.retryable) == (7, True)


async def test_429_is_repeated_where_the_policy_allows_it(http_mock, me):
    http_mock.get(ORDER, status=429, body=b"")
    http_mock.get(ORDER, payload={"id": 2000000000000017})
    patient = me.with_options(retry=RetryPolicy(throttle_base=0.001))
    assert (await patient.orders.get(2000000000000017)).id == 2000000000000017
    assert len(http_mock.requests["GET", URL(ORDER)]) == 2


async def test_a_connection_error_is_ours_and_a_lost_write_is_unknown(http_mock, me):
    http_mock.get(ORDER, exception=aiohttp.ServerDisconnectedError())
    with pytest.raises(MeliConnectionError, match="the connection to api") as read:
        await me.orders.get(2000000000000017)
    assert read.value.__cause__ is None
    assert read.value.__context__ is None
    http_mock.post(LISTINGS, exception=aiohttp.ServerDisconnectedError())
    with pytest.raises(OutcomeUnknownError):
        await me.marketplace.create_items("CBT1234", [SiteConfig("MLB", "remote")])


async def test_what_was_not_mocked_reaches_no_network(http_mock, me):
    with pytest.raises(MeliConnectionError):
        await me.orders.get(2000000000000018)
