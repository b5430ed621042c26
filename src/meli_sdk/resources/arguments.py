"""Checks of arguments that several resources share. Each error names the argument, what is wrong and the remedy."""

import math
from collections.abc import Iterable, Mapping, Set
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Final, TypeVar

from meli_sdk.errors import InputError, shown

T = TypeVar("T")

MAX_QUANTITY: Final = 99_999
_MAX_AMOUNT: Final = Decimal(10) ** 15


def amount(name: str, value: object) -> Decimal:
    """Money above zero with at most two decimals, exact. A float counts as it is written: 11.23 is 11.23.

    Raises:
        InputError: for anything else.
    """
    number: Decimal | None = None
    if isinstance(value, Decimal | int) and not isinstance(value, bool):
        number = Decimal(value)
    elif isinstance(value, float) and math.isfinite(value):
        number = Decimal(repr(value))
    elif isinstance(value, str) and len(value) <= 20:  # noqa: PLR2004
        try:
            number = Decimal(value)
        except InvalidOperation:
            number = None
    if number is None or not number.is_finite() or not 0 < number < _MAX_AMOUNT:
        message = f"{name} must be an amount above 0, such as Decimal('11.23'), got {shown(value)}"
        raise InputError(message)
    if number != round(number, 2):
        message = f"{name} has more than two decimals: {shown(value)}; round it first"
        raise InputError(message)
    return number


def quantity(name: str, value: object) -> int:
    """A whole number from 0 to 99,999.

    Raises:
        InputError: for anything else, booleans and text included.
    """
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MAX_QUANTITY:
        message = f"{name} must be a whole number 0-99,999, got {shown(value)}"
        raise InputError(message)
    return value


def text(name: str, value: object, maximum: int | None = None) -> str:
    """Text that says something, of at most so many characters.

    Raises:
        InputError: no text, nothing but blanks, control characters, or too long.
    """
    if (
        not isinstance(value, str)
        or not value.strip()
        or any(not (one.isprintable() or one in "\n\t") for one in value)
    ):
        message = f"{name} must be text, got {shown(value)}"
        raise InputError(message)
    if maximum is not None and len(value) > maximum:
        message = f"{name} has {len(value)} characters, Mercado Libre takes {maximum}: shorten it"
        raise InputError(message)
    return value


def page_size(value: object, maximum: int) -> int:
    """How many rows a page asks for.

    Raises:
        InputError: outside 1 to `maximum`.
    """
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= maximum:
        message = f"page_size must be a whole number from 1 to {maximum}, got {shown(value)}"
        raise InputError(message)
    return value


def several(name: str, values: Iterable[T]) -> tuple[T, ...]:
    """Several values; text is one value, not its letters.

    Raises:
        InputError: one value, or text, in the place of several.
    """
    if isinstance(values, str | bytes) or not isinstance(values, Iterable):
        message = f"{name} must be several values, such as a list, got {shown(values)}"
        raise InputError(message)
    return tuple(values)


def one_of(name: str, value: str | Iterable[str], known: Set[str], hints: Mapping[str, str]) -> tuple[str, ...]:
    """One word or several of a closed vocabulary.

    Raises:
        InputError: an unknown word; the message lists the known ones and, where there is one, the right one.
    """
    words = (value,) if isinstance(value, str) else several(name, value)
    for word in words:
        if word not in known:
            meant = hints.get(word.lower().replace("_", "")) if isinstance(word, str) else None
            hint = f" ({meant})" if meant else ""
            message = f"{name} must be one of {', '.join(sorted(known))}, got {shown(word)}{hint}"
            raise InputError(message)
    if not words:
        message = f"{name} is empty: leave it out for all"
        raise InputError(message)
    return tuple(str(word) for word in words)


def moment(name: str, value: object) -> datetime:
    """A moment with its zone.

    Raises:
        InputError: no datetime, or one without zone.
    """
    if not isinstance(value, datetime):
        message = f"{name} must be a datetime, got {shown(value)}"
        raise InputError(message)
    if value.tzinfo is None or value.utcoffset() is None:
        message = f"{name}: a date needs a time zone, got {shown(value)}; add tzinfo=UTC or your own"
        raise InputError(message)
    return value


def time_span(
    name: str, start: datetime | None, end: datetime | None, *, now: datetime, reach: timedelta | None
) -> tuple[datetime | None, datetime | None]:
    """A span of time with zones, in order, inside what Mercado Libre keeps (`reach` None: not documented).

    Raises:
        InputError: a moment without zone, `from` after `to`, or too far back.
    """
    for side, value in (("from", start), ("to", end)):
        if value is not None:
            moment(f"{name}_{side}", value)
    if start is not None and end is not None and start > end:
        message = f"{name}_from {start.isoformat()} is after {name}_to {end.isoformat()}: swap them"
        raise InputError(message)
    if start is not None and reach is not None and start < now - reach:
        message = f"{name}_from {start.isoformat()} is too far back: the search reaches back {reach.days} days"
        raise InputError(message)
    return start, end
