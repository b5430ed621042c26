import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from meli_sdk import MeliSession, RetryPolicy
from meli_sdk.errors import (
    CountryNotAllowedError,
    DryRunError,
    InputError,
    ItemNotFoundError,
    MeliConnectionError,
    NoChildForSiteError,
    NotApplicableError,
    OldResourceClosedError,
    OutcomeUnknownError,
    PartialFailureError,
    ResponseError,
    ServerError,
)
from meli_sdk.models import ItemChanges, SiteConfig, Warranty
from meli_sdk.resources.listing_quota import LISTINGS_PER_DAY
from meli_sdk.sandbox import GLOBAL_SELLER_ID, documented_error

PARENT, CHILD = "CBT1234", "MLM1487703748"
PUBLISHED = {"action": "POST", "item_id": "MLB1", "parent_id": PARENT, "logistic_type": "remote", "site_id": "MLB"}


# the page, in its order


async def test_every_call_of_the_page_can_be_made_in_its_order(box, selling):
    user = await selling.marketplace.user(471826944)
    assert user.targets == (("MLM", "remote"), ("MLB", "remote"), ("MLC", "remote"))
    assert user.allows("MLB", "remote")
    assert not user.allows("MLB", "fulfillment")

    config = [
        {"site_id": "MLM", "logistic_type": "remote"},
        {"site_id": "MLB", "logistic_type": "remote", "price": 11.23, "listing_type_id": "gold_pro"},
    ]
    published = await selling.marketplace.create_items("CBT1234", config)
    assert [(row.action, row.parent_id, row.site_id, row.errors) for row in published.listings] == [
        ("POST", "CBT1234", "MLM", None),
        ("POST", "CBT1234", "MLB", None),
    ]
    item = await selling.marketplace.get("MLM1487703748")
    assert (item.currency_id, item.user_logistic_type, item.shipping.logistic_type) == ("USD", "remote", "drop_off")

    await selling.marketplace.delete("CBT946690995", "MLM", "remote")

    changed = await selling.marketplace.modify("MLM1487703748", ItemChanges(title="Luces", sale_terms=[{"id": "X"}]))
    assert [part.state for part in changed.parts] == ["applied", "applied"]

    attributes = await selling.categories.attributes("CBT5849")
    assert {"BRAND", "GTIN14"} <= {attribute.id for attribute in attributes}
    terms = {term.id: term for term in await selling.categories.sale_terms("CBT5849")}
    assert {value.id for value in terms["WARRANTY_TYPE"].values} == {"2230280", "2230279", "6150835"}
    assert terms["WARRANTY_TIME"].default_unit == "months"


# create_items


async def test_a_price_leaves_as_the_number_it_is(me, fake):
    fake.answer(200, [PUBLISHED])
    await me.marketplace.create_items(PARENT, [SiteConfig("MLB", "remote", price="11.23")])
    assert fake.paths() == ["POST /marketplace/items/CBT1234"]
    assert fake.requests[0].body == b'{"config":[{"site_id":"MLB","logistic_type":"remote","price":11.23}]}'


@pytest.mark.parametrize("price", ["11.23", 11.23, Decimal("11.23")], ids=["text", "float", "decimal"])
async def test_a_price_may_be_given_in_any_exact_form(me, fake, price):
    fake.answer(200, [PUBLISHED])
    await me.marketplace.create_items(PARENT, [SiteConfig("MLB", "remote", price=price)])
    assert b'"price":11.23}' in fake.requests[0].body


async def test_what_is_set_is_sent_and_what_is_not_is_left_out(me, fake):
    fake.answer(200, [PUBLISHED, PUBLISHED])
    rows = [SiteConfig("MLM", "fulfillment"), SiteConfig("MLB", "remote", price=5, listing_type_id="gold_pro")]
    await me.marketplace.create_items(PARENT, rows)
    assert json.loads(fake.requests[0].body)["config"] == [
        {"site_id": "MLM", "logistic_type": "fulfillment"},
        {"site_id": "MLB", "logistic_type": "remote", "price": 5, "listing_type_id": "gold_pro"},
    ]


