"""What can go wrong between a client and Mercado Libre, as data: kinds of faults, and the plan that deals them out.

`FaultProxy` makes them happen. The names of network faults are those of toxiproxy where it has the fault.
"""

import gzip
import json
import zlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from enum import StrEnum
from functools import cache
from random import Random
from typing import Final

from meli_sdk.sandbox.errors import request_pattern

MiB: Final = 1024 * 1024
CONTROL: Final = "/sandbox"
"""Below this path stand the pages that control the sandbox itself."""
OTHER_HOST: Final = "http://127.0.0.2:9/elsewhere"
"""Where the redirects lead: another origin, on which nobody listens."""


class FaultKind(StrEnum):
    """What happens to one request."""

    # the answer comes, late or in pieces
    LATENCY = "latency"
    """`seconds` pass before the request is handed on."""
    SLICER = "slicer"
    """The answer comes in small pieces."""
    DRIP_HEADER = "drip_header"
    """The head of the answer comes byte by byte, one each `seconds`."""
    DRIP_BODY = "drip_body"
    """The body of the answer comes byte by byte, one each `seconds`."""
    IDLE_CLOSE = "idle_close"
    """The connection is closed after the answer, without having said so."""

    # no answer
    HANG = "hang"
    """Nothing comes, the connection stays open."""
    RESET = "reset"
    """The connection is reset."""
    CLOSE = "close"
    """The connection is closed without an answer."""
    TRUNCATED = "truncated"
    """The connection ends in the middle of the body."""
    TRUNCATED_CHUNKED = "truncated_chunked"
    TRUNCATED_GZIP = "truncated_gzip"
    """The compressed body ends early, the HTTP around it is whole."""
    LENGTH_TOO_LONG = "length_too_long"
    """`Content-Length` promises more than comes; the connection stays open."""
    LENGTH_TOO_SHORT = "length_too_short"
    """More bytes follow than `Content-Length` says."""
    TWO_LENGTHS = "two_lengths"
    """Two different `Content-Length`."""
    NO_HTTP = "no_http"
    """Bytes that are no HTTP."""

    # another answer
    HTML_502 = "html_502"
    HTML_503 = "html_503"
    HTML_504 = "html_504"
    ERROR_500 = "error_500"
    EMPTY_429 = "empty_429"
    """429 with an empty body and no hint, as item writes answer."""
    SECONDS_429 = "seconds_429"
    """429 with `Retry-After` in seconds: `seconds`, rounded up."""
    DATE_429 = "date_429"
    """429 with `Retry-After` as a date: `seconds` from now, rounded up."""
    PAST_429 = "past_429"
    """429 with `Retry-After` as a date that has passed."""
    HUGE_429 = "huge_429"
    """429 with a `Retry-After` of a day."""
    TEXT_429 = "text_429"
    """429 with a line of text."""
    EMPTY_200 = "empty_200"
    EMPTY_204 = "empty_204"
    HTML_200 = "html_200"
    REDIRECT_302 = "redirect_302"
    REDIRECT_307 = "redirect_307"
    REDIRECT_308 = "redirect_308"
    COOKIE = "cookie"
    """The answer, with a cookie."""

    # an answer that is not what it should be
    GZIP_BOMB = "gzip_bomb"
    """300 MiB in 300 KiB."""
    UNKNOWN_ENCODING = "unknown_encoding"
    BAD_UTF8 = "bad_utf8"
    UTF16 = "utf16"
    BOM = "bom"
    LONE_SURROGATE = "lone_surrogate"
    NAN = "nan"
    INFINITY = "infinity"
    HUGE_EXPONENT = "huge_exponent"
    HUGE_INTEGER = "huge_integer"
    """5 MB of digits."""
    DEEP = "deep"
    """A million arrays in each other."""
    DUPLICATE_KEYS = "duplicate_keys"
    NOT_AN_OBJECT = "not_an_object"
    MANY_HEADERS = "many_headers"
    """5,000 of them."""
    LONG_HEADER = "long_header"
    """One of 20 KB."""


