"""The error tables of the item and category pages, over a real socket: each row as its class, causes as data."""

import pytest

from meli_sdk import errors
from meli_sdk.models import QuantityPrice

ID = "MLA1402200117"
TEN = [QuantityPrice.of(9, "ARS", from_units=10)]


def standard(error, message, status, cause=()):
    return {"message": message, "error": error, "status": status, "cause": list(cause)}


CAUSE_IDS = (
    *(101, 109, 126, 129, 147, 154, 173, 201, 204, 304, 369, 372, 382, 394, 398, 465, 502, 508, 509, 1212, 2511, 2516),
    *(2610, 2611, 2612, 2613, 2614, 2615, 2616, 2617, 3250, 3416, 3417, 3418, 3419, 3510, 3701, 3702, 3703, 3704, 3705),
    *(3706, 3707, 3708, 3709, 3710, 3711, 3712, 3715, 4029, 4210, 5002, 5012, 5119, 5141, 5400, 5401, 5402, 7710, 7711),
    *(7712, 7714, 7810, *range(31, 49), 51, 55),
)
CREATE = ("POST /items", lambda me: me.items.create({"title": "x"}))
PRICES = ("POST /items/{id}/prices/standard/quantity", lambda me: me.items.prices.set_by_quantity(ID, TEN))
SEARCH = ("GET /users/{id}/items/search", lambda me: me.items.search().collect(limit=1))
DESCRIBE = ("PUT /items/{id}/description", lambda me: me.items.set_description(ID, "Suena bien"))
OPTIONS = ("GET /items/{id}/shipping_options", lambda me: me.items.shipping.options(ID, zip_code="1675"))
FREE = ("GET /users/{id}/shipping_options/free", lambda me: me.items.shipping.free_cost(item_id=ID))
INFRACTIONS = ("GET /moderations/infractions/{id}", lambda me: me.items.moderations.infractions().collect(limit=1))
ANSWER = ("POST /answers", lambda me: me.items.questions.answer(5, "Sí"))
DISCOVER = ("GET /sites/{id}/domain_discovery/search", lambda me: me.categories.discover("MLA", "x"))

