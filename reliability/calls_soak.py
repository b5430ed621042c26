"""Mixed load with faults for a while: memory, descriptors and tasks stay flat."""

import asyncio
import gc
import time
from collections import Counter
from contextlib import suppress
from random import Random
from typing import Any

from meli_sdk import RetryPolicy, Timeouts, errors
from meli_sdk.sandbox import Fault, FaultKind, FaultPlan
from reliability.calls_hurt import descriptors, resident_mib
from reliability.calls_server import server
from reliability.figure import Figure

FAULTS = (
    FaultKind.RESET,
    FaultKind.TRUNCATED,
    FaultKind.EMPTY_429,
    FaultKind.HTML_502,
    FaultKind.HTML_200,
    FaultKind.IDLE_CLOSE,
    FaultKind.COOKIE,
    FaultKind.GZIP_BOMB,
    FaultKind.HANG,
)


def slope(points: list[tuple[float, float]]) -> float:
    """Of the straight line that fits best."""
    count = len(points)
    mean_x, mean_y = sum(x for x, _ in points) / count, sum(y for _, y in points) / count
    return sum((x - mean_x) * (y - mean_y) for x, y in points) / sum((x - mean_x) ** 2 for x, _ in points)


async def soak(quick: bool) -> Figure:
    """Reads, searches, writes and refused calls of twenty tasks, a twentieth of them with a fault."""
    warm, seconds = (3.0, 6.0) if quick else (60.0, 600.0)
    random = Random(7)
    outcomes: Counter[str] = Counter()
    memory: list[tuple[float, float]] = []
    open_now: list[tuple[int, int]] = []
    async with server() as there:
        order_id = there.address.order_id
        options: dict[str, Any] = {
            "throughput": 100,
            "deadline": 5.0,
            "timeouts": Timeouts(connect=2, read=4, attempt=4),
            "retry": RetryPolicy(base=0.05, throttle_base=0.05),
        }
        async with there.address.session(**options) as session:
            await there.plan(FaultPlan([Fault(kind=kind, share=0.005) for kind in FAULTS]))
            calls = (
                lambda: session.orders.get(order_id),
                lambda: session.orders.search().collect(limit=50),
                lambda: session.orders.get(1),
                session.users.me,
                lambda: session.request("PUT", "/items/MLA1", json={"price": 1}),
                lambda: session.orders.get("../users/me"),
            )

            async def work() -> None:
                while True:
                    try:
                        await random.choice(calls)()
                    except errors.MeliError as failure:
                        outcomes[type(failure).__name__] += 1
                    else:
                        outcomes["answered"] += 1
                    await asyncio.sleep(0)

            tasks = [asyncio.create_task(work()) for _ in range(20)]
            await asyncio.sleep(warm)
            start = time.monotonic()
            while (passed := time.monotonic() - start) < seconds:
                gc.collect()
                memory.append((passed, resident_mib()))
                open_now.append((descriptors(), len(asyncio.all_tasks())))
                await asyncio.sleep(0.25 if quick else 2.0)
            for task in tasks:
                task.cancel()
            for task in tasks:
                with suppress(asyncio.CancelledError):
                    await task
    half = len(open_now) // 2
    more = [
        max(later) - max(earlier)
        for earlier, later in zip(zip(*open_now[:half], strict=True), zip(*open_now[half:], strict=True), strict=True)
    ]
    grown = slope(memory) * seconds
    # In some seconds memory still finds its level; only the long run can tell its slope.
    return Figure(
        promise="less than 1 MiB more after ten minutes of mixed load, descriptors and tasks flat",
        kept=grown < (8.0 if quick else 1.0) and max(more) <= 5 and outcomes["answered"] > 0,
        numbers={
            "loaded_s": seconds,
            "outcomes": outcomes,
            "grown_mib": round(grown, 2),
            "resident_mib": round(memory[-1][1], 1),
            "descriptors_and_tasks_more": more,
        },
    )
