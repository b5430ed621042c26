"""Calls under faults: reads come through, nothing is created twice, an outage is left alone, rates and deadlines hold."""

from collections.abc import Mapping

from reliability.calls_creations import creations
from reliability.calls_defences import switched_off
from reliability.calls_egress import egress
from reliability.calls_hurt import bombs, deadlines
from reliability.calls_models import models
from reliability.calls_once import once
from reliability.calls_outage import outage, reads
from reliability.calls_rates import limiter, refusals, shared
from reliability.calls_soak import soak
from reliability.figure import Scenario

SCENARIOS: Mapping[str, Scenario] = {
    "reads": reads,
    "creations": creations,
    "once": once,
    "outage": outage,
    "limiter": limiter,
    "refusals": refusals,
    "shared": shared,
    "deadlines": deadlines,
    "bombs": bombs,
    "egress": egress,
    "models": models,
    "soak": soak,
    "switched_off": switched_off,
}
