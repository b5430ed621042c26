"""Stock: the newest level of each SKU and warehouse reaches the right place, and nothing else does."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from meli_sdk.channel import (
    InventoryProgress,
    InventoryReport,
    StockLevel,
    WarehouseMapping,
)
from meli_sdk.errors import InputError, MappingError
from meli_sdk.sandbox import Sandbox
from meli_sdk.sandbox.fault_proxy import FaultProxy
from meli_sdk.sandbox.faults import Fault, FaultKind, FaultPlan
from meli_sdk.wire.observe import Event, Observers

from .conftest import MovableClock, each_database
from .inventory_bed import (
    LAMP,
    LAMP_ITEM,
    NORTH,
    SOUTH,
    Open,
    PassingClock,
    add_listings,
    api_url,
    open_channel,
    outcomes,
    proxy,
    throughput,
    writes,
)

__all__ = ["api_url", "open_channel", "proxy", "throughput"]


@pytest.fixture
def clock() -> MovableClock:
    return PassingClock()


# where it goes


@each_database
async def test_a_local_items_stock_is_set_and_read_back(open_channel: Open, box: Sandbox):
    channel = await open_channel()
    report = await channel.sync_inventory([StockLevel(LAMP, "MAIN", 4)])
    assert outcomes(report) == ["applied"]
    assert report.rows[0].item_id == LAMP_ITEM
    assert box.world.listings[LAMP_ITEM].available_quantity == 4
    assert writes(box) == [(f"/items/{LAMP_ITEM}", {"available_quantity": 4})]
    assert box.requests[-1].method == "GET"


async def test_a_global_items_stock_is_set_on_the_parent_and_shows_in_its_children(open_channel: Open, box: Sandbox):
    channel = await open_channel("global")
    report = await channel.sync_inventory([StockLevel("FAI-F100", "MAIN", 3)])
    assert outcomes(report) == ["applied"]
    assert writes(box) == [("/global/items/CBT1702345118", {"available_quantity": 3})]
    assert box.world.listings["MLM1487703748"].available_quantity == 3


async def test_each_warehouse_has_its_store_and_stores_without_a_level_keep_theirs(open_channel: Open, box: Sandbox):
    channel = await open_channel("stores")
    product = box.world.user_products["MLMU3001122331"]
    report = await channel.sync_inventory([StockLevel("LAM-AUR", "N", 6)])
    assert outcomes(report) == ["applied"]
    assert [(place.store_id, place.quantity) for place in product.places] == [(NORTH, 6), (SOUTH, 25)]
    report = await channel.sync_inventory([StockLevel("LAM-AUR", "S", 0), StockLevel("LAM-AUR", "N", 6)])
    assert outcomes(report) == ["applied", "applied"]
    assert [(place.store_id, place.quantity) for place in product.places] == [(NORTH, 6), (SOUTH, 0)]


async def test_what_lies_beside_mercado_libres_warehouse_is_set_there(open_channel: Open, box: Sandbox):
    channel = await open_channel()
    report = await channel.sync_inventory([StockLevel("PAR-DELTA", "MAIN", 8)])
    assert outcomes(report) == ["applied"]
    (path, body) = writes(box)[0]
    assert path.endswith("/stock/type/selling_address")
    assert body == {"quantity": 8}


async def test_what_mercado_libres_warehouse_holds_is_skipped_with_the_reason(open_channel: Open, box: Sandbox):
    channel = await open_channel()
    report = await channel.sync_inventory([StockLevel("CAR-V20", "MAIN", 8)])
    assert outcomes(report) == ["skipped"]
    assert "Mercado Libre's warehouse holds it" in str(report.rows[0].reason)
    assert writes(box) == []


async def test_a_variations_stock_travels_with_the_ids_of_all_variations(open_channel: Open, box: Sandbox):
    def variation(number: int, sku: str) -> dict[str, object]:
        attribute = {"id": "SELLER_SKU", "name": "SKU", "value_id": None, "value_name": sku}
        return {"id": number, "available_quantity": 5, "price": 10, "attributes": [attribute]}

    box.world.listings[LAMP_ITEM].variations = [variation(71, "LAM-RED"), variation(72, "LAM-BLUE")]
    channel = await open_channel()
    report = await channel.sync_inventory([StockLevel("LAM-BLUE", "MAIN", 2)])
    assert outcomes(report) == ["applied"]
    assert writes(box) == [(f"/items/{LAMP_ITEM}", {"variations": [{"id": 71}, {"id": 72, "available_quantity": 2}]})]


async def test_two_warehouses_on_one_location_are_added_up(open_channel: Open, box: Sandbox):
    both = {name: WarehouseMapping("selling_address", combine="sum") for name in ("A", "B")}
    channel = await open_channel(warehouses=both)
    report = await channel.sync_inventory([StockLevel(LAMP, "A", 4), StockLevel(LAMP, "B", 3)])
    assert outcomes(report) == ["applied", "applied"]
    assert writes(box) == [(f"/items/{LAMP_ITEM}", {"available_quantity": 7})]
    report = await channel.sync_inventory([StockLevel(LAMP, "B", 1)])
    assert outcomes(report) == ["applied"]
    assert box.world.listings[LAMP_ITEM].available_quantity == 5


async def test_more_than_mercado_libre_takes_together_is_refused_before_it_is_sent(open_channel: Open, box: Sandbox):
    both = {name: WarehouseMapping("selling_address", combine="sum") for name in ("A", "B")}
    channel = await open_channel(warehouses=both)
    report = await channel.sync_inventory([StockLevel(LAMP, "A", 99_999), StockLevel(LAMP, "B", 1)])
    assert outcomes(report) == ["failed", "failed"]
    assert "100000 units together" in str(report.rows[0].reason)
    assert writes(box) == []


# which warehouse, which SKU


async def test_without_a_warehouse_mapping_nothing_is_sent_or_stored_and_the_error_says_why(
    open_channel: Open, box: Sandbox
):
    channel = await open_channel(warehouses={})
    with pytest.raises(MappingError, match="warehouses is empty"):
        await channel.sync_inventory([StockLevel(LAMP, "MAIN", 4)])
    assert (await channel.stock_status()).waiting == 0
    assert writes(box) == []


@pytest.mark.parametrize(("seller", "location"), [("local", "selling_addres"), ("stores", "310020"), ("global", "MLM")])
async def test_a_location_that_is_not_exactly_the_accounts_is_refused_before_the_first_write(
    open_channel: Open, box: Sandbox, seller: str, location: str
):
    channel = await open_channel(seller, warehouses={"MAIN": location})
    with pytest.raises(MappingError, match=location):
        await channel.sync_inventory([StockLevel(LAMP, "MAIN", 4)])
    assert writes(box) == []


async def test_an_unmapped_warehouse_is_skipped_and_never_counted_as_zero(open_channel: Open, box: Sandbox):
    channel = await open_channel()
    report = await channel.sync_inventory([StockLevel(LAMP, "OUTLET", 0), StockLevel(LAMP, "MAIN", 26)])
    assert outcomes(report) == ["skipped", "unchanged"]
    assert "'OUTLET' has no mapping" in str(report.rows[0].reason)
    assert writes(box) == []
    channel.use(channel.settings.with_changes(warehouses={"OUTLET": "selling_address"}))
    report = await channel.sync_inventory([StockLevel(LAMP, "OUTLET", 0)])
    assert outcomes(report) == ["applied"]


async def test_unknown_and_ambiguous_skus_are_reported_and_never_guessed(open_channel: Open, box: Sandbox):
    twin = box.world.listings["MLA1402200148"]
    twin.attributes = box.world.listings[LAMP_ITEM].attributes
    channel = await open_channel()
    report = await channel.sync_inventory([StockLevel(LAMP, "MAIN", 1), StockLevel("lam-faro", "MAIN", 1)])
    assert outcomes(report) == ["failed", "failed"]
    assert "ambiguous: MLA1402200131, MLA1402200148" in str(report.rows[0].reason)
    assert "no item of the account has the SKU 'lam-faro'" in str(report.rows[1].reason)
    assert writes(box) == []
    assert not report.complete
    twin.status = "closed"
    assert outcomes(await channel.sync_inventory([StockLevel(LAMP, "MAIN", 1)])) == ["applied"]


async def test_items_that_share_a_user_products_stock_are_one_place(open_channel: Open, box: Sandbox):
    for item_id in (LAMP_ITEM, "MLA1402200148"):
        box.world.listings[item_id].attributes = box.world.listings["MLA1402200117"].attributes
        box.world.listings[item_id].user_product_id = "MLAU4001122331"
    channel = await open_channel()
    report = await channel.sync_inventory([StockLevel("AUR-X2", "MAIN", 2)])
    assert outcomes(report) == ["applied"]
    assert box.world.listings["MLA1402200148"].available_quantity == 2


async def test_a_sku_that_moves_to_another_item_is_followed(open_channel: Open, box: Sandbox):
    channel = await open_channel()
    await channel.sync_inventory([StockLevel(LAMP, "MAIN", 4)])
    old, new = box.world.listings[LAMP_ITEM], box.world.listings["MLA1402200148"]
    old.attributes, new.attributes = new.attributes, old.attributes
    report = await channel.sync_inventory([StockLevel(LAMP, "MAIN", 9)])
    assert outcomes(report) == ["applied"]
    assert (old.available_quantity, new.available_quantity) == (4, 9)


async def test_with_a_table_of_skus_theirs_is_looked_for_and_others_are_skipped(open_channel: Open, box: Sandbox):
    channel = await open_channel(skus={"0001": LAMP})
    report = await channel.sync_inventory([StockLevel("0001", "MAIN", 4), StockLevel(LAMP, "MAIN", 4)])
    assert outcomes(report) == ["applied", "skipped"]
    assert "has no mapping: add it to the settings' skus" in str(report.rows[1].reason)


# which level counts


async def test_the_greatest_sequence_wins_in_whatever_order_levels_come(open_channel: Open, box: Sandbox):
    channel = await open_channel()
    levels = [StockLevel(LAMP, "MAIN", quantity, sequence) for quantity, sequence in ((7, 3), (2, 9), (5, 4))]
    assert outcomes(await channel.sync_inventory(levels)) == ["superseded", "applied", "superseded"]
    assert writes(box) == [(f"/items/{LAMP_ITEM}", {"available_quantity": 2})]
    late = await channel.sync_inventory([StockLevel(LAMP, "MAIN", 50, 8)])
    assert outcomes(late) == ["superseded"]
    assert late.calls == 0
    assert box.world.listings[LAMP_ITEM].available_quantity == 2


async def test_without_a_sequence_the_moment_counts_and_without_that_the_order_of_arrival(
    open_channel: Open, box: Sandbox
):
    channel = await open_channel()
    noon = datetime(2026, 1, 1, 12, tzinfo=UTC)
    newer = StockLevel(LAMP, "MAIN", 3, observed_at=noon)
    older = StockLevel(LAMP, "MAIN", 8, observed_at=noon - timedelta(seconds=1))
    assert outcomes(await channel.sync_inventory([newer, older])) == ["applied", "superseded"]
    assert outcomes(await channel.sync_inventory([StockLevel(LAMP, "MAIN", 1), StockLevel(LAMP, "MAIN", 2)])) == [
        "superseded",
        "applied",
    ]
    assert box.world.listings[LAMP_ITEM].available_quantity == 2


async def test_the_same_level_again_costs_no_call(open_channel: Open):
    channel = await open_channel()
    level = StockLevel(LAMP, "MAIN", 4, 1)
    await channel.sync_inventory([level])
    again = await channel.sync_inventory([level])
    assert outcomes(again) == ["unchanged"]
    assert again.calls == 0


async def test_one_sequence_with_two_quantities_is_told(open_channel: Open):
    channel = await open_channel()
    report = await channel.sync_inventory([StockLevel(LAMP, "MAIN", 4, 1), StockLevel(LAMP, "MAIN", 5, 1)])
    assert outcomes(report) == ["applied", "superseded"]
    assert "another quantity, 4, has the same sequence" in str(report.rows[1].reason)


async def test_a_newer_level_with_the_quantity_of_before_is_sent_where_a_sale_came_between(
    open_channel: Open, box: Sandbox
):
    channel = await open_channel()
    await channel.sync_inventory([StockLevel(LAMP, "MAIN", 4, 1)])
    box.world.listings[LAMP_ITEM].available_quantity = 3
    assert outcomes(await channel.sync_inventory([StockLevel(LAMP, "MAIN", 4, 2)])) == ["applied"]
    assert box.world.listings[LAMP_ITEM].available_quantity == 4


async def test_what_is_shown_already_is_read_twenty_at_a_time_and_not_sent(open_channel: Open, box: Sandbox):
    skus = add_listings(box, 45)
    channel = await open_channel()
    await channel.review_skus()
    before = len(box.requests)
    report = await channel.sync_inventory([StockLevel(sku, "MAIN", 10) for sku in skus])
    assert set(outcomes(report)) == {"unchanged"}
    assert report.writes == 0
    assert report.calls == 3
    assert len(box.requests) - before <= 3 + 3  # and the check of the account


async def test_many_unknown_skus_are_found_by_reading_every_item_once(open_channel: Open, box: Sandbox):
    skus = add_listings(box, 60)
    channel = await open_channel()
    report = await channel.sync_inventory([StockLevel(sku, "MAIN", 10) for sku in skus])
    assert set(outcomes(report)) == {"unchanged"}
    searches = [one for one in box.requests if one.path.endswith("/items/search")]
    assert len(searches) == 2
    assert not any("seller_sku" in one.query for one in searches)


# which goes first


async def test_sell_outs_go_first_then_what_became_less(
    open_channel: Open, box: Sandbox, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("meli_sdk.channel.inventory_turns.LEAST_AT_ONCE", 1)  # a clock that never waits parts no calls
    skus = add_listings(box, 25)
    channel = await open_channel(throughput=1)
    await channel.queue_stock([StockLevel(sku, "MAIN", 10, 1) for sku in skus])
    levels = [StockLevel(sku, "MAIN", 20, 2) for sku in skus[:-2]]
    report = await channel.sync_inventory(
        [*levels, StockLevel(skus[-2], "MAIN", 3, 2), StockLevel(skus[-1], "MAIN", 0, 2)]
    )
    assert set(outcomes(report)) == {"applied"}
    assert [body["available_quantity"] for _, body in writes(box)] == [0, 3, *[20] * 23]


async def test_a_sell_out_that_comes_while_others_wait_overtakes_them(open_channel: Open, box: Sandbox):
    skus = add_listings(box, 30)
    channel = await open_channel(throughput=1)
    await channel.review_skus()
    sold_out: list[asyncio.Task[InventoryReport]] = []

    def on_request(event: Event) -> None:
        if len(writes(box)) >= 3 and not sold_out:
            sold_out.append(asyncio.create_task(channel.sync_inventory([StockLevel(skus[-1], "MAIN", 0, 2)])))

    channel._app.pipeline.observers = Observers((on_request,))
    first = await channel.sync_inventory([StockLevel(sku, "MAIN", 20, 1) for sku in skus])
    assert outcomes(await sold_out[0]) == ["applied"]
    sent = [body["available_quantity"] for _, body in writes(box)]
    assert sent.index(0) < 25
    assert first.rows[29].outcome == "superseded"
    assert box.world.listings["MLA7700000029"].available_quantity == 0


# what can go wrong


@pytest.mark.parametrize("seller", ["local", "stores", "global"])
@pytest.mark.parametrize("committed", [True, False])
async def test_a_lost_answer_is_read_back_before_anything_is_sent_again(
    open_channel: Open, box: Sandbox, proxy: FaultProxy, seller: str, committed: bool
):
    sku, warehouse, path = {
        "local": (LAMP, "MAIN", "/items/{id}"),
        "stores": ("LAM-AUR", "N", "/user-products/{id}/stock/type/seller_warehouse"),
        "global": ("FAI-F100", "MAIN", "/global/items/{id}"),
    }[seller]
    channel = await open_channel(seller)
    fault = Fault(kind=FaultKind.HTML_502, match=f"PUT {path}", share=0.5, committed=committed)
    proxy.plan = FaultPlan([fault], seed=4)
    for quantity in range(1, 9):
        report = await channel.sync_inventory([StockLevel(sku, warehouse, quantity)])
        assert outcomes(report) == ["applied"], report.rows[0]
    assert proxy.plan.counts


async def test_a_write_that_is_taken_and_changes_nothing_is_a_failure(
    open_channel: Open, box: Sandbox, monkeypatch: pytest.MonkeyPatch
):
    channel = await open_channel()
    monkeypatch.setattr("meli_sdk.sandbox.state.Listing.restock", lambda listing, quantity: None)
    report = await channel.sync_inventory([StockLevel(LAMP, "MAIN", 4)])
    assert outcomes(report) == ["failed"]
    assert "took the write and shows 26" in str(report.rows[0].reason)


async def test_one_refused_sku_leaves_the_others_alone(open_channel: Open, box: Sandbox, proxy: FaultProxy):
    channel = await open_channel()
    proxy.plan = FaultPlan([Fault(kind=FaultKind.ERROR_500, match=f"PUT /items/{LAMP_ITEM}", share=1.0)])
    report = await channel.sync_inventory([StockLevel(LAMP, "MAIN", 4), StockLevel("MOC-S25", "MAIN", 5)])
    assert outcomes(report) == ["unknown", "applied"]
    status = await channel.stock_status()
    assert status.waiting == 1
    proxy.plan = FaultPlan()
    assert outcomes(await channel.sync_inventory([StockLevel(LAMP, "MAIN", 4)])) == ["applied"]


async def test_an_outage_ends_the_call_and_what_was_handed_in_waits(
    open_channel: Open, box: Sandbox, proxy: FaultProxy
):
    skus = add_listings(box, 60)
    channel = await open_channel()
    await channel.review_skus()
    await channel.sync_inventory([StockLevel(LAMP, "MAIN", 4)])
    proxy.plan = FaultPlan([Fault(kind=FaultKind.RESET, share=1.0)])
    with pytest.raises(Exception, match=r"(?i)circuit|reset|connection|answer"):
        await channel.sync_inventory([StockLevel(sku, "MAIN", 3, 1) for sku in skus])
    assert (await channel.stock_status()).waiting == 60
    proxy.plan = FaultPlan()
    channel._app.pipeline.clock.pass_by(hours=1)  # type: ignore[attr-defined]
    channel._app.pipeline.breaker = None  # type: ignore[misc]
    report = await channel.sync_inventory([StockLevel(sku, "MAIN", 3, 1) for sku in skus])
    assert set(outcomes(report)) == {"applied"}


@each_database
async def test_a_call_that_is_cut_off_is_taken_up_by_the_next_one(open_channel: Open, box: Sandbox):
    skus = add_listings(box, 30)
    channel = await open_channel()
    levels = [StockLevel(sku, "MAIN", 3, 1) for sku in skus]
    task = asyncio.create_task(channel.sync_inventory(levels))
    async with asyncio.timeout(60):
        while len(writes(box)) < 5:  # noqa: ASYNC110  the sandbox has no event for it
            await asyncio.sleep(0.001)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert (await channel.stock_status()).waiting > 0
    report = await (await open_channel()).sync_inventory(levels)
    assert set(outcomes(report)) <= {"applied", "unchanged"}
    assert {box.world.listings[f"MLA77{number:08}"].available_quantity for number in range(30)} == {3}
    assert (await channel.stock_status()).waiting == 0


@each_database
async def test_two_callers_at_once_write_each_sku_once_and_both_get_their_report(open_channel: Open, box: Sandbox):
    skus = add_listings(box, 30)
    first, second = await open_channel(), await open_channel()
    levels = [StockLevel(sku, "MAIN", 3, 1) for sku in skus]
    reports = await asyncio.gather(first.sync_inventory(levels), second.sync_inventory(levels))
    for report in reports:
        assert set(outcomes(report)) == {"applied"}
    assert sorted(path for path, _ in writes(box)) == [f"/items/MLA77{number:08}" for number in range(30)]


# trying it out, and hearing of it


@pytest.mark.parametrize("seller", ["local", "stores", "global"])
async def test_a_dry_run_says_what_would_be_sent_and_neither_sends_nor_stores(
    open_channel: Open, box: Sandbox, seller: str
):
    sku, warehouse, there = {
        "local": (LAMP, "MAIN", 26),
        "stores": ("LAM-AUR", "N", 15),
        "global": ("FAI-F100", "MAIN", 25),
    }[seller]
    channel = await open_channel(seller)
    levels = [
        StockLevel(sku, warehouse, 1, 1),
        StockLevel(sku, warehouse, 4, 2),
        StockLevel("NONE", warehouse, 4),
        StockLevel(sku, "ELSE", 4),
    ]
    report = await channel.sync_inventory(levels, dry_run=True)
    assert outcomes(report) == ["superseded", "would_be_applied", "failed", "skipped"]
    assert str(there) in str(report.rows[1].reason)
    assert writes(box) == []
    assert (await channel.stock_status()).waiting == 0
    assert (await channel.stock_status()).skus == 0
    same = await channel.sync_inventory([StockLevel(sku, warehouse, there)], dry_run=True)
    assert outcomes(same) == ["unchanged"]


async def test_a_dry_run_says_of_a_known_level_what_a_real_one_would(open_channel: Open, box: Sandbox):
    channel = await open_channel()
    await channel.sync_inventory([StockLevel(LAMP, "MAIN", 4, 7)])
    box.world.listings[LAMP_ITEM].available_quantity = 3
    for level, outcome in (
        (StockLevel(LAMP, "MAIN", 4, 7), "unchanged"),
        (StockLevel(LAMP, "MAIN", 9, 7), "superseded"),
        (StockLevel(LAMP, "MAIN", 9, 6), "superseded"),
    ):
        dry, real = await channel.sync_inventory([level], dry_run=True), await channel.sync_inventory([level])
        assert [(row.outcome, row.reason) for row in dry.rows] == [(row.outcome, row.reason) for row in real.rows]
        assert outcomes(dry) == [outcome]
        assert dry.calls == 0


async def test_a_dry_run_goes_on_past_a_product_without_stock(open_channel: Open, box: Sandbox):
    channel = await open_channel("stores")
    box.world.user_products["MLMU3001122331"].places.clear()
    levels = [StockLevel("LAM-AUR", "N", 6, 1), StockLevel("NONE", "N", 6, 1)]
    dry, real = await channel.sync_inventory(levels, dry_run=True), await channel.sync_inventory(levels)
    assert outcomes(dry) == outcomes(real) == ["failed", "failed"]
    assert dry.rows[0].item_id == real.rows[0].item_id is not None


async def test_progress_says_how_long_the_rest_takes(open_channel: Open, box: Sandbox):
    skus = add_listings(box, 30)
    channel = await open_channel()
    told: list[InventoryProgress] = []
    await channel.sync_inventory([StockLevel(sku, "MAIN", 3) for sku in skus], progress=told.append)
    assert told
    assert told[0].left <= 30
    half = InventoryProgress(done=100, left=900, calls=200, seconds=100.0, rate=1.0)
    assert half.eta == timedelta(seconds=1800)
    assert InventoryProgress(done=0, left=9, calls=0, seconds=0.0, rate=1.0).eta is None
    assert InventoryProgress(done=9, left=0, calls=9, seconds=9.0, rate=1.0).eta == timedelta()


async def test_a_report_is_json_with_the_labels_of_the_channel(open_channel: Open):
    channel = await open_channel(account="MLA-1", vendor="Acme")
    report = await channel.sync_inventory([StockLevel(LAMP, "MAIN", 4), StockLevel(LAMP, "ELSE", 4)])
    tree = json.loads(report.to_json())
    assert (tree["account"], tree["vendor"], tree["totals"]) == ("MLA-1", "Acme", {"applied": 1, "skipped": 1})
    assert [row["outcome"] for row in tree["rows"]] == ["applied", "skipped"]
    assert [row.outcome for row in report.rows[0:2]] == ["applied", "skipped"]


async def test_levels_may_come_from_an_asynchronous_source(open_channel: Open):
    async def rows() -> AsyncIterator[StockLevel]:
        yield StockLevel(LAMP, "MAIN", 4)

    assert outcomes(await (await open_channel()).sync_inventory(rows())) == ["applied"]


WRONG: dict[str, tuple[Any, ...]] = {
    "empty": ("", "MAIN", 1),
    "white space": (" A", "MAIN", 1),
    "no text": ("A", 7, 1),
    "negative": ("A", "MAIN", -1),
    "truth value": ("A", "MAIN", True),
    "fraction": ("A", "MAIN", 1.0),
    "no number": ("A", "MAIN", float("nan")),
    "too many": ("A", "MAIN", 100_000),
    "negative sequence": ("A", "MAIN", 1, -1),
    "sequence after which none could follow": ("A", "MAIN", 1, 2**62),
    "no zone": ("A", "MAIN", 1, None, datetime(2026, 1, 1)),
}


@pytest.mark.parametrize("wrong", list(WRONG))
def test_a_level_that_can_not_be_is_refused_when_it_is_made(wrong: str):
    with pytest.raises(InputError, match="StockLevel"):
        StockLevel(*WRONG[wrong])


@pytest.mark.parametrize(
    "wrong", [7, "LAM-FARO", [("LAM-FARO", "MAIN", 4)], {"a": 1}], ids=["number", "text", "rows", "mapping"]
)
async def test_something_else_than_levels_is_refused(open_channel: Open, wrong: Any):
    channel = await open_channel()
    with pytest.raises(InputError, match="StockLevel"):
        await channel.sync_inventory(wrong)