@pytest.mark.parametrize(
    ("config", "says"),
    [
        ([], "at least|one row"),
        ("MLB", "one row for each site"),
        ([SiteConfig("MLB", "remote"), SiteConfig("MLB", "remote", price=5)], "twice"),
        ([SiteConfig("MLX", "remote")], "site_id must be one of .*MLX"),
        ([SiteConfig("CBT", "remote")], "a marketplace such as MLM"),
        ([SiteConfig("MLB", "")], "logistic_type"),
        ([SiteConfig("MLB", "remote", price=0)], "above 0"),
        ([SiteConfig("MLB", "remote", price="11.235")], "two decimals"),
        ([SiteConfig("MLB", "remote", price=float("nan"))], "above 0"),
        ([SiteConfig("MLB", "remote", price=True)], "above 0"),
        ([{"site_id": "MLB"}], "missing .*logistic_type"),
        ([{"site_id": "MLB", "logistic_type": "remote", "preis": 5}], "unknown .*preis"),
    ],
    ids=[
        *("empty", "text", "doubled", "unknown_site", "global_site", "no_logistic_type", "price_zero"),
        *("price_three_decimals", "price_nan", "price_true", "row_without_logistic_type", "row_with_unknown_key"),
    ],
)
async def test_a_wrong_config_is_refused_before_any_call(me, fake, config, says):
    with pytest.raises(InputError, match=says):
        await me.marketplace.create_items(PARENT, config)
    assert fake.paths() == []


async def test_a_global_item_is_needed(me, fake):
    with pytest.raises(InputError, match="CBT parent id"):
        await me.marketplace.create_items("MLM1487703748", [SiteConfig("MLB", "remote")])
    assert fake.paths() == []


async def test_one_refused_site_leaves_the_other_usable(box, selling):
    box.refuse_site("MLC", documented_error("creating", 1))
    result = await selling.marketplace.create_items(PARENT, [SiteConfig("MLB", "remote"), SiteConfig("MLC", "remote")])
    assert [row.site_id for row in result.ok] == ["MLB"]
    assert [row.site_id for row in result.failed] == ["MLC"]
    assert (await selling.marketplace.get(result.ok[0].item_id)).status == "active"
    with pytest.raises(PartialFailureError) as raised:
        result.raise_for_errors()
    assert raised.value.ok == result.ok
    assert raised.value.failed == result.failed
    (refusal,) = raised.value.exceptions
    assert (type(refusal), refusal.status, refusal.__notes__) == (CountryNotAllowedError, 400, ["MLC remote"])
    assert result.refusals == (refusal,)


async def test_a_row_that_cannot_be_read_leaves_the_other_usable(me, fake):
    bad = {**PUBLISHED, "site_id": "MLC", "item_id": 17}
    fake.answer(200, [PUBLISHED, bad])
    result = await me.marketplace.create_items(PARENT, [SiteConfig("MLB", "remote"), SiteConfig("MLC", "remote")])
    assert [row.item_id for row in result.ok] == ["MLB1"]
    assert [(error.path, error.raw) for error in result.unreadable] == [("[1].item_id", bad)]
    with pytest.raises(PartialFailureError, match="refused by 0 of 2 sites, and 1 rows cannot be read") as raised:
        result.raise_for_errors()
    assert raised.value.exceptions == result.unreadable


async def test_a_lost_answer_is_an_unknown_outcome_and_never_sent_again(me, fake):
    fake.fail(MeliConnectionError("reset", sent=True))
    with pytest.raises(OutcomeUnknownError) as raised:
        await me.marketplace.create_items(PARENT, [SiteConfig("MLB", "remote")])
    assert raised.value.may_have_been_applied
    assert len(fake.requests) == 1


async def test_a_refused_connection_is_tried_again(me, fake):
    me = me.with_options(retry=RetryPolicy(base=0.001, cap=0.001))
    fake.fail(MeliConnectionError("refused", sent=False))
    fake.answer(200, [PUBLISHED])
    result = await me.marketplace.create_items(PARENT, [SiteConfig("MLB", "remote")])
    assert result.listings[0].item_id == "MLB1"


async def test_a_dry_run_shows_what_would_have_been_sent_and_counts_nothing(me, fake):
    with pytest.raises(DryRunError) as raised:
        await me.with_options(dry_run=True).marketplace.create_items(PARENT, [SiteConfig("MLB", "remote")])
    assert raised.value.request.method == "POST"
    assert json.loads(raised.value.request.body)["config"][0]["site_id"] == "MLB"
    assert (fake.paths(), me.marketplace.quota("MLB").used) == ([], 0)


