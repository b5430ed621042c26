"""Which failure is repeated: a table of what a repetition would do against what happened."""

import pytest

from meli_sdk import errors
from meli_sdk.config import RetryPolicy
from meli_sdk.errors import Answer, MeliError
from meli_sdk.wire.endpoint import Safety
from meli_sdk.wire.error_rules import floor_of
from meli_sdk.wire.retry import Again, TokenVerdict, backoff, decide, leaves_outcome_unknown, token_verdict

SAFE, IDEMPOTENT, UNSAFE = Safety.SAFE, Safety.IDEMPOTENT, Safety.UNSAFE
POLICY = RetryPolicy()


def said(status: int, retry_after: float | None = None, code: str | None = None) -> errors.ResponseError:
    return floor_of(status).raises(Answer(status=status, code=code, retry_after=retry_after))


NOT_SENT = errors.MeliConnectionError("refused", sent=False)
NO_CONNECTION_IN_TIME = errors.MeliTimeoutError("connect", sent=False)
RESET = errors.MeliConnectionError("reset")
LATE = errors.MeliTimeoutError("read")
UNREADABLE = errors.TransportError("cut short")
TOO_LARGE = errors.ResponseTooLargeError("11 MiB")
REDIRECT = errors.UnexpectedRedirectError("302")
NO_JSON = errors.DecodeError("html", expected="JSON", got="html")
MISFIT = errors.DecodeError("id: expected int", path="id", expected="int", got="null")

AGAIN, STOP, UNKNOWN = "again", "stop", "outcome unknown"
TABLE = {
    # failure: (SAFE, IDEMPOTENT, UNSAFE), each after the first attempt
    "connection_refused": (NOT_SENT, (AGAIN, AGAIN, AGAIN)),
    "connect_timeout": (NO_CONNECTION_IN_TIME, (AGAIN, AGAIN, AGAIN)),
    "reset": (RESET, (AGAIN, AGAIN, UNKNOWN)),
    "read_timeout": (LATE, (AGAIN, AGAIN, UNKNOWN)),
    "body_cut_short": (UNREADABLE, (AGAIN, AGAIN, UNKNOWN)),
    "too_large": (TOO_LARGE, (STOP, UNKNOWN, UNKNOWN)),
    "redirect": (REDIRECT, (STOP, UNKNOWN, UNKNOWN)),
    "success_that_is_no_json": (NO_JSON, (AGAIN, AGAIN, UNKNOWN)),
    "success_that_does_not_fit": (MISFIT, (STOP, UNKNOWN, UNKNOWN)),
    "400": (said(400), (STOP, STOP, STOP)),
    "401": (said(401), (STOP, STOP, STOP)),
    "403": (said(403), (STOP, STOP, STOP)),
    "404": (said(404), (STOP, STOP, STOP)),
    "409": (said(409), (STOP, STOP, STOP)),
    "422": (said(422), (STOP, STOP, STOP)),
    "423": (said(423), (AGAIN, AGAIN, AGAIN)),
    "424": (said(424), (AGAIN, AGAIN, UNKNOWN)),
    "429": (said(429), (AGAIN, AGAIN, AGAIN)),
    "451": (said(451), (STOP, STOP, STOP)),
    "500": (said(500), (AGAIN, AGAIN, UNKNOWN)),
    "501": (said(501), (STOP, UNKNOWN, UNKNOWN)),
    "502": (said(502), (AGAIN, AGAIN, UNKNOWN)),
    "503": (said(503), (AGAIN, AGAIN, UNKNOWN)),
    "503_with_retry_after": (said(503, 2), (AGAIN, AGAIN, AGAIN)),
    "504": (said(504), (AGAIN, AGAIN, UNKNOWN)),
    "input": (errors.InputError("x"), (STOP, STOP, STOP)),
    "throughput": (errors.ThroughputWaitError("x", wait=9), (STOP, STOP, STOP)),
    "authorization": (errors.ReauthorizationRequiredError("x", user_id=1, reason="revoked"), (STOP, STOP, STOP)),
    "closed_session": (errors.SessionStateError("x"), (STOP, STOP, STOP)),
}


def decided(failure: MeliError, safety: Safety, attempt: int = 1, policy: RetryPolicy = POLICY) -> str:
    if decide(failure, safety, policy, attempt, lambda: 0.5):
        return AGAIN
    return UNKNOWN if leaves_outcome_unknown(failure, safety) else STOP


