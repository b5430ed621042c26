"""Prints one JSON line for each figure. Exit code 1 where one is grossly worse than its target in two measurements.

python -m benchmarks                  all of it, some minutes
python -m benchmarks --quick          the same with fewer rounds, under a minute; also MELI_BENCH_QUICK=1
python -m benchmarks decode imports   these parts
"""

import argparse
import json
import os
import platform
import sys
from datetime import UTC, datetime
from importlib.metadata import version

from benchmarks import calls, decode, imports

PARTS = {"decode": decode.figures, "calls": calls.figures, "imports": imports.figures}
MEASURED = ("aiohttp", "attrs", "cattrs", "msgspec", "orjson", "pydantic", "yarl")


def measured_gross(part: str, *, quick: bool) -> list[str]:
    """Measures and prints a part's figures; the names of those that are grossly worse than their target."""
    gross: list[str] = []
    for figure in PARTS[part](quick=quick):
        print(figure.line(), flush=True)
        if figure.gross:
            gross.append(figure.name)
    return gross


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="benchmarks", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("parts", nargs="*", choices=[[], *PARTS], help="decode, calls, imports")
    parser.add_argument("--quick", action="store_true", help="fewer rounds")
    arguments = parser.parse_args()
    quick = arguments.quick or os.environ.get("MELI_BENCH_QUICK") == "1"
    machine = {
        "date": datetime.now(UTC).date().isoformat(),
        "python": platform.python_version(),
        "cpus": os.cpu_count(),
        "load": round(os.getloadavg()[0], 1),
        "quick": quick,
        **{name: version(name) for name in MEASURED},
    }
    print(json.dumps(machine), flush=True)
    gross: list[str] = []
    for name in arguments.parts or PARTS:
        gross += measured_gross(name, quick=quick) and measured_gross(name, quick=quick)
    if gross:
        sys.exit(f"grossly worse than the target: {'; '.join(gross)}")


if __name__ == "__main__":
    main()