async def test_publish_reports_each_site_in_the_same_shape(box, selling):
    result = await selling.marketplace.publish(PARENT, [SiteConfig("MLB", "remote", price="9.90")])
    row = result.listings[0]
    assert (row.action, row.parent_id, row.site_id, row.logistic_type) == ("POST", PARENT, "MLB", "remote")
    assert (await selling.marketplace.get(row.item_id)).price == Decimal("9.90")


async def test_an_unreadable_row_of_todays_answer_leaves_the_others_usable(me, fake):
    bad = {"site_id": "MLM", "logistic_type": "remote", "item_id": {"value": 17}}
    good = {"site_id": "MLB", "logistic_type": "remote", "item_id": "MLB1487700111"}
    fake.answer(200, {"item_id": PARENT, "site_id": "CBT", "site_items": [bad, good]})
    result = await me.marketplace.publish(PARENT, [SiteConfig("MLM", "remote"), SiteConfig("MLB", "remote")])
    assert [row.item_id for row in result.ok] == ["MLB1487700111"]
    assert [error.raw for error in result.unreadable] == [bad]
    with pytest.raises(PartialFailureError, match="1 rows cannot be read"):
        result.raise_for_errors()


# quota


class WallClock:
    def __init__(self) -> None:
        self.time = datetime(2026, 3, 1, 23, 59, tzinfo=UTC)

    def now(self) -> datetime:
        return self.time

    def monotonic(self) -> float:
        return self.time.timestamp()

    async def sleep(self, seconds: float) -> None:
        raise AssertionError(seconds)


async def test_the_listing_after_ten_thousand_is_refused_before_the_call_until_the_next_utc_day(me, fake):
    clock = me._caller.pipeline.clock = WallClock()
    rows = [SiteConfig("MLB", "remote")]
    fake.answer(200, [PUBLISHED], times=LISTINGS_PER_DAY + 1)
    for _ in range(LISTINGS_PER_DAY):
        await me.marketplace.create_items(PARENT, rows)
    assert (me.marketplace.quota("MLB").left, me.marketplace.quota("MLM").left) == (0, 10_000)
    with pytest.raises(NotApplicableError, match=r"10,000 a day and site.*tomorrow"):
        await me.marketplace.create_items(PARENT, rows)
    assert len(fake.requests) == LISTINGS_PER_DAY
    clock.time = datetime(2026, 3, 2, 0, 0, tzinfo=UTC)
    await me.marketplace.create_items(PARENT, rows)
    assert me.marketplace.quota("MLB").used == 1


async def test_quotas_of_sellers_are_apart(box, opened):
    seller = opened(GLOBAL_SELLER_ID)
    await seller.marketplace.create_items(PARENT, [SiteConfig("MLB", "remote")])
    assert seller.marketplace.quota("MLB").used == 1
    assert seller.with_options(deadline=30).marketplace.quota("MLB").used == 1
    assert opened(118_320_047).marketplace.quota("MLB").used == 0


# modify


async def test_fields_of_two_resources_make_two_calls_and_both_are_reported(me, fake):
    fake.answer(200, {}, times=2)
    changes = ItemChanges(title="Luces", price="11.23", pictures=[{"source": "https://pictures.example.com/1.jpg"}])
    result = await me.marketplace.modify(CHILD, changes)
    assert fake.paths() == [f"PUT /items/{CHILD}", f"PUT /marketplace/items/{CHILD}"]
    assert fake.requests[1].body == b'{"title":"Luces","price":11.23}'
    assert [(part.fields, part.state) for part in result.parts] == [
        (("pictures",), "applied"),
        (("title", "price"), "applied"),
    ]
    result.raise_for_errors()


async def test_a_second_part_that_fails_is_told_apart_from_the_first(me, fake):
    fake.answer(200, {})
    fake.answer(400, {"message": "Invalid parameter", "error": "bad_request", "status": 400, "cause": []})
    result = await me.marketplace.modify(CHILD, ItemChanges(title="Luces", condition="new"))
    assert [(part.resource, part.state) for part in result.parts] == [
        ("/items/{item_id}", "applied"),
        ("/marketplace/items/{item_id}", "failed"),
    ]
    assert result.failed[0].error.status == 400
    with pytest.raises(PartialFailureError, match="1 of 2 parts"):
        result.raise_for_errors()


