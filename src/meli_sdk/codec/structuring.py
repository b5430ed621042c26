"""Parsed JSON -> models: one generated function per attrs class, and a hook for each other kind of type."""

from collections.abc import Callable, Hashable, Mapping
from datetime import datetime
from types import NoneType, UnionType
from typing import Any, NoReturn, Union, cast, get_args, get_origin

import attrs
from attrs import NOTHING, Attribute
from cattrs import Converter

from meli_sdk.codec.leaves import JSON_CLASSES, KINDS, LEAVES, Hook, WrongValueError, as_it_is
from meli_sdk.errors import InputError
from meli_sdk.models.base import SiteLocal


def wire_name(cls: type, name: str) -> str:
    """What the wire calls a field."""
    return cast("Mapping[str, str]", getattr(cls, "WIRE_NAMES", {})).get(name, name)


def in_body(attribute: "Attribute[Any]") -> bool:
    """Whether a field is a key of the body; the others are `raw`, and what a header or the status fills."""
    return attribute.name != "raw" and bool(attribute.metadata.get("in_body", True))


def wired(cls: type) -> "list[Attribute[Any]]":
    """The fields that are keys of the body."""
    return [attribute for attribute in attrs.fields(cls) if in_body(attribute)]


def default_of(attribute: "Attribute[Any]") -> object:
    """What a field is when nobody sets it."""
    default: Any = attribute.default
    return cast("object", default.factory() if hasattr(default, "factory") else default)


def is_class(kind: Any) -> bool:
    return isinstance(kind, type) and attrs.has(kind)


def _is_leaf(kind: Any) -> bool:
    return isinstance(kind, Hashable) and kind in LEAVES


def is_union(kind: Any) -> bool:
    return get_origin(kind) in (Union, UnionType)


def is_tuple(kind: Any) -> bool:
    return get_origin(kind) is tuple and len(get_args(kind)) == 2 and get_args(kind)[1] is ...  # noqa: PLR2004  tuple[X, ...]


def is_mapping(kind: Any) -> bool:
    origin = get_origin(kind)
    return isinstance(origin, type) and issubclass(origin, Mapping)


def _optional(kind: Any) -> tuple[Any, bool]:
    """The type without None, and whether None was among its members."""
    if not is_union(kind):
        return kind, False
    members = tuple(member for member in get_args(kind) if member is not NoneType)
    return Union[members], len(members) < len(get_args(kind))  # noqa: UP007  made at run time


def _leaf_hook(kind: Any) -> Hook:
    return LEAVES[kind][0]


def _plain(kind: Any) -> type | None:
    """The class whose values are taken as they are, where a leaf has one."""
    return LEAVES[kind][1] if _is_leaf(kind) else None


