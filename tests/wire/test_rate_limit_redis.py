"""One budget for all processes, on a Redis of our own, in real time. Each limiter stands for a process."""

import asyncio
import sys
import time
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest
import redis.asyncio
import yarl

from meli_sdk import RedisRateLimiter
from meli_sdk.errors import ConfigurationError, InputError, ThroughputWaitError
from meli_sdk.wire.endpoint import RateGroup

SHARED = RateGroup(name="quotation", per_minute=1200, scope="application")
WINDOW = 1.0


class Processes:
    """Limiters on one Redis, and when calls left them."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.made: list[RedisRateLimiter] = []
        self.left: list[float] = []
        self.names: list[object] = []

    def start(self, rate: float, count: int = 1, **options: object) -> list[RedisRateLimiter]:
        started = [RedisRateLimiter(self.url, rate, **options) for _ in range(count)]
        self.made += started
        return started

    async def call(self, limiter: RedisRateLimiter, name: object = None, seller: int = 1, group=None) -> float:
        waited = await limiter.acquire(seller, group)
        self.left.append(time.monotonic())
        self.names.append(name)
        return waited

    async def calls(self, limiter: RedisRateLimiter, count: int, **options: object) -> None:
        await asyncio.gather(*(self.call(limiter, n, **options) for n in range(count)))

    def most_in_a_window(self) -> int:
        times = sorted(self.left)
        return max(sum(start <= time < start + WINDOW for time in times) for start in times)

    def span(self) -> float:
        return max(self.left) - min(self.left)


@pytest.fixture
async def processes(redis_url):
    made = Processes(redis_url)
    yield made
    for limiter in made.made:
        await limiter.aclose()


async def test_processes_share_one_budget(processes):
    limiters = processes.start(100, count=3)
    await asyncio.gather(*(processes.calls(limiter, 60) for limiter in limiters))
    assert processes.most_in_a_window() <= 100
    assert 1.2 <= processes.span() < 6  # budgets of their own would need 0.6 s; the machine may be busy


async def test_calls_of_a_process_leave_in_the_order_in_which_they_came(processes):
    (limiter,) = processes.start(100)
    await processes.calls(limiter, 40)
    assert processes.names == list(range(40))


async def test_few_questions_bring_many_slots(processes, redis_server):
    (limiter,) = processes.start(200)
    client = redis.asyncio.from_url(processes.url)
    await client.config_resetstat()
    await processes.calls(limiter, 100)
    asked = (await client.info("commandstats"))["cmdstat_evalsha"]["calls"]
    await client.aclose()
    assert asked <= 20


async def test_sellers_and_applications_have_budgets_of_their_own(processes):
    one, other = processes.start(1)[0], processes.start(1, prefix="another-application")[0]
    await asyncio.gather(processes.call(one, seller=1), processes.call(one, seller=2), processes.call(other, seller=1))
    assert processes.span() < 0.5


async def test_a_group_of_the_application_is_shared_by_sellers_and_processes(processes):
    limiters = processes.start(1000, count=2)
    await asyncio.gather(
        *(processes.calls(limiter, 12, seller=n, group=SHARED) for n, limiter in enumerate(limiters, 1))
    )
    assert processes.span() >= 0.9  # two budgets of their own would need half a second


async def test_a_call_of_a_group_counts_from_when_it_left_the_sellers_queue(processes):
    (limiter,) = processes.start(2)
    await processes.call(limiter)
    await processes.call(limiter, group=SHARED)
    left = time.time()
    async with asyncio.timeout(10):  # that it left is told behind its back
        while (await when(processes.url, "quotation:slots"))[-1] < left - 0.2:
            pass


async def test_a_call_of_a_group_that_gives_up_in_the_sellers_queue_gives_its_slot_back(processes):
    (limiter,) = processes.start(0.01)
    await processes.call(limiter)
    waiting = asyncio.create_task(processes.call(limiter, group=SHARED))
    await asyncio.sleep(0.2)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    limiter.set_rate(2, 100)
    await processes.call(limiter, seller=2, group=SHARED)
    assert await kept(processes.url, "ZCARD", "quotation:slots") == 1


async def test_a_pause_after_a_refusal_reaches_every_process(processes, caplog):
    one, other = processes.start(100, count=2)
    await processes.call(other)
    start = time.monotonic()
    await one.penalize(1, None, 0.5)
    await asyncio.gather(processes.calls(one, 3), processes.calls(other, 3))
    assert min(processes.left[1:]) - start >= 0.5
    assert "pauses for 0.5 s, the seller goes on at 50 calls a second" in caplog.text
    processes.left.clear()
    await processes.calls(other, 60)  # the other process goes on at half the rate too
    assert processes.most_in_a_window() <= 50


async def kept(url: str, command: str, suffix: str, *arguments: str):
    """What Redis keeps under the one key that ends so."""
    async with redis.asyncio.from_url(url) as client:
        (key,) = [key async for key in client.scan_iter("*" + suffix)]
        return await client.execute_command(command, key, *arguments)


async def when(url: str, suffix: str) -> list[float]:
    """The times of the slots that Redis keeps, in seconds since 1970."""
    async with redis.asyncio.from_url(url) as client:
        (key,) = [key async for key in client.scan_iter("*" + suffix)]
        return [score / 1e6 for _, score in await client.zrange(key, 0, -1, withscores=True)]


async def test_the_refusals_of_one_pause_slow_down_once_however_many_calls_and_processes_meet_them(processes, caplog):
    limiters = processes.start(100, count=3)
    for limiter in limiters:
        await processes.call(limiter)
    await asyncio.gather(*(limiters[0].penalize(1, None, 60) for _ in range(4)))
    for limiter in limiters[1:]:
        await limiter.penalize(1, None, 60)
    (line,) = [record.getMessage() for record in caplog.records]
    assert "the seller goes on at 50 calls a second" in line
    assert float(await kept(processes.url, "HGET", "seller:1", "share")) == 0.5


@pytest.mark.parametrize("interrupted", ["a cancellation", "a new rate"])
async def test_the_next_call_leaves_with_the_slot_of_one_that_was_interrupted(processes, interrupted):
    (limiter,) = processes.start(2)
    await processes.call(limiter)
    waiting = [asyncio.create_task(processes.call(limiter)) for _ in range(3)]
    while await kept(processes.url, "ZCARD", ":slots") < 2:
        pass
    for head in waiting[:2]:
        await asyncio.sleep(0.02)  # the slot has come
        if interrupted == "a cancellation":
            head.cancel()
        else:
            limiter.set_rate(1, 2)
    await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    await asyncio.wait(waiting[2:] if interrupted == "a cancellation" else waiting[:1])
    assert len(processes.left) == 2
    assert await kept(processes.url, "ZCARD", ":slots") == 2
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)


async def test_a_new_rate_holds_at_once(processes):
    (limiter,) = processes.start(1)
    await processes.call(limiter)
    waiting = asyncio.create_task(processes.calls(limiter, 20))
    await asyncio.sleep(0.1)
    limiter.set_rate(1, 200)
    await asyncio.wait_for(waiting, 2)
    with pytest.raises(InputError, match="throughput is calls per second"):
        limiter.set_rate(1, 0)


async def test_a_wait_beyond_the_deadline_is_told_at_once(processes):
    (limiter,) = processes.start(0.5)
    await processes.call(limiter)
    waiting = [asyncio.create_task(processes.call(limiter)) for _ in range(3)]
    await asyncio.sleep(0.05)
    with pytest.raises(ThroughputWaitError):
        await limiter.acquire(1, None, max_wait=1)
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)


async def test_a_slot_that_was_missed_is_given_back_and_the_bound_holds(processes):
    limiters = processes.start(50, count=2)
    running = [asyncio.create_task(processes.calls(limiter, 60)) for limiter in limiters]
    for _ in range(8):
        await asyncio.sleep(0.15)
        time.sleep(0.06)  # noqa: ASYNC251  the loop of both stands still
    await asyncio.gather(*running)
    assert processes.most_in_a_window() <= 50
    assert processes.span() < 8


@asynccontextmanager
async def far_away(url: str, seconds: float):
    """A way to a server whose answers come so much later."""
    there = yarl.URL(url)

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, wait: float) -> None:
        while data := await reader.read(65536):
            await asyncio.sleep(wait)
            writer.write(data)
        writer.close()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        answers, questions = await asyncio.open_connection(there.host, there.port)
        await asyncio.gather(carry(reader, questions, 0), carry(answers, writer, seconds))

    async with await asyncio.start_server(connected, "127.0.0.1", 0) as server:
        yield str(there.with_port(server.sockets[0].getsockname()[1]))


async def test_no_process_goes_on_alone_because_redis_answers_slowly_and_the_bound_holds(processes, caplog):
    async with far_away(processes.url, 0.05) as url:
        near = processes.start(50)
        far = [RedisRateLimiter(url, 50) for _ in range(2)]
        await asyncio.gather(*(processes.calls(limiter, 40) for limiter in [*near, *far]))
        for limiter in far:
            await limiter.aclose()
    assert processes.most_in_a_window() <= 50
    assert caplog.text == ""


async def test_while_redis_is_away_each_process_goes_on_with_its_part_and_comes_back(processes, redis_server, caplog):
    limiters = processes.start(40, count=2)
    await asyncio.gather(*(processes.calls(limiter, 4) for limiter in limiters))
    redis_server.stop()
    try:
        start = time.monotonic()
        processes.left.clear()
        await asyncio.gather(*(processes.calls(limiter, 20) for limiter in limiters))
    finally:
        redis_server.start()
    alone = [left - start for left in processes.left]
    assert min(alone[2:]) >= 1.9  # two slots at most were in hand
    assert processes.most_in_a_window() <= 40
    assert max(alone) - min(alone[2:]) >= 0.8  # eighteen calls at twenty a second
    assert "each of 2 processes goes on with its part of the rate" in caplog.text
    await asyncio.sleep(1.1)
    await asyncio.gather(*(processes.call(limiter) for limiter in limiters))
    assert "Redis answers again: one budget for 2 processes" in caplog.text


async def test_processes_that_go_on_alone_do_not_all_begin_at_once(processes, redis_server, monkeypatch):
    parts = iter([0.0, 0.5, 1.0])
    monkeypatch.setattr("random.random", lambda: next(parts))
    limiters = processes.start(2, count=3)
    for _ in range(2):  # with the second answer each knows of the others
        await asyncio.gather(*(processes.call(limiter) for limiter in limiters))
    redis_server.stop()
    try:
        start = time.monotonic()
        processes.left.clear()
        await asyncio.gather(*(processes.call(limiter) for limiter in limiters))
    finally:
        redis_server.start()
    for number, left in enumerate(sorted(processes.left), 1):
        assert left - start >= 2 + number * 0.5


async def test_calls_that_left_in_an_outage_count_when_redis_answers_again(processes, redis_server):
    (limiter,) = processes.start(4)
    await processes.call(limiter)
    redis_server.command("CLIENT PAUSE 4500")  # it forgets nothing
    await processes.calls(limiter, 16)
    assert processes.most_in_a_window() <= 4


class Ahead:
    """A clock that can be put forward."""

    seconds = 0.0

    def monotonic(self) -> float:
        return time.monotonic() + self.seconds

    def now(self) -> datetime:
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


async def test_refusals_in_an_outage_slow_down_to_a_sixteenth_of_the_part_and_it_recovers():
    clock = Ahead()
    async with RedisRateLimiter("redis://127.0.0.1:1/0", 16, expected_processes=4, clock=clock) as limiter:
        waiting = asyncio.create_task(limiter.acquire(1, None))
        for _ in range(12):
            await limiter.penalize(1, None, 0.01)
            clock.seconds += 2

        async def predicted() -> float:
            await asyncio.sleep(0.01)
            with pytest.raises(ThroughputWaitError) as raised:
                await limiter.acquire(1, None, max_wait=0)
            return raised.value.wait

        async with asyncio.timeout(10):
            while await predicted() != pytest.approx(8):  # the second at 16 / 4 / 16 a second
                pass
        clock.seconds += 600
        assert await predicted() == pytest.approx(0.5)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)


async def test_a_redis_that_was_never_there_leaves_the_expected_part():
    async with RedisRateLimiter("redis://127.0.0.1:1/0", 100, expected_processes=10) as limiter:
        start = time.monotonic()
        await asyncio.gather(*(limiter.acquire(1, None) for _ in range(6)))
        assert time.monotonic() - start >= 2 + 0.4
        await limiter.penalize(1, None, 0.01)  # nothing to tell it to, and no failure


async def test_after_a_restart_the_first_slot_comes_a_window_later(processes, redis_server):
    (limiter,) = processes.start(10)
    await processes.calls(limiter, 3)
    redis_server.command("FLUSHALL")  # the scripts are forgotten too
    start = time.monotonic()
    await processes.call(limiter)
    assert time.monotonic() - start >= 0.9


async def test_a_server_whose_clock_went_back_does_not_stop_the_calls(processes):
    (limiter,) = processes.start(100)
    await processes.call(limiter)
    client = redis.asyncio.from_url(processes.url)
    (slots,) = [key async for key in client.scan_iter("*:slots")]
    await client.zadd(slots, {"9999": (time.time() + 86_400) * 1e6})
    await client.aclose()
    await asyncio.wait_for(processes.call(limiter), 3)


@pytest.mark.parametrize("url", ["", "http://127.0.0.1", "redis://127.0.0.1:port/0"])
def test_what_is_no_url_of_a_redis_is_refused(url):
    with pytest.raises(ConfigurationError, match="redis://"):
        RedisRateLimiter(url)


def test_a_url_that_is_refused_shows_no_part_of_its_password():
    with pytest.raises(ConfigurationError) as raised:
        RedisRateLimiter("redis://:invented/part@127.0.0.1:6379/0")
    assert "invented" not in str(raised.value)


def test_without_the_client_the_remedy_is_told(monkeypatch):
    monkeypatch.setitem(sys.modules, "redis", None)
    monkeypatch.setitem(sys.modules, "redis.asyncio", None)
    with pytest.raises(ConfigurationError, match=r"pip install 'meli-sdk\[redis\]'"):
        RedisRateLimiter("redis://127.0.0.1/0")
