"""What a seller's authorization leaves behind: the grant, its record in a store, and what may be shown of it."""

from datetime import datetime, timedelta
from typing import Final, Literal

from attrs import evolve, frozen

from meli_sdk.secret import Secret

LEAST_LIFE: Final = 60.0
"""Seconds a token has to live on, to be given out."""
YOUNG: Final = 60.0
"""Seconds in which a new token counts as usable whatever its `expires_in` says, so that no lie makes a storm."""
EARLY: Final = 600.0
"""Seconds before its end at which a token is renewed in the background, the old one still in use."""
_SHARE_OF_LIFE: Final = 0.1
_CLOCK_TOLERANCE: Final = 5.0

GrantState = Literal["connected", "renewing", "settling", "reauthorization_required"]


@frozen(kw_only=True)
class Grant:
    """The tokens of one seller for one application."""

    client_id: int
    user_id: int
    access_token: Secret
    """Empty where a refresh token was imported alone: the first call obtains one."""
    refresh_token: Secret | None
    expires_at: datetime
    """When the access token ends, by the clock of the machine that obtained it."""
    scope: frozenset[str] = frozenset()


@frozen(kw_only=True)
class Attempt:
    """Somebody is about to spend the record's refresh token.

    It is written down, durably, before a byte is sent: as long as it stands nobody else sends that token, and whoever
    finds it later knows that an answer may have been lost.
    """

    holder: str
    """The process; see `meli_sdk.auth.holder`."""
    started_at: datetime
    given_up: bool = False
    """The holder itself has said that no answer came: nobody will bring new tokens any more."""


@frozen(kw_only=True)
class GrantInfo:
    """What may be shown of a grant."""

    client_id: int
    user_id: int
    state: GrantState
    expires_at: datetime
    scope: frozenset[str]
    access_token: str
    """Masked: the last four characters."""
    refresh_token: str | None
    """Masked: the last four characters."""
    reason: str | None
    """Why the seller has to authorise again."""
    since: datetime | None
    """Since when the seller has to authorise again."""

    @property
    def reauthorization_required(self) -> bool:
        """Whether the seller has to authorise again."""
        return self.state == "reauthorization_required"


@frozen(kw_only=True)
class GrantRecord:
    """The row of a grant in a store. `version` counts its changes; a swap names the one it has read.

    The changes of a record are methods that return the next one. Who may make which, and when, decides
    `meli_sdk.auth.renewal`.
    """

    grant: Grant
    version: int
    obtained_at: datetime
    """When the access token was asked for, by the clock of the machine that did."""
    attempt: Attempt | None = None
    """Who is spending the refresh token."""
    lost: Attempt | None = None
    """The newest attempt to spend this refresh token whose answer nobody has seen."""
    settling_since: datetime | None = None
    """Since when the refresh token is known to be spent while the holder of `lost` may still bring its successor."""
    reason: str | None = None
    """Why the seller has to authorise again; None while the grant lives."""
    reason_since: datetime | None = None
    renewals: int = 0
    """How often the tokens were renewed since the seller connected."""

    @classmethod
    def first(cls, grant: Grant, obtained_at: datetime) -> "GrantRecord":
        """The record of a seller of whom there is none.

        Its version starts at the time: a record that was deleted and made again is never taken for the one before.
        """
        return cls(grant=grant, version=int(obtained_at.timestamp() * 1000), obtained_at=obtained_at)

    def info(self) -> GrantInfo:
        """What may be shown of it."""
        grant = self.grant
        return GrantInfo(
            client_id=grant.client_id,
            user_id=grant.user_id,
            state=self.state,
            expires_at=grant.expires_at,
            scope=grant.scope,
            access_token=grant.access_token.masked(),
            refresh_token=grant.refresh_token.masked() if grant.refresh_token else None,
            reason=self.reason,
            since=self.reason_since,
        )

    @property
    def state(self) -> GrantState:
        """In one word."""
        if self.reason is not None:
            return "reauthorization_required"
        if self.settling_since is not None:
            return "settling"
        return "renewing" if self.attempt is not None else "connected"

    @property
    def life(self) -> float:
        """Seconds the access token lives from `obtained_at` on; 0 or less where that was not told."""
        return (self.grant.expires_at - self.obtained_at).total_seconds()

    def age(self, now: datetime) -> float | None:
        """Seconds since the access token was asked for; None where the clocks contradict each other."""
        seconds = (now - self.obtained_at).total_seconds()
        return max(0.0, seconds) if seconds >= -_CLOCK_TOLERANCE else None

    def usable(self, age: float | None) -> bool:
        """Whether an access token of this age can be given out. What no clock can tell, a 401 will."""
        if not self.grant.access_token or self.reason is not None:
            return False
        if age is None or age < YOUNG or self.life <= 0:
            return True
        return self.life - age > min(LEAST_LIFE, self.life * _SHARE_OF_LIFE)

    def due(self, age: float | None, early: float = EARLY) -> bool:
        """Whether it is time to renew the token in the background, `early` seconds before its end at most."""
        if age is None or age < YOUNG or self.life <= 0 or self.grant.refresh_token is None:
            return False
        return self.life - age < min(early, self.life * _SHARE_OF_LIFE)

    def leased(self, attempt: Attempt) -> "GrantRecord":
        """Somebody is going to spend the refresh token. An attempt that stood there has lost its answer."""
        return evolve(self, version=self.version + 1, attempt=attempt, lost=self.attempt or self.lost)

    def released(self, *, answer_lost: bool) -> "GrantRecord":
        """The attempt is over without new tokens; `answer_lost`: perhaps the refresh token was spent all the same."""
        lost = evolve(self.attempt, given_up=True) if answer_lost and self.attempt else self.lost
        return evolve(self, version=self.version + 1, attempt=None, lost=lost)

    def settling(self, now: datetime) -> "GrantRecord":
        """The refresh token was refused, and somebody may be on the way with its successor."""
        return evolve(self, version=self.version + 1, attempt=None, settling_since=now)

    def ended(self, reason: str, now: datetime) -> "GrantRecord":
        """The grant is dead. Its tokens are kept: whoever holds newer ones may still save them."""
        return evolve(
            self, version=self.version + 1, attempt=None, settling_since=None, reason=reason, reason_since=now
        )

    def renewed(self, grant: Grant, obtained_at: datetime) -> "GrantRecord":
        """Other tokens are in place; what was open about the old ones is settled."""
        return GrantRecord(grant=grant, version=self.version + 1, obtained_at=obtained_at, renewals=self.renewals + 1)


def expiry(obtained_at: datetime, expires_in: int) -> datetime:
    """The end of a token; of one that claims to live for more than ten years, in ten years."""
    return obtained_at + timedelta(seconds=max(0, min(expires_in, 10 * 365 * 86_400)))
