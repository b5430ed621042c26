"""The strictest token endpoint there could be, as a function: a refresh token works once, only the newest one."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any

from attrs import define, field

from meli_sdk import AppCredentials, Secret
from meli_sdk.auth.grant import Grant, GrantRecord
from meli_sdk.auth.oauth import TokenAnswer
from meli_sdk.auth.refresh import TokenRefresher
from meli_sdk.auth.renewal import Renewal
from meli_sdk.errors import Answer, InvalidGrantError, MeliConnectionError, MeliError, RateLimitedError, ServerError
from meli_sdk.wire.observe import Observers

APP, SELLER = 7303403986570048, 118320047
CREDENTIALS = AppCredentials(APP, "an-invented-secret")
Fault = Callable[["TokenServer"], Awaitable[None]]


@define
class TokenServer:
    """Answers exchanges. `before` and `after` are faults, taken in turn: before the commit, and after it."""

    expires_in: Any = 21_600
    seconds: float = 0.1
    current: str = "TG-0"
    count: int = 0
    exchanges: list[str] = field(factory=list[str])
    before: list[MeliError | None] = field(factory=list[MeliError | None])
    after: list[MeliError | None] = field(factory=list[MeliError | None])
    user_id: int | None = SELLER
    gives_refresh_token: bool = True

    async def __call__(self, form: Mapping[str, str | Secret]) -> TokenAnswer:
        sent = form["refresh_token"].reveal()
        self.exchanges.append(sent)
        await asyncio.sleep(self.seconds / 2)
        if self.before and (fault := self.before.pop(0)):
            raise fault
        if sent != self.current:
            raise InvalidGrantError("invalid_grant (status 400): used", code="invalid_grant")
        self.count += 1
        self.current = f"TG-{self.count}"
        answer = TokenAnswer(
            user_id=self.user_id,
            access_token=Secret(f"APP_USR-{self.count}"),
            refresh_token=Secret(self.current) if self.gives_refresh_token else None,
            expires_in=self.expires_in,
            scope=frozenset({"read"}),
        )
        await asyncio.sleep(self.seconds / 2)
        if self.after and (fault := self.after.pop(0)):
            raise fault
        return answer


def lost_answer() -> MeliError:
    return MeliConnectionError("the connection broke")


def not_sent() -> MeliError:
    return MeliConnectionError("no connection", sent=False)


def server_error() -> MeliError:
    return ServerError(Answer(status=500))


def too_many(retry_after: float | None = None) -> MeliError:
    return RateLimitedError(Answer(status=429, code="local_rate_limited", retry_after=retry_after))


def first_record(
    clock: Any, *, life: float = 21_600, access: str = "APP_USR-0", refresh: str | None = "TG-0"
) -> GrantRecord:
    grant = Grant(
        client_id=APP,
        user_id=SELLER,
        access_token=Secret(access),
        refresh_token=Secret(refresh) if refresh else None,
        expires_at=clock.now() + timedelta(seconds=life),
    )
    return GrantRecord(grant=grant, version=1, obtained_at=clock.now())


@define
class Machine:
    """One process that looks after the seller: a renewal on the shared store, and a refresher in front of it."""

    renewal: Renewal
    refresher: TokenRefresher
    events: list[Any]
    steps: list[str]


def machine(store: Any, server: Any, clock: Any, *, die_at: str | None = None, random: float = 0.5) -> Machine:
    """`die_at` names the step in which this process dies."""
    events: list[Any] = []
    steps: list[str] = []

    def reached(step: str) -> None:
        steps.append(step)
        if step == die_at:
            raise DeathError

    renewal = Renewal(
        SELLER,
        CREDENTIALS,
        store,
        server,
        clock,
        observers=Observers([events.append]),
        random=lambda: random,
        reached=reached,
    )
    return Machine(renewal, TokenRefresher(renewal, renewal.load, clock, random=lambda: random), events, steps)


class DeathError(Exception):
    """Nothing of the process runs after this."""
