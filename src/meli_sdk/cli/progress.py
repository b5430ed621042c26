"""How far a long command is, and the question before a large one: on a terminal, beside the result."""

import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from meli_sdk.cli.failures import NOT_CONFIRMED
from meli_sdk.cli.output import Rows, say

if TYPE_CHECKING:
    from rich.progress import Task
    from rich.text import Text

ASK_ABOVE: Final = 20
"""Writes above this number are confirmed on a terminal."""
Advance = Callable[[int, int | None], None]
"""Takes how many are done, and how many there are as far as that is known."""


@contextmanager
def progress(doing: str, rows: Rows, total: int | None = None) -> Generator[Advance]:
    """A bar with rate and remaining time on standard error, where that is a terminal and no row comes in between."""
    between = sys.stdout.isatty() and rows.form in {"jsonl", "csv"}
    if between or not sys.stderr.isatty():
        yield lambda done, total: None  # noqa: ARG005
        return
    from rich.console import Console  # noqa: PLC0415  only where there is a bar
    from rich.progress import (  # noqa: PLC0415
        BarColumn,
        MofNCompleteColumn,
        Progress,
        ProgressColumn,
        TextColumn,
        TimeRemainingColumn,
    )
    from rich.text import Text  # noqa: PLC0415

    class Rate(ProgressColumn):
        """Rows a second."""

        def render(self, task: "Task") -> "Text":
            speed = task.finished_speed or task.speed
            return Text("" if speed is None else f"{speed:.1f}/s")

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), Rate(), TimeRemainingColumn())
    # Redirected, rows for a pipe would end up on the terminal.
    bar = Progress(*columns, console=Console(stderr=True), transient=True, redirect_stdout=False, redirect_stderr=False)
    with bar:
        task = bar.add_task(doing, total=total)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def confirm(question: str, changes: int, *, yes: bool) -> None:
    """Asks before many writes, where somebody is there to answer; anything but yes ends the process.

    Args:
        question: such as "Set the stock of 120 rows?".
        changes: how many writes; few are not asked about.
        yes: not to be asked.
    """
    if yes or changes <= ASK_ABOVE or not (sys.stdin.isatty() and sys.stderr.isatty()):
        return
    print(f"{question} [y/N] ", end="", file=sys.stderr, flush=True)  # noqa: T201
    if sys.stdin.readline().strip().casefold() not in {"y", "yes"}:
        say("meli: nothing was changed; --yes does not ask")
        sys.exit(NOT_CONFIRMED)


def estimate(calls: int, throughput: float) -> str:
    """What so many calls take."""
    seconds = calls / throughput
    if seconds < 60:  # noqa: PLR2004
        taking = f"{seconds:.0f} s"
    elif seconds < 7200:  # noqa: PLR2004
        taking = f"{seconds / 60:.0f} min"
    else:
        taking = f"{seconds / 3600:.1f} h"
    return f"about {calls:,} calls, {taking} at {throughput:g} calls a second"
