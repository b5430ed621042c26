"""The error tables of the item and category pages, over a real socket: each row as its class, causes as data."""

import pytest
from tests.resources.error_rows import Call, arrives, on

from meli_sdk import errors
from meli_sdk.errors import Cause
from meli_sdk.models import QuantityPrice

ID = "MLA1402200117"
TEN = [QuantityPrice.of(9, "ARS", from_units=10)]


WARNINGS = {382, 465, 1212, 2511, 2615, 2616, 3416, 3417, 3418, 3419, 4029}
CAUSES = {
    101: "body.invalid_field_types",
    109: "item.price.invalid",
    126: "item.category_id.invalid",
    129: "item.price.invalid",
    147: "item.attributes.missing_required",
    154: "item.attributes.invalid_length",
    173: "item.listing_type_id.requiresPictures",
    201: "item.pictures.max",
    204: "item.pictures.picture_not_found",
    304: "item.logistic_type.invalid",
    369: "body.required_fields",
    372: "tem.attributes.non_existent.limit_exceded",
    382: "item.category_id.migrated",
    394: "item.attribute.values.name.invalid",
    398: "item.description.type.invalid",
    465: "item.video_id.dropped",
    502: "item.price.not_modifiable",
    508: "item.pictures.invalid_status",
    509: "item.pictures.below_minimum",
    1212: "normalize.item.attribute.values",
    2511: "create.item.attribute.business_conditional",
    2516: "error.item.attribute.business_conditional.value_name",
    2610: "missing.fashion_grid.grid_id.values",
    2611: "missing.fashion_grid.grid_row_id.values",
    2612: "missing.fashion_grid.size.values",
    2613: "invalid.fashion_grid.grid_id.values",
    2614: "invalid.fashion_grid.grid_row_id.values",
    2615: "invalid.fashion_grid.size.values",
    2616: "invalid.fashion_grid.size.values",
    2617: "invalid.fashion_grid.seller_id.values",
    3250: "moderations.seller.not_authorized",
    3416: "item.attribute.anatel_homologation_number.invalid",
    3417: "item.attribute.ean.invalid",
    3418: "item.attribute.anatel_homologation_number.missing",
    3419: "item.attribute.ean.missing",
    3510: "validation_error",
    3701: "item.attribute.invalid_product_identifier",
    3702: "item.attribute.invalid_sanitary_registry_value",
    3703: "item.pictures.invalid_size",
    3704: "item.attribute.missing_catalog_required",
    3705: "item.title.minimum_length",
    3706: "item.pictures.unavailable",
    3707: "item.descriptions.length_exceeded",
    3708: "item.attribute.number_invalid_format",
    3709: "item.attribute.invalid_sale_units",
    3710: "item.attribute.invalid_voltage",
    3711: "item.attribute.gtin_invalid_domain",
    3712: "item.attribute.gtin_invalid_brand",
    3715: "item.title.minimum_length",
    4029: "shipping.me2_adoption_mandatory",
    4210: "invalid.title.gender",
    5002: "item.price.invalid",
    5012: "item.price.below_minimum",
    5119: "validation_error",
    5141: "item.title.empty",
    5400: "item.attribute.missing.seller.package.dimensions",
    5401: "item.attribute.invalid.seller.package.dimensions",
    5402: "item.attribute.invalid.format.seller.package.dimensions",
    7710: "item.attribute.product_identifier.invalid",
    7711: "item.attribute.product_identifier.invalid_format",
    7712: "item.attribute.product_identifier.invalid_by_domain_catalog",
    7714: "item.attribute.universal_code.invalid_format",
    7810: "item.attribute.missing_conditional_required",
}
"""Causes of the validation tables, and those met outside them; some codes are spelt or shared as oddly as here."""
FAMILY_CAUSES = {
    31: "fields.to_update.missing",
    32: "common_content.family_name.null",
    33: "common_content.domain_id.null",
    34: "common_content.attributes.null",
    35: "user_products.null",
    36: "user_products.id.null",
    37: "user_products.attributes.null",
    38: "user_products.incomplete",
    39: "user_products.family_not_exist",
    40: "user_products.attribute_id.missing",
    41: "user_products.attribute_name.missing",
    42: "user_products.attribute_values.missing",
    43: "user_products.attribute_value_id.missing",
    44: "user_products.attribute_value_name.missing",
    45: "user_products.duplicated_attribute",
    46: "user_products.update.failed",
    47: "user_products.miss_match_attribute",
    48: "user_products.duplicated_attribute.by_common_content_and_by_user_product",
    51: "user_products.attributes.number_unit",
    55: "family_id.collision",
}
CREATE: Call = ("POST /items", lambda me: me.items.create({"title": "x"}))
PRICES: Call = ("POST /items/{id}/prices/standard/quantity", lambda me: me.items.prices.set_by_quantity(ID, TEN))
SEARCH: Call = ("GET /users/{id}/items/search", lambda me: me.items.search().collect(limit=1))
DESCRIBE: Call = ("PUT /items/{id}/description", lambda me: me.items.set_description(ID, "Suena bien"))
OPTIONS: Call = ("GET /items/{id}/shipping_options", lambda me: me.items.shipping.options(ID, zip_code="1675"))
FREE: Call = ("GET /users/{id}/shipping_options/free", lambda me: me.items.shipping.free_cost(item_id=ID))
INFRACTIONS: Call = (
    "GET /moderations/infractions/{id}",
    lambda me: me.items.moderations.infractions().collect(limit=1),
)
ANSWER: Call = ("POST /answers", lambda me: me.items.questions.answer(5, "Sí"))
DISCOVER: Call = ("GET /sites/{id}/domain_discovery/search", lambda me: me.categories.discover("MLA", "x"))

