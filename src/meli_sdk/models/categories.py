"""Categories, as https://developers.mercadolibre.com.ar/en_us/categories-and-publications describes them."""

import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Final

from attrs import define

from meli_sdk.errors import InputError, shown
from meli_sdk.models.base import Entity, JsonValue, Model, StrId
from meli_sdk.models.items_requests import AttributeInput


@define(kw_only=True)
class CategoryReference(Model):
    """A category's id and name, and how many items it holds."""

    id: str | None = None
    name: str | None = None
    total_items_in_this_category: int | None = None


@define(kw_only=True)
class CategorySettings(Model):
    """What a category allows."""

    adult_content: bool | None = None
    buyer_protection_programs: tuple[JsonValue, ...] = ()
    buying_allowed: bool | None = None
    buying_modes: tuple[str, ...] = ()
    catalog_domain: str | None = None
    coverage_areas: str | None = None
    currencies: tuple[str, ...] = ()
    fragile: bool | None = None
    immediate_payment: str | None = None
    item_conditions: tuple[str, ...] = ()
    items_reviews_allowed: bool | None = None
    listing_allowed: bool | None = None
    max_description_length: int | None = None
    max_pictures_per_item: int | None = None
    max_pictures_per_item_var: int | None = None
    max_sub_title_length: int | None = None
    max_title_length: int | None = None
    max_variations_allowed: int | None = None
    maximum_price: Decimal | None = None
    maximum_price_currency: str | None = None
    minimum_price: Decimal | None = None
    minimum_price_currency: str | None = None
    mirror_category: str | None = None
    mirror_master_category: str | None = None
    mirror_slave_categories: tuple[str, ...] = ()
    price: str | None = None
    reservation_allowed: str | None = None
    restrictions: tuple[JsonValue, ...] = ()
    rounded_address: bool | None = None
    seller_contact: str | None = None
    shipping_modes: tuple[str, ...] = ()
    shipping_options: tuple[str, ...] = ()
    shipping_profile: str | None = None
    show_contact_information: bool | None = None
    simple_shipping: str | None = None
    status: str | None = None
    stock: str | None = None
    sub_vertical: str | None = None
    subscribable: bool | None = None
    tags: tuple[str, ...] = ()
    vertical: str | None = None
    vip_subdomain: str | None = None


@define(kw_only=True)
class CategoryChannelSettings(Model):
    """What a category allows in one channel."""

    channel: str | None = None
    settings: CategorySettings | None = None


@define(kw_only=True)
class Category(Entity):
    """One category."""

    id: str
    name: str | None = None
    picture: str | None = None
    permalink: str | None = None
    total_items_in_this_category: int | None = None
    path_from_root: tuple[CategoryReference, ...] = ()
    children_categories: tuple[CategoryReference, ...] = ()
    attribute_types: str | None = None
    settings: CategorySettings | None = None
    channels_settings: tuple[CategoryChannelSettings, ...] = ()
    meta_categ_id: StrId | None = None
    attributable: bool | None = None
    date_created: datetime | None = None

    def __str__(self) -> str:
        return f"Category {self.id} {self.name!r}"


@define(kw_only=True)
class CategorySummary(Entity):
    """A category at the top of a site's tree."""

    id: str
    name: str | None = None


@define(kw_only=True)
class ValueMetadata(Model):
    """What is known of a value, such as a colour's `rgb`."""

    rgb: str | None = None
    parent_id: str | None = None
    value: bool | str | None = None


@define(kw_only=True)
class AllowedValue(Model):
    """A value that an attribute or sale term accepts."""

    id: StrId | None = None
    name: str | None = None
    metadata: ValueMetadata | None = None


@define(kw_only=True)
class AllowedUnit(Model):
    """A unit that an attribute or sale term accepts."""

    id: str | None = None
    name: str | None = None


Tags = Mapping[str, bool | str | Decimal]
"""Flags by name; new names appear without notice."""


