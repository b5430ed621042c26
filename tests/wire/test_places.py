"""As many calls are under way as there are connections; the others wait before they take a slot of the limiter."""

import asyncio

import pytest

from meli_sdk import errors
from meli_sdk.wire.places import Places

pytestmark = pytest.mark.virtual_time
ORDER = {"id": 17}


async def test_no_more_calls_are_under_way_than_the_transport_has_connections(opened, fake):
    fake.limit = 3
    fake.answer(200, ORDER, times=10)
    fake.seconds.extend([1] * 10)
    me = opened()
    await asyncio.gather(*(me.orders.get(17) for _ in range(10)))
    assert fake.times == pytest.approx([0] * 3 + [1] * 3 + [2] * 3 + [3], abs=0.1)


async def test_a_server_that_hangs_and_wakes_meets_no_burst(opened, fake):
    """Calls that wait for a connection have no slot yet: when a hundred answers come at once, the rate still holds."""
    fake.limit = 20
    fake.answer(200, ORDER, times=100)
    fake.seconds.extend([60] * 20 + [0] * 80)
    me = opened(rate=5)
    await asyncio.gather(*(me.orders.get(17) for _ in range(100)))
    assert len(fake.times) == 100
    later = [end - start for start, end in zip(fake.times, fake.times[5:], strict=False)]
    assert min(later) >= 1 - 1e-6


async def test_one_seller_with_a_long_queue_keeps_no_connection_from_another(opened, fake):
    fake.limit = 2
    fake.answer(200, ORDER, times=30)
    slow, other = opened(rate=0.1), opened(user_id=2)
    queue = [asyncio.create_task(slow.orders.get(17)) for _ in range(20)]
    await asyncio.sleep(1)
    await asyncio.gather(*(other.orders.get(18) for _ in range(5)))
    assert asyncio.get_running_loop().time() < 1.1
    for task in queue:
        task.cancel()
    await asyncio.gather(*queue, return_exceptions=True)


async def test_a_cancelled_call_gives_its_place_back(opened, fake):
    fake.limit = 1
    fake.answer(200, ORDER, times=2)
    fake.seconds.append(1000)
    me = opened()
    hanging = asyncio.create_task(me.orders.get(17))
    await asyncio.sleep(1)
    waiting = asyncio.create_task(me.orders.get(18))
    await asyncio.sleep(1)
    hanging.cancel()
    await waiting
    assert fake.times == pytest.approx([0, 2], abs=0.01)


async def test_a_deadline_while_waiting_for_a_place_says_that_nothing_was_sent(opened, fake):
    fake.limit = 1
    fake.answer(200, ORDER, times=2)
    fake.seconds.append(100)
    me = opened()
    hanging = asyncio.create_task(me.orders.get(17))
    await asyncio.sleep(0)
    with pytest.raises(errors.DeadlineExceededError) as raised:
        await me.with_options(deadline=30).request("POST", "/items", json={})
    assert (raised.value.may_have_been_applied, raised.value.attempts) == (False, 0)
    assert len(fake.requests) == 1
    await hanging


async def test_those_who_wait_go_on_in_order_and_the_cancelled_are_passed_over():
    places = Places(1)
    assert places.take()
    went: list[int] = []

    async def wait(name: int) -> None:
        await places.one_free()
        went.append(name)

    waiting = [asyncio.create_task(wait(n)) for n in range(5)]
    await asyncio.sleep(0)
    waiting[0].cancel()
    waiting[2].cancel()
    places.leave()
    await asyncio.gather(*waiting, return_exceptions=True)
    assert went == [1, 3, 4]
    assert places.take()
    assert not places.take()


async def test_a_waiter_cancelled_just_when_it_was_woken_wakes_the_next():
    places = Places(1)
    places.take()
    first, second = (asyncio.create_task(places.one_free()) for _ in range(2))
    await asyncio.sleep(0)
    places.leave()
    first.cancel()
    await asyncio.wait_for(second, 1)


async def test_without_a_limit_nobody_waits():
    places = Places(None)
    for _ in range(10_000):
        await places.one_free()
        assert places.take()
