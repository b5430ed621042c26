"""What goes over the wire, as data: Request, Response, and the Transport that turns one into the other."""

import re
from collections.abc import Collection, Mapping
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Final, Protocol, cast
from urllib.parse import quote, urlencode

from attrs import define, field
from yarl import URL

from meli_sdk.config import BASE_URL, Timeouts
from meli_sdk.errors import ConfigurationError, InputError, shown
from meli_sdk.secret import Secret
from meli_sdk.wire.ids import PATH_PARAMETERS

DEFAULT_MAX_BYTES: Final = 10 * 1024 * 1024
MAX_ERROR_BYTES: Final = 64 * 1024
"""Of an answer that says no, so much is read."""
LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})
PARAMETER: Final = re.compile(r"\{([a-z_]+)\}")
_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+", re.ASCII)
_HEADER_VALUE = re.compile(r"[\x20-\x7e]*", re.ASCII)
_BLANK_OR_CONTROL = re.compile(r"[\x00-\x20\x7f]")
_MAX_DIGITS: Final = 30


@define(kw_only=True)
class Request:
    """One request, complete but for the token, which the transport reveals. Never changed once it is made."""

    method: str
    url: URL
    template: str
    """The path template, for logs, metrics and errors."""
    headers: Mapping[str, str] = field(factory=dict[str, str])
    body: bytes | None = field(default=None, repr=False)
    form: Mapping[str, str | Secret] | None = field(default=None, repr=False)
    """A form body whose secrets stay `Secret` until the transport writes it."""
    token: Secret | None = field(default=None, repr=False)
    max_bytes: int = DEFAULT_MAX_BYTES
    timeouts: Timeouts = Timeouts()

    def with_token(self, token: Secret) -> "Request":
        """The same request, with the token that the transport reveals."""
        return Request(
            method=self.method,
            url=self.url,
            template=self.template,
            headers=self.headers,
            body=self.body,
            form=self.form,
            token=token,
            max_bytes=self.max_bytes,
            timeouts=self.timeouts,
        )


