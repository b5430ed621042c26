"""From an answer to a result or an exception: each documented body shape, and those that nobody documented."""

import json
import pickle
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from yarl import URL

from meli_sdk import errors
from meli_sdk.codec import Codec
from meli_sdk.errors import CallInfo, Cause, ResponseError
from meli_sdk.models import Order
from meli_sdk.wire import endpoint as readers
from meli_sdk.wire.endpoint import Endpoint, Safety
from meli_sdk.wire.message import Request, Response
from meli_sdk.wire.response import read_part_error, read_response, read_retry_after

CODEC = Codec()
ENDPOINT: Endpoint[Any] = Endpoint(
    method="GET", template="/orders/{order_id}", reader=readers.json(Order), safety=Safety.SAFE, doc=""
)
REQUEST = Request(method="GET", url=URL("https://api.mercadolibre.com/orders/17"), template="/orders/{order_id}")


def answer(status: int, body: object = b"", **headers: str) -> Response:
    content = body if isinstance(body, bytes) else body.encode() if isinstance(body, str) else json.dumps(body).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(status=status, headers=named, body=content, request=REQUEST)


def read(response: Response, endpoint: Endpoint[Any] = ENDPOINT, attempts: int = 1) -> Any:
    return read_response(response, endpoint, CODEC, attempts=attempts)


def refused(status: int, body: object = b"", **headers: str) -> ResponseError:
    with pytest.raises(ResponseError) as raised:
        read(answer(status, body, **headers))
    return raised.value


def reading(reader: Any, **fields: Any) -> Endpoint[Any]:
    return Endpoint(method="GET", template="/users/me", reader=reader, safety=Safety.SAFE, doc="", **fields)


# success


@pytest.mark.parametrize("status", [200, 201, 202, 206])
def test_a_success_is_what_the_reader_makes_of_it(status):
    assert read(answer(status, {"id": 17, "status": "paid"})).status == "paid"


def test_only_the_statuses_of_the_endpoint_are_a_success():
    found = reading(readers.tree, accepts=frozenset({200, 404}))
    assert read(answer(404, {"rows": []}), found) == {"rows": []}
    with pytest.raises(errors.UnexpectedStatusError):
        read(answer(201, {}), found)


@pytest.mark.parametrize("body", [b"", b"   ", b"OK", b"<html>", b"\xff\xfe", b"{"])
def test_where_nothing_is_expected_any_body_will_do(body):
    assert read(answer(200, body), reading(readers.nothing)) is None


def test_a_reader_of_trees_takes_any_json_and_an_empty_body():
    tree = reading(readers.tree)
    for body in ({"a": [1, None]}, [], "text", 17, True, None):
        assert read(answer(200, json.dumps(body)), tree) == body
    assert read(answer(204), tree) is None


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "expected JSON, got nothing"),
        (b" \r\n", "expected JSON, got text/html, 3 bytes"),
        (b"<!doctype html><title>502</title>", "expected JSON, got text/html, 33 bytes"),
        (b"local_rate_limited", "expected JSON, got text/html, 18 bytes"),
        (b"{", "expected JSON, got 1 bytes that are none: .*truncated"),
        (b'{"id": 17', "truncated"),
        (b'{"id": 17} trailing', "trailing characters"),
        (b'{"id": NaN}', "invalid character"),
        (b'{"id": "\xff"}', "not UTF-8"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"id": ' + b"9" * 6_000 + b"}", "out of range"),
        (b"[]", "expected object, got array"),
        (b'"text"', "expected object"),
        (b"null", "expected object, got null"),
        (b'{"id": "abc"}', "id: expected whole number, got string"),
    ],
    ids=[
        *("empty", "blank", "html", "text", "brace", "cut_short", "trailing", "nan", "bad_utf8", "deep", "huge_number"),
        *("array", "string", "null", "wrong_kind"),
    ],
)
def test_a_success_that_is_something_else_is_a_decode_error_of_its_call(body, says):
    with pytest.raises(errors.DecodeError, match=says) as raised:
        read(answer(200, body, content_type="text/html; charset=utf-8", x_request_id="r-1"), attempts=2)
    error = raised.value
    assert (error.call.method, error.call.path, error.attempts) == ("GET", "/orders/{order_id}", 2)
    assert error.request_id == "r-1"
    assert len(str(error)) < 500


