"""What answers hold that the models do not know: counted, so that a change of the API is a line in a report.

The keys of each answer and each row of a page are compared always; the words of open vocabularies and everything inside
an object in one row of fifty, so that decoding costs no more for it.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple, cast, get_args

import attrs
from attrs import frozen

from meli_sdk.codec.structuring import is_class, is_mapping, is_tuple, is_union, wire_name, wired
from meli_sdk.errors import shown

if TYPE_CHECKING:
    from enum import Enum

SAMPLE: Final = 50
"""Values and the inside of one row of so many are looked at; the keys of its top level always."""
_MOST: Final = 100
"""So many different names, or values of one field, are kept for each model; the others are counted together."""
OTHERS: Final = "(others)"

OnNew = Callable[["Unknown"], None]


class Unknown(NamedTuple):
    """One thing that no documentation speaks of."""

    model: str
    field: str
    """The wire's name."""
    value: str | None
    """The value, where the field is known; None: the field is not."""


@frozen
class ModelDrift:
    """What was met in the answers for one model."""

    model: str
    rows: int
    """Answers and rows looked at; 0 for what only stands inside others."""
    fields: Mapping[str, int]
    """Unknown field -> how many objects had it."""
    values: Mapping[str, Mapping[str, int]]
    """Known field -> unknown value -> how many of the objects that were looked into had it: one in fifty."""


@frozen
class DriftReport:
    """Unknown fields and values met since the start, for each model that met some. Truth: whether there are any."""

    models: tuple[ModelDrift, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.models)

    def __str__(self) -> str:
        lines = [
            line
            for drift in self.models
            for line in (
                *(f"{drift.model}.{name}: unknown field, {count} times" for name, count in drift.fields.items()),
                *(
                    f"{drift.model}.{name}: unknown value {value!r}, {count} times"
                    for name, values in drift.values.items()
                    for value, count in values.items()
                ),
            )
        ]
        return "\n".join(lines) or "nothing unknown was met"


class _Shape:
    """What one class knows, and what was met of it."""

    def __init__(self, cls: type) -> None:
        self.name = cls.__name__
        vocabularies = cast("Mapping[str, type[Enum]]", getattr(cls, "VOCABULARIES", {}))
        self.keys = frozenset(wire_name(cls, attribute.name) for attribute in wired(cls))
        self.vocabularies = tuple(
            (wire_name(cls, name), frozenset(str(member.value) for member in members))
            for name, members in vocabularies.items()
        )
        self.inside: tuple[tuple[str, Callable[[Any], None]], ...] = ()
        self.rows = 0
        self.usual_keys: list[str] = []
        """The keys of a row without unknown ones; the next row mostly has the same, and comparing is cheapest."""
        self.fields: Counter[str] = Counter()
        self.values: dict[str, Counter[str]] = {}


class Drift:
    """Counts. One for each codec.

    Args:
        on_new: told of each unknown thing when it is met first.
    """

    def __init__(self, on_new: OnNew | None = None) -> None:
        self._on_new = on_new
        self._shapes: dict[Any, _Shape | None] = {}

    def look(self, model: Any, tree: object) -> None:
        """Looks at an answer that was decoded: one object, or an array of rows."""
        self.look_rows(model, cast("list[object]", tree) if tree.__class__ is list else (tree,))

    def look_rows(self, model: Any, rows: Sequence[object]) -> None:
        """Looks at the rows of a page."""
        shape = self._shapes[model] if model in self._shapes else self._shape_of(model)
        if shape is None:
            return
        for row in rows:
            if row.__class__ is dict and [*cast("dict[str, Any]", row)] != shape.usual_keys:
                self._keys(shape, cast("dict[str, Any]", row))
        for row in rows[-shape.rows % SAMPLE :: SAMPLE]:
            if row.__class__ is dict:
                self._inside(shape, cast("dict[str, Any]", row))
        shape.rows += len(rows)

    def report(self) -> DriftReport:
        """What was met so far."""
        met: dict[str, ModelDrift] = {}
        for shape in self._shapes.values():
            if shape is not None and (shape.fields or shape.values):
                values = {name: dict(counts.most_common()) for name, counts in shape.values.items()}
                met[shape.name] = ModelDrift(shape.name, shape.rows, dict(shape.fields.most_common()), values)
        return DriftReport(tuple(met[name] for name in sorted(met)))

    def _keys(self, shape: _Shape, row: dict[str, Any]) -> None:
        if shape.keys.issuperset(row):
            shape.usual_keys = [*row]
        else:
            for name in row.keys() - shape.keys:
                self._count(shape, shape.fields, shown(name)[1:-1], None)

    def _inside(self, shape: _Shape, row: dict[str, Any]) -> None:
        """The words of open vocabularies, and what is in the fields."""
        for name, known in shape.vocabularies:
            value = row.get(name)
            for word in cast("list[object]", value) if value.__class__ is list else (value,):
                if word.__class__ is str and word not in known:
                    self._unknown_value(shape, name, word)
        for name, look in shape.inside:
            value = row.get(name)
            if value is not None:
                look(value)

    def _unknown_value(self, shape: _Shape, name: str, value: object) -> None:
        self._count(shape, shape.values.setdefault(name, Counter()), shown(value)[1:-1], name)

    def _count(self, shape: _Shape, counts: Counter[str], key: str, field: str | None) -> None:
        if key not in counts:
            if len(counts) >= _MOST:
                key = OTHERS
            elif self._on_new is not None:
                self._on_new(Unknown(shape.name, field or key, None if field is None else key))
        counts[key] += 1

    def _shape_of(self, model: Any) -> _Shape | None:
        """The shape of a class, or of the rows of a tuple; None for what has no fields."""
        shape = self._class_shape(get_args(model)[0] if is_tuple(model) else model)
        self._shapes[model] = shape
        return shape

    def _class_shape(self, cls: Any) -> _Shape | None:
        if not is_class(cls):
            return None
        found = self._shapes.get(cls)
        if found is None:
            attrs.resolve_types(cls)
            found = self._shapes[cls] = _Shape(cls)  # before its inside: a class may hold itself
            lookers = ((wire_name(cls, field.name), self._looker(field.type)) for field in wired(cls))
            found.inside = tuple((name, look) for name, look in lookers if look is not None)
        return found

    def _looker(self, kind: Any) -> Callable[[Any], None] | None:
        """What looks into the values of one field; None where nothing inside has fields."""
        if is_union(kind):
            lookers = [look for member in get_args(kind) if (look := self._looker(member)) is not None]

            def look_each(value: Any) -> None:
                for look in lookers:
                    look(value)

            return look_each if lookers else None
        if is_tuple(kind) or is_mapping(kind):
            inner = self._looker(get_args(kind)[-2 if is_tuple(kind) else -1])
            if inner is None:
                return None
            return _each_row(inner) if is_tuple(kind) else _each_value(inner)
        shape = self._class_shape(kind)
        if shape is None:
            return None

        def look_inside(value: Any) -> None:
            if value.__class__ is dict:
                self._keys(shape, value)
                self._inside(shape, value)

        return look_inside


def _each_row(look: Callable[[Any], None]) -> Callable[[Any], None]:
    def look_each(value: Any) -> None:
        if value.__class__ is list:
            for row in value:
                look(row)

    return look_each


def _each_value(look: Callable[[Any], None]) -> Callable[[Any], None]:
    def look_each(value: Any) -> None:
        if value.__class__ is dict:
            for member in value.values():
                look(member)

    return look_each
