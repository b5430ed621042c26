"""Bad input is refused before anything is sent; the error names the input and what to do.

The first part asks every public method of every resource for its ids, whatever methods there are; the second is the
list of single mistakes.
"""

import inspect
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from meli_sdk import (
    AppCredentials,
    LocalRateLimiter,
    MeliApp,
    MeliSession,
    MemoryGrantStore,
    RetryPolicy,
    Secret,
    Timeouts,
    errors,
)
from meli_sdk.errors import ConfigurationError, InputError, shown
from meli_sdk.models import (
    CustomShipmentUpdate,
    ItemChanges,
    ListingProceeds,
    Notification,
    NotificationDetails,
    SellerNotification,
    SiteConfig,
    SplitOrder,
    SplitPack,
    StoreQuantity,
    Tracking,
    Warranty,
    WorkingDayChoice,
)
from meli_sdk.testing import FakeTransport
from meli_sdk.wire.paging import Cursor

pytestmark = pytest.mark.filterwarnings("ignore:MemoryGrantStore forgets")
SELLER = 900_100
NOW = datetime.now(UTC)
NAN = float("nan")
LOOP: list[object] = []
LOOP.append(LOOP)


@pytest.fixture
def fake() -> FakeTransport:
    return FakeTransport()


@pytest.fixture
def me(fake) -> MeliSession:
    return MeliSession("APP_USR-invented", user_id=SELLER, transport=fake, throughput=10_000)


@pytest.fixture
def app(fake) -> MeliApp:
    return MeliApp(
        AppCredentials(17, "invented"), MemoryGrantStore(), redirect_uri="https://oms.example.com/cb", transport=fake
    )


async def outcome(result: object) -> object:
    """What a call comes to, be it a value, a coroutine, a search or a stream."""
    if inspect.isawaitable(result):
        return await result
    if isinstance(result, AsyncIterator):
        return await anext(result)
    return result


# every id of every method

SAMPLES: dict[str, Any] = {
    "order_id": 2000003508419013,
    "shipment_id": 40000000001,
    "pack_id": 2000000000000001,
    "billing_info_id": "310000000000000001",
    "buyer_id": 220000001,
    "document_id": "118320047_ab12",
    "feedback_id": 5000000000001,
    "note_id": "5f00c0ffee00c0ffee00c0ff",
    "payment_method_id": "visa",
    "ids": [1, 2],
    "note": "Wrap it",
    "message": "All fine",
    "fulfilled": False,
    "reply": "Thank you",
    "file_name": "bill.pdf",
    "content": b"%PDF",
    "xml": b"<nfe/>",
    "folder": "labels",
    "tracking": Tracking(tracking_number="A1"),
    "notice": SellerNotification(
        payload=NotificationDetails(service_id=154, date=NOW), status="shipped", substatus=None
    ),
    "update": CustomShipmentUpdate(receiver_id=1, speed=24),
    "user_id": SELLER,
    "item_id": "MLM1487703748",
    "cbt_item_id": "CBT1234",
    "category_id": "CBT5849",
    "site_id": "MLM",
    "logistic_type": "remote",
    "config": [SiteConfig("MLB", "remote")],
    "sites": [SiteConfig("MLB", "remote")],
    "changes": ItemChanges(title="Luces"),
    "attribute_id": "BRAND",
    "base": "ARS",
    "condition": {"price": 45},
    "currency_id": "ARS",
    "domain_id": "MLM-CELLPHONES",
    "edit": {"user_products": []},
    "exposure_id": "highest",
    "family_id": 9871232123,
    "item": {"title": "Luces"},
    "listing_type_id": "gold_pro",
    "picture_id": "701198-CBT79185512197_092024",
    "price": 45,
    "prices": [],
    "product_identifier": "7506123400015",
    "question_id": 3957150025,
    "query": "Luces",
    "quote": "CLP",
    "relisting": {"listing_type_id": "gold_pro"},
    "task_id": "mlm_86e58b8d",
    "text": "Luces",
    "user_product_id": "MLMU123456789",
    "variation": {"attribute_combinations": [{"id": "COLOR", "value_id": "52049"}]},
    "variation_id": 174220300,
    "variations": [{"id": 174220300, "available_quantity": 4}],
    "quantity": 3,
    "version": 1,
    "locations": [StoreQuantity("3100201", 3)],
    "stock": 3,
    "inventory_id": "ABCD12345",
    "operation_id": 329663159,
    "seller_id": 471828584,
    "app_id": 7000000000000001,
    "notification": Notification(resource="/orders/1", topic="orders_v2"),
    "listings": [ListingProceeds(listing_item_id="MLM1487703748", logistic_type="remote", net_proceeds=20)],
    "plain_text": "Luces de acampar",
    "days": [WorkingDayChoice(date=date(2026, 12, 25), checked=True)],
    "reason": "OTHER_MOTIVE",
    "packs": [SplitPack(orders=(SplitOrder(id=2000003508419013, quantity=units),)) for units in (1, 2)],
    "kind": "blocked_by_order",
    "country": "CN",
    "tracking_number": "TRACK-1",
    "tracking_url": "https://carrier.example/TRACK-1",
    "carrier": "Invented Carrier",
    "status": "delivered",
    "imei": "356938035643809",
    "pictures": ["701198-CBT79185512197_092024"],
}
"""A good value for every argument that some method cannot do without."""
HOSTILE = ["", "..", "../users/me", "a/b", "%2e%2e", "x?y=1", "x\r\ny", "https://evil.example/MLM1", "x" * 10_000, True]


