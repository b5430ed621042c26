"""Models and plain objects -> what the JSON encoder takes. What was decoded keeps what it was decoded from."""

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Any, cast

import attrs

from meli_sdk.codec.structuring import default_of, wire_name, wired
from meli_sdk.errors import InputError, shown
from meli_sdk.models.base import UNSET

Structure = Callable[[object, type[Any]], object]
"""Decodes again what a model was decoded from, to see which of its fields have changed since."""


def plain(value: object, structure: Structure, at: str = "") -> Any:  # noqa: PLR0911  one way for each kind of value
    """What JSON has a form for; `at` is the place of the value, for the error.

    Raises:
        InputError: a value that it has none for, NaN and Infinity included.
    """
    match value:
        case Enum():
            return value.value
        case None | bool() | int() | str():
            return value
        case Decimal() if value.is_finite():
            return value
        case float() if math.isfinite(value):
            return value
        case datetime():
            return value.isoformat()
        case Mapping():
            members = cast("Mapping[object, object]", value)
            return {str(key): plain(one, structure, f"{at}.{key}") for key, one in members.items() if one is not UNSET}
        case list() | tuple():
            return [
                plain(one, structure, f"{at}[{place}]") for place, one in enumerate(cast("Sequence[object]", value))
            ]
        case _ if attrs.has(type(value)):
            raw = cast("object", getattr(value, "raw", None))
            if isinstance(raw, dict) and raw:
                old = structure(cast("object", raw), type(value))
                return _overlay(value, old, cast("object", raw), structure, at)
            return {
                (key := wire_name(type(value), attribute.name)): plain(
                    getattr(value, attribute.name), structure, f"{at}.{key}"
                )
                for attribute in wired(type(value))
                if getattr(value, attribute.name) != default_of(attribute)
            }
        case _:
            where = f"{at.removeprefix('.')}: " if at else ""
            message = f"{where}cannot be sent as JSON: {shown(value)}"
            raise InputError(message)


def _overlay(new: object, old: object, raw: object, structure: Structure, at: str) -> Any:
    """What was on the wire, with the changed fields written over it."""
    if new == old:
        return raw
    if isinstance(raw, dict) and attrs.has(type(new)) and type(new) is type(old):
        written = dict(cast("dict[str, Any]", raw))
        for attribute in wired(type(new)):
            now, before = getattr(new, attribute.name), getattr(old, attribute.name)
            if now != before:
                key = wire_name(type(new), attribute.name)
                written[key] = _overlay(now, before, written.get(key), structure, f"{at}.{key}")
        return written
    if isinstance(raw, list) and isinstance(new, tuple) and isinstance(old, tuple):
        rows: Sequence[object] = cast("list[object]", raw)
        news, olds = cast("tuple[object, ...]", new), cast("tuple[object, ...]", old)
        if len(rows) == len(olds) == len(news):
            changes = enumerate(zip(news, olds, rows, strict=True))
            return [_overlay(*row, structure, f"{at}[{place}]") for place, row in changes]
    return plain(new, structure, at)  # pyright: ignore[reportUnknownArgumentType]
