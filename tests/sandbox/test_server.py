import uuid

import aiohttp
import pytest

from meli_sdk.sandbox import DOCUMENTED_ERRORS, GLOBAL_SELLER_ID, LOCAL_SELLER_ID, Sandbox, documented_error

INVALID_TOKEN = {"message": "invalid_token", "error": "not_found", "status": 401, "cause": []}


async def test_call_without_a_token_is_unauthorized(box, local):
    local.token = None
    answer = await local("GET", "/sites")
    assert answer.status == 401
    assert answer.body == {"code": "unauthorized", "message": "authorization value not present"}


async def test_token_of_another_form_is_malformed(local):
    local.token = "nonsense"
    answer = await local("GET", "/users/me")
    assert answer.status == 400
    assert answer.body["message"] == "Malformed access_token: nonsense"


async def test_unknown_token_is_invalid(local):
    local.token = "APP_USR-1-052015-00-1"
    answer = await local("GET", "/users/me")
    assert (answer.status, answer.body) == (401, INVALID_TOKEN)


async def test_token_in_the_query_is_refused_even_if_it_is_good(local):
    answer = await local("GET", "/users/me", access_token=local.token)
    assert (answer.status, answer.body) == (401, INVALID_TOKEN)


async def test_access_token_dies_after_six_hours(local, clock):
    clock.pass_by(seconds=21599)
    assert (await local("GET", "/users/me")).status == 200
    clock.pass_by(seconds=1)
    assert (await local("GET", "/users/me")).status == 401


async def test_tokens_can_be_expired_at_once(box, local):
    box.expire_tokens()
    assert (await local("GET", "/users/me")).body == INVALID_TOKEN


async def test_unknown_path_is_not_found(local):
    answer = await local("GET", "/nothing/here")
    assert (answer.status, answer.body["message"]) == (404, "Resource not found.")


async def test_answers_carry_a_request_id_and_the_date_of_the_clock(local):
    answer = await local("GET", "/users/me")
    assert uuid.UUID(answer.headers["x-request-id"])
    assert answer.headers["date"] == "Wed, 20 May 2026 15:30:40 GMT"


async def test_users_show_everything_to_themselves_and_little_to_others(local):
    me = await local("GET", "/users/me")
    assert me.body["email"]
    assert (await local("GET", f"/users/{LOCAL_SELLER_ID}")).body == me.body
    assert "email" not in (await local("GET", f"/users/{GLOBAL_SELLER_ID}")).body
    assert (await local("GET", "/users/1")).status == 404


async def test_sites_leave_global_selling_out(local):
    sites = {site["id"]: site["default_currency_id"] for site in (await local("GET", "/sites")).body}
    assert sites["MLA"] == "ARS"
    assert "CBT" not in sites


async def test_same_seed_makes_the_same_ids_and_another_seed_others():
    async with Sandbox(seed=5) as one, Sandbox(seed=5) as again, Sandbox(seed=6) as other:
        assert one.order_ids() == again.order_ids()
        assert one.app_credentials == again.app_credentials
        assert not set(one.order_ids()) & set(other.order_ids())
        assert not one.world.shipments.keys() & other.world.shipments.keys()


async def test_calls_and_requests_are_kept(box, local):
    await local("GET", "/items/MLA1402200117", attributes="id")
    await local("PUT", "/items/MLA1402200117", json={"available_quantity": 3})
    assert box.calls == 2
    assert [(r.method, r.path) for r in box.requests] == [
        ("GET", "/items/MLA1402200117"),
        ("PUT", "/items/MLA1402200117"),
    ]
    assert box.requests[0].query == {"attributes": "id"}
    assert box.requests[1].body == b'{"available_quantity": 3}'


def test_the_pages_error_tables_have_29_rows():
    assert [sum(row.table == table for row in DOCUMENTED_ERRORS) for table in ("creating", "modifying", "reading")] == [
        13,
        9,
        7,
    ]


CALLS = {
    "creating": ("POST", "/marketplace/items/CBT1234"),
    "modifying": ("PUT", "/marketplace/items/MLM1487703748"),
    "reading": ("GET", "/marketplace/items/MLM1487703748"),
}


@pytest.mark.parametrize("row", DOCUMENTED_ERRORS, ids=lambda row: f"{row.table}{row.number}")
async def test_every_documented_error_is_answered_once_on_request(box, selling, row):
    method, path = CALLS[row.table]
    box.fail_next(f"{method} {path.rpartition('/')[0]}", row)
    good = {"POST": {"config": [{"site_id": "MLB", "logistic_type": "remote"}]}, "PUT": {"price": 5}, "GET": None}[
        method
    ]
    failed = await selling(method, path, json=good | {"site_id": "MLC", "logistic_type": "x"} if good else None)
    assert failed.status == row.status
    assert failed.body["error"] == row.error
    assert "$" not in failed.body["message"]
    assert "CBTXXX" not in failed.body["message"]
    assert (await selling(method, path, json=good)).status == 200


async def test_placeholders_of_a_documented_error_are_filled_from_the_request(box, selling):
    box.fail_next("POST /marketplace/items/{id}", documented_error("creating", 12))
    body = {"config": [{"site_id": "MLB", "logistic_type": "remote"}]}
    answer = await selling("POST", "/marketplace/items/CBT1234", json=body)
    assert answer.body["message"] == (
        "current user 471826944 is not configured to publish in site MLB and logistic remote"
    )
    box.fail_next("POST /marketplace/items", documented_error("creating", 1))
    answer = await selling("POST", "/marketplace/items/CBT1234", json=body)
    assert answer.body["message"] == "You cannot offer this product in Brazil."


async def test_any_answer_can_be_asked_for(box, selling, http):
    box.fail_next("GET /users", 429, b"local_rate_limited", times=2, headers={"Retry-After": "3"})
    for _ in range(2):
        async with http.get("/users/me", headers={"Authorization": f"Bearer {selling.token}"}) as response:
            assert (response.status, await response.read()) == (429, b"local_rate_limited")
            assert response.headers["Retry-After"] == "3"
    assert (await selling("GET", "/users/me")).status == 200


async def test_failure_of_one_path_leaves_others_alone(box, local):
    box.fail_next("GET /orders/{id}", 503, {"message": "later"})
    assert (await local("GET", "/users/me")).status == 200
    assert (await local("GET", f"/orders/{box.order_ids()[0]}")).status == 503


@pytest.mark.parametrize(("match", "times"), [("/users/me", 1), ("GET users", 1), ("GET /users", 0)])
def test_failure_must_name_method_path_and_times(match, times):
    with pytest.raises(ValueError, match="METHOD /path"):
        Sandbox().fail_next(match, 500, times=times)


async def test_sandbox_listens_on_loopback_and_stops():
    async with Sandbox() as box:
        url = box.url
        assert url.startswith("http://127.0.0.1:")
    async with aiohttp.ClientSession() as http:
        with pytest.raises(aiohttp.ClientConnectionError):
            await http.get(url)


def test_sandbox_that_is_not_started_has_no_url():
    with pytest.raises(RuntimeError, match="not started"):
        _ = Sandbox().url
