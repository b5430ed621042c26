"""Every exception of the package.

```
MeliError
├── ConfigurationError (ValueError)      a setting is wrong
├── InputError (ValueError)              an argument is wrong; nothing was sent
├── DryRunError                          a dry run stopped a write
├── SessionStateError                    used before it is open, after close, or in another event loop
├── MappingError                         a carrier, SKU or warehouse has no exact mapping
├── NotApplicableError                   Mercado Libre does not allow this here; nothing was sent
├── PartialFailureError (ExceptionGroup) some parts of one call failed; raised only on request
├── TransportError                       no usable answer
│   ├── MeliConnectionError (ConnectionError)
│   ├── MeliTimeoutError (TimeoutError)
│   ├── OutcomeUnknownError              a write that may have been applied
│   ├── ResponseTooLargeError
│   └── UnexpectedRedirectError
├── ResponseError                        an answer that says no: one class per HTTP status, and finer ones
│   ├── BadRequestError                  400
│   │   ├── InvalidParameterError
│   │   ├── ValidationFailedError
│   │   │   ├── PackageSizeError         also UnprocessableError
│   │   │   └── NotConfiguredToListError also NotConfiguredForSiteError
│   │   ├── CountryNotAllowedError
│   │   ├── ShippingNotAllowedError
│   │   ├── OldResourceClosedError
│   │   ├── DescriptionExistsError
│   │   ├── ScrollExpiredError
│   │   ├── SellerUnableToListError      also ForbiddenError
│   │   ├── ListingQuotaError            also ForbiddenError
│   │   ├── UploadQuotaError             also RateLimitedError
│   │   ├── QuantityPricesError          also NotFoundError
│   │   ├── StockNotEditableError
│   │   ├── StockStoreError
│   │   ├── FeedbackClosedError
│   │   ├── LabelsRefusedError
│   │   ├── ShippingModeError
│   │   ├── SplitRefusedError            also UnprocessableError
│   │   └── MalformedTokenError          also UnauthorizedError
│   ├── UnauthorizedError                401
│   │   └── InvalidTokenError
│   │       └── ExpiredTokenError        also ForbiddenError
│   ├── ForbiddenError                   403
│   │   ├── InvalidCallerError
│   │   ├── UnidentifiedUserError
│   │   ├── NotOwnedOrderError
│   │   └── PolicyForbiddenError
│   ├── NotFoundError                    404
│   │   ├── ResourceNotFoundError
│   │   ├── ItemNotFoundError
│   │   ├── CategoryNotFoundError
│   │   ├── OrderNotFoundError
│   │   ├── InventoryNotFoundError
│   │   ├── ShipmentNotFoundError
│   │   ├── NotConfiguredForSiteError
│   │   └── NoChildForSiteError
│   ├── NotAcceptableError               406
│   ├── ConflictError                    409
│   │   └── VersionConflictError
│   ├── UnprocessableError               422
│   ├── LockedError                      423
│   ├── RateLimitedError                 429
│   ├── LegalReasonsError                451
│   ├── ServerError                      5xx
│   │   └── DependencyFailedError        424
│   └── UnexpectedStatusError            any other status
├── DecodeError                          the answer is not what Mercado Libre documents
├── AuthError
│   ├── NoGrantError
│   ├── InvalidGrantError
│   ├── ReauthorizationRequiredError
│   ├── StateMismatchError
│   ├── AccountMismatchError
│   ├── ApplicationBlockedError
│   └── StoreError
├── ThroughputWaitError                  the predicted wait for a slot is longer than the deadline
├── DeadlineExceededError (TimeoutError)
├── CircuitOpenError
└── PaginationError
```
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar, NamedTuple, Self, cast

SHOWN_VALUE_LENGTH = 60
SHOWN_TEXT_LENGTH = 300


def shown(value: object) -> str:
    """A value as error messages show it: its repr, cut to 60 characters."""
    try:
        text = repr(value)
    except Exception:  # noqa: BLE001  a broken repr must not hide the error being made
        text = f"<{type(value).__name__}>"
    return _cut(text, SHOWN_VALUE_LENGTH)


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"


class CallInfo(NamedTuple):
    """The call an error belongs to."""

    method: str | None = None
    path: str | None = None
    """The path template, such as `/orders/{order_id}`; never the filled path."""
    attempts: int = 0
    request_id: str | None = None
    """Mercado Libre's `x-request-id`; its support asks for it."""


