"""Reading and writing from the command line, against a real sandbox."""

import asyncio
import contextlib
import csv
import io
import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from tests.cli.processes import MELI, PATIENCE, Terminal, clean_environment, meli

from meli_sdk.cli.failures import EXIT_CODES
from meli_sdk.sandbox import LOCAL_SELLER_ID

ORDER_COLUMNS = ["id", "date_created", "status", "total_amount", "currency_id", "items", "pack_id", "shipment_id"]
HEAVY = ("aiohttp", "attrs_models", "cattrs", "msgspec", "sqlalchemy", "asyncio", "rich.markdown", "pygments")


# in a pipe and on a terminal


def test_in_a_pipe_each_order_is_one_line_of_json_as_mercado_libre_says_it(shop, connected):
    done = meli("orders", "list", "--status", "paid", "--limit", "40", environment=connected)
    assert (done.code, done.err) == (0, "")
    assert {row["id"] for row in done.rows} == set(shop.order_ids("paid"))
    assert {"payments", "buyer", "order_items"} <= done.rows[0].keys()


async def test_on_a_terminal_it_is_a_table_that_says_when_there_is_more(connected):
    terminal = Terminal.run([*MELI, "orders", "list", "--limit", "3"], connected)
    async with asyncio.timeout(PATIENCE):
        assert await terminal.ended() == 0
    assert all(column in terminal.shown for column in ("total amount", "shipment id"))
    assert "3 of " in terminal.shown
    assert '{"id"' not in terminal.shown


def test_rows_go_down_the_pipe_while_the_progress_is_on_the_terminal(shop, connected):
    screen, end = pty.openpty()
    command = [*MELI, "orders", "list", "--status", "paid", "--format", "csv"]
    done = subprocess.run(command, env=connected, stdout=subprocess.PIPE, stderr=end, timeout=PATIENCE, check=True)
    os.close(end)
    rows = done.stdout.decode().splitlines()
    assert len(rows) == len(shop.order_ids("paid")) + 1
    assert all(len(next(csv.reader([row]))) == len(ORDER_COLUMNS) for row in rows)
    shown = ""
    with contextlib.suppress(OSError):  # nobody writes there any more
        while piece := os.read(screen, 4096):
            shown += piece.decode(errors="replace")
    os.close(screen)
    assert f"{len(rows) - 1}/{len(rows) - 1}" in shown
    assert rows[1].split(",")[0] not in shown