# redirects


@pytest.mark.parametrize(
    ("location", "host"),
    [
        ("https://evil.example/x?access_token=1", "evil.example"),
        ("//evil.example/x", "evil.example"),
        ("/login", None),
        ("", None),
        ("http://[::1", None),
    ],
)
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308, 304, 300])
def test_a_redirect_is_an_error_that_names_the_host_and_nothing_else(status, location, host):
    with pytest.raises(errors.UnexpectedRedirectError) as raised:
        read(answer(status, location=location))
    assert raised.value.host == host
    assert "access_token" not in str(raised.value)


# error bodies: each shape with what it says


@pytest.mark.parametrize(
    ("status", "body", "kind", "code", "message", "causes"),
    [
        # message, error, status, cause: null, empty, texts, objects
        pytest.param(
            400,
            {"message": "wrong range", "error": "bad_request", "status": 400, "cause": None},
            *(errors.BadRequestError, "bad_request", "wrong range", ()),
            id="classic-cause_null",
        ),
        pytest.param(
            404,
            {"message": "nothing here", "error": "not_found", "status": 404, "cause": []},
            *(errors.NotFoundError, "not_found", "nothing here", ()),
            id="classic-cause_empty",
        ),
        pytest.param(
            400,
            {"message": "wrong range", "error": "bad_request", "status": 400, "cause": ["start is after end", ""]},
            *(errors.BadRequestError, "bad_request", "wrong range"),
            (Cause(message="start is after end", raw="start is after end"),),
            id="classic-cause_texts",
        ),
        pytest.param(
            400,
            {"message": "m", "error": "argument_not_valid", "status": 400, "cause": [{"code": "c", "message": "y"}]},
            *(errors.BadRequestError, "argument_not_valid", "m"),
            (Cause(code="c", message="y", raw={"code": "c", "message": "y"}),),
            id="classic-cause_objects",
        ),
        pytest.param(
            400,
            {"message": "m", "error": "x", "status": 400, "cause": [{"error": "e", "msg": "t"}]},
            *(errors.BadRequestError, "x", "m", (Cause(code="e", message="t", raw={"error": "e", "msg": "t"}),)),
            id="classic-cause_error_and_msg",
        ),
        pytest.param(
            400,
            {"message": "m", "code": "bad_request", "cause": "no item named", "status": 400},
            *(errors.BadRequestError, "bad_request", "m", (Cause(message="no item named", raw="no item named"),)),
            id="cause_text",
        ),
        pytest.param(
            400,
            {"message": "m", "error": "bad_request", "status": 400, "cause": "", "cause_list": [{"msg": "title"}]},
            *(errors.BadRequestError, "bad_request", "m", (Cause(message="title", raw={"msg": "title"}),)),
            id="cause_list",
        ),
        # status_code, error_code, message, timestamp, request_id
        pytest.param(
            400,
            {
                "status_code": 400,
                "error_code": "invalid_service_id",
                "message": "service 7 is unknown",
                "timestamp": "2026-01-02T03:04:05Z",
                "request_id": "r-9",
            },
            *(errors.BadRequestError, "invalid_service_id", "service 7 is unknown", ()),
            id="status_code_and_error_code",
        ),
        # failed_shipments
        pytest.param(
            400,
            {"failed_shipments": [{"shipment_id": 17, "message": "is delivered", "cause": "WRONG", "retry": False}]},
            *(errors.BadRequestError, None, None),
            (
                Cause(
                    message="is delivered",
                    raw={"shipment_id": 17, "message": "is delivered", "cause": "WRONG", "retry": False},
                ),
            ),
            id="failed_shipments",
        ),
        # code, error, message, cause
        pytest.param(
            401,
            {"code": 401, "error": "unauthorized_request_error", "message": "Invalid caller.id", "cause": None},
            *(errors.InvalidTokenError, "unauthorized_request_error", "Invalid caller.id", ()),
            id="code_number",
        ),
        pytest.param(
            403,
            {"status": 403, "error": "access_denied", "message": "not yours", "code": "FORBIDDEN"},
            *(errors.InvalidCallerError, "access_denied", "not yours", ()),
            id="code_and_error",
        ),
        pytest.param(
            403,
            {"code": "access_denied", "error": "Access to this is forbidden for you", "status": 403},
            *(errors.InvalidCallerError, "access_denied", "Access to this is forbidden for you", ()),
            id="code_word_and_error_prose",
        ),
        pytest.param(
            403,
            {"status": 403, "error": "Invalid scopes", "code": "FORBIDDEN"},
            *(errors.PolicyForbiddenError, "forbidden", "Invalid scopes", ()),
            id="error_prose_and_code",
        ),
        pytest.param(
            429,
            {"code": "too_many_requests", "message": "quota exceeded"},
            *(errors.RateLimitedError, "too_many_requests", "quota exceeded", ()),
            id="code_and_message",
        ),
        pytest.param(
            403,
            {"status_code": 403, "code": "forbidden", "message": "this conversation is closed"},
            *(errors.ForbiddenError, "forbidden", "this conversation is closed", ()),
            id="status_code_and_code",
        ),
        pytest.param(
            401,
            {"status": 401, "error_code": "unauthorized", "display_message": "invalid access token"},
            *(errors.InvalidTokenError, "unauthorized", "invalid access token", ()),
            id="error_code_and_display_message",
        ),
        pytest.param(
            404,
            {"status": 404, "error": "not_found", "description": "user 17 has none"},
            *(errors.NotFoundError, "not_found", "user 17 has none", ()),
            id="description",
        ),
        pytest.param(
            400,
            {"error": "invalid_request", "error_description": "scope is missing"},
            *(errors.BadRequestError, "invalid_request", "scope is missing", ()),
            id="error_description",
        ),
        pytest.param(
            409,
            {"message": "item optimistic locking error: conflict", "status": 409, "cause": []},
            *(errors.VersionConflictError, None, "item optimistic locking error: conflict", ()),
            id="no_error_key",
        ),
        pytest.param(
            422,
            {"code": "size_grid.id.not_found", "message": "no such chart", "type": "ERROR", "status": 422},
            *(errors.UnprocessableError, "size_grid_id_not_found", "no such chart", ()),
            id="type_and_code",
        ),
        pytest.param(
            400,
            {"errors": [{"code": "c1", "message": "m1"}, {"code": "c2"}], "message": "m"},
            *(errors.BadRequestError, None, "m"),
            (
                Cause(code="c1", message="m1", raw={"code": "c1", "message": "m1"}),
                Cause(code="c2", raw={"code": "c2"}),
            ),
            id="errors_list",
        ),
        pytest.param(
            500,
            {"message": "try it later", "error": None, "status": 500, "cause": []},
            *(errors.ServerError, None, "try it later", ()),
            id="error_null",
        ),
        pytest.param(
            400,
            {"error": {"message": "too small", "error": "picture_size", "cause": ["500 px"]}, "status": 400},
            *(errors.BadRequestError, "picture_size", "too small", (Cause(message="500 px", raw="500 px"),)),
            id="error_object",
        ),
        pytest.param(
            403,
            {
                "code": "PA_UNAUTHORIZED_RESULT_FROM_POLICIES",
                "blocked_by": "PolicyAgent",
                "message": "At least one policy returned UNAUTHORIZED.",
                "status": 403,
                "path": "/orders/17",
            },
            errors.PolicyForbiddenError,
            *("pa_unauthorized_result_from_policies", "At least one policy returned UNAUTHORIZED.", ()),
            id="policy_agent",
        ),
    ],
)
def test_each_documented_body_gives_its_code_message_and_causes(status, body, kind, code, message, causes):
    error = refused(status, body)
    assert type(error) is kind
    assert (error.status, error.code, error.message) == (status, code, message)
    assert error.causes == causes
    assert error.raw == body
    assert pickle.loads(pickle.dumps(error)).answer == error.answer  # noqa: S301  our own bytes


