"""The receiver of notifications: load, kills, forgeries."""

import asyncio
import itertools
import json
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from random import Random
from typing import Any, Final

import aiohttp
from sqlalchemy import select
from sqlalchemy.ext.asyncio import create_async_engine
from tests.servers.ports import free_port

from meli_sdk.channel.journal import INBOX
from meli_sdk.sandbox import LOCAL_SELLER_ID, Sandbox
from meli_sdk.web import install_routes
from reliability.channel_bed import (
    DATABASES,
    connected,
    databases,
    notice,
    opened,
    sqlite_file,
)
from reliability.channel_receiver import PATH_TOKEN, address, post_to, receive
from reliability.channel_worker import Place, start_processes
from reliability.figure import Figure

RATE: Final = 200
P99, MOST = 0.1, 0.5
TRIES: Final = 3
"""A machine that does other things at this moment is measured again; the bounds stay."""
_START_SECONDS: Final = 30.0


@asynccontextmanager
async def _receiver(place: Place, server: str, port: int) -> AsyncIterator[Any]:
    """A receiving process that answers; killed at the end, if it still lives."""
    process = start_processes().Process(target=receive, args=(place, server, port))
    process.start()
    try:
        async with asyncio.timeout(_START_SECONDS):
            while True:
                with suppress(OSError):
                    _, writer = await asyncio.open_connection("127.0.0.1", port)
                    writer.close()
                    break
                await asyncio.sleep(0.01)
        yield process
    finally:
        process.kill()
        await asyncio.to_thread(process.join)


async def _stored(database: str) -> set[str]:
    engine = create_async_engine(database)
    async with engine.connect() as connection:
        found = set((await connection.execute(select(INBOX.c.key))).scalars())
    await engine.dispose()
    return found


