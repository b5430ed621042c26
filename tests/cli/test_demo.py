"""`meli demo` as a user runs it: a process of its own."""

import json
import os
import subprocess
import sys

import pytest


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "meli_sdk.cli", "demo", *arguments]
    environment = {**os.environ, "COLUMNS": "120"}
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, env=environment)


@pytest.fixture(scope="module")
def report() -> dict:
    done = run("--json", "--seed", "11")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_one_json_object_tells_the_whole_story(report):
    assert {"orders", "shipments", "published", "modified", "deleted", "error", "calls"} <= report.keys()
    assert len(report["orders"]) == 32
    assert {order["status"] for order in report["orders"]} == {"paid"}
    assert {row["id"] for row in report["shipments"]} == {
        order["shipment_id"] for order in report["orders"] if order["shipment_id"]
    }
    assert [row["site_id"] for row in report["published"]] == ["MLM", "MLB"]
    assert {row["resource"] for row in report["modified"]} == {"/items/{item_id}", "/marketplace/items/{item_id}"}
    assert report["deleted"]["item_id"] == report["published"][0]["item_id"]
    assert report["deleted"]["read_again"] == "ItemNotFoundError"
    assert report["error"]["class"] == "NotConfiguredForSiteError"
    assert (report["error"]["status"], report["error"]["code"]) == (404, "bad_request")
    assert report["calls"] > 80


def test_the_jobs_of_a_channel_are_shown(report):
    channel = report["channel"]
    assert (channel["check"], channel["connection"]) == ([], "connected")
    assert channel["orders"]["new"] > 20
    assert (channel["notification"]["receipt"], channel["notification"]["handed_over"]) == ("stored", 1)
    assert [(level["sku"], level["outcome"]) for level in channel["stock"]] == [
        ("AUR-X2", "applied"),
        ("TER-AND-1L", "applied"),
        ("NO-SUCH-SKU", "failed"),
    ]
    assert [parcel["outcome"] for parcel in channel["parcels"]] == ["accepted", "already_same", "refused", "refused"]
    assert "an order takes one shipment" in channel["parcels"][2]["reason"]
    assert "managed by the platform" in channel["parcels"][3]["reason"]


def test_another_seed_makes_other_ids(report):
    other = json.loads(run("--json", "--seed", "12").stdout)
    for part, key in (("orders", "id"), ("shipments", "id"), ("published", "item_id")):
        assert not {row[key] for row in report[part]} & {row[key] for row in other[part]}


def test_tables_are_for_people_and_the_rate_is_named():
    done = run("--seed", "11")
    assert done.returncode == 0, done.stderr
    assert "25 calls a second" in done.stdout
    assert "Paid orders: 32" in done.stdout
    assert "NotConfiguredForSiteError" in done.stdout
    assert "APP_USR-" not in done.stdout + done.stderr
