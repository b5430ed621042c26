"""Time, injected: tests move it, nothing sleeps by itself."""

import asyncio
import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """The three things the package asks of time."""

    def monotonic(self) -> float:
        """Seconds that never go back."""
        ...

    def now(self) -> datetime:
        """The wall clock, aware."""
        ...

    async def sleep(self, seconds: float) -> None: ...


class SystemClock:
    """Time as this machine tells it."""

    def monotonic(self) -> float:
        return time.monotonic()

    def now(self) -> datetime:
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
