"""`meli channel`: a seller as a sales channel, from the command line."""

import asyncio
import json
import signal
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import pytest
from tests.cli.processes import MELI, PATIENCE

from meli_sdk.sandbox import LOCAL_SELLER_ID


@pytest.fixture
def channel(here):
    done = here("channel", "create", "Tienda", "--account", "AR-1", "--throughput", "1000")
    assert (done.code, "is kept in" in done.err) == (0, True), done.err
    return here


def approved(shop) -> set[int]:
    orders = (shop.world.orders[order_id] for order_id in shop.order_ids("paid"))
    return {order.id for order in orders if "fraud_risk_detected" not in order.tags}


def value(done, what: str) -> object:
    return next(row["value"] for row in done.rows if row["what"] == what)


def test_a_channel_is_made_once_for_a_seller(channel, connected, tmp_path):
    done = channel("channel", "create", "Another")
    assert (done.code, "exists: change it by meli channel settings" in done.err) == (2, True)
    done = channel("channel", "create", "Another", "--settings", str(tmp_path / "another.toml"))
    assert (done.code, "has the channel 'Tienda'" in done.err) == (2, True)
    assert not (tmp_path / "another.toml").exists()
    (row,) = channel("channel", "list").rows
    assert (row["user_id"], row["name"], row["account"]) == (LOCAL_SELLER_ID, "Tienda", "AR-1")


def test_only_a_connected_seller_gets_one(here):
    done = here("channel", "create", "Tienda", "--seller", "77")
    assert (done.code, "seller 77 is not connected" in done.err) == (2, True)
    done = here("channel", "create", "Tienda", "--order-group", "Sold")
    assert (done.code, "order_groups is one of Initialized" in done.err) == (2, True)


@pytest.mark.parametrize("group", ["main", "advanced", "channel", "carriers", "skus", "warehouses", "webhooks"])
def test_each_group_of_settings_is_shown_by_itself(channel, group):
    rows = channel("channel", "settings", group).rows
    assert {row["group"] for row in rows} <= {group}


def test_settings_are_changed_and_a_wrong_one_changes_nothing(channel, connected):
    path = Path(connected["MELI_CHANNEL"])
    changes = ("throughput=5", 'order_groups=["Approved", "Pending"]', "carriers.mine=DHL", "skus.OURS=TEC-TKL")
    flags = [flag for change in (*changes, "warehouses.main=selling_address") for flag in ("--set", change)]
    before = path.read_bytes()
    dry = channel("channel", "settings", *flags, "--dry-run")
    assert (dry.code, path.read_bytes()) == (0, before)
    assert channel("channel", "settings", *flags).out == dry.out
    kept = tomllib.loads(path.read_text())
    assert kept["channel"]["throughput"] == 5
    assert kept["channel"]["order_groups"] == ["Approved", "Pending"]
    assert (kept["carriers"], kept["skus"]) == ({"mine": {"name": "DHL"}}, {"OURS": "TEC-TKL"})
    before = path.read_bytes()
    for wrong, says in (
        ("thruput=5", "near match: 'throughput'"),
        ("throughput=fast", "throughput"),
        ("colours.red=1", "is no table of the settings"),
        ("throughput", "--set is NAME=VALUE"),
        ('carriers.dhl={named="DHL"}', "unknown key 'named' in [carriers.dhl]; did you mean 'name'?"),
        ('carriers.dhl={tracking_url="https://x/{tracking_number}"}', "[carriers.dhl] name is missing"),
        ("carriers.dhl=5", "CarrierMapping.name must be text, got 5"),
        ('warehouses.a={combine="sum"}', "[warehouses.a] location is missing"),
        ("throughput=" + "9" * 5_000, "throughput"),
        ("order_groups=" + "[" * 50_000, "order_groups"),
    ):
        done = channel("channel", "settings", "--set", wrong)
        assert (done.code, says in done.err, path.read_bytes()) == (2, True, before), done.err
    shared = [f'warehouses.{name}={{location="selling_address",combine="sum"}}' for name in ("main", "a")]
    assert channel("channel", "settings", "--set", shared[0], "--set", shared[1]).code == 0
    table = {"location": "selling_address", "combine": "sum"}
    assert tomllib.loads(path.read_text())["warehouses"] == {"main": table, "a": table}
    assert channel("channel", "settings", "--unset", "carriers.mine").code == 0
    assert "mine" not in tomllib.loads(path.read_text()).get("carriers", {})


def test_the_check_says_what_stands_in_the_way_and_what_does_not(channel):
    assert channel("channel", "settings", "--set", "warehouses.main=nowhere").code == 0
    done = channel("channel", "check")
    found = json.loads(done.out)
    assert (done.code, found["ok"]) == (1, False)
    assert [problem for problem in found["problems"] if problem["word"] == "main"]
    table = channel("channel", "check", "--format", "table")
    assert (table.code, "warehouses" in table.out) == (1, True)
    assert "meli channel settings --set warehouses.MINE=THEIRS" in table.err


def test_orders_are_handed_over_once_and_the_status_counts_them(shop, channel):
    paid = approved(shop)
    dry = channel("channel", "orders", "--dry-run")
    assert {row["order_id"] for row in dry.rows if row["action"] == "would_be_new"} >= paid
    assert value(channel("channel", "status"), "orders_read_to") is None
    done = channel("channel", "orders")
    assert done.code == 0
    assert {row["order_id"] for row in done.rows} >= paid
    assert done.rows[0]["order"]["id"] == done.rows[0]["order_id"]
    assert channel("channel", "orders").rows == []
    order = shop.add_order()
    assert [row["order_id"] for row in channel("channel", "orders").rows] == [order.id]
    status = channel("channel", "status")
    assert value(status, "orders.Approved") == len(done.rows) + 1
    assert value(status, "grant") == "connected"
    assert str(value(status, "access_token")).startswith("***")


