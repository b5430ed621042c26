"""Accounts over a real socket: what is changed is what the next read shows."""

from datetime import timedelta

import pytest
from tests.resources.conftest import SandboxClock

from meli_sdk import MeliSession, errors
from meli_sdk.models import IdentificationInput, PhoneInput, UserAddressInput, UserUpdate
from meli_sdk.sandbox import GLOBAL_SELLER_ID, LOCAL_SELLER_ID, WAREHOUSE_SELLER_ID, Sandbox, SandboxOptions


async def test_a_change_of_an_account_leaves_what_it_does_not_name(local, selling):
    before = await local.users.me()
    changes = UserUpdate(
        first_name="Ana",
        phone=PhoneInput(number="2222"),
        address=UserAddressInput(city="Rosario"),
        identification=IdentificationInput(type="DNI", number="11222333"),
    )
    assert (await local.users.update(changes)).user_id == LOCAL_SELLER_ID
    after = await local.users.me()
    assert (after.first_name, after.last_name, after.phone.number) == ("Ana", before.last_name, "2222")
    assert after.phone.area_code == before.phone.area_code
    assert (await local.users.addresses())[0].city.name == "Rosario"
    assert (await selling.users.get(LOCAL_SELLER_ID)).address.city == "Rosario"
    with pytest.raises(errors.InvalidCallerError):
        await selling.users.update(changes, user_id=LOCAL_SELLER_ID)


async def test_addresses_come_alone_from_a_site_and_as_a_list_from_global_selling(box, local, selling):
    for session, user_id in ((local, LOCAL_SELLER_ID), (selling, GLOBAL_SELLER_ID)):
        (address,) = await session.users.addresses()
        assert (address.user_id, "default_selling_address" in address.types) == (user_id, True)
    with pytest.raises(errors.InvalidCallerError):
        await local.users.addresses(GLOBAL_SELLER_ID)


async def test_immediate_payment_is_switched_on_and_off(local):
    assert (await local.users.me()).status.immediate_payment is False
    await local.users.require_immediate_payment()
    assert (await local.users.me()).status.immediate_payment is True
    await local.users.drop_immediate_payment()
    assert (await local.users.me()).status.immediate_payment is False


async def test_a_buyer_who_is_kept_away_is_on_the_sellers_list(box, local):
    order = box.world.orders[box.order_ids("paid")[0]]
    assert (await local.users.blocked("blocked_by_order")).raw == {"users": []}
    await local.orders.block_buyer(order.buyer_id)
    assert (await local.users.blocked("blocked_by_order")).raw == {"users": [order.buyer_id]}
    box.world.catalogue.blocked_askers[LOCAL_SELLER_ID] = {9, 7}
    assert (await local.users.blocked("blocked_by_questions", limit=1)).raw == {"users": [7]}


async def test_bookmarks_come_newest_first(box, local):
    now = box.world.now()
    box.world.accounts.bookmarks[LOCAL_SELLER_ID] = {"MLA1": now - timedelta(days=1), "MLA2": now}
    assert [row.item_id for row in await local.users.bookmarks()] == ["MLA2", "MLA1"]


async def test_what_nobody_has_is_answered_empty(local):
    assert [method.id for method in await local.users.accepted_payment_methods()] == ["visa", "master"]
    assert (await local.users.brands()).brands == ()
    assert await local.users.promotion_packs() == ()


@pytest.mark.parametrize("kind", ["of a site", "of Global Selling"])
async def test_a_test_user_can_be_read_and_has_a_password_of_its_own(box, local, opened, kind):
    make = local.users.create_test_user if kind == "of a site" else local.users.create_global_selling_test_user
    where = "MLM" if kind == "of a site" else "CN"
    first, second = await make(where), await make(where)
    assert first.id != second.id
    assert first.password != second.password
    me = await opened(first.id).users.me()
    assert (me.nickname, me.site_id) == (first.nickname, "MLM" if kind == "of a site" else "CBT")


async def test_a_site_names_its_currency_and_roots(local):
    site = await local.users.site("MLA")
    assert (site.default_currency_id, site.currencies[0].id) == ("ARS", "ARS")
    assert [one.id for one in site.categories] == [one.id for one in await local.categories.roots("MLA")]
    assert "CBT" not in [one.id for one in await local.users.sites()]


# applications


async def connected(box, user_id):
    """A grant, as a login makes one."""
    url = f"https://x.example/authorization?response_type=code&client_id={box.app_credentials.client_id}"
    back = await box.authorize(f"{url}&redirect_uri={box.redirect_uri}&state=s", user_id=user_id)
    code = back.partition("code=")[2].partition("&")[0]
    form = {
        "grant_type": "authorization_code",
        "client_id": str(box.app_credentials.client_id),
        "client_secret": box.app_credentials.client_secret,
        "code": code,
        "redirect_uri": box.redirect_uri,
    }
    import aiohttp  # noqa: PLC0415  as another program would

    async with aiohttp.ClientSession() as http, http.post(f"{box.url}/oauth/token", data=form) as answer:
        assert answer.status == 200


async def test_grants_are_listed_until_they_are_taken_back(box, local):
    app_id = box.app_credentials.client_id
    assert await local.users.applications() == ()
    await connected(box, LOCAL_SELLER_ID)
    await connected(box, WAREHOUSE_SELLER_ID)
    (grant,) = await local.users.applications()
    assert (grant.user_id, grant.app_id, "offline_access" in grant.scopes) == (LOCAL_SELLER_ID, app_id, True)
    assert grant.date_created is not None
    held = [row.user_id async for row in local.users.application_grants(app_id)]
    assert held == [LOCAL_SELLER_ID, WAREHOUSE_SELLER_ID]
    await local.users.revoke_application(app_id)
    with pytest.raises(errors.InvalidTokenError):
        await local.users.applications()
    assert (LOCAL_SELLER_ID in [user_id for _, user_id in box.world.grants]) is False


async def test_an_application_shows_more_to_its_owner_than_to_others(box, local, selling):
    app_id = box.app_credentials.client_id
    whole, public = await local.users.application(app_id), await selling.users.application(app_id)
    assert (whole.owner_id, whole.blocked, whole.max_requests_per_hour) == (LOCAL_SELLER_ID, False, 18000)
    assert (public.id, public.owner_id) == (app_id, None)
    with pytest.raises(errors.InvalidCallerError):
        await selling.users.application_grants(app_id)
    with pytest.raises(errors.NotFoundError):
        await local.users.application(1)


async def test_the_calls_of_an_application_are_counted_until_yesterday():
    clock = SandboxClock()
    async with Sandbox(seed=7, now=clock, options=SandboxOptions(access_token_seconds=2_000_000)) as box:
        app_id = box.app_credentials.client_id
        async with MeliSession(
            box.token(LOCAL_SELLER_ID), user_id=LOCAL_SELLER_ID, base_url=box.url, throughput=10_000
        ) as local:
            for _ in range(3):
                await local.users.me()
            with pytest.raises(errors.NotFoundError):
                await local.users.get(1)
            assert (await local.users.application_consumption(app_id)).total_request == 0
            first = clock.time.date()
            clock.time += timedelta(days=1)
            counted = await local.users.application_consumption(app_id)
            assert {row.status: row.total_request for row in counted.request_by_status} == {404: 1, 200: 4}
            assert counted.total_request == 5
            later = await local.users.application_consumption(app_id, start=first + timedelta(days=1))
            assert later.total_request == 0
