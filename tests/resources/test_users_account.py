"""What hangs on a user: account data, test users, applications, sites."""

from datetime import date

import pytest

from meli_sdk import MeliSession
from meli_sdk.codec import encode
from meli_sdk.errors import InputError
from meli_sdk.models import PhoneInput, UserUpdate
from meli_sdk.testing import FakeTransport

SELLER = 900_100


@pytest.fixture
def fake() -> FakeTransport:
    return FakeTransport()


@pytest.fixture
def me(fake) -> MeliSession:
    return MeliSession("APP_USR-invented", user_id=SELLER, transport=fake, throughput=10_000)


def sent(fake):
    request = fake.requests[-1]
    return request.method, request.url.path, dict(request.url.query)


GRANT = {"user_id": "900100", "app_id": "17", "date_created": "2026-01-02T03:04:05.000-04:00", "scopes": ["read"]}
READS = {
    "accepted_payment_methods": ([{"id": "visa", "payment_type_id": "credit_card"}], lambda got: got[0].id == "visa"),
    "brands": (
        {"cust_id": SELLER, "brands": [{"official_store_id": 5, "name": "Inventada"}]},
        lambda got: got.brands[0].official_store_id == 5,
    ),
    "promotion_packs": (
        [{"id": 3, "listing_details": [{"listing_type_id": "gold", "remaining_listings": 2}]}],
        lambda got: got[0].listing_details[0].remaining_listings == 2,
    ),
    "applications": ([GRANT], lambda got: (got[0].app_id, got[0].scopes) == (17, ("read",))),
}
PATHS = {"promotion_packs": "classifieds_promotion_packs"}


@pytest.mark.parametrize("name", READS)
async def test_what_hangs_on_a_user_is_read_typed(me, fake, name):
    body, holds = READS[name]
    fake.answer(200, body)
    assert holds(await getattr(me.users, name)())
    assert sent(fake) == ("GET", f"/users/{SELLER}/{PATHS.get(name, name)}", {})


async def test_bookmarks_and_blocked_users_are_read(me, fake):
    fake.answer(200, [{"item_id": "MLM1", "bookmarked_date": "2026-01-02T03:04:05.000-04:00"}])
    assert (await me.users.bookmarks())[0].item_id == "MLM1"
    fake.answer(200, {"users": [5]})
    assert (await me.users.blocked("blocked_by_order", limit=1000)).raw == {"users": [5]}
    assert sent(fake) == ("GET", f"/block-api/search/users/{SELLER}", {"type": "blocked_by_order", "limit": "1000"})
    for kind, limit in (
        ("blocked", 10),
        ("blocked_by_order", 0),
        ("blocked_by_order", 1001),
        ("blocked_by_order", True),
    ):
        with pytest.raises(InputError):
            await me.users.blocked(kind, limit=limit)


async def test_a_change_sends_only_what_it_names(me, fake):
    fake.answer(200, {"user_id": SELLER})
    changes = UserUpdate(first_name="Ana", phone=PhoneInput(number="1111"))
    assert (await me.users.update(changes)).user_id == SELLER
    assert fake.requests[-1].body == encode({"first_name": "Ana", "phone": {"number": "1111"}})
    with pytest.raises(InputError, match="the change is empty"):
        await me.users.update(UserUpdate())


MADE = {"id": 55, "nickname": "TEST55", "password": "invented-word", "site_status": "active"}


async def test_test_users_are_made_and_their_password_does_not_print(me, fake):
    fake.answer(201, MADE)
    made = await me.users.create_test_user("MLM")
    assert made.password == "invented-word"
    assert "invented-word" not in f"{made!r} {made}"
    assert fake.requests[-1].body == encode({"site_id": "MLM"})
    fake.answer(201, MADE)
    assert (await me.users.create_global_selling_test_user("CN")).id == 55
    assert fake.requests[-1].body == encode({"site_id": "CBT", "country_id": "CN"})
    with pytest.raises(InputError, match="use create_global_selling_test_user"):
        await me.users.create_test_user("CBT")
    with pytest.raises(InputError, match="country must be one of CN, US"):
        await me.users.create_global_selling_test_user("MX")


async def test_an_application_its_grants_and_its_calls_are_read(me, fake):
    fake.answer(200, {"id": 17, "blocked": True, "blocked_reason": "EXCESSIVE_API_CALL", "blocked_date": ""})
    application = await me.users.application(17)
    assert (application.blocked, application.blocked_reason) == (True, "EXCESSIVE_API_CALL")
    fake.answer(200, {"grants": [GRANT], "paging": {"total": 1, "limit": 50, "offset": 0}})
    assert [grant.user_id async for grant in me.users.application_grants(17)] == [SELLER]
    fake.answer(200, {"app_id": 17, "total_request": 3, "request_by_status": [{"status": 535, "total_request": 3}]})
    calls = await me.users.application_consumption(17, start=date(2026, 1, 2), end=date(2026, 1, 3))
    assert calls.request_by_status[0].status == 535
    assert sent(fake)[2] == {"date_start": "2026-01-02", "date_end": "2026-01-03"}
    with pytest.raises(InputError, match="swap them"):
        await me.users.application_consumption(17, start=date(2026, 1, 3), end=date(2026, 1, 2))


async def test_sites_are_read_and_their_currency_may_be_missing(me, fake):
    fake.answer(
        200, [{"id": "MLM", "name": "Mexico", "default_currency_id": "MXN"}, {"id": "MLA", "name": "Argentina"}]
    )
    assert [(site.id, site.default_currency_id) for site in await me.users.sites()] == [("MLM", "MXN"), ("MLA", None)]
    fake.answer(200, {"id": "MLM", "country_id": "MX", "currencies": [{"id": "MXN", "symbol": "$"}]})
    assert (await me.users.site("MLM")).currencies[0].symbol == "$"