_PAGE: Final = b"<html><head><title>%d</title></head><body><h1>The page is temporarily unavailable</h1></body></html>"
_REASONS: Final = {200: "OK", 204: "No Content", 302: "Found", 307: "Temporary Redirect", 308: "Permanent Redirect"}


def render(status: int, body: bytes = b"", headers: Mapping[str, str] | None = None) -> bytes:
    """One HTTP/1.1 answer as bytes."""
    named = {"Content-Type": "application/json", **(headers or {})}
    if status != 204:  # noqa: PLR2004
        named.setdefault("Content-Length", str(len(body)))
    lines = "".join(f"{name}: {value}\r\n" for name, value in named.items())
    return f"HTTP/1.1 {status} {_REASONS.get(status, 'Error')}\r\n{lines}\r\n".encode() + body


def _html(status: int) -> bytes:
    return render(status, _PAGE % status, {"Content-Type": "text/html"})


def _refused(body: bytes = b"", **headers: str) -> bytes:
    return render(429, body, {name.replace("_", "-"): value for name, value in headers.items()})


def _date(seconds: float) -> str:
    return format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)


@cache
def _bomb() -> bytes:
    """A compressed mebibyte of blanks, three hundred times; a stream may go on after a full flush as if it began."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = packer.compress(b" " * MiB) + packer.flush(zlib.Z_FULL_FLUSH)
    head = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
    return render(200, head + block * 300, {"Content-Encoding": "gzip"})


def _answer(status: int, text: str) -> Callable[[float], bytes]:
    body = json.dumps({"message": text, "error": text, "status": status, "cause": []}).encode()
    return lambda _: render(status, body)


def _ok(body: bytes, **headers: str) -> Callable[[float], bytes]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda _: render(200, body, named)


ANSWERS: Final[Mapping[FaultKind, Callable[[float], bytes]]] = {
    FaultKind.HTML_502: lambda _: _html(502),
    FaultKind.HTML_503: lambda _: _html(503),
    FaultKind.HTML_504: lambda _: _html(504),
    FaultKind.ERROR_500: _answer(500, "internal_server_error"),
    FaultKind.EMPTY_429: lambda _: _refused(),
    FaultKind.SECONDS_429: lambda seconds: _refused(Retry_After=str(-int(-seconds))),
    FaultKind.DATE_429: lambda seconds: _refused(Retry_After=_date(seconds + 1), Date=_date(0)),
    FaultKind.PAST_429: lambda _: _refused(Retry_After=_date(-3600), Date=_date(0)),
    FaultKind.HUGE_429: lambda _: _refused(Retry_After="86400"),
    FaultKind.TEXT_429: lambda _: _refused(b"local_rate_limited"),
    FaultKind.EMPTY_200: _ok(b""),
    FaultKind.EMPTY_204: lambda _: render(204),
    FaultKind.HTML_200: lambda _: _html(200),
    FaultKind.REDIRECT_302: lambda _: render(302, headers={"Location": OTHER_HOST}),
    FaultKind.REDIRECT_307: lambda _: render(307, headers={"Location": OTHER_HOST}),
    FaultKind.REDIRECT_308: lambda _: render(308, headers={"Location": OTHER_HOST}),
    FaultKind.GZIP_BOMB: lambda _: _bomb(),
    FaultKind.UNKNOWN_ENCODING: _ok(b"\x01\x02\x03", Content_Encoding="br"),
    FaultKind.BAD_UTF8: _ok(b'{"id": 1, "status": "\xff\xfe"}'),
    FaultKind.UTF16: _ok('{"id": 1}'.encode("utf-16")),
    FaultKind.BOM: _ok(b'\xef\xbb\xbf{"id": 1}'),
    FaultKind.LONE_SURROGATE: _ok(b'{"id": 1, "status": "\\ud800"}'),
    FaultKind.NAN: _ok(b'{"id": 1, "total_amount": NaN}'),
    FaultKind.INFINITY: _ok(b'{"id": 1, "total_amount": Infinity}'),
    FaultKind.HUGE_EXPONENT: _ok(b'{"id": 1e999999999, "total_amount": 1e999999999}'),
    FaultKind.HUGE_INTEGER: lambda _: render(200, b'{"id": ' + b"9" * 5_000_000 + b"}"),
    FaultKind.DEEP: lambda _: render(200, b"[" * 1_000_000 + b"]" * 1_000_000),
    FaultKind.DUPLICATE_KEYS: _ok(b'{"id": 1, "id": "x"}'),
    FaultKind.NOT_AN_OBJECT: _ok(b"[1, 2, 3]"),
    FaultKind.MANY_HEADERS: lambda _: render(200, b"{}", {f"X-Filler-{n}": "x" for n in range(5_000)}),
    FaultKind.LONG_HEADER: lambda _: render(200, b"{}", {"X-Long": "x" * 20_000}),
    FaultKind.NO_HTTP: lambda _: b"\x16\x03\x01 this is not what you asked for\r\n\r\n",
    FaultKind.TWO_LENGTHS: lambda _: render(200, b"{}", {"Content-Length": "2\r\nContent-Length: 3"}),
}
"""The bytes of the answers that the proxy makes itself, from the fault's seconds."""


