"""How many calls may be under way at once, so that none waits for a connection after it has taken its slot."""

import asyncio
import sys
from collections import deque


class Places:
    """A counter with a queue in front of it.

    Waiting takes no place: whoever waited goes on to the rate limiter, and takes a place, if one is still free, when it
    leaves there. A call in a long queue of one seller so keeps no place from another seller.
    """

    __slots__ = ("_free", "_waiting")

    def __init__(self, limit: int | None) -> None:
        self._free = limit or sys.maxsize
        self._waiting: deque[asyncio.Future[None]] = deque()

    async def one_free(self) -> None:
        """Returns when a place is free; first come, first served."""
        while self._free <= 0:
            woken = asyncio.get_running_loop().create_future()
            self._waiting.append(woken)
            try:
                await woken
            finally:
                self._wake()

    def take(self) -> bool:
        """Takes a place; False where none is free."""
        if self._free <= 0:
            return False
        self._free -= 1
        return True

    def leave(self) -> None:
        """Gives a place back."""
        self._free += 1
        self._wake()

    def _wake(self) -> None:
        """Wakes the next one, while there is a place; it wakes the next in turn."""
        while self._free > 0 and self._waiting:
            woken = self._waiting.popleft()
            if not woken.done():
                woken.set_result(None)
                return
