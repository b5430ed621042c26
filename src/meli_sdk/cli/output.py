"""Rows for people and for programs: a table on a terminal, JSON lines elsewhere."""

import csv
import json
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from types import TracebackType
from typing import Any, Literal, Self

Format = Literal["table", "json", "jsonl", "csv"]
Row = Mapping[str, Any]


class Rows:
    """Prints rows as they come; a table and a JSON array when all are there. A context manager.

    Args:
        columns: the keys of a row that a table and a CSV file show, in order.
        form: None: a table where standard output is a terminal, JSON lines where it is not.
        empty: what a table says where there is nothing.
    """

    def __init__(self, columns: Sequence[str], form: Format | None = None, *, empty: str = "") -> None:
        self.form: Format = form or ("table" if sys.stdout.isatty() else "jsonl")
        self.count: int = 0
        self._columns = columns
        self._empty = empty
        self._kept: list[Row] = []
        self._csv: csv.DictWriter[str] | None = None

    def __enter__(self) -> Self:
        return self

    def add(self, row: Row, whole: bytes | None = None) -> None:
        """Prints a row, or keeps it.

        Args:
            row: its columns.
            whole: the JSON object that programs get instead of the columns.
        """
        self.count += 1
        if self.form == "csv":
            self._begin_csv().writerow(row)
        elif self.form == "jsonl":
            print(_json(row) if whole is None else whole.decode(), flush=True)  # noqa: T201
        elif self.form == "json" and whole is not None:
            self._kept.append(json.loads(whole))
        else:
            self._kept.append(row)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None and not self.count:
            return
        if self.form == "json":
            print(_json(self._kept))  # noqa: T201
        elif self.form == "csv":
            self._begin_csv()
        elif self.form == "table":
            self._table()

    def _begin_csv(self) -> "csv.DictWriter[str]":
        if self._csv is None:
            self._csv = csv.DictWriter(sys.stdout, self._columns, extrasaction="ignore")
            self._csv.writeheader()
        return self._csv

    def _table(self) -> None:
        from rich.box import SIMPLE_HEAD  # noqa: PLC0415  only where there is a table
        from rich.console import Console  # noqa: PLC0415
        from rich.table import Table  # noqa: PLC0415

        console = Console()
        if not self._kept:
            console.print(self._empty, highlight=False, markup=False)
            return
        table = Table(box=SIMPLE_HEAD, pad_edge=False)
        for column in self._columns:
            table.add_column(column.replace("_", " "), overflow="fold")  # so that a heading wraps between words
        for row in self._kept:
            table.add_row(*(_cell(row.get(column)) for column in self._columns))
        console.print(table)


def show(rows: Sequence[Row], columns: Sequence[str], form: Format | None = None, *, empty: str = "") -> None:
    """Prints rows that are all there."""
    with Rows(columns, form, empty=empty) as printed:
        for row in rows:
            printed.add({column: row[column] for column in columns})


def show_one(whole: bytes, row: Row, form: Format | None = None) -> None:
    """Prints one object: its columns below each other for people, all of it for programs."""
    if (form or ("table" if sys.stdout.isatty() else "jsonl")) == "table":
        show([{"field": name, "value": value} for name, value in row.items()], ("field", "value"), "table")
    elif form == "csv":
        show([row], tuple(row), form)
    else:
        print(whole.decode())  # noqa: T201


def say(text: str) -> None:
    """A line for people, beside the result."""
    print(text, file=sys.stderr, flush=True)  # noqa: T201


def _json(tree: object) -> str:
    return json.dumps(tree, default=_plain, ensure_ascii=False)


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _cell(value: object) -> str:
    from rich.markup import escape  # noqa: PLC0415  only where there is a table

    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (list, tuple)):
        return escape(", ".join(str(part) for part in value))  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
    return escape(str(value))
