"""The values that hold no others, each taken as itself or refused: text, numbers, truth, moments, ids."""

import math
from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from types import NoneType
from typing import Any, Final

from meli_sdk.errors import DecodeError, shown
from meli_sdk.models.base import IntId, SiteLocal, StrId

Hook = Callable[..., Any]
"""From a parsed value to ours. cattrs passes the type as well; nobody else does."""

_MAX_ID_DIGITS: Final = 20
_MAX_ID: Final = 10**_MAX_ID_DIGITS
_MAX_EXPONENT: Final = 300
_MAX_SIZE: Final = 10**_MAX_EXPONENT
KINDS: Final[Mapping[type, str]] = {
    dict: "object",
    list: "array",
    str: "string",
    bool: "bool",
    int: "int",
    Decimal: "number",
    float: "number",
    NoneType: "null",
}


class WrongValueError(ValueError):
    """A value is not what its field expects. The path grows while it travels up."""

    def __init__(self, expected: str, value: object) -> None:
        super().__init__(expected)
        self.expected = expected
        self.value = value
        self.path: str = ""
        self.at: object = value
        """The part of the body that `path` begins at, so that the array around it can tell which of its rows failed."""

    def under(self, step: str, at: object) -> "WrongValueError":
        """One step up: `at` is the object or array that holds the value under `step`."""
        self.path = f"{step}{'.' if self.path and not self.path.startswith('[') else ''}{self.path}"
        self.at = at
        return self

    def inside(self, rows: list[Any]) -> "WrongValueError":
        """One step up, into the row of an array that failed."""
        index = next((index for index, row in enumerate(rows) if row is self.at), 0)
        return self.under(f"[{index}]", rows)

    def decode_error(self, raw: object) -> DecodeError:
        """What the caller of the codec gets; `raw` is the whole of what was decoded."""
        got = KINDS.get(type(self.value), type(self.value).__name__)
        if type(self.value) is str:
            got = f"string {shown(self.value)}"
        message = f"{self.path or 'the body'}: expected {self.expected}, got {got}"
        return DecodeError(message, path=self.path, expected=self.expected, got=got, raw=raw)


def whole(value: Any, _: Any = None) -> int:
    if type(value) is int:
        return value
    if type(value) is Decimal and value.is_finite() and value.adjusted() < _MAX_ID_DIGITS:
        found = value.to_integral_value()
        if found == value:
            return int(found)
    if type(value) is float and value.is_integer() and -_MAX_ID < value < _MAX_ID:
        return int(value)
    raise WrongValueError("int", value)


def text(value: Any, _: Any = None) -> str:
    if type(value) is not str:
        raise WrongValueError("string", value)
    return value


def truth(value: Any, _: Any = None) -> bool:
    if type(value) is not bool:
        raise WrongValueError("bool", value)
    return value


def money(value: Any, _: Any = None) -> Decimal:
    if type(value) is Decimal and value.is_finite():
        return value
    if type(value) is int:
        return Decimal(value)
    if type(value) is float and math.isfinite(value):
        return Decimal(repr(value))
    raise WrongValueError("number", value)


def size(value: Any, _: Any = None) -> float:
    if type(value) is float and math.isfinite(value):
        return value
    if type(value) is int and -_MAX_SIZE < value < _MAX_SIZE:
        return float(value)
    if type(value) is Decimal and value.is_finite() and value.adjusted() < _MAX_EXPONENT:
        return float(value)
    raise WrongValueError("number", value)


def moment(value: Any, _: Any = None) -> datetime:
    found = site_local(value)
    if found.tzinfo is None:
        expected = "date with a time zone"
        raise WrongValueError(expected, value)
    return found


def site_local(value: Any, _: Any = None) -> datetime:
    if type(value) is str:
        try:
            return datetime.fromisoformat(value)
        except ValueError:
            pass
    expected = "date"
    raise WrongValueError(expected, value)


def int_id(value: Any, _: Any = None) -> int:
    if type(value) is int:
        return value
    if type(value) is str and len(value) <= _MAX_ID_DIGITS and value.isascii() and value.isdigit():
        return int(value)
    expected = "whole number"
    raise WrongValueError(expected, value)


def str_id(value: Any, _: Any = None) -> str:
    if type(value) is str:
        return value
    if type(value) is int and -_MAX_ID < value < _MAX_ID:
        return str(value)
    expected = "id"
    raise WrongValueError(expected, value)


def as_it_is(value: Any, _: Any = None) -> Any:
    return value


LEAVES: Final[Mapping[Any, tuple[Hook, type | None]]] = {
    str: (text, str),
    int: (whole, int),
    bool: (truth, bool),
    Decimal: (money, Decimal),
    float: (size, float),
    datetime: (moment, None),
    IntId: (int_id, int),
    StrId: (str_id, str),
    SiteLocal: (site_local, None),
    Any: (as_it_is, None),
    object: (as_it_is, None),
}
"""The hook of each leaf type, and the class whose values need no hook."""

JSON_CLASSES: Final[Mapping[Any, tuple[type, ...]]] = {
    str: (str,),
    StrId: (str, int),
    datetime: (str,),
    SiteLocal: (str,),
    int: (int, Decimal),
    IntId: (int, str),
    Decimal: (int, Decimal, float),
    float: (int, Decimal, float),
    bool: (bool,),
}
"""The parsed classes that each leaf stands for as one member of a union."""