def resources_of(holder: object, path: str = "") -> Iterator[tuple[str, object]]:
    for name, value in vars(holder).items():
        if not name.startswith("_") and type(value).__module__.startswith("meli_sdk.resources"):
            yield f"{path}{name}", value
            yield from resources_of(value, f"{path}{name}.")


SESSION = MeliSession("APP_USR-invented", user_id=SELLER, transport=FakeTransport())
METHODS = {
    f"{path}.{name}": inspect.signature(method)
    for path, resource in resources_of(SESSION)
    for name, method in inspect.getmembers(resource, inspect.ismethod)
    if not name.startswith("_")
}
IDS = [
    (method, parameter)
    for method, signature in METHODS.items()
    for parameter in signature.parameters
    if parameter.endswith("_id") or parameter == "seller"
]


def call(session: MeliSession, method: str, **given: object) -> Any:
    found: Any = session
    for name in method.split("."):
        found = getattr(found, name)
    needed = [name for name, one in METHODS[method].parameters.items() if one.default is one.empty]
    missing = set(needed) - SAMPLES.keys() - given.keys()
    assert not missing, f"{method} needs {missing}: add a good value to SAMPLES"
    return found(**{name: SAMPLES[name] for name in needed if name not in given} | given)


def test_the_resources_are_all_there():
    assert {"orders", "shipments", "items", "marketplace", "categories", "users"} <= {
        method.split(".")[0] for method in METHODS
    }
    assert ("marketplace.create_items", "cbt_item_id") in IDS


@pytest.mark.parametrize(("method", "parameter"), IDS)
async def test_no_method_takes_a_hostile_id(me, fake, method, parameter):
    for value in HOSTILE:
        with pytest.raises(InputError) as raised:
            await outcome(call(me, method, **{parameter: value}))
        assert parameter in str(raised.value)
        assert len(str(raised.value)) < 400
    assert fake.requests == []


# single mistakes

Mistake = Callable[[MeliSession], Any]
GLOBAL_CALLS = {
    "create_items": lambda me, item: me.marketplace.create_items(item, SAMPLES["config"]),
    "publish": lambda me, item: me.marketplace.publish(item, SAMPLES["config"]),
    "delete": lambda me, item: me.marketplace.delete(item, "MLM", "remote"),
}


@pytest.mark.parametrize("name", GLOBAL_CALLS)
async def test_where_a_global_item_is_needed_the_item_of_a_site_is_refused(me, fake, name):
    with pytest.raises(
        InputError, match="needs the CBT parent id, such as CBT123456789, got the local id MLM1487703748"
    ):
        await GLOBAL_CALLS[name](me, "MLM1487703748")
    assert fake.requests == []


def change(**fields: Any) -> Mistake:
    return lambda me: me.marketplace.modify("CBT1234", fields, logistic_type="remote")


def search(**filters: Any) -> Mistake:
    return lambda me: me.orders.search(**filters)


def listing(*rows: Any) -> Mistake:
    return lambda me: me.marketplace.create_items("CBT1234", list(rows))


def request(*arguments: Any, **fields: Any) -> Mistake:
    return lambda me: me.request(*arguments, **fields)


def options(**fields: Any) -> Mistake:
    return lambda me: me.with_options(**fields)


