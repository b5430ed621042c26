"""Whether Mercado Libre will be able to fetch pictures from their sources: asked only when told to.

Another host is spoken to than Mercado Libre's, by the same transport, without token and without following redirects.
"""

import asyncio
from typing import Final

from yarl import URL

from meli_sdk.errors import MeliError
from meli_sdk.models.categories_findings import Finding, Severity
from meli_sdk.resources.json_shapes import Fields, rows_of
from meli_sdk.wire.message import Request
from meli_sdk.wire.pipeline import Caller

SLOW: Final = 3.0
"""Seconds until the first answer from which on a host counts as slow."""
_AT_ONCE: Final = 4
_UNTOLD: Final = frozenset({405, 501})
"""The host does not answer this kind of question."""


async def probe(caller: Caller, item: Fields) -> list[Finding]:
    """A warning for each source that redirects, refuses, is missing or slow."""
    gate = asyncio.Semaphore(_AT_ONCE)

    async def one(place: int, source: str) -> Finding | None:
        async with gate:
            fault = await _fault(caller, source)
        if fault is None:
            return None
        return Finding(rule="pictures", field=f"pictures[{place}].source", severity=Severity.WARNING, message=fault)

    sources = [(place, row.get("source")) for place, row in enumerate(rows_of(item.get("pictures")))]
    asked = [one(place, source) for place, source in sources if isinstance(source, str) and _is_web(source)]
    return [finding for finding in await asyncio.gather(*asked) if finding is not None]


def _is_web(source: str) -> bool:
    try:
        url = URL(source)
    except ValueError:
        return False
    return url.scheme in ("http", "https") and bool(url.host) and not url.user


async def _fault(caller: Caller, source: str) -> str | None:
    pipeline = caller.pipeline
    request = Request(
        method="HEAD", url=URL(source), template="(source of a picture)", timeouts=caller.options.timeouts
    )
    started = pipeline.clock.monotonic()
    try:
        answer = await pipeline.transport.send(request)
    except MeliError as failure:
        return f"the host does not answer ({type(failure).__name__}): Mercado Libre could not fetch it either"
    seconds = pipeline.clock.monotonic() - started
    match answer.status:
        case status if 300 <= status < 400:  # noqa: PLR2004
            return f"redirects (status {status}): Mercado Libre follows none; give the address it leads to"
        case 401 | 403:
            return f"the host refuses (status {answer.status}): it has to let Mercado Libre in"
        case status if status >= 400 and status not in _UNTOLD:  # noqa: PLR2004
            return f"no picture there (status {status})"
        case _ if seconds > SLOW:
            return f"the host is slow ({seconds:.1f} s): upload the picture instead"
        case _:
            return None
