"""What a notebook shows of models: tables of their plain fields."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from html import escape
from typing import Final

from attrs import fields, has

_SHOWN_ROWS: Final = 5
_SHOWN_COLUMNS: Final = 8


def plain_fields(entity: object) -> dict[str, str]:
    """The fields of a model that hold one plain value, as text; those without a value are left out."""
    kind = type(entity)
    if not has(kind):
        return {"": str(entity)}
    found: dict[str, str] = {}
    for attribute in fields(kind):
        value: object = getattr(entity, attribute.name)
        if isinstance(value, str | int | float | Decimal | datetime) and value != "":
            found[attribute.name] = value.isoformat(" ", "seconds") if isinstance(value, datetime) else str(value)
    return found


def one_as_html(entity: object) -> str:
    """One model as a table of two columns."""
    rows = "".join(f"<tr><th>{name}</th><td>{escape(text)}</td></tr>" for name, text in plain_fields(entity).items())
    return f"<table><caption>{type(entity).__name__}</caption>{rows}</table>"


def rows_as_html(rows: Sequence[object], total: int | None) -> str:
    """The first rows as a table, and how many there are."""
    shown = [plain_fields(row) for row in rows[:_SHOWN_ROWS]]
    names = list(dict.fromkeys(name for row in shown for name in row))[:_SHOWN_COLUMNS]
    head = "".join(f"<th>{name}</th>" for name in names)
    lines = ["".join(f"<td>{escape(row.get(name, ''))}</td>" for name in names) for row in shown]
    body = "".join(f"<tr>{line}</tr>" for line in lines)
    counted = f"{len(rows)} rows" if total is None or total == len(rows) else f"{len(rows)} of {total} rows"
    return f"<table><caption>{counted}</caption><tr>{head}</tr>{body}</table>"