DELETE: Call = ("PUT /items/{id}", lambda me: me.items.delete(ID, check=False))
READ: Call = ("GET /items/{id}", lambda me: me.items.get(ID))
FEES: Call = ("GET /sites/{id}/listing_prices", lambda me: me.items.prices.fees("MLA", 5))
WAITED: Call = ("GET /users/{id}/questions/response_time", lambda me: me.items.questions.response_time())
UPLOAD: Call = ("POST /pictures/items/upload", lambda me: me.items.upload_picture(b"\xff\xd8\xff"))
TASK: Call = ("GET /user-products-families/tasks/{id}", lambda me: me.items.user_products.family_task("mla_1"))
VALIDATE: Call = ("POST /items/validate", lambda me: me.items.validate({"title": "x"}))
EDIT_FAMILY: Call = (
    "POST /user-products-families/{id}/tasks",
    lambda me: me.items.user_products.edit_family(9871, {"user_products": []}),
)
CATEGORY: Call = ("GET /categories/{id}", lambda me: me.categories.get("CBT999999999"))
ATTRIBUTES: Call = ("GET /categories/{id}/attributes", lambda me: me.categories.attributes("CBT999999999"))
SHIPPING: Call = (
    "GET /categories/{id}/shipping_preferences",
    lambda me: me.categories.shipping_preferences("MLA999999999"),
)
DUMP: Call = ("GET /sites/{id}/categories/all", lambda me: me.categories.dump("MLA"))
NOT_YOURS = "Access to the requested resource is forbidden"
TYPES = "[invalid property type: [price] expected Number but was String value: p,\n]"
QUANTITY = (
    "A price per quantity needs min_purchase_unit and specific context_restrictions "
    "(channel_marketplace and user_type_business)"
)


def predictor(error: str, message: str, status: int) -> dict[str, object]:
    return {"message": message, "error": error, "status": status, "cause": error, "cause_list": [{"msg": error}]}


