"""What decoding and encoding promise: nothing lost, nothing turned into something else, and the place of what is wrong."""

import json
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from types import NoneType, UnionType
from typing import Any, ClassVar, Union, get_args, get_origin

import attrs
import pytest
from attrs import define, field, frozen
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from meli_sdk import models
from meli_sdk.codec import Codec, decode, encode
from meli_sdk.errors import DecodeError, InputError
from meli_sdk.models import Item, Order
from meli_sdk.models.base import UNSET, Entity, IntId, JsonValue, Model, SiteLocal, StrId, Unset

CLASSES = [
    kind for name in models.__all__ if isinstance(kind := getattr(models, name), type) and issubclass(kind, Model)
]
ENTITIES = [kind for kind in CLASSES if issubclass(kind, Entity) and len(attrs.fields(kind)) > 1]
"""Whole answers and rows with documented fields."""


@define(kw_only=True)
class Part(Model):
    name: str | None = None
    count: int | None = None


@define(kw_only=True)
class Whole(Entity):
    WIRE_NAMES: ClassVar[Mapping[str, str]] = {"from_": "from"}

    id: IntId
    code: StrId | None = None
    title: str | None = None
    count: int | None = None
    price: Decimal | None = None
    weight: float | None = None
    active: bool | None = None
    at: datetime | None = None
    local: SiteLocal | None = None
    part: Part | None = None
    parts: tuple[Part, ...] = ()
    tags: tuple[str, ...] = ()
    numbers: tuple[StrId, ...] = ()
    either: Part | str | None = None
    amount: Decimal | str | None = None
    many: tuple[Part, ...] | Part | None = None
    free: Mapping[str, object] | None = None
    named: Mapping[str, Part] | None = None
    anything: JsonValue | None = None
    from_: str | None = None
    inner: "Whole | None" = None
    inners: "tuple[Whole, ...]" = ()


def whole(**fields: object) -> Whole:
    return decode(Whole, {"id": 1, **fields})


def wrong(body: object, model: type[Any] = Whole) -> DecodeError:
    with pytest.raises(DecodeError) as failure:
        decode(model, body)
    return failure.value


# what is taken, and what is not


@pytest.mark.parametrize(
    ("name", "value", "ours"),
    [
        ("code", 17, "17"),
        ("code", "0017", "0017"),
        ("count", Decimal("2.0"), 2),
        ("price", 5, Decimal(5)),
        ("price", 0.1, Decimal("0.1")),
        ("weight", 2, 2.0),
        ("weight", Decimal("2.5"), 2.5),
        ("local", "2026-05-04T10:00:00", datetime(2026, 5, 4, 10)),
        ("tags", None, ()),
        ("tags", [], ()),
        ("numbers", [1, "2"], ("1", "2")),
        ("parts", [{"name": "a"}], (Part(name="a"),)),
        ("parts", [{"name": "a"}, {}], (Part(name="a"), Part())),
        ("either", "x", "x"),
        ("either", {"name": "x"}, Part(name="x")),
        ("amount", "n/a", "n/a"),
        ("amount", 3, Decimal(3)),
        ("many", {"name": "x"}, Part(name="x")),
        ("many", [{"name": "x"}], (Part(name="x"),)),
        ("free", {"a": [1]}, {"a": [1]}),
        ("named", {"a": {"count": 1}}, {"a": Part(count=1)}),
        ("anything", [1, {"a": None}], (1, {"a": None})),
        ("title", "", ""),
        ("count", 0, 0),
    ],
    ids=repr,
)
def test_a_value_that_fits_is_taken_as_what_it_is(name, value, ours):
    found = getattr(whole(**{name: value}), name)
    assert found == ours
    assert type(found) is type(ours)