class Check(NamedTuple):
    """The read that shows whether a write happened. Plain data: it can be stored and run later, by another process."""

    path: str
    """A filled path; `session.check` GETs it."""
    sought: tuple[Mapping[str, object], ...]
    """What the write would have left, one mapping for each row; the answer may hold more. `{}` fits any row."""
    params: Mapping[str, str] = {}
    headers: Mapping[str, str] = {}
    rows: str | None = None
    """The key of the answer that holds the rows; None: the answer itself, an array or one object."""
    conclusive: bool = True
    """False where the answer may show as much without the write: it was there before, or only a part of it can be seen."""


class CheckResult(NamedTuple):
    """What `session.check` found."""

    applied: bool
    """Whether everything that was sought is there. Where it is `conclusive` too, it is proof."""
    found: tuple[object, ...]
    """The rows that show it, as plain objects."""
    missing: tuple[Mapping[str, object], ...]
    """What was sought and is not there: not applied, or not visible yet."""
    answer: object
    """The whole answer, as plain objects; None where there is no such resource."""
    conclusive: bool = True
    """False where what was found may be older than the write, or does not show all of it: look at `found`."""


class Cause(NamedTuple):
    """One element of the `cause` list of an error body."""

    code: str | None = None
    message: str | None = None
    type: str | None = None
    cause_id: int | None = None
    department: str | None = None
    references: tuple[str, ...] = ()
    raw: object = None


class Answer(NamedTuple):
    """What Mercado Libre answered when it said no. Frozen: an error never changes its evidence."""

    status: int
    code: str | None = None
    """The machine readable code, normalised: lower case, words joined by `_`."""
    message: str | None = None
    causes: tuple[Cause, ...] = ()
    retryable: bool = False
    remedy: str | None = None
    retry_after: float | None = None
    """Seconds Mercado Libre asked to wait."""
    raw: object = None
    """The parsed body, or its text where it is not JSON."""
    body: str = ""
    """The body as text, clipped."""
    headers: Mapping[str, str] = {}


def _rebuild(cls: type["MeliError"], args: tuple[object, ...], state: dict[str, object]) -> "MeliError":
    error = cls.__new__(cls, *args)
    error.args = args
    error.__dict__.update(state)
    return error


class MeliError(Exception):
    """Base of every exception of the package."""

    call: CallInfo
    may_have_been_applied: bool
    """True where a write may have reached Mercado Libre although no answer says so."""
    check: Check | None
    """With `may_have_been_applied`: the read that would show it, where there is one; `session.check(error)` runs it."""
    cursor: str | None
    """Where paging stopped; `Cursor.parse` reads it."""

    def __init__(self, message: str, *, call: CallInfo = CallInfo()) -> None:
        super().__init__(message)
        self.call = call
        self.may_have_been_applied = False
        self.check = None
        self.cursor = None

    @property
    def method(self) -> str | None:
        return self.call.method

    @property
    def path(self) -> str | None:
        """The path template of the call, such as `/orders/{order_id}`."""
        return self.call.path

    @property
    def attempts(self) -> int:
        """How often the call was sent."""
        return self.call.attempts

    @property
    def request_id(self) -> str | None:
        return self.call.request_id

    def __str__(self) -> str:
        text = str(self.args[0]) if self.args else type(self).__name__
        if self.call.method is None:
            return text
        said = f"{self.call.method} {self.call.path}: {text}"
        if self.call.attempts > 1:
            said += f" (after {self.call.attempts} attempts)"
        if self.call.request_id:
            said += f" [request {self.call.request_id}]"
        return said

    def __reduce__(self) -> Any:  # noqa: ANN401  the signature of object.__reduce__
        return _rebuild, (type(self), self.args, self.__dict__.copy())


class ConfigurationError(MeliError, ValueError):
    """A setting of the application is wrong; the message names it and the remedy."""


class InputError(MeliError, ValueError):
    """An argument is wrong. Raised before anything is sent."""