async def test_a_first_part_that_fails_is_raised_and_nothing_else_is_sent(me, fake):
    fake.answer(500, {"message": "Oops!", "error": "internal_server_error", "status": 500}, times=2)
    me = me.with_options(retry=RetryPolicy(base=0.001, cap=0.001))
    with pytest.raises(ServerError):
        await me.marketplace.modify(CHILD, ItemChanges(title="Luces", condition="new"))
    assert set(fake.paths()) == {f"PUT /items/{CHILD}"}


async def test_a_lost_answer_to_the_second_part_is_unknown(me, fake):
    me = me.with_options(retry=RetryPolicy.never())
    fake.answer(200, {})
    fake.fail(MeliConnectionError("reset", sent=True))
    result = await me.marketplace.modify(CHILD, ItemChanges(title="Luces", condition="new"))
    assert [part.state for part in result.parts] == ["applied", "unknown"]
    assert isinstance(result.failed[0].error, OutcomeUnknownError)


async def test_where_the_old_resource_is_closed_update_is_named(box, selling):
    box.close_old_resource()
    with pytest.raises(OldResourceClosedError, match=r"marketplace\.update"):
        await selling.marketplace.modify(PARENT, ItemChanges(title="Luces", condition="new"))
    result = await selling.marketplace.update(PARENT, ItemChanges(title="Luces"))
    assert result.parts[0].state == "applied"
    assert (await selling.marketplace.get(PARENT)).title == "Luces"


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({}, "the change is empty"),
        ({"titel": "x"}, "unknown field 'titel'.*title"),
        ({"title": " "}, "title must be text"),
        ({"price": -1}, "above 0"),
        ({"price": "1.234"}, "two decimals"),
        ({"available_quantity": -1}, "0-99,999"),
        ({"available_quantity": 1.5}, "0-99,999"),
        ({"available_quantity": True}, "0-99,999"),
        ({"status": "closed"}, "active, paused"),
        ({"condition": "used"}, "must be 'new'"),
        ({"category_id": "5849"}, "category_id"),
        ({"warranty": "6 months"}, "Warranty"),
        ({"pictures": []}, "at least one row"),
        ({"pictures": "https://pictures.example.com/1.jpg"}, "at least one row"),
        ({"currency_id": "MXN"}, "USD only"),
        ({"listing_type_id": "gold_pro"}, "list it again"),
        ({"buying_mode": "auction"}, "fixed when the item is listed"),
        ({"video_id": "x"}, "cannot be changed"),
    ],
    ids=[
        *("empty", "unknown_field", "title_blank", "price_negative", "price_three_decimals", "quantity_negative"),
        *("quantity_fraction", "quantity_true", "status_closed", "condition_used", "category_without_site"),
        *("warranty_text", "pictures_empty", "pictures_text", "currency", "listing_type", "buying_mode", "video"),
    ],
)
async def test_a_wrong_change_is_refused_before_any_call(me, fake, changes, says):
    with pytest.raises(InputError, match=says):
        await me.marketplace.modify(CHILD, changes, logistic_type="remote")
    assert fake.paths() == []


async def test_condition_and_attributes_travel_as_one_list_and_warranty_with_sale_terms(me, fake):
    fake.answer(200, {})
    await me.marketplace.modify(
        CHILD,
        ItemChanges(
            condition="new",
            attributes=[{"id": "BRAND", "value_name": "Norte"}],
            warranty=Warranty("6150835"),
            sale_terms=[{"id": "MANUFACTURING_TIME", "value_name": "3 days"}],
        ),
    )
    body = json.loads(fake.requests[0].body)
    assert [row["id"] for row in body["attributes"]] == ["ITEM_CONDITION", "BRAND"]
    assert [row["id"] for row in body["sale_terms"]] == ["WARRANTY_TYPE", "MANUFACTURING_TIME"]


async def test_stock_is_refused_where_mercado_libre_holds_it(me, fake):
    with pytest.raises(NotApplicableError, match="logistic type is fulfillment"):
        await me.marketplace.modify(CHILD, ItemChanges(available_quantity=3), logistic_type="fulfillment")
    assert fake.paths() == []


