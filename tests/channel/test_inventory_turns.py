"""Turns: what is urgent is next, and calls are as far apart as the rate asks."""

import asyncio

from meli_sdk.channel.inventory_turns import Turns, Urgency


class Time:
    """Virtual time: a wait moves it on."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def monotonic(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(0)
        self.seconds += seconds


async def take(turns: Turns, time: Time, order: list[tuple[str, float]], name: str, urgency: Urgency) -> None:
    async with turns.turn(urgency, "write", name):
        order.append((name, time.seconds))
        await asyncio.sleep(0)


async def test_the_most_urgent_is_next_and_calls_are_a_second_apart_at_one_a_second():
    time, order = Time(), list[tuple[str, float]]()
    turns = Turns(time, 1.0)  # type: ignore[arg-type]
    wanted = [("a", Urgency.OTHER), ("b", Urgency.OTHER), ("less", Urgency.LESS), ("none", Urgency.SOLD_OUT)]
    await asyncio.gather(*(take(turns, time, order, name, urgency) for name, urgency in wanted))
    assert order == [("none", 100.0), ("less", 101.0), ("a", 102.0), ("b", 103.0)]
    assert turns.taken == {"write": 4}


async def test_a_sku_that_becomes_urgent_while_it_waits_moves_forward():
    time, order = Time(), list[tuple[str, float]]()
    turns = Turns(time, 1.0)  # type: ignore[arg-type]
    tasks = [asyncio.create_task(take(turns, time, order, name, Urgency.OTHER)) for name in "abc"]
    while not order:  # noqa: ASYNC110  the loop itself is what moves
        await asyncio.sleep(0)
    turns.hurry("c", Urgency.SOLD_OUT)
    await asyncio.gather(*tasks)
    assert [name for name, _ in order] == ["a", "c", "b"]


async def test_who_gives_up_waiting_leaves_the_turn_to_the_next():
    time, order = Time(), list[tuple[str, float]]()
    turns = Turns(time, 1.0)  # type: ignore[arg-type]
    tasks = [asyncio.create_task(take(turns, time, order, name, Urgency.OTHER)) for name in "abc"]
    while not order:  # noqa: ASYNC110  the loop itself is what moves
        await asyncio.sleep(0)
    tasks[1].cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert [name for name, _ in order] == ["a", "c"]
    await turns.aclose()


async def test_at_a_high_rate_a_few_calls_are_on_their_way_at_once_and_no_more():
    time = Time()
    turns = Turns(time, 1000.0)  # type: ignore[arg-type]
    under_way = most = 0

    async def call() -> None:
        nonlocal under_way, most
        async with turns.turn(Urgency.OTHER, "read"):
            under_way += 1
            most = max(most, under_way)
            for _ in range(50):
                await asyncio.sleep(0)
            under_way -= 1

    await asyncio.gather(*(call() for _ in range(30)))
    assert most == 8


async def test_a_call_that_is_not_answered_leaves_the_turns_to_others_at_any_rate():
    time, order = Time(), list[tuple[str, float]]()
    turns = Turns(time, 1.0)  # type: ignore[arg-type]
    silence = asyncio.Event()

    async def hang() -> None:
        async with turns.turn(Urgency.SOLD_OUT, "write", "hangs"):
            await silence.wait()

    hanging = asyncio.create_task(hang())
    async with asyncio.timeout(60):
        await asyncio.gather(*(take(turns, time, order, name, Urgency.OTHER) for name in "abc"))
    assert [name for name, _ in order] == ["a", "b", "c"]
    silence.set()
    await hanging