class DryRunError(MeliError):
    """A dry run stopped a call that would have changed something. `request` is what would have been sent."""

    def __init__(self, message: str, *, request: object = None, call: CallInfo = CallInfo()) -> None:
        super().__init__(message, call=call)
        self.request: object = request


class SessionStateError(MeliError):
    """Used before it is open, after it was closed, or from another event loop."""


class MappingError(MeliError):
    """A carrier, SKU or warehouse has no exact mapping."""


class NotApplicableError(MeliError):
    """Mercado Libre does not allow this for this object. Nothing was sent."""


class PartialFailureError(MeliError, ExceptionGroup[MeliError]):
    """Some parts of one call failed. Raised only on request; `ok` and `failed` hold the parts."""

    ok: tuple[object, ...]
    failed: tuple[object, ...]

    def __new__(
        cls,
        message: str,
        exceptions: Sequence[MeliError],
        *,
        ok: Sequence[object] = (),  # noqa: ARG004  the signature of __init__
        failed: Sequence[object] = (),  # noqa: ARG004
        call: CallInfo = CallInfo(),  # noqa: ARG004
    ) -> Self:
        return super().__new__(cls, message, exceptions)

    def __init__(
        self,
        message: str,
        exceptions: Sequence[MeliError],
        *,
        ok: Sequence[object] = (),
        failed: Sequence[object] = (),
        call: CallInfo = CallInfo(),
    ) -> None:
        super().__init__(message, call=call)
        self.args: tuple[Any, ...] = (message, list(exceptions))
        self.ok = tuple(ok)
        self.failed = tuple(failed)

    def derive(self, excs: Sequence[MeliError], /) -> "PartialFailureError":  # type: ignore[override]  # pyright: ignore[reportIncompatibleMethodOverride]
        return PartialFailureError(self.message, excs, ok=self.ok, failed=self.failed, call=self.call)


class TransportError(MeliError):
    """No usable answer came. `sent` is False where surely nothing left this machine."""

    def __init__(self, message: str, *, sent: bool = True, call: CallInfo = CallInfo()) -> None:
        super().__init__(message, call=call)
        self.sent: bool = sent


class MeliConnectionError(TransportError, ConnectionError):
    """The connection could not be made, or broke."""


class MeliTimeoutError(TransportError, TimeoutError):
    """The peer did not answer within the limits of `Timeouts`."""


class OutcomeUnknownError(TransportError):
    """A write was sent and its answer did not arrive: it may have been applied.

    `check` says which read would show the effect; `await session.check(error)` runs it.
    """

    def __init__(self, message: str, *, call: CallInfo = CallInfo()) -> None:
        super().__init__(message, sent=True, call=call)
        self.may_have_been_applied = True


class ResponseTooLargeError(TransportError):
    """The answer is larger than its endpoint allows, counted after decompression."""


class UnexpectedRedirectError(TransportError):
    """Mercado Libre answered with a redirect. None is followed, so that no token travels to another host."""

    def __init__(self, message: str, *, host: str | None = None, call: CallInfo = CallInfo()) -> None:
        super().__init__(message, call=call)
        self.host: str | None = host