def test_a_reader_that_has_enough_ends_it_without_a_word(connected):
    command = subprocess.Popen(
        [*MELI, "orders", "list", "--all"], env=connected, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert command.stdout is not None
    assert command.stderr is not None
    json.loads(command.stdout.readline())
    command.stdout.close()
    assert command.stderr.read() == b""
    command.stderr.close()
    assert command.wait(PATIENCE) == 141


def test_csv_has_its_columns_and_no_more(here):
    rows = list(csv.reader(io.StringIO(here("orders", "list", "--format", "csv", "--limit", "7").out)))
    assert (rows[0], len(rows)) == (ORDER_COLUMNS, 8)
    items = list(csv.DictReader(io.StringIO(here("items", "list", "--format", "csv").out)))
    assert {row["sku"] for row in items} >= {"TEC-TKL", "AUR-X2"}


# reading


def test_orders_are_narrowed_and_read_by_their_number(shop, here):
    newest = here("orders", "list", "--newest-first", "--limit", "1").rows[0]
    (found,) = here("orders", "list", "--query", str(newest["id"])).rows
    assert found["id"] == newest["id"]
    one = here("orders", "get", str(newest["id"]))
    assert json.loads(one.out)["id"] == newest["id"]
    assert here("orders", "list", "--since", "2026-05-01", "--until", "2026-04-01").code == 2
    assert here("orders", "list", "--limit", "0").code == 2
    assert "Status" not in here("orders", "get", str(newest["id"]), "--format", "table").err
    shipment = here("shipments", "get", str(next(iter(shop.world.shipments)))).rows[0]
    assert shipment["id"] in shop.world.shipments


def test_items_are_found_by_sku_and_read(here):
    (found,) = here("items", "list", "--sku", "TEC-TKL").rows
    assert here("items", "get", found["id"]).rows[0]["price"] == found["price"]


def test_any_resource_can_be_read(here):
    assert here("get", "/users/me").rows[0]["id"] == LOCAL_SELLER_ID
    found = here("get", "/orders/search", "--param", f"seller={LOCAL_SELLER_ID}", "--param", "limit=1").rows[0]
    assert len(found["results"]) == 1
    done = here("get", "users/me")
    assert (done.code, "begin" in done.err) == (2, True)
    done = here("get", "/users/me", "--param", "limit")
    assert (done.code, "--param is NAME=VALUE" in done.err) == (2, True)


# failures


def test_a_failure_is_one_sentence_with_its_remedy_and_its_code(shop, here, monkeypatch):
    done = here("orders", "get", "2000000000000001")
    assert (done.code, done.out, done.err.count("\n")) == (4, "", 1)
    assert done.err.startswith("meli: GET /orders/{order_id}: OrderNotFoundError (404")
    shop.fail_next("GET /users/me", 403, {"message": "forbidden", "error": "forbidden", "status": 403, "cause": []})
    assert here("get", "/users/me").code == 5
    done = here("orders", "get", "1", "--seller", "99")
    assert (done.code, "meli login" in done.err) == (3, True)
    monkeypatch.setenv("MELI_API_URL", "http://127.0.0.1:9")
    done = here("get", "/users/me")
    assert (done.code, "meli doctor" in done.err, "Traceback" in done.err) == (6, True, False)
    monkeypatch.setenv("MELI_GRANTS", "")
    monkeypatch.setenv("MELI_CLIENT_ID", "")
    done = here("get", "/users/me")
    assert (done.code, "MELI_CLIENT_ID is not set" in done.err, "meli doctor" in done.err) == (2, True, True)


def test_debug_tells_the_rest_and_no_secret(shop, connected):
    done = meli("--debug", "orders", "get", "2000000000000001", environment=connected)
    assert done.code == 4
    assert "Traceback" in done.err
    assert "/orders/{order_id}" in done.err
    secrets = {shop.app_credentials.client_secret, *shop.world.access_tokens}
    secrets |= {grant.refresh_token for grant in shop.world.grants.values()}
    assert not [secret for secret in secrets if secret in done.err + done.out]


def test_the_documented_exit_codes_are_those_of_the_command():
    page = (Path(__file__).parents[2] / "docs" / "reference" / "command-line.md").read_text(encoding="utf-8")
    for _, code, meaning in EXIT_CODES:
        assert f"| {code} | {meaning} |" in page
    for code in (0, 7, 8, 130, 141):
        assert f"| {code} | " in page


def test_a_wrong_word_is_answered_with_the_near_one():
    done = meli("orders", "lits")
    assert (done.code, 'Did you mean "list"?' in done.err + done.out) == (2, True)


# writing


@pytest.fixture
def file(tmp_path: Path) -> Path:
    found = tmp_path / "stock.csv"
    found.write_text("sku,quantity\nTEC-TKL,9\nNOBODYS,4\nLAM-FARO,26\n")
    return found


def stock(shop, sku: str) -> int:
    return next(
        one.available_quantity
        for one in shop.world.listings.values()
        if {"SELLER_SKU": sku} in [{row["id"]: row["value_name"]} for row in one.attributes]
    )


def test_a_dry_run_reads_and_says_what_would_change(shop, here, file):
    done = here("stock", "push", str(file), "--dry-run")
    assert [(row["sku"], row["action"]) for row in done.rows] == [
        ("TEC-TKL", "would_change"),
        ("NOBODYS", "not_found"),
        ("LAM-FARO", "unchanged"),
    ]
    assert [row["current"] for row in done.rows] == [40, None, 26]
    assert done.code == 7
    assert "dry run, nothing was sent" in done.err
    assert "about 15 calls" in done.err
    assert {request.method for request in shop.requests if request.path != "/oauth/token"} == {"GET"}


def test_stock_is_written_row_by_row_and_a_bad_row_stops_no_other(shop, here, file):
    done = here("stock", "push", str(file))
    assert [row["action"] for row in done.rows] == ["applied", "not_found", "unchanged"]
    assert (done.code, stock(shop, "TEC-TKL"), stock(shop, "LAM-FARO")) == (7, 9, 26)
    file.write_text("item_id,quantity\nMLA1402200155,3\n")
    assert (here("stock", "push", str(file)).code, stock(shop, "TEC-TKL")) == (0, 3)


def test_stock_comes_down_a_pipe(shop, here, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"sku,quantity\nTEC-TKL,9\n")))
    done = here("stock", "push", "-")
    assert (done.code, stock(shop, "TEC-TKL")) == (0, 9), done.err