@pytest.mark.parametrize(
    ("name", "value", "path"),
    [
        ("count", True, "count"),
        ("count", "1", "count"),
        ("count", 1.9, "count"),
        ("count", Decimal("1.9"), "count"),
        ("count", Decimal("1E+999999999"), "count"),
        ("active", 1, "active"),
        ("active", "true", "active"),
        ("title", 1, "title"),
        ("title", True, "title"),
        ("price", "1.00", "price"),
        ("price", True, "price"),
        ("price", float("nan"), "price"),
        ("price", float("inf"), "price"),
        ("weight", "2", "weight"),
        ("weight", 10**400, "weight"),
        ("weight", Decimal("1E+400"), "weight"),
        ("at", "2026-05-04T10:00:00", "at"),
        ("at", "yesterday", "at"),
        ("at", 1767225600, "at"),
        ("local", "", "local"),
        ("tags", "abc", "tags"),
        ("tags", {"a": 1}, "tags"),
        ("tags", ["a", 1], "tags[1]"),
        ("tags", ["a", None], "tags[1]"),
        ("numbers", ["1", True], "numbers[1]"),
        ("part", [], "part"),
        ("part", {"count": "1"}, "part.count"),
        ("parts", {"count": 1}, "parts"),
        ("parts", [{"count": False}], "parts[0].count"),
        ("parts", [{"count": 1}, {"name": 2}], "parts[1].name"),
        ("parts", [{"count": 1}, "x"], "parts[1]"),
        ("either", 1, "either"),
        ("either", {"count": "1"}, "either.count"),
        ("amount", [], "amount"),
        ("many", [{"name": 1}], "many[0].name"),
        ("free", [], "free"),
        ("named", {"a": {"count": "x"}}, "named.a.count"),
        ("from", 1, "from"),
        ("code", True, "code"),
        ("code", 1.5, "code"),
        ("inner", {"id": "x"}, "inner.id"),
        ("inners", [{"id": 1}, {"id": 2, "parts": [{}, {"count": []}]}], "inners[1].parts[1].count"),
    ],
    ids=repr,
)
def test_a_value_of_another_kind_is_refused_with_its_place(name, value, path):
    body = {"id": 1, name: value}
    error = wrong(body)
    assert error.path == path
    assert str(error).startswith(f"{path}: expected ")
    assert error.raw is body


@pytest.mark.parametrize(
    ("spelled", "ours"), [(7, 7), ("7", 7), ("0007", 7), ("2000003508419013", 2000003508419013)], ids=repr
)
def test_an_id_is_a_number_however_the_wire_spells_it(spelled, ours):
    assert decode(Whole, {"id": spelled}).id == ours


@pytest.mark.parametrize("value", ["", "7a", " 7", "+7", "-7", "7.0", "٣", "1" * 21, 7.5, True, None, [], {}], ids=repr)
def test_what_is_no_id_is_refused(value):
    assert wrong({"id": value}).path == "id"


def test_a_required_field_that_is_missing_is_named():
    error = wrong({"title": "x"})
    assert (error.path, error.got) == ("id", "null")


@pytest.mark.parametrize("body", [[], "x", 1, None, True], ids=repr)
def test_a_body_that_is_no_object_is_refused(body):
    assert wrong(json.dumps(body)).path == ""


def test_missing_and_null_are_the_default():
    assert whole() == whole(**dict.fromkeys(("title", "tags", "part", "parts", "either", "anything", "named")))


def test_moments_keep_their_offset():
    found = whole(at="2026-05-04T09:30:00.000-04:00").at
    assert found == datetime(2026, 5, 4, 13, 30, tzinfo=UTC)
    assert found.utcoffset() == timedelta(hours=-4)
    for spelled in ("2026-05-04T13:30:00Z", "2026-05-04T09:30:00.000-0400", "2026-05-04T13:30:00.000Z"):
        assert whole(at=spelled).at == found


# bytes


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b'{"id": NaN}',
        b'{"id": Infinity}',
        b'{"id": 1, "title": "\xff"}',
        '{"id": 1}'.encode("utf-16"),
        b"\xef\xbb\xbf" + b'{"id": 1}',
        b'{"id": 1,}',
        b"{'id': 1}",
        b'{"id": ' + b"1" * 5_000 + b"}",
        b"[" * 100_000,
        b'{"inner":' * 5_000 + b"1" + b"}" * 5_000,
        b'{"price": 1e99999999999999999999}',
    ],
    ids=lambda body: repr(body[:20]),
)
def test_what_is_no_strict_json_is_a_decode_error(body):
    assert isinstance(wrong(body), DecodeError)


def test_money_is_exact_from_the_first_digit_to_the_last():
    found = decode(Whole, b'{"id": 1, "price": 14.290000000000001}')
    assert found.price == Decimal("14.290000000000001")
    assert str(decode(Whole, b'{"id": 1, "price": 1500.00}').price) == "1500.00"
    found.price = Decimal("11.23")
    assert encode(found) == b'{"id":1,"price":11.23}'


def test_a_number_beyond_floats_is_kept_as_money_and_refused_as_a_size():
    assert decode(Whole, b'{"id": 1, "price": 1e999}').price == Decimal("1e999")
    assert wrong(b'{"id": 1, "weight": 1e999}').path == "weight"


def test_of_a_repeated_key_the_last_one_counts():
    assert decode(Whole, b'{"id": 1, "title": "a", "title": "b"}').title == "b"


