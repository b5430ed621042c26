"""Response -> result, or the exception that the rules name. Pure, and it never fails while making an error."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final, TypeVar, cast

from yarl import URL

from meli_sdk import errors
from meli_sdk.codec import Codec
from meli_sdk.errors import Answer, CallInfo, Cause
from meli_sdk.wire.endpoint import Endpoint
from meli_sdk.wire.error_rules import (
    GLOBAL_RULES,
    RETRYABLE_STATUSES,
    VALIDATION_FAILED,
    ErrorRule,
    floor_of,
    normal_code,
)
from meli_sdk.wire.message import MAX_ERROR_BYTES, Response

T = TypeVar("T")

_CLIP: Final = 2_000
_MAX_CAUSES: Final = 100
_IDENTIFIER: Final = re.compile(r"[A-Za-z0-9_.\-]{1,80}", re.ASCII)
_FEW_WORDS: Final = re.compile(r"\w+(?: \w+){0,2}", re.ASCII)
_SECRET: Final = re.compile(rb"(APP_USR-|TEST-|TG-)[A-Za-z0-9-]+")
"""Tokens that an answer repeats: what is kept of it must not hold them."""


def read_response(response: Response, endpoint: Endpoint[T], codec: Codec, *, attempts: int = 1) -> T:
    """What the endpoint's reader makes of a success.

    Raises:
        ResponseError: the class that endpoint rules, global rules or the status name.
        UnexpectedRedirectError: a redirect.
        DecodeError: a success that is not what the endpoint documents.
    """
    if response.status in endpoint.accepts:
        try:
            return endpoint.reader(response, codec)
        except errors.MeliError as wrong:
            wrong.call = CallInfo(endpoint.method, endpoint.label, attempts, response.request_id)
            raise
    call = CallInfo(endpoint.method, endpoint.label, attempts, response.request_id)
    if 300 <= response.status < 400:  # noqa: PLR2004
        raise _redirect(response, call)
    raise read_error(response, endpoint.errors, codec, call)


def _redirect(response: Response, call: CallInfo) -> errors.UnexpectedRedirectError:
    try:
        host = URL(response.headers.get("location", "")).host
    except ValueError:
        host = None
    message = f"status {response.status} leads to {host or 'nowhere'}; redirects are not followed"
    return errors.UnexpectedRedirectError(message, host=host, call=call)


def read_error(
    response: Response, rules: tuple[ErrorRule, ...], codec: Codec, call: CallInfo = CallInfo()
) -> errors.ResponseError:
    """The exception for an answer that says no; the status class where no rule fits."""
    content = _SECRET.sub(rb"\1***", response.body[: MAX_ERROR_BYTES + 1])
    text = content[:_CLIP].decode("utf-8", "replace")
    body = _parse(content, codec)
    fields = _unpacked(body, codec)
    code, message = _code_and_message(fields, text)
    answer = Answer(
        status=response.status,
        code=code,
        message=message,
        causes=_causes(fields),
        retryable=response.status in RETRYABLE_STATUSES,
        retry_after=read_retry_after(response.headers.get("retry-after"), response.headers.get("date")),
        raw=text if body is None else body,
        body=text,
        headers=response.headers,
    )
    for rule in (*rules, *GLOBAL_RULES):
        values = rule.values(response.status, code, message, answer.causes)
        if values is not None:
            answer = answer._replace(retryable=rule.retryable or answer.retryable, remedy=rule.remedy or None)
            return rule.raises(answer, values=values, call=call)
    kind, remedy = floor_of(response.status)
    if kind is errors.BadRequestError and any(cause.cause_id is not None for cause in answer.causes):
        kind, remedy = errors.ValidationFailedError, VALIDATION_FAILED.remedy
    return kind(answer._replace(remedy=remedy or None), call=call)


def read_part_error(
    response: Response, status: int, body: object, rules: tuple[ErrorRule, ...], codec: Codec, call: CallInfo
) -> errors.ResponseError:
    """The exception for a part of an answer that says no: what it would have been as an answer of its own."""
    try:
        content = codec.encode(body) if body else b""
    except errors.InputError:  # what could be read may be nested too deeply to be written again
        content = b""
    part = Response(status=status, headers=response.headers, body=content, request=response.request)
    return read_error(part, rules, codec, call)


def _parse(body: bytes, codec: Codec) -> object:
    if not body.strip() or len(body) > MAX_ERROR_BYTES:
        return None
    try:
        return codec.parse(body)
    except errors.DecodeError:
        return None


def _unpacked(body: object, codec: Codec) -> Mapping[str, Any]:
    """The error's fields; a `message` or `error` that holds another error is unpacked once."""
    if not isinstance(body, Mapping):
        return {}
    fields = cast("Mapping[str, Any]", body)
    inner = fields.get("message")
    if isinstance(inner, str) and inner.lstrip().startswith("{"):
        inner = _parse(inner.encode(), codec)
    if not isinstance(inner, Mapping):
        inner = fields.get("error")
    if isinstance(inner, Mapping) and ("message" in inner or "error" in inner):
        return {**fields, **cast("Mapping[str, Any]", inner)}
    return fields


