"""The endpoint table of categories, attributes and domains."""

from typing import Final

from meli_sdk.codec import Codec
from meli_sdk.models.categories import Category, CategoryAttribute, CategorySummary, SaleTerm, SaleTerms
from meli_sdk.models.categories_specs import (
    CategoryPrediction,
    ConditionalAttributes,
    Domain,
    DomainTechnicalSpecs,
    TechnicalSpecs,
    TopValue,
)
from meli_sdk.models.items_prices import ListingTypeSummary
from meli_sdk.models.items_shipping import CategoryShippingPreferences, DomainShippingAttributes
from meli_sdk.resources import categories_errors as tables
from meli_sdk.wire.endpoint import Endpoint, Safety, json, listing
from meli_sdk.wire.error_rules import MARKETPLACE_PAGE
from meli_sdk.wire.message import Response
from meli_sdk.wire.rate_groups import DOMAIN_DISCOVERY

_LIST_TERMS: Final = listing(SaleTerm)


def _read_sale_terms(response: Response, codec: Codec) -> SaleTerms:
    return SaleTerms(_LIST_TERMS(response, codec))


GET_CATEGORY: Final = Endpoint(
    method="GET",
    template="/categories/{category_id}",
    reader=json(Category),
    safety=Safety.SAFE,
    errors=tables.CATEGORY,
    doc=tables.CATEGORIES_PAGE,
)
LIST_ROOTS: Final = Endpoint(
    method="GET",
    template="/sites/{site_id}/categories",
    reader=listing(CategorySummary),
    safety=Safety.SAFE,
    doc=tables.CATEGORIES_PAGE,
)
LIST_ATTRIBUTES: Final = Endpoint(
    method="GET",
    template="/categories/{category_id}/attributes",
    reader=listing(CategoryAttribute),
    safety=Safety.SAFE,
    errors=tables.CATEGORY,
    doc=MARKETPLACE_PAGE,
)
LIST_SALE_TERMS: Final = Endpoint(
    method="GET",
    template="/categories/{category_id}/sale_terms",
    reader=_read_sale_terms,
    safety=Safety.SAFE,
    errors=tables.CATEGORY,
    doc=MARKETPLACE_PAGE,
)
GET_INPUT_SPECS: Final = Endpoint(
    method="GET",
    template="/categories/{category_id}/technical_specs/input",
    reader=json(TechnicalSpecs),
    safety=Safety.SAFE,
    errors=tables.CATEGORY,
    doc=tables.ATTRIBUTES_PAGE,
)
GET_OUTPUT_SPECS: Final = Endpoint(
    method="GET",
    template="/categories/{category_id}/technical_specs/output",
    reader=json(TechnicalSpecs),
    safety=Safety.SAFE,
    errors=tables.CATEGORY,
    doc=tables.ATTRIBUTES_PAGE,
)
GET_DOMAIN_SPECS: Final = Endpoint(
    method="GET",
    template="/domains/{domain_id}/technical_specs",
    reader=json(DomainTechnicalSpecs),
    safety=Safety.SAFE,
    doc=tables.PREDICTOR_PAGE,
)
GET_DOMAIN: Final = Endpoint(
    method="GET",
    template="/catalog_domains/{domain_id}",
    reader=json(Domain),
    safety=Safety.SAFE,
    doc=tables.DOMAINS_PAGE,
)
LIST_DOMAIN_CATEGORIES: Final = Endpoint(
    method="GET",
    template="/catalog_domains/{domain_id}/categories",
    reader=listing(CategorySummary),
    safety=Safety.SAFE,
    doc=tables.DOMAINS_PAGE,
)
GET_DOMAIN_SHIPPING: Final = Endpoint(
    method="GET",
    template="/catalog_domains/{domain_id}/shipping_attributes",
    reader=json(DomainShippingAttributes),
    safety=Safety.SAFE,
    doc=tables.SHIPPING_PAGE,
)
LIST_TOP_VALUES: Final = Endpoint(
    method="POST",
    template="/catalog_domains/{domain_id}/attributes/{attribute_id}/top_values",
    reader=listing(TopValue),
    safety=Safety.SAFE,
    doc=tables.ATTRIBUTES_PAGE,
)
ASK_CONDITIONAL: Final = Endpoint(
    method="POST",
    template="/categories/{category_id}/attributes/conditional",
    reader=json(ConditionalAttributes),
    safety=Safety.SAFE,
    errors=tables.CATEGORY,
    doc=tables.ATTRIBUTES_PAGE,
)
DISCOVER: Final = Endpoint(
    method="GET",
    template="/sites/{site_id}/domain_discovery/search",
    reader=listing(CategoryPrediction),
    safety=Safety.SAFE,
    errors=tables.DISCOVERY,
    doc=tables.CATEGORIES_PAGE,
)
DISCOVER_GLOBAL: Final = Endpoint(
    method="GET",
    template="/marketplace/domain_discovery/search",
    reader=listing(CategoryPrediction),
    safety=Safety.SAFE,
    errors=tables.DISCOVERY,
    group=DOMAIN_DISCOVERY,
    doc=tables.PREDICTOR_PAGE,
)
GET_SHIPPING_PREFERENCES: Final = Endpoint(
    method="GET",
    template="/categories/{category_id}/shipping_preferences",
    reader=json(CategoryShippingPreferences),
    safety=Safety.SAFE,
    errors=tables.CATEGORY,
    doc=tables.SHIPPING_PAGE,
)
LIST_CATEGORY_LISTING_TYPES: Final = Endpoint(
    method="GET",
    template="/categories/{category_id}/listing_types",
    reader=listing(ListingTypeSummary),
    safety=Safety.SAFE,
    errors=tables.CATEGORY,
    doc=tables.CATEGORIES_PAGE,
)