class ResponseError(MeliError):
    """Mercado Libre said no. `values` of a finer class are attributes, None when the text has changed."""

    VALUES: ClassVar[tuple[str, ...]] = ()
    """Names of the attributes that the words of a message give."""

    def __init__(
        self, answer: Answer, *, values: Mapping[str, str | None] | None = None, call: CallInfo = CallInfo()
    ) -> None:
        super().__init__(self._describe(answer), call=call)
        self.answer: Answer = answer
        found = values or {}
        for name in self.VALUES:
            setattr(self, name, self._read_value(name, found.get(name)))

    @staticmethod
    def _read_value(name: str, text: str | None) -> str | int | None:
        if text is not None and name in {"user_id", "shipment_id"}:
            return int(text) if text.isascii() and text.isdigit() and len(text) <= 20 else None  # noqa: PLR2004
        return text

    @classmethod
    def _describe(cls, answer: Answer) -> str:
        head = f"{cls.__name__} ({answer.status}{' ' + answer.code if answer.code else ''})"
        said = f'{head} "{_cut(answer.message, SHOWN_TEXT_LENGTH)}"' if answer.message else head
        texts = [cause.message or cause.code for cause in answer.causes]
        detail = "; ".join(_cut(text, SHOWN_TEXT_LENGTH) for text in texts[:3] if text and text != answer.message)
        if detail:
            said += f" because: {detail}"
        if len(texts) > 3:  # noqa: PLR2004
            said += f" and {len(texts) - 3} more"
        return f"{said}. {answer.remedy}" if answer.remedy else said

    @property
    def status(self) -> int:
        """The HTTP status of the answer."""
        return self.answer.status

    @property
    def code(self) -> str | None:
        """The machine readable code, normalised: lower case, words joined by `_`."""
        return self.answer.code

    @property
    def message(self) -> str | None:
        """Mercado Libre's own words."""
        return self.answer.message

    @property
    def causes(self) -> tuple[Cause, ...]:
        return self.answer.causes

    @property
    def retryable(self) -> bool:
        """Whether the same call may succeed later."""
        return self.answer.retryable

    @property
    def remedy(self) -> str | None:
        return self.answer.remedy

    @property
    def raw(self) -> object:
        """The parsed body, or its text where it is not JSON."""
        return self.answer.raw

    @property
    def body(self) -> str:
        """The body as text, clipped."""
        return self.answer.body


class BadRequestError(ResponseError):
    """400."""


class InvalidParameterError(BadRequestError):
    """400 "Invalid parameter"."""


class ValidationFailedError(BadRequestError):
    """400 with validation causes. `warnings` are the causes that would not have refused it alone."""

    @property
    def warnings(self) -> tuple[Cause, ...]:
        return tuple(cause for cause in self.causes if (cause.type or "").lower() == "warning")


class CountryNotAllowedError(BadRequestError):
    """400: this product may not be offered in `country`."""

    VALUES: ClassVar[tuple[str, ...]] = ("country",)
    country: str | None


class ShippingNotAllowedError(BadRequestError):
    """400: this product may not travel in this kind of shipment in `country`."""

    VALUES: ClassVar[tuple[str, ...]] = ("country",)
    country: str | None


class OldResourceClosedError(BadRequestError):
    """400 "Cannot modify CBT item from this resource.": use `marketplace.update`, which calls today's resource."""


class DescriptionExistsError(BadRequestError):
    """400: the item has a description already; the other method replaces it."""


class ScrollExpiredError(BadRequestError):
    """400 `invalid.scroll.id`: a scan was left for more than five minutes; begin it again."""


class StockNotEditableError(BadRequestError):
    """400: the API cannot change this stock; the message says why."""


class StockStoreError(BadRequestError):
    """400: a store does not exist, is another seller's, or holds no stock. `store_id` is the one that is named."""

    VALUES: ClassVar[tuple[str, ...]] = ("store_id",)
    store_id: str | None


class FeedbackClosedError(BadRequestError):
    """400: the time to give this feedback or reply is over, or it was given before."""


class FailedLabel(NamedTuple):
    """A shipment whose label Mercado Libre did not print."""

    shipment_id: int | None
    message: str | None = None
    code: str | None = None
    """Such as `not_printable_status`."""
    retryable: bool = False
    """Whether Mercado Libre says that it may be printed later."""


class LabelsRefusedError(BadRequestError):
    """400: none of the labels was printed. `failed` says which shipments are to blame, where Mercado Libre says it."""

    @property
    def failed(self) -> tuple[FailedLabel, ...]:
        """The rows of `failed_shipments`."""
        return tuple(label for cause in self.causes if (label := _failed_label(cause.raw)) is not None)


def _failed_label(raw: object) -> FailedLabel | None:
    if not isinstance(raw, Mapping) or "shipment_id" not in raw:
        return None
    row = cast("Mapping[str, object]", raw)
    number, message, code = str(row["shipment_id"]), row.get("message"), row.get("cause")
    return FailedLabel(
        shipment_id=int(number) if number.isascii() and number.isdigit() and len(number) <= 20 else None,  # noqa: PLR2004
        message=message if isinstance(message, str) else None,
        code=code.lower() if isinstance(code, str) else None,
        retryable=row.get("retry") is True,
    )