@pytest.mark.parametrize(
    ("name", "safety", "expected"),
    [
        pytest.param(name, safety, expected, id=f"{name}-{safety.value}")
        for name, (_, outcomes) in TABLE.items()
        for safety, expected in zip((SAFE, IDEMPOTENT, UNSAFE), outcomes, strict=True)
    ],
)
def test_each_failure_of_each_kind_of_call(name, safety, expected):
    assert decided(TABLE[name][0], safety) == expected


@pytest.mark.parametrize("name", TABLE)
def test_after_the_last_attempt_nothing_is_repeated(name):
    failure, outcomes = TABLE[name]
    for safety, first in zip((SAFE, IDEMPOTENT, UNSAFE), outcomes, strict=True):
        last = decided(failure, safety, attempt=POLICY.max_attempts)
        assert last != AGAIN
        assert decided(failure, safety, policy=RetryPolicy.never()) == last
        if first != AGAIN:
            assert last == first


def test_a_read_never_has_an_unknown_outcome():
    assert UNKNOWN not in {decided(failure, SAFE, attempt) for failure, _ in TABLE.values() for attempt in range(1, 6)}


def test_an_internal_error_of_an_absolute_write_is_repeated_once_only():
    assert [decided(said(500), IDEMPOTENT, attempt) for attempt in (1, 2, 3)] == [AGAIN, UNKNOWN, UNKNOWN]
    assert [decided(said(500), SAFE, attempt) for attempt in (1, 2, 3, 4)] == [AGAIN, AGAIN, AGAIN, STOP]


# how long


@pytest.mark.parametrize("attempt", [1, 2, 3])
@pytest.mark.parametrize(("failure", "base"), [(said(503), 0.5), (RESET, 0.5), (said(423), 0.5), (said(429), 1.0)])
def test_the_wait_doubles_and_a_refused_call_waits_longer(failure, base, attempt):
    longest = decide(failure, SAFE, POLICY, attempt, lambda: 1.0)
    half = decide(failure, SAFE, POLICY, attempt, lambda: 0.5)
    assert longest == Again(base * 2 ** (attempt - 1))
    assert half == Again(base * 2 ** (attempt - 1) / 2)


@pytest.mark.parametrize("attempt", [1, 7, 8, 100, 10**6])
def test_a_wait_is_never_longer_than_the_cap(attempt):
    assert backoff(0.5, 60, attempt, lambda: 1.0) == min(60, 0.5 * 2.0 ** min(attempt - 1, 32))
    assert backoff(0.5, 60, attempt, lambda: 0.0) == 0


@pytest.mark.parametrize("status", [423, 429, 503])
def test_what_the_answer_asks_for_is_waited_exactly(status):
    assert decide(said(status, 7), SAFE, POLICY, 1, lambda: 0.1) == Again(7)


@pytest.mark.parametrize(("status", "safety"), [(429, UNSAFE), (503, SAFE), (503, UNSAFE)])
def test_a_longer_wait_than_allowed_is_raised_not_slept(status, safety):
    assert decide(said(status, 61), safety, POLICY, 1, lambda: 0.1) is None
    patient = RetryPolicy(max_retry_after=61)
    assert decide(said(status, 61), safety, patient, 1, lambda: 0.1) == Again(61)


# new tokens


@pytest.mark.parametrize(
    ("failure", "verdict"),
    [
        (said(401), TokenVerdict.DEAD),
        (said(401, code="unauthorized"), TokenVerdict.DEAD),
        (errors.InvalidTokenError(Answer(status=401, code="not_found")), TokenVerdict.DEAD),
        (said(401, code="unauthorized_scopes"), None),
        (said(401, code="invalid_user_id_for_order"), None),
        (errors.MalformedTokenError(Answer(status=400, code="bad_request")), TokenVerdict.MALFORMED),
        (said(400), None),
        (said(403), TokenVerdict.DOUBTED),
        (said(429), None),
        (RESET, None),
        (NO_JSON, None),
    ],
    ids=range(11),
)
def test_the_status_and_code_tell_what_is_wrong_with_the_token(failure, verdict):
    assert token_verdict(failure) is verdict