def test_a_validation_error_has_typed_causes_and_its_warnings_apart():
    cause = {
        "department": "items",
        "cause_id": 398,
        "type": "error",
        "code": "item.title.length",
        "references": ["item.title", 5],
        "message": "too long",
    }
    warning = {"department": "items", "cause_id": 142, "type": "warning", "code": "item.brand", "message": "no brand"}
    for code in ("validation_error", "bad_request"):  # the second is a newer spelling of the first
        error = refused(400, {"message": "Validation error", "error": code, "status": 400, "cause": [cause, warning]})
        assert type(error) is errors.ValidationFailedError
        first = error.causes[0]
        assert (first.cause_id, first.department, first.type) == (398, "items", "error")
        assert (first.code, first.references, first.message) == ("item.title.length", ("item.title", "5"), "too long")
        assert [row.code for row in error.warnings] == ["item.brand"]
        assert "too long" in str(error)


def test_a_rule_says_whether_a_repetition_may_help_and_what_to_do():
    conflict = refused(409, {"message": "Version mismatch", "error": "conflict", "status": 409})
    assert (type(conflict), conflict.retryable) == (errors.VersionConflictError, True)
    assert "read it again" in (conflict.remedy or "")
    assert str(conflict).endswith(conflict.remedy)
    final = refused(400, {"message": "Invalid parameter", "error": "bad_request"})
    assert (type(final), final.retryable) == (errors.InvalidParameterError, False)


