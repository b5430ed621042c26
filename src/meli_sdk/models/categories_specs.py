"""Technical specifications, predictions, domains: what a category asks for beyond its list of attributes.

Pages: https://developers.mercadolibre.com.ar/es_ar/atributos,
https://developers.mercadolibre.com.ar/es_ar/categoriza-productos
"""

from decimal import Decimal

from attrs import define

from meli_sdk.models.base import Entity, Model, StrId
from meli_sdk.models.categories import AllowedUnit, CategoryAttribute


@define(kw_only=True)
class SpecComponentSettings(Model):
    """How a form shows a component."""

    hint: str | None = None
    tooltip: str | None = None
    allow_custom_value: bool | None = None
    allow_filtering: bool | None = None


@define(kw_only=True)
class SpecComponent(Model):
    """One field of the form or of the page."""

    component: str | None = None
    """Such as `COMBO`, `TEXT_INPUT`, `NUMBER_UNIT_INPUT`, `TEXT_OUTPUT`."""
    label: str | None = None
    ui_config: SpecComponentSettings | None = None
    attributes: tuple[CategoryAttribute, ...] = ()
    """Here `tags` is a list of names."""
    unified_units: tuple[AllowedUnit | str, ...] = ()


@define(kw_only=True)
class SpecGroup(Model):
    """A group of fields."""

    id: str | None = None
    label: str | None = None
    relevance: int | None = None
    section: str | None = None
    ui_config: SpecComponentSettings | None = None
    components: tuple[SpecComponent, ...] = ()


@define(kw_only=True)
class TechnicalSpecs(Entity):
    """The form that asks for the attributes, or the page that shows them.

    An attribute that only this form calls required does not block an item; without it the item gets the tag
    `incomplete_technical_specs` and is shown less.
    """

    main_title: str | None = None
    groups: tuple[SpecGroup, ...] = ()

    @property
    def attributes(self) -> tuple[CategoryAttribute, ...]:
        """The attributes of all groups, in their order."""
        return tuple(
            attribute for group in self.groups for component in group.components for attribute in component.attributes
        )


@define(kw_only=True)
class DomainTechnicalSpecs(Entity):
    """The form and the page of a domain."""

    input: TechnicalSpecs | None = None
    output: TechnicalSpecs | None = None


@define(kw_only=True)
class Domain(Entity):
    """A domain of the catalogue: goods that share a technical sheet."""

    id: str
    name: str | None = None


@define(kw_only=True)
class PredictedValue(Model):
    """An attribute whose value the title gives away; ready to be sent with an item."""

    id: str | None = None
    name: str | None = None
    value_id: StrId | None = None
    value_name: str | None = None


@define(kw_only=True)
class CategoryPrediction(Entity):
    """A category that fits a title; the first is the likeliest."""

    domain_id: str | None = None
    domain_name: str | None = None
    category_id: str | None = None
    category_name: str | None = None
    attributes: tuple[PredictedValue, ...] = ()


@define(kw_only=True)
class RequiredAttribute(Model):
    """An attribute that this very item must have."""

    id: str
    name: str | None = None


@define(kw_only=True)
class ConditionalAttributes(Entity):
    """What the conditions of a category require of one item."""

    required_attributes: tuple[RequiredAttribute, ...] = ()


@define(kw_only=True)
class TopValue(Entity):
    """A value that many listings use."""

    id: StrId | None = None
    name: str | None = None
    metric: Decimal | None = None
    """How many."""