async def test_the_logistic_type_is_read_once_before_the_first_write(me, fake):
    fake.answer(200, {"id": CHILD, "user_logistic_type": "fulfillment"})
    with pytest.raises(NotApplicableError, match="remote"):
        await me.marketplace.modify(CHILD, ItemChanges(available_quantity=3, title="Luces"))
    assert fake.paths() == [f"GET /marketplace/items/{CHILD}"]


async def test_stock_changes_where_the_type_read_is_remote(selling):
    await selling.marketplace.modify(CHILD, ItemChanges(available_quantity=3))
    assert (await selling.marketplace.get(CHILD)).available_quantity == 3


async def test_a_title_longer_than_the_category_allows_is_refused(me, fake):
    fake.answer(200, {"id": CHILD, "category_id": "MLM1055"})
    fake.answer(200, {"id": "MLM1055", "settings": {"max_title_length": 70}})
    with pytest.raises(InputError, match="title has 71 characters, MLM1055 allows 70"):
        await me.marketplace.modify(CHILD, ItemChanges(title="x" * 71))
    assert [path.split()[0] for path in fake.paths()] == ["GET", "GET"]


# delete


async def test_an_active_item_is_not_deleted(box, selling):
    published = await selling.marketplace.create_items(PARENT, [SiteConfig("MLM", "remote")])
    item_id = published.ok[0].item_id
    with pytest.raises(NotApplicableError, match=f"{item_id} is active.*paused"):
        await selling.marketplace.delete(PARENT, "MLM", "remote")
    assert not [call for call in box.requests if call.method == "PUT"]
    with pytest.raises(ResponseError) as refused:
        await selling.marketplace.delete(PARENT, "MLM", "remote", check=False)
    assert refused.value.status == 400


async def test_what_is_deleted_is_gone_on_the_next_read(selling):
    published = await selling.marketplace.create_items(PARENT, [SiteConfig("MLM", "remote")])
    item_id = published.ok[0].item_id
    await selling.marketplace.modify(item_id, ItemChanges(status="paused"))
    await selling.marketplace.delete(PARENT, "MLM", "remote")
    with pytest.raises(ItemNotFoundError) as raised:
        await selling.marketplace.get(item_id)
    assert raised.value.item_id == item_id


async def test_any_body_of_a_200_is_a_deletion(me, fake):
    for body in (b"", b"OK", {"id": PARENT}, []):
        fake.answer(200, body)
        await me.marketplace.delete(PARENT, "MLM", "remote", check=False)
    assert set(fake.paths()) == {"PUT /global/items/CBT1234"}
    assert fake.requests[0].body == b'{"site_id":"MLM","logistic_type":"remote","deleted":true}'


async def test_an_item_that_is_not_published_there_cannot_be_deleted(selling):
    with pytest.raises(NotApplicableError, match="no item in MLC"):
        await selling.marketplace.delete("CBT946690995", "MLC", "remote")
    with pytest.raises(NoChildForSiteError):
        await selling.marketplace.delete("CBT946690995", "MLC", "fulfillment", check=False)


# others


async def test_update_of_one_marketplace_item_names_its_site(me, fake):
    fake.answer(200, {})
    await me.marketplace.update(PARENT, ItemChanges(title="Luces"), site_id="MLM", logistic_type="remote")
    assert fake.paths() == ["PUT /global/items/CBT1234"]
    assert json.loads(fake.requests[0].body) == {"title": "Luces", "site_id": "MLM", "logistic_type": "remote"}
    with pytest.raises(InputError, match="go together"):
        await me.marketplace.update(PARENT, ItemChanges(title="Luces"), site_id="MLM")


async def test_a_session_without_seller_says_how_to_name_one(fake):
    me = MeliSession("APP_USR-invented", transport=fake)
    with pytest.raises(InputError, match="user_id"):
        await me.marketplace.user()
    assert fake.paths() == []


async def test_a_global_item_lists_its_children_and_names_its_sku(selling):
    published = await selling.marketplace.create_items(PARENT, [SiteConfig("MLB", "remote")])
    parent = await selling.marketplace.get(PARENT)
    assert published.ok[0].item_id in {child.item_id for child in parent.marketplace_items}
    assert parent.sku
