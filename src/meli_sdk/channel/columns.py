"""Column types that keep what they are given, on SQLite as on PostgreSQL.

SQLAlchemy's own lose on SQLite: `Numeric` is stored as a binary fraction, `DateTime(timezone=True)` comes back without its
zone.
"""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import BigInteger, Dialect, Text, TypeDecorator
from sqlalchemy.types import TypeEngine

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


class Moment(TypeDecorator[datetime]):
    """An aware moment, stored as whole microseconds since 1970 in UTC; it comes back in UTC."""

    impl: TypeEngine[Any] | type[TypeEngine[Any]] = BigInteger
    cache_ok: bool | None = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002, D102
        if value is None:
            return None
        if value.tzinfo is None:
            message = f"{value!r} has no time zone"
            raise ValueError(message)
        return (value - _EPOCH) // _MICROSECOND

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002, D102
        return None if value is None else _EPOCH + value * _MICROSECOND


class Money(TypeDecorator[Decimal]):
    """An exact decimal, stored as text; every digit comes back, trailing zeros included.

    The database compares and sorts it as text: sum and compare in Python.
    """

    impl: TypeEngine[Any] | type[TypeEngine[Any]] = Text
    cache_ok: bool | None = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> str | None:  # noqa: ARG002, D102
        if value is None:
            return None
        if not isinstance(value, Decimal) or not value.is_finite():
            message = f"money is a finite Decimal, got {value!r}"
            raise ValueError(message)
        return str(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Decimal | None:  # noqa: ARG002, D102
        return None if value is None else Decimal(value)
