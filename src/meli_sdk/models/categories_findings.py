"""What a check of an item finds, before Mercado Libre is asked or in its own words."""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Self

from attrs import frozen

from meli_sdk.errors import Cause

_NAMED: Final = re.compile(r"\[([A-Z0-9_, ]+)\]", re.ASCII)


class Severity(StrEnum):
    """Whether a finding stands in the way."""

    ERROR = "error"
    """Mercado Libre refuses the item, or it would not be what was meant."""
    WARNING = "warning"
    """It is listed, but changed, shown less or moderated; or it cannot be told offline."""


@frozen(kw_only=True)
class Finding:
    """One thing that is wrong with an item."""

    rule: str
    """A name of `CHECK_RULES`, or `server` for a cause that Mercado Libre gave."""
    field: str
    """Where in the item, such as `price` or `variations[1].attributes.GTIN`; empty for the whole."""
    severity: Severity
    message: str
    """What is wrong, and what to do."""
    causes: tuple[int, ...] = ()
    """The cause ids that Mercado Libre would give."""
    code: str | None = None
    """The code that Mercado Libre would give, or gave."""

    def __str__(self) -> str:
        numbers = f" [{', '.join(map(str, self.causes))}]" if self.causes else ""
        return f"{self.severity} {self.rule} {self.field or 'item'}: {self.message}{numbers}"

    @classmethod
    def of_cause(cls, cause: Cause) -> Self:
        """A cause of a refusal, or a warning of a listing, in the same form. What is not a warning is an error."""
        named = ", ".join(_NAMED.findall(cause.message or ""))
        place = ", ".join(cause.references)
        return cls(
            rule="server",
            field=f"{place} ({named})" if named and place else named or place,
            severity=Severity.WARNING if (cause.type or "").lower() == "warning" else Severity.ERROR,
            message=cause.message or cause.code or "no words",
            causes=() if cause.cause_id is None else (cause.cause_id,),
            code=cause.code,
        )


class Findings(tuple[Finding, ...]):  # noqa: SLOT001  a tuple with attributes has no slots
    """Everything a check found, and on what it rests. Empty: nothing to object to, as far as can be told offline."""

    category_id: str | None
    """The category whose rules were used; None where none were known."""
    rules_read_at: datetime | None
    """When the category's attributes were read; they change without notice."""
    attributes_age: timedelta | None
    """How old they were when the check was made."""
    unchecked: tuple[str, ...]
    """What could not be checked, and for want of what."""

    def __new__(
        cls,
        found: Iterable[Finding] = (),
        *,
        category_id: str | None = None,
        rules_read_at: datetime | None = None,
        attributes_age: timedelta | None = None,
        unchecked: Iterable[str] = (),
    ) -> Self:
        """Rows, and what they rest on."""
        self = super().__new__(cls, found)
        self.category_id = category_id
        self.rules_read_at = rules_read_at
        self.attributes_age = attributes_age
        self.unchecked = tuple(unchecked)
        return self

    @property
    def errors(self) -> tuple[Finding, ...]:
        """Those that stand in the way."""
        return tuple(finding for finding in self if finding.severity == Severity.ERROR)

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """Those that do not."""
        return tuple(finding for finding in self if finding.severity == Severity.WARNING)

    def extended(self, more: Iterable[Finding]) -> Self:
        """The same report with further findings."""
        return type(self)(
            (*self, *more),
            category_id=self.category_id,
            rules_read_at=self.rules_read_at,
            attributes_age=self.attributes_age,
            unchecked=self.unchecked,
        )

    def __str__(self) -> str:
        age = "of unknown age" if self.attributes_age is None else f"{self.attributes_age} old"
        head = f"{len(self.errors)} errors, {len(self.warnings)} warnings; rules of {self.category_id}, {age}"
        return "\n".join([head, *map(str, self), *(f"not checked: {one}" for one in self.unchecked)])