def test_one_parcel_is_told_of_an_order_and_another_is_refused(shop, channel):
    order = shop.add_order(mode="custom")
    flags = ("channel", "ship", str(order.id), "--carrier", "mine", "--number")
    done = channel(*flags, "T-1")
    assert (done.code, "mine" in done.err) == (2, True)  # the carrier has no mapping
    assert channel("channel", "settings", "--set", "carriers.mine=DHL").code == 0
    dry = channel(*flags, "T-1", "--dry-run")
    assert (dry.rows[0]["outcome"], shop.world.shipments[order.shipment_id].status) == ("would_be_accepted", "pending")
    assert channel(*flags, "T-1").rows[0]["outcome"] == "accepted"
    assert shop.world.shipments[order.shipment_id].tracking_number == "T-1"
    assert channel(*flags, "T-1").rows[0]["outcome"] == "already_same"
    done = channel(*flags, "T-2")
    assert (done.code, done.rows[0]["outcome"], "refused" in done.err) == (5, "refused", True)
    assert shop.world.shipments[order.shipment_id].tracking_number == "T-1"


def test_an_order_that_cannot_be_is_named_before_any_call(shop, channel):
    assert channel("channel", "settings", "--set", "carriers.mine=DHL").code == 0
    calls = shop.calls
    done = channel("channel", "ship", "9" * 20, "--carrier", "mine", "--number", "T-1")
    assert (done.code, "order_id: no order has the id" in done.err, shop.calls) == (2, True, calls), done.err


def test_a_handler_of_yours_is_found_and_called(shop, channel, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    seen = tmp_path / "seen.txt"
    Path("my_orders.py").write_text(
        "from pathlib import Path\n"
        "async def save(order, connection):\n"
        f"    with Path({str(seen)!r}).open('a') as file: file.write(f'{{order.order.id}}\\n')\n"
    )
    done = channel("channel", "orders", "--handler", "my_orders:save")
    sys.modules.pop("my_orders")
    assert set(seen.read_text().split()) >= {str(one) for one in approved(shop)}
    assert {"new", "not_wanted"} <= {row["action"] for row in done.rows}
    for wrong in ("my_orders", "nowhere:save", "my_orders:nothing"):
        done = channel("channel", "orders", "--handler", wrong)
        assert (done.code, "--handler" in done.err) == (2, True)


def test_the_status_says_what_was_set_aside_and_how_often_it_was_tried(shop, channel, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    order = shop.add_order()
    (tmp_path / "picky_orders.py").write_text(
        f"async def save(order, connection):\n    if order.order.id == {order.id}: raise ValueError\n"
    )
    assert channel("channel", "orders", "--handler", "picky_orders:save").code == 7
    sys.modules.pop("picky_orders")
    said = str(value(channel("channel", "status"), f"set_aside.order.{order.id}"))
    assert said.startswith("ValueError; 5 times, last at 20")


def test_it_runs_until_it_is_asked_to_end(shop, channel, connected):
    assert channel("channel", "settings", "--set", "mode=poll").code == 0
    process = subprocess.Popen(
        [*MELI, "channel", "run"], env=connected, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    first = json.loads(process.stdout.readline())
    assert first["order_id"] in shop.world.orders
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=PATIENCE)
    assert (process.returncode, "channel stopped" in said) == (0, True), said


def test_a_sigterm_lets_the_order_in_hand_be_finished(channel, connected, tmp_path):
    assert channel("channel", "settings", "--set", "mode=poll").code == 0
    begun, go_on, done = tmp_path / "begun", tmp_path / "go_on", tmp_path / "done"
    (tmp_path / "slow_orders.py").write_text(
        "import asyncio\n"
        "from pathlib import Path\n"
        "async def save(order, connection):\n"
        f"    Path({str(begun)!r}).touch()\n"
        f"    while not Path({str(go_on)!r}).exists(): await asyncio.sleep(0.01)\n"
        f"    with Path({str(done)!r}).open('a') as file: file.write(f'{{order.order.id}}\\n')\n"
    )
    process = subprocess.Popen(
        [*MELI, "channel", "run", "--handler", "slow_orders:save"],
        env=connected,
        cwd=tmp_path,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    while not begun.exists():
        assert process.poll() is None, process.stderr.read()
        time.sleep(0.02)
    process.send_signal(signal.SIGTERM)
    while "stopping; the order in hand is finished, for at most 5 s" not in (line := process.stderr.readline()):
        assert line
    go_on.touch()
    _, said = process.communicate(timeout=PATIENCE)
    assert (process.returncode, "channel stopped" in said) == (0, True), said
    status = channel("channel", "status")
    assert value(status, "orders.Approved") == len(done.read_text().split())


def test_a_settings_file_that_is_missing_is_named(here):
    done = here("channel", "check")
    assert (done.code, "channel.toml: cannot be read" in done.err) == (2, True)


async def test_on_a_terminal_settings_are_a_table(channel, connected):
    from tests.cli.processes import Terminal  # noqa: PLC0415  one use

    terminal = Terminal.run([*MELI, "channel", "settings", "main"], connected)
    async with asyncio.timeout(PATIENCE):
        assert await terminal.ended() == 0
    assert "Tienda" in terminal.shown
    assert "{" not in terminal.shown
