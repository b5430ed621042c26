"""Large answers: a seller's whole search, twenty thousand items, a thousand labels, over a real socket."""

import random
import re
import tempfile
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Final, Literal

from meli_sdk import MeliSession
from meli_sdk.sandbox import LOCAL_SELLER_ID, Sandbox, SandboxOptions, shipments_labels
from meli_sdk.sandbox.state import Shipment
from reliability.channel_bed import Unlimited
from reliability.figure import Figure, Scenario

MOST_MIB: Final = 16.0
MANY_A_SECOND: Final = 5
"""Orders that share a second of their creation, on average."""
PAGE_BYTES: Final = 1_000_000


def _kib(line_name: str) -> int:
    status = Path("/proc/self/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith(line_name)).split()[1])


class _Memory:
    """How far resident memory rises above where it stood when this began."""

    def __init__(self) -> None:
        Path("/proc/self/clear_refs").write_text("5")  # the highest so far is forgotten
        self._start = _kib("VmRSS")

    def more(self) -> float:
        """MiB."""
        return round((_kib("VmHWM") - self._start) / 1024, 1)


def _forget(box: Sandbox) -> Counter[str]:
    """The box's recorded requests, by path; they are dropped, so that memory is what is measured."""
    found = Counter(request.path for request in box.requests)
    box.requests.clear()
    return found


def _session(box: Sandbox) -> MeliSession:
    return MeliSession(box.token(LOCAL_SELLER_ID), user_id=LOCAL_SELLER_ID, base_url=box.url, throughput=Unlimited())


async def order_search(quick: bool) -> Figure:
    """More orders than offsets reach, five in each second, some paid, cancelled or new while pages come."""
    count, cap = (2_000, 700) if quick else (25_000, 10_000)
    numbers: dict[str, object] = {"orders": count, "offset_cap": cap}
    kept = True
    sorts: tuple[Literal["date_asc", "date_desc"], ...] = ("date_asc", "date_desc")
    for sort in sorts:
        result = await _searched(sort, count, cap)
        numbers[sort] = result
        kept = kept and not result["missing"] and not result["repeated"] and not result["unknown"]
    return Figure(promise="each order exactly once, in both directions", kept=kept, numbers=numbers)


async def _searched(sort: Literal["date_asc", "date_desc"], count: int, cap: int) -> Mapping[str, int]:
    chance = random.Random(f"{sort} {count}")
    async with Sandbox(seed=9, options=SandboxOptions(order_offset_cap=cap)) as box, _session(box) as session:
        box.world.orders.clear()
        start = box.world.now().replace(microsecond=0) - timedelta(days=300)
        seconds = [start + timedelta(seconds=chance.randrange(290 * 86_400)) for _ in range(count // MANY_A_SECOND)]
        for number in range(count):
            status = "payment_required" if number % 5 == 0 else "paid"
            box.add_order(created=chance.choice(seconds), status=status, mode=None)
        there = set(box.world.orders)
        left = set[int]()
        moved = 0
        found = Counter[int]()
        async for order in session.orders.search(sort=sort):
            found[order.id or 0] += 1
            if found.total() % 50 == 0:
                for order_id in chance.sample(list(there), 4):
                    now = box.world.orders[order_id].status
                    if now == "payment_required":
                        box.move_order(order_id, "paid")
                        moved += 1
                    elif now == "paid" and chance.random() < 0.25:
                        box.move_order(order_id, "cancelled")
                        left.add(order_id)
                box.add_order(mode=None)
        shared = Counter(order.created for order in box.world.orders.values())
        return {
            "missing": len(there - left - found.keys()),
            "repeated": sum(times > 1 for times in found.values()),
            "unknown": len(found.keys() - set(box.world.orders)),
            "delivered": len(found),
            "moved": moved,
            "cancelled": len(left),
            "sharing_a_second": sum(orders for orders in shared.values() if orders > 1),
            "calls": _forget(box).total(),
        }


async def many_items(quick: bool) -> Figure:
    """Items by their ids, twenty a call; one is missing."""
    count = 4_000 if quick else 20_000
    async with Sandbox(seed=9) as box, _session(box) as session:
        model = next(listing for listing in box.world.listings.values() if listing.seller_id == LOCAL_SELLER_ID)
        ids = [f"MLA{3_000_000_000 + number * 7}" for number in range(count)]
        missing = ids[count // 3]
        for item_id in ids:
            if item_id != missing:
                box.world.listings[item_id] = replace(model, id=item_id)
        async for _ in session.items.get_many(ids[:400]):
            pass
        _forget(box)
        memory, calls, wrong = _Memory(), Counter[str](), list[str]()
        place = 0
        async for result in session.items.get_many(ids):
            if result.item_id != ids[place] or result.found is (result.item_id == missing):
                wrong.append(result.item_id)
            place += 1
            if place % 500 == 0:
                calls += _forget(box)
        calls += _forget(box)
        more = memory.more()
    return Figure(
        promise=f"in order, one call for each twenty, at most {MOST_MIB} MiB more with the server in the same process",
        kept=place == count and not wrong and calls.total() <= count // 20 and more <= MOST_MIB,
        numbers={"items": place, "wrong": wrong[:5], "calls": calls, "more_mib": more},
    )


async def labels(quick: bool) -> Figure:
    """Labels of a thousand shipments, a megabyte for each fifty, written to files; three shipments have none."""
    count = 300 if quick else 1_000
    pages = shipments_labels._pdf

    def heavy(shipments: list[Shipment]) -> bytes:
        return pages(shipments) + b"%" * PAGE_BYTES

    async with Sandbox(seed=9) as box, _session(box) as session:
        wanted = [_to_print(box) for _ in range(count)]
        own = box.add_order(mode="custom").shipment_id or 0
        bad = [own, 49_999_999_999, wanted[0] + 1_000_000]
        for place, one in zip((7, count // 2, count), bad, strict=True):
            wanted.insert(place, one)
        shipments_labels._pdf = heavy
        try:
            with tempfile.TemporaryDirectory() as folder:
                await session.shipments.save_labels(wanted[:50], Path(folder) / "warm")
                memory = _Memory()
                saved = await session.shipments.save_labels(wanted, Path(folder) / "all")
                more = memory.more()
                printed = Counter(number for file in saved.files for number in _labels_in(file))
        finally:
            shipments_labels._pdf = pages
    lost = set(wanted) - set(bad) - printed.keys()
    blamed = sorted(label.shipment_id for label in saved.failed)
    return Figure(
        promise=f"a label each but for those that have none, at most {MOST_MIB} MiB more with the server in the process",
        kept=not lost and set(printed.values()) == {1} and blamed == sorted(bad) and more <= MOST_MIB,
        numbers={
            "labels": len(printed),
            "lost": len(lost),
            "without": len(blamed),
            "files": len(saved.files),
            "more_mib": more,
        },
    )


def _labels_in(file: Path) -> list[int]:
    return [int(number) for number in re.findall(rb"% label (\d+)", file.read_bytes())]


def _to_print(box: Sandbox) -> int:
    shipment_id = box.add_order(mode="me2").shipment_id
    assert shipment_id is not None
    box.move_shipment(shipment_id, "ready_to_ship", "ready_to_print")
    return shipment_id


SCENARIOS: Mapping[str, Scenario] = {"order_search": order_search, "many_items": many_items, "labels": labels}
