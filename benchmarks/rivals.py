"""Our models as others would decode them: stock cattrs with strict hooks, and pydantic."""

import math
from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin

import attrs
from cattrs import Converter
from cattrs.gen import make_dict_structure_fn, override
from pydantic import AwareDatetime, BaseModel, ConfigDict, create_model

from meli_sdk.models.base import IntId, JsonValue, Model, SiteLocal, StrId

Hook = Callable[[Any, Any], Any]


def _refuse(value: object, expected: str) -> ValueError:
    return ValueError(f"expected {expected}, got {value!r:.60}")


def _exactly(kind: type) -> Hook:
    def structure(value: Any, _: Any) -> Any:
        if value.__class__ is not kind:
            raise _refuse(value, kind.__name__)
        return value

    return structure


def _whole(value: Any, _: Any) -> int:
    if value.__class__ is int:
        return value
    if value.__class__ is Decimal and value.adjusted() < 20 and value == value.to_integral_value():
        return int(value)
    raise _refuse(value, "int")


def _money(value: Any, _: Any) -> Decimal:
    if value.__class__ is Decimal:
        return value
    if value.__class__ is int:
        return Decimal(value)
    raise _refuse(value, "number")


def _size(value: Any, _: Any) -> float:
    if value.__class__ in (int, Decimal) and math.isfinite(found := float(value)):
        return found
    raise _refuse(value, "number")


def _site_local(value: Any, _: Any) -> datetime:
    if value.__class__ is not str:
        raise _refuse(value, "date")
    return datetime.fromisoformat(value)


def _moment(value: Any, kind: Any) -> datetime:
    found = _site_local(value, kind)
    if found.tzinfo is None:
        raise _refuse(value, "date with a time zone")
    return found


def _int_id(value: Any, _: Any) -> int:
    if value.__class__ is int:
        return value
    if value.__class__ is str and len(value) <= 20 and value.isascii() and value.isdigit():
        return int(value)
    raise _refuse(value, "whole number")


def _str_id(value: Any, _: Any) -> str:
    if value.__class__ is str:
        return value
    if value.__class__ is int:
        return str(value)
    raise _refuse(value, "id")


def _as_it_is(value: Any, _: Any) -> Any:
    return value


_LEAVES: dict[Any, Hook] = {
    str: _exactly(str),
    bool: _exactly(bool),
    int: _whole,
    float: _size,
    Decimal: _money,
    datetime: _moment,
    SiteLocal: _site_local,
    IntId: _int_id,
    StrId: _str_id,
}
_JSON_CLASSES: dict[Any, tuple[type, ...]] = {
    int: (int,),
    IntId: (int, str),
    Decimal: (Decimal, int),
    str: (str,),
    StrId: (str, int),
    bool: (bool,),
}


def _members(kind: Any) -> list[Any]:
    return [member for member in get_args(kind) if member is not NoneType]


def _is_union(kind: Any) -> bool:
    return get_origin(kind) in (Union, UnionType)


def _json_classes(kind: Any) -> tuple[type, ...]:
    if attrs.has(kind) or get_origin(kind) is Mapping:
        return (dict,)
    return (list,) if get_origin(kind) is tuple else _JSON_CLASSES[kind]


def _tuple_factory(converter: Converter) -> Callable[[Any], Hook]:
    def tuples(kind: Any) -> Hook:
        member = get_args(kind)[0]
        hook = converter.get_structure_hook(member)

        def structure(value: Any, _: Any) -> tuple[Any, ...]:
            if value is None:
                return ()
            if value.__class__ is not list:
                raise _refuse(value, "array")
            return tuple([hook(row, member) for row in value])

        return structure

    return tuples


def _union_factory(converter: Converter) -> Callable[[Any], Hook]:
    def unions(kind: Any) -> Hook:
        by_class: dict[type, tuple[Hook, Any]] = {}
        for member in _members(kind):
            for json_class in _json_classes(member):
                by_class.setdefault(json_class, (converter.get_structure_hook(member), member))

        def structure(value: Any, _: Any) -> Any:
            if value is None:
                return None
            try:
                hook, member = by_class[value.__class__]
            except KeyError:
                raise _refuse(value, str(kind)) from None
            return hook(value, member)

        return structure

    return unions


def stock_cattrs(*models: type[Model]) -> Converter:
    """cattrs as it comes, with a hook for each of our rules: strict leaves, null for a list, unions by kind of value.

    It leaves `raw` empty, which we fill.
    """
    converter = Converter()
    for kind, hook in _LEAVES.items():
        converter.register_structure_hook(kind, hook)
    register = converter.register_structure_hook_factory
    register(lambda kind: kind is object, lambda _: _as_it_is)
    register(lambda kind: get_origin(kind) is tuple, _tuple_factory(converter))
    register(lambda kind: get_origin(kind) is Mapping, lambda _: _exactly(dict))
    register(lambda kind: _is_union(kind) and len(_members(kind)) > 1, _union_factory(converter))
    for model in models:
        attrs.resolve_types(model)
        without_raw = make_dict_structure_fn(model, converter, raw=override(omit=True))
        converter.register_structure_hook(model, without_raw)
    return converter


class _Lax(BaseModel):
    model_config = ConfigDict(coerce_numbers_to_str=True)


def _pydantic_type(kind: Any, made: dict[Any, Any]) -> Any:
    plain = {IntId: int, StrId: str, SiteLocal: datetime, datetime: AwareDatetime, JsonValue: Any}
    if kind in plain:
        return plain[kind]
    if _is_union(kind):
        members = [_pydantic_type(member, made) for member in get_args(kind)]
        return Any if set(get_args(JsonValue)) <= set(get_args(kind)) else Union[tuple(members)]  # noqa: UP007
    if get_origin(kind) is tuple:
        return tuple[_pydantic_type(get_args(kind)[0], made), ...]
    if isinstance(kind, type) and attrs.has(kind):
        return as_pydantic(kind, made)
    return kind


def as_pydantic(model: type[Model], made: dict[Any, Any] | None = None) -> type[BaseModel]:
    """A pydantic model with the fields and types of one of ours; it keeps no `raw`."""
    made = {} if made is None else made
    if model not in made:
        attrs.resolve_types(model)
        fields: dict[str, Any] = {}
        for field in attrs.fields(model):
            if field.name != "raw" and field.metadata.get("in_body", True):
                required = field.default is attrs.NOTHING
                kind = _pydantic_type(field.type, made)
                name = model.WIRE_NAMES.get(field.name, field.name)
                fields[name] = (kind, ...) if required else (kind | None, None)
        made[model] = create_model(model.__name__, __base__=_Lax, **fields)
    return made[model]


def same(ours: object, theirs: object) -> bool:
    """Whether a pydantic model holds the values of one of ours; an empty list and null are one."""
    if isinstance(ours, Model):
        wire = type(ours).WIRE_NAMES
        return all(
            same(getattr(ours, field.name), getattr(theirs, wire.get(field.name, field.name)))
            for field in attrs.fields(type(ours))
            if field.name != "raw" and field.metadata.get("in_body", True)
        )
    if isinstance(ours, tuple):
        theirs = theirs or ()
        return isinstance(theirs, tuple | list) and len(ours) == len(theirs) and all(map(same, ours, theirs))
    return ours == theirs
