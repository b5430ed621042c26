"""Bodies that nobody has seen yet: a whole body of every model, changed in one named way, at every place at once or in turn.

The changes are those that Mercado Libre makes without a word. They decode; what cannot be read is a `DecodeError`.
"""

import types
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any, Union, get_args, get_origin

import attrs
import pytest

from meli_sdk import models
from meli_sdk.codec import decode, encode
from meli_sdk.errors import DecodeError
from meli_sdk.models.base import Entity, IntId, SiteLocal, StrId

ENTITIES = [
    kind
    for name in models.__all__
    if isinstance(kind := getattr(models, name), type) and issubclass(kind, Entity) and len(attrs.fields(kind)) > 1
]
DEPTH = 4
DATA_KEY = "a key that is data"
MOMENT = "2026-05-04T09:30:00.000-04:00"
LEAVES: dict[Any, object] = {
    str: "word",
    StrId: "81450",
    int: 7,
    IntId: 2_000_000_900_000_017,
    bool: True,
    Decimal: Decimal("10.50"),
    float: Decimal("0.25"),
    datetime: MOMENT,
    SiteLocal: "2026-05-04T09:30:00",
}
WRONG: tuple[object, ...] = (
    None,
    True,
    -1,
    Decimal("1.9"),
    "",
    "x",
    [],
    [None],
    [[]],
    {},
    {"x": {"y": []}},
    "9" * 5_000,
)


def members(kind: Any) -> tuple[Any, ...]:
    """The types of a union without None; any other type alone."""
    if get_origin(kind) in (Union, types.UnionType):
        return tuple(one for one in get_args(kind) if one is not types.NoneType)
    return (kind,)


def sample(kind: Any, depth: int = 0) -> Any:
    """JSON that a field of this type may hold; deeper than `DEPTH` only what has to be there."""
    chosen = members(kind)[0]
    if chosen in LEAVES:
        return LEAVES[chosen]
    if get_origin(chosen) is tuple:
        return [sample(get_args(chosen)[0], depth)] if depth < DEPTH else []
    if isinstance(chosen, type) and attrs.has(chosen):
        return body_of(chosen, depth + 1)
    if get_origin(chosen) is not None:  # a mapping
        return {DATA_KEY: sample(get_args(chosen)[1], depth)}
    return "anything"


def wire_fields(kind: type[Any]) -> Iterator[tuple[str, "attrs.Attribute[Any]"]]:
    names = getattr(kind, "WIRE_NAMES", {})
    attrs.resolve_types(kind)
    for one in attrs.fields(kind):
        if one.name != "raw" and one.metadata.get("in_body", True):
            yield names.get(one.name, one.name), one


def body_of(kind: type[Any], depth: int = 0) -> dict[str, Any]:
    return {
        key: sample(one.type, depth) for key, one in wire_fields(kind) if depth <= DEPTH or one.default is attrs.NOTHING
    }


@cache
def may_be_missing(kind: type[Any]) -> frozenset[str]:
    return frozenset(key for key, one in wire_fields(kind) if one.default is not attrs.NOTHING)


def everywhere(value: Any, change: Callable[[Any], Any]) -> Any:
    """The value with the change made to it and to everything inside, inside first."""
    if isinstance(value, dict):
        return change({key: everywhere(one, change) for key, one in value.items()})
    if isinstance(value, list):
        return change([everywhere(one, change) for one in value])
    return change(value)


def has_fields(value: Any) -> bool:
    """Whether it is an object whose keys are names of fields, not data."""
    return isinstance(value, dict) and DATA_KEY not in value


def with_unknown_field(value: Any) -> Any:
    return {**value, "field_of_next_year": "new"} if has_fields(value) else value


def with_nested_objects(value: Any) -> Any:
    more = {"rows": [{"deep": {"deeper": [1, Decimal("2.5"), None]}}], "empty": {}, "none": None}
    return {**value, "part_of_next_year": more} if has_fields(value) else value


def with_new_words(value: Any) -> Any:
    return "a_word_of_next_year" if value == "word" else value


def with_ids_as_text(value: Any) -> Any:
    return str(value) if value == LEAVES[IntId] else value


def with_ids_as_numbers(value: Any) -> Any:
    return 81_450 if value == LEAVES[StrId] and isinstance(value, str) else value


def with_whole_amounts(value: Any) -> Any:
    return 10 if isinstance(value, Decimal) else value


def with_utc_moments(value: Any) -> Any:
    return "2026-05-04T13:30:00Z" if value == MOMENT else value


def as_it_is(value: Any) -> Any:
    return value


@pytest.mark.parametrize(
    "change",
    [
        as_it_is,
        with_unknown_field,
        with_nested_objects,
        with_new_words,
        with_ids_as_text,
        with_ids_as_numbers,
        with_whole_amounts,
        with_utc_moments,
    ],
    ids=lambda change: change.__name__,
)
def test_a_body_that_is_changed_at_every_place_decodes_and_loses_nothing(change):
    for kind in ENTITIES:
        body = everywhere(body_of(kind), change)
        found = decode(kind, encode(body))
        assert encode(found) == encode(body), kind.__name__


def test_each_field_may_be_null_or_missing_by_itself():
    for kind in ENTITIES:
        for key in may_be_missing(kind):
            body = body_of(kind)
            missing = {name: value for name, value in body.items() if name != key}
            for changed in ({**body, key: None}, missing):
                found = decode(kind, encode(changed))
                assert encode(found) == encode(changed), (kind.__name__, key)


def test_all_fields_may_be_null_or_missing_together():
    for kind in ENTITIES:
        optional = may_be_missing(kind)
        body = body_of(kind)
        kept = {name: value for name, value in body.items() if name not in optional}
        for changed in (kept, {**kept, **dict.fromkeys(optional)}):
            decode(kind, encode(changed))


def test_lists_may_be_empty_or_long():
    for kind in ENTITIES:
        for length in (0, 3):
            body = everywhere(
                body_of(kind), lambda value, length=length: value[:1] * length if isinstance(value, list) else value
            )
            found = decode(kind, encode(body))
            assert encode(found) == encode(body), kind.__name__


def test_nothing_but_a_decode_error_escapes_whatever_a_field_holds():
    refused = 0
    for kind in ENTITIES:
        body = body_of(kind)
        for key in body:
            for wrong in WRONG:
                with suppress(DecodeError):
                    decode(kind, encode({**body, key: wrong}))
                    continue
                refused += 1
    assert refused > 5 * len(ENTITIES)


def test_a_word_where_a_number_is_expected_is_refused_with_its_place():
    for kind in ENTITIES:
        for key, one in wire_fields(kind):
            if members(one.type) in ((int,), (IntId,), (Decimal,)):
                with pytest.raises(DecodeError) as raised:
                    decode(kind, encode({**body_of(kind), key: "no number"}))
                assert raised.value.path == key
