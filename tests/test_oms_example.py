"""The example order management system, as a process of its own, on each database it names."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

ROOT = Path(__file__).parent.parent
OMS = ROOT / "examples" / "oms.py"


def run(**variables: str) -> dict[str, str]:
    """What each line of the example says, by its first word."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("OMS_")} | variables
    command = [sys.executable, str(OMS)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=100, env=environment)
    assert (done.returncode, done.stderr) == (0, "")
    return dict(line.split(": ", 1) for line in done.stdout.splitlines() if ": " in line)


def counts(url: str) -> dict[str, int]:
    engine = create_engine(url)
    with engine.connect() as connection:
        found = {
            "sales": connection.execute(text("SELECT count(*) FROM oms_sales")).scalar_one(),
            "shipped": connection.execute(
                text("SELECT count(*) FROM oms_sales WHERE tracking_number IS NOT NULL")
            ).scalar_one(),
            "doubled": connection.execute(
                text("SELECT count(*) - count(DISTINCT order_id) FROM oms_sales")
            ).scalar_one(),
        }
    engine.dispose()
    return found


def test_it_imports_orders_sends_stock_and_ships_on_sqlite(tmp_path: Path):
    said = run(OMS_DATABASE=f"sqlite+aiosqlite:///{tmp_path / 'oms.db'}")
    orders, parcels = ast.literal_eval(said["orders"]), ast.literal_eval(said["parcels"])
    assert said["check"] == "all right"
    assert orders["new"] > 20
    assert ast.literal_eval(said["stock"]) == {"applied": 5}
    assert said["once more"].endswith("{'unchanged': 5}")
    assert parcels == {"accepted": parcels["accepted"]}
    assert counts(f"sqlite:///{tmp_path / 'oms.db'}") == {
        "sales": orders["new"],
        "shipped": parcels["accepted"],
        "doubled": 0,
    }


def test_two_variables_move_it_to_postgresql_and_redis(postgres_url: str, redis_url: str, tmp_path: Path):
    shared = run(OMS_DATABASE=postgres_url, OMS_REDIS=redis_url)
    alone = run(OMS_DATABASE=f"sqlite+aiosqlite:///{tmp_path / 'oms.db'}")
    assert shared == alone


def test_the_file_that_starts_the_servers_fits_what_the_example_says():
    compose = (ROOT / "examples" / "compose.yml").read_text(encoding="utf-8")
    said = OMS.read_text(encoding="utf-8")
    (user, password, port, name) = re.findall(r"asyncpg://(\w+):(\w+)@127\.0\.0\.1:(\d+)/(\w+)", said)[0]
    for line in (f"POSTGRES_USER: {user}", f"POSTGRES_PASSWORD: {password}", f"POSTGRES_DB: {name}"):
        assert line in compose
    assert f'"127.0.0.1:{port}:{port}"' in compose
    assert '"127.0.0.1:6379:6379"' in compose
    assert "0.0.0.0" not in compose


@pytest.mark.parametrize("word", ["OMS_DATABASE", "OMS_REDIS"])
def test_both_variables_are_documented(word: str):
    assert word in (ROOT / "docs" / "how-to" / "many-machines.md").read_text(encoding="utf-8")