MISTAKES: dict[str, tuple[Mistake, str]] = {
    # ids
    "url_as_item": (
        lambda me: me.items.get("https://articulo.example.com/MLM-1487703748-luces"),
        r"item_id .*give the id, not a URL \(did you mean MLM1487703748\?\)",
    ),
    "url_as_order": (lambda me: me.orders.get("https://example.com/orders/17"), "order_id .*give the id, not a URL"),
    "fraction_as_order": (lambda me: me.orders.get(17.0), "order_id must be a whole number of at most 20 digits"),
    "too_many_digits": (lambda me: me.orders.get(10**20), "order_id must be a whole number of at most 20 digits"),
    "lower_case_item": (lambda me: me.items.get("mlm1487703748"), "item_id must look like MLB123456789"),
    "unknown_site": (lambda me: me.categories.roots("MLX"), "site_id must be one of .*MLM.*got 'MLX'"),
    "country_as_site": (lambda me: me.categories.roots("Mexico"), "site_id must be one of .*MLM.*got 'Mexico'"),
    "field_with_blank": (lambda me: me.items.get("MLM1", attributes=["id", "a b"]), "attributes must look like a word"),
    "no_seller": (
        lambda me: MeliSession("APP_USR-invented", transport=me._caller.pipeline.transport).orders.search(),
        r"pass user_id=.*users\.me\(\)",
    ),
    # moments and statuses
    "naive_from": (search(created_from=datetime(2026, 1, 1)), "created_from: a date needs a time zone.*add tzinfo"),
    "naive_to": (search(updated_to=datetime(2026, 1, 1)), "updated_to: a date needs a time zone.*add tzinfo"),
    "from_after_to": (
        search(closed_from=NOW, closed_to=NOW - timedelta(days=1)),
        "closed_from .* is after closed_to .*swap them",
    ),
    "too_far_back": (search(created_from=NOW - timedelta(days=400)), "created_from .*reaches back 366 days"),
    "text_as_date": (search(created_from="2026-01-01"), "created_from must be a datetime"),
    "unknown_status": (search(status="payed"), "status must be one of .*paid.*got 'payed'"),
    "guide_word_as_status": (search(status="CanceledRejected"), "status .*is cancelled, invalid or pending_cancel"),
    "number_as_status": (search(status=5), "status must be several values, such as a list, got 5"),
    "no_status": (search(status=[]), "status is empty: leave it out for all"),
    "unknown_sort": (search(sort="price"), "sort must be one of date_asc, date_desc"),
    "page_of_none": (search(page_size=0), "page_size must be a whole number from 1 to 50, got 0"),
    "page_too_large": (search(page_size=51), "page_size must be a whole number from 1 to 50, got 51"),
    "collect_none": (lambda me: me.orders.search().collect(limit=0), "limit is a whole number from 1, got 0"),
    "no_cursor": (lambda _: Cursor.parse("page 2"), r"a cursor is text made by str\(cursor\), got 'page 2'"),
    # publishing
    "empty_config": (listing(), "config must be a list with one row for each site"),
    "doubled_site": (
        listing(SiteConfig("MLB", "remote"), SiteConfig("MLB", "remote", price=5)),
        "config names MLB with logistic type remote twice: leave one out",
    ),
    "config_for_unknown_site": (listing(SiteConfig("MLX", "remote")), "site_id must be one of .*got 'MLX'"),
    "config_for_global_site": (listing(SiteConfig("CBT", "remote")), "site_id must be a marketplace such as MLM"),
    "config_without_type": (listing({"site_id": "MLB"}), r"missing \['logistic_type'\]"),
    "config_with_unknown_key": (
        listing({"site_id": "MLB", "logistic_type": "remote", "preis": 5}),
        r"a row of config has site_id, logistic_type, price, listing_type_id; unknown \['preis'\]",
    ),
    "price_of_zero": (listing(SiteConfig("MLB", "remote", price=0)), "price for MLB must be an amount above 0"),
    "price_of_nan": (listing(SiteConfig("MLB", "remote", price=NAN)), "price for MLB must be an amount above 0"),
    "price_too_exact": (listing(SiteConfig("MLB", "remote", price="1.234")), "more than two decimals.*round it first"),
    "quota_of_no_site": (lambda me: me.marketplace.quota("XX"), "site_id must be one of"),
    # modifying
    "empty_change": (change(), "the change is empty: set at least one of .*title"),
    "unknown_field": (change(titel="x"), "unknown field 'titel': an item has .*title"),
    "fixed_listing_type": (change(listing_type_id="gold_pro"), "listing_type_id cannot be changed.*list it again"),
    "fixed_buying_mode": (change(buying_mode="auction"), "buying_mode cannot be changed after listing"),
    "fixed_currency": (change(currency_id="MXN"), "currency_id cannot be changed.*USD only"),
    "fixed_video": (change(video_id="x"), "video_id cannot be changed"),
    "used_condition": (change(condition="used"), "condition must be 'new', got 'used'"),
    "closing_status": (change(status="closed"), "status must be one of active, paused, got 'closed'"),
    "negative_price": (change(price=-1), "price must be an amount above 0"),
    "true_as_quantity": (change(available_quantity=True), "available_quantity must be a whole number 0-99,999"),
    "blank_title": (change(title=" "), "title must be text"),
    "warranty_as_text": (change(warranty="6 months"), r"warranty must be a Warranty\(type, time\)"),
    "warranty_without_time": (lambda _: Warranty("2230280"), "Warranty: type and time go together, such as"),
    "no_warranty_with_time": (lambda _: Warranty("6150835", "6 months"), r"6150835 \(no warranty\) has no time"),
    "no_pictures": (change(pictures=[]), "pictures must be a list with at least one row"),
    "site_without_type": (
        lambda me: me.marketplace.update("CBT1234", ItemChanges(title="x"), site_id="MLM"),
        "site_id and logistic_type go together: give both, or neither",
    ),
    "delete_of_the_global_site": (
        lambda me: me.marketplace.delete("CBT1234", "CBT", "remote"),
        "site_id must be a marketplace such as MLM",
    ),
    # any endpoint
    "unknown_method": (request("PATCH", "/users/me"), "method must be one of GET, PUT, DELETE, POST, got 'PATCH'"),
    "url_as_path": (request("GET", "https://evil.example/x"), "path must begin with one slash"),
    "host_as_path": (request("GET", "//evil.example/x"), "path must begin with one slash"),
    "dots_in_path": (request("GET", "/items/../users/me"), "dot segment"),
    "hidden_dots_in_path": (request("GET", "/items/%2e%2e/users/me"), "dot segment"),
    "query_in_path": (request("GET", "/users/me?access_token=x"), "path must .*query"),
    "line_break_in_header": (
        request("GET", "/users/me", headers={"x": "1\r\ny: 2"}),
        "header x must be printable ASCII",
    ),
    "number_as_header_name": (request("GET", "/users/me", headers={1: "2"}), "header name 1 is no word"),
    "list_as_headers": (request("GET", "/users/me", headers=["x"]), "headers must be a mapping"),
    "list_as_parameters": (request("GET", "/users/me", params=["x"]), "params must be a mapping of names to values"),
    "own_authorization": (
        request("GET", "/users/me", headers={"Authorization": "Bearer x"}),
        "'Authorization' is set by the session: give it a token instead",
    ),
    "naive_parameter": (
        request("GET", "/x", params={"since": datetime(2026, 1, 1)}),
        "since: a date needs a time zone",
    ),
    "object_as_parameter": (request("GET", "/x", params={"filter": {"a": 1}}), "filter: cannot be sent as a query"),
    "nan_in_body": (request("POST", "/x", json={"price": NAN}), "price: cannot be sent as JSON: nan"),
    "object_in_body": (request("POST", "/x", json={"price": ...}), "price: cannot be sent as JSON: Ellipsis"),
    "lone_surrogate_in_body": (
        request("POST", "/x", json={"title": "\ud800"}),
        "cannot be sent as JSON: text that is no",
    ),
    "loop_in_body": (request("POST", "/x", json=LOOP), "cannot be sent as JSON: something that holds itself"),
    # options
    "unknown_option": (options(timeout=5), "unknown option 'timeout'; there are deadline, retry"),
    "no_deadline": (options(deadline=0), "deadline is seconds, more than 0, got 0"),
    "deadline_of_nan": (options(deadline=NAN), "deadline is seconds, more than 0, got nan"),
    "deadline_below_attempt": (
        options(deadline=5),
        r"deadline 5 s is shorter than the attempt timeout 20 s: pass timeouts=Timeouts\(attempt=5\) too",
    ),
    "number_as_retry": (options(retry=3), "retry is a RetryPolicy, got 3"),
    "number_as_timeouts": (options(timeouts=5), "timeouts is a Timeouts, got 5"),
    "word_as_dry_run": (options(dry_run="no"), "dry_run is a bool, got 'no'"),
    "nothing_as_parameters": (options(params=None), "params must be a mapping of names to values, got None"),
    "object_as_option": (options(params={"filter": {"a": 1}}), "filter: cannot be sent as a query"),
    "text_as_ids_of_labels": (
        lambda me: me.shipments.labels("123", format="pdf"),
        "ids must be several values, such as a list, got '123'",
    ),
    "number_as_ids_of_items": (lambda me: me.items.get_many(5), "item_ids must be several ids, such as a list"),
    "header_that_is_no_text": (options(headers={"x": 5}), "header x must be printable ASCII text .*got 5"),
}


