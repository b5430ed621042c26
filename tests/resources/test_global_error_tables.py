"""The error tables of the Global Selling pages of today, over a real socket: each row as its class, causes as data."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from meli_sdk import MeliSession, errors
from meli_sdk.models import ItemChanges, SiteConfig

PARENT, CHILD, PRODUCT, ACCOUNT = "CBT1234", "MLM1487703748", "U3687816070", 471_828_584
ORDER, PACK, SHIPMENT, INVENTORY = 2000000000000007, 2000000000000008, 40000000001, "ZQXW31807"
HAS_INVENTORY = "The item could not be updated because the item or variation you are trying to modify has inventory."
NO_PACKAGE = "The submitted dimensions and/or weights do not correspond to real measurements of the package."
OOPS, POLICY = "Oops! Something went wrong...", "At least one policy returned UNAUTHORIZED."

Call = tuple[str, Callable[[MeliSession], Awaitable[Any]]]
PUBLISH: Call = ("POST /global/items/{id}", lambda me: me.marketplace.publish(PARENT, [SiteConfig("MLB", "remote")]))
UPDATE: Call = ("PUT /global/items/{id}", lambda me: me.marketplace.update(CHILD, ItemChanges(title="Lights")))
DESCRIPTION: Call = (
    "GET /marketplace/items/{id}/description",
    lambda me: me.marketplace.description(PARENT, "MLM", "remote"),
)
DESCRIBE: Call = (
    "POST /marketplace/items/{id}/description",
    lambda me: me.marketplace.set_description(PARENT, "MLM", "remote", "Luces"),
)
REFERENCES: Call = ("GET /marketplace/benchmarks/user/{id}/items", lambda me: me.marketplace.price_references(ACCOUNT))
REFERENCE: Call = (
    "GET /marketplace/benchmarks/items/{id}/details",
    lambda me: me.marketplace.price_reference(CHILD),
)
READ_ORDER: Call = ("GET /marketplace/orders/{id}", lambda me: me.marketplace.orders.get(ORDER))
IMEI: Call = (
    "POST /marketplace/orders/{id}/attributes",
    lambda me: me.marketplace.orders.set_imei(ORDER, "356938035643809"),
)
READ_PACK: Call = ("GET /marketplace/orders/pack/{id}", lambda me: me.marketplace.packs.get(PACK))
READ_SHIPMENT: Call = ("GET /marketplace/shipments/{id}", lambda me: me.marketplace.shipments.get(SHIPMENT))
TRACK: Call = (
    "POST /marketplace/shipments/{id}/tracking",
    lambda me: me.marketplace.shipments.tell_tracking(
        SHIPMENT, tracking_number="LX1", carrier="Correo", tracking_url="https://track.example/LX1"
    ),
)
LABEL: Call = ("GET /marketplace/shipments/{id}/labels", lambda me: me.marketplace.shipments.label(SHIPMENT))
WORK: Call = (
    "GET /marketplace/sellers/{id}/working_days",
    lambda me: me.marketplace.working_days(ACCOUNT),
)
PROCESSES: Call = (
    "GET /multi-marketplace-tool/suggestions/status",
    lambda me: me.marketplace.suggestions.processes(),
)
SUGGESTED: Call = (
    "GET /multi-marketplace-tool/suggestions",
    lambda me: me.marketplace.suggestions.search().collect(limit=1),
)
USER_PRODUCT: Call = ("GET /user-products/{id}", lambda me: me.marketplace.user_products.get(PRODUCT))
STOCK: Call = (
    "GET /marketplace/inventories/{id}/stock/fulfillment",
    lambda me: me.marketplace.fulfillment.get(INVENTORY, ACCOUNT),
)
OPERATIONS: Call = (
    "GET /marketplace/stock/fulfillment/operations/search",
    lambda me: me.marketplace.fulfillment.operations(ACCOUNT, INVENTORY).collect(limit=1),
)
ONE_SPELLING = {"too_many_request": "too_many_requests"}
Row = tuple[Call, int, str, str, type[errors.ResponseError]]

ROWS: list[Row] = [
    (UPDATE, 404, "not_found", f"Item with id {CHILD} not found", errors.ItemNotFoundError),
    (UPDATE, 403, "forbidden", POLICY, errors.PolicyForbiddenError),
    (UPDATE, 400, "validation_error", "The body sent is not valid, make sure you write the fields and values correctly",
     errors.ValidationFailedError),
    (UPDATE, 400, "invalid_price", "Cannot update item price because it is an invalid value",
     errors.InvalidParameterError),
    (UPDATE, 400, "invalid_stock", "invalid property type: [available_quantity] expected Number greater than 0",
     errors.InvalidParameterError),
    (UPDATE, 400, "invalid_site", "User not found by site: INVALID", errors.InvalidParameterError),
    (UPDATE, 400, "validation_error", "Cannot modify CBT item from this resource.", errors.OldResourceClosedError),
    (UPDATE, 400, "validation_error", HAS_INVENTORY, errors.ValidationFailedError),
    (UPDATE, 400, "bad_request", "Error processing dimensions for item", errors.ValidationFailedError),
    (UPDATE, 400, "validation_error", "Shipping configuration is not valid for item.", errors.ValidationFailedError),
    (UPDATE, 422, "bad_request", NO_PACKAGE, errors.PackageSizeError),
    (UPDATE, 429, "too_many_requests", "Rate limit exceeded", errors.RateLimitedError),
    (UPDATE, 400, "missing_body", "Required request body is missing. Please try again.", errors.BadRequestError),
    (UPDATE, 400, "validation_error", "The description must be in plain text", errors.ValidationFailedError),
    (PUBLISH, 422, "bad_request", NO_PACKAGE, errors.PackageSizeError),
    (DESCRIPTION, 400, "Bad Request", "Invalid or empty site_id", errors.InvalidParameterError),
    (DESCRIPTION, 400, "Bad Request", "Invalid or empty logistic_type", errors.InvalidParameterError),
    (DESCRIPTION, 400, "bad_request", "Invalid or empty parent item id", errors.InvalidParameterError),
    (DESCRIPTION, 400, "bad_request", "you dont have user in this site and logistic", errors.BadRequestError),
    (DESCRIPTION, 403, "forbidden", "Invalid caller.id", errors.InvalidCallerError),
    (DESCRIPTION, 404, "not_found", f"Item with id {PARENT} not found", errors.ItemNotFoundError),
    (DESCRIPTION, 404, "not_found", f"Description of item with id {PARENT} not found", errors.NotFoundError),
    (DESCRIBE, 400, "item.description.type.invalid", "item.description.type.invalid", errors.ValidationFailedError),
    (REFERENCES, 403, "forbidden", "Can not identify the user", errors.UnidentifiedUserError),
    (REFERENCES, 404, "not_found", "User has no items with price suggestion", errors.NotFoundError),
    (REFERENCE, 404, "forbidden", f"Item {CHILD} is not a CBT item", errors.NotFoundError),
    (REFERENCE, 404, "forbidden", f"Item price reference not found, item id: [{CHILD}], error: [kvs: key not found]",
     errors.NotFoundError),
    (READ_ORDER, 403, "forbidden", "Invalid caller.id", errors.InvalidCallerError),
    (READ_ORDER, 403, "forbidden", "Can not identify the user", errors.UnidentifiedUserError),
    (READ_ORDER, 404, "not_found", "Resource not found", errors.OrderNotFoundError),
    (READ_ORDER, 500, "internal_server_error", OOPS, errors.ServerError),
    (READ_ORDER, 401, "not_found", "invalid_token", errors.InvalidTokenError),
    (READ_ORDER, 400, "bad_request", "Malformed access_token: TOKEN_NOT_VALID", errors.MalformedTokenError),
    (READ_ORDER, 400, "bad_request", "Param not valid", errors.InvalidParameterError),
    (IMEI, 400, "Invalid order", "We can only update product from category [MCO1055]", errors.BadRequestError),
    (IMEI, 400, "Invalid request", "IMEI must be 15 digits long.", errors.InvalidParameterError),
    (IMEI, 400, "Invalid request", "Must specify valid attribute name.", errors.InvalidParameterError),
    (READ_PACK, 400, "Bad Request", "Invalid Parameter", errors.InvalidParameterError),
    (READ_PACK, 403, "forbidden", "No orders found.", errors.ForbiddenError),
    (READ_PACK, 403, "not_owned_order", "The user has not access to the order.", errors.NotOwnedOrderError),
    (READ_PACK, 404, "not_found", "Resource not found", errors.ResourceNotFoundError),
    (READ_SHIPMENT, 404, "not_found_shipping_id", f"Not found shipping with id: {SHIPMENT}",
     errors.ShipmentNotFoundError),
    (READ_SHIPMENT, 500, "internal_server_error", OOPS, errors.ServerError),
    (TRACK, 406, "not_acceptable", "Shipment configuration is not valid", errors.NotAcceptableError),
    (TRACK, 400, "bad_request", "error when trying to parse request body", errors.InvalidParameterError),
    (TRACK, 400, "bad_request", "Param not valid", errors.InvalidParameterError),
    (LABEL, 404, "Error_Shipment", "Mandatory information is missing: IMEI", errors.NotFoundError),
    (LABEL, 400, "bad_request", "SHPLAB0218 INVALID_SHIPMENT_FF_PUBLIC", errors.BadRequestError),
    (LABEL, 400, "bad_request", "Invalid shipment id", errors.InvalidParameterError),
    (LABEL, 401, "unauthorized_scopes", f"Unauthorized shipments: {SHIPMENT}. Shipment status is 'delivered'",
     errors.UnauthorizedError),
    (WORK, 400, "unauthorized", "fail to check user identity", errors.BadRequestError),
    (WORK, 403, "forbidden", "access denied: seller does not belong to authenticated merchant",
     errors.InvalidCallerError),
    (PROCESSES, 404, "process", "there are no publishing processes running", errors.NotFoundError),
    (SUGGESTED, 400, "site.id", "[Site id] is not active", errors.BadRequestError),
    (USER_PRODUCT, 404, "not_found", "user-product not found", errors.NotFoundError),
    *((call, 400, "bad_request", message, errors.InvalidParameterError)
      for call in (STOCK, OPERATIONS)
      for message in ("seller_id is required", "invalid inventory_id format", "invalid seller_id format")),
    (STOCK, 403, "PA_UNAUTHORIZED_RESULT_FROM_POLICIES", "At least one policy returned UNAUTHORIZED",
     errors.PolicyForbiddenError),
    (STOCK, 404, "not_found", "seller not found or not authorized", errors.NotFoundError),
    (STOCK, 404, "inventory_not_associated", "The inventory does not exist or is not associated",
     errors.InventoryNotFoundError),
    (STOCK, 429, "too_many_request", "Too many request", errors.RateLimitedError),
    (STOCK, 500, "internal_error", "Internal server error", errors.ServerError),
]  # fmt: skip


@pytest.mark.parametrize(
    ("call", "status", "code", "message", "kind"),
    ROWS,
    ids=[f"{place}-{row[0][0].split()[1]}-{row[4].__name__}" for place, row in enumerate(ROWS)],
)
async def test_every_documented_error_arrives_as_its_class(box, selling, call, status, code, message, kind):
    match, make = call
    box.fail_next(match, status, {"message": message, "error": code, "status": status, "cause": []}, times=10)
    with pytest.raises(errors.ResponseError) as raised:
        await make(selling)
    error = raised.value
    assert type(error) is kind
    assert (error.status, error.message) == (status, message)
    assert error.code == ONE_SPELLING.get(code, code.lower().replace(" ", "_").replace(".", "_"))
    assert error.remedy or status in {403, 404, 429, 500}
    assert error.request_id


async def test_a_site_that_is_not_configured_is_told_by_its_cause(box, selling):
    cause = {
        "department": "items",
        "cause_id": 5119,
        "type": "error",
        "code": "item.site.not_configured",
        "references": ["item.sites_to_sell"],
        "message": f"Current user {ACCOUNT} is not configured to list in site MLB using remote logistic",
    }
    body = {"message": "Validation error", "error": "validation_error", "status": 400, "cause": [cause]}
    match, make = PUBLISH
    box.fail_next(match, 400, body)
    with pytest.raises(errors.NotConfiguredToListError) as raised:
        await make(selling)
    (found,) = raised.value.causes
    assert (found.cause_id, found.references) == (5119, ("item.sites_to_sell",))


async def test_an_empty_body_of_too_many_requests_is_a_rate_limit(box, selling):
    match, make = UPDATE
    box.fail_next(match, 429, b"", times=10)
    with pytest.raises(errors.RateLimitedError) as raised:
        await make(selling)
    assert not raised.value.may_have_been_applied
