"""What a running channel outlives, and how it ends."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from tests.servers import postgres

from meli_sdk.channel import ChannelSettings, SalesChannel, save_settings
from meli_sdk.channel.events import PassFailed
from meli_sdk.channel.running import RunningJob, run_jobs
from meli_sdk.errors import ConfigurationError, ForbiddenError
from meli_sdk.sandbox import LOCAL_SELLER_ID
from meli_sdk.wire.observe import Observers

from .conftest import each_database
from .test_inbox import notice, until


@pytest.fixture
def settings(settings: ChannelSettings) -> ChannelSettings:
    return settings.with_changes(webhook_client_id=LOCAL_SELLER_ID)


@pytest.fixture
def own_postgres() -> Iterator[postgres.PostgresServer]:
    """A PostgreSQL that the test may stop and start."""
    if postgres.programs() is None:
        pytest.skip("PostgreSQL is not installed (Debian package postgresql)")
    with postgres.postgres_server() as server:
        yield server


class Failures(list[PassFailed]):
    """What the application's observers are told of passes that failed."""

    def __init__(self, app) -> None:
        self.more = asyncio.Event()
        app.pipeline.observers = Observers([self.take])

    def take(self, event: object) -> None:
        if isinstance(event, PassFailed):
            self.append(event)
            self.more.set()

    async def of(self, job: str) -> None:
        """Waits until a pass of this job fails from now on."""
        seen = len(self)
        while not any(event.job == job for event in self[seen:]):
            self.more.clear()
            await self.more.wait()


async def cancelled(running: "asyncio.Task[None]") -> None:
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running


class TestADatabaseThatGoesAway:
    @pytest.fixture
    def database_url(self, own_postgres):
        return own_postgres.url

    async def test_a_running_channel_outlives_it_and_goes_on_when_it_is_back(
        self, open_oms, app, box, own_postgres, caplog
    ):
        oms, failures = await open_oms(), Failures(app)
        await oms.download()
        before = box.add_order(status="paid")
        running = asyncio.create_task(oms.channel.run(oms))
        async with asyncio.timeout(60):
            await until(oms, {before.id})
            own_postgres.stop()
            await failures.of("orders")
            meanwhile = box.add_order(status="paid")
            own_postgres.start()
            await until(oms, {before.id, meanwhile.id})
        assert sorted(await oms.ids()) == sorted([before.id, meanwhile.id])
        await cancelled(running)
        assert "the database cannot be used" in caplog.text

    async def test_a_transaction_that_it_cuts_off_is_done_again_and_the_handler_is_not_to_blame(
        self, open_oms, app, box, own_postgres
    ):
        oms, failures = await open_oms(), Failures(app)
        await oms.download()
        order = box.add_order(status="paid")
        handle, cut = oms.__call__, []

        async def cut_off_once(given, connection):
            await handle(given, connection)
            if not cut:
                cut.append(given)
                own_postgres.stop()
                await connection.execute(text("SELECT 1"))

        running = asyncio.create_task(oms.channel.run(cut_off_once))
        async with asyncio.timeout(60):
            await failures.of("orders")
            own_postgres.start()
            await until(oms, {order.id})
        await cancelled(running)
        assert await oms.ids() == [order.id]
        assert await oms.channel.quarantine() == ()


@pytest.fixture
async def on_file(app, settings, tmp_path):
    """A channel that follows its settings file, and the file."""
    path = tmp_path / "channel.toml"
    save_settings(settings, path)
    async with SalesChannel(app, path, f"sqlite+aiosqlite:///{tmp_path / 'channel.db'}") as channel:
        yield channel, path


class Taker:
    """A handler that notes what it is given."""

    def __init__(self) -> None:
        self.taken: set[int] = set()

    async def __call__(self, given, connection) -> None:
        self.taken.add(given.order.id)

    async def until(self, order_id: int) -> None:
        while order_id not in self.taken:  # noqa: ASYNC110  another task hands over, and tells nobody
            await asyncio.sleep(0.02)


