"""A request and its answer as data: the doors decide on these, adapters turn them into a server's own."""

from collections.abc import Awaitable, Callable, Mapping
from http.cookies import CookieError, SimpleCookie
from typing import Final
from urllib.parse import parse_qsl

from attrs import field, frozen

MAX_BODY: Final = 64 * 1024
"""Bytes. Notifications and the form of the landing page are far smaller."""
BODY_SECONDS: Final = 5.0
"""How long a peer may take to send its body."""

PAGE_HEADERS: Final = (
    ("content-type", "text/html; charset=utf-8"),
    ("cache-control", "no-store"),
    ("content-security-policy", "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'"),
    ("referrer-policy", "no-referrer"),  # the callback's address holds the code
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
)


@frozen(kw_only=True)
class WebRequest:
    """What came in. Header names are lower case."""

    method: str
    path: str
    query: str = ""
    """The raw query string."""
    headers: Mapping[str, str] = field(factory=dict[str, str])
    body: bytes = field(default=b"", repr=False)
    remote: str | None = None
    """The peer's address."""

    def parameters(self) -> dict[str, str]:
        """The query; of a repeated name the last value."""
        return dict(parse_qsl(self.query, keep_blank_values=True))

    def form(self) -> dict[str, str]:
        """The fields of a form body."""
        return dict(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))

    def cookie(self, name: str) -> str | None:
        """One cookie's value."""
        try:
            found = SimpleCookie(self.headers.get("cookie", "")).get(name)
        except CookieError:
            return None
        return None if found is None else found.value


@frozen(kw_only=True)
class WebResponse:
    """What goes out."""

    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""


Answer = Callable[[WebRequest], Awaitable[WebResponse]]
"""What decides on a request: `Doors.answer`."""


def plain(status: int, text: str = "") -> WebResponse:
    """A short answer for machines."""
    headers = (("content-type", "text/plain; charset=utf-8"), ("cache-control", "no-store"))
    return WebResponse(status=status, headers=headers, body=text.encode())
