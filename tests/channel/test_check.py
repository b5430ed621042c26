"""A check reads the account, names each mistake and its remedy, and writes nothing."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest

from meli_sdk import MeliApp
from meli_sdk.auth.oauth import new_state
from meli_sdk.channel import (
    LIMITATIONS,
    CarrierMapping,
    ChannelCheck,
    ChannelMode,
    ChannelSettings,
    Job,
    SalesChannel,
    WarehouseMapping,
)
from meli_sdk.errors import MappingError
from meli_sdk.sandbox import GLOBAL_SELLER_ID, LOCAL_SELLER_ID, Sandbox
from meli_sdk.sandbox.seed_stock import WAREHOUSE_SELLER_ID
from meli_sdk.sandbox.stockroom import Store

NORTH, SOUTH, COUNTER = "3100201", "3100202", "3100203"
SELLERS = {"local": LOCAL_SELLER_ID, "stores": WAREHOUSE_SELLER_ID, "global": GLOBAL_SELLER_ID}
GOOD: dict[str, dict[str, Any]] = {
    "local": {"warehouses": {"MAIN": "selling_address"}},
    "stores": {"warehouses": {"N": NORTH, "S": "MXP3100202"}},
    "global": {"warehouses": {"MAIN": "selling_address"}},
}
MakeCheck = Callable[..., Awaitable[ChannelCheck]]


@pytest.fixture
async def check(app: MeliApp, box: Sandbox, database_url: str) -> MakeCheck:
    """Makes settings for one of the sellers, with nothing wrong but what a test changes, and checks them."""

    async def made(seller: str, **changes: Any) -> ChannelCheck:
        if seller == "stores":
            state = new_state()
            url = app.authorization_url("MLM", state=state)
            await app.connect(await box.authorize(str(url), user_id=WAREHOUSE_SELLER_ID), state=state)
        user_id = SELLERS[seller]
        given = {**GOOD[seller], "webhook_client_id": user_id, "throughput": 10_000, **changes}
        async with SalesChannel(app, ChannelSettings("Tienda", user_id, **given), database_url) as channel:
            before = len(box.requests)
            found = await channel.check()
            assert {request.method for request in box.requests[before:]} == {"GET"}
            return found

    return made


@pytest.mark.parametrize("seller", SELLERS)
async def test_right_settings_have_no_problem(check: MakeCheck, seller: str):
    found = await check(seller)
    assert found.problems == ()
    assert found.ok
    assert found.inventory_problems == ()
    for job in Job:
        found.require(job)


def van(service_id: int) -> dict[str, CarrierMapping]:
    return {"van": CarrierMapping("Furgon", service_id=service_id)}


def both(location: str, other: str, combine: Any = None) -> dict[str, WarehouseMapping]:
    return {"A": WarehouseMapping(location, combine=combine), "B": WarehouseMapping(other)}


WRONG = [
    ("local", {"warehouses": {}}, "warehouses is empty: stock is sent only for a mapped warehouse"),
    (
        "local",
        {"warehouses": {"MAIN": "Selling_Address"}},
        "'Selling_Address' has no exact match .near match: 'selling",
    ),
    ("local", {"warehouses": {"MAIN": "selling address"}}, "near match: 'selling_address'"),
    ("local", {"warehouses": {"MAIN": "selling_adress"}}, "near match: 'selling_address'"),
    ("local", {"warehouses": {"MAIN": NORTH}}, "'MAIN': the location '3100201' .* one location.* 'selling_address'"),
    ("local", {"warehouses": {"MAIN": "MXP3100201"}}, "this account has one location"),
    ("local", {"warehouses": {"A": "selling_address", "B": "north"}}, "'B': the location 'north'"),
    ("stores", {"warehouses": {}}, "such as warehouses={'MAIN': '3100201'}"),
    ("stores", {"warehouses": {"MAIN": "selling_address"}}, "has stores; use one of 3100201 .Bodega Norte., 3100202"),
    ("stores", {"warehouses": {"N": "310020"}}, "'310020' has no exact match .near matches: '3100202', '3100201'"),
    ("stores", {"warehouses": {"N": "03100201"}}, "near matches: '3100201'"),
    ("stores", {"warehouses": {"N": "3100201.0"}}, "no exact match"),
    ("stores", {"warehouses": {"N": "mxp3100201"}}, "near matches: 'MXP3100201'"),
    ("stores", {"warehouses": {"N": "MXP 3100201"}}, "near matches: 'MXP3100201'"),
    ("stores", {"warehouses": {"N": "MLP3100201"}}, "near match"),
    ("stores", {"warehouses": {"N": "Bodega Norte"}}, "known: '3100201', 'MXP3100201', '3100202'"),
    ("stores", {"warehouses": {"N": COUNTER}}, "'3100203' has no exact match"),  # a store that holds no stock
    ("stores", {"warehouses": {"N": "*"}}, "known: '3100201'"),
    (
        "stores",
        {"warehouses": both(NORTH, "MXP3100201")},
        "'A' and 'B' are mapped to one store, 3100201, by its id and",
    ),
    ("stores", {"warehouses": both(NORTH, "MXP3100201", "sum")}, "one store, 3100201"),
    ("global", {"warehouses": {}}, "warehouses is empty"),
    ("global", {"warehouses": {"MAIN": "MLM"}}, "this Global Selling account has one location"),
    ("global", {"warehouses": {"MAIN": "remote"}}, "map the warehouse to 'selling_address'"),
    ("global", {"warehouses": {"MAIN": "SELLING_ADDRESS"}}, "near match: 'selling_address'"),
    ("local", {"carriers": van(11)}, "carrier 'van': the service_id '11' has no exact match .known: '154'"),
    ("local", {"carriers": van(155)}, "leave it out to use the one of MLA"),
    ("stores", {"carriers": van(154)}, "known: '231876'"),
    ("stores", {"carriers": van(231_867)}, "near match: '231876'"),
    ("global", {"carriers": van(154)}, "is for me1 of a local site"),
    ("local", {"webhook_client_id": None}, "webhook_client_id is empty.* User Id, 118320047"),
    ("global", {"webhook_client_id": None, "mode": "webhook"}, "or set mode to poll"),
    ("local", {"mode": "webhook", "jobs": {"orders"}}, "no order would ever arrive"),
]


@pytest.mark.parametrize(("seller", "changes", "said"), WRONG, ids=[f"{w[0]}-{n}" for n, w in enumerate(WRONG)])
async def test_each_wrong_setting_is_one_named_problem_and_nothing_is_written(
    check: MakeCheck, seller: str, changes: dict[str, Any], said: str
):
    found = await check(seller, **changes)
    assert len(found.problems) == 1, found.problems
    (problem,) = found.problems
    setting = "mode" if "jobs" in changes else next(iter(changes))
    assert problem.setting == setting
    assert problem.job is not None
    with pytest.raises(MappingError, match=said):
        found.require(problem.job)
    assert bool(found.inventory_problems) is (setting == "warehouses")


async def test_thirty_are_tried():
    assert len(WRONG) >= 30


async def test_an_account_of_one_store_takes_one_store(check: MakeCheck, box: Sandbox):
    user = box.world.users[WAREHOUSE_SELLER_ID]
    box.world.users[WAREHOUSE_SELLER_ID] = replace(user, tags=("user_product_seller", "warehouse_management"))
    (sentence,) = (await check("stores")).inventory_problems
    assert "may stock one only (it lacks the tag multiwarehouse)" in sentence
    assert (await check("stores", warehouses={"N": NORTH})).ok


async def test_a_closed_store_is_named(check: MakeCheck, box: Sandbox):
    box.world.stores[NORTH] = replace(box.world.stores[NORTH], status="inactive")
    (sentence,) = (await check("stores")).inventory_problems
    assert "the store 'Bodega Norte', which is inactive" in sentence


async def test_a_location_that_could_be_two_stores_is_refused(check: MakeCheck, box: Sandbox):
    box.world.stores["777"] = Store(
        id="777", user_id=WAREHOUSE_SELLER_ID, description="Bodega Este", city="Puebla", network_node_id=NORTH
    )
    (sentence,) = (await check("stores", warehouses={"N": NORTH})).inventory_problems
    assert "names several stores: 3100201 (Bodega Norte), 777 (Bodega Este)" in sentence


async def test_stores_without_stock_are_told_apart_from_wrong_words(check: MakeCheck, box: Sandbox):
    for store_id, store in list(box.world.stores.items()):
        box.world.stores[store_id] = replace(store, tags=())
    (sentence,) = (await check("stores")).inventory_problems
    assert "has none that holds stock" in sentence


async def test_a_global_account_whose_stock_mercado_libre_holds_takes_none(check: MakeCheck, box: Sandbox):
    for user in box.world.marketplaces(GLOBAL_SELLER_ID):
        box.world.users[user.id] = replace(user, logistic_type="fulfillment")
    (sentence,) = (await check("global")).inventory_problems
    assert "no marketplace of account 471826944 takes stock" in sentence
    assert "MLM, MLB, MLC" in sentence


@pytest.mark.parametrize(("seller", "service_id"), [("local", 154), ("stores", 231_876)])
async def test_how_an_account_ships_matters_to_carriers_alone(
    check: MakeCheck, box: Sandbox, seller: str, service_id: int
):
    preferences = f"GET /users/{SELLERS[seller]}/shipping_preferences"
    box.fail_next(preferences, 403, times=1)
    found = await check(seller, carriers=van(service_id))
    assert (found.problems, found.seller.preferences) == ((), None)
    assert found.limitations["mercado_envios"] == LIMITATIONS["mercado_envios"].channel
    box.fail_next(preferences, 403, times=1)
    (problem,) = (await check(seller, carriers=van(7))).problems
    assert problem.job is Job.FULFILLMENT
    assert "the service_id 7 cannot be compared" in problem.sentence


@pytest.mark.parametrize(("verb", "stands_in_the_way"), [("list", False), ("sell", True)])
async def test_an_account_that_may_not_list_still_sends_the_stock_of_what_it_sells(
    check: MakeCheck, box: Sandbox, verb: str, stands_in_the_way: bool
):
    status = {"site_status": "active", verb: {"allow": False, "codes": ["restricted"]}}
    user = {"id": LOCAL_SELLER_ID, "site_id": "MLA", "nickname": "N", "tags": [], "status": status}
    box.fail_next("GET /users/me", 200, user, times=1)
    found = await check("local")
    assert bool(found.inventory_problems) is stands_in_the_way
    assert found.ok is not stands_in_the_way


async def test_problems_of_other_jobs_leave_inventory_alone(check: MakeCheck):
    found = await check("local", carriers=van(1), webhook_client_id=None)
    assert {problem.job for problem in found.problems} == {Job.FULFILLMENT, Job.NOTIFICATIONS}
    assert found.inventory_problems == ()
    found.require(Job.INVENTORY)
    with pytest.raises(MappingError, match="cannot do its job fulfillment: carrier 'van'"):
        found.require(Job.FULFILLMENT)


async def test_a_channel_without_the_inventory_job_is_fine_without_warehouses_but_sends_no_stock(check: MakeCheck):
    found = await check("local", warehouses={}, jobs={"orders"}, mode=ChannelMode.POLL)
    assert found.ok
    assert len(found.inventory_problems) == 1


@pytest.mark.parametrize("seller", SELLERS)
async def test_every_limitation_of_the_guide_is_said_for_the_account(check: MakeCheck, seller: str):
    found = await check(seller)
    assert set(found.limitations) == set(LIMITATIONS)
    assert all(found.limitations.values())
    places = found.limitations["locations"]
    assert ("3100201, MXP3100201" in places) is (seller == "stores")
    assert ("one location, selling_address" in places) is (seller != "stores")


async def test_the_check_is_json(check: MakeCheck):
    found = json.loads((await check("local", warehouses={"MAIN": "main"}, account="Norte", vendor="V")).to_json())
    assert found["account"] == "Norte"
    assert found["locations"] == ["selling_address"]
    assert found["problems"][0]["word"] == "MAIN"
    assert not found["ok"]
