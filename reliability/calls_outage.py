"""Reads that meet faults, and a host that is down."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Final

from meli_sdk import BreakerPolicy, MeliSession, RetryPolicy, errors
from meli_sdk.sandbox import LOCAL_SELLER_ID, Fault, FaultKind, FaultPlan, FaultProxy, Sandbox
from reliability.figure import Figure

FAST: Final = RetryPolicy(base=0.05, throttle_base=0.05)
NINE: Final = (
    FaultKind.LATENCY,
    FaultKind.SLICER,
    FaultKind.IDLE_CLOSE,
    FaultKind.COOKIE,
    FaultKind.RESET,
    FaultKind.TRUNCATED,
    FaultKind.EMPTY_429,
    FaultKind.HTML_502,
    FaultKind.HTML_200,
)


@asynccontextmanager
async def marketplace(
    seller: int = LOCAL_SELLER_ID, **options: object
) -> AsyncIterator[tuple[Sandbox, FaultProxy, MeliSession]]:
    """A sandbox, the proxy before it, and a session that goes through the proxy."""
    async with Sandbox(seed=3, listing_quota=None) as box, FaultProxy(box.url) as proxy:
        settings = {"throughput": 10_000, "retry": FAST, **options}
        async with MeliSession(box.token(seller), user_id=seller, base_url=proxy.url, **settings) as session:
            yield box, proxy, session


async def reads(quick: bool) -> Figure:
    """Every call meets one of ten faults, a tenth of them each; its repetitions pass."""
    count = 1_000 if quick else 20_000
    failed: Counter[str] = Counter()
    # All ten at once are no outage, though more than ten failures in a row come by chance among so many calls.
    async with marketplace(breaker=BreakerPolicy(failures=50), deadline=30.0) as (box, proxy, session):
        order_id = box.order_ids("paid")[0]
        proxy.plan = FaultPlan(
            [
                Fault(kind=FaultKind.LATENCY, share=0.1, seconds=0.3),
                *(Fault(kind=kind, share=0.1, seconds=0.02) for kind in NINE),
            ],
            once_for_each=True,
        )
        numbers = iter(range(count))

        async def work() -> None:
            for number in numbers:
                try:
                    await session.request("GET", f"/orders/{order_id}", params={"n": number})
                except errors.MeliError as failure:
                    failed[type(failure).__name__] += 1

        await asyncio.gather(*(work() for _ in range(50)))
        amplification = proxy.requests / count
    return Figure(
        promise="every read succeeds within its deadline, with at most 1.6 requests for each",
        kept=not failed and amplification <= 1.6,
        numbers={
            "calls": count,
            "failed": dict(failed),
            "requests_per_call": round(amplification, 3),
            "faults": {kind.value: met for kind, met in proxy.plan.counts.items()},
        },
    )


async def _outage(seconds: float, policy: BreakerPolicy | None) -> Mapping[str, float]:
    async with marketplace(throughput=100, retry=RetryPolicy(base=0.2), breaker=policy) as (box, proxy, session):
        order_id = box.order_ids("paid")[0]
        successes: list[float] = []
        running = True

        async def work() -> None:
            while running:
                try:
                    await session.orders.get(order_id)
                    successes.append(time.monotonic())
                except errors.MeliError:
                    await asyncio.sleep(0.2)

        workers = [asyncio.create_task(work()) for _ in range(200)]
        await asyncio.sleep(3)
        before = proxy.requests
        await asyncio.sleep(2)
        normal = (proxy.requests - before) / 2
        proxy.plan = FaultPlan([Fault(kind=FaultKind.RESET)])
        before = proxy.requests
        await asyncio.sleep(seconds)
        during = proxy.requests - before
        proxy.plan = FaultPlan()
        returned = time.monotonic()
        pause = policy.pause if policy else 1.0
        while (
            time.monotonic() - returned < pause + 10
            and sum(moment > time.monotonic() - 1 for moment in successes) < 0.9 * normal
        ):
            await asyncio.sleep(0.1)
        recovered = time.monotonic() - returned
        running = False
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*workers, return_exceptions=True)
    return {
        "normal_a_second": normal,
        "requests_in_outage": during,
        "share": during / (normal * seconds),
        "recovered_s": round(recovered, 1),
    }


async def outage(quick: bool) -> Figure:
    """Every connection is reset for a time, under two hundred tasks."""
    policy = BreakerPolicy(pause=4.0) if quick else BreakerPolicy()
    numbers = await _outage(10.0 if quick else 60.0, policy)
    return Figure(
        promise="at most 5 % of the normal requests during an outage; full flow within the pause and 5 s after it",
        kept=numbers["share"] <= 0.05 and numbers["recovered_s"] <= policy.pause + 5,
        numbers=numbers,
    )


async def outage_share(seconds: float, policy: BreakerPolicy | None) -> float:
    """The part of the normal requests that reached a host which was down for so long."""
    return (await _outage(seconds, policy))["share"]
