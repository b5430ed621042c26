"""An item is listed once, whatever becomes of the answer: through a faulty wire, against a sandbox whose search is late."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from tests.goods import goods
from tests.resources.conftest import SandboxClock

from meli_sdk import MeliSession, RetryPolicy, errors
from meli_sdk.models import NewItem
from meli_sdk.sandbox import LOCAL_SELLER_ID, Fault, FaultKind, FaultPlan, FaultProxy, Sandbox, SandboxOptions

SKU = "AUR-X3"


class Shop:
    """A seller behind a faulty wire, where sleeping moves the sandbox's clock."""

    def __init__(self, box: Sandbox, proxy: FaultProxy, me: MeliSession) -> None:
        self.box, self.proxy, self.me = box, proxy, me
        self.slept: list[float] = []

    def lose_the_answer(self, *, committed: bool = True) -> None:
        fault = Fault(kind=FaultKind.RESET, match="POST /items", times=1, committed=committed)
        self.proxy.plan = FaultPlan([fault])

    @property
    def creations(self) -> int:
        """Creating requests that reached Mercado Libre."""
        return sum(one.method == "POST" and one.path == "/items" for one in self.box.requests)

    @property
    def made(self) -> list[str]:
        """The items with the SKU."""
        return [
            listing.id
            for listing in self.box.world.listings.values()
            if any(row.get("value_name") == SKU for row in listing.attributes)
        ]


@pytest.fixture
def lag() -> float:
    """Seconds until the search shows a new item."""
    return 10


@pytest.fixture
async def shop(lag: float, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Shop]:
    clock = SandboxClock()
    async with (
        Sandbox(seed=7, now=clock, options=SandboxOptions(item_search_lag=lag)) as box,
        FaultProxy(box.url) as proxy,
        MeliSession(
            box.token(LOCAL_SELLER_ID),
            user_id=LOCAL_SELLER_ID,
            base_url=proxy.url,
            throughput=10_000,
            retry=RetryPolicy.never(),
            breaker=None,
        ) as me,
    ):
        opened = Shop(box, proxy, me)

        async def sleep(seconds: float) -> None:
            opened.slept.append(seconds)
            clock.pass_by(seconds=seconds)

        monkeypatch.setattr(me.items._caller.pipeline.clock, "sleep", sleep, raising=False)
        yield opened


@pytest.mark.parametrize("lag", [0])
async def test_an_item_whose_sku_is_there_is_not_made_again(shop):
    item = await shop.me.items.create_once(goods())
    assert (await shop.me.items.create_once(goods())).id == item.id
    assert shop.creations == 1
    await shop.me.items.close(item.id)
    assert (await shop.me.items.create_once(goods())).id != item.id


async def test_a_lost_answer_is_found_by_the_sku_once_the_search_shows_it_and_never_sent_twice(shop):
    shop.lose_the_answer()
    item = await shop.me.items.create_once(goods())
    assert shop.slept == [0.0, 1.0, 2.0, 4.0, 8.0]
    assert shop.made == [item.id]
    assert shop.creations == 1


@pytest.mark.parametrize("lag", [45])
async def test_what_the_search_shows_later_than_half_a_minute_stays_unknown_and_is_found_by_the_next_call(shop):
    shop.lose_the_answer()
    with pytest.raises(errors.OutcomeUnknownError) as raised:
        await shop.me.items.create_once(goods())
    assert sum(shop.slept) == 30
    assert raised.value.check.params == {"seller_sku": SKU}
    assert not (await shop.me.check(raised.value)).applied
    await shop.me.items._caller.pipeline.clock.sleep(15)
    assert (await shop.me.check(raised.value)).applied
    assert (await shop.me.items.create_once(goods())).id == shop.made[0]
    assert (len(shop.made), shop.creations) == (1, 1)


async def test_what_was_never_applied_stays_unknown_and_is_not_sent_again_by_itself(shop):
    shop.lose_the_answer(committed=False)
    with pytest.raises(errors.OutcomeUnknownError):
        await shop.me.items.create_once(goods())
    assert (shop.made, shop.creations) == ([], 0)
    assert (await shop.me.items.create_once(goods())).id == shop.made[0]


async def test_a_lost_answer_stays_unknown_where_nothing_can_be_read_either(shop, monkeypatch):
    outage = Fault(kind=FaultKind.RESET, match="GET /users/{id}/items/search", nth=frozenset(range(2, 20)))
    lost = Fault(kind=FaultKind.RESET, match="POST /items", committed=True)
    shop.proxy.plan = FaultPlan([lost, outage])
    with pytest.raises(errors.OutcomeUnknownError) as raised:
        await shop.me.items.create_once(goods())
    assert raised.value.may_have_been_applied
    assert shop.creations == 1


async def test_a_refusal_is_no_doubt(shop):
    with pytest.raises(errors.ValidationFailedError):
        await shop.me.items.create_once(goods(title=""))
    assert shop.slept == []


async def test_without_a_sku_nothing_can_be_found_again(shop):
    bare: Any = NewItem(title="Norte")
    with pytest.raises(errors.InputError, match="SELLER_SKU"):
        await shop.me.items.create_once(bare)
    assert shop.box.requests == []
