"""Parsed JSON that may be anything, taken as what is expected; what is not that counts as empty."""

from collections.abc import Mapping, Sequence
from typing import TypeGuard, cast

from meli_sdk.errors import InputError, shown
from meli_sdk.wire.pipeline import Caller

Fields = Mapping[str, object]
"""A JSON object."""


def as_sent(caller: Caller, value: object) -> Fields:
    """What a request class or plain objects look like on the wire, with exact fractions.

    Raises:
        InputError: a value that JSON has no form for, or no object at all.
    """
    codec = caller.pipeline.codec
    tree = codec.parse(codec.encode(value))
    if not is_fields(tree):
        message = f"this needs a request class or a mapping of fields, got {shown(value)}"
        raise InputError(message)
    return tree


def is_fields(value: object) -> TypeGuard[Fields]:
    """Whether it is a JSON object."""
    return isinstance(value, Mapping)


def fields_of(value: object) -> Fields:
    """A JSON object as it is, anything else as an empty one."""
    return value if is_fields(value) else {}


def elements_of(value: object) -> Sequence[object]:
    """The elements of an array; anything else has none."""
    return cast("Sequence[object]", value) if isinstance(value, list | tuple) else ()


def rows_of(value: object) -> list[Fields]:
    """The objects of an array."""
    return [row for row in elements_of(value) if is_fields(row)]
