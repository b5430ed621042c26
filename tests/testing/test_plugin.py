"""The pytest plugin, in a project of a user: ten lines are a test."""

import json
import os
import subprocess
import sys
from ast import literal_eval
from pathlib import Path

import pytest

from meli_sdk import MeliSession, sync
from meli_sdk.codec import decode
from meli_sdk.models import Item, Order, Shipment
from meli_sdk.sandbox import GLOBAL_SELLER_ID, LOCAL_SELLER_ID
from meli_sdk.testing import FakeTransport, a_notification, a_shipment, an_item, an_order

A_USERS_TEST = """
async def test_my_import(meli_sandbox, meli_session):
    order = meli_sandbox.add_order(status="paid", quantity=2)
    found = await meli_session.orders.get(order.id)
    assert found.order_items[0].quantity == 2


async def test_every_seller_is_connected(meli_app):
    assert len(await meli_app.sellers()) == 3


def test_blocking_code(meli_sandbox):
    from meli_sdk.sync import MeliSession

    seller = meli_sandbox.sellers[0]
    with MeliSession(meli_sandbox.token(seller.id), base_url=meli_sandbox.url, throughput=1000) as me:
        assert me.users.me().id == seller.id
"""


def run_pytest(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    (folder / "test_mine.py").write_text(A_USERS_TEST)
    environment = {name: value for name, value in os.environ.items() if name not in ("CI", "PYTEST_ADDOPTS")}
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-W",
        "error::ResourceWarning",
        "-p",
        "no:randomly",
        "-p",
        "no:xdist",
        *arguments,
    ]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60, check=False, env=environment)


def test_a_project_of_a_user_has_the_fixtures(tmp_path):
    done = run_pytest(tmp_path, "-o", "asyncio_mode=auto")
    assert "3 passed" in done.stdout, done.stdout + done.stderr


def test_without_pytest_asyncio_the_plugin_says_what_to_install(tmp_path):
    source = "import sys, importlib.util as u; f = u.find_spec; "
    source += "u.find_spec = lambda n, p=None: None if n == 'pytest_asyncio' else f(n, p); "
    source += "import pytest; sys.exit(pytest.main(['-q', '-p', 'no:asyncio', '-p', 'no:randomly', 'test_sync.py']))"
    (tmp_path / "test_sync.py").write_text("def test_it(meli_session): pass\n")
    environment = {name: value for name, value in os.environ.items() if name != "CI"}
    command = [sys.executable, "-c", source]
    done = subprocess.run(
        command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False, env=environment
    )
    assert "needs pytest-asyncio: pip install pytest-asyncio" in done.stdout, done.stdout + done.stderr


def test_the_plugin_loads_nothing_of_the_package_by_itself():
    source = "import meli_sdk.testing.plugin, sys; print([m for m in sys.modules if m.startswith('meli_sdk.')])"
    done = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, check=True)
    assert set(literal_eval(done.stdout)) == {"meli_sdk.version", "meli_sdk.testing", "meli_sdk.testing.plugin"}


async def test_the_fixtures_work_here_too(meli_sandbox, meli_app, meli_session):
    assert meli_session.user_id == LOCAL_SELLER_ID
    assert {info.user_id for info in await meli_app.sellers()} >= {LOCAL_SELLER_ID, GLOBAL_SELLER_ID}
    assert (await meli_session.users.me()).id == LOCAL_SELLER_ID


def test_a_sandbox_in_a_thread_serves_blocking_code(meli_sandbox):
    token = meli_sandbox.token(LOCAL_SELLER_ID)
    with sync.MeliSession(token, base_url=meli_sandbox.url, throughput=10_000) as me:
        assert me.users.me().id == LOCAL_SELLER_ID


@pytest.mark.parametrize(("build", "model"), [(an_order, Order), (a_shipment, Shipment), (an_item, Item)])
def test_every_body_decodes_and_has_ids_of_its_own(build, model):
    first, second = decode(model, build()), decode(model, build())
    assert first.id != second.id
    assert decode(model, build(status="cancelled")).status == "cancelled"
    json.dumps(build())


async def test_a_body_answers_a_call():
    fake = FakeTransport()
    fake.answer(200, an_order(sku="LAMP", quantity=3, unit_price=9.99))
    session = MeliSession("APP_USR-invented", user_id=900_100, transport=fake, throughput=10_000)
    order = await session.orders.get(1)
    assert (order.order_items[0].item.sku, str(order.total_amount)) == ("LAMP", "29.97")


def test_a_notification_names_its_seller_and_resource():
    body = a_notification(topic="items", resource="/items/MLA1")
    assert (body["topic"], body["resource"], body["user_id"]) == ("items", "/items/MLA1", 900_100)