def test_json_inside_the_message_is_unpacked_once():
    inner = {"message": "Malformed access_token: T", "error": "bad_request", "status": 400, "cause": ["x"]}
    error = refused(400, {"message": json.dumps(inner), "error": "", "status": 400, "cause": []})
    assert type(error) is errors.MalformedTokenError
    assert (error.code, error.message) == ("bad_request", "Malformed access_token: T")
    assert [cause.message for cause in error.causes] == ["x"]
    twice = refused(400, {"message": json.dumps({"message": json.dumps(inner), "error": "outer"})})
    assert (twice.code, twice.message) == ("outer", json.dumps(inner))


@pytest.mark.parametrize("text", ["{not json", "{}", "{" * 3_000, '{"a": 1}'])
def test_a_message_that_only_looks_like_json_stays_as_it_is(text):
    assert refused(400, {"message": text, "error": "bad_request"}).message == text


@pytest.mark.parametrize(
    ("spelling", "code"),
    [
        ("bad_request", "bad_request"),
        ("bad.request", "bad_request"),
        ("Bad Request", "bad_request"),
        ("Bad rerquest", "bad_request"),
        ("FORBIDDEN", "forbidden"),
        ("too_many_request", "too_many_requests"),
        ("invalid.scroll.id", "invalid_scroll_id"),
        ("unavailable.for.legal.reasons", "unavailable_for_legal_reasons"),
    ],
)
def test_a_code_has_one_spelling(spelling, code):
    assert refused(418, {"error": spelling, "message": "m"}).code == code


def test_the_status_is_the_transports_not_the_bodys():
    error = refused(503, {"message": "m", "error": "bad_request", "status": 400})
    assert (type(error), error.status) == (errors.ServerError, 503)


# what is no JSON


def test_an_empty_body_is_the_class_of_its_status():
    error = refused(429)
    assert type(error) is errors.RateLimitedError
    assert (error.code, error.message, error.causes, error.raw) == (None, None, (), "")


def test_one_word_of_text_is_a_code_too():
    error = refused(429, b"local_rate_limited\n", content_type="text/plain")
    assert (error.code, error.message) == ("local_rate_limited", "local_rate_limited")