# raw, rows and the way back


def test_raw_is_the_parsed_row_itself():
    body = {"id": 1, "unknown": {"kept": [1]}}
    assert decode(Whole, body).raw is body


def test_one_bad_row_never_costs_the_page():
    rows: list[Any] = [{"id": 1}, {"id": "x"}, 7, {"id": "2"}]
    found, failed = Codec().rows(rows, Whole)
    assert [row.id for row in found] == [1, 2]
    assert [error.path for error in failed] == ["[1].id", "[2]"]
    assert failed[0].raw is rows[1]


def test_what_was_decoded_is_encoded_without_loss():
    body = b'{"new":{"a":[null,1.50]},"id":"7","price":10.50,"title":null,"from":"x"}'
    assert encode(decode(Whole, body)) == body


def test_a_changed_field_is_written_over_what_was_read():
    found = decode(Whole, {"id": "7", "new": 1, "parts": [{"name": "a", "also": 2}, {"name": "b"}], "from": "x"})
    found.parts[0].name = "c"
    found.from_ = "y"
    sent = json.loads(encode(found))
    assert sent == {"id": "7", "new": 1, "parts": [{"name": "c", "also": 2}, {"name": "b"}], "from": "y"}


def test_what_is_unset_is_left_out_and_none_is_sent():
    @frozen
    class Changes:
        title: str | Unset | None = UNSET
        price: Decimal | Unset | None = UNSET

    assert encode(Changes()) == b"{}"
    assert encode(Changes(title=None)) == b'{"title":null}'
    assert encode({"a": UNSET, "b": None}) == b'{"b":null}'


@pytest.mark.parametrize("value", [Decimal("NaN"), Decimal("Infinity"), float("nan"), float("inf"), b"x", {1}], ids=str)
def test_what_json_has_no_form_for_is_refused(value):
    with pytest.raises(InputError, match=r"^variations\[1\]\.price: cannot be sent as JSON"):
        encode({"variations": [{}, {"price": value}]})


def test_a_class_may_hold_itself():
    found = whole(inner={"id": 2, "inner": {"id": 3}}, inners=[{"id": 4}])
    assert found.inner.inner.id == 3
    assert found.inners[0].id == 4


def test_a_wrong_value_deep_inside_is_found_as_fast_as_a_shallow_one():
    body: dict[str, Any] = {"id": "wrong"}
    for number in range(60):  # trying every field again on each level would take 2 ** 60 steps
        body = {"id": number, "inners": [{"id": 0}, body]}
    assert wrong(body).path == "inners[1]." * 60 + "id"


def test_hooks_can_be_built_before_the_first_answer():
    codec = Codec()
    codec.warm_up(Order, Item)
    assert codec.structure({"id": "5"}, Order).id == 5


@pytest.mark.parametrize("problem", ["frozen", "validator", "converter", "post-init"])
def test_a_class_whose_init_does_more_than_set_is_refused(problem):
    @define
    class Checked:
        name: str = field(default="", validator=attrs.validators.instance_of(str))

    @define
    class Converted:
        name: str = field(default="", converter=str)

    @define
    class Prepared:
        name: str = ""

        def __attrs_post_init__(self) -> None: ...

    @frozen
    class Fixed:
        name: str = ""

    kind = {"frozen": Fixed, "validator": Checked, "converter": Converted, "post-init": Prepared}[problem]
    with pytest.raises(InputError, match=f"cannot decode into {kind.__name__}: .*{problem}"):
        decode(kind, {"name": "x"})


@pytest.mark.parametrize("kind", [list[str], set[str], bytes, Part | list[str], datetime | str], ids=str)
def test_a_type_that_no_model_has_is_refused_by_name(kind):
    with pytest.raises(InputError, match="cannot decode into"):
        decode(kind, [])


# all models


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_models_are_slotted_and_their_init_only_sets(kind):
    assert "__slots__" in vars(kind)
    assert not hasattr(object.__new__(kind), "__dict__")
    assert not attrs.inspect(kind).is_frozen
    assert not hasattr(kind, "__attrs_post_init__")
    assert not [name.name for name in attrs.fields(kind) if name.validator or name.converter]


@pytest.mark.parametrize("kind", ENTITIES, ids=lambda kind: kind.__name__)
def test_every_answer_has_only_types_that_decode(kind):
    Codec().warm_up(kind)