class ShippingModeError(BadRequestError):
    """400 `shipment_mode_is_not_me1`: a shipment of this mode takes no notification from its seller."""


class UnauthorizedError(ResponseError):
    """401."""


class InvalidTokenError(UnauthorizedError):
    """401: the access token is expired, revoked or unknown."""


class MalformedTokenError(BadRequestError, UnauthorizedError):
    """400 "Malformed access_token": what was sent is no token at all."""


class ForbiddenError(ResponseError):
    """403."""


class ExpiredTokenError(InvalidTokenError, ForbiddenError):
    """403 "invalid token": an access token that is not good any more, answered as 403."""


class ListingQuotaError(BadRequestError, ForbiddenError):
    """400 `forbidden` "Active listings quota reached"."""


class SellerUnableToListError(BadRequestError, ForbiddenError):
    """400 or 403 `seller.unable_to_list`: the account may not list now; the causes say why."""


class InvalidCallerError(ForbiddenError):
    """403: the token belongs to another user than the object or the call."""


class UnidentifiedUserError(ForbiddenError):
    """403 "Can not identify the user"."""


class NotOwnedOrderError(ForbiddenError):
    """403: the user of the token is neither buyer nor seller of this order."""


class PolicyForbiddenError(ForbiddenError):
    """403: the application lacks a functional permission or a scope, or the address is blocked."""


class NotFoundError(ResponseError):
    """404."""


class ResourceNotFoundError(NotFoundError):
    """404 "Resource not found": the path does not exist."""


class ItemNotFoundError(NotFoundError):
    """404: no such item. `item_id` is the one Mercado Libre names."""

    VALUES: ClassVar[tuple[str, ...]] = ("item_id",)
    item_id: str | None


class CategoryNotFoundError(NotFoundError):
    """404: no such category. `category_id` is the one Mercado Libre names."""

    VALUES: ClassVar[tuple[str, ...]] = ("category_id",)
    category_id: str | None


class QuantityPricesError(BadRequestError, NotFoundError):
    """400 or 404: prices by quantity that contradict each other or lack a condition. Nothing was changed."""


class OrderNotFoundError(NotFoundError):
    """404: no such order, or it is too new to be read."""


class InventoryNotFoundError(NotFoundError):
    """404: no such product in Mercado Libre's warehouse. `inventory_id` is the one Mercado Libre names."""

    VALUES: ClassVar[tuple[str, ...]] = ("inventory_id",)
    inventory_id: str | None


class ShipmentNotFoundError(NotFoundError):
    """404: no such shipment. `shipment_id` is the one Mercado Libre names."""

    VALUES: ClassVar[tuple[str, ...]] = ("shipment_id",)
    shipment_id: int | None


class NotConfiguredForSiteError(NotFoundError):
    """404 `bad_request`: this user may not publish in `site_id` with `logistic_type`."""

    VALUES: ClassVar[tuple[str, ...]] = ("user_id", "site_id", "logistic_type")
    user_id: int | None
    site_id: str | None
    logistic_type: str | None


class NoChildForSiteError(NotFoundError):
    """404 `bad_request`: the item has no marketplace item for `site_id` with `logistic_type`."""

    VALUES: ClassVar[tuple[str, ...]] = ("user_id", "site_id", "logistic_type")
    user_id: int | None
    site_id: str | None
    logistic_type: str | None


class ConflictError(ResponseError):
    """409."""


class VersionConflictError(ConflictError):
    """409: somebody else changed it first; read it again."""


class NotConfiguredToListError(ValidationFailedError, NotConfiguredForSiteError):
    """400, mostly cause 5119: today's words for `NotConfiguredForSiteError`."""


class NotAcceptableError(ResponseError):
    """406: a Global Selling shipment that is not the seller's own to track."""


class UnprocessableError(ResponseError):
    """422."""


class PackageSizeError(ValidationFailedError, UnprocessableError):
    """422: the dimensions or the weight are not those of a real package."""


class SplitRefusedError(BadRequestError, UnprocessableError):
    """400 or 422: this shipment cannot be split, not like this, or not any more."""


