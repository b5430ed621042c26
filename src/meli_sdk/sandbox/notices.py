"""Notifications as the sandbox keeps them."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A notification: one that waits for its next attempt, one that arrived, or one that was missed."""

    id: str
    topic: str
    resource: str
    user_id: int
    sent: datetime
    """Of the newest attempt, or when it came about."""
    attempts: int
    http_code: int | None
    """What the newest attempt was answered; None: no answer in time, or no attempt yet."""
    received: datetime | None = None
    """When it came about; None: when it was sent."""
    due: datetime | None = None
    """Its next attempt; None: there is none."""


@dataclass(slots=True, kw_only=True)
class Mail:
    """What is pushed to the application."""

    callback: str | None = None
    """Where to; None: nowhere."""
    topics: frozenset[str] | None = None
    """Those the application chose; None: all."""
    disabled_topics: set[str] = field(default_factory=set[str])
    """Those that were switched off because their notifications were not taken."""
    outgoing: list[Notice] = field(default_factory=list[Notice])
    """What waits for an attempt."""
    delivered: list[Notice] = field(default_factory=list[Notice])
    """What was taken, the newest last."""
