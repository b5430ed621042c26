"""Why an item is refused: https://developers.mercadolibre.com.ar/es_ar/validaciones

Several causes come in one answer; an error refuses, a warning only tells.
"""

from collections.abc import Iterable, Mapping
from typing import Final, Literal

from meli_sdk.sandbox.errors import ApiError, JsonObject, refusal, standard_body

_KINDS: Final[Mapping[type, str]] = {str: "String", bool: "Boolean", list: "Array", dict: "Object", type(None): "null"}


def _cause(
    kind: Literal["error", "warning"], cause_id: int | None, code: str, message: str, references: Iterable[str]
) -> JsonObject:
    numbered: JsonObject = {} if cause_id is None else {"cause_id": cause_id}
    return {
        "department": "items",
        **numbered,
        "type": kind,
        "code": code,
        "references": list(references),
        "message": message,
    }


def _refused(causes: list[JsonObject]) -> ApiError:
    return ApiError(400, {**standard_body(400, "validation_error", "Validation error"), "cause": causes})


class Causes:
    """The causes found in one request. Those of older codes have no id."""

    def __init__(self) -> None:
        self._errors: list[JsonObject] = []
        self.warnings: list[JsonObject] = []
        """What a successful answer tells, too."""

    def error(self, cause_id: int | None, code: str, message: str, *references: str) -> None:
        """Adds one that refuses."""
        self._errors.append(_cause("error", cause_id, code, message, references))

    def warn(self, cause_id: int | None, code: str, message: str, *references: str) -> None:
        """Adds one that refuses nothing."""
        self.warnings.append(_cause("warning", cause_id, code, message, references))

    def check(self) -> None:
        """Refuses the request where there is an error.

        Raises:
            ApiError: 400 with all causes.
        """
        if self._errors:
            raise _refused([*self._errors, *self.warnings])


def refused(code: str, message: str, *references: str, cause_id: int | None = None) -> ApiError:
    """A refusal for one cause."""
    return _refused([_cause("error", cause_id, code, message, references)])


def invalid_fields(names: Iterable[str]) -> ApiError:
    """Fields that this call does not take."""
    return refusal(400, "body.invalid_fields", f"The fields [{', '.join(names)}] are invalid for requested call.")


def wrong_types(rows: Iterable[tuple[str, str, object]]) -> ApiError:
    """Values of another kind than their fields; here the code is the message, and the words stand in `error`.

    Args:
        rows: field, the kind it has, and what was sent.
    """
    said = "".join(
        f"invalid property type: [{name}] expected {kind} but was {json_kind(value)} value: {value},\n"
        for name, kind, value in rows
    )
    return ApiError(400, standard_body(400, f"[{said}]", "body.invalid_field_types"))


def json_kind(value: object) -> str:
    """What the pages call a value's type."""
    return _KINDS.get(type(value), "Number")
