"""A sandbox on an event loop of its own: for tests that block, and for tests whose loop ends with each test."""

import asyncio
import threading
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

from meli_sdk.sandbox import Sandbox


@contextmanager
def sandbox_in_thread(**settings: Any) -> Generator[Sandbox]:  # noqa: ANN401  the arguments of Sandbox
    """Starts a sandbox in a thread and stops it afterwards.

    Args:
        **settings: of `meli_sdk.sandbox.Sandbox`, such as `seed=1`.
    """
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="meli-sandbox", daemon=True)
    thread.start()
    box = Sandbox(**settings)
    try:
        asyncio.run_coroutine_threadsafe(box.start(), loop).result()
        yield box
    finally:
        asyncio.run_coroutine_threadsafe(box.stop(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
