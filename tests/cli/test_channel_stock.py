"""`meli channel skus` and `meli channel stock`: SKUs compared, and the stock of your warehouses sent."""

import asyncio
import io
import json
from pathlib import Path

import pytest
from tests.cli.processes import MELI, PATIENCE, Terminal

KEYBOARD, LAMP, MOUSE = "MLA1402200155", "MLA1402200131", "MLA1402200148"


@pytest.fixture
def channel(here):
    done = here("channel", "create", "Tienda", "--throughput", "1000")
    assert done.code == 0, done.err
    assert here("channel", "settings", "--set", "warehouses.main=selling_address").code == 0
    return here


@pytest.fixture
def file(tmp_path: Path) -> Path:
    found = tmp_path / "stock.csv"
    found.write_text("sku,warehouse,quantity,sequence\nTEC-TKL,main,9,5\nNOBODYS,main,4,5\nLAM-FARO,main,26,5\n")
    return found


def units(shop, item_id: str) -> int:
    return shop.world.listings[item_id].available_quantity


def writes(shop) -> list[str]:
    return [request.path for request in shop.requests if request.method == "PUT"]


# SKUs


def test_each_sku_is_mapped_unmapped_ambiguous_or_unknown_and_items_without_one_are_named(shop, channel):
    shop.world.listings[MOUSE].attributes = list(shop.world.listings[LAMP].attributes)
    shop.world.listings["MLA1402200117"].attributes = []
    for pair in ("OURS=TEC-TKL", "LAMP=LAM-FARO", "GONE=NOBODYS"):
        assert channel("channel", "settings", "--set", f"skus.{pair}").code == 0
    done = channel("channel", "skus")
    found = {(row["state"], row["sku"], row["mercado_libre_sku"]): row["items"] for row in done.rows}
    assert found["mapped", "OURS", "TEC-TKL"] == [{"item_id": KEYBOARD, "variation_id": None}]
    assert [item["item_id"] for item in found["ambiguous", "LAMP", "LAM-FARO"]] == [LAMP, MOUSE]
    assert found["unknown", "GONE", "NOBODYS"] == []
    assert ("unmapped", None, "PAR-DELTA") in found
    assert found["without_sku", None, None] == [{"item_id": "MLA1402200117", "variation_id": None}]
    assert (done.code, "1 ambiguous" in done.err, writes(shop)) == (0, True, [])
    only = channel("channel", "skus", "--only", "ambiguous", "--only", "unknown", "--format", "csv")
    assert only.out.splitlines() == [
        "state,sku,mercado_libre_sku,items",
        f'ambiguous,LAMP,LAM-FARO,"{LAMP}, {MOUSE}"',
        "unknown,GONE,NOBODYS,",
    ]


async def test_on_a_terminal_skus_are_a_table(channel, connected):
    terminal = Terminal.run([*MELI, "channel", "skus"], connected)
    async with asyncio.timeout(PATIENCE):
        assert await terminal.ended() == 0
    assert all(word in terminal.shown for word in ("mercado libre sku", "TEC-TKL", KEYBOARD, "7 mapped"))
    assert "{" not in terminal.shown


# stock


def test_a_dry_run_compares_and_keeps_and_sends_nothing(shop, channel, file):
    done = channel("channel", "stock", str(file), "--dry-run")
    assert {row["sku"]: row["outcome"] for row in done.rows} == {
        "TEC-TKL": "would_be_applied",
        "NOBODYS": "failed",
        "LAM-FARO": "unchanged",
    }
    assert (done.code, "dry run, nothing was sent" in done.err, writes(shop)) == (7, True, [])
    status = {row["what"]: row["value"] for row in channel("channel", "stock").rows}
    assert (status["waiting"], [what for what in status if what.startswith("levels.")]) == (0, [])


def test_levels_are_sent_and_a_late_one_never_overwrites_a_newer_one(shop, channel, file):
    done = channel("channel", "stock", str(file))
    assert [row["outcome"] for row in done.rows] == ["applied", "failed", "unchanged"]
    assert (done.code, units(shop, KEYBOARD), "3 levels of 3 SKUs" in done.err) == (7, 9, True)
    assert "NOBODYS" in done.rows[1]["reason"]
    file.write_text("sku,warehouse,quantity,sequence\nTEC-TKL,main,40,4\nLAM-FARO,main,3,6\n")
    done = channel("channel", "stock", str(file))
    assert ([row["outcome"] for row in done.rows], done.code) == (["superseded", "applied"], 0)
    assert (units(shop, KEYBOARD), units(shop, LAMP)) == (9, 3)
    status = {row["what"]: row["value"] for row in channel("channel", "stock").rows}
    assert (status["waiting"], status["levels.failed"]) == (0, 1)


@pytest.mark.parametrize(
    "text",
    [
        '[{"sku": "TEC-TKL", "warehouse": "main", "quantity": 8, "observed_at": "2026-11-02T10:00:00Z"}]',
        '{"sku": "TEC-TKL", "warehouse": "main", "quantity": 8}\n\n',
        "sku;warehouse;quantity\nTEC-TKL;main;8\n",
        "\ufeffquantity,sku,warehouse\r\n8, TEC-TKL ,main\r\n",
    ],
    ids=["array", "lines", "semicolons", "spreadsheet"],
)
def test_levels_come_as_json_json_lines_or_csv(shop, channel, file, text):
    file.write_text(text, encoding="utf-8")
    assert channel("channel", "stock", str(file)).code == 0
    assert units(shop, KEYBOARD) == 8