WRONG = [
    lambda path, whole: path.write_bytes(b""),
    lambda path, whole: path.write_bytes(whole[: len(whole) // 2]),
    lambda path, whole: path.write_bytes(whole[:-3]),
    lambda path, whole: path.unlink(),
    lambda path, whole: path.write_bytes(whole.replace(str(LOCAL_SELLER_ID).encode(), b"77")),
]


@pytest.mark.parametrize("spoil", WRONG, ids=["empty", "half", "less a digit", "gone", "of another seller"])
async def test_a_settings_file_that_is_wrong_for_a_while_is_told_once_and_the_last_good_one_counts_on(
    on_file, app, box, clock, settings, spoil
):
    channel, path = on_file
    await channel.download_orders(Taker(), since=clock.time)
    take, failures = Taker(), Failures(app)
    running = asyncio.create_task(channel.run(take))
    async with asyncio.timeout(60):
        await take.until(box.add_order(status="paid").id)
        spoil(path, path.read_bytes())
        await failures.of("settings")
        await take.until(box.add_order(status="paid").id)
        save_settings(settings.with_changes(name="Otra"), path)
        while channel.settings.name != "Otra":  # noqa: ASYNC110  another task reads it, and tells nobody
            await asyncio.sleep(0.02)
    await cancelled(running)
    assert [event.job for event in failures] == ["settings"]


async def test_settings_that_contradict_the_mode_fail_their_job_alone_until_they_are_mended(
    on_file, app, box, clock, settings
):
    channel, path = on_file
    await channel.download_orders(Taker(), since=clock.time)
    take, failures = Taker(), Failures(app)
    running = asyncio.create_task(channel.run(take))
    async with asyncio.timeout(60):
        await take.until(box.add_order(status="paid").id)
        save_settings(settings.with_changes(webhook_client_id=None), path)
        await failures.of("missed notifications")
        order = box.add_order(status="paid")
        await take.until(order.id)
        save_settings(settings, path)
        while channel.settings != settings:  # noqa: ASYNC110  another task reads it, and tells nobody
            await asyncio.sleep(0.02)
    assert (await channel.receive(notice(app, order.id))).state == "stored"
    await cancelled(running)


async def test_a_notification_that_arrives_while_the_settings_file_is_wrong_is_stored(on_file, app):
    channel, path = on_file
    failures = Failures(app)
    path.write_bytes(b"[main")
    for order_id in (1, 2):
        assert (await channel.receive(notice(app, order_id))).state == "stored"
    assert [event.job for event in failures] == ["settings"]
    with pytest.raises(ConfigurationError, match="is no TOML"):
        await channel.handle_notifications(Taker())


MAINTENANCE = b"<html><body>Estamos en mantenimiento</body></html>"


@pytest.mark.parametrize("status", [200, 404, 409, 418, 423])
@pytest.mark.parametrize(
    ("job", "call"), [("missed notifications", "GET /missed_feeds"), ("orders", "GET /orders/search")]
)
async def test_an_answer_of_a_bad_day_ends_no_run(open_oms, app, box, clock, job, call, status):
    oms, failures = await open_oms(), Failures(app)
    oms.since = clock.time - timedelta(days=100)
    await oms.download()
    clock.pass_by(days=8)  # a sweep of sixty days is due: more windows than one
    box.fail_next(call, status, MAINTENANCE, times=40)
    running = asyncio.create_task(oms.channel.run(oms))
    async with asyncio.timeout(60):
        await failures.of(job)
        order = box.add_order(status="paid")
        await until(oms, {order.id})
    await cancelled(running)


async def test_a_refusal_that_lasts_until_somebody_changes_something_ends_the_run(open_oms, box):
    oms = await open_oms()
    await oms.download()
    box.fail_next("GET /missed_feeds", 403, {"error": "forbidden", "message": "forbidden", "status": 403}, times=9)
    with pytest.raises(ForbiddenError):
        async with asyncio.timeout(60):
            await oms.channel.run(oms)


async def test_a_handler_whose_own_database_is_gone_ends_the_run(open_oms, app, box):
    oms = await open_oms()
    await oms.download()
    for _ in range(5):
        box.add_order(status="paid")

    async def elsewhere(given, connection):
        raise OperationalError(None, None, ConnectionRefusedError(), connection_invalidated=True)

    with pytest.raises(OperationalError):
        async with asyncio.timeout(60):
            await oms.channel.run(elsewhere)


async def test_the_pause_stays_at_five_minutes_however_long_an_outage_lasts(clock):
    paused: list[float] = []

    class BackError(Exception):
        pass

    async def step():
        if len(paused) == 2_000:
            raise BackError
        raise ConnectionRefusedError

    def told(job, failures, seconds, error):
        paused.append(seconds)

    with pytest.raises(BackError):
        await run_jobs([RunningJob(name="orders", step=step, wait=step)], clock, told)
    assert paused[:3] == [2.0, 4.0, 8.0]
    assert paused[-1] == max(paused) == 300.0


class TestTheEnd:
    """A run is cancelled while the handler is at work on an order."""

    @pytest.fixture
    async def at_work(self, open_oms, box):
        """The system, its order, what lets the handler go on, and the run."""
        oms = await open_oms()
        await oms.download()
        order = box.add_order(status="paid")
        begun, go_on = asyncio.Event(), asyncio.Event()

        async def slow(given, connection):
            begun.set()
            await go_on.wait()
            await oms(given, connection)

        running = asyncio.create_task(oms.channel.run(slow))
        async with asyncio.timeout(60):
            await begun.wait()
        return oms, order, go_on, running

    @each_database
    async def test_the_order_in_hand_is_finished_and_counts_as_handed_over(self, at_work):
        oms, order, go_on, running = at_work
        running.cancel()
        await asyncio.sleep(0)
        go_on.set()
        with pytest.raises(asyncio.CancelledError):
            await running
        assert await oms.ids() == [order.id]
        await oms.download()
        assert await oms.ids() == [order.id]

    async def test_an_order_that_takes_too_long_is_rolled_back_and_handed_over_by_the_next_run(
        self, at_work, monkeypatch, caplog
    ):
        monkeypatch.setattr("meli_sdk.channel.cancellation.DRAIN_SECONDS", 0.01)
        oms, order, _, running = at_work
        await cancelled(running)
        assert await oms.ids() == []
        assert "it is rolled back" in caplog.text
        await oms.download()
        assert await oms.ids() == [order.id]

    async def test_a_second_cancellation_ends_it_at_once(self, at_work, monkeypatch):
        monkeypatch.setattr("meli_sdk.channel.cancellation.DRAIN_SECONDS", 10_000)
        oms, _, _, running = at_work
        running.cancel()
        for _ in range(5):
            await asyncio.sleep(0)
        running.cancel()
        _, still_running = await asyncio.wait({running}, timeout=60)
        assert not still_running
        assert await oms.ids() == []
