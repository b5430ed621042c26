"""The error tables of the Global Selling pages of today, over a real socket: each row as its class, causes as data."""

import pytest
from tests.resources.error_rows import OOPS, POLICY, Call, arrives, on
from tests.resources.test_shipments_errors import SPLIT_ROWS

from meli_sdk import errors
from meli_sdk.models import ItemChanges, SiteConfig, SplitOrder, SplitPack

PARENT, CHILD, PRODUCT, ACCOUNT = "CBT1234", "MLM1487703748", "U3687816070", 471_828_584
ORDER, PACK, SHIPMENT, INVENTORY = 2000000000000007, 2000000000000008, 40000000001, "ZQXW31807"
NO_PACKAGE = "The submitted dimensions and/or weights do not correspond to real measurements of the package."
HALVES = [SplitPack(orders=(SplitOrder(id=7, quantity=1),)), SplitPack(orders=(SplitOrder(id=8, quantity=1),))]

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
READ: Call = ("GET /marketplace/items/{id}", lambda me: me.marketplace.get(CHILD))
SPLIT: Call = (
    "POST /marketplace/shipments/{id}/split",
    lambda me: me.marketplace.shipments.split(SHIPMENT, "FRAGILE", HALVES),
)
ANSWER: Call = ("POST /marketplace/answers", lambda me: me.marketplace.questions.answer(5, "Yes"))
SEARCH_ORDERS: Call = ("GET /marketplace/orders/search", lambda me: me.marketplace.orders.search().collect(limit=1))
GLOBAL_ID: Call = ("GET /user-products/{id}/global", lambda me: me.marketplace.user_products.global_id("MLMU1"))
ABSENT = {"error": "not_found", "message": "user-product not found", "status": 404}
TOKEN = [
    (403, "forbidden", "Invalid caller.id", errors.InvalidCallerError),
    (401, "not_found", "invalid_token", errors.InvalidTokenError),
    (500, "internal_server_error", OOPS, errors.ServerError),
]
ROWS = [
    *on(UPDATE, rows=[
        (404, "not_found", f"Item with id {CHILD} not found", errors.ItemNotFoundError),
        (403, "forbidden", POLICY, errors.PolicyForbiddenError),
        (403, "forbidden", "Forbidden", errors.ForbiddenError),
        *((400, "validation_error", words, errors.ValidationFailedError) for words in (
            "The body sent is not valid, make sure you write the fields and values correctly",
            "The item could not be updated because the item or variation you are trying to modify has inventory.",
            "Shipping configuration is not valid for item.",
            "The description must be in plain text",
            "Invalid value for attribute",
        )),
        (400, "invalid_price", "Cannot update item price because it is an invalid value", errors.InvalidParameterError),
        (400, "invalid_stock", "invalid property type: [available_quantity] expected Number greater than 0",
         errors.InvalidParameterError),
        (400, "invalid_site", "User not found by site: INVALID", errors.InvalidParameterError),
        (400, "validation_error", "Cannot modify CBT item from this resource.", errors.OldResourceClosedError),
        (429, "too_many_requests", "Rate limit exceeded", errors.RateLimitedError),
        (400, "missing_body", "Required request body is missing. Please try again.", errors.BadRequestError),
    ]),
    *on(UPDATE, PUBLISH, rows=[
        (400, "bad_request", "Error processing dimensions for item", errors.ValidationFailedError),
        (400, "item.price.invalid", "The category requires a minimum price of 1.", errors.ValidationFailedError),
        (422, "bad_request", NO_PACKAGE, errors.PackageSizeError),
    ]),
    *on(READ, rows=[
        (400, "Bad Request", "Invalid Parameter", errors.InvalidParameterError),
        (404, "not_found", "Item not found", errors.ItemNotFoundError),
    ]),
    *on(DESCRIPTION, rows=[
        (400, "Bad Request", "Invalid or empty site_id", errors.InvalidParameterError),
        (400, "Bad Request", "Invalid or empty logistic_type", errors.InvalidParameterError),
        (400, "bad_request", "Invalid or empty parent item id", errors.InvalidParameterError),
        (400, "bad_request", "you dont have user in this site and logistic", errors.NotConfiguredToListError),
        (403, "forbidden", "Invalid caller.id", errors.InvalidCallerError),
        (404, "not_found", f"Item with id {PARENT} not found", errors.ItemNotFoundError),
        (404, "not_found", f"Description of item with id {PARENT} not found", errors.NotFoundError),
    ]),
    *on(DESCRIBE, rows=[
        (400, "item.description.type.invalid", "item.description.type.invalid", errors.ValidationFailedError),
    ]),
    *on(REFERENCES, rows=[
        (403, "forbidden", "Can not identify the user", errors.UnidentifiedUserError),
        (404, "not_found", "User has no items with price suggestion", errors.NotFoundError),
    ]),
    *on(REFERENCE, rows=[
        (404, "forbidden", f"Item {CHILD} is not a CBT item", errors.NotFoundError),
        (404, "forbidden", f"Item price reference not found, item id: [{CHILD}], error: [kvs: key not found]",
         errors.NotFoundError),
    ]),
    *on(READ_ORDER, SEARCH_ORDERS, rows=[
        *TOKEN,
        (403, "forbidden", "Can not identify the user", errors.UnidentifiedUserError),
        (400, "bad_request", "Malformed access_token: TOKEN_NOT_VALID", errors.MalformedTokenError),
        (400, "bad_request", "Param not valid", errors.InvalidParameterError),
        (451, "unavailable.for.legal.reasons", "The requested user is not available due to legal reasons",
         errors.LegalReasonsError),
    ]),
    *on(READ_ORDER, rows=[(404, "not_found", "Resource not found", errors.OrderNotFoundError)]),
    *on(IMEI, rows=[
        (400, "Invalid order", "We can only update product from category [MCO1055]", errors.BadRequestError),
        (400, "Invalid request", "IMEI must be 15 digits long.", errors.InvalidParameterError),
        (400, "Invalid request", "Must specify valid attribute name.", errors.InvalidParameterError),
    ]),
    *on(READ_PACK, rows=[
        (400, "Bad Request", "Invalid Parameter", errors.InvalidParameterError),
        (403, "forbidden", "No orders found.", errors.NotOwnedOrderError),
        (403, "not_owned_order", "The user has not access to the order.", errors.NotOwnedOrderError),
        (404, "not_found", "Resource not found", errors.ResourceNotFoundError),
    ]),
    *on(READ_SHIPMENT, rows=TOKEN),
    *on(READ_SHIPMENT, TRACK, SPLIT, LABEL, rows=[
        (400, "bad_request", "Param not valid", errors.InvalidParameterError),
        (404, "not_found_shipping_id", f"Not found shipping with id: {SHIPMENT}", errors.ShipmentNotFoundError),
    ]),
    *on(READ_SHIPMENT, TRACK, LABEL, rows=[
        (400, "bad_request", "Invalid shipment id", errors.InvalidParameterError),
    ]),
    *on(TRACK, rows=[
        (406, "not_acceptable", "Shipment configuration is not valid", errors.NotAcceptableError),
        (400, "bad_request", "error when trying to parse request body", errors.InvalidParameterError),
    ]),
    *on(SPLIT, rows=SPLIT_ROWS),
    *on(LABEL, rows=[
        (404, "Error_Shipment", "Mandatory information is missing: IMEI", errors.NotFoundError),
        (400, "bad_request", "SHPLAB0218 INVALID_SHIPMENT_FF_PUBLIC", errors.LabelsRefusedError),
        (400, {"failed_shipments": [{"shipment_id": str(SHIPMENT), "message": "SHPLAB0218", "retry": False,
                                     "cause": "INVALID_SHIPMENT_FF_PUBLIC"}]}, None, errors.LabelsRefusedError),
        (401, "unauthorized_scopes", f"Unauthorized shipments: {SHIPMENT}. Shipment status is 'delivered'",
         errors.UnauthorizedError),
    ]),
    *on(WORK, rows=[
        (400, "unauthorized", "fail to check user identity", errors.BadRequestError),
        (403, "forbidden", "access denied: seller does not belong to authenticated merchant",
         errors.InvalidCallerError),
    ]),
    *on(PROCESSES, rows=[(404, "process", "there are no publishing processes running", errors.NotFoundError)]),
    *on(SUGGESTED, rows=[
        (400, "site.id", "[Site id] is not active", errors.NotConfiguredToListError),
        (400, "bad_request", "Listing cap no valid.", errors.ListingQuotaError),
    ]),
    *on(USER_PRODUCT, GLOBAL_ID, rows=[(404, ABSENT, "user-product not found", errors.NotFoundError)]),
    *on(ANSWER, rows=[
        (400, "invalid_question", "no", errors.InvalidParameterError),
        (400, "invalid_post_body", "no", errors.InvalidParameterError),
    ]),
    *on(STOCK, OPERATIONS, rows=[
        *((400, "bad_request", words, errors.InvalidParameterError)
          for words in ("seller_id is required", "invalid inventory_id format", "invalid seller_id format")),
        (401, "unauthorized", "Unauthorized", errors.InvalidTokenError),
        (403, "PA_UNAUTHORIZED_RESULT_FROM_POLICIES", POLICY, errors.PolicyForbiddenError),
        (404, "not_found", "seller not found or not authorized", errors.NotFoundError),
        (404, "inventory_not_associated", "The inventory does not exist or is not associated",
         errors.InventoryNotFoundError),
        (429, "too_many_request", "Too many request", errors.RateLimitedError),
        (500, "internal_error", "Internal server error", errors.ServerError),
    ]),
]  # fmt: skip


@pytest.mark.parametrize(("call", "row"), ROWS)
async def test_every_documented_error_arrives_as_its_class(box, selling, call, row):
    error = await arrives(box, selling, call, row)
    if isinstance(error, errors.LabelsRefusedError) and row.message is None:
        assert [label.shipment_id for label in error.failed] == [SHIPMENT]


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
