"""What many items lack is told; nothing is created and nothing is filled in."""

import json
from collections.abc import AsyncIterator

import pytest

from meli_sdk import MeliApp
from meli_sdk.channel import LIMITATIONS, ChannelSettings, PreflightReport, SalesChannel
from meli_sdk.errors import InputError
from meli_sdk.models import NewItem
from meli_sdk.sandbox import Sandbox


@pytest.fixture
async def channel(app: MeliApp, settings: ChannelSettings, database_url: str) -> AsyncIterator[SalesChannel]:
    async with SalesChannel(app, settings.with_changes(account="Norte"), database_url) as opened:
        yield opened


def leaf(box: Sandbox) -> str:
    return next(box.world.leaves("MLA")).id


async def test_each_item_gets_a_row_and_the_totals_are_the_rows(channel: SalesChannel, box: Sandbox):
    listings = len(box.world.listings)
    items = [
        {"site_id": "MLA", "title": "Termo 1 litro", "category_id": leaf(box)},
        NewItem(title="Taza", category_id="MLA999999"),
        {},
        "a title alone",
    ]
    report = await channel.preflight(items)  # type: ignore[arg-type]
    assert [(row.number, row.title, row.verdict) for row in report.rows] == [
        (1, "Termo 1 litro", "incomplete"),
        (2, "Taza", "incomplete"),
        (3, None, "incomplete"),
        (4, None, "unreadable"),
    ]
    assert report.totals == {"incomplete": 3, "unreadable": 1}
    assert any("MLA999999 does not exist" in finding.message for finding in report.rows[1].findings.errors)
    assert "this needs a request class or a mapping of fields" in str(report.rows[3].error)
    told = json.loads(report.to_json())
    assert (told["account"], told["totals"]) == ("Norte", report.totals)
    assert told["rows"][0]["findings"][0]["message"]
    assert {request.method for request in box.requests if "oauth" not in request.path} == {"GET"}
    assert len(box.world.listings) == listings


async def test_nothing_is_made_up_to_get_past_a_rule(channel: SalesChannel, box: Sandbox):
    item = {"site_id": "MLA", "title": "Termo 1 litro", "category_id": leaf(box)}
    given = dict(item)
    report = await channel.preflight([item])
    assert item == given
    assert {"price", "available_quantity"} <= {finding.field for finding in report.rows[0].findings.errors}


async def test_the_rules_of_a_category_are_read_once_for_many_items(channel: SalesChannel, box: Sandbox):
    async def many() -> AsyncIterator[NewItem]:
        for number in range(50):
            yield NewItem(title=f"Termo {number}", category_id=leaf(box))

    before = box.calls
    report = await channel.preflight(many())
    assert len(report.rows) == 50
    assert box.calls - before < 12


async def test_what_is_no_series_is_refused(channel: SalesChannel):
    for wrong in ("MLA1", {"title": "Termo"}, 5):
        with pytest.raises(InputError, match="items is a series of NewItem"):
            await channel.preflight(wrong)  # type: ignore[arg-type]


def test_a_channel_has_nothing_that_creates_or_changes_a_product():
    words = ("create_item", "publish", "update_item", "list_item", "product", "description", "price", "picture")
    names = [name for name in dir(SalesChannel) if not name.startswith("_")]
    assert [name for name in names if any(word in name for word in words)] == []
    assert "preflight" in names
    assert PreflightReport.__doc__


def test_every_limitation_can_be_asked_for_and_names_a_result_or_an_error():
    assert {"mercado_envios", "one_shipment", "not_visible", "products", "locations", "exact_match"} <= set(LIMITATIONS)
    for limitation in LIMITATIONS.values():
        assert limitation.guide
        assert limitation.channel
        assert "`" in limitation.seen
