"""Categories: https://developers.mercadolibre.com.ar/es_ar/categoriza-productos"""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Final

from attrs import evolve

from meli_sdk.errors import CategoryNotFoundError, InputError, NotApplicableError, ValidationFailedError, shown
from meli_sdk.models.categories import Category, CategoryAttribute, CategorySummary, SaleTerms
from meli_sdk.models.categories_dump import CategoryDump
from meli_sdk.models.categories_findings import Finding, Findings, Severity
from meli_sdk.models.categories_rules import CategoryRules, SellerAccount
from meli_sdk.models.categories_specs import (
    CategoryPrediction,
    ConditionalAttributes,
    Domain,
    DomainTechnicalSpecs,
    TechnicalSpecs,
    TopValue,
)
from meli_sdk.models.items_prices import ListingTypeSummary
from meli_sdk.models.items_requests import ItemUpdate, KnownAttribute, NewItem
from meli_sdk.models.items_shipping import CategoryShippingPreferences, DomainShippingAttributes
from meli_sdk.resources import categories_dump
from meli_sdk.resources import categories_endpoints as table
from meli_sdk.resources.categories_check.attributes import CONDITIONAL_SITES
from meli_sdk.resources.categories_check.check import check_item
from meli_sdk.resources.categories_probe import probe
from meli_sdk.resources.categories_rules import RulesReader
from meli_sdk.resources.items_endpoints import VALIDATE_ITEM
from meli_sdk.resources.json_shapes import Fields, as_sent
from meli_sdk.sites import GLOBAL_SELLING
from meli_sdk.wire import ids
from meli_sdk.wire.pipeline import Caller

MAX_AGE: Final = timedelta(hours=1)
"""How old rules may be before `check` reads them again."""
_MAX_QUERY: Final = 500
_MAX_PREDICTIONS: Final = 8
_MAX_TOP_VALUES: Final = 1_000