@pytest.mark.parametrize("name", MISTAKES)
async def test_each_mistake_is_an_input_error_that_names_it_and_the_remedy(me, fake, name):
    mistake, says = MISTAKES[name]
    with pytest.raises(InputError, match=says) as raised:
        await outcome(mistake(me))
    assert isinstance(raised.value, ValueError)
    assert len(str(raised.value)) < 400
    assert fake.requests == []


# settings


@pytest.mark.parametrize("throughput", [0, -1, NAN, float("inf"), 10_001, 0.001, "1", True, None], ids=shown)
@pytest.mark.parametrize("make", ["session", "app", "limiter"])
def test_a_throughput_is_a_rate(fake, make, throughput):
    makers: dict[str, Callable[[], object]] = {
        "session": lambda: MeliSession("APP_USR-invented", transport=fake, throughput=throughput),
        "app": lambda: MeliApp(AppCredentials(17, "s"), MemoryGrantStore(), transport=fake, throughput=throughput),
        "limiter": lambda: LocalRateLimiter(throughput),
    }
    with pytest.raises(InputError, match=r"throughput is calls per second, 0\.01 to 10,000, got "):
        makers[make]()


@pytest.mark.parametrize("make", ["session", "app"])
@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("http://api.mercadolibre.com", "is plain http: use https"),
        ("api.mercadolibre.com", r"must be https://api\.mercadolibre\.com"),
        ("https://api.mercadolibre.com/v1", "https origin without path"),
        ("https://me:word@api.mercadolibre.com", "https origin without path"),
        ("", "https origin without path"),
        (None, "https origin without path"),
    ],
)
def test_a_base_url_is_https(fake, make, url, says):
    makers: dict[str, Callable[[], object]] = {
        "session": lambda: MeliSession("APP_USR-invented", transport=fake, base_url=url),
        "app": lambda: MeliApp(AppCredentials(17, "s"), MemoryGrantStore(), transport=fake, base_url=url),
    }
    with pytest.raises(ConfigurationError, match=f"base_url .*{says}") as raised:
        makers[make]()
    assert isinstance(raised.value, ValueError)