def json_of(kind: Any) -> st.SearchStrategy[Any]:
    """JSON values that a field of this type may hold."""
    digits = st.integers(0, 10**15)
    leaves: dict[Any, st.SearchStrategy[Any]] = {
        str: st.text(max_size=5),
        StrId: st.text(max_size=5) | digits,
        int: st.integers(-(10**9), 10**9),
        IntId: digits | digits.map(str),
        bool: st.booleans(),
        Decimal: st.decimals(-(10**9), 10**9, places=2) | digits,
        float: st.floats(-1e9, 1e9).map(lambda number: Decimal(repr(number))),
        datetime: st.just("2026-05-04T09:30:00.000-04:00") | st.just("2026-05-04T09:30:00Z"),
        SiteLocal: st.just("2026-05-04T09:30:00"),
        object: st.text(max_size=3),
        Any: st.text(max_size=3),
    }
    if kind in leaves:
        return leaves[kind]
    if get_origin(kind) in (Union, UnionType):
        return st.one_of([st.none() if member is NoneType else json_of(member) for member in get_args(kind)])
    if get_origin(kind) is tuple:
        return st.lists(json_of(get_args(kind)[0]), max_size=1)
    if isinstance(kind, type) and attrs.has(kind):
        return st.deferred(lambda: json_of_class(kind))
    return st.dictionaries(st.text(max_size=3), json_of(get_args(kind)[1]), max_size=1)


@cache  # one strategy for each class: Hypothesis walks through all that are reachable
def json_of_class(kind: type[Any]) -> st.SearchStrategy[dict[str, Any]]:
    attrs.resolve_types(kind)
    wire = getattr(kind, "WIRE_NAMES", {})
    required: dict[str, st.SearchStrategy[Any]] = {}
    optional: dict[str, st.SearchStrategy[Any]] = {}
    for one in attrs.fields(kind):
        if one.name != "raw" and one.metadata.get("in_body", True):
            values = json_of(one.type)
            if one.default is attrs.NOTHING:
                required[wire.get(one.name, one.name)] = values
            else:  # null is the default, also where a list is declared
                optional[wire.get(one.name, one.name)] = st.none() | values
    return st.fixed_dictionaries(required, optional=optional)


ANY_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.decimals(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
FEW = settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck), database=None)


def fits(value: object, kind: Any) -> bool:
    """Whether a decoded value is of the type its field declares."""
    kind = getattr(kind, "__supertype__", kind)
    if kind in (Any, object):
        return True
    if get_origin(kind) in (Union, UnionType):
        return any(fits(value, member) for member in get_args(kind))
    if get_origin(kind) is tuple:
        return type(value) is tuple and all(fits(row, get_args(kind)[0]) for row in value)
    if get_origin(kind) is not None:
        return isinstance(value, dict) and all(fits(one, get_args(kind)[1]) for one in value.values())
    if isinstance(kind, type) and attrs.has(kind):
        return type(value) is kind and all(
            fits(getattr(value, one.name), one.type) for one in attrs.fields(kind) if one.metadata.get("in_body", True)
        )
    return type(value) is kind


@pytest.mark.parametrize("kind", ENTITIES, ids=lambda kind: kind.__name__)
@FEW
@given(data=st.data())
def test_every_documented_shape_decodes_to_the_declared_types_and_loses_nothing(kind, data):
    body = data.draw(json_of_class(kind))
    found = decode(kind, body)
    assert fits(found, kind)
    assert json.loads(encode(found), parse_float=Decimal) == json.loads(encode(body), parse_float=Decimal)


@pytest.mark.parametrize("kind", ENTITIES, ids=lambda kind: kind.__name__)
@FEW
@given(data=st.data())
def test_any_other_value_in_a_field_is_a_decode_error_or_of_the_declared_type(kind, data):
    body = data.draw(json_of_class(kind))
    keys = [*json_keys(kind)]
    body[data.draw(st.sampled_from(keys))] = data.draw(ANY_JSON)
    error = None
    try:
        found = decode(kind, body)
    except DecodeError as refused:
        error = refused
    else:
        assert fits(found, kind)
    assert error is None or error.path.split(".")[0].split("[")[0] in keys


def json_keys(kind: type[Any]) -> list[str]:
    wire = getattr(kind, "WIRE_NAMES", {})
    return [
        wire.get(one.name, one.name)
        for one in attrs.fields(kind)
        if one.name != "raw" and one.metadata.get("in_body", True)
    ]


@settings(max_examples=60, deadline=None, database=None)
@given(st.binary(max_size=40))
def test_any_bytes_are_a_model_or_a_decode_error(body):
    with suppress(DecodeError):
        assert type(decode(Whole, body)) is Whole