ROWS = [
    (CREATE, 400, standard("item.category_id.invalid", "Category MLA1 does not exist.", 400), errors.ValidationFailedError),
    (CREATE, 400, standard("body.invalid_fields", "The fields [x] are invalid for requested call.", 400),
     errors.ValidationFailedError),
    (CREATE, 400, {"message": "body.invalid_field_types", "status": 400, "cause": [],
                   "error": "[invalid property type: [price] expected Number but was String value: p,\n]"},
     errors.ValidationFailedError),
    (CREATE, 400, standard("seller.unable_to_list", "The seller is not allowed to publish.", 400),
     errors.SellerUnableToListError),
    (CREATE, 403, standard("seller.unable_to_list", "The seller is not allowed to publish.", 403),
     errors.SellerUnableToListError),
    (CREATE, 400, standard("bad_request", "POST /decorations/build-title failed", 400), errors.ValidationFailedError),
    (("PUT /items/{id}", lambda me: me.items.delete(ID, check=False)), 400,
     standard("item.status.invalid", "no", 400), errors.ValidationFailedError),
    (DESCRIBE, 400, standard("item.description.invalid", "Item already has a description, use PUT instead", 400),
     errors.DescriptionExistsError),
    (DESCRIBE, 400, standard("validation_error", "The description must be in plain text", 400),
     errors.ValidationFailedError),
    (PRICES, 403, standard("forbidden", "You must provide a client id", 403), errors.ForbiddenError),
    (PRICES, 404, standard("not.found", "Item not found", 404), errors.ItemNotFoundError),
    (PRICES, 403, standard("FORBIDDEN", "Caller ID must match item owner", 403), errors.InvalidCallerError),
    (PRICES, 403, standard("FORBIDDEN", "Caller ID does not have rights to access this endpoint", 403),
     errors.InvalidCallerError),
    (PRICES, 404, standard("bad.request", "A price per quantity needs min_purchase_unit and specific "
                           "context_restrictions (channel_marketplace and user_type_business)", 404),
     errors.QuantityPricesError),
    (PRICES, 404, standard("bad.request", "You can just send a maximum of 5 prices per quantity", 404),
     errors.QuantityPricesError),
    (PRICES, 400, standard("invalid.price_per_quantity", "Price per quantity min purchase unit are not unique", 400),
     errors.QuantityPricesError),
    (PRICES, 404, standard("invalid.price.currency", "Currencies must be the same for all prices", 404),
     errors.QuantityPricesError),
    (SEARCH, 400, standard("bad_request", "handler error, bad request no site_id provided", 400),
     errors.InvalidParameterError),
    (SEARCH, 400, standard("invalid.scroll.id", "Invalid Scroll Id: Error decode reading Scroll ID", 400),
     errors.ScrollExpiredError),
    (SEARCH, 400, standard("bad_request", "Invalid limit and offset values", 400), errors.InvalidParameterError),
    (SEARCH, 403, standard("forbidden", "Searching another user items is restricted.", 403), errors.InvalidCallerError),
    (SEARCH, 404, standard("not_found", "Item with id MLA1 not found", 404), errors.ItemNotFoundError),
    (SEARCH, 404, standard("not_found", "resource not found", 404), errors.ResourceNotFoundError),
    (OPTIONS, 400, standard("invalid_zip_code", "zip", 400), errors.InvalidParameterError),
    (OPTIONS, 403, standard("forbidden", "items API error", 403), errors.ForbiddenError),
    (OPTIONS, 404, standard("not_found", "sla coverage not found", 404), errors.NotFoundError),
    (FREE, 400, standard("bad_request", "seller_id must have a value!", 400), errors.InvalidParameterError),
    (FREE, 404, standard("not_found", "Item with id MLA1 not found", 404), errors.ItemNotFoundError),
    (("GET /sites/{id}/listing_prices", lambda me: me.items.prices.fees("MLA", 5)), 400,
     standard("bad_request", "The parameter 'price' has to be a number", 400), errors.InvalidParameterError),
    (INFRACTIONS, 400, standard("bad_request", "limit max value is 20", 400), errors.InvalidParameterError),
    (INFRACTIONS, 400, standard("bad_request", "date_created_since invalid date time format.", 400),
     errors.InvalidParameterError),
    (INFRACTIONS, 403, standard("forbidden", "Can not identify the user.", 403), errors.UnidentifiedUserError),
    (ANSWER, 400, standard("invalid_question", "no", 400), errors.InvalidParameterError),
    (ANSWER, 400, standard("invalid_post_body", "no", 400), errors.InvalidParameterError),
    (("GET /users/{id}/questions/response_time", lambda me: me.items.questions.response_time()), 404,
     standard("not_found", "Response time not found for user id: 7", 404), errors.NotFoundError),
    (("POST /pictures/items/upload", lambda me: me.items.upload_picture(b"\xff\xd8\xff")), 400,
     standard("bad_request", "Asegúrate de que la imagen tenga como mínimo 500 píxeles", 400),
     errors.ValidationFailedError),
    (("GET /user-products-families/tasks/{id}", lambda me: me.items.user_products.family_task("mla_1")), 404,
     standard("not_found", "Task not found", 404), errors.NotFoundError),
    (("GET /items/{id}", lambda me: me.items.get(ID)), 403,
     {"message": "Access to the requested resource is forbidden", "error": "access_denied", "status": 403, "cause": None},
     errors.ForbiddenError),
    (("GET /categories/{id}", lambda me: me.categories.get("CBT999999999")), 404,
     standard("not_found", "Category not found: CBT999999999", 404), errors.CategoryNotFoundError),
    (("GET /sites/{id}/categories/all", lambda me: me.categories.dump("MLA")), 400,
     standard("bad_request", "site is not valid", 400), errors.InvalidParameterError),
    (DISCOVER, 400, {"message": "Site ID or Query is empty", "error": "Bad Request", "status": 400,
                     "cause": "Bad Request", "cause_list": [{"msg": "Bad Request"}]}, errors.InvalidParameterError),
    (DISCOVER, 403, {"message": "Unexpected error validating API access", "error": "Forbidden", "status": 403,
                     "cause": "Forbidden", "cause_list": [{"msg": "Forbidden"}]}, errors.ForbiddenError),
    (DISCOVER, 404, {"message": "Resource /sites/MLX/domain_discovery/search not found.", "error": "Not Found"},
     errors.ResourceNotFoundError),
]  # fmt: skip


@pytest.mark.parametrize(
    ("call", "status", "body", "kind"), ROWS, ids=[f"{place}-{row[3].__name__}" for place, row in enumerate(ROWS)]
)
async def test_every_documented_error_arrives_as_its_class(box, local, call, status, body, kind):
    match, make = call
    box.fail_next(match, status, body, times=10)
    with pytest.raises(errors.ResponseError) as raised:
        await make(local)
    error = raised.value
    assert type(error) is kind
    assert error.status == status
    assert error.remedy
    assert error.request_id


@pytest.mark.parametrize("cause_id", CAUSE_IDS)
async def test_every_documented_cause_is_data(box, local, cause_id):
    kind = "warning" if cause_id in (382, 465, 1212, 2511, 4029) else "error"
    cause = {"department": "items", "cause_id": cause_id, "type": kind, "code": "a.code", "references": ["item.x"],
             "message": "m"}  # fmt: skip
    box.fail_next("POST /items/validate", 400, standard("validation_error", "Validation error", 400, [cause]))
    with pytest.raises(errors.ValidationFailedError) as raised:
        await local.items.validate({"title": "x"})
    (found,) = raised.value.causes
    assert (found.cause_id, found.code, found.department, found.references) == (
        cause_id,
        "a.code",
        "items",
        ("item.x",),
    )
    assert len(raised.value.warnings) == (kind == "warning")
