"""The documented error tables as data: which answer becomes which exception, and what to do about it.

Rules are tried in order, those of the endpoint first; the first that fits wins, and the HTTP status is the floor. Mercado Libre's tables contradict themselves (401 `not_found`, 404 `bad_request`, 400 `forbidden`), so a
rule names status, code and words, and a row counts as it was printed, not as it should have been.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from attrs import frozen

from meli_sdk import errors

_MAX_MESSAGE: Final = 1_000
_ONE_SPELLING: Final = {"bad_rerquest": "bad_request", "too_many_request": "too_many_requests"}

MARKETPLACE_PAGE: Final = "https://global-selling.mercadolibre.com/devsite/global-listing"
TOKENS_PAGE: Final = "https://developers.mercadolibre.com.ar/en_us/authentication-and-authorization"
ORDERS_PAGE: Final = "https://developers.mercadolivre.com.br/pt_br/gerenciamento-de-vendas"
SHIPMENTS_PAGE: Final = "https://developers.mercadolivre.com.br/pt_br/gerenciamento-de-envios"
DESIGN_PAGE: Final = "https://developers.mercadolibre.com.ar/en_us/api-design-considerations"
RATE_LIMIT_PAGE: Final = "https://developers.mercadolibre.com.ar/en_us/rate-limit-error-429"


def normal_code(text: str) -> str:
    """One spelling for `bad_request`, `bad.request`, "Bad Request" and "Bad rerquest"."""
    words = re.sub(r"[^a-z0-9]+", "_", text[:_MAX_MESSAGE].strip().lower()).strip("_")
    return _ONE_SPELLING.get(words, words)


@frozen(kw_only=True)
class ErrorRule:
    """One row of an error table. Named groups of `says` become attributes of the exception."""

    raises: type[errors.ResponseError]
    status: int
    code: str | None = None
    code_like: re.Pattern[str] | None = None
    """In the place of `code`: a pattern that the whole code fits."""
    says: re.Pattern[str] | None = None
    cause_id: int | None = None
    """A validation cause that has to be there; `says` then searches its message."""
    retryable: bool = False
    remedy: str = ""
    doc: str = DESIGN_PAGE

    def values(
        self, status: int, code: str | None, message: str | None, causes: Sequence[errors.Cause] = ()
    ) -> dict[str, str | None] | None:
        """The values in the message where this rule fits; None where it does not."""
        if status != self.status or (self.code is not None and code != self.code):
            return None
        if self.code_like is not None and not self.code_like.fullmatch(code or ""):
            return None
        if self.cause_id is not None:
            cause = next((one for one in causes if one.cause_id == self.cause_id), None)
            if cause is None:
                return None
            found = self.says.search((cause.message or "")[:_MAX_MESSAGE]) if self.says else None
            return {} if found is None else found.groupdict()
        if self.says is None:
            return {}
        found = self.says.search((message or "")[:_MAX_MESSAGE])
        return None if found is None else found.groupdict()


def says(pattern: str) -> re.Pattern[str]:
    """Words of a message, in any case."""
    return re.compile(pattern, re.IGNORECASE)


NOT_CONFIGURED: Final = ErrorRule(
    raises=errors.NotConfiguredForSiteError,
    status=404,
    code="bad_request",
    says=says(
        r"current user (?P<user_id>\S+) is not configured to publish in site (?P<site_id>\S+)"
        r" and logistic (?P<logistic_type>[^\s.]+)"
    ),
    remedy="marketplace.user(user_id).targets lists where this user may publish.",
    doc=MARKETPLACE_PAGE,
)
NO_CHILD: Final = ErrorRule(
    raises=errors.NoChildForSiteError,
    status=404,
    code="bad_request",
    says=says(
        r"parent user (?P<user_id>\S+) does not have any child for site (?P<site_id>\S+)"
        r" and logistic (?P<logistic_type>[^\s.]+)"
    ),
    remedy="Publish the item to that site first: marketplace.create_items or marketplace.publish.",
    doc=MARKETPLACE_PAGE,
)
COUNTRY_NOT_ALLOWED: Final = ErrorRule(
    raises=errors.CountryNotAllowedError,
    status=400,
    code="bad_request",
    says=says(r"you cannot offer this product in (?P<country>[^.]+)"),
    remedy="Leave this site out for this product.",
    doc=MARKETPLACE_PAGE,
)
SHIPPING_NOT_ALLOWED: Final = ErrorRule(
    raises=errors.ShippingNotAllowedError,
    status=400,
    code="bad_request",
    says=says(r"you can'?t send the product in this kind of shipment in (?P<country>[^.]+)"),
    remedy="Choose another logistic type for this site, or leave it out.",
    doc=MARKETPLACE_PAGE,
)
LISTING_QUOTA: Final = ErrorRule(
    raises=errors.ListingQuotaError,
    status=400,
    code="forbidden",
    says=says(r"active listings quota reached"),
    remedy="Close listings, or wait for a larger quota; marketplace.quota(site_id) tells what is left today.",
    doc=MARKETPLACE_PAGE,
)
LOCKED_FOR_MAPPING: Final = ErrorRule(
    raises=errors.LockedError,
    status=423,
    code="unprocessable_entity",
    says=says(r"parent_id (?P<parent_id>\S+) is locked for mapping"),
    retryable=True,
    remedy="It clears by itself: try again in some seconds.",
    doc=MARKETPLACE_PAGE,
)
INVALID_CALLER: Final = ErrorRule(
    raises=errors.InvalidCallerError,
    status=403,
    says=says(r"invalid caller\.?id|caller\.id\.invalid|invalid token caller"),
    remedy="Use the session of the user this resource belongs to.",
    doc=MARKETPLACE_PAGE,
)
UNIDENTIFIED_USER: Final = ErrorRule(
    raises=errors.UnidentifiedUserError,
    status=403,
    says=says(r"can ?not identify the user"),
    remedy="The token names no user: connect the seller again.",
    doc=MARKETPLACE_PAGE,
)
POLICY: Final = ErrorRule(
    raises=errors.PolicyForbiddenError,
    status=403,
    says=says(r"at least one policy returned unauthorized|^invalid scopes"),
    remedy="Give the application the functional permission in the developer panel; this address may be blocked too.",
    doc=TOKENS_PAGE,
)
MALFORMED_TOKEN: Final = ErrorRule(
    raises=errors.MalformedTokenError,
    status=400,
    code="bad_request",
    says=says(r"malformed access_token"),
    remedy="This is no access token: check where it comes from.",
    doc=TOKENS_PAGE,
)
INVALID_PARAMETER: Final = ErrorRule(
    raises=errors.InvalidParameterError,
    status=400,
    says=says(r"^invalid parameter"),
    remedy="Check the values against the documentation of this resource.",
    doc=MARKETPLACE_PAGE,
)
INVALID_TOKEN: Final = ErrorRule(
    raises=errors.InvalidTokenError,
    status=401,
    says=says(
        r"invalid[_ ]token|expired[_ ]token|invalid access token|authorization value not present"
        r"|^invalid caller\.?id|^unauthorized\.?$"
    ),
    remedy="The token has expired, was revoked, or did not arrive.",
    doc=TOKENS_PAGE,
)
INVALID_TOKEN_BY_CODE: Final = ErrorRule(
    raises=errors.InvalidTokenError, status=401, code="invalid_token", remedy=INVALID_TOKEN.remedy, doc=TOKENS_PAGE
)
EXPIRED_TOKEN: Final = ErrorRule(
    raises=errors.ExpiredTokenError,
    status=403,
    says=says(r"^\s*invalid token\s*$"),
    remedy=INVALID_TOKEN.remedy,
    doc=TOKENS_PAGE,
)
NOT_THE_USERS: Final = ErrorRule(
    raises=errors.UnauthorizedError,
    status=401,
    says=says(r"user not authorized"),
    remedy="The user of the token may not do this: use the session of the owner.",
)
BLOCKED_APPLICATION: Final = ErrorRule(
    raises=errors.UnauthorizedError,
    status=401,
    code="unauthorized_scopes",
    remedy="Mercado Libre has blocked the application: see its page in the developer panel. The token is good.",
    doc="https://developers.mercadolibre.com.ar/es_ar/bloqueo-de-aplicaciones",
)
TOKEN_NOT_SENT: Final = ErrorRule(
    raises=errors.UnidentifiedUserError,
    status=403,
    code="access_token_not_granted",
    remedy="The token did not arrive: connect the seller again.",
    doc=TOKENS_PAGE,
)
ACCESS_DENIED: Final = ErrorRule(
    raises=errors.InvalidCallerError,
    status=403,
    code="access_denied",
    remedy="It belongs to another seller, and only its owner may read it: use the session of that seller.",
)
OPERATOR: Final = ErrorRule(
    raises=errors.ForbiddenError,
    status=403,
    says=says(r"invalid_operator_user_id"),
    remedy="An operator (collaborator) has no access of its own: connect the account's main user.",
    doc=TOKENS_PAGE,
)
INVALID_CALLER_400: Final = ErrorRule(
    raises=errors.BadRequestError,
    status=400,
    code="bad_request",
    says=says(r"^invalid callerid"),
    remedy=INVALID_CALLER.remedy,
)
UNKNOWN_ERROR: Final = ErrorRule(
    raises=errors.BadRequestError,
    status=400,
    says=says(r"^\s*unknown_error\s*$"),
    remedy="Look at the token, and at the permissions of the application.",
)
ITEM_NOT_FOUND: Final = ErrorRule(
    raises=errors.ItemNotFoundError,
    status=404,
    says=says(r"item with id (?P<item_id>\S+) (?:was )?not found"),
    remedy="Check the id, and that it belongs to this seller.",
    doc=MARKETPLACE_PAGE,
)
RESOURCE_NOT_FOUND: Final = ErrorRule(
    raises=errors.ResourceNotFoundError,
    status=404,
    says=says(r"^resource not found|^si quieres conocer los recursos"),
    remedy="The path does not exist, or the id does not.",
    doc=MARKETPLACE_PAGE,
)
ORDER_NOT_FOUND: Final = ErrorRule(
    raises=errors.OrderNotFoundError,
    status=404,
    says=says(r"order not found|orders? do(?:es)? not exist"),
    remedy="A new order may need some minutes before it can be read.",
    doc=ORDERS_PAGE,
)
NOT_OWNED_ORDER: Final = ErrorRule(
    raises=errors.NotOwnedOrderError,
    status=403,
    says=says(r"user has not access to the order"),
    remedy="Use the session of the seller, or of the buyer, of this order.",
    doc=ORDERS_PAGE,
)
NOT_OWNED_ORDER_BY_CODE: Final = ErrorRule(
    raises=errors.NotOwnedOrderError,
    status=403,
    code="not_owned_order",
    remedy=NOT_OWNED_ORDER.remedy,
    doc=ORDERS_PAGE,
)
SHIPMENT_NOT_FOUND: Final = ErrorRule(
    raises=errors.ShipmentNotFoundError,
    status=404,
    says=says(r"not found shipping with id:?\s*(?P<shipment_id>\d*)|not found shipment with id|shipment_id not found"),
    remedy="Check the id; a new sale may need some minutes before its shipment can be read.",
    doc=SHIPMENTS_PAGE,
)
OLD_RESOURCE_CLOSED: Final = ErrorRule(
    raises=errors.OldResourceClosedError,
    status=400,
    says=says(r"cannot modify cbt item from this resource"),
    remedy="Use marketplace.update, which calls today's resource /global/items/{id}.",
    doc=MARKETPLACE_PAGE,
)
VALIDATION_FAILED: Final = ErrorRule(
    raises=errors.ValidationFailedError,
    status=400,
    code="validation_error",
    remedy="Each cause names a field; categories.attributes(category_id) tells what the category asks for.",
    doc="https://developers.mercadolibre.com.ar/en_us/validations",
)
ITEM_REFUSED: Final = ErrorRule(
    raises=errors.ValidationFailedError,
    status=400,
    code_like=re.compile(r"(?:item|body)_(?!not_found).+"),
    remedy="categories.check(item) tells before sending what a category asks for.",
    doc=VALIDATION_FAILED.doc,
)
ANOTHER_REQUEST: Final = ErrorRule(
    raises=errors.ConflictError,
    status=409,
    says=says(r"another request locking this operation"),
    retryable=True,
    remedy="Another call changes the same: try again in some seconds.",
)
NOT_STORED_YET: Final = ErrorRule(
    raises=errors.NotFoundError,
    status=404,
    says=says(r"could not be retrieved from storage"),
    retryable=True,
    remedy="Try again in some seconds.",
)
VERSION_CONFLICT: Final = ErrorRule(
    raises=errors.VersionConflictError,
    status=409,
    says=says(r"version mismatch|optimistic locking"),
    retryable=True,
    remedy="Somebody changed it first: read it again, then write.",
)

PAGE_RULES: Final = (
    INVALID_CALLER,
    UNIDENTIFIED_USER,
    RESOURCE_NOT_FOUND,
    INVALID_TOKEN,
    MALFORMED_TOKEN,
    INVALID_PARAMETER,
    ITEM_NOT_FOUND,
)
"""Rows that the marketplace page prints for every resource it documents."""

CREATING_RULES: Final = (
    COUNTRY_NOT_ALLOWED,
    SHIPPING_NOT_ALLOWED,
    LISTING_QUOTA,
    NOT_CONFIGURED,
    LOCKED_FOR_MAPPING,
    OLD_RESOURCE_CLOSED,
)
"""Rows of the table "Errors creating marketplace items" beyond those of every resource."""

MODIFYING_RULES: Final = (NO_CHILD, OLD_RESOURCE_CLOSED)
"""Rows of the table "Errors modifying marketplace items" beyond those of every resource."""

GLOBAL_RULES: Final = (
    *PAGE_RULES,
    EXPIRED_TOKEN,
    POLICY,
    INVALID_TOKEN_BY_CODE,
    NOT_THE_USERS,
    BLOCKED_APPLICATION,
    TOKEN_NOT_SENT,
    ACCESS_DENIED,
    OPERATOR,
    INVALID_CALLER_400,
    UNKNOWN_ERROR,
    ORDER_NOT_FOUND,
    NOT_OWNED_ORDER,
    NOT_OWNED_ORDER_BY_CODE,
    SHIPMENT_NOT_FOUND,
    VALIDATION_FAILED,
    ITEM_REFUSED,
    NOT_STORED_YET,
    ANOTHER_REQUEST,
    VERSION_CONFLICT,
)
"""Rules for every endpoint, tried after its own."""


class Floor(NamedTuple):
    """What an answer becomes for which no rule fits."""

    raises: type[errors.ResponseError]
    remedy: str


FLOORS: Final[Mapping[int, Floor]] = {
    400: Floor(errors.BadRequestError, "Check the values against the documentation of this resource."),
    401: Floor(errors.UnauthorizedError, "The token was refused: connect the seller again where it stays so."),
    403: Floor(errors.ForbiddenError, "Use the session of the owner; the application may lack a permission too."),
    404: Floor(errors.NotFoundError, "Check the id, and that it belongs to this seller."),
    406: Floor(errors.NotAcceptableError, "This cannot be done with it, as it is configured."),
    409: Floor(errors.ConflictError, "Somebody changes it, or it is there already: read it again."),
    422: Floor(errors.UnprocessableError, "It cannot be done with these values, or not in this state."),
    423: Floor(errors.LockedError, LOCKED_FOR_MAPPING.remedy),
    424: Floor(errors.DependencyFailedError, "Another service of Mercado Libre failed: try again later."),
    429: Floor(errors.RateLimitedError, "Send fewer calls: each application has one budget for each resource."),
    451: Floor(errors.LegalReasonsError, "Final: the user behind this is not available."),
    500: Floor(errors.ServerError, "Mercado Libre has a problem: try again later."),
}
"""By status; 500 stands for all above it."""
RETRYABLE_STATUSES: Final = frozenset({423, 424, 429, 500, 502, 503, 504})


def floor_of(status: int) -> Floor:
    """The class of a status, and what to do, where no rule fits."""
    return FLOORS.get(min(status, 500), Floor(errors.UnexpectedStatusError, ""))
