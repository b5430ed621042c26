"""The error tables of the category pages as data."""

from typing import Final

from meli_sdk import errors
from meli_sdk.wire.error_rules import ErrorRule, says

_LOCAL: Final = "https://developers.mercadolibre.com.ar/es_ar"
_GLOBAL: Final = "https://global-selling.mercadolibre.com/devsite"

CATEGORIES_PAGE: Final = f"{_LOCAL}/categoriza-productos"
DOMAINS_PAGE: Final = f"{_LOCAL}/dominios-y-categorias"
ATTRIBUTES_PAGE: Final = f"{_LOCAL}/atributos"
SHIPPING_PAGE: Final = f"{_LOCAL}/modos-de-envio"
DUMP_PAGE: Final = f"{_GLOBAL}/category-dump"
PREDICTOR_PAGE: Final = f"{_GLOBAL}/category-predictor"

CATEGORY: Final = (
    ErrorRule(
        raises=errors.CategoryNotFoundError,
        status=404,
        says=says(r"category (?:not found:? ?|with id )(?P<category_id>[A-Z]{3}\d+)?"),
        remedy="Categories are split and renamed: categories.roots(site_id) leads to those of today.",
        doc=CATEGORIES_PAGE,
    ),
)
DUMP: Final = (
    ErrorRule(
        raises=errors.InvalidParameterError,
        status=400,
        says=says(r"site is not valid"),
        remedy="This site has no dump.",
        doc=DUMP_PAGE,
    ),
)
DISCOVERY: Final = (
    ErrorRule(
        raises=errors.InvalidParameterError,
        status=400,
        says=says(r"site id or query is empty"),
        remedy="Give the title of one product, in the language of the site.",
        doc=PREDICTOR_PAGE,
    ),
    ErrorRule(
        raises=errors.PolicyForbiddenError,
        status=403,
        says=says(r"unexpected error validating api access"),
        remedy="The application may not use the predictor: check its permissions.",
        doc=PREDICTOR_PAGE,
    ),
    ErrorRule(
        raises=errors.ResourceNotFoundError,
        status=404,
        says=says(r"^resource /sites/\S+ not found"),
        remedy="The site has no predictor.",
        doc=PREDICTOR_PAGE,
    ),
)
