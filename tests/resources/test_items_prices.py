"""Prices by quantity, fees, listing types and currencies, over a real socket."""

from decimal import Decimal

import pytest

from meli_sdk import errors
from meli_sdk.models import QuantityPrice

ID, FOREIGN = "MLA1402200117", "MLM2200110011"
BUSINESS = ["channel_marketplace", "user_type_business"]


async def test_prices_by_quantity_are_replaced_as_a_whole_and_the_next_read_shows_them(local):
    (standard,) = (await local.items.prices.get(ID)).prices
    assert (standard.amount, standard.type) == ((await local.items.get(ID)).price, "standard")
    made = await local.items.prices.set_by_quantity(
        ID, [QuantityPrice.of(18000, "ARS", from_units=10), QuantityPrice.of(Decimal("17000.50"), "ARS", from_units=30)]
    )
    ten, thirty = made.by_quantity
    assert (ten.conditions.min_purchase_unit, thirty.amount) == (10, Decimal("17000.50"))
    await local.items.prices.set_by_quantity(
        ID, [QuantityPrice.kept(thirty.id), QuantityPrice.of(17500, "ARS", from_units=20)]
    )
    held = (await local.items.prices.get(ID)).by_quantity
    assert {price.conditions.min_purchase_unit: price.amount for price in held} == {
        30: Decimal("17000.50"),
        20: Decimal(17500),
    }
    assert thirty.id in {price.id for price in held}
    assert ten.id not in {price.id for price in held}


async def test_a_business_pays_the_price_of_its_quantity_and_others_the_standard_one(local):
    await local.items.prices.set_by_quantity(ID, [QuantityPrice.of(18000, "ARS", from_units=10)])
    standard = (await local.items.get(ID)).price
    for context, units, amount in (
        (BUSINESS, 10, Decimal(18000)),
        (BUSINESS, 9, standard),
        (BUSINESS[:1], 10, standard),
        (BUSINESS, None, standard),
    ):
        assert (await local.items.prices.sale(ID, context=context, quantity=units)).amount == amount


async def test_a_new_price_of_the_item_is_its_standard_price(local):
    await local.items.update(ID, {"price": Decimal("20100.10")})
    assert [one.amount for one in (await local.items.prices.get(ID)).prices] == [Decimal("20100.1")]
    assert (await local.items.prices.sale(ID)).amount == Decimal("20100.1")


async def test_contradicting_prices_by_quantity_change_nothing(local):
    await local.items.prices.set_by_quantity(ID, [QuantityPrice.of(18000, "ARS", from_units=10)])
    held = await local.items.prices.get(ID)
    (ten,) = held.by_quantity
    for rows in (
        [QuantityPrice.of(18000, "BRL", from_units=20)],
        [QuantityPrice.of(18000, "ARS", from_units=2), QuantityPrice.kept("77")],
        [QuantityPrice.kept(ten.id), QuantityPrice.of(17900, "ARS", from_units=10)],
    ):
        with pytest.raises(errors.BadRequestError if rows[-1].id == "77" else errors.QuantityPricesError):
            await local.items.prices.set_by_quantity(ID, rows)
    assert (await local.items.prices.get(ID)).prices == held.prices


async def test_prices_of_another_seller_are_refused_and_missing_items_named(local):
    with pytest.raises(errors.InvalidCallerError):
        await local.items.prices.get(FOREIGN)
    with pytest.raises(errors.ItemNotFoundError):
        await local.items.prices.set_by_quantity("MLA999", [])


# fees


async def test_fees_are_a_row_for_each_listing_type_or_the_one_that_is_asked_for(local):
    fees = {fee.listing_type_id: fee for fee in await local.items.prices.fees("MLA", 50_000)}
    assert list(fees) == ["gold_pro", "gold_special", "free"]
    special = fees["gold_special"]
    assert special.sale_fee_amount == 50_000 * special.sale_fee_details.percentage_fee / 100
    assert fees["free"].sale_fee_amount == 0
    (alone,) = await local.items.prices.fees("MLA", 50_000, listing_type_id="gold_special")
    assert alone.sale_fee_amount == special.sale_fee_amount


