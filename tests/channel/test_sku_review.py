"""A review of SKUs: mapped, unmapped, ambiguous, unknown."""

import json

from meli_sdk.channel import (
    StockLevel,
)
from meli_sdk.sandbox import Sandbox

from .inventory_bed import (
    LAMP,
    LAMP_ITEM,
    Open,
    api_url,
    open_channel,
    proxy,
    throughput,
    writes,
)

__all__ = ["api_url", "open_channel", "proxy", "throughput"]


async def test_a_review_puts_each_sku_in_one_of_four(open_channel: Open, box: Sandbox):
    world = box.world
    world.listings["MLA1402200148"].attributes = world.listings[LAMP_ITEM].attributes
    world.listings["MLA1402200155"].attributes = []
    channel = await open_channel(skus={"1": "AUR-X2", "2": LAMP, "3": "GONE"})
    found = await channel.review_skus()
    assert [(match.sku, match.mercado_libre_sku) for match in found.mapped] == [("1", "AUR-X2")]
    assert [match.sku for match in found.ambiguous] == ["2"]
    assert [str(place) for place in found.ambiguous[0].places] == [LAMP_ITEM, "MLA1402200148"]
    assert [(match.sku, match.mercado_libre_sku) for match in found.unknown] == [("3", "GONE")]
    assert {match.mercado_libre_sku for match in found.unmapped} == {"TER-AND-1L", "PAR-DELTA", "CAR-V20"}
    assert found.without_sku == ("MLA1402200155",)
    assert json.loads(found.to_json())["unknown"] == [{"sku": "3", "mercado_libre_sku": "GONE", "items": []}]
    assert writes(box) == []


async def test_a_review_of_a_global_account_reads_its_global_items(open_channel: Open):
    found = await (await open_channel("global")).review_skus()
    assert [match.mercado_libre_sku for match in found.mapped] == ["CUR-C300", "FAI-F100", "LAN-L20"]


async def test_without_a_table_of_skus_unknown_are_those_whose_stock_was_handed_in(open_channel: Open):
    channel = await open_channel()
    await channel.queue_stock([StockLevel("NONE", "MAIN", 1), StockLevel(LAMP, "MAIN", 1)])
    assert [match.sku for match in (await channel.review_skus()).unknown] == ["NONE"]


async def test_an_item_that_is_found_by_its_sku_is_read_once_before_its_stock_is_sent(open_channel: Open, box: Sandbox):
    channel = await open_channel()
    report = await channel.sync_inventory([StockLevel(LAMP, "MAIN", 4)])
    assert (report.totals, report.calls) == ({"applied": 1}, 4)  # search, read, write, read back
    assert [request.method for request in box.requests[-4:]] == ["GET", "GET", "PUT", "GET"]
