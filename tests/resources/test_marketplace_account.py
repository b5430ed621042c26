"""Publishing by today's resource, and what hangs on a Global Selling account, on a real socket."""

import json
from datetime import timedelta
from decimal import Decimal

import pytest

from meli_sdk import errors
from meli_sdk.models import (
    AttributeInput,
    DescriptionInput,
    GlobalItemUpdate,
    ListingProceeds,
    NewGlobalItem,
    SiteToSell,
    WorkingDayChoice,
)
from meli_sdk.sandbox import GLOBAL_SELLER_ID, MEXICAN_ACCOUNT_ID

PARENT, CHILD = "CBT1702345118", "MLM1487703748"


def ball(**changes: object) -> NewGlobalItem:
    fields: dict[str, object] = {
        "title": "Reflective Soccer Ball",
        "category_id": "CBT12683",
        "currency_id": "USD",
        "available_quantity": 10,
        "global_net_proceeds": 60,
        "description": DescriptionInput(plain_text="A ball."),
        "attributes": [AttributeInput("SELLER_SKU", value_name="SC-1520")],
        "sites_to_sell": [SiteToSell("MLB", "remote", title="Bola Refletiva"), SiteToSell("MLC", "remote")],
    }
    return NewGlobalItem(**{**fields, **changes})


async def test_a_global_item_is_created_and_listed_in_one_call(box, selling):
    done = await selling.marketplace.create(ball())
    assert done.cbt_item_id.startswith("CBT")
    assert [row.site_id for row in done.ok] == ["MLB", "MLC"]
    assert (await selling.marketplace.get(done.ok[0].item_id)).title == "Bola Refletiva"
    sent = json.loads(box.requests[0].body)
    assert sent["sites_to_sell"][0] == {"site_id": "MLB", "logistic_type": "remote", "title": "Bola Refletiva"}
    assert "price" not in sent
    assert selling.marketplace.quota("MLB").used == 1


async def test_sites_that_refuse_are_rows_of_the_result(selling):
    done = await selling.marketplace.create(
        ball(sites_to_sell=[SiteToSell("MLB", "remote"), SiteToSell("MCO", "remote")])
    )
    assert [row.site_id for row in done.failed] == ["MCO"]
    with pytest.raises(errors.PartialFailureError):
        done.raise_for_errors()


@pytest.mark.parametrize(
    "changes",
    [
        {"sites_to_sell": []},
        {"sites_to_sell": [SiteToSell("MLB", "remote"), SiteToSell("MLB", "remote")]},
        {"sites_to_sell": [SiteToSell("MLB", "remote", price=1, net_proceeds=1)]},
        {"sites_to_sell": [SiteToSell("CBT", "remote")]},
        {"sites_to_sell": [{"site_id": "MLB", "logistic_type": "remote", "colour": "red"}]},
        {"currency_id": "ARS"},
        {"global_net_proceeds": 0},
        {"price": Decimal("1.001")},
        {"available_quantity": -1},
    ],
    ids=str,
)
async def test_a_wrong_item_is_refused_before_the_call(fake, me, changes):
    with pytest.raises(errors.InputError):
        await me.marketplace.create(ball(**changes))
    assert fake.requests == []


@pytest.mark.parametrize(
    "changes",
    [
        {"site_id": "MLB"},
        {"logistic_type": "remote"},
        {"site_id": "MLB", "logistic_type": "remote"},
        {"net_proceeds": -1, "site_id": "MLB", "logistic_type": "remote"},
        {"available_quantity": True},
        {},
    ],
    ids=str,
)
async def test_a_wrong_update_is_refused_before_the_call(fake, me, changes):
    with pytest.raises(errors.InputError):
        await me.marketplace.update(PARENT, GlobalItemUpdate(**changes))
    assert fake.requests == []


async def test_net_proceeds_of_one_marketplace_and_of_several(fake, me):
    fake.answer(200, {}, times=2)
    change = GlobalItemUpdate(site_id="MLC", logistic_type="remote", net_proceeds=48)
    done = await me.marketplace.update(PARENT, change)
    assert done.parts[0].fields == ("net_proceeds",)
    assert json.loads(fake.requests[0].body) == {"site_id": "MLC", "logistic_type": "remote", "net_proceeds": 48}
    rows = [
        ListingProceeds(listing_item_id="MLC2994461456", logistic_type="remote", net_proceeds=45),
        ListingProceeds(listing_item_id="MLB5523633278", logistic_type="remote", net_proceeds=Decimal("50.25")),
    ]
    await me.marketplace.set_net_proceeds(PARENT, rows)
    assert fake.paths()[1] == f"PUT /global/items/{PARENT}"
    assert fake.requests[1].body == (
        b'{"site_listings":[{"logistic_type":"remote","listing_item_id":"MLC2994461456","net_proceeds":45},'
        b'{"logistic_type":"remote","listing_item_id":"MLB5523633278","net_proceeds":50.25}]}'
    )


async def test_wrong_net_proceeds_are_refused_before_the_call(fake, me):
    one = ListingProceeds(listing_item_id="MLC1", logistic_type="remote", net_proceeds=45)
    for rows in ([], [one, one], [ListingProceeds(listing_item_id="CBT1", logistic_type="remote", net_proceeds=1)]):
        with pytest.raises(errors.InputError):
            await me.marketplace.set_net_proceeds(PARENT, rows)
    assert fake.requests == []


async def test_caps_tell_how_many_listings_are_left(selling):
    caps = {cap.site_id: cap for cap in await selling.marketplace.caps()}
    assert caps.keys() == {"MLM", "MLB", "MLC"}
    assert (caps["MLM"].quota, caps["MLM"].left) == (1000, 1000 - caps["MLM"].total_items)
    unlimited = caps["MLB"]
    unlimited.quota = 0
    assert unlimited.left is None
    assert str(unlimited) == "MarketplaceCap MLB remote 0 of no limit"


