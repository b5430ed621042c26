import asyncio
import random
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from meli_sdk import MeliApp
from meli_sdk.sandbox import LOCAL_SELLER_ID, Sandbox

from .conftest import MovableClock, each_database

WORKER = Path(__file__).with_name("killed_worker.py")


@pytest.mark.timeout(180)  # three interpreters start, on machines that do more
@each_database
async def test_a_process_that_is_killed_again_and_again_loses_no_order_and_doubles_none(
    box: Sandbox, app: MeliApp, clock: MovableClock, database_url: str, tmp_path: Path
):
    orders = [box.add_order(created=clock.time - timedelta(minutes=20 * number), mode=None) for number in range(150)]
    given = box.app_credentials
    command = [sys.executable, WORKER, box.url, str(given.client_id), given.client_secret, tmp_path / "grants.db"]
    chance = random.Random(5)
    for life in range(3):
        worker = await asyncio.create_subprocess_exec(
            *command, str(LOCAL_SELLER_ID), database_url, stdout=asyncio.subprocess.PIPE
        )
        if life < 2:
            for _ in range(chance.randrange(1, 60)):
                await worker.stdout.readline()
            if worker.returncode is None:
                worker.kill()
        await worker.communicate()
    assert worker.returncode == 0
    engine = create_async_engine(database_url)
    async with engine.connect() as connection:
        found = list((await connection.execute(text("SELECT order_id FROM given"))).scalars())
    await engine.dispose()
    assert sorted(found) == sorted(order.id for order in orders)