def packed(body: bytes) -> bytes:
    """Compressed, without its end."""
    return gzip.compress(body)[:-12]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One fault, and which requests it meets.

    Args:
        kind: what happens.
        match: "METHOD /path": a path, the beginning of one, or a template such as `GET /orders/{id}`; None: any.
        nth: which of the matching requests, counted from 1; None: each, as often as `share` says.
        share: of the matching requests, 0 to 1.
        times: at most so many; None: no limit.
        committed: the request is handed on first, and what it does is done, before its answer is lost or replaced.
        seconds: how long, where the kind takes time.

    Raises:
        ValueError: a share outside 0 to 1, or no "METHOD /path".
    """

    kind: FaultKind
    match: str | None = None
    nth: frozenset[int] | None = None
    share: float = 1.0
    times: int | None = None
    committed: bool = False
    seconds: float = 1.0

    def __post_init__(self) -> None:
        if not 0 <= self.share <= 1:
            message = f"a share is from 0 to 1, got {self.share}"
            raise ValueError(message)
        if self.match is not None:
            request_pattern(self.match)


@dataclass(slots=True)
class _Dealt:
    """How often a fault's requests came, and how often it met one."""

    seen: int = 0
    met: int = 0


@dataclass(slots=True)
class FaultPlan:
    """Deals faults out to requests; the same seed and the same requests, the same faults.

    Shares add up: two faults with a share of 0.1 each meet a fifth of the requests, and never the same one.

    Args:
        faults: in the order in which they are looked at.
        seed: of the chances.
        once_for_each: a request line meets one fault at most; its repetitions pass.
    """

    faults: Sequence[Fault] = ()
    seed: int = 1
    once_for_each: bool = False
    counts: Counter[FaultKind] = field(default_factory=Counter[FaultKind])
    """How many requests met each kind."""
    _random: Random = field(init=False)
    _dealt: list[_Dealt] = field(init=False)
    _met: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])

    def __post_init__(self) -> None:
        self._random = Random(self.seed)
        self._dealt = [_Dealt() for _ in self.faults]

    def take(self, method: str, target: str) -> Fault | None:
        """The fault that this request meets. The sandbox's own pages below `/sandbox` meet none."""
        if self.once_for_each and (method, target) in self._met:
            return None
        path = target.partition("?")[0]
        if path == CONTROL or path.startswith(f"{CONTROL}/"):
            return None
        chance = self._random.random()
        for fault, dealt in zip(self.faults, self._dealt, strict=True):
            if not _matches(fault, method, path):
                continue
            dealt.seen += 1
            if fault.times is not None and dealt.met >= fault.times:
                continue
            if fault.nth is not None:
                hit = dealt.seen in fault.nth
            else:
                hit, chance = chance < fault.share, chance - fault.share
            if hit:
                dealt.met += 1
                self.counts[fault.kind] += 1
                if self.once_for_each:
                    self._met.add((method, target))
                return fault
        return None


def _matches(fault: Fault, method: str, path: str) -> bool:
    if fault.match is None:
        return True
    wanted, pattern = request_pattern(fault.match)
    return method == wanted and pattern.fullmatch(path) is not None