@define(kw_only=True)
class CategoryAttribute(Entity):
    """What a category asks of an item."""

    id: str
    name: str | None = None
    tags: Tags | tuple[str, ...] | None = None
    hierarchy: str | None = None
    relevance: int | None = None
    type: str | None = None
    value_type: str | None = None
    value_max_length: int | None = None
    values: tuple[AllowedValue, ...] = ()
    allowed_units: tuple[AllowedUnit, ...] = ()
    default_unit: str | None = None
    default_unit_id: str | None = None
    attribute_group_id: str | None = None
    attribute_group_name: str | None = None
    tooltip: str | None = None
    hint: str | None = None
    example: str | None = None

    def has_tag(self, name: str) -> bool:
        """Whether a tag such as `required`, `catalog_required` or `hidden` is set."""
        tags = self.tags
        if isinstance(tags, Mapping):
            return bool(tags.get(name))
        return tags is not None and name in tags


@define(kw_only=True)
class SaleTerm(CategoryAttribute):
    """A sale term that a category accepts, such as WARRANTY_TYPE."""


TIME_UNITS: Final[Mapping[str, tuple[str, ...]]] = {
    "days": ("days", "day", "dias", "dia", "días", "día"),
    "months": ("months", "month", "meses", "mes", "mês"),
    "years": ("years", "year", "años", "año", "anos", "ano"),
}
"""Units of time in English, Spanish and Portuguese."""
WARRANTY_KINDS: Final[Mapping[str, str]] = {"seller": "2230280", "factory": "2230279", "none": "6150835"}
"""The documented values of WARRANTY_TYPE."""
_TIME: Final = re.compile(r"\s*(\d{1,6})\s*([^\W\d_]+)\s*")


def time_unit(text: str) -> str | None:
    """`days`, `months` or `years`, in whichever of the three languages it is written."""
    return next((unit for unit, names in TIME_UNITS.items() if text.strip().casefold() in names), None)


class SaleTerms(tuple[SaleTerm, ...]):
    """The sale terms of a category."""

    __slots__ = ()

    def term(self, term_id: str) -> SaleTerm | None:
        """One of them by its id."""
        return next((term for term in self if term.id == term_id), None)

    def warranty(self, kind: str, time: str | None = None) -> tuple[AttributeInput, ...]:
        """The sale terms of a warranty, ready for `sale_terms` of an item.

        Args:
            kind: `seller`, `factory` or `none`; or the id or the name of a value of WARRANTY_TYPE.
            time: such as `6 months`; a unit of another language is written as the category has it. Left out for `none`.

        Raises:
            InputError: the category has no such warranty or unit, a warranty has no time, or `none` has one.
        """
        type_term = self._warranty_type(kind)
        if type_term.value_id == WARRANTY_KINDS["none"]:
            if time is not None:
                message = f"no warranty has no time, got {shown(time)}"
                raise InputError(message)
            return (type_term,)
        if time is None:
            message = f"the warranty {type_term.value_name} needs a time, such as 6 months"
            raise InputError(message)
        return (type_term, self._warranty_time(time))

    def _warranty_type(self, kind: str) -> AttributeInput:
        term = self.term("WARRANTY_TYPE")
        values = term.values if term else ()
        wanted = WARRANTY_KINDS.get(kind, kind)
        for value in values:
            if wanted in (value.id, value.name) or wanted.casefold() == (value.name or "").casefold():
                return AttributeInput("WARRANTY_TYPE", value_id=value.id, value_name=value.name)
        listed = ", ".join(f"{value.id} {value.name}" for value in values) or "no warranty"
        message = f"warranty {shown(kind)} is not among {listed}; seller, factory and none mean the documented ones"
        raise InputError(message)

    def _warranty_time(self, time: str) -> AttributeInput:
        term = self.term("WARRANTY_TIME")
        units = [unit.id for unit in (term.allowed_units if term else ()) if unit.id]
        found = _TIME.fullmatch(time)
        unit = next((one for one in units if found and time_unit(one) == time_unit(found[2])), None)
        if found is None or unit is None or time_unit(found[2]) is None:
            message = f"warranty time must be a number and one of {', '.join(units) or 'no unit'}, got {shown(time)}"
            raise InputError(message)
        return AttributeInput("WARRANTY_TIME", value_name=f"{found[1]} {unit}")
