"""Each defence switched off by an option of its constructor: the check that holds with it has to fail without it."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from attrs import evolve
from yarl import URL

from meli_sdk import AppCredentials, BreakerPolicy, LocalRateLimiter, MeliApp, RetryPolicy, SQLiteGrantStore, errors
from meli_sdk.auth.grant import GrantRecord
from meli_sdk.auth.oauth import new_state
from meli_sdk.sandbox import LOCAL_SELLER_ID, Fault, FaultKind, FaultPlan, Sandbox, TokenFault
from meli_sdk.wire.endpoint import RateGroup
from meli_sdk.wire.http import AiohttpTransport
from meli_sdk.wire.message import Request, Response
from reliability.calls_egress import connections, elsewhere, redirected
from reliability.calls_hurt import MOST_MIB, hurt
from reliability.calls_outage import marketplace, outage_share
from reliability.calls_rates import most_in_a_second
from reliability.calls_server import server
from reliability.figure import Figure


class NoLimiter:
    """Lets every call pass at once."""

    async def acquire(self, seller: int | None, group: RateGroup | None, *, max_wait: float | None = None) -> float:
        """No wait."""
        del seller, group, max_wait
        return 0.0

    async def penalize(self, seller: int | None, group: RateGroup | None, seconds: float) -> None:
        """No pause."""

    def set_rate(self, seller: int | None, rate: float) -> None:
        """No rate."""


class NoSizeLimit:
    """Reads answers of any size."""

    def __init__(self) -> None:
        self._inner = AiohttpTransport()

    async def send(self, request: Request) -> Response:
        """With a limit that no answer reaches."""
        return await self._inner.send(evolve(request, max_bytes=2**40))

    async def aclose(self) -> None:
        """Closes the connections."""
        await self._inner.aclose()


class FollowsRedirects(NoSizeLimit):
    """Goes where an answer points."""

    async def send(self, request: Request) -> Response:
        """With the token, as the first request."""
        answer = await self._inner.send(request)
        place = answer.headers.get("location")
        return answer if place is None else await self._inner.send(evolve(request, url=URL(place)))


class NoLease:
    """A grant store that never writes down who is exchanging a token, and lets the last writer win."""

    def __init__(self, inner: SQLiteGrantStore) -> None:
        self._inner = inner

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  the rest is the store's
        return getattr(self._inner, name)

    async def swap(self, record: GrantRecord, *, expected_version: int | None) -> bool:
        """A lease is not written; what is written, is written over whatever is there."""
        if expected_version is None:
            return await self._inner.swap(record, expected_version=None)
        if record.attempt is not None:
            return True
        there = await self._inner.load(record.grant.client_id, record.grant.user_id)
        assert there is not None
        newest = evolve(record, version=there.version + 1)
        return await self._inner.swap(newest, expected_version=there.version)


async def _within_the_rate(*, on: bool) -> bool:
    """Sixty calls at 25 a second: never more than 25 of them in one."""
    throughput = LocalRateLimiter(25) if on else NoLimiter()
    async with marketplace(throughput=throughput) as (box, proxy, session):
        await asyncio.gather(*(session.orders.get(box.order_ids("paid")[0]) for _ in range(60)))
        # What the proxy sees is a little late: half a dozen more is the noise of a busy machine, not a missing limiter.
        return most_in_a_second(proxy.times) <= 25 + 6


async def _outage_left_alone(*, on: bool) -> bool:
    """A host that is down gets a twentieth of its requests."""
    return await outage_share(8.0, BreakerPolicy(pause=4.0) if on else None) <= 0.05


async def _no_late_replay(*, on: bool) -> bool:
    """A write that got no answer is not sent again after the limit."""
    policy = RetryPolicy(base=0.3, replay_within=0.001 if on else 3_600)
    async with marketplace(breaker=None, retry=policy) as (_, proxy, session):
        proxy.plan = FaultPlan([Fault(kind=FaultKind.RESET, match="PUT /items", times=2)])
        with suppress(errors.MeliError):
            await session.request("PUT", "/items/MLA1", json={"price": 1})
        return proxy.requests == 1


async def _bomb_defused(*, on: bool) -> bool:
    """A compressed answer of 300 MiB is a typed error and needs little memory."""
    options: dict[str, Any] = {} if on else {"transport": NoSizeLimit()}
    async with server() as there:
        pain = await hurt(there, {FaultKind.GZIP_BOMB: errors.ResponseTooLargeError}, **options)
        if not on:
            await options["transport"].aclose()
    return not pain.wrong and pain.more_mib <= MOST_MIB


async def _no_redirect_followed(*, on: bool) -> bool:
    """No connection to where a redirect points."""
    options: dict[str, Any] = {} if on else {"transport": FollowsRedirects()}
    async with server() as there:
        with connections() as seen:
            await redirected(there, ["orders.get", "users.me"], **options)
        if not on:
            await options["transport"].aclose()
        return not elsewhere(seen, there.address.url)


async def _one_exchange(*, on: bool) -> bool:
    """Two applications on one store need one exchange for a token that has ended."""
    with TemporaryDirectory() as home:
        store = Path(home) / "grants.db"
        async with Sandbox(seed=3) as box:
            credentials = AppCredentials(box.app_credentials.client_id, box.app_credentials.client_secret)

            def make() -> MeliApp:
                grants = SQLiteGrantStore(store)
                return MeliApp(
                    credentials,
                    grants if on else NoLease(grants),
                    base_url=box.url,
                    throughput=10_000,
                    redirect_uri=box.redirect_uri,
                    authorization_host=box.url,
                )

            async with make() as one, make() as other:
                state = new_state()
                url = one.authorization_url("MLA", state=state)
                await one.connect(await box.authorize(str(url), user_id=LOCAL_SELLER_ID), state=state)
                calls = [app.session(LOCAL_SELLER_ID).users.me for app in (one, other)]
                await asyncio.gather(*(call() for call in calls))
                box.expire_tokens()
                box.fail_exchange(TokenFault.SLOW, seconds=1.0)
                before = box.oauth_calls
                async with asyncio.timeout(60):
                    failed = [
                        result
                        for result in await asyncio.gather(*(call() for call in calls), return_exceptions=True)
                        if isinstance(result, BaseException)
                    ]
                return box.oauth_calls - before == 1 and not failed


DEFENCES: Final[Mapping[str, Callable[..., Awaitable[bool]]]] = {
    "limiter": _within_the_rate,
    "breaker": _outage_left_alone,
    "replay limit": _no_late_replay,
    "size limit": _bomb_defused,
    "redirect rule": _no_redirect_followed,
    "lease": _one_exchange,
}


async def switched_off(quick: bool) -> Figure:  # noqa: ARG001  one size
    """The same check with each defence and without it."""
    found = {
        name: {
            "with it": "kept" if await check(on=True) else "broken",
            "without it": "kept" if await check(on=False) else "broken",
        }
        for name, check in DEFENCES.items()
    }
    return Figure(
        promise="each check holds, and fails where its defence is switched off",
        kept=all(row == {"with it": "kept", "without it": "broken"} for row in found.values()),
        numbers=found,
    )