class LockedError(ResponseError):
    """423: locked for a moment. `parent_id` is the item locked for mapping."""

    VALUES: ClassVar[tuple[str, ...]] = ("parent_id",)
    parent_id: str | None


class RateLimitedError(ResponseError):
    """429. `retry_after` is what Mercado Libre asked for, in seconds; mostly it says nothing."""

    @property
    def retry_after(self) -> float | None:
        return self.answer.retry_after


class UploadQuotaError(BadRequestError, RateLimitedError):
    """400 "See message detail": the application's own budget for uploads is used up."""


class LegalReasonsError(ResponseError):
    """451: final."""


class ServerError(ResponseError):
    """5xx."""


class DependencyFailedError(ServerError):
    """424: another service of Mercado Libre failed, so that what was asked for may be done in part."""


class UnexpectedStatusError(ResponseError):
    """A status for which there is no class."""


class DecodeError(MeliError):
    """The answer is not what Mercado Libre documents.

    `path` is where in the body, such as `order_items[2].quantity`; the path template of the call is in `call.path`.
    `raw` is the body or the row, as it was parsed.
    """

    def __init__(
        self,
        message: str,
        *,
        path: str = "",
        expected: str | None = None,
        got: str | None = None,
        raw: object = None,
        call: CallInfo = CallInfo(),
    ) -> None:
        super().__init__(message, call=call)
        self._path = path
        self.expected: str | None = expected
        self.got: str | None = got
        self.raw: object = raw

    @property
    def path(self) -> str:
        """Where in the body, such as `order_items[2].quantity`; empty for the body itself."""
        return self._path


class AuthError(MeliError):
    """The seller is not connected, or not any more. `code` is OAuth's own word for it."""

    def __init__(self, message: str, *, code: str | None = None, call: CallInfo = CallInfo()) -> None:
        super().__init__(message, call=call)
        self.code: str | None = code


class NoGrantError(AuthError):
    """This seller never connected: send its owner to `app.authorization_url`."""


class InvalidGrantError(AuthError):
    """The code or refresh token was refused: used, expired, revoked, or of another application."""


class ReauthorizationRequiredError(AuthError):
    """The seller has to authorise again. Raised without any network call until a new grant is there."""

    def __init__(
        self,
        message: str,
        *,
        user_id: int,
        reason: str,
        since: datetime | None = None,
        code: str | None = None,
        call: CallInfo = CallInfo(),
    ) -> None:
        super().__init__(message, code=code, call=call)
        self.user_id: int = user_id
        self.reason: str = reason
        self.since: datetime | None = since


class StateMismatchError(AuthError):
    """The `state` that came back is not the one that was sent. Nothing was exchanged."""


class AccountMismatchError(AuthError):
    """Another seller answered than the one asked for. The stored grant is untouched."""

    def __init__(
        self, message: str, *, expected: int, got: int, code: str | None = None, call: CallInfo = CallInfo()
    ) -> None:
        super().__init__(message, code=code, call=call)
        self.expected: int = expected
        self.got: int = got


class ApplicationBlockedError(AuthError):
    """Mercado Libre has blocked the application."""


class StoreError(AuthError):
    """The grant store cannot be read or written; the message names the file and the remedy."""


class ThroughputWaitError(MeliError):
    """The predicted wait for a slot of the rate limiter is longer than the deadline. Nothing was sent."""

    def __init__(self, message: str, *, wait: float, call: CallInfo = CallInfo()) -> None:
        super().__init__(message, call=call)
        self.wait: float = wait
        """Seconds the call would have waited."""


class DeadlineExceededError(MeliError, TimeoutError):
    """The deadline passed. `may_have_been_applied` tells whether a write was on its way."""


class CircuitOpenError(MeliError):
    """Too many failures in a row: calls fail at once until `until`."""

    def __init__(self, message: str, *, until: datetime | None = None, call: CallInfo = CallInfo()) -> None:
        super().__init__(message, call=call)
        self.until: datetime | None = until


class PaginationError(MeliError):
    """Paging cannot go on: the same page came twice, or a filter is ignored. `cursor` is where it stopped."""
