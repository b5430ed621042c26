"""Exceptions: the tree is the one that is drawn, and each survives pickling, copying and grouping with all it knows."""

import copy
import inspect
import pickle
import re
from datetime import UTC, datetime
from typing import Any, get_type_hints

import pytest

from meli_sdk import errors
from meli_sdk.errors import Answer, CallInfo, Cause, MeliError, PartialFailureError, ResponseError, shown

CLASSES = {
    name: kind
    for name, kind in vars(errors).items()
    if inspect.isclass(kind) and issubclass(kind, MeliError) and kind.__module__ == errors.__name__
}
CALL = CallInfo("GET", "/orders/{order_id}", 3, "r-1")
ANSWER = Answer(
    status=400,
    code="bad_request",
    message="wrong",
    causes=(Cause(code="c", message="why", raw={"code": "c"}),),
    retryable=True,
    remedy="Do it right.",
    retry_after=2.5,
    raw={"message": "wrong"},
    body='{"message": "wrong"}',
    headers={"x-request-id": "r-1"},
)
FIELDS: dict[str, dict[str, Any]] = {
    "DryRunError": {"request": "PUT /items/MLA1"},
    "UnexpectedRedirectError": {"host": "evil.example"},
    "DecodeError": {"path": "order_items[0].quantity", "expected": "int", "got": "string 'x'", "raw": {"a": 1}},
    "ReauthorizationRequiredError": {"user_id": 17, "reason": "revoked", "since": datetime(2026, 1, 1, tzinfo=UTC)},
    "AccountMismatchError": {"expected": 17, "got": 18},
    "ThroughputWaitError": {"wait": 12.5},
    "CircuitOpenError": {"until": datetime(2026, 1, 1, tzinfo=UTC)},
    "MeliConnectionError": {"sent": False},
}
"""What a class is told beyond its message."""


def made(name: str) -> MeliError:
    kind = CLASSES[name]
    if issubclass(kind, ResponseError):
        return kind(ANSWER, values=dict.fromkeys(kind.VALUES, "17"), call=CALL)
    if kind is PartialFailureError:
        parts = [errors.NotApplicableError("MLC"), made("LockedError")]
        return PartialFailureError("2 of 3", parts, ok=(1,), failed=("a", "b"), call=CALL)
    return kind("it went wrong", call=CALL, **FIELDS.get(name, {}))


def known(error: BaseException) -> object:
    """All that an error tells, in a form that compares."""
    state = {name: value for name, value in vars(error).items() if name != "args"}
    group = [known(part) for part in getattr(error, "exceptions", ())]
    return type(error), str(error), error.args[0], state, group


# the tree


def drawn() -> dict[str, str]:
    """Child and parent as the module's docstring draws them."""
    found: dict[str, str] = {}
    path: list[str] = []
    for line in (errors.__doc__ or "").splitlines():
        if match := re.match(r"([│├└─ ]*)(\w+Error)\b", line):
            depth = len(match[1]) // 4
            path[depth:] = [match[2]]
            if depth:
                found[match[2]] = path[depth - 1]
    return found


def test_the_tree_in_the_docstring_is_the_tree():
    assert drawn() == {name: kind.__bases__[0].__name__ for name, kind in CLASSES.items() if kind is not MeliError}


@pytest.mark.parametrize(
    ("name", "builtin"),
    [
        ("ConfigurationError", ValueError),
        ("InputError", ValueError),
        ("MeliConnectionError", ConnectionError),
        ("MeliTimeoutError", TimeoutError),
        ("DeadlineExceededError", TimeoutError),
        ("PartialFailureError", ExceptionGroup),
    ],
)
def test_pythons_own_class_catches_it_too(name, builtin):
    assert issubclass(CLASSES[name], builtin)


def test_two_classes_belong_to_two_statuses():
    assert issubclass(errors.MalformedTokenError, errors.UnauthorizedError)
    assert issubclass(errors.ListingQuotaError, errors.ForbiddenError)


@pytest.mark.parametrize("name", CLASSES)
def test_each_class_says_what_it_is(name):
    assert CLASSES[name].__doc__


# what an error knows


