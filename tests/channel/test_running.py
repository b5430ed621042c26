"""What a running channel outlives, and how it ends."""

import asyncio
from collections.abc import Iterator

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from tests.servers import postgres

from meli_sdk.channel import ChannelSettings
from meli_sdk.channel.events import PassFailed
from meli_sdk.channel.running import RunningJob, run_jobs
from meli_sdk.sandbox import LOCAL_SELLER_ID
from meli_sdk.wire.observe import Observers

from .conftest import each_database
from .test_inbox import until


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
        monkeypatch.setattr("meli_sdk.channel.orders_handover.DRAIN_SECONDS", 0.01)
        oms, order, _, running = at_work
        await cancelled(running)
        assert await oms.ids() == []
        assert "it is rolled back" in caplog.text
        await oms.download()
        assert await oms.ids() == [order.id]

    async def test_a_second_cancellation_ends_it_at_once(self, at_work, monkeypatch):
        monkeypatch.setattr("meli_sdk.channel.orders_handover.DRAIN_SECONDS", 10_000)
        oms, _, _, running = at_work
        running.cancel()
        for _ in range(5):
            await asyncio.sleep(0)
        running.cancel()
        _, still_running = await asyncio.wait({running}, timeout=60)
        assert not still_running
        assert await oms.ids() == []
