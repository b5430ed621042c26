"""The `meli` command (extra `cli`)."""

import os
import sys
from typing import Final

SIGPIPE_EXIT: Final = 141
"""What a shell shows for a command that writes to a closed pipe: 128 and the number of the signal."""


def main() -> None:
    """Entry point: runs the command line, or says what to install where the extra is missing."""
    try:
        from meli_sdk.cli.commands import run  # noqa: PLC0415  the extra may be missing
    except ModuleNotFoundError as missing:
        if missing.name is None or missing.name.startswith("meli_sdk"):
            raise
        print(f"meli needs {missing.name}: pip install 'meli-sdk[cli]'", file=sys.stderr)  # noqa: T201
        sys.exit(2)
    try:
        try:
            run()
        finally:
            sys.stdout.flush()
    except BrokenPipeError:  # the reader has enough: `meli orders list | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or the interpreter's own flush fails again
        sys.exit(SIGPIPE_EXIT)
