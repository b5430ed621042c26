"""The error tables of the stock pages, as rules."""

from typing import Final

from meli_sdk import errors
from meli_sdk.wire.error_rules import VERSION_CONFLICT, ErrorRule, says

STOCK_PAGE: Final = "https://developers.mercadolibre.com.ar/es_ar/stock-distribuido"
FULFILLMENT_PAGE: Final = "https://developers.mercadolibre.com.ar/es_ar/envios-fulfillment"
FULFILLMENT_CBT_PAGE: Final = "https://global-selling.mercadolibre.com/devsite/fulfillment-stock-gs"
STORES_PAGE: Final = "https://developers.mercadolibre.com.ar/es_ar/stock-multi-origen"

_READ_FIRST: Final = "Read the stock with stock.get and send the version it returns."

MISSING_VERSION: Final = ErrorRule(
    raises=errors.InvalidParameterError, status=400, says=says(r"missing x-version"), remedy=_READ_FIRST, doc=STOCK_PAGE
)
NO_STOCK_YET: Final = ErrorRule(
    raises=errors.NotFoundError,
    status=404,
    says=says(r"stock-locations not found"),
    remedy="Check the id; a product has no stock to read before it was set once.",
    doc=STOCK_PAGE,
)
VERSION_MISMATCH: Final = ErrorRule(
    raises=errors.VersionConflictError,
    status=409,
    says=says(r"version mismatch"),
    retryable=VERSION_CONFLICT.retryable,
    remedy=_READ_FIRST,
    doc=STOCK_PAGE,
)
STORE_OF_ANOTHER_SELLER: Final = ErrorRule(
    raises=errors.StockStoreError,
    status=400,
    says=says(r"store does not belong to seller(?::\s*(?P<store_id>\S+))?"),
    remedy="stock.stores lists the stores of this seller.",
    doc=STORES_PAGE,
)
STORE_NOT_FOUND: Final = ErrorRule(
    raises=errors.StockStoreError,
    status=400,
    says=says(r"store not found(?::\s*(?P<store_id>\S+))?"),
    remedy="stock.stores lists the stores of this seller.",
    doc=STORES_PAGE,
)
STORE_HOLDS_NO_STOCK: Final = ErrorRule(
    raises=errors.StockStoreError,
    status=400,
    says=says(r"store is not configured to be a stock location"),
    remedy="The seller has to make this store a stock location in the panel.",
    doc=STOCK_PAGE,
)
STORE_EMPTY: Final = ErrorRule(
    raises=errors.StockStoreError,
    status=400,
    says=says(r"store cannot be null or empty"),
    remedy="Name the store of each row: stock.stores lists them.",
    doc=STOCK_PAGE,
)
ONE_WAREHOUSE_ONLY: Final = ErrorRule(
    raises=errors.StockStoreError,
    status=400,
    says=says(r"single warehouse cannot update stock across multiple network nodes"),
    remedy="This account has one warehouse (no tag multiwarehouse): send one row.",
    doc=STOCK_PAGE,
)
FULFILLMENT_ONLY: Final = ErrorRule(
    raises=errors.StockNotEditableError,
    status=400,
    says=says(r"cannot modify selling address stock if associated items are fulfillment only"),
    remedy="Mercado Libre's warehouse holds this stock; stock.fulfillment reads it.",
    doc=STOCK_PAGE,
)
NO_INVENTORY: Final = ErrorRule(
    raises=errors.StockNotEditableError,
    status=400,
    says=says(r"cannot modify selling address stock in items without inventory id"),
    remedy="This product is not held by Mercado Libre's warehouse: change available_quantity of its item.",
    doc=STOCK_PAGE,
)
INBOUND_FIRST: Final = ErrorRule(
    raises=errors.StockNotEditableError,
    status=400,
    says=says(r"you have to do a full inbound first"),
    remedy="Send units to Mercado Libre's warehouse first.",
    doc=STOCK_PAGE,
)
SELLING_ADDRESS_CLOSED: Final = ErrorRule(
    raises=errors.StockNotEditableError,
    status=400,
    says=says(r"single warehouse cannot update selling address stock"),
    remedy="This account keeps its stock in stores: use stock.set.",
    doc=STOCK_PAGE,
)
LOCATIONS_REQUIRED: Final = ErrorRule(
    raises=errors.ValidationFailedError,
    status=400,
    says=says(r"the fields \[stock_locations\] are required"),
    remedy="Name the stock of each store in stock_locations.",
    doc=STORES_PAGE,
)
QUANTITY_REFUSED: Final = ErrorRule(
    raises=errors.ValidationFailedError,
    status=400,
    says=says(r"the fields \[available_quantity\] are invalid"),
    remedy="An account with several origins has stock_locations in the place of available_quantity.",
    doc=STORES_PAGE,
)
TRY_AGAIN_LATER: Final = ErrorRule(
    raises=errors.ConflictError,
    status=409,
    says=says(r"conflict\. try again later"),
    retryable=True,
    remedy="Somebody changes the product, or its SKU or GTIN belongs to another user product: look, then try again.",
    doc=STORES_PAGE,
)
CREATE_WITH_STORES_RULES: Final = (
    LOCATIONS_REQUIRED,
    STORE_OF_ANOTHER_SELLER,
    STORE_NOT_FOUND,
    QUANTITY_REFUSED,
    TRY_AGAIN_LATER,
)
"""Rows of the table of `POST /items/multiwarehouse`."""
SITE_BLOCKED: Final = ErrorRule(
    raises=errors.StockNotEditableError,
    status=400,
    says=says(r"the site is blocked for modifications to the selling address"),
    remedy="Stock beside Mercado Libre's warehouse can be changed in MLA and MLC only.",
    doc="https://developers.mercadolibre.com.ar/es_ar/convivencia-full-y-flex",
)