def _code_and_message(fields: Mapping[str, Any], text: str) -> tuple[str | None, str | None]:
    named = [fields.get(key) for key in ("error", "code", "error_code")]
    words = [value for value in named if isinstance(value, str) and value.strip()]
    code = next((word for word in words if _IDENTIFIER.fullmatch(word)), None)
    code = code or next((word for word in words if _FEW_WORDS.fullmatch(word)), None)
    message = next(
        (
            value
            for key in ("message", "error_description", "description", "display_message", "error")
            if isinstance(value := fields.get(key), str) and value.strip()
        ),
        None,
    )
    explanation = fields.get("error")
    if code is None and message is not None and "." in message and _IDENTIFIER.fullmatch(message) and explanation:
        return normal_code(message), _text(explanation)  # the two keys hold each other's value
    if not fields and text.strip():
        message = " ".join(text.split())[:200] if not text.lstrip().startswith("<") else "(an HTML page)"
        code = text.strip() if _IDENTIFIER.fullmatch(text.strip()) else None
    return (normal_code(code) if code else None), message


def _causes(fields: Mapping[str, Any]) -> tuple[Cause, ...]:
    found: list[Cause] = []
    for key in ("cause", "cause_list", "causes", "errors", "failed_shipments"):
        value = fields.get(key)
        rows: list[object] = cast("list[object]", value) if isinstance(value, list) else [value]
        found.extend(_cause(row) for row in rows[:_MAX_CAUSES] if row not in (None, ""))
    return tuple(found)


def _text(value: object) -> str:
    """A value of the body in words. What could just be parsed may be nested too deeply to be written again."""
    try:
        return str(value)
    except RecursionError:
        return f"({type(value).__name__} nested too deeply)"


def _cause(row: object) -> Cause:
    if not isinstance(row, Mapping):
        return Cause(message=row if isinstance(row, str) else _text(row)[:_CLIP], raw=row)
    fields = cast("Mapping[str, object]", row)

    def text(*keys: str) -> str | None:
        return next((_text(value) for key in keys if (value := fields.get(key)) not in (None, "")), None)

    number = fields.get("cause_id")
    if isinstance(number, str) and number.isascii() and number.isdigit() and len(number) < 20:  # noqa: PLR2004
        number = int(number)
    references = fields.get("references")
    return Cause(
        code=text("code", "error"),
        message=text("message", "msg", "cause"),
        type=text("type"),
        cause_id=number if isinstance(number, int) and not isinstance(number, bool) else None,
        department=text("department"),
        references=tuple(map(_text, cast("list[object]", references))) if isinstance(references, list) else (),
        raw=row,
    )


def read_retry_after(value: str | None, date: str | None = None) -> float | None:
    """Seconds of a `Retry-After` given in seconds or as a date; None where it makes no sense."""
    if value is None or len(value) > 64:  # noqa: PLR2004
        return None
    text = value.strip()
    if re.fullmatch(r"\d{1,9}(?:\.\d{1,9})?", text, re.ASCII):
        return float(text)
    try:
        until = parsedate_to_datetime(text)
        now = parsedate_to_datetime(date) if date else datetime.now(UTC)
        seconds = (until.replace(tzinfo=until.tzinfo or UTC) - now.replace(tzinfo=now.tzinfo or UTC)).total_seconds()
    except (ValueError, OverflowError, TypeError):
        return None
    return seconds if seconds > 0 else None