SETTINGS: dict[str, tuple[Callable[[], object], str]] = {
    "number_as_retry": (lambda: MeliSession("t", retry=3), "retry is a RetryPolicy, got 3"),
    "number_as_breaker": (lambda: MeliSession("t", breaker=3), "breaker is a BreakerPolicy, got 3"),
    "number_as_timeouts": (lambda: MeliSession("t", timeouts=3), "timeouts is a Timeouts, got 3"),
    "retry_of_an_app": (
        lambda: MeliApp(AppCredentials(17, "s"), MemoryGrantStore(), retry=3),
        "retry is a RetryPolicy",
    ),
    "observer_alone": (lambda: MeliSession("t", observers=print), "observers must be a list of functions"),
    "number_as_observer": (lambda: MeliSession("t", observers=[3]), r"observers must be a list of functions .*\[3\]"),
    "client_id_of_letters": (lambda: AppCredentials("abc", "s"), "client_id must be the numeric App ID .*got 'abc'"),
    "client_id_below_one": (lambda: AppCredentials(-1, "s"), "client_id must be the numeric App ID"),
    "no_client_id": (lambda: AppCredentials("", "s"), "client_id must be the numeric App ID"),
    "client_id_of_zeros": (lambda: AppCredentials("000", "s"), "client_id must be the numeric App ID"),
    "no_secret": (lambda: AppCredentials(17, ""), "client_secret is empty: copy the secret key"),
    "secret_with_line_break": (lambda: AppCredentials(17, "abc\n"), r"client_secret .*copied with a line break\?"),
    "secret_that_is_no_text": (lambda: AppCredentials(17, 5), "client_secret must be text, got int"),
    "no_token": (lambda: MeliSession(""), r"access token is empty .*copied with a line break\?"),
    "token_with_line_break": (lambda: MeliSession("APP_USR-x\n"), "access token is empty or holds white space"),
    "token_with_control_character": (lambda: MeliSession("APP_USR-x\x00"), "access token is empty or .*odd characters"),
    "nothing_as_token": (lambda: MeliSession(None), "auth must be an access token as text.*got NoneType"),
    "secret_as_token": (lambda: MeliSession(Secret("APP_USR-x")), "auth must be an access token as text.*got Secret"),
    "seller_of_letters": (lambda: MeliSession("t", user_id="me"), "user_id must be a whole number"),
    "seller_zero": (lambda: MeliSession("t", user_id=0), "user_id must be a whole number"),
    "no_connect_time": (lambda: Timeouts(connect=0), r"Timeouts\.connect is seconds, more than 0, got 0"),
    "read_time_of_nan": (lambda: Timeouts(read=NAN), r"Timeouts\.read is seconds, more than 0, got nan"),
    "attempt_for_ever": (lambda: Timeouts(attempt=float("inf")), r"Timeouts\.attempt is seconds, more than 0, got inf"),
    "time_as_text": (lambda: Timeouts(attempt="20"), r"Timeouts\.attempt is seconds, more than 0, got '20'"),
    "no_attempts": (lambda: RetryPolicy(max_attempts=0), r"RetryPolicy\.max_attempts is a whole number from 1, got 0"),
    "half_an_attempt": (lambda: RetryPolicy(max_attempts=1.5), r"RetryPolicy\.max_attempts is a whole number from 1"),
    "no_back_off": (lambda: RetryPolicy(base=0), r"RetryPolicy\.base is seconds, more than 0, got 0"),
    "cap_of_nan": (lambda: RetryPolicy(cap=NAN), r"RetryPolicy\.cap is seconds, more than 0, got nan"),
    "negative_deadline": (lambda: MeliSession("t", deadline=-1), "deadline is seconds, more than 0, got -1"),
    "line_break_in_agent": (
        lambda: MeliApp(AppCredentials(17, "s"), MemoryGrantStore(), user_agent="a\r\nb: c"),
        "header user-agent must be printable ASCII",
    ),
    "plain_http_redirect": (
        lambda: MeliApp(AppCredentials(17, "s"), MemoryGrantStore(), redirect_uri="http://oms.example.com/cb"),
        "redirect_uri .*https",
    ),
    "redirect_with_query": (
        lambda: MeliApp(AppCredentials(17, "s"), MemoryGrantStore(), redirect_uri="https://oms.example.com/cb?x=1"),
        "redirect_uri",
    ),
}