@define(kw_only=True)
class Response:
    """One answer with its whole body. Never changed once it is made."""

    status: int
    _headers: Mapping[str, str] = field(alias="headers", factory=dict[str, str])
    body: bytes = field(default=b"", repr=False)
    request: Request
    _lower: dict[str, str] | None = field(init=False, default=None, repr=False, eq=False)

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers by their names in lower case; made when they are first asked for, which most answers are not."""
        if self._lower is None:
            self._lower = {name.lower(): value for name, value in self._headers.items()}
        return self._lower

    @property
    def request_id(self) -> str | None:
        return self.headers.get("x-request-id")

    @property
    def partial(self) -> bool:
        """206: usable, and some parts are missing."""
        return self.status == 206  # noqa: PLR2004

    @property
    def missing(self) -> tuple[str, ...]:
        """The parts that `X-Content-Missing` names, where the answer is partial."""
        if not self.partial:
            return ()
        text = self.headers.get("x-content-missing", "")
        return tuple(part.strip() for part in text.split(",") if part.strip())


class Transport(Protocol):
    """Sends one request and returns its answer.

    `send` raises `TransportError` and its children only; `sent=False` on them promises that nothing left. One that has
    an attribute `limit` is never asked to send more requests than that at once.
    """

    async def send(self, request: Request) -> Response: ...

    async def aclose(self) -> None: ...


def check_base_url(value: object) -> URL:
    """The one origin that calls go to.

    Raises:
        ConfigurationError: plain http (but for a loopback host), a path, a query or a user in it.
    """
    if isinstance(value, str) and not _BLANK_OR_CONTROL.search(value):
        try:
            url = URL(value)
        except ValueError:
            url = URL()
        if url.scheme == "http" and url.host and url.host not in LOOPBACK:
            message = f"base_url {shown(value)} is plain http: use https (http is for 127.0.0.1 alone)"
            raise ConfigurationError(message)
        bare = url.path in ("", "/") and not url.query_string and not url.fragment and not (url.user or url.password)
        if url.host and url.scheme in ("https", "http") and bare:
            return url.origin()
    message = f"base_url must be {BASE_URL}, or another https origin without path, got {shown(value)}"
    raise ConfigurationError(message)


def check_template(template: str) -> str:
    """Refuses, when an endpoint is defined, a template whose parameters have no check."""
    unknown = [name for name in PARAMETER.findall(template) if name not in PATH_PARAMETERS]
    if unknown or not template.startswith("/") or template.startswith("//"):
        message = f"path template {template!r}: unknown parameters {unknown}, or not one leading slash"
        raise ConfigurationError(message)
    return template


@lru_cache(maxsize=1_000)
def _pieces(template: str) -> tuple[str, ...]:
    """Fixed text and parameter names of a template, in turn."""
    return tuple(PARAMETER.split(template))


def render_path(template: str, values: Mapping[str, object]) -> str:
    """The path with every parameter checked against its kind and quoted.

    Raises:
        InputError: a value is missing, or does not look like its kind.
    """
    pieces = list(_pieces(template))
    for index in range(1, len(pieces), 2):
        name = pieces[index]
        if name not in values:
            message = f"{template} needs {name}"
            raise InputError(message)
        text = PATH_PARAMETERS[name](values[name])
        pieces[index] = text if text.isascii() and text.isalnum() else quote(text, safe="")
    return "".join(pieces)


def check_path(path: object) -> str:
    """A path given by the user: one leading slash, no dot segments, no host, no query.

    Raises:
        InputError: for anything else.
    """
    if isinstance(path, str) and path.startswith("/") and not path.startswith("//"):
        segments = path.split("/")[1:]
        decoded = path.lower().replace("%2e", ".").replace("%2f", "/").replace("%5c", "\\")
        if (
            path.isascii()
            and not re.search(r"[\s\\?#@\x00-\x1f\x7f]", path)
            and not any(part in (".", "..") for part in decoded.split("/"))
            and decoded.count("/") == path.count("/")
            and "\\" not in decoded
            and all(segments[:-1])
        ):
            return path
    message = f"path must begin with one slash and hold no host, query or dot segment, got {shown(path)}"
    raise InputError(message)


def without_ids(path: str) -> str:
    """A path with `{id}` in place of what looks like one: digits alone, or with three of them."""

    def shown_as(part: str) -> str:
        digits = sum(character.isdigit() for character in part)
        return "{id}" if digits >= 3 or digits == len(part) > 0 else part  # noqa: PLR2004  three: `me1` and `v2` are words

    return "/".join(map(shown_as, path.split("/")))


@lru_cache(maxsize=16)
def _scheme_and_authority(origin: URL) -> tuple[str, str]:
    scheme, _, authority = str(origin).partition("://")
    return scheme, authority


def build_url(origin: URL, path: str, params: Mapping[str, str] | None = None) -> URL:
    """Origin, path and query as one URL that is already encoded. The three are joined as parts, not as text to parse.

    Raises:
        InputError: the path would lead away from the origin, or a parameter is no text that can be encoded.
    """
    if not path.startswith("/") or path.startswith("//") or "?" in path or "#" in path:
        message = f"path {shown(path)} leads away from {origin}"
        raise InputError(message)
    if not params:
        return origin.with_path(path, encoded=True)
    scheme, authority = _scheme_and_authority(origin)
    try:
        query = urlencode(params)
    except UnicodeEncodeError as wrong:
        message = f"a query parameter holds half of a character, which cannot be sent: {shown(wrong.object)}"
        raise InputError(message) from None
    return URL.build(scheme=scheme, authority=authority, path=path, query_string=query, encoded=True)


def check_headers(headers: object) -> Mapping[str, str]:
    """Headers that the user adds: names and values of printable ASCII, none that carries the token.

    Raises:
        InputError: for anything else.
    """
    if not isinstance(headers, Mapping):
        message = f"headers must be a mapping of names to values, got {shown(headers)}"
        raise InputError(message)
    for name, value in cast("Mapping[object, object]", headers).items():
        if not isinstance(name, str) or not _HEADER_NAME.fullmatch(name):
            message = f"header name {shown(name)} is no word of ASCII letters, digits and -"
            raise InputError(message)
        if not isinstance(value, str) or not _HEADER_VALUE.fullmatch(value):
            message = f"header {name} must be printable ASCII text without line breaks, got {shown(value)}"
            raise InputError(message)
        if name.lower() == "authorization":
            message = "header 'Authorization' is set by the session: give it a token instead"
            raise InputError(message)
    return cast("Mapping[str, str]", headers)


Params = Mapping[str, object]


def render_params(params: Params) -> dict[str, str]:
    """Query parameters as text: None is left out, sequences are joined by commas, moments need a zone.

    Raises:
        InputError: no mapping of names, a moment without zone, or a value of another kind.
    """
    if not isinstance(params, dict | Mapping) or not all(isinstance(name, str) for name in params):
        message = f"params must be a mapping of names to values, got {shown(params)}"
        raise InputError(message)
    return {name: _render_param(name, value) for name, value in params.items() if value is not None}


def _render_param(name: str, value: object) -> str:
    match value:
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case int() if abs(value) < 10**_MAX_DIGITS:
            return str(value)
        case Decimal() if value.is_finite() and abs(value.adjusted()) < _MAX_DIGITS:
            return format(value, "f")
        case datetime():
            if value.tzinfo is None:
                message = f"{name}: a date needs a time zone, got {shown(value)}"
                raise InputError(message)
            return value.isoformat(timespec="milliseconds")
        case list() | tuple() | set() | frozenset():
            members = cast("Collection[object]", value)
            return ",".join(_render_param(name, member) for member in members)
        case _:
            message = f"{name}: cannot be sent as a query parameter: {shown(value)}"
            raise InputError(message)