@pytest.fixture
def piped(monkeypatch):
    """Gives the next command its standard input."""

    def given(content: bytes) -> None:
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content), encoding="ascii"))

    return given


def test_levels_come_down_a_pipe(shop, channel, piped):
    piped("\ufeffsku,warehouse,quantity\nTEC-TKL,main,8\nCAMIÓN,main,1\n".encode())
    done = channel("channel", "stock", "-")
    assert (done.code, units(shop, KEYBOARD)) == (7, 8), done.err
    piped(b"sku,warehouse,quantity\nCAMI\xd3N,main,1\n")
    done = channel("channel", "stock", "-")
    assert (done.code, "standard input: this is no UTF-8" in done.err) == (2, True), done.err


def test_queued_levels_are_kept_and_sent_by_who_comes_next(shop, channel, file):
    done = channel("channel", "stock", str(file), "--queue")
    assert (done.code, done.out, "3 levels are kept" in done.err, writes(shop)) == (0, "", True, [])
    assert {row["what"]: row["value"] for row in channel("channel", "stock").rows}["waiting"] == 3
    file.write_text("sku,warehouse,quantity\nPAR-DELTA,main,1\n")
    assert channel("channel", "stock", str(file)).code == 0
    assert units(shop, KEYBOARD) == 9


async def test_many_skus_are_asked_about_on_a_terminal(shop, channel, connected, file):
    rows = [{"sku": f"S{number}", "warehouse": "main", "quantity": 1} for number in range(21)]
    file.write_text(json.dumps(rows))
    terminal = Terminal.run([*MELI, "channel", "stock", str(file)], connected)
    await terminal.until("Send the stock of 21 SKUs? [y/N]")
    terminal.type("n")
    async with asyncio.timeout(PATIENCE):
        assert await terminal.ended() == 8
    status = await asyncio.to_thread(channel, "channel", "stock")
    assert {row["what"]: row["value"] for row in status.rows}["waiting"] == 0


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "line 1: a level has sku, warehouse and quantity, and may have sequence and observed_at; found: nothing"),
        ("sku,quantity\nA,1\n", "found: sku, quantity"),
        ("sku,warehouse,quantity,price\nA,main,1,2\n", "found: sku, warehouse, quantity, price"),
        ("sku,warehouse,quantity\nA,main,1\nB,main,1.5\n", "line 3: quantity"),
        ("sku,warehouse,quantity\nA,main,1,7\n", "line 2: more cells than line 1 has names"),
        ("sku,warehouse,quantity,observed_at\nA,main,1,yesterday\n", "line 2: observed_at is a moment"),
        ('[{"sku": "A", "warehouse": "main", "quantity": 1}, 7]', "row 2: a level has sku"),
        ('{"sku": "A", "warehouse": "main", "quantity": true}', "line 1: quantity"),
        ('{"sku": "A", "warehouse": "main", "quantity": 1}\n{', "line 2: no JSON"),
        ("[1, 2", "no JSON"),
        ("[" * 100_000, "nested too deep"),
        (f"sku,warehouse,quantity\nA,main,{'9' * 5_000}\n", "line 2: quantity"),
        (f"sku,warehouse,quantity,sequence\nA,main,1,{'9' * 5_000}\n", "line 2: sequence"),
        (f"sku,warehouse,quantity\n{'A' * 200_000},main,1\n", "line 2: no CSV that can be read: field larger"),
        (f"{'A' * 200_000},warehouse,quantity\nA,main,1\n", "line 1: no CSV that can be read: field larger"),
    ],
    ids=lambda value: value[:40],
)
def test_a_wrong_level_is_named_before_anything_is_kept(shop, channel, file, text, says):
    file.write_text(text)
    calls = shop.calls
    done = channel("channel", "stock", str(file))
    assert (done.code, says in done.err, done.err.count("\n"), shop.calls) == (2, True, 1, calls), done.err
    assert {row["what"]: row["value"] for row in channel("channel", "stock").rows}["waiting"] == 0


def test_what_stands_in_the_way_is_one_sentence_with_its_remedy(channel, file):
    assert channel("channel", "settings", "--unset", "warehouses.main").code == 0
    done = channel("channel", "stock", str(file))
    assert (done.code, done.out) == (2, "")
    assert "warehouses is empty" in done.err
    assert "meli channel settings --set warehouses." in done.err
    file.write_bytes("sku,warehouse,quantity\nCAMIÓN,main,1\n".encode("cp1252"))
    done = channel("channel", "stock", str(file))
    assert (done.code, "save it as text, or as CSV, in UTF-8" in done.err, done.err.count("\n")) == (2, True, 1)
    file.write_text("sku,warehouse,quantity\n")
    for wrong, says in (
        (("nowhere.csv",), "nowhere.csv: No such file"),
        (("--dry-run",), "name the file of the levels"),
        ((str(file), "--queue", "--dry-run"), "one of them"),
        ((str(file), "--settings", "nowhere.toml"), "meli channel create NAME"),
    ):
        done = channel("channel", "stock", *wrong)
        assert (done.code, says in done.err) == (2, True), done.err
