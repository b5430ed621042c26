"""The same names without `await`: across calls, threads, running loops and forks, on a sandbox of another thread."""

import asyncio
import inspect
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from meli_sdk import AppCredentials, SQLiteGrantStore, errors, session, sync
from meli_sdk.auth.oauth import new_state
from meli_sdk.channel import ChannelSettings, SalesChannel
from meli_sdk.sandbox import GLOBAL_SELLER_ID, LOCAL_SELLER_ID, Sandbox
from meli_sdk.testing import sandbox_in_thread


@pytest.fixture(scope="module")
def box() -> Iterator[Sandbox]:
    """A sandbox on a loop of its own: the calls under test block theirs."""
    with sandbox_in_thread(seed=4) as started:
        yield started


@pytest.fixture
def me(box):
    with sync.MeliSession(
        box.token(LOCAL_SELLER_ID), user_id=LOCAL_SELLER_ID, base_url=box.url, throughput=10_000
    ) as opened:
        yield opened


def test_calls_follow_each_other_on_one_connection_pool(me):
    orders = me.orders.search(status="paid").first().items
    assert [me.orders.get(order.id).id for order in orders[:5]] == [order.id for order in orders[:5]]


def test_rows_and_pages_are_iterated(me, box):
    assert sorted(order.id for order in me.orders.search(status="paid")) == sorted(box.order_ids("paid"))
    pages = list(me.orders.search(status="paid", page_size=10).pages())
    assert sum(len(page.items) for page in pages) == len(box.order_ids("paid"))
    assert len(me.orders.search().collect(limit=3)) == 3


def test_leaving_an_iteration_early_leaves_no_task_behind(me):
    before = background_tasks()
    for _ in me.orders.search(page_size=5):
        break
    assert background_tasks() == before


def background_tasks() -> int:
    async def count() -> int:
        return len(asyncio.all_tasks()) - 1

    return sync._LOOP.run(count())


async def test_it_works_inside_a_running_loop(me):
    assert me.users.me().id == LOCAL_SELLER_ID


def test_threads_share_one_limiter_and_pool(me):
    with ThreadPoolExecutor(8) as threads:
        ids = list(threads.map(lambda _: me.users.me().id, range(40)))
    assert ids == [LOCAL_SELLER_ID] * 40


def test_errors_arrive_as_they_are(me):
    with pytest.raises(errors.NotFoundError):
        me.orders.get(2000000000000001)
    with pytest.raises(errors.InputError, match="order_id"):
        me.orders.get("../users/me")
    with pytest.raises(errors.DryRunError):
        me.with_options(dry_run=True).request("POST", "/items", json={})


def test_a_blocking_call_inside_the_background_loop_is_refused(me):
    async def wrong():
        me.users.me()

    with pytest.raises(errors.SessionStateError, match="await the async class"):
        sync._LOOP.run(wrong())


def test_an_application_connects_and_its_sessions_block_too(box, tmp_path):
    given = box.app_credentials
    with sync.MeliApp(
        AppCredentials(given.client_id, given.client_secret),
        SQLiteGrantStore(tmp_path / "grants.db"),
        redirect_uri=box.redirect_uri,
        base_url=box.url,
        authorization_host=box.url,
        throughput=10_000,
    ) as app:
        state = new_state()
        url = app.authorization_url("CBT", state=state)
        info = app.connect(asyncio.run(box.authorize(str(url), user_id=GLOBAL_SELLER_ID)), state=state)
        assert app.session(info.user_id).marketplace.user().user_id == GLOBAL_SELLER_ID
        assert [seller.user_id for seller in app.sellers()] == [GLOBAL_SELLER_ID]


def test_a_sales_channel_hands_over_without_await(box, tmp_path):
    given, seen = box.app_credentials, []

    async def save(order, connection):
        seen.append(order.order.id)

    with sync.MeliApp(
        AppCredentials(given.client_id, given.client_secret),
        SQLiteGrantStore(tmp_path / "grants.db"),
        redirect_uri=box.redirect_uri,
        base_url=box.url,
        authorization_host=box.url,
        throughput=10_000,
    ) as app:
        state = new_state()
        url = str(app.authorization_url("MLA", state=state))
        app.connect(asyncio.run(box.authorize(url, user_id=LOCAL_SELLER_ID)), state=state)
        settings = ChannelSettings("Blocking", LOCAL_SELLER_ID, throughput=10_000)
        with sync.SalesChannel(app, settings, f"sqlite+aiosqlite:///{tmp_path / 'channel.db'}") as channel:
            report = channel.download_orders(save)
            assert sorted(seen) == sorted(row.order_id for row in report.rows if row.action == "new")
            assert channel.download_orders(save).handed_over == 0


def test_a_forked_child_gets_a_loop_of_its_own(box):
    source = f"""
import os
from meli_sdk.sync import MeliSession
def me():
    with MeliSession({box.token(LOCAL_SELLER_ID)!r}, base_url={box.url!r}, throughput=1000) as opened:
        return opened.users.me().id
assert me() == {LOCAL_SELLER_ID}
child = os.fork()
if not child:
    os._exit(0 if me() == {LOCAL_SELLER_ID} else 1)
assert os.waitpid(child, 0)[1] == 0
"""
    command = [sys.executable, "-W", "ignore::DeprecationWarning", "-c", source]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, env=os.environ)
    assert done.returncode == 0, done.stderr


def test_every_public_name_is_there():
    for kind in (session.MeliSession, session.Orders, session.Marketplace, session.Items, SalesChannel):
        twin = sync._face(kind)
        for name, member in inspect.getmembers(kind, inspect.isfunction):
            if not name.startswith("_"):
                assert inspect.signature(getattr(twin, name)) == inspect.signature(member)
                assert not inspect.iscoroutinefunction(getattr(twin, name))
