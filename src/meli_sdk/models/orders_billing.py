"""To whom a sale is billed: https://developers.mercadolibre.com.ar/es_ar/facturacion

Every key below `billing_info` may be missing, and each site has keys of its own.
"""

from attrs import define

from meli_sdk.models.base import Entity, IntId, Model, StrId


@define(kw_only=True)
class TaxIdentification(Model):
    """A document: DNI, CUIT, CPF, CNPJ, RUT, RFC, NIT and others."""

    type: str | None = None
    number: StrId | None = None


@define(kw_only=True)
class TaxCode(Model):
    """One entry of a tax office's list."""

    id: StrId | None = None
    description: str | None = None


@define(kw_only=True)
class TaxInscriptions(Model):
    """Registrations at the tax office; Brazil."""

    state_registration: StrId | None = None


@define(kw_only=True)
class BillingTaxes(Model):
    """How the buyer is taxed."""

    taxpayer_type: TaxCode | None = None
    inscriptions: TaxInscriptions | None = None
    economic_activity: str | None = None
    contributor: str | None = None
    cfdi: TaxCode | None = None
    """What the invoice is used for; Mexico."""


@define(kw_only=True)
class BillingState(Model):
    """A state or province."""

    code: str | None = None
    name: str | None = None


@define(kw_only=True)
class BillingAddress(Model):
    """Where the invoice goes. `street_number` may be `SN`: none."""

    street_name: str | None = None
    street_number: StrId | None = None
    city_name: str | None = None
    city: str | None = None
    """Uruguay's spelling of `city_name`."""
    neighborhood: str | None = None
    comment: str | None = None
    zip_code: StrId | None = None
    state: BillingState | str | None = None
    country_id: str | None = None


@define(kw_only=True)
class BillingAttributes(Model):
    """What else is known of the buyer; `CO` is a person, `BU` a company."""

    cust_type: str | None = None
    customer_type: str | None = None
    doc_type_number: StrId | None = None
    vat_discriminated_billing: str | bool | None = None
    is_normalized: bool | str | None = None
    birth_date: str | None = None


@define(kw_only=True)
class BillingDetails(Model):
    """Name, document, taxes and address."""

    name: str | None = None
    last_name: str | None = None
    identification: TaxIdentification | None = None
    taxes: BillingTaxes | None = None
    address: BillingAddress | None = None
    attributes: BillingAttributes | None = None

    @property
    def is_company(self) -> bool | None:
        """Whether a company bought; None where the site does not say."""
        kind = (self.attributes.cust_type or self.attributes.customer_type) if self.attributes else None
        return None if kind is None else kind == "BU"


@define(kw_only=True)
class BillingParty(Model):
    """Buyer or seller of a billing information."""

    cust_id: IntId | None = None
    billing_info: BillingDetails | None = None


@define(kw_only=True)
class BillingInfo(Entity):
    """To whom an order is billed; today's body. Peru and Uruguay name the parties by id too."""

    id: StrId | None = None
    site_id: str | None = None
    buyer: BillingParty | None = None
    seller: BillingParty | None = None
    buyer_id: IntId | None = None
    seller_id: IntId | None = None
    order_id: IntId | None = None
    is_order_origin: bool | None = None


@define(kw_only=True)
class BillingField(Model):
    """One named value of the older body."""

    type: str | None = None
    value: str | None = None


@define(kw_only=True)
class LegacyBillingDetails(Model):
    """Document and named values; the older body."""

    doc_type: str | None = None
    doc_number: StrId | None = None
    additional_info: tuple[BillingField, ...] = ()

    def value(self, kind: str) -> str | None:
        """The named value, such as `CITY_NAME`; None where it is missing."""
        return next((row.value for row in self.additional_info if row.type == kind), None)


@define(kw_only=True)
class LegacyBillingInfo(Entity):
    """To whom an order is billed; the older body."""

    billing_info: LegacyBillingDetails | None = None
