"""The endpoint table's row, and the readers that turn an answer into a result."""

from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any, Final, Generic, Literal, NamedTuple, TypeVar, cast

from attrs import Factory, field, frozen

from meli_sdk.codec import Codec
from meli_sdk.errors import Check, DecodeError
from meli_sdk.wire.error_rules import ErrorRule
from meli_sdk.wire.message import DEFAULT_MAX_BYTES, Response, check_template, render_path

T = TypeVar("T")

SUCCESS: Final = frozenset({200, 201, 202, 204, 206})
_SHARED_ROOTS: Final = frozenset({"marketplace", "global", "post-purchase"})
"""First path segments under which several parts of Mercado Libre live."""


class Safety(Enum):
    """What a repetition would do (RFC 9110, 9.2)."""

    SAFE = "safe"
    """Changes nothing."""
    IDEMPOTENT = "idempotent"
    """Sent twice it has the effect of once."""
    UNSAFE = "unsafe"
    """Sent twice it may happen twice: never repeated after an unknown outcome."""


@frozen(kw_only=True)
class RateGroup:
    """A documented budget of calls a minute that several endpoints may share."""

    name: str
    per_minute: float
    scope: Literal["application", "seller"] = "seller"


Reader = Callable[[Response, Codec], T]


class SentCall(NamedTuple):
    """A write whose outcome is unknown, as it was sent; from this an endpoint makes the check of its errors."""

    template: str
    path: Mapping[str, object]
    params: Mapping[str, str]
    json: object
    """The body as plain objects."""
    user_id: int | None
    """The session's seller."""


def _template(endpoint: "Endpoint[Any]") -> str:
    return endpoint.template


def _family(endpoint: "Endpoint[Any]") -> str:
    first, *rest = endpoint.template[1:].split("/")
    return f"{first}/{rest[0]}" if first in _SHARED_ROOTS and rest else first


@frozen(kw_only=True, eq=False)
class Endpoint(Generic[T]):
    """One documented endpoint, as data."""

    method: Literal["GET", "HEAD", "POST", "PUT", "DELETE"]
    template: str = field(converter=check_template)
    reader: Reader[T]
    safety: Safety
    doc: str
    """The Mercado Libre page that documents it."""
    errors: tuple[ErrorRule, ...] = ()
    headers: Mapping[str, str] = field(factory=dict[str, str])
    accepts: frozenset[int] = SUCCESS
    group: RateGroup | None = None
    max_bytes: int = DEFAULT_MAX_BYTES
    authorize: bool = True
    """False for the token exchange: no token, no slot of the limiter."""
    check: Callable[[SentCall], Check | None] | None = None
    """For a write: the read that shows whether it happened."""
    label: str = field(default=Factory(_template, takes_self=True))
    """What errors, events and metrics call it: the template, or, for a path given by the user, the path without ids."""
    family: str = field(init=False, default=Factory(_family, takes_self=True))
    """The part of Mercado Libre it belongs to, such as `orders`: what fails together. The circuit breaker counts it."""


def reads_back(sent: SentCall) -> Check | None:
    """The check of a write that sets fields of the resource under its own path: a GET there shows them."""
    fields = sent.json
    if not isinstance(fields, Mapping):
        return None
    return Check(path=render_path(sent.template, sent.path), sought=(cast("Mapping[str, object]", fields),))


def parse_body(response: Response, codec: Codec) -> object:
    """The body as plain objects.

    Raises:
        DecodeError: there is none, or it is not JSON.
    """
    start = response.body.lstrip()[:1]
    if start not in (b"{", b"[", b'"') and not (start and start in b"-0123456789tfn"):
        kind = response.headers.get("content-type", "no content type").split(";")[0]
        size = len(response.body)
        message = f"expected JSON, got {f'{kind}, {size} bytes' if size else 'nothing'} (status {response.status})"
        raise DecodeError(message, expected="JSON", got=kind if size else "nothing")
    return codec.parse(response.body)


def json(model: type[T]) -> Reader[T]:
    """Reads one object."""

    def read(response: Response, codec: Codec) -> T:
        return codec.structure(parse_body(response, codec), model)

    return read


def listing(model: type[T]) -> Reader[tuple[T, ...]]:
    """Reads an array of rows."""

    def read(response: Response, codec: Codec) -> tuple[T, ...]:
        return codec.structure(parse_body(response, codec), tuple[model, ...])  # type: ignore[valid-type]

    return read


def nothing(response: Response, codec: Codec) -> None:
    """Any body is success."""


def raw(response: Response, codec: Codec) -> Response:  # noqa: ARG001  a reader's signature
    """The answer itself."""
    return response


def tree(response: Response, codec: Codec) -> Any:  # noqa: ANN401  what an undocumented endpoint answers
    """The parsed body; None where there is none."""
    return parse_body(response, codec) if response.body.strip() else None
