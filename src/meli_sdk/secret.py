"""A value that cannot print: access tokens, refresh tokens, client secrets."""

import hmac
from hashlib import sha256
from typing import Final, NoReturn, Self

MASK: Final = "***"
_LEAST_TO_MASK: Final = 20


class Secret:
    """Holds one secret string and shows `***` wherever it is printed, formatted or logged.

    It refuses to be pickled. Equality takes constant time. `reveal` is the one way to the value.
    """

    __slots__ = ("_value",)
    _value: str

    def __init__(self, value: "str | Secret") -> None:
        self._value = value.reveal() if isinstance(value, Secret) else value

    def reveal(self) -> str:
        """The value itself. Keep it inside one frame."""
        return self._value

    def masked(self) -> str:
        """For people who compare two tokens: `***` and the last four characters, where that tells little."""
        return f"{MASK}{self._value[-4:]}" if len(self._value) >= _LEAST_TO_MASK else MASK

    def fingerprint(self) -> str:
        """Sixteen hexadecimal digits that tell two secrets apart and reveal neither."""
        return sha256(self._value.encode()).hexdigest()[:16]

    def __repr__(self) -> str:
        return f"Secret({MASK})"

    def __str__(self) -> str:
        return MASK

    def __format__(self, format_spec: str) -> str:
        return MASK

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(self._value.encode(), other._value.encode())

    def __hash__(self) -> int:
        return hash(self._value)

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: object) -> Self:
        return self

    def __getstate__(self) -> NoReturn:
        self.__reduce__()

    def __reduce__(self) -> NoReturn:
        message = "a Secret cannot be pickled; store its value with a grant store instead"
        raise TypeError(message)
