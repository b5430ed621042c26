"""What was begun in advance and is not wanted any more."""

import asyncio
from collections.abc import Iterable
from typing import Any


async def call_off(tasks: Iterable[asyncio.Task[Any]]) -> None:
    """Cancels tasks and waits until they have ended; what they raise is nobody's any more.

    It waits for all at once and not for each, since a cancelled task that is awaited raises what a cancellation of the
    one that waits raises: that one would be lost.
    """
    ended = list(tasks)
    for task in ended:
        task.cancel()
        task.add_done_callback(lambda done: done.cancelled() or done.exception())  # retrieved
    if ended:
        await asyncio.wait(ended)
