"""How a site and a seller ship: methods, services, preferences.

Pages: https://developers.mercadolibre.com.ar/es_ar/mercadoenvios-modo-1,
https://developers.mercadolibre.com.ar/es_ar/modos-de-envio
"""

from collections.abc import Mapping
from decimal import Decimal

from attrs import define

from meli_sdk.models.base import Entity, IntId, JsonValue, Model


@define(kw_only=True)
class SiteShippingMethod(Entity):
    """A way to ship on one site."""

    id: IntId
    name: str | None = None
    type: str | None = None
    deliver_to: str | None = None
    status: str | None = None
    site_id: str | None = None
    free_options: tuple[str, ...] = ()
    shipping_modes: tuple[str, ...] = ()
    company_id: IntId | None = None
    company_name: str | None = None
    min_time: int | None = None
    """Hours."""
    max_time: int | None = None
    """Hours."""
    currency_id: str | None = None


@define(kw_only=True)
class ShippingCompany(Model):
    """Who offers a shipping service."""

    id: IntId | None = None
    name: str | None = None
    site_id: str | None = None


@define(kw_only=True)
class SiteShippingService(Entity):
    """A shipping service of one site; known from old documentation only."""

    id: IntId
    name: str | None = None
    status: str | None = None
    shipping_company: ShippingCompany | None = None
    tracks_shipments: bool | None = None
    max_size: JsonValue | None = None
    min_size: JsonValue | None = None
    max_weight: Decimal | None = None
    min_weight: Decimal | None = None
    free_options: tuple[str, ...] = ()


@define(kw_only=True)
class SellerLogisticType(Model):
    """One logistic type of a seller, and the services it uses."""

    type: str | None = None
    services: tuple[int, ...] = ()
    carrier_pickup: tuple[JsonValue, ...] | bool | None = None
    default: bool | None = None
    status: str | None = None


@define(kw_only=True)
class SellerLogistic(Model):
    """One shipping mode of a seller."""

    mode: str | None = None
    types: tuple[SellerLogisticType, ...] = ()


@define(kw_only=True)
class LabelPreferences(Model):
    """How a seller prints labels."""

    page_size: str | None = None
    page_format: str | None = None
    thermal_printer: bool | str | None = None
    print_danfe: bool | None = None
    print_browser: bool | None = None
    print_voucher: bool | None = None
    print_summary: bool | None = None


@define(kw_only=True)
class FreeShippingCondition(Model):
    """When shipping is free."""

    type: str | None = None
    value: JsonValue | None = None


@define(kw_only=True)
class FreeShippingRange(Model):
    """How far shipping is free."""

    default: bool | None = None
    free_mode: str | None = None
    value: JsonValue | None = None


@define(kw_only=True)
class FreeShippingSetting(Model):
    """One rule of free shipping."""

    condition: FreeShippingCondition | None = None
    rule: FreeShippingRange | None = None


@define(kw_only=True)
class Conciliation(Model):
    """How shipping costs are settled."""

    type: str | None = None


@define(kw_only=True)
class SellerShippingPreferences(Entity):
    """How a seller ships."""

    site_id: str | None = None
    modes: tuple[str, ...] = ()
    logistics: tuple[SellerLogistic, ...] = ()
    services: tuple[int, ...] = ()
    tags: tuple[str, ...] = ()
    option: str | None = None
    """`in` or `out` of Mercado Envíos."""
    picking_type: str | None = None
    local_pick_up: bool | None = None
    trusted_user: bool | None = None
    bulky: bool | None = None
    custom_calculator: str | None = None
    thermal_printer: bool | str | None = None
    me2_enablers: tuple[JsonValue, ...] = ()
    carrier_pickup: bool | None = None
    items_combination: str | None = None
    label: LabelPreferences | None = None
    content_declaration_disabled: bool | None = None
    conciliation: Conciliation | None = None
    mandatory_invoice_data: bool | None = None
    free_configurations: tuple[FreeShippingSetting, ...] = ()
    mandatory_settings: Mapping[str, JsonValue | None] | None = None
    """Free-form."""

    def ships_by(self, mode: str, logistic_type: str | None = None) -> bool:
        """Whether the seller ships in this mode, and in this logistic type where one is given."""
        return any(
            row.mode == mode and (logistic_type is None or any(one.type == logistic_type for one in row.types))
            for row in self.logistics
        )


@define(kw_only=True)
class DistributionAttributes(Model):
    """Whose stock, transport and network a service uses."""

    stock_origin: str | None = None
    transport_by: str | None = None
    network_provider: str | None = None


@define(kw_only=True)
class ServiceNode(Model):
    """One node of the network of a service."""

    collect_node_type: str | None = None


@define(kw_only=True)
class ServiceNetwork(Model):
    """The nodes of a service by their id."""

    nodes: Mapping[str, ServiceNode] | None = None


@define(kw_only=True)
class LegacyLogistic(Model):
    """The mode and logistic type that a service stands for."""

    mode: str | None = None
    logistic_type: str | None = None


@define(kw_only=True)
class ShippabilityService(Model):
    """One way in which a user product can be shipped."""

    type: str | None = None
    direction: str | None = None
    flavor: str | None = None
    speed: str | None = None
    distribution_attributes: tuple[DistributionAttributes, ...] = ()
    network: ServiceNetwork | None = None
    legacy_attributes: LegacyLogistic | None = None


@define(kw_only=True)
class Shippability(Entity):
    """The ways in which a user product can be shipped."""

    services: tuple[ShippabilityService, ...] = ()
