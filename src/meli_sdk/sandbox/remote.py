"""A sandbox that runs in another process, controlled by its pages."""

from collections.abc import Mapping
from typing import cast

import aiohttp

from meli_sdk.sandbox.answers import as_object
from meli_sdk.sandbox.errors import JsonObject
from meli_sdk.sandbox.faults import CONTROL


async def control(url: str, page: str, wanted: Mapping[str, object]) -> JsonObject:
    """Posts to one of the pages below `/sandbox`.

    Args:
        url: of the sandbox.
        page: such as `/notifications`.
        wanted: what is posted.

    Raises:
        ConnectionError: no sandbox answers there.
        ValueError: it refuses; the message says why.
    """
    try:
        async with aiohttp.ClientSession() as client, client.post(f"{url}{CONTROL}{page}", json=wanted) as response:
            found = as_object(cast("object", await response.json()))
    except (aiohttp.ClientError, ValueError):
        found = None
    if found is None:
        message = f"no sandbox answers at {url}"
        raise ConnectionError(message)
    if "error" in found:
        raise ValueError(str(found["error"]))
    return found