async def _load(box: Sandbox, place: Place, server: str, seconds: float) -> Mapping[str, Any]:
    """Posts at a steady rate, whatever the answers; a time is counted from the moment that the plan names."""
    port = free_port()
    times: list[float] = []
    statuses: list[int] = []
    loop = asyncio.get_running_loop()
    async with _receiver(place, server, port), aiohttp.ClientSession() as client:

        async def post(number: int, planned: float) -> None:
            async with client.post(address(port), data=notice(box, number, place.seller)) as answer:
                await answer.read()
            times.append(loop.time() - planned)
            statuses.append(answer.status)

        for number in range(20):  # the first connections
            await post(number, loop.time())
        times.clear()
        statuses.clear()
        start = loop.time()
        async with asyncio.TaskGroup() as group:
            for number in range(int(RATE * seconds)):
                planned = start + number / RATE
                await asyncio.sleep(planned - loop.time())
                group.create_task(post(1_000 + number, planned))
    times.sort()
    stored = len(await _stored(place.database)) - 20
    return {
        "posted": len(times),
        "not_answered_200": sum(status != 200 for status in statuses),
        "stored": stored,
        "median_ms": round(times[len(times) // 2] * 1_000, 1),
        "p99_ms": round(times[int(len(times) * 0.99)] * 1_000, 1),
        "slowest_ms": round(times[-1] * 1_000, 1),
        "over_500_ms": sum(moment > MOST for moment in times),
    }


async def load(quick: bool) -> Figure:
    """Two hundred notifications a second, posted from another process, under both servers."""
    pairs = [("aiohttp", "sqlite"), ("uvicorn", "postgresql")]
    if not quick:
        pairs += [("aiohttp", "postgresql"), ("uvicorn", "sqlite")]
    numbers: dict[str, Mapping[str, Any]] = {}
    async with Sandbox(seed=4) as box:
        for server, database in pairs:
            for attempt in range(1, TRIES + 1):
                with databases() as urls, tempfile.TemporaryDirectory() as folder:
                    place = Place.of(box, folder, "local", urls[database])
                    found = await _load(box, place, server, 10 if quick else 60)
                numbers[f"{server}, {database}"] = {**found, "tries": attempt}
                if _in_time(found):
                    break
    return Figure(
        promise=f"{RATE} a second: the 99th percentile under {P99 * 1_000:.0f} ms, none over 500, all stored",
        kept=all(_in_time(found) for found in numbers.values()),
        numbers=numbers,
    )


def _in_time(found: Mapping[str, Any]) -> bool:
    stored = found["stored"] == found["posted"] and not found["not_answered_200"]
    return stored and not found["over_500_ms"] and bool(found["p99_ms"] < P99 * 1_000)


async def _killed_while_receiving(box: Sandbox, place: Place, server: str, kills: int) -> Mapping[str, Any]:
    chance, numbers, port = Random(kills), itertools.count(), free_port()
    answered: set[str] = set()
    unanswered = 0
    for _ in range(kills):
        async with _receiver(place, server, port) as process, aiohttp.ClientSession() as client:

            async def post(client: aiohttp.ClientSession = client) -> None:
                nonlocal unanswered
                while True:
                    number = next(numbers)
                    try:
                        async with client.post(address(port), data=notice(box, number, place.seller)) as answer:
                            if answer.status == 200:
                                answered.add(f"{number:024x}")
                    except aiohttp.ClientError:
                        unanswered += 1
                        return

            posts = [asyncio.create_task(post()) for _ in range(16)]
            await asyncio.sleep(chance.uniform(0.05, 0.25))
            process.kill()
            await asyncio.gather(*posts)
    stored = await _stored(place.database)
    return {
        "kills": kills,
        "answered_200": len(answered),
        "cut_off": unanswered,
        "answered_and_not_stored": len(answered - stored),
    }


async def kills_under_load(quick: bool) -> Figure:
    """The receiver is killed with -9 while notifications arrive."""
    numbers: dict[str, Mapping[str, Any]] = {}
    async with Sandbox(seed=4) as box:
        for server, database in zip(("aiohttp", "uvicorn"), DATABASES, strict=True):
            with databases() as urls, tempfile.TemporaryDirectory() as folder:
                place = Place.of(box, folder, "local", urls[database])
                numbers[f"{server}, {database}"] = await _killed_while_receiving(box, place, server, 6 if quick else 50)
    return Figure(
        promise="no notification is answered 200 and not stored",
        kept=all(not found["answered_and_not_stored"] and found["answered_200"] for found in numbers.values()),
        numbers=numbers,
    )


# forgeries


def _forged(box: Sandbox, number: int, elsewhere: int) -> bytes:
    """One of many ways to lie; `elsewhere` is the port of a server that must never be asked."""
    host = f"127.0.0.1:{elsewhere}"
    known = next(iter(box.world.orders))
    resources = (
        f"http://{host}/orders/{number}",
        f"//{host}/orders/{number}",
        f"/orders/../users/{number}",
        f"/orders/{number}?to=http://{host}",
        f"/orders/{number}@{host}",
        f"\\\\{host}\\orders\\{number}",
        f"/orders/%2e%2e/{number}",
        "/orders/" + "9" * 300,
        f"/orders/{number}\r\nHost: {host}",
        f"/orders/{known}",  # a true id: replayed, it costs one read
    )
    kinds: tuple[Callable[[], bytes], ...] = (
        *(
            (lambda resource=resource: notice(box, number, LOCAL_SELLER_ID, resource=resource))
            for resource in resources
        ),
        lambda: notice(box, number, 5),
        lambda: notice(box, number, LOCAL_SELLER_ID, application_id=1),
        lambda: notice(box, number, LOCAL_SELLER_ID, topic=f"http://{host}/"),
        lambda: notice(box, number, "abc"),
        lambda: b"[" * 10_000 + str(number).encode(),
        lambda: b"\xff\xfe" + str(number).encode(),
        lambda: b'{"resource": ' + str(number).encode(),
        lambda: b'"' + b"x" * 70_000 + b'"',
        lambda: json.dumps([number]).encode(),
        lambda: notice(box, 7, LOCAL_SELLER_ID, resource=f"/orders/{known}"),  # the same one, again and again
    )
    return kinds[number % len(kinds)]()


class _Connects:
    """Where this process connects to; an audit hook stays for good, so it can be switched off."""

    def __init__(self) -> None:
        self.on = False
        self.ports: set[object] = set()
        self.names: set[object] = set()
        sys.addaudithook(self._told)

    def _told(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self.on and event == "socket.connect" and isinstance(arguments[1], tuple):
            self.ports.add(arguments[1][:2])
        elif self.on and event == "socket.getaddrinfo":
            self.names.add(arguments[0])


async def forged(quick: bool) -> Figure:
    """Notifications that lie: other hosts, other paths, other sellers, other applications, broken bodies, replays."""
    count = 1_000 if quick else 10_000
    connects = _Connects()
    loop = asyncio.get_running_loop()
    elsewhere = 0

    async def asked(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal elsewhere
        elsewhere += 1
        writer.close()

    other = await asyncio.start_server(asked, "127.0.0.1", 0)
    port = other.sockets[0].getsockname()[1]
    statuses: dict[int, int] = {}
    slowest = 0.0
    async with Sandbox(seed=4) as box:
        with sqlite_file() as database:
            async with (
                connected(box, sellers=[LOCAL_SELLER_ID]) as app,
                opened(app, LOCAL_SELLER_ID, database, webhook_client_id=LOCAL_SELLER_ID) as oms,
            ):
                await oms.channel.handle_notifications(oms)  # what is asked of the account once
                answer = install_routes(app, oms.channel.receive, path_token=PATH_TOKEN).answer
                connects.on = True
                asked_before = box.calls

                async def post(number: int) -> None:
                    nonlocal slowest
                    start = loop.time()
                    status = await post_to(answer, _forged(box, number, port))
                    statuses[status] = statuses.get(status, 0) + 1
                    slowest = max(slowest, loop.time() - start)

                for number in range(count):
                    await post(number)
                while (await oms.channel.handle_notifications(oms)).seen:
                    pass
                connects.on = False
                reads = box.calls - asked_before
                tried = {request.path for request in box.requests}
        ours = {("127.0.0.1", int(box.url.rpartition(":")[2]))}
    other.close()
    return Figure(
        promise="no request to another host, no name looked up; every forgery is answered",
        kept=not elsewhere and connects.ports <= ours and not connects.names - {"127.0.0.1", b"127.0.0.1"},
        numbers={
            "forged": count,
            "statuses": statuses,
            "slowest_answer_ms": round(slowest * 1_000, 1),
            "requests_to_others": elsewhere,
            "other_addresses": sorted(map(str, connects.ports - ours)),
            "names_looked_up": sorted(map(str, connects.names)),
            "reads_that_they_cost": reads,
            "paths_that_were_read": len(tried),
        },
    )
