"""The error tables of the item pages as data.

Validation causes are data in `.causes`: their ids and codes differ between pages, so they have no class each.
"""

from typing import Final

from meli_sdk import errors
from meli_sdk.resources import items_pages as pages
from meli_sdk.wire.error_rules import ErrorRule, normal_code, says

UNABLE_TO_LIST: Final = tuple(
    ErrorRule(
        raises=errors.SellerUnableToListError,
        status=status,
        code=normal_code("seller.unable_to_list"),
        remedy="users.get(user_id).status.list tells what the account lacks.",
        doc=pages.PUBLISH,
    )
    for status in (400, 403)
)
TITLE_NOT_BUILT: Final = ErrorRule(
    raises=errors.ValidationFailedError,
    status=400,
    says=says(r"/decorations/build-title"),
    remedy="Mercado Libre could not make a title of this family name and these attributes: name more features.",
    doc=pages.USER_PRODUCTS,
)
WRITING: Final = (*UNABLE_TO_LIST, TITLE_NOT_BUILT)
"""Rows for creating, validating and changing an item."""

DESCRIPTION: Final = (
    ErrorRule(
        raises=errors.DescriptionExistsError,
        status=400,
        says=says(r"already has a description"),
        remedy="items.set_description replaces it.",
        doc=pages.DESCRIPTIONS,
    ),
    ErrorRule(
        raises=errors.ValidationFailedError,
        status=400,
        says=says(r"description must be in plain text"),
        remedy="No HTML and no emoji: the cause's reference names the first character that is refused.",
        doc=pages.DESCRIPTIONS,
    ),
)
SEARCHING: Final = (
    ErrorRule(
        raises=errors.ScrollExpiredError,
        status=400,
        code=normal_code("invalid.scroll.id"),
        remedy="A scan has to be read within five minutes a page: begin it again.",
        doc=pages.SEARCH,
    ),
    ErrorRule(
        raises=errors.InvalidParameterError,
        status=400,
        says=says(r"invalid limit and offset values"),
        remedy="Beyond offset 1000 only a scan goes on: items.search changes over by itself.",
        doc=pages.SEARCH,
    ),
    ErrorRule(
        raises=errors.InvalidParameterError,
        status=400,
        says=says(r"no site_id provided"),
        remedy="The user id is not one of Mercado Libre's sellers.",
        doc=pages.SEARCH,
    ),
    ErrorRule(
        raises=errors.InvalidCallerError,
        status=403,
        says=says(r"searching another user items is restricted"),
        remedy="Search with the session of that seller.",
        doc=pages.SEARCH,
    ),
)
_PRICES_REMEDY: Final = (
    "At most five, all in the item's currency, each with its own min_purchase_unit and the contexts "
    "channel_marketplace and user_type_business: QuantityPrice.of makes such a row."
)
QUANTITY_PRICES: Final = (
    *(
        ErrorRule(
            raises=errors.QuantityPricesError,
            status=status,
            says=says(
                r"needs min_purchase_unit|maximum of 5 prices|min purchase unit are not unique"
                r"|currencies must be the same"
            ),
            remedy=_PRICES_REMEDY,
            doc=pages.QUANTITY_PRICES,
        )
        for status in (400, 404)
    ),
    ErrorRule(
        raises=errors.ItemNotFoundError,
        status=404,
        says=says(r"^item not found"),
        remedy="Check the id, and that it belongs to this seller.",
        doc=pages.QUANTITY_PRICES,
    ),
    ErrorRule(
        raises=errors.InvalidCallerError,
        status=403,
        says=says(r"caller id must match item owner|caller id does not have rights"),
        remedy="Use the session of the seller who owns the item.",
        doc=pages.QUANTITY_PRICES,
    ),
    ErrorRule(
        raises=errors.ForbiddenError,
        status=403,
        says=says(r"must provide a client id"),
        remedy="The token belongs to no application: connect the seller through yours.",
        doc=pages.QUANTITY_PRICES,
    ),
)
SHIPPING_OPTIONS: Final = (
    ErrorRule(
        raises=errors.InvalidParameterError,
        status=400,
        code="invalid_zip_code",
        remedy="zip_code is for Brazil, Mexico and Argentina; elsewhere give city_to.",
        doc=pages.SHIPPING_COSTS,
    ),
    ErrorRule(
        raises=errors.InvalidCallerError,
        status=403,
        says=says(r"items api error"),
        remedy="Only the owner of the item sees its shipping options.",
        doc=pages.SHIPPING_COSTS,
    ),
    ErrorRule(
        raises=errors.NotFoundError,
        status=404,
        says=says(r"sla coverage not found"),
        remedy="Nothing ships the item to this destination.",
        doc=pages.SHIPPING_COSTS,
    ),
    ErrorRule(
        raises=errors.InvalidParameterError,
        status=400,
        says=says(r"seller_id must have a value"),
        remedy="Give the seller: user_id=..., or a session that has one.",
        doc=pages.SHIPPING_COSTS,
    ),
)
FEES: Final = (
    ErrorRule(
        raises=errors.InvalidParameterError,
        status=400,
        says=says(r"the parameter '\w+' has to be"),
        remedy="Give the parameter the kind of value that the message names.",
        doc=pages.FEES,
    ),
)
MODERATIONS: Final = (
    ErrorRule(
        raises=errors.InvalidParameterError,
        status=400,
        says=says(r"limit max value is 20|invalid date time format"),
        remedy="At most 20 rows a page, and a moment with its zone.",
        doc=pages.MODERATIONS,
    ),
)
QUESTIONS: Final = (
    ErrorRule(
        raises=errors.InvalidParameterError,
        status=400,
        code="invalid_question",
        remedy="The question does not exist, is answered already, or is another seller's.",
        doc=pages.QUESTIONS,
    ),
    ErrorRule(
        raises=errors.InvalidParameterError,
        status=400,
        code="invalid_post_body",
        remedy="A question has item_id and text, an answer question_id and at most 2,000 characters of text.",
        doc=pages.QUESTIONS,
    ),
    ErrorRule(
        raises=errors.NotFoundError,
        status=404,
        says=says(r"response time not found"),
        remedy="The seller has answered no question lately.",
        doc=pages.QUESTIONS,
    ),
)
PICTURES: Final = (
    ErrorRule(
        raises=errors.RateLimitedError,
        status=429,
        remedy="The application's own budget for uploads is used up: upload more slowly.",
        doc=pages.PICTURES,
    ),
    ErrorRule(
        raises=errors.UploadQuotaError,
        status=400,
        says=says(r"see message detail"),
        retryable=True,
        remedy="The application's own budget for uploads is used up: upload more slowly.",
        doc=pages.PICTURES,
    ),
    ErrorRule(
        raises=errors.ValidationFailedError,
        status=400,
        says=says(r"p[ií]x(?:eles|els)"),
        remedy="At least 500 pixels on one side; 1200 by 1200 is recommended.",
        doc=pages.PICTURES,
    ),
    ErrorRule(
        raises=errors.ValidationFailedError,
        status=400,
        code=normal_code("file.not_found"),
        remedy="Send the picture as the form's field `file`.",
        doc=pages.PICTURES,
    ),
)
FAMILY_TASKS: Final = (
    ErrorRule(
        raises=errors.NotFoundError,
        status=404,
        says=says(r"task not found"),
        remedy="The id is the task_id that items.user_products.edit_family answered.",
        doc=pages.USER_PRODUCTS,
    ),
)
