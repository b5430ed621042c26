"""One renewal of one seller's tokens, safe among processes that crash, stall and race.

Mercado Libre's refresh token works once. So: nobody sends it before a record of the attempt is in the store (lease and
write-ahead in one compare-and-swap); whoever has new tokens saves them as long as the token spent is still the stored
one, whatever became of the lease; and what is found open later is never guessed about. The one gap that no client can
close lies between the server's commit and our save: there a grant can be lost, and is found lost by the next call.

No clock of another machine is compared: a lease is over when its holder is provably gone, or when this process has
watched it unchanged for the lease's time.
"""

import os
import secrets
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Final

from attrs import frozen

from meli_sdk import errors
from meli_sdk.auth.events import LOGGER, GrantEnded, GrantEvent, RenewalFailed, TokenRenewed
from meli_sdk.auth.exchange import EXCHANGE_SECONDS
from meli_sdk.auth.grant import Attempt, Grant, GrantRecord, expiry
from meli_sdk.auth.holder import is_gone, this_process
from meli_sdk.auth.oauth import TokenAnswer, refresh_form
from meli_sdk.auth.saving import Rescue, Saving
from meli_sdk.auth.sigterm import held_back
from meli_sdk.auth.stores import GrantStore
from meli_sdk.auth.stores.rescue import RescueFile, RescueFiles
from meli_sdk.config import AppCredentials
from meli_sdk.secret import Secret
from meli_sdk.wire.clock import Clock
from meli_sdk.wire.observe import Observers


@frozen
class Unwanted:
    """An access token that will not do."""

    fingerprint: str
    rejected: bool
    """Mercado Libre refused it; otherwise it has ended, or is about to."""


Exchange = Callable[[Mapping[str, str | Secret]], Awaitable[TokenAnswer]]
Unsaved = Callable[[GrantRecord], None]
"""Told of new tokens that cannot be saved yet."""

LEASE_SECONDS: Final = 60.0
"""How long others leave a lease alone. Longer than an exchange."""
SETTLE_SECONDS: Final = LEASE_SECONDS + EXCHANGE_SECONDS
"""How long a refused refresh token is left to somebody who may have its successor and a slow store."""
BACK_OFF: Final = (1.0, 5.0, 30.0)
"""Seconds between the exchanges of one renewal; the same refresh token is sent again, there is nothing to lose."""
_LONGEST_PAUSE: Final = 60.0
_CLOSED: Final = "the application is closed: make a new one"

REASONS: Final[Mapping[str, str]] = {
    "answer_lost": "the answer to an exchange was lost, with the only refresh token that still worked",
    "revoked_or_expired": "the refresh token was revoked, or has expired",
    "other_installation": "the refresh token was spent elsewhere: another installation uses this application and seller",
    "no_refresh_token": "there is no refresh token: enable offline_access for the application",
}


