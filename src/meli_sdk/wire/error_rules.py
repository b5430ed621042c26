"""The documented error tables as data: which answer becomes which exception, and what to do about it.

Rules are tried in order, those of the endpoint first; the first that fits wins, and the class of the HTTP status is
the floor. Mercado Libre's tables contradict themselves (401 `not_found`, 404 `bad_request`, 400 `forbidden`), so a
rule names status, code and words, and a row counts as it was printed, not as it should have been.
"""

import re
from collections.abc import Sequence
from typing import Final

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
    says=says(r"invalid caller\.?id|caller\.id\.invalid"),
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
    says=says(r"at least one policy returned unauthorized"),
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
    says=says(r"invalid[_ ]token|expired[_ ]token|invalid access token|authorization value not present"),
    remedy="The token has expired or was revoked.",
    doc=TOKENS_PAGE,
)
INVALID_TOKEN_BY_CODE: Final = ErrorRule(
    raises=errors.InvalidTokenError, status=401, code="invalid_token", remedy=INVALID_TOKEN.remedy, doc=TOKENS_PAGE
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
LEGAL_REASONS: Final = ErrorRule(
    raises=errors.LegalReasonsError,
    status=451,
    code="unavailable_for_legal_reasons",
    remedy="Final: the user behind this is not available for legal reasons.",
    doc=ORDERS_PAGE,
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
    POLICY,
    INVALID_TOKEN_BY_CODE,
    ORDER_NOT_FOUND,
    NOT_OWNED_ORDER,
    NOT_OWNED_ORDER_BY_CODE,
    SHIPMENT_NOT_FOUND,
    LEGAL_REASONS,
    VALIDATION_FAILED,
    VERSION_CONFLICT,
)
"""Rules for every endpoint, tried after its own."""

BY_STATUS: Final[dict[int, type[errors.ResponseError]]] = {
    400: errors.BadRequestError,
    401: errors.UnauthorizedError,
    403: errors.ForbiddenError,
    404: errors.NotFoundError,
    406: errors.NotAcceptableError,
    409: errors.ConflictError,
    422: errors.UnprocessableError,
    423: errors.LockedError,
    429: errors.RateLimitedError,
    451: errors.LegalReasonsError,
}
RETRYABLE_STATUSES: Final = frozenset({423, 424, 429, 500, 502, 503, 504})


def class_of_status(status: int) -> type[errors.ResponseError]:
    """The floor: the class of a status for which no rule fits."""
    if status >= 500:  # noqa: PLR2004
        return errors.ServerError
    return BY_STATUS.get(status, errors.UnexpectedStatusError)
