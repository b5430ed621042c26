"""The error tables of the Global Selling pages beyond that of the mission page, as rules."""

from typing import Final

from meli_sdk import errors
from meli_sdk.resources import marketplace_pages as pages
from meli_sdk.resources.shipments_errors import LABEL_RULES as _LABEL_RULES
from meli_sdk.resources.shipments_errors import SHIPMENT_RULES as _SHIPMENT_RULES
from meli_sdk.resources.shipments_errors import SPLIT_RULES as _SPLIT_RULES
from meli_sdk.wire.error_rules import CREATING_RULES, LISTING_QUOTA, MODIFYING_RULES, ErrorRule, says

_CHECK: Final = "Check the values against the documentation of this resource."

PARAM_NOT_VALID: Final = ErrorRule(
    raises=errors.InvalidParameterError,
    status=400,
    says=says(r"^param not valid|error when trying to parse request body"),
    remedy=_CHECK,
    doc=pages.ORDERS,
)
ORDER_ABSENT: Final = ErrorRule(
    raises=errors.OrderNotFoundError,
    status=404,
    code="not_found",
    remedy=(
        "Check that this is an order's id and not a pack's (marketplace.packs.get); "
        "a new order may need some minutes before it can be read."
    ),
    doc=pages.ORDERS,
)
NOT_A_PHONE: Final = ErrorRule(
    raises=errors.BadRequestError,
    status=400,
    says=says(r"we can only update product from category"),
    remedy="Only phones sold in Colombia (category MCO1055) need the IMEI.",
    doc=pages.ORDERS,
)
WRONG_ORDER_ATTRIBUTE: Final = ErrorRule(
    raises=errors.InvalidParameterError,
    status=400,
    says=says(r"imei must be 15 digits|must specify valid attribute name"),
    remedy="The attribute is IMEI, its value 15 digits.",
    doc=pages.ORDERS,
)
ORDER_RULES: Final = (PARAM_NOT_VALID,)
"""Rows of the table of Global Selling orders beyond those of every resource."""
READ_ORDER_RULES: Final = (*ORDER_RULES, ORDER_ABSENT)
"""The same where an order is named: "Resource not found" means the order."""
ORDER_ATTRIBUTE_RULES: Final = (NOT_A_PHONE, WRONG_ORDER_ATTRIBUTE, *READ_ORDER_RULES)

NO_ORDERS_IN_PACK: Final = ErrorRule(
    raises=errors.NotOwnedOrderError,
    status=403,
    says=says(r"no orders found"),
    remedy="The pack holds no order of this account: use the session of the account that sold.",
    doc=pages.PACKS,
)
PACK_RULES: Final = (NO_ORDERS_IN_PACK,)

NOT_OWN_LOGISTICS: Final = ErrorRule(
    raises=errors.NotAcceptableError,
    status=406,
    code="not_acceptable",
    remedy="Only shipments of mode me1, type default take tracking; Mercado Libre moves the others itself.",
    doc=pages.SHIPMENTS,
)
SHIPMENT_RULES: Final = (PARAM_NOT_VALID, *_SHIPMENT_RULES)
TRACKING_RULES: Final = (NOT_OWN_LOGISTICS, *SHIPMENT_RULES)
SPLIT_RULES: Final = (PARAM_NOT_VALID, *_SPLIT_RULES)
IMEI_MISSING: Final = ErrorRule(
    raises=errors.NotFoundError,
    status=404,
    code="error_shipment",
    says=says(r"mandatory information is missing"),
    remedy="Send it with marketplace.orders.set_imei, then ask for the label again.",
    doc=pages.SHIPMENTS,
)
NO_PUBLIC_LABEL: Final = ErrorRule(
    raises=errors.LabelsRefusedError,
    status=400,
    says=says(r"invalid_shipment_ff_public"),
    remedy="Mercado Libre's warehouse ships it: there is no label for the seller.",
    doc=pages.SHIPMENTS,
)
LABEL_TOO_LATE: Final = ErrorRule(
    raises=errors.UnauthorizedError,
    status=401,
    code="unauthorized_scopes",
    remedy="The label cannot be printed any more; the token is good.",
    doc=pages.SHIPMENTS,
)
LABEL_RULES: Final = (IMEI_MISSING, NO_PUBLIC_LABEL, LABEL_TOO_LATE, *SHIPMENT_RULES, *_LABEL_RULES)
WORKING_DAYS_REFUSED: Final = ErrorRule(
    raises=errors.BadRequestError,
    status=400,
    code="unauthorized",
    says=says(r"fail to check user identity"),
    remedy="Use the session of the Global Selling account above this marketplace account.",
    doc=pages.SHIPMENTS,
)
NOT_THE_MERCHANTS: Final = ErrorRule(
    raises=errors.InvalidCallerError,
    status=403,
    says=says(r"seller does not belong to authenticated merchant"),
    remedy="marketplace.user() lists the marketplace accounts of this merchant.",
    doc=pages.SHIPMENTS,
)
WORKING_DAYS_RULES: Final = (WORKING_DAYS_REFUSED, NOT_THE_MERCHANTS)