class Structurer:
    """The registry from types to hooks, kept by cattrs. A hook is built at the first use of its type."""

    def __init__(self) -> None:
        self._building: set[type] = set()
        self._hooks: dict[Any, Hook] = {}
        converter = Converter(prefer_attrib_converters=False)
        register = converter.register_structure_hook_factory
        register(lambda _: True, _refused)  # the last one that fits counts
        register(_is_leaf, _leaf_hook)
        register(is_mapping, self._mapping_hook)
        register(is_tuple, self._tuple_hook)
        register(is_union, self._union_hook)
        register(is_class, self._class_hook)
        for kind in (str, int, bool, float):  # cattrs looks these up before any factory
            converter.register_structure_hook(kind, LEAVES[kind][0])
        self._converter = converter

    def hook(self, kind: Any) -> Hook:
        """From a parsed value to one of this type.

        Raises:
            InputError: the type is none that a model may have.
        """
        hook = self._hooks.get(kind)
        if hook is None:
            if kind is bytes:
                _refused(kind)
            hook = self._hooks[kind] = self._converter.get_structure_hook(kind)
        return hook

    def _member_hook(self, kind: Any) -> Hook:
        """The hook of a type inside another; late where that type is just being built."""
        if kind in self._building:

            def late(value: Any, _: Any = None) -> Any:
                return self.hook(kind)(value)

            return late
        return self._converter.get_structure_hook(kind)

    def _union_hook(self, kind: Any) -> Hook:
        inner, optional = _optional(kind)
        members = get_args(inner) if is_union(inner) else (inner,)
        by_class: dict[type, Hook] = {}
        for member in members:
            hook = self._member_hook(member)
            for json_class in _json_classes(member):
                if json_class in by_class:  # the second of the two would never be tried
                    _refused(kind)
                by_class[json_class] = hook
        expected = " or ".join(dict.fromkeys(KINDS[json_class] for json_class in by_class))
        if optional:
            by_class[NoneType] = as_it_is

        def structure(value: Any, _: Any = None) -> Any:
            found = by_class.get(value.__class__)
            if found is None:
                raise WrongValueError(expected, value)
            return found(value)

        return structure

    def _tuple_hook(self, kind: Any) -> Hook:
        hook = self._member_hook(get_args(kind)[0])

        def structure(value: Any, _: Any = None) -> Any:
            if value.__class__ is list:
                try:
                    return tuple([hook(row) for row in value])
                except WrongValueError as wrong:
                    raise wrong.inside(value) from None
            if value is None:
                return ()
            expected = "array"
            raise WrongValueError(expected, value)

        return structure

    def _mapping_hook(self, kind: Any) -> Hook:
        hook = self._member_hook(get_args(kind)[1])

        def structure(value: Any, _: Any = None) -> Any:
            if value.__class__ is not dict:
                expected = "object"
                raise WrongValueError(expected, value)
            if hook is as_it_is:
                return value
            found: dict[str, Any] = {}
            for key, one in value.items():
                try:
                    found[key] = hook(one)
                except WrongValueError as wrong:
                    raise wrong.under(str(key), value) from None
            return found

        return structure

    def _class_hook(self, cls: type) -> Hook:
        """Generates the function that makes one class: a few lines to get, check and set each field."""
        _check_settable(cls)
        self._building.add(cls)
        try:
            attrs.resolve_types(cls)
            source = _Source(cls)
            for attribute in attrs.fields(cls):
                source.field(attribute, self._member_hook)
        finally:
            self._building.discard(cls)
        return source.function()


def _json_classes(kind: Any) -> tuple[type, ...]:
    """The parsed classes that one member of a union stands for."""
    if is_class(kind) or is_mapping(kind):
        return (dict,)
    if is_tuple(kind):
        return (list,)
    if kind not in JSON_CLASSES:
        _refused(kind)
    return JSON_CLASSES[kind]


def _refused(kind: Any) -> Hook:
    message = (
        f"cannot decode into {kind!r}: a model's field is a model, str, int, bool, float, Decimal, datetime, an id, "
        "tuple[X, ...], Mapping[str, X], or a union of these with one for each kind of JSON value"
    )
    raise InputError(message)


def _check_settable(cls: type) -> None:
    """The slots are set without `__init__`: what it would do beyond that would be skipped in silence."""
    problem = None
    if attrs.inspect(cls).is_frozen:
        problem = "is frozen"
    elif hasattr(cls, "__attrs_post_init__") or hasattr(cls, "__attrs_pre_init__"):
        problem = "has a post-init or pre-init"
    for attribute in attrs.fields(cls):
        if attribute.validator is not None or attribute.converter is not None:
            problem = f"has a validator or converter on {attribute.name}"
    if problem:
        message = f"cannot decode into {cls.__name__}: it {problem}, and decoding sets the fields without __init__"
        raise InputError(message)