class Categories:
    """The categories of every site, what they ask of an item, and whether an item has it."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller
        self._rules = RulesReader(caller)

    async def get(self, category_id: str) -> Category:
        """One category with its path, children and settings; `settings.max_title_length` bounds titles.

        Raises:
            InputError: this is no category id.
            CategoryNotFoundError: there is none.

        Documented at https://developers.mercadolibre.com.ar/es_ar/categoriza-productos
        """
        return await self._caller.call(table.GET_CATEGORY, path={"category_id": category_id})

    async def roots(self, site_id: str) -> tuple[CategorySummary, ...]:
        """The top of a site's category tree.

        Raises:
            InputError: there is no such site.

        Documented at https://developers.mercadolibre.com.ar/es_ar/categoriza-productos
        """
        return await self._caller.call(table.LIST_ROOTS, path={"site_id": site_id})

    async def dump(self, site_id: str, *, with_attributes: bool = False, cache: Path | None = None) -> CategoryDump:
        """The whole tree of a site, in one call: tens of megabytes, with attributes some hundreds.

        With a cache folder a first small call asks for the checksum, and the dump is downloaded only where another one
        was made since.

        Args:
            site_id: the site.
            with_attributes: with the attributes of every category.
            cache: a folder that is there.

        Raises:
            InputError: there is no such site or folder.
            InvalidParameterError: the site has no dump.

        Documented at https://global-selling.mercadolibre.com/devsite/category-dump
        """
        return await categories_dump.dump(self._caller, site_id, with_attributes=with_attributes, cache=cache)

    async def attributes(self, category_id: str) -> tuple[CategoryAttribute, ...]:
        """What a category asks of its items. It differs by category and country and changes without notice.

        Raises:
            InputError: this is no category id.
            CategoryNotFoundError: there is none.

        Documented at https://global-selling.mercadolibre.com/devsite/global-listing
        """
        return await self._caller.call(table.LIST_ATTRIBUTES, path={"category_id": category_id})

    async def conditional_attributes(
        self, category_id: str, item: NewItem | Mapping[str, object]
    ) -> ConditionalAttributes:
        """What the conditions of a category require of one item; in Argentina, Brazil and Mexico.

        Args:
            category_id: the category.
            item: the whole item as it would be listed; nothing is listed.

        Raises:
            InputError: this is no category id, or there are no fields.
            NotApplicableError: the site has no such check.
            CategoryNotFoundError: there is none.

        Documented at https://developers.mercadolibre.com.ar/es_ar/atributos
        """
        category = ids.category_id(category_id)
        if category[:3] not in CONDITIONAL_SITES:
            message = f"only {', '.join(sorted(CONDITIONAL_SITES))} tell conditional attributes, not {category[:3]}"
            raise NotApplicableError(message)
        body = as_sent(self._caller, item)
        return await self._caller.call(table.ASK_CONDITIONAL, path={"category_id": category}, json=body)

    async def technical_specs(self, category_id: str) -> TechnicalSpecs:
        """The form that asks sellers for the attributes. What only it requires costs exposure, not the listing.

        Raises:
            InputError: this is no category id.
            CategoryNotFoundError: there is none.

        Documented at https://developers.mercadolibre.com.ar/es_ar/atributos
        """
        return await self._caller.call(table.GET_INPUT_SPECS, path={"category_id": category_id})

    async def displayed_specs(self, category_id: str) -> TechnicalSpecs:
        """How buyers see the attributes.

        Raises:
            InputError: this is no category id.
            CategoryNotFoundError: there is none.

        Documented at https://developers.mercadolibre.com.ar/es_ar/atributos
        """
        return await self._caller.call(table.GET_OUTPUT_SPECS, path={"category_id": category_id})

    async def domain_specs(self, domain_id: str) -> DomainTechnicalSpecs:
        """The form and the display of a whole domain.

        Raises:
            InputError: this is no domain, such as MLA-CELLPHONES.
            NotFoundError: there is none.

        Documented at https://global-selling.mercadolibre.com/devsite/category-predictor
        """
        return await self._caller.call(table.GET_DOMAIN_SPECS, path={"domain_id": domain_id})

    async def domain(self, domain_id: str) -> Domain:
        """One domain of the catalogue, by its name.

        Raises:
            InputError: this is no domain, such as MLA-CELLPHONES.
            NotFoundError: there is none.

        Documented at https://developers.mercadolibre.com.ar/es_ar/dominios-y-categorias
        """
        return await self._caller.call(table.GET_DOMAIN, path={"domain_id": domain_id})

    async def of_domain(self, domain_id: str) -> tuple[CategorySummary, ...]:
        """The categories of a domain.

        Raises:
            InputError: this is no domain, such as MLA-CELLPHONES.
            NotFoundError: there is none.

        Documented at https://developers.mercadolibre.com.ar/es_ar/dominios-y-categorias
        """
        return await self._caller.call(table.LIST_DOMAIN_CATEGORIES, path={"domain_id": domain_id})

    async def domain_shipping(self, domain_id: str) -> DomainShippingAttributes:
        """The attributes of a domain that shipping needs; the answer is printed nowhere, so it is in `.raw`.

        Raises:
            InputError: this is no domain, such as MLA-CELLPHONES.
            NotFoundError: there is none.

        Documented at https://developers.mercadolibre.com.ar/es_ar/modos-de-envio
        """
        return await self._caller.call(table.GET_DOMAIN_SHIPPING, path={"domain_id": domain_id})

    async def top_values(
        self, domain_id: str, attribute_id: str, *, known: Iterable[KnownAttribute] = (), limit: int | None = None
    ) -> tuple[TopValue, ...]:
        """The values of an attribute that listings of a domain use most.

        Args:
            domain_id: such as `MLA-CELLPHONES`.
            attribute_id: such as `MODEL`.
            known: other attributes of the product, such as its brand.
            limit: how many values, up to 1,000.

        Raises:
            InputError: a wrong domain, attribute or limit.

        Documented at https://developers.mercadolibre.com.ar/es_ar/atributos
        """
        path = {"domain_id": domain_id, "attribute_id": attribute_id}
        params = {"limit": None if limit is None else _count("limit", limit, _MAX_TOP_VALUES)}
        body = {"known_attributes": tuple(known)}
        return await self._caller.call(table.LIST_TOP_VALUES, path=path, params=params, json=body)

    async def sale_terms(self, category_id: str) -> SaleTerms:
        """The sale terms a category allows; `.warranty("seller", "6 months")` makes those of a warranty.

        Raises:
            InputError: this is no category id.
            CategoryNotFoundError: there is none.

        Documented at https://global-selling.mercadolibre.com/devsite/global-listing
        """
        return await self._caller.call(table.LIST_SALE_TERMS, path={"category_id": category_id})

    async def discover(
        self, site_id: str, query: str, *, limit: int | None = None, target: str | None = None
    ) -> tuple[CategoryPrediction, ...]:
        """Categories that fit the title of a product, the likeliest first; may be none.

        The attributes of a prediction carry value ids that an item can use.

        Args:
            site_id: the site; `CBT` asks for Global Selling.
            query: the title of one product, in the language of the site.
            limit: 1 to 8, four by default.
            target: `core` for goods, `classified` for ads.

        Raises:
            InputError: a wrong site, an empty or overlong title, a wrong limit or target.
            ForbiddenError: the application may not use the predictor.

        Documented at https://developers.mercadolibre.com.ar/es_ar/categoriza-productos
        """
        site = ids.site_id(site_id)
        if not isinstance(query, str) or not query.strip() or len(query) > _MAX_QUERY:
            message = f"query must be the title of one product, up to {_MAX_QUERY} characters, got {shown(query)}"
            raise InputError(message)
        if target not in (None, "core", "classified"):
            message = f"target must be core or classified, got {shown(target)}"
            raise InputError(message)
        asked = {"q": query, "limit": None if limit is None else _count("limit", limit, _MAX_PREDICTIONS)}
        if site == GLOBAL_SELLING:
            return await self._caller.call(table.DISCOVER_GLOBAL, params=asked)
        return await self._caller.call(table.DISCOVER, path={"site_id": site}, params={**asked, "target": target})

    async def shipping_preferences(self, category_id: str) -> CategoryShippingPreferences:
        """How items of a category may be shipped, and the usual size of their package.

        Raises:
            InputError: this is no category id.
            CategoryNotFoundError: there is none.

        Documented at https://developers.mercadolibre.com.ar/es_ar/modos-de-envio
        """
        return await self._caller.call(table.GET_SHIPPING_PREFERENCES, path={"category_id": category_id})

    async def listing_types(self, category_id: str) -> tuple[ListingTypeSummary, ...]:
        """The listing types of a category. Seen in integrations, not documented.

        Raises:
            InputError: this is no category id.
            CategoryNotFoundError: there is none.

        Documented at https://developers.mercadolibre.com.ar/es_ar/categoriza-productos
        """
        return await self._caller.call(table.LIST_CATEGORY_LISTING_TYPES, path={"category_id": category_id})

    async def rules(self, category_id: str, *, max_age: timedelta = MAX_AGE) -> CategoryRules:
        """What `check` goes by. Makes four calls, none where they were read less than `max_age` ago.

        Raises:
            InputError: this is no category id.
            CategoryNotFoundError: there is none.

        Documented at https://developers.mercadolibre.com.ar/es_ar/categoriza-productos
        """
        return await self._rules.read(category_id, max_age)

    async def check(
        self,
        item: NewItem | ItemUpdate | Mapping[str, object],
        category: str | CategoryRules | None = None,
        account: SellerAccount | None = None,
        *,
        update: bool = False,
        conditions: bool = False,
        validate: bool = False,
        probe_pictures: bool = False,
        max_age: timedelta = MAX_AGE,
    ) -> Findings:
        """Everything that can be told against an item before it is listed. Nothing is listed or changed.

        The check itself asks nobody. It makes no call where `category` brings the rules, else those of `rules` and one
        for the listing type, once an hour. Nothing is filled in: what is absent is reported, never assumed.

        Args:
            item: what would be sent.
            category: its rules, or an id; the item's own `category_id` when left out.
            account: what is known of the seller: `SellerAccount.of(await session.users.me())`.
            update: it is a change of an item, so what is absent is no fault.
            conditions: ask Mercado Libre which conditional attributes this very item needs (Argentina, Brazil, Mexico).
            validate: as a last step, where nothing stands in the way, let Mercado Libre validate it; items of sites only.
            probe_pictures: ask the hosts of the pictures' sources whether they answer, without redirect and in time.
            max_age: how old the rules may be.

        Returns:
            The findings, `.errors` and `.warnings` apart, with the age of the attributes and what could not be checked.

        Raises:
            InputError: no fields at all, or `category` is no category id.

        Documented at https://global-selling.mercadolibre.com/devsite/global-listing
        """
        body = as_sent(self._caller, item)
        rules, missing = await self._rules_for(body, category, max_age)
        if conditions and rules is not None:
            rules = await self._with_conditions(rules, body)
        now = self._caller.pipeline.clock.now()
        found = check_item(body, rules, account, partial=update, now=now).extended(missing)
        if probe_pictures:
            found = found.extended(await probe(self._caller, body))
        is_global = account is not None and account.site_id == GLOBAL_SELLING
        if validate and not (update or is_global or found.errors):
            try:
                await self._caller.call(VALIDATE_ITEM, json=body)
            except ValidationFailedError as refused:
                found = found.extended(map(Finding.of_cause, refused.causes))
        return found

    async def _rules_for(
        self, item: Fields, category: str | CategoryRules | None, max_age: timedelta
    ) -> tuple[CategoryRules | None, list[Finding]]:
        """The rules to check by, and a finding where the item's category does not exist."""
        if isinstance(category, CategoryRules):
            return category, []
        named = ids.category_id(category) if category is not None else item.get("category_id")
        try:
            category_id = ids.category_id(named)
        except InputError:
            return None, []
        try:
            rules = await self._rules.read(category_id, max_age)
        except CategoryNotFoundError:
            message = f"{category_id} does not exist: categories.discover suggests one"
            gone = Finding(
                rule="category",
                field="category_id",
                severity=Severity.ERROR,
                message=message,
                code="item.category_id.invalid",
            )
            return None, [gone]
        listing_type = item.get("listing_type_id")
        if isinstance(listing_type, str) and listing_type.replace("_", "").isalnum() and listing_type.isascii():
            rules = evolve(rules, listing_types=await self._rules.listing_types(category_id[:3], listing_type))
        return rules, []

    async def _with_conditions(self, rules: CategoryRules, item: Fields) -> CategoryRules:
        conditional = any(attribute.has_tag("conditional_required") for attribute in rules.attributes or ())
        if not conditional or rules.category.id[:3] not in CONDITIONAL_SITES:
            return rules
        asked = await self.conditional_attributes(rules.category.id, item)
        return evolve(rules, required=frozenset(attribute.id for attribute in asked.required_attributes))


def _count(name: str, value: object, maximum: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= maximum:
        message = f"{name} must be a whole number from 1 to {maximum}, got {shown(value)}"
        raise InputError(message)
    return value
