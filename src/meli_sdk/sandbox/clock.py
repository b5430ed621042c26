"""The sandbox's own time: it runs as fast as is asked for, and can be put forward."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta


class RunningClock:
    """A clock that starts at a moment and runs `speed` times as fast as the machine's.

    Args:
        start: its first moment, aware; None: now.
        speed: seconds of the sandbox in one second; 0 stops its time.
        monotonic: what the machine's seconds are read from.

    Raises:
        ValueError: the speed is negative.
    """

    def __init__(
        self, start: datetime | None = None, speed: float = 1.0, *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._monotonic = monotonic
        self._moment = datetime.now(UTC) if start is None else start
        self._since = monotonic()
        self._speed = 1.0
        self.speed = speed

    def __call__(self) -> datetime:
        """Its time."""
        return self._moment + timedelta(seconds=(self._monotonic() - self._since) * self._speed)

    @property
    def speed(self) -> float:
        """Seconds of the sandbox in one second; may be changed while it runs."""
        return self._speed

    @speed.setter
    def speed(self, speed: float) -> None:
        if not 0 <= speed < float("inf"):
            message = f"speed is 0 or more, got {speed}"
            raise ValueError(message)
        self._moment, self._since = self(), self._monotonic()
        self._speed = speed

    def forward(self, seconds: float) -> None:
        """Puts the clock forward.

        Raises:
            ValueError: it would go back.
        """
        if not 0 <= seconds < float("inf"):
            message = f"the clock goes forward only, got {seconds} seconds"
            raise ValueError(message)
        self._moment += timedelta(seconds=seconds)