async def test_the_fixed_fee_of_cheap_goods_depends_on_how_they_are_shipped(local):
    async def fixed(price, **more):
        (fee,) = await local.items.prices.fees("MLA", price, listing_type_id="gold_special", **more)
        return fee.sale_fee_details.fixed_fee

    assert await fixed(50_000) == 0
    assert 0 < await fixed(5_000, logistic_type="fulfillment") < await fixed(5_000)
    assert await fixed(5_000) < await fixed(5_000, billable_weight=2_000)


# listing types


async def test_the_listing_types_of_a_site_and_how_they_are_shown(local):
    types = local.items.listing_types
    assert [one.id for one in await types.of_site("MLB")] == ["gold_pro", "gold_special", "free"]
    detail = await types.get("MLA", "gold_special")
    assert (detail.configuration.name, detail.configuration.duration_days.buy_it_now) == ("Clásica", 7300)
    assert [one.id for one in await types.exposures("MLA")] == ["lowest", "low", "mid", "high", "highest"]
    assert (await types.exposure("MLA", "highest")).priority_in_search == 0
    with pytest.raises(errors.NotFoundError):
        await types.get("MLA", "bronce")
    with pytest.raises(errors.NotFoundError):
        await types.exposure("MLA", "none")


async def test_a_seller_of_many_sales_may_not_list_for_free(box, local):
    types = local.items.listing_types
    assert [one.id for one in (await types.available("MLA3697")).available] == ["gold_pro", "gold_special"]
    refused = await types.availability("free", "MLA3697")
    assert (refused.available, refused.code) == (False, "list.transactions.exceeded")
    for order_id in list(box.world.orders):
        del box.world.orders[order_id]
    free = (await types.available("MLA3697")).available[-1]
    assert (free.id, free.remaining_listings) == ("free", 5)
    assert (await types.availability("free", "MLA3697")).available


async def test_a_changed_listing_type_shows_and_moves_what_it_can_change_to(local):
    types = local.items.listing_types
    assert [one.id for one in await types.upgrades(ID)] == ["gold_pro"]
    assert [one.id for one in await types.downgrades(ID)] == ["free"]
    assert (await types.change(ID, "gold_pro")).listing_type_id == "gold_pro"
    assert (await local.items.get(ID)).listing_type_id == "gold_pro"
    assert await types.upgrades(ID) == ()
    assert [one.id for one in await types.of_item(ID)] == ["gold_special", "free"]
    with pytest.raises(errors.ValidationFailedError):
        await types.change(ID, "bronce")


async def test_a_listing_type_that_needs_pictures_is_refused_without_them(box, local):
    box.world.listings[ID].pictures = []
    with pytest.raises(errors.ValidationFailedError) as raised:
        await local.items.listing_types.change(ID, "gold_pro")
    assert [cause.cause_id for cause in raised.value.causes] == [173]
    assert (await local.items.listing_types.change(ID, "free")).listing_type_id == "free"


async def test_an_item_of_global_selling_changes_its_listing_type_the_way_its_page_has_it(box, selling):
    assert (await selling.items.listing_types.change("CBT1234", "gold_special")).listing_type_id == "gold_special"
    assert (box.requests[-1].method, box.requests[-1].path) == ("PUT", "/items/CBT1234/listing_type")


# currencies


async def test_currencies_have_their_decimals_and_rates_that_agree(local):
    currencies = {one.id: one for one in await local.items.currencies.every()}
    assert (currencies["CLP"].decimal_places, currencies["ARS"].symbol) == (0, "$")
    assert (await local.items.currencies.get("CLP")) == currencies["CLP"]
    forth = await local.items.currencies.conversion("ARS", "CLP")
    back = await local.items.currencies.conversion("CLP", "ARS")
    assert (forth.currency_base, forth.currency_quote, forth.rate) == ("ARS", "CLP", back.inv_rate)
    with pytest.raises(errors.NotFoundError):
        await local.items.currencies.conversion("ARS", "XXX")
    with pytest.raises(errors.NotFoundError):
        await local.items.currencies.get("XXX")
