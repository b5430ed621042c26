"""The documentation pages of Global Selling."""

from typing import Final

_SITE: Final = "https://global-selling.mercadolibre.com/devsite"

ORDERS: Final = f"{_SITE}/manage-orders-cbt"
PACKS: Final = f"{_SITE}/packs"
BILLING: Final = f"{_SITE}/gs-billing-data"
SHIPMENTS: Final = f"{_SITE}/manage-shipments"
COMPENSATIONS: Final = f"{_SITE}/compensations"
PUBLISH: Final = f"{_SITE}/global-listing"
UPDATE: Final = f"{_SITE}/sync-and-modify-listings-gs"
DESCRIPTION: Final = f"{_SITE}/item-description"
IDENTIFIERS: Final = f"{_SITE}/product-identifiers-gs"
SEARCH: Final = f"{_SITE}/items-and-searches-global-selling"
LISTING_TYPES: Final = f"{_SITE}/listing-types-and-exposures"
FULFILLMENT_STOCK: Final = f"{_SITE}/fulfillment-stock-gs"
CATALOG: Final = f"{_SITE}/listing-required"
PRICES: Final = f"{_SITE}/pricing-reference"
SUGGESTIONS: Final = f"{_SITE}/multi-marketplace-tool"
USER_PRODUCTS: Final = f"{_SITE}/price-per-variation-cbt"
QUESTIONS: Final = f"{_SITE}/manage-questions-answers-global-selling"
