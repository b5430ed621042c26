"""The budgets that Mercado Libre documents for single routes, to be named on their endpoints.

A route's budget comes on top of the seller's own rate. Where the page does not say whose budget it is, it is the
application's: https://developers.mercadolibre.com.ar/en_us/rate-limit-error-429 says that limits are mainly counted for
each application and endpoint. Budgets without a published figure (picture upload, billing reports, the token endpoint)
have no row: a 429 pauses them like any other call.
"""

from typing import Final

from meli_sdk.wire.endpoint import RateGroup

ITEM_WRITES: Final = RateGroup(name="item_writes", per_minute=1500, scope="seller")
"""Changing items: https://global-selling.mercadolibre.com/devsite/sync-and-modify-listings-gs"""
MARKETPLACE_ORDERS_SEARCH: Final = RateGroup(name="marketplace_orders_search", per_minute=100, scope="application")
"""`/marketplace/orders/search`: https://global-selling.mercadolibre.com/devsite/manage-orders-cbt"""
DOMAIN_DISCOVERY: Final = RateGroup(name="domain_discovery", per_minute=400, scope="application")
"""`/marketplace/domain_discovery/search`: https://global-selling.mercadolibre.com/devsite/category-predictor"""
USER_PRODUCT_STOCK: Final = RateGroup(name="user_product_stock", per_minute=100, scope="application")
"""`/user-products/{id}/stock`: https://developers.mercadolibre.com.ar/en_us/convivencia-full-y-flex"""
COMPATIBILITIES: Final = RateGroup(name="compatibilities", per_minute=100, scope="application")
"""https://developers.mercadolibre.com.ar/en_us/compatibilidades-entre-items-y-productos"""
MESSAGE_READS: Final = RateGroup(name="message_reads", per_minute=500, scope="application")
"""Every GET of messages: https://developers.mercadolibre.com.ar/en_us/mensajeria-post-venta"""
MESSAGE_WRITES: Final = RateGroup(name="message_writes", per_minute=500, scope="application")
"""Every POST and PUT of messages: https://developers.mercadolibre.com.ar/en_us/mensajeria-post-venta"""
FLEX: Final = RateGroup(name="flex", per_minute=1000, scope="application")
"""Flex and Turbo share it: https://developers.mercadolibre.com.ar/en_us/envios-flex"""
SELLER_RECOVERY: Final = RateGroup(name="seller_recovery", per_minute=100, scope="seller")
"""`/users/reputation/seller_recovery/status`: https://developers.mercadolibre.com.ar/en_us/recuperacion-reputacion"""
SHIPPING_QUOTATION: Final = RateGroup(name="shipping_quotation", per_minute=50, scope="application")
"""`/shipping/me1/v1/quotation/simulate`: https://developers.mercadolibre.com.ar/en_us/flete-dinamico"""

ALL: Final = (
    ITEM_WRITES,
    MARKETPLACE_ORDERS_SEARCH,
    DOMAIN_DISCOVERY,
    USER_PRODUCT_STOCK,
    COMPATIBILITIES,
    MESSAGE_READS,
    MESSAGE_WRITES,
    FLEX,
    SELLER_RECOVERY,
    SHIPPING_QUOTATION,
)
"""Every budget above, for the documentation."""
