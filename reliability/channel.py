"""The sales channel under fire: moving orders, kills, races, lies, volume, notifications."""

from collections.abc import Mapping

from reliability.channel_notices import by_webhook, topic_outage
from reliability.channel_orders import lies, moving
from reliability.channel_processes import kills, opposite_locks, two_processes
from reliability.channel_receiving import forged, kills_under_load, load
from reliability.channel_volume import volume
from reliability.figure import Scenario

SCENARIOS: Mapping[str, Scenario] = {
    "moving": moving,
    "kills": kills,
    "two_processes": two_processes,
    "opposite_locks": opposite_locks,
    "lies": lies,
    "volume": volume,
    "load": load,
    "kills_under_load": kills_under_load,
    "forged": forged,
    "by_webhook": by_webhook,
    "topic_outage": topic_outage,
}
