"""What the models share: their base classes, ids the wire spells in two ways, and the value that means "not set"."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Any, ClassVar, Final, Literal, NewType

from attrs import define, field

from meli_sdk.models.html import one_as_html

IntId = NewType("IntId", int)
"""A whole number that the wire spells as a number or as a string."""
StrId = NewType("StrId", str)
"""A text that the wire spells as a string or as a number."""
SiteLocal = NewType("SiteLocal", datetime)
"""A moment documented without a time zone: it is the site's own."""


class _Unset(Enum):
    UNSET = "UNSET"

    def __repr__(self) -> str:
        return "UNSET"

    def __bool__(self) -> Literal[False]:
        return False


UNSET: Final = _Unset.UNSET
"""A field that is not sent. None is sent as null."""
Unset = Literal[_Unset.UNSET]


NOT_IN_BODY: Final[Mapping[str, bool]] = {"in_body": False}
"""Metadata of a field that a header or the status fills: bodies neither give it nor get it."""


@define(kw_only=True)
class Model:
    """Part of an answer. Field names are the wire's names; what it leaves out is None, or the empty tuple."""

    WIRE_NAMES: ClassVar[Mapping[str, str]] = {}
    """Wire names that are no Python names."""
    VOCABULARIES: ClassVar[Mapping[str, type[Enum]]] = {}
    """Fields that hold words of an open vocabulary, and the words that are documented; others are counted as drift."""


@define(kw_only=True)
class Entity(Model):
    """A whole answer, or a row of one. `raw` is what was parsed, with everything nobody documented."""

    raw: Mapping[str, Any] = field(factory=dict[str, Any], repr=False, eq=False)

    def _repr_html_(self) -> str:
        """What a notebook shows: the plain fields that have a value."""
        return one_as_html(self)


JsonValue = Mapping[str, object] | tuple[object, ...] | str | Decimal | bool
"""Anything but null: of a field where documentation and captures only ever show null."""
