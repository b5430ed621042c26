"""The file that a command reads its rows from."""

import csv
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, cast

from cyclopts import Parameter

from meli_sdk.errors import InputError

STANDARD_INPUT: Final = Parameter(allow_leading_hyphen=True)
"""Of a file that may be `-`, for standard input."""
_MOST_DIGITS: Final = 20
"""A longer number is none of these files'; one of thousands of digits is not even made."""


def read_file(file: Path) -> tuple[str, str]:
    """The text of a file, or of standard input for `-`, and what to call it.

    Raises:
        InputError: it is no UTF-8.
        OSError: it cannot be read.
    """
    name = "standard input" if str(file) == "-" else str(file)
    content = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    try:
        return content.decode("utf-8-sig"), name
    except UnicodeDecodeError:
        message = f"{name}: this is no UTF-8: save it as text, or as CSV, in UTF-8"
    raise InputError(message)


def csv_rows(text: str, name: str) -> tuple[Sequence[str], Iterator[tuple[int, dict[str | None, str | None]]]]:
    """The names of the columns, and each row with its line; cells that no column names are under None.

    Between semicolons too, as spreadsheets write where the comma is for decimals.

    Raises:
        InputError: a line is no CSV, also where it is read later.
    """
    lines = text.splitlines()
    head = lines[0] if lines else ""
    rows = csv.DictReader(lines, delimiter=";" if ";" in head and "," not in head else ",")

    def read() -> Iterator[tuple[int, dict[str | None, str | None]]]:
        try:
            for row in rows:
                yield rows.line_num, cast("dict[str | None, str | None]", row)
        except csv.Error as wrong:
            raise InputError(_no_csv(name, rows.reader.line_num, wrong)) from None

    try:
        return rows.fieldnames or (), read()
    except csv.Error as wrong:
        message = _no_csv(name, 1, wrong)
    raise InputError(message)


def _no_csv(name: str, line: int, wrong: csv.Error) -> str:
    return f"{name}, line {line}: no CSV that can be read: {wrong}; correct this line"


def number_of(text: str) -> int | None:
    """The whole number that a cell holds in digits; None: it holds none."""
    return int(text) if len(text) <= _MOST_DIGITS and text.isascii() and text.isdigit() else None