def test_prose_is_a_message():
    error = refused(502, b"upstream   connect error\r\nor disconnect" + b"." * 500)
    assert error.code is None
    assert error.message.startswith("upstream connect error or disconnect...")
    assert len(error.message) == 200


def test_a_page_of_html_is_told_to_be_one_and_kept():
    page = "<!DOCTYPE html><html><h1>502 ERROR</h1>" + "<p>cloud</p>" * 50_000
    error = refused(502, page, content_type="text/html")
    assert (type(error), error.code, error.message) == (errors.ServerError, None, "(an HTML page)")
    assert error.body == page[:2_000]
    assert "<h1>" not in str(error)


def test_a_huge_body_is_clipped_and_still_the_class_of_its_status():
    error = refused(400, {"message": "x" * 1_000_000, "error": "bad_request"})
    assert type(error) is errors.BadRequestError
    assert len(error.body) == 2_000
    assert len(str(error)) < 1_000
    assert len(pickle.dumps(error)) < 20_000


@pytest.mark.parametrize(
    "body",
    [
        *(b"\xff\xfe\x00", b"\x00" * 100, b"[" * 60_000, b'{"message": ' * 10_000, b"null", b"17", b'"text"', b"[]"),
        *(b'{"message": 1e999, "error": 1e999}', b'{"cause": {"a": {"b": []}}}', b'{"cause": [[[]], null, 5, true]}'),
        *(b'{"message": {"a": 1}, "error": ["x"]}', b'{"error": {"error": {"error": {}}}}', b'{"code": {}, "status": "error"}'),
        *(b'{"message": "", "error": " ", "cause": ""}', b'{"\xc3\xa9": "\xed\xa0\x80"}', b'{"cause": {"references": {"a": 1}, "cause_id": true}}'),
    ],
    ids=range(17),
)  # fmt: skip
@pytest.mark.parametrize("status", [400, 401, 404, 418, 429, 500, 599, 100, 999])
def test_no_body_keeps_an_error_from_being_made(status, body):
    error = refused(status, body, retry_after="x" * 100, date="y", x_request_id="r-1")
    assert error.status == status
    assert error.request_id == "r-1"
    assert str(error)
    assert pickle.loads(pickle.dumps(error)).status == status  # noqa: S301  our own bytes


NESTED = [
    *('{"cause": %s}', '{"errors": [%s]}', '{"cause": [{"code": %s}]}', '{"cause": [{"references": [%s]}]}'),
    *('{"message": "a.b", "error": %s}', '{"message": %s}', '{"error": {"message": %s}}', "%s"),
]


@pytest.mark.parametrize("text", NESTED)
@pytest.mark.parametrize(("begin", "end"), [("[", "]"), ('{"a": ', "}")], ids=["arrays", "objects"])
def test_no_depth_keeps_an_error_from_being_made(text, begin, end):
    """What can just be parsed cannot always be written again; at which depth that is, the caller's stack decides."""
    codec = Codec()
    for depth in range(880, 1_000):
        body = (text % (begin * depth + "1" + end * depth)).encode()
        error = refused(400, body)
        assert isinstance(error, errors.BadRequestError)
        assert "400" in str(error)
        if isinstance(error.raw, dict | list):
            part = read_part_error(answer(200), 404, error.raw, (), codec, CallInfo("GET", "/items"))
            assert isinstance(part, errors.NotFoundError)


def test_many_causes_are_a_hundred_and_the_message_shows_three():
    error = refused(400, {"message": "m", "error": "x", "cause": [f"cause {n}" for n in range(500)]})
    assert len(error.causes) == 100
    assert "cause 2 and 97 more" in str(error)


def test_a_token_in_an_error_body_is_masked():
    token = "APP_USR-1234567890-010203-abcdef-17"
    for body in (f"no such token {token}", f"<html>{token}"):
        error = refused(400, body)
        assert token not in f"{error}{error.body}{error.raw}{error.message}"


