"""Whether a write of unknown outcome happened: runs the read that its error names, and compares."""

from collections.abc import Mapping
from typing import Any, Final, cast

from meli_sdk.errors import Check, CheckResult, InputError, MeliError, NotFoundError, shown
from meli_sdk.wire.endpoint import Endpoint, Safety, tree
from meli_sdk.wire.message import check_path, without_ids
from meli_sdk.wire.pipeline import Caller

_NOTHING: Final = object()


async def run_check(caller: Caller, error: MeliError) -> CheckResult:
    """Reads what the error's check names and looks for what the write would have left.

    Raises:
        InputError: the error has no check.
        MeliError: the read failed.
    """
    check = error.check
    if check is None:
        message = (
            f"{shown(error)} names no read that would show its effect"
            if error.may_have_been_applied
            else f"{type(error).__name__} was not applied: there is nothing to check"
        )
        raise InputError(message)
    endpoint: Endpoint[Any] = Endpoint(
        method="GET",
        template=check_path(check.path),
        label=without_ids(check.path),
        reader=tree,
        safety=Safety.SAFE,
        headers=check.headers,
        doc="",
    )
    try:
        answer: object = await caller.call(endpoint, params=check.params)
    except NotFoundError:
        answer = None
    return compare(check, answer)


def compare(check: Check, answer: object) -> CheckResult:
    """What of `check.sought` the answer shows. Two that are sought need two rows."""
    rows = _rows(answer, check.rows)
    found: list[object] = []
    missing: list[Mapping[str, object]] = []
    for wanted in check.sought:
        row = _take(rows, wanted)
        if row is _NOTHING:
            missing.append(wanted)
        else:
            found.append(row)
    return CheckResult(
        applied=not missing, found=tuple(found), missing=tuple(missing), answer=answer, conclusive=check.conclusive
    )


def _rows(answer: object, key: str | None) -> list[object]:
    """The rows under a key of the answer; without one, the rows of an array, or the object itself."""
    if key is not None:
        answer = cast("Mapping[str, object]", answer).get(key) if isinstance(answer, Mapping) else None
        return list(cast("list[object]", answer)) if isinstance(answer, list) else []
    if isinstance(answer, list):
        return list(cast("list[object]", answer))
    return [] if answer is None else [answer]


def _take(rows: list[object], wanted: object) -> object:
    """Takes the first row that shows `wanted` out of `rows`."""
    for index, row in enumerate(rows):
        if _shows(row, wanted):
            return rows.pop(index)
    return _NOTHING


def _shows(found: object, wanted: object) -> bool:
    """An object needs every wanted key, an array a row for each wanted row, anything else has to be equal."""
    if isinstance(wanted, Mapping):
        if not isinstance(found, Mapping):
            return not wanted
        there = cast("Mapping[str, object]", found)
        keys = cast("Mapping[str, object]", wanted)
        return all(key in there and _shows(there[key], value) for key, value in keys.items())
    if isinstance(wanted, list | tuple):
        rows = list(cast("list[object]", found)) if isinstance(found, list) else []
        return all(_take(rows, row) is not _NOTHING for row in cast("list[object]", wanted))
    return isinstance(found, bool) == isinstance(wanted, bool) and found == wanted
