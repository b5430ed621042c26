"""Bytes <-> models. The only module that imports cattrs and msgspec.

msgspec parses JSON with exact fractions; cattrs holds the registry from types to hooks; one generated function per attrs
class sets the fields. It is lenient to read (unknown fields are kept in `raw`, null is allowed) and never coerces one
value into another: `True` is not 1, `"abc"` is no list, `1.9` is no whole number. Of a key that an object repeats, the
last one counts, as in Python's own parser.
"""

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Final, TypeVar, overload

import msgspec

from meli_sdk.codec.drift import Drift, OnNew
from meli_sdk.codec.encoding import plain
from meli_sdk.codec.leaves import WrongValueError
from meli_sdk.codec.structuring import Structurer
from meli_sdk.errors import DecodeError, InputError

T = TypeVar("T")


class Codec:
    """Parses, structures and encodes. One per application; the hooks of a class are built at its first use.

    Args:
        on_new: told of each field or value that no model knows, when it is met first.
    """

    def __init__(self, on_new: OnNew | None = None) -> None:
        self.drift: Final = Drift(on_new)
        self._parser = msgspec.json.Decoder(float_hook=Decimal)
        self._encoder = msgspec.json.Encoder(decimal_format="number")
        self._sorting_encoder = msgspec.json.Encoder(order="sorted")
        self._structurer = Structurer()

    def parse(self, body: bytes | str) -> object:
        """Strict JSON in strict UTF-8; fractions are `Decimal`.

        Raises:
            DecodeError: it is not.
        """
        try:
            return self._parser.decode(body)
        except RecursionError:
            problem = "nested too deeply"
        except UnicodeDecodeError:
            problem = "not UTF-8"
        except InvalidOperation:
            problem = "a number that is out of range"
        except msgspec.MsgspecError as wrong:
            problem = str(wrong)[:100]
        message = f"expected JSON, got {len(body)} bytes that are none: {problem}"
        raise DecodeError(message, expected="JSON", got=problem)

    def structure(self, tree: object, model: type[T]) -> T:
        """Parsed JSON -> a model.

        Raises:
            DecodeError: with the path of the first value that does not fit.
        """
        found = self._structure(tree, model)
        self.drift.look(model, tree)
        return found

    def _structure(self, tree: object, model: type[T]) -> T:
        try:
            found: T = self._structurer.hook(model)(tree)
        except WrongValueError as wrong:
            error = wrong.decode_error(tree)
        except RecursionError:
            error = DecodeError("the body: nested too deeply", expected="less depth", got="too much", raw=None)
        else:
            return found
        raise error

    def rows(self, rows: Sequence[object], model: type[T]) -> tuple[tuple[T, ...], tuple[DecodeError, ...]]:
        """Each row on its own: those that fit, and an error for each that does not."""
        hook = self._structurer.hook(model)
        found: list[T] = []
        failed: list[DecodeError] = []
        for index, row in enumerate(rows):
            try:
                found.append(hook(row))
            except WrongValueError as wrong:
                failed.append(wrong.under(f"[{index}]", rows).decode_error(row))
        self.drift.look_rows(model, rows)
        return tuple(found), tuple(failed)

    def warm_up(self, *models: type) -> None:
        """Builds the hooks of these models now, so that no first call pays for it."""
        for model in models:
            self._structurer.hook(model)

    def encode(self, value: object) -> bytes:
        """A model, or plain objects, as JSON. Money leaves as an exact number.

        A model that was decoded keeps what it was decoded from: unknown keys and the wire's spelling of unchanged fields.

        Raises:
            InputError: a value that JSON has no form for, NaN and Infinity included.
        """
        try:
            return self._encoder.encode(plain(value, self._structure))
        except UnicodeEncodeError:
            problem = "text that is no Unicode: a lone surrogate, as from bytes decoded with another encoding"
        except RecursionError:
            problem = "something that holds itself, or is nested too deeply"
        message = f"cannot be sent as JSON: {problem}"
        raise InputError(message)

    def canonical(self, tree: object) -> bytes:
        """Parsed JSON as bytes that are the same for the same content, whatever the order of its keys: for digests.

        Fractions are written as text.
        """
        return self._sorting_encoder.encode(tree)


@cache
def _codec() -> Codec:
    return Codec()


@overload
def decode(model: type[T], source: bytes | bytearray | str) -> T: ...
@overload
def decode(model: type[T], source: object) -> T: ...
def decode(model: type[T], source: object) -> T:
    """A model of `meli_sdk.models` from JSON, or from objects that were parsed from JSON.

    Raises:
        DecodeError: it is no JSON, or does not fit; `.path` says where.
    """
    codec = _codec()
    if isinstance(source, bytes | bytearray | str):
        source = codec.parse(bytes(source) if isinstance(source, bytearray) else source)
    return codec.structure(source, model)


def encode(value: object) -> bytes:
    """A model, or plain objects, as JSON. What was decoded is encoded without loss; changed fields are written over it.

    Raises:
        InputError: a value that JSON has no form for.
    """
    return _codec().encode(value)