INVALID_INVENTORY: Final = ErrorRule(
    raises=errors.InvalidParameterError,
    status=400,
    says=says(
        r"seller_id is required|invalid (?:inventory_id|seller_id) format|field inventory_id has an invalid value"
    ),
    remedy="inventory_id comes from the item or its variation, seller_id from the item.",
    doc=FULFILLMENT_CBT_PAGE,
)
INVENTORY_OF_ANOTHER_SELLER: Final = ErrorRule(
    raises=errors.InvalidCallerError,
    status=403,
    says=says(r"cannot access to (?:seller_product|inventory)|caller is not authorized to access this resource"),
    remedy="Use the session of the seller this stock belongs to.",
    doc=FULFILLMENT_PAGE,
)
INVENTORY_NOT_FOUND: Final = ErrorRule(
    raises=errors.InventoryNotFoundError,
    status=404,
    says=says(r"inventory not found with id:?\s*(?P<inventory_id>\S+)|inventory does not exist or is not associated"),
    remedy="inventory_id comes from the item or its variation; only items in Mercado Libre's warehouse have one.",
    doc=FULFILLMENT_PAGE,
)
STOCK_SELLER_NOT_FOUND: Final = ErrorRule(
    raises=errors.NotFoundError,
    status=404,
    says=says(r"seller not found or not authorized"),
    remedy="seller_id is that of the marketplace account: marketplace.user() lists them.",
    doc=FULFILLMENT_CBT_PAGE,
)
FULFILLMENT_RULES: Final = (
    INVALID_INVENTORY,
    INVENTORY_OF_ANOTHER_SELLER,
    INVENTORY_NOT_FOUND,
    STOCK_SELLER_NOT_FOUND,
)
"""Rows of the tables of stock in Mercado Libre's warehouse, local and of Global Selling."""

STORE_RULES: Final = (
    MISSING_VERSION,
    ONE_WAREHOUSE_ONLY,
    STORE_OF_ANOTHER_SELLER,
    STORE_NOT_FOUND,
    STORE_HOLDS_NO_STOCK,
    STORE_EMPTY,
    VERSION_MISMATCH,
)
"""Rows of the table of `PUT .../stock/type/seller_warehouse`."""
SELLING_ADDRESS_RULES: Final = (
    FULFILLMENT_ONLY,
    NO_INVENTORY,
    INBOUND_FIRST,
    MISSING_VERSION,
    SELLING_ADDRESS_CLOSED,
    SITE_BLOCKED,
    VERSION_MISMATCH,
)
"""Rows of the table of `PUT .../stock/type/selling_address`."""
