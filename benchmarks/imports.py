"""What an import costs, against `import aiohttp`: `python -X importtime` in processes of their own."""

import math
import random
import re
import subprocess
import sys
from collections.abc import Iterator

from benchmarks.figures import Figure

AIOHTTP = "import aiohttp"
TARGETS = {
    "import meli_sdk": 0.1,
    "from meli_sdk.models import Order": 0.6,
    "import meli_sdk.models": 0.8,
    "from meli_sdk import MeliApp": None,
}
_LINE = re.compile(r"import time:\s+(\d+) \|\s+\d+ \|\s*(\S+)")


def _modules(statement: str) -> dict[str, int]:
    """Microseconds of each module that a fresh interpreter imports for a statement."""
    command = [sys.executable, "-X", "importtime", "-c", statement]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stderr
    return {name: int(spent) for spent, name in _LINE.findall(told)}


def figures(*, quick: bool) -> Iterator[Figure]:
    before = _modules("pass").keys()
    best = dict.fromkeys((AIOHTTP, *TARGETS), math.inf)
    statements = list(best)
    for _ in range(3 if quick else 11):
        random.shuffle(statements)
        for statement in statements:
            spent = sum(spent for name, spent in _modules(statement).items() if name not in before)
            best[statement] = min(best[statement], spent)
    for statement, at_most in TARGETS.items():
        ratio = best[statement] / best[AIOHTTP]
        yield Figure(name=statement, of=statement, to=AIOHTTP, ratio=ratio, at_most=at_most)