ROWS = [
    *on(CREATE, VALIDATE, rows=[
        *((400, code, code, errors.ValidationFailedError) for code in (
            "item.start_time.invalid", "item.buying_mode.invalid", "item.available_quantity.invalid",
            "item.attributes.invalid", "item.variations.attribute_combinations.invalid",
            "item.variations.attribute_combinations.duplicated", "item.listing_type_id.invalid",
            "item.site_id.invalid", "item.shipping.mode.invalid", "item.description.max",
            "item.pictures.variation.quantity", "item.warranty.not_modifiable", "body.invalid")),
        (400, "item.category_id.invalid", "Category MLA1 does not exist.", errors.ValidationFailedError),
        (400, "body.invalid_fields", "The fields [x] are invalid for requested call.", errors.ValidationFailedError),
        (400, {"message": "body.invalid_field_types", "status": 400, "cause": [], "error": TYPES}, TYPES,
         errors.ValidationFailedError),
        (400, "seller.unable_to_list", "The seller is not allowed to publish.", errors.SellerUnableToListError),
        (403, "seller.unable_to_list", "The seller is not allowed to publish.", errors.SellerUnableToListError),
        (400, "bad_request", "POST /decorations/build-title failed", errors.ValidationFailedError),
    ]),
    *on(DELETE, rows=[
        *((400, code, code, errors.ValidationFailedError) for code in (
            "item.status.invalid", "item.title.not_modifiable", "item.condition.not_modifiable",
            "item.buying_mode.not_modifiable", "item.price.not_modifiable")),
        (409, {"message": "item optimistic locking error: conflict", "status": 409, "cause": []},
         "item optimistic locking error: conflict", errors.VersionConflictError, True),
        (429, "too_many_requests", "Too Many Requests", errors.RateLimitedError),
    ]),
    *on(READ, rows=[
        (403, {"message": NOT_YOURS, "error": "access_denied", "status": 403, "cause": None}, NOT_YOURS,
         errors.InvalidCallerError),
        (404, "not_found", "Item with id MLA1402200117 not found", errors.ItemNotFoundError),
    ]),
    *on(DESCRIBE, rows=[
        (400, "item.description.invalid", "Item already has a description, use PUT instead",
         errors.DescriptionExistsError),
        (400, "validation_error", "The description must be in plain text", errors.ValidationFailedError),
        (400, "item.description.type.invalid", "item.description.type.invalid", errors.ValidationFailedError),
    ]),
    *on(PRICES, rows=[
        (403, "forbidden", "You must provide a client id", errors.ForbiddenError),
        (404, "not.found", "Item not found", errors.ItemNotFoundError),
        (403, "FORBIDDEN", "Caller ID must match item owner", errors.InvalidCallerError),
        (403, "FORBIDDEN", "Caller ID does not have rights to access this endpoint", errors.InvalidCallerError),
        (404, "bad.request", QUANTITY, errors.QuantityPricesError),
        (404, "bad.request", "You can just send a maximum of 5 prices per quantity", errors.QuantityPricesError),
        (400, "invalid.price_per_quantity", "Price per quantity min purchase unit are not unique",
         errors.QuantityPricesError),
        (404, "invalid.price.currency", "Currencies must be the same for all prices", errors.QuantityPricesError),
    ]),
    *on(SEARCH, rows=[
        (400, "bad_request", "handler error, bad request no site_id provided", errors.InvalidParameterError),
        (400, "invalid.scroll.id", "Invalid Scroll Id: Error decode reading Scroll ID", errors.ScrollExpiredError),
        (400, "bad_request", "Invalid limit and offset values", errors.InvalidParameterError),
        (403, "forbidden", "Searching another user items is restricted.", errors.InvalidCallerError),
        (404, "not_found", "Item with id MLA1 not found", errors.ItemNotFoundError),
        (404, "not_found", "resource not found", errors.ResourceNotFoundError),
    ]),
    *on(OPTIONS, rows=[
        (400, "invalid_zip_code", "zip", errors.InvalidParameterError),
        (403, "forbidden", "items API error", errors.InvalidCallerError),
        (404, "not_found", "sla coverage not found", errors.NotFoundError),
    ]),
    *on(FREE, rows=[
        (400, "bad_request", "seller_id must have a value!", errors.InvalidParameterError),
        (404, "not_found", "Item with id MLA1 not found", errors.ItemNotFoundError),
    ]),
    *on(FEES, rows=[(400, "bad_request", "The parameter 'price' has to be a number", errors.InvalidParameterError)]),
    *on(INFRACTIONS, rows=[
        (400, "bad_request", "limit max value is 20", errors.InvalidParameterError),
        (400, "bad_request", "date_created_since invalid date time format.", errors.InvalidParameterError),
        (403, "forbidden", "Can not identify the user.", errors.UnidentifiedUserError),
    ]),
    *on(ANSWER, rows=[
        (400, "invalid_question", "no", errors.InvalidParameterError),
        (400, "invalid_post_body", "no", errors.InvalidParameterError),
    ]),
    *on(WAITED, rows=[(404, "not_found", "Response time not found for user id: 7", errors.NotFoundError)]),
    *on(UPLOAD, rows=[
        (400, "bad_request", "Asegúrate de que la imagen tenga como mínimo 500 píxeles", errors.ValidationFailedError),
        (400, "bad_request", "Bad_request. See message detail", errors.UploadQuotaError, True),
        (400, "file.not_found", "file.not_found", errors.ValidationFailedError),
        (429, "too_many_requests", "Too Many Requests", errors.RateLimitedError),
    ]),
    *on(TASK, rows=[(404, "not_found", "Task not found", errors.NotFoundError)]),
    *on(EDIT_FAMILY, rows=[
        (401, {"code": "unauthorized", "message": "invalid access token"}, "invalid access token",
         errors.InvalidTokenError),
        (404, "not_found", "family", errors.NotFoundError),
    ]),
    *on(CATEGORY, ATTRIBUTES, SHIPPING, rows=[
        (404, "not_found", "Category not found: CBT999999999", errors.CategoryNotFoundError),
        (403, "forbidden", "Forbidden", errors.ForbiddenError),
    ]),
    *on(DUMP, rows=[(400, "bad_request", "site is not valid", errors.InvalidParameterError)]),
    *on(DISCOVER, rows=[
        (400, predictor("Bad Request", "Site ID or Query is empty", 400), "Site ID or Query is empty",
         errors.InvalidParameterError),
        (403, predictor("Forbidden", "Unexpected error validating API access", 403),
         "Unexpected error validating API access", errors.PolicyForbiddenError),
        (404, {"message": "Resource /sites/MLX/domain_discovery/search not found.", "error": "Not Found"},
         "Resource /sites/MLX/domain_discovery/search not found.", errors.ResourceNotFoundError),
    ]),
]  # fmt: skip