def test_a_token_inside_an_error_that_is_json_is_masked_too():
    token, refresh = "APP_USR-1234567890-010203-abcdef-17", "TG-5b9032b4e4b0714aed1f959f-17"
    inner = json.dumps({"message": f"Malformed access_token: {token}", "error": "bad_request"})
    bodies = [
        {"message": f"Malformed access_token: {token}", "error": "bad_request", "cause": [f"it was {refresh}"]},
        {"message": inner, "error": ""},
        {"error": "bad_request", "cause": [{"message": token, "references": [refresh]}], token: [refresh]},
    ]
    for body in bodies:
        error = refused(400, body)
        shown = f"{error}{error!r}{error.body}{error.raw}{error.message}{error.causes}"
        assert token not in shown
        assert refresh not in shown


def test_an_error_belongs_to_its_call():
    with pytest.raises(errors.NotFoundError) as raised:
        read(answer(404, {"message": "m", "error": "not_found"}, X_Request_Id="r-1"), attempts=3)
    assert (raised.value.method, raised.value.path, raised.value.attempts) == ("GET", "/orders/{order_id}", 3)
    assert str(raised.value).startswith("GET /orders/{order_id}: NotFoundError (404 not_found)")
    assert str(raised.value).endswith("(after 3 attempts) [request r-1]")
    assert raised.value.answer.headers == {"x-request-id": "r-1"}


@pytest.mark.parametrize(
    ("status", "kind", "retryable"),
    [
        (400, errors.BadRequestError, False),
        (401, errors.UnauthorizedError, False),
        (402, errors.UnexpectedStatusError, False),
        (403, errors.ForbiddenError, False),
        (404, errors.NotFoundError, False),
        (406, errors.NotAcceptableError, False),
        (409, errors.ConflictError, False),
        (418, errors.UnexpectedStatusError, False),
        (422, errors.UnprocessableError, False),
        (423, errors.LockedError, True),
        (424, errors.DependencyFailedError, True),
        (429, errors.RateLimitedError, True),
        (451, errors.LegalReasonsError, False),
        (500, errors.ServerError, True),
        (501, errors.ServerError, False),
        (502, errors.ServerError, True),
        (503, errors.ServerError, True),
        (504, errors.ServerError, True),
        (534, errors.ServerError, False),
        (100, errors.UnexpectedStatusError, False),
    ],
)
def test_the_status_is_the_floor(status, kind, retryable):
    error = refused(status, b"<html>")
    assert (type(error), error.retryable) == (kind, retryable)


# Retry-After

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
DATE = format_datetime(NOW, usegmt=True)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("7", 7),
        (" 7 ", 7),
        ("0", 0),
        ("1.5", 1.5),
        ("999999999", 999_999_999),
        (format_datetime(NOW + timedelta(seconds=90), usegmt=True), 90),
        (format_datetime(NOW + timedelta(seconds=90)), 90),
        ("Sunday, 01-Mar-26 12:00:30 GMT", 30),
        (format_datetime(NOW - timedelta(seconds=1), usegmt=True), None),
        *((text, None) for text in ("", "-1", "+1", "soon", "NaN", "inf", "1e3", "0x10", "1,5", "1_0", "\u0661", "1 2")),
        *((text, None) for text in ("9" * 10, "9" * 1_000_000, "Thu, 99 Foo 2026", "Sun, 01 Mar 99999 12:00:00 GMT")),
        (None, None),
    ],
    ids=lambda value: str(value)[:34],
)  # fmt: skip
def test_retry_after_is_seconds_a_date_or_nothing(value, seconds):
    assert read_retry_after(value, DATE) == seconds


def test_a_date_counts_from_the_servers_own_clock_or_else_from_ours():
    soon = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)
    assert 3_500 < read_retry_after(soon) <= 3_600
    assert read_retry_after(soon, "no date") is None


def test_retry_after_reaches_the_error():
    assert refused(429, retry_after="7").retry_after == 7
    assert refused(503, retry_after="7").answer.retry_after == 7
    assert refused(429, retry_after="-7").retry_after is None