async def test_many_writes_are_asked_about_on_a_terminal(shop, connected, file):
    file.write_text(
        "item_id,quantity\n" + "".join(f"MLA{number},1\n" for number in range(1000, 1020)) + "MLA1402200155,2\n"
    )
    terminal = Terminal.run([*MELI, "stock", "push", str(file)], connected)
    await terminal.until("Set the stock of 21 items? [y/N]")
    terminal.type("n")
    async with asyncio.timeout(PATIENCE):
        assert await terminal.ended() == 8
    assert "nothing was changed" in terminal.shown
    assert [one for one in shop.requests if one.method == "PUT"] == []
    terminal = Terminal.run([*MELI, "stock", "push", str(file), "--yes"], connected)
    async with asyncio.timeout(PATIENCE):
        assert await terminal.ended() == 7
    assert "y/N" not in terminal.shown
    assert stock(shop, "TEC-TKL") == 2


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("sku,units\nA,1\n", "names the columns quantity, and sku or item_id"),
        ("", "found: nothing"),
        ("sku,quantity\nA,-1\n", "line 2: quantity is a whole number from 0 to 99,999, got '-1'"),
        ("sku,quantity\nA,1.5\n", "got '1.5'"),
        ("sku,item_id,quantity\nA,MLA1,1\n", "line 2: sku or item_id, one of them"),
        ("sku,quantity\nA,1\nA,2\n", "line 3: the same item stands in line 2"),
        (f"sku,quantity\nA,{'9' * 5_000}\n", "line 2: quantity is a whole number from 0 to 99,999"),
        (f"sku,quantity\n{'A' * 200_000},1\n", "line 2: no CSV that can be read: field larger"),
    ],
    ids=lambda value: value[:40],
)
def test_a_wrong_line_is_named_before_the_first_call(shop, here, file, text, says):
    file.write_text(text)
    calls = shop.calls
    done = here("stock", "push", str(file))
    assert (done.code, says in done.err, shop.calls) == (2, True, calls), done.err


def test_a_file_that_is_not_there_is_named(here):
    done = here("stock", "push", "nowhere.csv")
    assert (done.code, done.err) == (2, "meli: nowhere.csv: No such file or directory\n")


def test_labels_go_to_files_and_the_others_are_named(shop, here, tmp_path):
    mine = [one for one in shop.world.shipments.values() if one.seller_id == LOCAL_SELLER_ID]
    printable = next(one.id for one in mine if one.substatus == "ready_to_print" and one.logistic_type == "drop_off")
    other = next(one.id for one in mine if one.mode == "custom")
    done = here("shipments", "label", str(printable), str(other), "--folder", str(tmp_path / "labels"))
    assert [(row["shipment_id"], row["state"]) for row in done.rows] == [(printable, "printed"), (other, "failed")]
    assert done.code == 7
    assert str(printable).encode() in Path(done.rows[0]["file"]).read_bytes()


def test_tracking_is_shown_dry_then_pushed_and_mercado_envios_is_refused(shop, here):
    custom = shop.add_order(mode="custom").shipment_id
    flags = ("--shipment", str(custom), "--number", "T1", "--carrier", "Own", "--status", "shipped")
    done = here("shipments", "push", *flags, "--dry-run")
    assert (done.code, done.rows[0]["outcome"]) == (0, "would_be_accepted")
    assert shop.world.shipments[custom].status == "pending"
    assert here("shipments", "push", *flags).rows[0]["outcome"] == "accepted"
    assert shop.world.shipments[custom].status == "shipped"
    managed = shop.add_order(mode="me2").shipment_id
    done = here("shipments", "push", "--shipment", str(managed), "--number", "T2")
    assert (done.code, "Mercado Env" in done.err) == (5, True)


# the command itself


def test_help_imports_nothing_heavy():
    code = (
        "import sys; from meli_sdk.cli.commands import run\n"
        "try:\n    run(['--help'])\nexcept SystemExit: pass\n"
        "print(len(sys.modules), *sys.modules, file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=clean_environment(),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=True,
    )
    count, *names = done.stderr.split()
    assert not set(HEAVY) & set(names)
    assert not [name for name in names if name.startswith(("meli_sdk.models", "meli_sdk.wire", "meli_sdk.sandbox"))]
    assert int(count) < 420
    assert "channel" in done.stdout


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_completion_script_knows_the_verbs(here, shell):
    script = here("completion", shell).out
    assert all(verb in script for verb in ("orders", "channel", "doctor"))
    if shell == "bash":
        subprocess.run(["bash", "-n"], input=script, text=True, check=True, timeout=PATIENCE)