class Renewal:
    """Spends one seller's refresh token, by the rules above.

    Args:
        user_id: the seller.
        credentials: of the application.
        store: where the record is.
        exchange: one call of the token endpoint, never repeated by itself.
        clock: time; tests move it.
        observers: told of grant events.
        random: numbers from 0 to 1, for pauses that do not meet.
        reached: told the name of each step; crash tests die in it.
    """

    def __init__(
        self,
        user_id: int,
        credentials: AppCredentials,
        store: GrantStore,
        exchange: Exchange,
        clock: Clock,
        *,
        observers: Observers,
        random: Callable[[], float],
        reached: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._user_id = user_id
        self._credentials = credentials
        self._store = store
        self._exchange = exchange
        self._clock = clock
        self._observers = observers
        self._random = random
        self._reached = reached
        files: RescueFiles | None = getattr(store, "rescue", None)
        self._rescue = files.of(credentials.client_id, user_id) if files else None
        self._mark = secrets.token_hex(4)
        self._named: tuple[int, str] = (0, "")
        self._watched: tuple[int, float] = (0, 0.0)
        self._stopped = False
        self._resting = False

    def stop(self) -> bool:
        """No further exchange. True where nothing is under way, so that a running renewal may be cancelled."""
        self._stopped = True
        return self._resting

    async def load(self) -> GrantRecord:
        """The stored record.

        Raises:
            NoGrantError: this seller never connected, or was disconnected.
        """
        record = await self._store.load(self._credentials.client_id, self._user_id)
        if self._rescue is not None and self._rescue.is_there():
            record = await self._taken_over(self._rescue, record)
        if record is None:
            message = f"no grant for seller {self._user_id}; send its owner to app.authorization_url()"
            raise errors.NoGrantError(message)
        return record

    async def _taken_over(self, file: RescueFile, stored: GrantRecord | None) -> GrantRecord | None:
        """Puts the tokens of a rescue file into the store, if they are the successors of those that are there."""
        found = file.read()
        if found is None:
            return stored
        rescued, spent = found
        refresh_token = stored.grant.refresh_token if stored else None
        if stored is not None and refresh_token is not None and refresh_token.fingerprint() == spent:
            renewed = stored.renewed(rescued.grant, rescued.obtained_at)
            try:
                if not await self._store.swap(renewed, expected_version=stored.version):
                    return await self.load()
            except errors.StoreError:  # it is told by the one who writes; the tokens are good all the same
                return renewed
            LOGGER.warning("the tokens of seller %s were put into the store from %s", self._user_id, file.path)
            stored = renewed
        file.remove()
        return stored

    async def __call__(self, unwanted: Unwanted | None, unsaved: Unsaved) -> GrantRecord:
        """A stored record with a usable access token, by an exchange where needed.

        Args:
            unwanted: an access token that will not do.
            unsaved: told of new tokens whose first save failed; saving goes on.

        Raises:
            NoGrantError: this seller never connected.
            ReauthorizationRequiredError: the grant is dead.
            ConfigurationError, AuthError: the exchange was refused for another reason than the refresh token.
            TransportError, ResponseError, DecodeError: no exchange succeeded.
            StoreError: the store cannot be read, or the lease not be written: nothing was sent. Or the application was
                closed while new tokens could not be saved: they are in the rescue file.
        """
        failures = 0
        while True:
            if self._stopped:
                raise errors.SessionStateError(_CLOSED)
            record = await self.load()
            if suits(record, unwanted, self._clock.now()):
                return record
            if not await self._free(record):
                continue
            attempt = Attempt(holder=self._me(), started_at=self._clock.now())
            mine = record.leased(attempt)
            self._reached("before_lease")
            if not await self._store.swap(mine, expected_version=record.version):
                continue
            self._reached("leased")
            try:
                with held_back():
                    answer = await self._exchange(refresh_form(self._credentials, self._spent(mine)))
                    self._reached("answered")
                    saving = self._saving(mine, answer, unsaved)
                    await saving.until_safe()
            except errors.InvalidGrantError:
                await self._refused(mine, unwanted)
            except errors.MeliError as failure:
                await self._failed(mine, failure, failures)
                failures += 1
            else:
                renewed = await saving.until_saved(lambda: self._stopped)
                self._reached("saved")
                if renewed is not None:
                    return self._done(renewed)
                LOGGER.warning("seller %s was connected anew or disconnected during a renewal", self._user_id)

    def _spent(self, record: GrantRecord) -> Secret:
        refresh_token = record.grant.refresh_token
        assert refresh_token is not None  # noqa: S101  `_free` has raised otherwise
        return refresh_token

    async def _free(self, record: GrantRecord) -> bool:
        """Whether the refresh token may be spent now; where not, it has waited a little, or settled the record."""
        if record.reason is not None or record.grant.refresh_token is None:
            raise self.dead(record)
        if record.settling_since is not None:
            if self._still_watching(record, record.lost, SETTLE_SECONDS):
                await self._look_again()
            else:
                await self._end(record, "answer_lost")
            return False
        if record.attempt is not None and self._still_watching(record, record.attempt, LEASE_SECONDS):
            await self._look_again()
            return False
        return True

    def _may_come_back(self, attempt: Attempt) -> bool:
        """Whether the holder may still bring new tokens: it has not given up, is not we, and not provably gone."""
        return not attempt.given_up and attempt.holder != self._me() and not is_gone(attempt.holder)

    def _me(self) -> str:
        """The name of this process as a holder; after a fork, another one."""
        if self._named[0] != os.getpid():
            self._named = (os.getpid(), this_process(self._mark))
        return self._named[1]

    def _still_watching(self, record: GrantRecord, attempt: Attempt | None, seconds: float) -> bool:
        """Whether to leave the holder alone: it may come back, and was not watched for `seconds` yet."""
        if attempt is None or not self._may_come_back(attempt):
            return False
        now = self._clock.monotonic()
        if self._watched[0] != record.version:
            self._watched = (record.version, now)
        return now - self._watched[1] < seconds

    async def _look_again(self) -> None:
        await self._rest(0.05 + 0.35 * self._random())

    async def _rest(self, seconds: float) -> None:
        """Waits with no exchange under way."""
        if self._stopped:
            raise errors.SessionStateError(_CLOSED)
        self._resting = True
        try:
            await self._clock.sleep(seconds)
        finally:
            self._resting = False

    async def _refused(self, mine: GrantRecord, unwanted: Unwanted | None) -> None:
        """`invalid_grant`: find out what it means, and write it down."""
        record = await self.load()
        if record.version != mine.version:
            return  # somebody brought other tokens, or took the lease over: look again
        if mine.lost is None:
            # A revocation ends the access token too: one that lives and was never refused tells of somebody else.
            rejected = unwanted is not None and unwanted.rejected and _is(unwanted, record)
            alive = record.usable(record.age(self._clock.now())) and not rejected
            await self._end(record, "other_installation" if alive else "revoked_or_expired")
        elif self._may_come_back(mine.lost):
            await self._store.swap(record.settling(self._clock.now()), expected_version=record.version)
        else:
            await self._end(record, "answer_lost")

    async def _end(self, record: GrantRecord, reason: str) -> None:
        if await self._store.swap(record.ended(reason, self._clock.now()), expected_version=record.version):
            LOGGER.error("seller %s has to authorise again (%s): %s", self._user_id, reason, REASONS[reason])
            self._tell(GrantEnded(user_id=self._user_id, reason=reason))

    async def _failed(self, mine: GrantRecord, failure: errors.MeliError, failures: int) -> None:
        """No tokens, and the refresh token was not refused: give the lease back, wait, or raise."""
        lost = _may_have_arrived(failure)
        passing = isinstance(failure, errors.TransportError | errors.RateLimitedError | errors.DecodeError) or (
            isinstance(failure, errors.ResponseError) and lost
        )
        seconds = None
        if passing and failures < len(BACK_OFF):
            asked = failure.retry_after if isinstance(failure, errors.RateLimitedError) else None
            pause = max(BACK_OFF[failures] * (0.75 + 0.5 * self._random()), asked or 0.0)
            seconds = pause if pause <= _LONGEST_PAUSE else None
        self._tell(RenewalFailed(user_id=self._user_id, error=failure, seconds=seconds))
        LOGGER.warning("the tokens of seller %s could not be renewed: %s", self._user_id, failure)
        await self._store.swap(mine.released(answer_lost=lost), expected_version=mine.version)
        if seconds is None or self._stopped:
            raise failure
        await self._rest(seconds)

    def _saving(self, mine: GrantRecord, answer: TokenAnswer, unsaved: Unsaved) -> Saving[GrantRecord | None]:
        """How the new tokens are written.

        What counts is the token that was spent: as long as it is the stored one, ours are its successors, even where
        the lease was taken over meanwhile. None is written where the stored tokens are others by now.

        Raises:
            AccountMismatchError: they are another seller's.
        """
        if answer.user_id not in (None, self._user_id):
            message = f"the exchange for seller {self._user_id} answered with tokens of seller {answer.user_id}"
            raise errors.AccountMismatchError(message, expected=self._user_id, got=answer.user_id or 0)
        assert mine.attempt is not None  # noqa: S101  it is ours
        started, spent = mine.attempt.started_at, self._spent(mine)
        grant = Grant(
            client_id=mine.grant.client_id,
            user_id=self._user_id,
            access_token=answer.access_token,
            refresh_token=answer.refresh_token or spent,
            expires_at=expiry(started, answer.expires_in),
            scope=answer.scope,
        )
        if answer.refresh_token is None:
            LOGGER.warning("seller %s: Mercado Libre sent no new refresh token; the old one is kept", self._user_id)

        async def write() -> GrantRecord | None:
            below = mine
            while True:
                renewed = below.renewed(grant, started)
                if await self._store.swap(renewed, expected_version=below.version):
                    return renewed
                stored = await self._store.load(grant.client_id, grant.user_id)
                if stored is not None and stored.grant.refresh_token == grant.refresh_token != spent:
                    return stored  # the write before, reported as failed, had arrived
                if stored is None or stored.grant.refresh_token != spent:
                    return None
                below = stored

        new = mine.renewed(grant, started)
        return Saving(
            write,
            self._user_id,
            self._clock,
            self._tell,
            unsaved=lambda: unsaved(new),
            rescue=Rescue(self._rescue, new, spent) if self._rescue else None,
        )

    def _done(self, saved: GrantRecord) -> GrantRecord:
        seconds = (self._clock.now() - saved.obtained_at).total_seconds()
        self._tell(TokenRenewed(user_id=self._user_id, seconds=seconds, expires_at=saved.grant.expires_at))
        return saved

    def dead(self, record: GrantRecord) -> errors.ReauthorizationRequiredError:
        """The error for a grant that is over."""
        reason = record.reason or "no_refresh_token"
        since = f" since {record.reason_since:%Y-%m-%d %H:%M} UTC" if record.reason_since else ""
        message = (
            f"seller {self._user_id} has to authorise again ({reason}{since}): {REASONS.get(reason, reason)}; "
            "send its owner to app.authorization_url()"
        )
        return errors.ReauthorizationRequiredError(
            message, user_id=self._user_id, reason=reason, since=record.reason_since
        )

    def _tell(self, event: GrantEvent) -> None:
        if self._observers:
            self._observers.tell(event)


def suits(record: GrantRecord, unwanted: Unwanted | None, now: datetime) -> bool:
    """Whether the record's access token can be given out, and is not the unwanted one."""
    return record.usable(record.age(now)) and not _is(unwanted, record)


def _is(unwanted: Unwanted | None, record: GrantRecord) -> bool:
    return unwanted is not None and unwanted.fingerprint == record.grant.access_token.fingerprint()


def _may_have_arrived(failure: errors.MeliError) -> bool:
    """Whether Mercado Libre may have spent the refresh token although this failure came back."""
    if isinstance(failure, errors.TransportError):
        return failure.sent
    if isinstance(failure, errors.ResponseError):
        return failure.status >= 500 or failure.code == "internal_error"  # noqa: PLR2004
    return isinstance(failure, errors.DecodeError | errors.AccountMismatchError)
