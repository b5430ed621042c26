"""Checks docs/conformance.md: every requirement has a row, every name imports, every proof is collected.

A row is `| number | promise | where | proof |`. `where` holds dotted names in backticks, `proof` test node ids in
backticks; a proof that begins with the word planned names the part that will bring it.
"""

import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).parent.parent
REQUIREMENTS = range(1, 232)
ROW = re.compile(r"^\| *(\d+) *\|([^|]*)\|([^|]*)\|([^|]*)\|$")
QUOTED = re.compile(r"`([^`]+)`")


def lookup(name: str) -> None:
    """Imports a dotted name: the longest module prefix, then attributes, annotations counting as attributes.

    Raises:
        AttributeError: a part does not exist.
        ImportError: no module at all.
    """
    parts = name.split(".")
    target: object = import_module(parts[0])
    for depth, part in enumerate(parts[1:], start=2):
        if hasattr(target, part):
            target = getattr(target, part)
        elif any(part in getattr(base, "__annotations__", {}) for base in getattr(target, "__mro__", ())):
            return
        else:
            try:
                target = import_module(".".join(parts[:depth]))
            except ModuleNotFoundError:
                message = f"{name}: {'.'.join(parts[: depth - 1])} has no {part}"
                raise AttributeError(message) from None


def collected() -> set[str]:
    """The node ids that pytest collects; a parametrised test also counts under its bare name."""
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:randomly", "--color=no", "tests"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if run.returncode:
        sys.exit(f"pytest could not collect the tests:\n{run.stdout[-3000:]}{run.stderr[-3000:]}")
    ids = {line.strip() for line in run.stdout.splitlines() if "::" in line}
    return ids | {node.split("[")[0] for node in ids}


def main() -> None:
    """Prints done, planned and total; exits with 1 and the list of what is wrong."""
    page = ROOT / "docs" / "conformance.md"
    rows = [match.groups() for line in page.read_text().splitlines() if (match := ROW.match(line))]
    numbers = [int(row[0]) for row in rows]
    wrong = [f"{number}: no row" for number in REQUIREMENTS if number not in numbers]
    wrong += [f"{number}: {numbers.count(number)} rows" for number in sorted(set(numbers)) if numbers.count(number) > 1]
    wrong += [f"{number}: no such requirement" for number in numbers if number not in REQUIREMENTS]
    tests = collected()
    planned = 0
    for number, promise, where, proof in rows:
        if not promise.strip():
            wrong.append(f"{number}: promises nothing")
        names = QUOTED.findall(where)
        for name in names:
            try:
                lookup(name)
            except (AttributeError, ImportError) as error:
                wrong.append(f"{number}: {error}")
        if re.match(r"planned: \S", proof.strip()):
            planned += 1
            continue
        proofs = QUOTED.findall(proof)
        if not names:
            wrong.append(f"{number}: done, but names no place")
        if not proofs:
            wrong.append(f"{number}: done, but names no test")
        wrong += [f"{number}: {node} is not collected" for node in proofs if node not in tests]
    print(f"conformance: {len(rows) - planned} done, {planned} planned, {len(rows)} of {len(REQUIREMENTS)} rows")
    if wrong:
        sys.exit("\n".join(wrong))


if __name__ == "__main__":
    main()