NO_ACCOUNT_THERE: Final = ErrorRule(
    raises=errors.NotConfiguredToListError,
    status=400,
    says=says(r"you dont have user in this site and logistic"),
    remedy="marketplace.user().targets lists where this account may publish.",
    doc=pages.DESCRIPTION,
)
WRONG_TARGET: Final = ErrorRule(
    raises=errors.InvalidParameterError,
    status=400,
    says=says(r"invalid or empty (?:site_id|logistic_type|parent item id)"),
    remedy="A description belongs to a site and a logistic type: name both, with the global item's id.",
    doc=pages.DESCRIPTION,
)
DESCRIPTION_EXISTS: Final = ErrorRule(
    raises=errors.DescriptionExistsError,
    status=400,
    says=says(r"item already has a description"),
    remedy="marketplace.set_description replaces it.",
    doc=pages.DESCRIPTION,
)
DESCRIPTION_NOT_TEXT: Final = ErrorRule(
    raises=errors.ValidationFailedError,
    status=400,
    says=says(r"description must be in plain text|item\.description\.type\.invalid"),
    remedy="No markup: the cause names the first character that is wrong.",
    doc=pages.DESCRIPTION,
)
BODY_MISSING: Final = ErrorRule(
    raises=errors.BadRequestError,
    status=400,
    code="missing_body",
    remedy="The call has to carry a body.",
    doc=pages.DESCRIPTION,
)
NO_DESCRIPTION: Final = ErrorRule(
    raises=errors.NotFoundError,
    status=404,
    says=says(r"description of item with id \S+ not found"),
    remedy="This site has no description yet: marketplace.set_description writes the first one.",
    doc=pages.DESCRIPTION,
)
DESCRIPTION_RULES: Final = (
    WRONG_TARGET,
    NO_ACCOUNT_THERE,
    NO_DESCRIPTION,
    DESCRIPTION_EXISTS,
    DESCRIPTION_NOT_TEXT,
    BODY_MISSING,
)
ITEM_ABSENT: Final = ErrorRule(
    raises=errors.ItemNotFoundError,
    status=404,
    says=says(r"^item not found"),
    remedy="Check the id, and that it belongs to this account.",
    doc=pages.FULFILLMENT_STOCK,
)