async def test_children_of_a_global_item(selling):
    mapping = await selling.marketplace.children(PARENT)
    assert [child.item_id for child in mapping.marketplace_items] == [CHILD]
    assert (mapping.item_id, mapping.parent_id) == (PARENT, "")


async def test_the_items_of_the_account_are_scanned_to_the_end(box, selling):
    found = [item_id async for item_id in selling.marketplace.search(page_size=2)]
    assert sorted(found) == sorted(one.id for one in box.world.listings.values() if one.is_global)
    assert all(request.query["search_type"] == "scan" and "offset" not in request.query for request in box.requests)
    assert box.requests[1].query["scroll_id"]
    assert await selling.marketplace.search(sku="LAN-L20").collect(limit=9) == ["CBT1234"]
    assert await selling.marketplace.search(status=["paused"]).collect(limit=9) == []


async def test_the_description_of_a_site_is_written_replaced_and_read(box, selling):
    api = selling.marketplace
    box.world.listings[CHILD].description = ""
    with pytest.raises(errors.NotFoundError, match="Description of item"):
        await api.description(PARENT, "MLM", "remote")
    await api.set_description(PARENT, "MLM", "remote", "Primera.")
    assert [request.method for request in box.requests[-1:]] == ["POST"]
    await api.set_description(PARENT, "MLM", "remote", "Segunda.")
    assert [request.method for request in box.requests[-2:]] == ["POST", "PUT"]
    found = await api.description(PARENT, "MLM", "remote")
    assert (found.plain_text, found.translated_plain_text) == ("Segunda.", "")


async def test_a_description_with_markup_names_its_cause(selling, box):
    box.world.listings[CHILD].description = ""
    with pytest.raises(errors.ValidationFailedError) as raised:
        await selling.marketplace.set_description(PARENT, "MLM", "remote", "Text <br>")
    assert raised.value.causes[0].cause_id == 398
    assert raised.value.causes[0].references == ("plain_text[0]",)


async def test_a_description_where_the_account_has_no_marketplace(selling):
    with pytest.raises(errors.BadRequestError, match="you dont have user") as raised:
        await selling.marketplace.set_description(PARENT, "MCO", "remote", "Texto.")
    assert "targets" in raised.value.remedy


async def test_the_listing_type_is_classic_or_premium(selling, fake, me):
    assert (await selling.marketplace.set_listing_type(CHILD, "gold_special")).listing_type_id == "gold_special"
    with pytest.raises(errors.InputError, match="listing_type_id"):
        await me.marketplace.set_listing_type(CHILD, "free")
    assert fake.requests == []


async def test_items_that_have_to_go_into_the_catalogue(box, selling):
    found = [item_id async for item_id in selling.marketplace.catalog_forewarnings(page_size=1)]
    assert found == box.world.desk.forewarned


async def test_price_references(selling):
    listed = await selling.marketplace.price_references(MEXICAN_ACCOUNT_ID)
    assert (listed.total, listed.items) == (1, (CHILD,))
    found = await selling.marketplace.price_reference(CHILD)
    assert found.suggested_price.usd_amount == Decimal("11.90")
    assert found.metadata.graph[0].info.sold_quantity == 40
    assert str(found) == f"PriceReference {CHILD} with_benchmark_high"


@pytest.mark.parametrize(
    ("call", "kind", "message"),
    [
        (lambda me: me.marketplace.price_references(471_830_260), errors.NotFoundError, "no items with price"),
        (lambda me: me.marketplace.price_references(5), errors.UnidentifiedUserError, "identify"),
        (lambda me: me.marketplace.price_reference("CBT1234"), errors.NotFoundError, "not a CBT item"),
        (lambda me: me.marketplace.price_reference("MLM1533802216"), errors.NotFoundError, "not found, item id"),
    ],
)
async def test_price_references_that_are_not_there(selling, call, kind, message):
    with pytest.raises(kind, match=message) as raised:
        await call(selling)
    assert raised.value.remedy


async def test_what_shipping_costs(selling):
    cost = await selling.marketplace.shipping_cost(CHILD)
    assert (cost.shipping_fee, cost.currency_id, cost.billable_weight.unit) == (Decimal("9.96"), "USD", "g")


async def test_holidays_are_taken_off_until_four_days_before(box, selling):
    api = selling.marketplace
    days = {day.description: day for day in (await api.working_days(MEXICAN_ACCOUNT_ID)).dates}
    day = box.world.now().date() + timedelta(days=20)
    assert days["Dia De La Prueba"].date == day.isoformat()
    await api.set_working_days(MEXICAN_ACCOUNT_ID, "MLM", [WorkingDayChoice(date=day, checked=True)])
    days = {day.description: day for day in (await api.working_days(MEXICAN_ACCOUNT_ID)).dates}
    assert [days[name].checked for name in ("Dia De La Prueba", "Dia Del Sandbox")] == [True, False]
    soon = WorkingDayChoice(date=box.world.now().date() + timedelta(days=2), checked=True)
    with pytest.raises(errors.BadRequestError, match="4 days"):
        await api.set_working_days(MEXICAN_ACCOUNT_ID, "MLM", [soon])
    with pytest.raises(errors.InvalidCallerError, match="merchant"):
        await api.working_days(GLOBAL_SELLER_ID)
    with pytest.raises(errors.InputError):
        await api.set_working_days(MEXICAN_ACCOUNT_ID, "MLM", [])
    named = WorkingDayChoice(date=day, checked=True, description="Dia De La Prueba")
    assert named.as_row() == {"checked": True, "date": day.isoformat(), "description": "Dia De La Prueba"}
