"""Sites as Mercado Libre describes them: https://developers.mercadolibre.com.ar/es_ar/dominios-y-categorias"""

from attrs import define

from meli_sdk.models.base import Entity, JsonValue, Model
from meli_sdk.models.categories import CategoryReference


@define(kw_only=True)
class SiteSummary(Entity):
    """One site. Global Selling (`CBT`) is not among them, although its resources are there."""

    id: str | None = None
    name: str | None = None
    default_currency_id: str | None = None


@define(kw_only=True)
class SiteCurrency(Model):
    """A currency of a site."""

    id: str | None = None
    symbol: str | None = None


@define(kw_only=True)
class IdentificationRule(Model):
    """What a document's number looks like."""

    enabled_taxpayer_types: tuple[str, ...] = ()
    begins_with: str | None = None
    type: str | None = None
    min_length: int | None = None
    max_length: int | None = None


@define(kw_only=True)
class IdentificationRules(Model):
    """The rules of one kind of document."""

    identification_type: str | None = None
    rules: tuple[IdentificationRule, ...] = ()


@define(kw_only=True)
class SiteSettings(Model):
    """Documents and taxpayers of a site."""

    identification_types: tuple[str, ...] = ()
    taxpayer_types: tuple[str, ...] = ()
    identification_types_rules: tuple[IdentificationRules, ...] = ()


@define(kw_only=True)
class SiteDetail(Entity):
    """One site in full."""

    id: str | None = None
    name: str | None = None
    country_id: str | None = None
    sale_fees_mode: str | None = None
    mercadopago_version: int | None = None
    default_currency_id: str | None = None
    immediate_payment: str | None = None
    payment_method_ids: tuple[str, ...] = ()
    settings: SiteSettings | None = None
    currencies: tuple[SiteCurrency, ...] = ()
    categories: tuple[CategoryReference, ...] = ()
    channels: tuple[JsonValue, ...] = ()

    def __str__(self) -> str:
        return f"SiteDetail {self.id} {self.name}"
