"""Runs scenarios and prints one JSON line each; the exit code is 1 when a promise was not kept.

python -m reliability                    every scenario, full size
python -m reliability --quick            every scenario, the size for continuous integration
python -m reliability grants calls       these parts
python -m reliability --at-once 2        so many parts side by side, each in a process of its own
python -m reliability grants.single_flight   one scenario
"""

import argparse
import asyncio
import sys
import time
from importlib import import_module

from reliability.figure import Scenario

PARTS: tuple[str, ...] = ("grants", "calls", "large", "channel", "stock")
"""Modules beside this one, each with a table `SCENARIOS`."""


def chosen(wanted: list[str]) -> dict[tuple[str, str], Scenario]:
    """The scenarios that the arguments name; all where there are none."""
    found: dict[tuple[str, str], Scenario] = {}
    for part in PARTS:
        scenarios: dict[str, Scenario] = import_module(f"reliability.{part}").SCENARIOS
        for name, scenario in scenarios.items():
            if not wanted or part in wanted or f"{part}.{name}" in wanted:
                found[part, name] = scenario
    return found


async def side_by_side(count: int, arguments: list[str]) -> int:
    """Runs each part in a process of its own, so many at once; how many were not kept."""
    places = asyncio.Semaphore(count)

    async def run(part: str) -> int:
        async with places:
            process = await asyncio.create_subprocess_exec(sys.executable, "-m", "reliability", part, *arguments)
            return await process.wait()

    return sum(map(bool, await asyncio.gather(*map(run, PARTS))))


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="reliability", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("wanted", nargs="*", help="parts or part.scenario")
    parser.add_argument("--quick", action="store_true", help="the size for continuous integration")
    parser.add_argument("--at-once", type=int, default=1, metavar="N", help="run so many parts side by side")
    arguments = parser.parse_args()
    if arguments.at_once > 1 and not arguments.wanted:
        sys.exit(asyncio.run(side_by_side(arguments.at_once, ["--quick"] if arguments.quick else [])))
    scenarios = chosen(arguments.wanted)
    if arguments.wanted and not scenarios:
        sys.exit(f"no such scenario: {' '.join(arguments.wanted)}")
    broken: list[str] = []
    for (part, name), scenario in scenarios.items():
        start = time.monotonic()
        figure = asyncio.run(scenario(arguments.quick))
        print(figure.line(part, name, time.monotonic() - start), flush=True)
        if not figure.kept:
            broken.append(f"{part}.{name}")
    if broken:
        sys.exit(f"not kept: {', '.join(broken)}")


if __name__ == "__main__":
    main()
