"""Errors as Mercado Libre documents them: the three tables of the marketplace page as data, and failures on request."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from string import Template
from typing import Final, Literal

JsonObject = dict[str, object]

Table = Literal["creating", "modifying", "reading"]


def standard_body(status: int, error: str, message: str) -> JsonObject:
    """The error body most resources use."""
    return {"message": message, "error": error, "status": status, "cause": []}


class ApiError(Exception):
    """An answer that is an error; the server turns it into one."""

    def __init__(self, status: int, body: JsonObject) -> None:
        super().__init__(f"{status} {body.get('message')}")
        self.status = status
        self.body = body


def refusal(status: int, error: str, message: str) -> ApiError:
    """An error with the standard body."""
    return ApiError(status, standard_body(status, error, message))


def invalid_parameter() -> ApiError:
    """What the older resources say to any wrong value."""
    return refusal(400, "bad_request", "Invalid parameter")


def item_not_found(item_id: str) -> ApiError:
    """The item does not exist, or is another seller's."""
    return refusal(404, "not_found", f"Item with id {item_id} not found")


def invalid_caller() -> ApiError:
    """The token is another user's."""
    return refusal(403, "forbidden", "Invalid caller.id")


def resource_not_found() -> ApiError:
    """No such path."""
    return refusal(404, "not_found", "Resource not found.")


@dataclass(frozen=True, slots=True)
class DocumentedError:
    """One row of the marketplace page's error tables, as the page prints it."""

    table: Table
    number: int
    """Its line within the table, from 1."""
    status: int
    error: str
    message: str

    @property
    def body(self) -> JsonObject:
        """The JSON body, the page's placeholders left in."""
        return self.filled({})

    def filled(self, values: Mapping[str, str]) -> JsonObject:
        """The JSON body with the page's placeholders ($id, $site, ...) filled; those without a value stay."""
        message = self.message.replace("CBTXXX", values.get("id", "CBTXXX"))
        return standard_body(self.status, self.error, Template(message).safe_substitute(values))


_MALFORMED: Final = (
    '{"message":"Malformed access_token: TOKEN_NOT_VALID","error":"bad_request","status":400,"cause":[]}'
)
_TABLES: Final[Mapping[Table, tuple[tuple[int, str, str], ...]]] = {
    "creating": (
        (400, "bad_request", "You cannot offer this product in $COUNTRY."),
        (400, "bad_request", "You can't send the product in this kind of shipment in $COUNTRY."),
        (400, "forbidden", "Active listings quota reached. See more Listing Limits."),
        (403, "forbidden", "Invalid caller.id"),
        (403, "forbidden", "Can not identify the user."),
        (404, "not_found", "Resource not found."),
        (500, "internal_server_error", "Oops! Something went wrong..."),
        (401, "not_found", "invalid_token"),
        (400, "Bad rerquest", _MALFORMED),
        (400, "bad_request", "Invalid parameter"),
        (404, "not_found", "Item with id $id not found"),
        (
            404,
            "bad_request",
            "current user $user_id is not configured to publish in site $site and logistic $logistic",
        ),
        (423, "unprocessable_entity", "parent_id CBTXXX is locked for mapping."),
    ),
    "modifying": (
        (403, "forbidden", "Invalid caller.id"),
        (403, "forbidden", "Can not identify the user."),
        (404, "not_found", "Resource not found."),
        (500, "internal_server_error", "Oops! Something went wrong..."),
        (401, "not_found", "invalid_token"),
        (400, "bad_request", _MALFORMED),
        (400, "bad_request", "Invalid parameter"),
        (404, "not_found", "Item with id $id not found"),
        (404, "bad_request", "parent user $user_id does not have any child for site $site and logistic $logistic"),
    ),
    "reading": (
        (403, "forbidden", "Invalid caller.id"),
        (404, "not_found", "Resource not found."),
        (500, "internal_server_error", "Oops! Something went wrong..."),
        (401, "not_found", "invalid_token"),
        (400, "bad_request", _MALFORMED),
        (400, "bad_request", "Invalid parameter"),
        (404, "not_found", "Item with id $id not found"),
    ),
}

DOCUMENTED_ERRORS: Final[tuple[DocumentedError, ...]] = tuple(
    DocumentedError(table=table, number=number, status=status, error=error, message=message)
    for table, rows in _TABLES.items()
    for number, (status, error, message) in enumerate(rows, start=1)
)
"""The 29 rows of the marketplace page's tables "creating", "modifying" and "Errors" (here: reading)."""


def documented_error(table: Table, number: int) -> DocumentedError:
    """One row of the page's error tables.

    Args:
        table: which of the three.
        number: its line, from 1.

    Raises:
        LookupError: the table has no such line.
    """
    for row in DOCUMENTED_ERRORS:
        if row.table == table and row.number == number:
            return row
    message = f"the table {table!r} has no row {number}"
    raise LookupError(message)


@dataclass(frozen=True, slots=True)
class CannedAnswer:
    """A whole answer: a status, and a JSON tree or the bytes themselves."""

    status: int
    body: object
    headers: Mapping[str, str]


def request_pattern(match: str) -> tuple[str, re.Pattern[str]]:
    """What "METHOD /path" stands for: a method and a pattern for paths that are it, begin with it, or fill it.

    Raises:
        ValueError: it is no "METHOD /path".
    """
    method, _, path = match.partition(" ")
    if not method.isupper() or not path.startswith("/"):
        message = f'expected "METHOD /path", got {match!r}'
        raise ValueError(message)
    parts = (re.escape(part) if index % 2 == 0 else "[^/]+" for index, part in enumerate(re.split(r"(\{\w+\})", path)))
    return method, re.compile("".join(parts).rstrip("/") + "(/.*)?")


@dataclass(slots=True)
class _Plan:
    method: str
    path: re.Pattern[str]
    failure: DocumentedError | CannedAnswer
    left: int


class PlannedFailures:
    """The failures asked for and not yet given, in the order they were asked for."""

    def __init__(self) -> None:
        self._plans: list[_Plan] = []

    def add(self, match: str, failure: DocumentedError | CannedAnswer, times: int) -> None:
        """Plans a failure.

        Raises:
            ValueError: `match` is no "METHOD /path", or `times` is below 1.
        """
        if times < 1:
            message = f'expected "METHOD /path" and at least one time, got {match!r} and {times}'
            raise ValueError(message)
        method, pattern = request_pattern(match)
        self._plans.append(_Plan(method=method, path=pattern, failure=failure, left=times))

    def clear(self) -> None:
        """Forgets them."""
        self._plans.clear()

    def take(self, method: str, path: str) -> DocumentedError | CannedAnswer | None:
        """The failure planned for this request, used up by one."""
        for plan in self._plans:
            if plan.method == method and plan.path.fullmatch(path):
                plan.left -= 1
                if not plan.left:
                    self._plans.remove(plan)
                return plan.failure
        return None
