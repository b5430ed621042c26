"""The file that a command reads its rows from."""

import csv
import sys
from pathlib import Path

from meli_sdk.errors import InputError


def read_file(file: Path) -> tuple[str, str]:
    """The text of a file, or of standard input for `-`, and what to call it.

    Raises:
        InputError: it is no UTF-8.
        OSError: it cannot be read.
    """
    if str(file) == "-":
        return sys.stdin.read(), "standard input"
    try:
        return file.read_text(encoding="utf-8-sig"), str(file)
    except UnicodeDecodeError:
        message = f"{file}: this is no UTF-8: save it as text, or as CSV, in UTF-8"
    raise InputError(message)


def csv_rows(text: str) -> "csv.DictReader[str]":
    """The rows of a CSV text; between semicolons too, as spreadsheets write where the comma is for decimals."""
    lines = text.splitlines()
    head = lines[0] if lines else ""
    return csv.DictReader(lines, delimiter=";" if ";" in head and "," not in head else ",")
