"""`meli doctor`: every setting with its origin, and whether what it leads to works."""

import asyncio
import json as jsonlib
import sys
from datetime import UTC, datetime
from typing import Annotated, Any, Final

from attrs import asdict, define, field, frozen
from cyclopts import Parameter

from meli_sdk.app import MeliApp
from meli_sdk.auth.exchange import clock_skew
from meli_sdk.cli.output import show
from meli_sdk.cli.settings import Setting, make_app, settings
from meli_sdk.config import RetryPolicy
from meli_sdk.errors import MeliError
from meli_sdk.wire.endpoint import Endpoint, Safety, raw
from meli_sdk.wire.pipeline import Caller, CallOptions

_KNOCK: Final = Endpoint(
    method="GET",
    template="/sites",
    reader=raw,
    safety=Safety.SAFE,
    accepts=frozenset(range(200, 600)),  # whatever it says, somebody answers
    authorize=False,
    doc="https://developers.mercadolibre.com.ar/en_us/sites-and-categories",
)
_MOST_SKEW: Final = 60.0


@frozen(kw_only=True)
class Finding:
    """One thing that was looked at."""

    check: str
    ok: bool
    said: str


@define
class Diagnosis:
    """Everything that was found."""

    settings: tuple[Setting, ...]
    findings: list[Finding] = field(factory=list[Finding])

    @property
    def healthy(self) -> bool:
        return all(finding.ok for finding in self.findings)

    def tree(self) -> dict[str, Any]:
        return {**asdict(self), "healthy": self.healthy}


def doctor(*, json: Annotated[bool, Parameter(negative="")] = False) -> None:
    """Look at every setting, the grant store, the API and the clock. Spends no token.

    Args:
        json: print one JSON object instead of tables.
    """
    found = asyncio.run(diagnose())
    tree = found.tree()
    if json or not sys.stdout.isatty():
        print(jsonlib.dumps(tree, ensure_ascii=False))  # noqa: T201
    else:
        show(tree["settings"], ("name", "value", "origin", "meaning"))
        show(tree["findings"], ("check", "ok", "said"))
    sys.exit(0 if found.healthy else 1)


async def diagnose() -> Diagnosis:
    """Looks at the settings, the grant store, the API and the clock. Spends no token."""
    found = Diagnosis(settings())
    try:
        app = make_app()
    except MeliError as wrong:
        found.findings.append(Finding(check="settings", ok=False, said=str(wrong)))
        return found
    found.findings.append(Finding(check="settings", ok=True, said="complete"))
    async with app:
        found.findings += [await _store(app), *await _api(app)]
    return found


async def _store(app: MeliApp) -> Finding:
    try:
        sellers = await app.sellers()
    except MeliError as wrong:
        return Finding(check="grants", ok=False, said=str(wrong))
    lost = [str(info.user_id) for info in sellers if info.reauthorization_required]
    said = f"readable, {len(sellers)} sellers"
    if lost:
        said += f"; to authorise again: {', '.join(lost)}"
    return Finding(check="grants", ok=not lost, said=said)


async def _api(app: MeliApp) -> list[Finding]:
    caller = Caller(app.pipeline, None, None, CallOptions(retry=RetryPolicy.never()))
    try:
        response = await caller.call(_KNOCK)
    except MeliError as wrong:
        return [Finding(check="api", ok=False, said=str(wrong))]
    answered = Finding(check="api", ok=True, said=f"{app.base_url} answers")
    skew = clock_skew(response.headers.get("date"), datetime.now(UTC))
    if skew is None:
        return [answered, Finding(check="clock", ok=True, said="the answer has no date to compare with")]
    said = f"{skew:+.0f} s against Mercado Libre's"
    good = abs(skew) <= _MOST_SKEW
    return [answered, Finding(check="clock", ok=good, said=said if good else f"{said}: set it by NTP")]