NOT_CONFIGURED_TODAY: Final = ErrorRule(
    raises=errors.NotConfiguredToListError,
    status=400,
    cause_id=5119,
    says=says(
        r"current user (?P<user_id>\S+) is not configured to list in site (?P<site_id>\S+)"
        r" using (?P<logistic_type>\S+) logistic"
    ),
    remedy="marketplace.user(user_id).targets lists where this user may publish.",
    doc=pages.IDENTIFIERS,
)
INVALID_PRICE: Final = ErrorRule(
    raises=errors.InvalidParameterError,
    status=400,
    says=says(r"cannot update item price because it is an invalid value"),
    remedy="A price is an amount in USD above 0.",
    doc=pages.UPDATE,
)
INVALID_STOCK: Final = ErrorRule(
    raises=errors.InvalidParameterError,
    status=400,
    says=says(r"invalid property type: \[available_quantity\]"),
    remedy="A stock is a whole number from 0.",
    doc=pages.UPDATE,
)
INVALID_SITE: Final = ErrorRule(
    raises=errors.InvalidParameterError,
    status=400,
    says=says(r"user not found by site"),
    remedy="marketplace.user().targets lists the sites of this account.",
    doc=pages.UPDATE,
)
HAS_INVENTORY: Final = ErrorRule(
    raises=errors.ValidationFailedError,
    status=400,
    says=says(r"item or variation you are trying to modify has inventory"),
    remedy=(
        "Mercado Libre's warehouse holds it: its combinations cannot change, no variation can be deleted, and it cannot "
        "be closed."
    ),
    doc=pages.UPDATE,
)
DIMENSIONS_UNREADABLE: Final = ErrorRule(
    raises=errors.ValidationFailedError,
    status=400,
    says=says(r"error processing dimensions for item"),
    remedy="Send all four of PACKAGE_HEIGHT, PACKAGE_LENGTH, PACKAGE_WIDTH and PACKAGE_WEIGHT.",
    doc=pages.UPDATE,
)
SHIPPING_NOT_VALID: Final = ErrorRule(
    raises=errors.ValidationFailedError,
    status=400,
    says=says(r"shipping configuration is not valid for item"),
    remedy="Look at IS_FLAMMABLE, the dimensions the carrier takes, and whether the account ships by me2.",
    doc=pages.UPDATE,
)
NOT_A_PACKAGE: Final = ErrorRule(
    raises=errors.PackageSizeError,
    status=422,
    says=says(r"dimensions and/or weights do not correspond to real measurements"),
    remedy="Each side 3 cm at least, 50 g at least, and width x height x length / 5000 above 0.02.",
    doc=pages.UPDATE,
)
UPDATE_RULES: Final = (
    *MODIFYING_RULES,
    DESCRIPTION_NOT_TEXT,
    BODY_MISSING,
    INVALID_PRICE,
    INVALID_STOCK,
    INVALID_SITE,
    HAS_INVENTORY,
    DIMENSIONS_UNREADABLE,
    SHIPPING_NOT_VALID,
    NOT_A_PACKAGE,
    NOT_CONFIGURED_TODAY,
)
"""Rows of the table of `PUT /global/items`."""
PUBLISH_RULES: Final = (
    *CREATING_RULES,
    NOT_CONFIGURED_TODAY,
    INVALID_PRICE,
    DIMENSIONS_UNREADABLE,
    SHIPPING_NOT_VALID,
    NOT_A_PACKAGE,
)
"""Rows that a publication through `/global/items` may meet."""

NO_PRICE_REFERENCES: Final = ErrorRule(
    raises=errors.NotFoundError,
    status=404,
    says=says(r"user has no items with price suggestion"),
    remedy="None of this account's items has a price reference now.",
    doc=pages.PRICES,
)
NOT_A_GLOBAL_ITEM: Final = ErrorRule(
    raises=errors.NotFoundError,
    status=404,
    says=says(r"item \S+ is not a cbt item"),
    remedy="Price references are for marketplace items of Global Selling.",
    doc=pages.PRICES,
)
NO_PRICE_REFERENCE: Final = ErrorRule(
    raises=errors.NotFoundError,
    status=404,
    says=says(r"item price reference not found"),
    remedy="This item has no price reference now; marketplace.price_references lists those that have.",
    doc=pages.PRICES,
)
PRICE_RULES: Final = (NO_PRICE_REFERENCES, NOT_A_GLOBAL_ITEM, NO_PRICE_REFERENCE)

NOTHING_UNDER_WAY: Final = ErrorRule(
    raises=errors.NotFoundError,
    status=404,
    says=says(r"there are no publishing processes running"),
    remedy="Nothing is being published: suggestions.publish starts a process.",
    doc=pages.SUGGESTIONS,
)
SITE_NOT_ACTIVE: Final = ErrorRule(
    raises=errors.NotConfiguredToListError,
    status=400,
    says=says(r"\[?site id\]? is not active"),
    remedy="marketplace.user().targets lists the sites of this account.",
    doc=pages.SUGGESTIONS,
)
CAP_REACHED: Final = ErrorRule(
    raises=errors.ListingQuotaError,
    status=400,
    says=says(r"listing cap no(?:t)? valid"),
    remedy=LISTING_QUOTA.remedy,
    doc=pages.SUGGESTIONS,
)
SUGGESTION_RULES: Final = (NOTHING_UNDER_WAY, SITE_NOT_ACTIVE, CAP_REACHED)

USER_PRODUCT_ABSENT: Final = ErrorRule(
    raises=errors.NotFoundError,
    status=404,
    says=says(r"user-product not found"),
    remedy="Check the id: local ones begin with the site (MLMU1), global ones with U.",
    doc=pages.USER_PRODUCTS,
)
USER_PRODUCT_RULES: Final = (USER_PRODUCT_ABSENT, *PUBLISH_RULES)
