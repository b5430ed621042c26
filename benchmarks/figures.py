"""How everything is measured, and how it is printed.

Contenders run in turn inside one process, in a new order each round, with a collection before it. The figure is the
ratio of their fastest rounds: other load on the machine can only slow a round down, never speed it up.
"""

import gc
import json
import math
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass

GROSS = 1.5
"""A figure this many times worse than its target, twice in a row, fails the run; less may be the machine's doing."""

Contender = Callable[[], float]
"""Does its work once and returns the seconds it took."""


def minima(contenders: Mapping[str, Contender], rounds: int) -> dict[str, float]:
    """The fastest round of each contender."""
    best = dict.fromkeys(contenders, math.inf)
    names = list(contenders)
    for _ in range(rounds):
        random.shuffle(names)
        gc.collect()
        for name in names:
            best[name] = min(best[name], contenders[name]())
    return best


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One ratio. `at_most` or `at_least` is its target; a figure without one is for reading."""

    name: str
    ratio: float
    of: str
    to: str
    at_most: float | None = None
    at_least: float | None = None

    @property
    def reached(self) -> bool:
        return (self.at_most is None or self.ratio <= self.at_most) and (
            self.at_least is None or self.ratio >= self.at_least
        )

    @property
    def gross(self) -> bool:
        return (self.at_most is not None and self.ratio > self.at_most * GROSS) or (
            self.at_least is not None and self.ratio < self.at_least / GROSS
        )

    def line(self) -> str:
        targets = {"at_most": self.at_most, "at_least": self.at_least}
        named = {name: value for name, value in targets.items() if value is not None}
        judged = {**named, "reached": self.reached} if named else {}
        return json.dumps({"figure": self.name, "ratio": round(self.ratio, 2), "of": self.of, "to": self.to, **judged})
