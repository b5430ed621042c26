"""TokenRefresher: one seller's access token inside this process, renewed once however many ask."""

import asyncio
from collections.abc import Awaitable, Callable
from copy import copy
from typing import Final, Protocol

from attrs import frozen

from meli_sdk import errors
from meli_sdk.auth.grant import EARLY, GrantRecord
from meli_sdk.auth.renewal import Unsaved, Unwanted
from meli_sdk.secret import Secret
from meli_sdk.wire.clock import Clock

QUIET_SECONDS: Final = 30.0
"""After a renewal that failed, calls fail with the same error for so long, instead of asking again and again."""
HOPELESS_SECONDS: Final = 60.0
"""How long there is no exchange for a seller whose new tokens are refused as well."""
_HOPELESS_AFTER: Final = 3


class Renew(Protocol):
    """A renewal on the store: `Renewal` in this process, or the process of its own."""

    def __call__(self, unwanted: Unwanted | None, unsaved: Unsaved, /) -> Awaitable[GrantRecord]:
        """A stored record whose access token is usable and not the unwanted one."""
        ...

    def stop(self) -> bool:
        """No further exchange. True where nothing is under way, so that a running renewal may be cancelled."""
        ...


@frozen
class _Held:
    """The record in memory, and the moment of the monotonic clock at which its token was asked for."""

    record: GrantRecord
    since: float | None
    """None where the wall clock contradicts the record: then only a 401 tells that the token has ended."""


class TokenRefresher:
    """The tokens of one seller, kept in a store. A `TokenProvider`.

    One task renews while all wait for it; a caller that is cancelled, or whose deadline passes, does not stop it. In
    the last minutes of a token's life it is renewed in the background and still given out.

    Args:
        renew: the renewal on the store.
        load: reads the stored record.
        clock: time; tests move it.
        random: numbers from 0 to 1, so that processes do not renew in step.
    """

    def __init__(
        self,
        renew: Renew,
        load: Callable[[], Awaitable[GrantRecord]],
        clock: Clock,
        *,
        random: Callable[[], float],
    ) -> None:
        self._renew = renew
        self._load = load
        self._clock = clock
        self._early = EARLY * (0.8 + 0.4 * random())
        self._held: _Held | None = None
        self._rejected: Secret | None = None
        self._task: asyncio.Task[None] | None = None
        self._answer: asyncio.Future[Secret] | None = None
        self._quiet_until = 0.0
        self._refusals: list[float] = []
        self._hopeless_until = 0.0

    def current(self) -> Secret | None:
        """The token in memory, if it is usable. No I/O; starts a renewal in the background when it is time for one."""
        held = self._held
        if held is None:
            return None
        age = self._age(held)
        token = held.record.grant.access_token
        if not held.record.usable(age) or token == self._rejected:
            return None
        if held.record.due(age, self._early) and self._may_start():
            self._start()
        return token

    async def token(self) -> Secret:
        """A usable token.

        Raises:
            NoGrantError: this seller never connected.
            ReauthorizationRequiredError: the grant is dead.
            ConfigurationError, AuthError, TransportError, ResponseError: no new token could be had.
            StoreError: the store cannot be read or written.
        """
        token = self.current()
        if token is not None:
            return token
        if self._held is not None and self._clock.monotonic() < self._hopeless_until:
            await self.reread()
            token = self.current() or self._rejected
            if token is not None:
                return token
        if self._answer is None or self._may_start():
            self._start()
        assert self._answer is not None  # noqa: S101  just started
        try:
            return await asyncio.shield(self._answer)
        except errors.MeliError as shared:
            failure = copy(shared)  # each of those who wait notes its own call and cursor on it
        raise failure

    async def invalidate(self, token: Secret) -> None:
        """Mercado Libre refused this token: it is not given again, whatever its clock or the store say."""
        if self._held is not None and self._held.record.grant.access_token == token:
            self._rejected = token

    def refused_again(self, token: Secret) -> None:  # noqa: ARG002  the seller's, whichever it was
        """A token was refused in the very call for which it was renewed.

        After three of these within a minute, a further exchange would not help either: for a minute there is none, and
        calls fail with what Mercado Libre answers.
        """
        now = self._clock.monotonic()
        self._refusals = [moment for moment in self._refusals if now - moment < HOPELESS_SECONDS] + [now]
        if len(self._refusals) >= _HOPELESS_AFTER:
            self._hopeless_until = now + HOPELESS_SECONDS

    async def reread(self) -> None:
        """Looks whether another process has put newer tokens in the store; exchanges nothing."""
        try:
            self._hold(await self._load())
        except errors.NoGrantError:
            self.forget()

    def forget(self) -> None:
        """The seller was connected anew or disconnected: the store is asked again."""
        self._held = None
        self._quiet_until = self._hopeless_until = 0.0

    async def drain(self) -> None:
        """Ends a renewal under way: an exchange is waited for, its save included; a pause between two is cut short."""
        idle = self._renew.stop()
        if self._task is not None:
            if idle:
                self._task.cancel()
            await asyncio.wait([self._task])

    def _age(self, held: _Held) -> float | None:
        return None if held.since is None else self._clock.monotonic() - held.since

    def _hold(self, record: GrantRecord) -> None:
        """Takes a record over. From here on its age is counted by the clock that cannot jump."""
        if self._held is not None and self._held.record.grant.access_token == record.grant.access_token:
            return
        age = record.age(self._clock.now())
        self._held = _Held(record, None if age is None else self._clock.monotonic() - age)

    def _may_start(self) -> bool:
        busy = self._task is not None and not self._task.done()
        return not busy and self._clock.monotonic() >= self._quiet_until

    def _start(self) -> None:
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:  # `current` may be asked from anywhere; the next call starts it
            return
        answer: asyncio.Future[Secret] = loop.create_future()
        answer.add_done_callback(lambda done: done.cancelled() or done.exception())  # retrieved, also when nobody waits
        self._answer = answer
        self._task = loop.create_task(self._run(self._unwanted(), answer))

    def _unwanted(self) -> Unwanted | None:
        if self._held is None:
            return None
        token = self._held.record.grant.access_token
        return Unwanted(token.fingerprint(), rejected=token == self._rejected)

    async def _run(self, unwanted: Unwanted | None, answer: "asyncio.Future[Secret]") -> None:
        def give(record: GrantRecord) -> None:
            self._hold(record)
            if not answer.done():
                answer.set_result(record.grant.access_token)

        try:
            give(await self._renew(unwanted, give))
        except asyncio.CancelledError:
            closed = "the application was closed while a token was being renewed"
            failure: Exception = errors.SessionStateError(closed)
        except Exception as raised:  # noqa: BLE001  those who wait shall have it
            failure = raised
            settled = errors.NoGrantError | errors.ReauthorizationRequiredError | errors.StoreError
            if not isinstance(raised, settled):
                self._quiet_until = self._clock.monotonic() + QUIET_SECONDS
        else:
            return
        if not answer.done():
            answer.set_exception(failure)