class _Source:
    """The text of the function that makes one class, and the wire name that each of its lines serves.

    Calls cost more than checks, so the frequent kinds are checked and converted in line, and a hook is called for what
    is left. A line that raises tells by its number which field was wrong.
    """

    def __init__(self, cls: type) -> None:
        self._cls = cls
        self._lines = [
            "def structure(o, _=None):",
            " if type(o) is not dict: refuse(o)",
            " get = o.get",
            " self = new(cls)",
            " try:",
        ]
        self._keys = [""] * len(self._lines)
        self._names: dict[str, Any] = {"cls": cls, "new": object.__new__, "iso": datetime.fromisoformat}

    def field(self, attribute: "Attribute[Any]", hook_of: Callable[[Any], Hook]) -> None:
        """Adds the lines of one field: get it, give null its meaning, check or convert it, set it."""
        if not in_body(attribute):
            value = "o" if attribute.name == "raw" else f"{self._named(lambda: default_of(attribute))}()"
            self._add("", [f"self.{attribute.name} = {value}"])
            return
        key = wire_name(self._cls, attribute.name)
        kind, optional = _optional(attribute.type)
        fix = self._named(hook_of(kind))
        lines = [f"v = get({key!r})"]
        condition, conversion = self._conversion(kind, fix, hook_of)
        missing = None if optional else default_of(attribute)
        if missing is NOTHING:
            lines += [f"if {condition}: {conversion[0]}"] if condition else conversion
        elif missing is None:
            lines += [
                f"if v is not None{f' and {condition}' if condition else ''}:",
                *(f" {line}" for line in conversion),
            ]
        else:
            empty = "()" if missing == () else f"{self._named(lambda: default_of(attribute))}()"
            lines += [f"if v is None: v = {empty}", f"el{f'if {condition}' if condition else 'se'}:"]
            lines += [f" {line}" for line in conversion]
        self._add(key, [*lines, f"self.{attribute.name} = v"])

    def _add(self, key: str, lines: list[str]) -> None:
        self._lines += [f"  {line}" for line in lines]
        self._keys += [key] * len(lines)

    def _named(self, value: object) -> str:
        name = f"f{len(self._names)}"
        self._names[name] = value
        return name

    def _conversion(self, kind: Any, fix: str, hook_of: Callable[[Any], Hook]) -> tuple[str, list[str]]:
        """When a value `v` that is not null needs something done, and what."""
        if plain := _plain(kind):
            return f"type(v) is not {self._named(plain)}", [f"v = {fix}(v)"]
        if kind in (datetime, SiteLocal):
            aware = [f" if d.tzinfo is None: {fix}(v)"] if kind is datetime else []
            return "", ["if type(v) is str:", " d = iso(v)", *aware, " v = d", f"else: v = {fix}(v)"]
        if is_tuple(kind):
            return "", ["if type(v) is list:", *self._rows(get_args(kind)[0], fix, hook_of), f"else: v = {fix}(v)"]
        return "", [f"v = {fix}(v)"]

    def _rows(self, member: Any, fix: str, hook_of: Callable[[Any], Hook]) -> list[str]:
        """Turns a list `v` into a tuple; a comprehension is a call of its own, which one row does not need."""
        if plain := _plain(member):
            is_other = f"if type(x) is not {self._named(plain)}:"
            return [" for x in v:", f"  {is_other}", f"   v = {fix}(v)", "   break", " else: v = tuple(v)"]
        one = self._named(hook_of(member))
        return [f" v = ({one}(v[0]),) if len(v) == 1 else tuple([{one}(x) for x in v]) if v else ()"]

    def function(self) -> Hook:
        """Compiles it."""
        cls, keys = self._cls, self._keys

        def refuse(value: object) -> NoReturn:
            expected = "object"
            raise WrongValueError(expected, value)

        def located(wrong: ValueError, whole: dict[str, Any]) -> WrongValueError:
            """The failure, one step up: the line it left this function by tells the field."""
            traceback = wrong.__traceback__
            key = keys[traceback.tb_lineno - 1] if traceback else ""
            value: Any = whole.get(key)
            if not isinstance(wrong, WrongValueError):  # a date that is none
                wrong = WrongValueError("date", value)
            elif value.__class__ is list and wrong.at is not value:
                wrong = wrong.inside(value)
            return wrong.under(key, whole)

        lines = [*self._lines, " except ValueError as wrong: raise located(wrong, o) from None", " return self"]
        names = {**self._names, "refuse": refuse, "located": located}
        exec(compile("\n".join(lines), f"<structure {cls.__qualname__}>", "exec"), names)  # noqa: S102  made from our own classes
        return cast("Hook", names["structure"])
