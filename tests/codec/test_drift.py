"""What answers hold that the models do not know is counted and told once; decoding goes on as if nothing had been."""

import json
from collections.abc import Mapping
from enum import Enum, StrEnum
from typing import ClassVar

import pytest
from attrs import define

from meli_sdk import MeliSession
from meli_sdk.codec import Codec
from meli_sdk.codec.drift import OTHERS, SAMPLE, Unknown
from meli_sdk.models import Order
from meli_sdk.models.base import Entity, Model
from meli_sdk.testing import FakeTransport
from meli_sdk.wire.observe import DriftMet


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


@define(kw_only=True)
class Wheel(Model):
    size: int | None = None
    colour: str | None = None

    VOCABULARIES: ClassVar[Mapping[str, type[Enum]]] = {"colour": Colour}


@define(kw_only=True)
class Car(Entity):
    WIRE_NAMES: ClassVar[Mapping[str, str]] = {"class_": "class"}
    VOCABULARIES: ClassVar[Mapping[str, type[Enum]]] = {"paint": Colour, "stripes": Colour}

    class_: str | None = None
    paint: str | None = None
    stripes: tuple[str, ...] = ()
    spare: Wheel | str | None = None
    wheels: tuple[Wheel, ...] = ()
    by_side: Mapping[str, Wheel] | None = None
    towed: "Car | None" = None


@pytest.fixture
def told() -> list[Unknown]:
    return []


@pytest.fixture
def codec(told) -> Codec:
    return Codec(told.append)


def test_what_is_known_is_no_drift(codec, told):
    codec.structure({"class": "x", "paint": "red", "stripes": ["blue"], "wheels": [{"size": 1, "colour": "red"}]}, Car)
    assert not codec.drift.report()
    assert str(codec.drift.report()) == "nothing unknown was met"
    assert told == []


def test_unknown_fields_and_values_are_counted_and_told_once(codec, told):
    for _ in range(3):
        car = codec.structure({"class": "x", "seats": 5, "paint": "green", "stripes": ["red", "gold"]}, Car)
    assert (car.raw["seats"], car.paint) == (5, "green")
    (drift,) = codec.drift.report().models
    assert (drift.model, drift.rows) == ("Car", 3)
    assert drift.fields == {"seats": 3}
    assert drift.values == {"paint": {"green": 1}, "stripes": {"gold": 1}}
    assert set(told) == {
        Unknown("Car", "paint", "green"),
        Unknown("Car", "seats", None),
        Unknown("Car", "stripes", "gold"),
    }
    assert len(told) == 3


def test_the_report_reads_as_lines(codec):
    codec.structure({"seats": 5, "paint": "green"}, Car)
    assert str(codec.drift.report()).splitlines() == [
        "Car.seats: unknown field, 1 times",
        "Car.paint: unknown value 'green', 1 times",
    ]


def test_the_inside_of_one_row_in_fifty_is_looked_at_the_top_of_each(codec):
    row = {
        "new": 1,
        "spare": {"new": 1, "colour": "green"},
        "wheels": [{"new": 1}, {"colour": "gold"}],
        "by_side": {"left": {"new": 1}},
        "towed": {"new": 1},
    }
    codec.rows([row] * (2 * SAMPLE), Car)
    report = {drift.model: drift for drift in codec.drift.report().models}
    assert report["Car"].rows == 2 * SAMPLE
    assert report["Car"].fields == {"new": 2 * SAMPLE + 2}  # with the towed ones of two rows
    assert report["Wheel"].fields == {"new": 2 * 3}
    assert report["Wheel"].values == {"colour": {"green": 2, "gold": 2}}


def test_a_field_of_two_shapes_is_looked_into_where_it_is_an_object(codec):
    codec.structure({"spare": "none"}, Car)
    codec.drift._shapes[Car].rows = 0
    codec.structure({"spare": {"new": 1}}, Car)
    assert codec.drift.report().models[0].fields == {"new": 1}


def test_arrays_rows_and_what_has_no_fields_are_taken_as_they_come(codec):
    codec.structure([{"new": 1}, {"new": 1}], tuple[Car, ...])
    codec.structure([1, 2], tuple[int, ...])
    codec.structure({"a": "b"}, Mapping[str, str])
    codec.rows([{"new": 1}, "no object", {"class": 5, "new": 1}], Car)
    (drift,) = codec.drift.report().models
    assert (drift.rows, drift.fields) == (5, {"new": 4})


def test_a_flood_of_names_stays_small(codec, told):
    for n in range(1000):
        codec.rows([{f"field_{n}": 1, "stripes": [f"colour {n}"]}, *({},) * (SAMPLE - 1)], Car)
    (drift,) = codec.drift.report().models
    assert len(drift.fields) == len(drift.values["stripes"]) == 101
    assert drift.fields[OTHERS] == drift.values["stripes"][OTHERS] == 900
    assert len(told) == 200
    codec.structure({"x" * 10_000: 1}, Car)
    assert all(len(name) <= 60 for name in codec.drift.report().models[0].fields)


def test_encoding_what_was_decoded_is_not_counted_again(codec):
    order = codec.structure({"id": 17, "new": 1}, Order)
    order.status = "paid"
    codec.encode(order)
    assert codec.drift.report().models[0].rows == 1


async def test_a_session_reports_drift_to_observers_log_and_caller(caplog):
    seen = []
    fake = FakeTransport()
    fake.answer(200, {"id": 17, "status": "levitating", "aura": "blue"}, times=2)
    session = MeliSession("APP_USR-x", user_id=1, transport=fake, observers=[seen.append], throughput=10_000)
    caplog.set_level("INFO", logger="meli_sdk")
    await session.orders.get(17)
    await session.orders.get(17)
    drifts = [event for event in seen if isinstance(event, DriftMet)]
    assert {(event.model, event.field, event.value) for event in drifts} == {
        ("Order", "aura", None),
        ("Order", "status", "levitating"),
    }
    assert len(drifts) == 2
    assert [record.getMessage() for record in caplog.records] == [
        "Order has an unknown field 'aura'",
        "Order.status has an unknown value 'levitating'",
    ]
    (drift,) = session.drift().models
    assert (drift.fields, drift.values) == ({"aura": 2}, {"status": {"levitating": 1}})
    assert json.dumps(drift.fields)
