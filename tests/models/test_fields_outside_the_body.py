"""A field that a header fills: bodies neither give it nor get it."""

import json

from attrs import define, field

from meli_sdk.codec import decode, encode
from meli_sdk.models.base import NOT_IN_BODY, Entity


@define(kw_only=True)
class Versioned(Entity):
    id: int | None = None
    version: int | None = field(default=None, eq=False, metadata=NOT_IN_BODY)


def test_a_body_does_not_fill_it():
    found = decode(Versioned, b'{"id": 1, "version": 7}')
    assert (found.id, found.version) == (1, None)
    assert found.raw["version"] == 7


def test_it_is_never_written():
    found = decode(Versioned, b'{"id": 1}')
    found.version = 7
    assert json.loads(encode(found)) == {"id": 1}
    found.id = 2
    assert json.loads(encode(found)) == {"id": 2}
    assert json.loads(encode(Versioned(id=3, version=7))) == {"id": 3}
