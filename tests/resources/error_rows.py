"""How a table of documented errors is tried: each row over a real socket, on each call for which it is printed."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, NamedTuple

import pytest

from meli_sdk import MeliSession, errors
from meli_sdk.sandbox import Sandbox
from meli_sdk.wire.error_rules import RETRYABLE_STATUSES, normal_code

Call = tuple[str, Callable[[MeliSession], Awaitable[Any]]]
OOPS, POLICY = "Oops! Something went wrong...", "At least one policy returned UNAUTHORIZED."


class Row(NamedTuple):
    """One row as its page prints it: `code` is the machine readable word, or a whole body that is not the usual one."""

    status: int
    code: str | Mapping[str, object]
    message: str | None
    raises: type[errors.ResponseError]
    retryable: bool | None = None
    """Where the page says something else than the status."""


def on(*calls: Call, rows: list[tuple[Any, ...]]) -> list[Any]:
    """The rows of a table, each on each of its calls."""
    found = [(call, Row(*row)) for call in calls for row in rows]
    return [pytest.param(call, row, id=f"{call[0]} {json.dumps(body_of(row))}") for call, row in found]


def body_of(row: Row) -> Mapping[str, object]:
    if isinstance(row.code, str):
        return {"message": row.message, "error": row.code, "status": row.status, "cause": []}
    return row.code


async def _pass_at_once(_: float) -> None:
    await asyncio.sleep(0)


async def arrives(box: Sandbox, me: MeliSession, call: Call, row: Row) -> errors.ResponseError:
    """The error that the call raises; it is the class of its row, with all that the row says, and a remedy."""
    match, make = call
    box.fail_next(match, row.status, body_of(row), times=10)
    with pytest.MonkeyPatch.context() as patched:
        # What is tried again waits, which is tested elsewhere.
        patched.setattr(me.items._caller.pipeline.clock, "sleep", _pass_at_once, raising=False)
        with pytest.raises(errors.ResponseError) as raised:
            await make(me)
    error = raised.value
    assert (type(error), error.status, error.message) == (row.raises, row.status, row.message)
    if isinstance(row.code, str):
        assert error.code == normal_code(row.code)
    assert error.retryable is (row.status in RETRYABLE_STATUSES if row.retryable is None else row.retryable)
    assert error.remedy
    assert error.request_id
    if not error.retryable:
        assert error.attempts == 1
    elif match.startswith("GET") or row.status in {423, 429}:
        assert error.attempts == 4
    return error
