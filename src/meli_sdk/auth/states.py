"""The states of authorizations under way."""

import re
import secrets
from datetime import UTC, datetime, timedelta
from typing import Final

from meli_sdk.errors import InputError, StateMismatchError

STATE_LIFETIME: Final = timedelta(minutes=10)
_OURS: Final = re.compile(r"[A-Za-z0-9_\-]{43}\.([0-9a-f]{8})", re.ASCII)


def new_state(now: datetime | None = None) -> str:
    """256 random bits for `state`, and when they were drawn: keep it until the seller comes back, use it once.

    Args:
        now: the moment; the system's clock where left out.
    """
    moment = now or datetime.now(UTC)
    return f"{secrets.token_urlsafe(32)}.{int(moment.timestamp()):08x}"


class StateLedger:
    """What this process knows of states: when each was sent out, and that it came back. Each is good once, for ten minutes.

    The comparison with the state that was sent is the caller's, who keeps it with the browser; a state that another
    process sent out is known here by the time that `new_state` put in it.
    """

    def __init__(self) -> None:
        self._sent: dict[str, datetime] = {}
        self._spent: dict[str, datetime] = {}

    def send(self, state: str, now: datetime) -> None:
        """Notes that a state goes out.

        Raises:
            InputError: it has come back already.
        """
        self._forget_old(now)
        if state in self._spent:
            message = "state was used already: draw a new one with new_state()"
            raise InputError(message)
        self._sent[state] = now

    def spend(self, state: str, now: datetime) -> None:
        """Notes that a state came back.

        Raises:
            StateMismatchError: for the second time, or later than ten minutes after it was sent.
        """
        if state in self._spent:
            message = "this state has come back before: start again with a new authorization URL"
            raise StateMismatchError(message)
        sent = self._sent.pop(state, None) or _drawn(state)
        self._forget_old(now)
        self._spent[state] = now
        if sent is not None and now - sent > STATE_LIFETIME:
            message = "this authorization was started more than ten minutes ago: start again"
            raise StateMismatchError(message)

    def _forget_old(self, now: datetime) -> None:
        """Keeps twice the lifetime, so that what is too old is told from what is unknown."""
        for known in (self._sent, self._spent):
            for state in [state for state, moment in known.items() if now - moment > 2 * STATE_LIFETIME]:
                del known[state]


def _drawn(state: str) -> datetime | None:
    found = _OURS.fullmatch(state)
    return datetime.fromtimestamp(int(found[1], 16), UTC) if found else None
