"""What a scenario reports: the promise, whether it was kept, and the numbers."""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

Scenario = Callable[[bool], Awaitable["Figure"]]
"""Runs one scenario; True asks for the quick size."""


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One scenario's result; printed as one line of JSON."""

    promise: str
    kept: bool
    numbers: Mapping[str, object] = field(default_factory=dict[str, object])

    def line(self, part: str, scenario: str, seconds: float) -> str:
        """The line that is printed."""
        return json.dumps(
            {
                "part": part,
                "scenario": scenario,
                "kept": self.kept,
                "seconds": round(seconds, 1),
                "promise": self.promise,
                **self.numbers,
            },
            default=str,
        )
