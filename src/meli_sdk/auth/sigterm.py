"""A SIGTERM that would end the process at once waits until an exchange under way is saved."""

import signal
import threading
from collections.abc import Generator
from contextlib import contextmanager
from types import FrameType


class _Waiting:
    """Our handler for the moment: counts the exchanges under way and remembers that the signal came."""

    def __init__(self) -> None:
        self.exchanges = 0
        self.came = False

    def __call__(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002  as signal calls it
        self.came = True


@contextmanager
def held_back() -> Generator[None]:
    """Holds SIGTERM back inside the block, where nobody else handles it; then it takes its course.

    A process with a handler of its own, such as every web server has, is left alone: it closes the application, and
    that waits for exchanges. Signals are the main thread's; an event loop elsewhere changes nothing.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    there = signal.getsignal(signal.SIGTERM)
    if there is not signal.SIG_DFL and not isinstance(there, _Waiting):
        yield
        return
    waiting = there if isinstance(there, _Waiting) else _Waiting()
    signal.signal(signal.SIGTERM, waiting)
    waiting.exchanges += 1
    try:
        yield
    finally:
        waiting.exchanges -= 1
        ours = waiting.exchanges == 0 and signal.getsignal(signal.SIGTERM) == waiting
        if ours:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
        if ours and waiting.came:
            signal.raise_signal(signal.SIGTERM)
