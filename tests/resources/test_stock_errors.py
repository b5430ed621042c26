"""The error tables of the stock pages, over a real socket: each row as its class."""

import pytest
from tests.resources.error_rows import POLICY, Call, arrives, on

from meli_sdk import errors
from meli_sdk.models import StoreQuantity
from meli_sdk.sandbox import WAREHOUSE_SELLER_ID

PRODUCT, INVENTORY = "MLMU3001122331", "ESZJ28231"
READ: Call = ("GET /user-products/{id}/stock", lambda me: me.stock.get(PRODUCT))
STORES: Call = (
    "PUT /user-products/{id}/stock/type/seller_warehouse",
    lambda me: me.stock.set(PRODUCT, [StoreQuantity("3100201", 3)], 1),
)
SELLING_ADDRESS: Call = (
    "PUT /user-products/{id}/stock/type/selling_address",
    lambda me: me.stock.set_selling_address(PRODUCT, 3, 1),
)
CREATE: Call = ("POST /items/multiwarehouse", lambda me: me.stock.create_item({"title": "x"}))
HELD: Call = ("GET /inventories/{id}/stock/fulfillment", lambda me: me.stock.fulfillment.get(INVENTORY))
ADDRESS = "You cannot modify selling address stock"
VERSION = [
    (400, "bad_request", "Missing X-Version header", errors.InvalidParameterError),
    (409, "conflict", "Version mismatch", errors.VersionConflictError, True),
]
ROWS = [
    *on(READ, rows=[(404, "not_found", "stock-locations not found", errors.NotFoundError)]),
    *on(STORES, rows=[
        *VERSION,
        *((400, "bad_request", words, errors.StockStoreError) for words in (
            "seller with a single warehouse cannot update stock across multiple network nodes",
            "store does not belong to seller: 000",
            "store not found: 000",
            "store is not configured to be a stock location",
            "store cannot be null or empty",
        )),
    ]),
    *on(SELLING_ADDRESS, rows=[
        *VERSION,
        *((400, "bad_request", words, errors.StockNotEditableError) for words in (
            f"{ADDRESS} if associated items are fulfillment only or no items are associated.",
            f"{ADDRESS} in items without inventory id.",
            f"{ADDRESS} because you have to do a full inbound first before modifying.",
            "seller with a single warehouse cannot update selling address stock",
            "the site is blocked for modifications to the selling address",
        )),
    ]),
    *on(CREATE, rows=[
        (400, "body.required_fields", "the fields [stock_locations] are required for requested call",
         errors.ValidationFailedError),
        (400, "body.invalid_fields", "the fields [available_quantity] are invalid for requested call",
         errors.ValidationFailedError),
        (400, "bad_request", "store does not belong to seller: 000", errors.StockStoreError),
        (400, "bad_request", "store not found: 000", errors.StockStoreError),
        (409, "conflict", "Conflict. Try again later", errors.ConflictError, True),
    ]),
    *on(HELD, rows=[
        (400, "validation_error", "The field inventory_id has an invalid value", errors.InvalidParameterError),
        (401, "unauthorized", "Unauthorized", errors.InvalidTokenError),
        (403, "forbidden", "User 281349747 cannot access to seller_product ESZJ28231", errors.InvalidCallerError),
        (403, "forbidden", "User 281349747 cannot access to inventory ESZJ28231", errors.InvalidCallerError),
        (403, "forbidden", "The caller is not authorized to access this resource", errors.InvalidCallerError),
        (403, "PA_UNAUTHORIZED_RESULT_FROM_POLICIES", POLICY, errors.PolicyForbiddenError),
        (404, "seller_product_not_found", "Inventory not found with id: ESZJ28231", errors.InventoryNotFoundError),
        (429, "too_many_request", "Too many request", errors.RateLimitedError),
        (500, "internal_error", "Internal server error", errors.ServerError),
    ]),
]  # fmt: skip


@pytest.mark.parametrize(("call", "row"), ROWS)
async def test_every_documented_error_arrives_as_its_class(box, opened, call, row):
    error = await arrives(box, opened(WAREHOUSE_SELLER_ID), call, row)
    if isinstance(error, errors.StockStoreError):
        assert error.store_id == ("000" if "000" in row.message else None)
    if isinstance(error, errors.InventoryNotFoundError):
        assert error.inventory_id == INVENTORY