@pytest.mark.parametrize(("call", "row"), ROWS)
async def test_every_documented_error_arrives_as_its_class(box, local, call, row):
    error = await arrives(box, local, call, row)
    if not isinstance(row.code, str) and "cause_list" in row.code:
        assert [cause.message for cause in error.causes] == [row.code["cause"]] * 2


@pytest.mark.parametrize(
    ("call", "codes"), [(VALIDATE, CAUSES), (EDIT_FAMILY, FAMILY_CAUSES)], ids=["items", "families"]
)
@pytest.mark.parametrize("error", ["validation_error", "bad_request"])
async def test_every_documented_cause_is_data(box, local, call, codes, error):
    causes = [
        {
            "department": "items",
            "cause_id": cause_id,
            "type": "warning" if cause_id in WARNINGS else "error",
            "code": code,
            "references": [f"item.{cause_id}"],
            "message": f"words of {cause_id}",
        }
        for cause_id, code in codes.items()
    ]
    match, make = call
    box.fail_next(match, 400, {"message": "Validation error", "error": error, "status": 400, "cause": causes})
    with pytest.raises(errors.ValidationFailedError) as raised:
        await make(local)
    assert raised.value.causes == tuple(
        Cause(
            code=code,
            message=f"words of {cause_id}",
            type="warning" if cause_id in WARNINGS else "error",
            cause_id=cause_id,
            department="items",
            references=(f"item.{cause_id}",),
            raw=cause,
        )
        for (cause_id, code), cause in zip(codes.items(), causes, strict=True)
    )
    assert {cause.cause_id for cause in raised.value.warnings} == WARNINGS & codes.keys()