@pytest.mark.parametrize("name", SETTINGS)
def test_each_wrong_setting_is_refused_when_it_is_made(name):
    make, says = SETTINGS[name]
    with pytest.raises((InputError, ConfigurationError), match=says) as raised:
        make()
    assert "abc\n" not in str(raised.value)


APPLICATION: dict[str, tuple[Callable[[MeliApp], Any], type[errors.MeliError], str]] = {
    "session_of_nobody": (lambda app: app.session(0), InputError, "user_id must be a whole number"),
    "session_of_text": (lambda app: app.session("../x"), InputError, "user_id must be a whole number"),
    "authorization_on_unknown_site": (
        lambda app: app.authorization_url("MLX", state="s" * 32),
        InputError,
        "site must be one of .*MLM.*got 'MLX'",
    ),
    "authorization_without_state": (
        lambda app: app.authorization_url("MLM", state=""),
        InputError,
        "state must be at least 128 random bits: use ",
    ),
    "disconnect_of_text": (lambda app: app.disconnect("me"), InputError, "user_id must be a whole number"),
    "grant_with_naive_moment": (
        lambda app: app.import_grant(
            17, refresh_token="TG-x", access_token="APP_USR-x", expires_at=datetime(2026, 1, 1)
        ),
        InputError,
        "expires_at: a date needs a time zone",
    ),
    "grant_of_nobody": (
        lambda app: app.import_grant("", refresh_token="TG-x"),
        InputError,
        "user_id must be a whole number",
    ),
    "another_state": (
        lambda app: app.connect("https://oms.example.com/cb?code=TG-0123456789abcdef&state=other", state="s" * 32),
        errors.StateMismatchError,
        "state",
    ),
    "no_code": (
        lambda app: app.connect("", state="s" * 32),
        InputError,
        "give the whole URL the seller was sent back to, or the code in it",
    ),
}


@pytest.mark.parametrize("name", APPLICATION)
async def test_each_mistake_with_an_application_is_named_and_nothing_is_sent(app, fake, name):
    mistake, kind, says = APPLICATION[name]
    with pytest.raises(kind, match=says):
        await outcome(mistake(app))
    assert fake.requests == []
