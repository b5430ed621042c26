"""Price references and costs of Global Selling.

Pages: https://global-selling.mercadolibre.com/devsite/pricing-reference,
https://global-selling.mercadolibre.com/devsite/compensations
"""

from decimal import Decimal

from attrs import define

from meli_sdk.models.base import Entity, Model


@define(kw_only=True)
class ReferencePrice(Model):
    """An amount in the site's currency and in USD."""

    amount: Decimal | None = None
    usd_amount: Decimal | None = None


@define(kw_only=True)
class ReferenceCosts(Model):
    """What a sale at the suggested price costs."""

    selling_fees: Decimal | None = None
    shipping_fees: Decimal | None = None


@define(kw_only=True)
class ComparedItem(Model):
    """An item that was compared."""

    title: str | None = None
    sold_quantity: int | None = None


@define(kw_only=True)
class ComparedPrice(Model):
    """The price of an item that was compared."""

    price: ReferencePrice | None = None
    info: ComparedItem | None = None


@define(kw_only=True)
class ReferenceMetadata(Model):
    """What was compared."""

    graph: tuple[ComparedPrice, ...] = ()
    compared_values: int | None = None


@define(kw_only=True)
class PriceReference(Entity):
    """What Mercado Libre suggests as a price, and why."""

    item_id: str | None = None
    status: str | None = None
    """Such as `no_benchmark_ok` or `with_benchmark_high`."""
    currency_id: str | None = None
    ratio: Decimal | None = None
    """Site currency for one USD."""
    strategy_type: str | None = None
    current_price: ReferencePrice | None = None
    suggested_price: ReferencePrice | None = None
    estimated_taxes: ReferencePrice | None = None
    lowest_price: ReferencePrice | None = None
    internal_price: ReferencePrice | None = None
    """Of the cheapest similar item on Mercado Libre."""
    external_price: ReferencePrice | None = None
    """Of the cheapest similar item elsewhere."""
    percent_difference: Decimal | None = None
    costs: ReferenceCosts | None = None
    applicable_suggestion: bool | None = None
    metadata: ReferenceMetadata | None = None
    last_updated: str | None = None
    """The text as it came; not every body has a date with a time zone here."""

    def __str__(self) -> str:
        return f"PriceReference {self.item_id} {self.status}"


@define(kw_only=True)
class PriceReferenceList(Entity):
    """The items that have a price reference."""

    total: int | None = None
    items: tuple[str, ...] = ()


@define(kw_only=True)
class BillableWeight(Model):
    """The weight that is charged."""

    value: Decimal | None = None
    unit: str | None = None


@define(kw_only=True)
class ItemShippingCost(Entity):
    """What shipping one unit of a marketplace item costs its seller."""

    shipping_fee: Decimal | None = None
    currency_id: str | None = None
    site_id: str | None = None
    billable_weight: BillableWeight | None = None
    free_shipping: bool | None = None


@define(kw_only=True)
class PackageMeasure(Model):
    """One side or the weight of a package."""

    value: Decimal | None = None
    unit: str | None = None


@define(kw_only=True)
class PackageMeasures(Model):
    """A package as it was declared, or as the carrier found it."""

    height: Decimal | PackageMeasure | None = None
    width: Decimal | PackageMeasure | None = None
    length: Decimal | PackageMeasure | None = None
    weight: Decimal | PackageMeasure | None = None


@define(kw_only=True)
class DeclaredAndValidated(Model):
    """Two amounts."""

    declared: Decimal | None = None
    validated: Decimal | None = None


@define(kw_only=True)
class CompensationCosts(Entity):
    """What was declared of a package, what the carrier measured, and what each costs."""

    currency_id: str | None = None
    costs: DeclaredAndValidated | None = None
    declared: PackageMeasures | None = None
    validated: PackageMeasures | None = None