@pytest.mark.parametrize("name", CLASSES)
def test_an_error_knows_its_call_and_says_it(name):
    error = made(name)
    assert (error.method, error.attempts, error.request_id) == ("GET", 3, "r-1")
    assert error.call.path == "/orders/{order_id}"
    assert str(error).startswith("GET /orders/{order_id}: ")
    assert "(after 3 attempts) [request r-1]" in str(error)
    assert (error.may_have_been_applied, error.cursor) == (name == "OutcomeUnknownError", None)


@pytest.mark.parametrize("name", FIELDS)
def test_what_an_error_was_told_are_its_attributes(name):
    assert {field: getattr(made(name), field) for field in FIELDS[name]} == FIELDS[name]


@pytest.mark.parametrize("name", [name for name, kind in CLASSES.items() if issubclass(kind, ResponseError)])
def test_an_answer_that_says_no_is_told_in_full(name):
    error = made(name)
    assert isinstance(error, ResponseError)
    assert (error.status, error.code, error.message, error.causes) == (400, "bad_request", "wrong", ANSWER.causes)
    assert (error.retryable, error.remedy, error.raw, error.body) == (True, "Do it right.", ANSWER.raw, ANSWER.body)
    assert f'{name} (400 bad_request) "wrong" because: why. Do it right.' in str(error)
    for value in error.VALUES:
        assert str(getattr(error, value)) == "17"
    numbers = [value for value in error.VALUES if type(getattr(error, value)) is int]
    hints = get_type_hints(type(error))
    assert numbers == [value for value in error.VALUES if hints[value] == int | None]


@pytest.mark.parametrize("name", [name for name, kind in CLASSES.items() if getattr(kind, "VALUES", ())])
def test_values_are_none_where_the_text_has_changed(name):
    error = CLASSES[name](ANSWER)
    assert [getattr(error, value) for value in error.VALUES] == [None] * len(error.VALUES)


@pytest.mark.parametrize("text", ["", "abc", "1" * 21, "\u0661", "-1", None])
def test_a_user_id_that_is_none_is_no_number(text):
    assert errors.NoChildForSiteError(ANSWER, values={"user_id": text}).user_id is None


def test_long_words_are_cut_where_they_are_printed_and_kept_where_they_are_read():
    words = "x" * 50_000
    error = errors.BadRequestError(ANSWER._replace(message=words, causes=(Cause(message=words + "y"),) * 5))
    assert len(str(error)) < 1_500
    assert "and 2 more. Do it right." in str(error)
    assert (error.message, error.causes[4].message) == (words, words + "y")


def test_without_a_call_an_error_is_its_message():
    assert str(errors.InputError("title must be text")) == "title must be text"
    assert str(errors.InputError("x", call=CallInfo("GET", "/users/me", 1))) == "GET /users/me: x"


# how it travels


@pytest.mark.parametrize("name", CLASSES)
@pytest.mark.parametrize(
    "again",
    [lambda error: pickle.loads(pickle.dumps(error)), copy.copy, copy.deepcopy],  # noqa: S301  made here
    ids=["pickle", "copy", "deepcopy"],
)
def test_an_error_survives_with_all_it_knows(name, again):
    error = made(name)
    error.may_have_been_applied = True
    error.cursor = "offset=50"
    assert known(again(error)) == known(error)


def test_parts_can_be_caught_by_their_class_and_the_rest_stays():
    error = made("PartialFailureError")
    caught = []

    def handle() -> None:
        try:
            raise error
        except* errors.LockedError as locked:
            caught.extend(locked.exceptions)

    with pytest.raises(PartialFailureError) as rest:
        handle()
    assert [type(part) for part in caught] == [errors.LockedError]
    assert [type(part) for part in rest.value.exceptions] == [errors.NotApplicableError]
    assert (rest.value.ok, rest.value.failed, rest.value.method) == ((1,), ("a", "b"), "GET")
    only = error.subgroup(errors.LockedError)
    assert isinstance(only, PartialFailureError)
    assert pickle.loads(pickle.dumps(only)).failed == ("a", "b")  # noqa: S301  made here


# values in messages


class BrokenRepr:
    def __repr__(self) -> str:
        raise RuntimeError


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("x", "'x'"),
        (None, "None"),
        ("x" * 59, "'" + "x" * 58 + "…"),
        (BrokenRepr(), "<BrokenRepr>"),
        (10**5000, "<int>"),
    ],
    ids=["text", "none", "long", "broken", "huge"],
)
def test_a_value_is_shown_in_sixty_characters(value, text):
    assert shown(value) == text
