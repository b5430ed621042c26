"""Users, as https://developers.mercadolibre.com.ar/en_us/users-and-applications describes them."""

from datetime import datetime
from decimal import Decimal

from attrs import define

from meli_sdk.models.base import Entity, IntId, JsonValue, Model, StrId


@define(kw_only=True)
class UserIdentification(Model):
    """A document of a user."""

    type: str | None = None
    number: StrId | None = None


@define(kw_only=True)
class UserAddress(Model):
    """Where a user lives."""

    address: str | None = None
    city: str | None = None
    state: str | None = None
    zip_code: StrId | None = None


@define(kw_only=True)
class UserPhone(Model):
    """A phone number of a user."""

    area_code: StrId | None = None
    number: StrId | None = None
    extension: StrId | None = None
    verified: bool | None = None


@define(kw_only=True)
class BillData(Model):
    """Billing preferences."""

    accept_credit_note: str | bool | None = None


@define(kw_only=True)
class TransactionRatings(Model):
    """Share, or number, of ratings."""

    negative: Decimal | None = None
    neutral: Decimal | None = None
    positive: Decimal | None = None


@define(kw_only=True)
class TransactionCount(Model):
    """Transactions counted by payment."""

    paid: int | None = None
    total: int | None = None
    units: int | None = None


@define(kw_only=True)
class UserTransactions(Model):
    """Transactions of a period."""

    period: str | None = None
    total: int | None = None
    completed: int | None = None
    canceled: TransactionCount | int | None = None
    not_yet_rated: TransactionCount | None = None
    unrated: TransactionCount | None = None
    ratings: TransactionRatings | None = None


@define(kw_only=True)
class ExcludedMetric(Model):
    """What a metric would be without the protection of a seller."""

    real_value: int | None = None
    real_rate: Decimal | None = None


@define(kw_only=True)
class ReputationMetric(Model):
    """One figure of a seller's reputation."""

    period: str | None = None
    completed: int | None = None
    fulfilled: int | None = None
    rate: Decimal | None = None
    value: Decimal | None = None
    excluded: ExcludedMetric | None = None


@define(kw_only=True)
class ReputationMetrics(Model):
    """The figures behind a seller's level."""

    sales: ReputationMetric | None = None
    claims: ReputationMetric | None = None
    delayed_handling_time: ReputationMetric | None = None
    cancellations: ReputationMetric | None = None


@define(kw_only=True)
class SellerReputation(Model):
    """How good a seller is, by Mercado Libre's measure."""

    level_id: str | None = None
    power_seller_status: str | None = None
    real_level: str | None = None
    protection_end_date: datetime | None = None
    transactions: UserTransactions | None = None
    metrics: ReputationMetrics | None = None


@define(kw_only=True)
class BuyerReputation(Model):
    """How a user buys."""

    canceled_transactions: int | None = None
    tags: tuple[str, ...] = ()
    transactions: UserTransactions | None = None


@define(kw_only=True)
class ImmediatePayment(Model):
    """Whether immediate payment is required, and why."""

    required: bool | None = None
    reasons: tuple[str, ...] = ()


@define(kw_only=True)
class Permission(Model):
    """Whether a user may do something, and the codes that say why not."""

    allow: bool | None = None
    codes: tuple[str, ...] = ()
    immediate_payment: ImmediatePayment | None = None


@define(kw_only=True)
class ShoppingCart(Model):
    """Whether a user buys and sells through the cart."""

    buy: str | None = None
    sell: str | None = None


@define(kw_only=True)
class UserStatus(Model):
    """What a user may do."""

    site_status: str | None = None
    billing: Permission | None = None
    buy: Permission | None = None
    list: Permission | None = None
    sell: Permission | None = None
    shopping_cart: ShoppingCart | None = None
    confirmed_email: bool | None = None
    immediate_payment: bool | None = None
    mercadoenvios: str | None = None
    mercadopago_account_type: str | None = None
    mercadopago_tc_accepted: bool | None = None
    required_action: str | None = None
    user_type: str | None = None


@define(kw_only=True)
class UserCompany(Model):
    """The company of a user."""

    brand_name: str | None = None
    corporate_name: str | None = None
    identification: StrId | None = None
    city_tax_id: StrId | None = None
    state_tax_id: StrId | None = None
    cust_type_id: StrId | None = None
    soft_descriptor: str | None = None


@define(kw_only=True)
class UserCredit(Model):
    """The credit of a user with Mercado Libre."""

    consumed: Decimal | None = None
    credit_level_id: str | None = None
    rank: str | None = None


@define(kw_only=True)
class UserContext(Model):
    """How a user registered."""

    ip_address: str | None = None
    device: str | None = None
    flow: str | None = None
    source: str | None = None


@define(kw_only=True)
class User(Entity):
    """A user. Of others only the public part is there; everything but `id` may be left out."""

    id: IntId | None = None
    nickname: str | None = None
    site_id: str | None = None
    country_id: str | None = None
    registration_date: datetime | None = None
    first_name: str | None = None
    last_name: str | None = None
    gender: str | None = None
    email: str | None = None
    secure_email: str | None = None
    identification: UserIdentification | None = None
    address: UserAddress | None = None
    phone: UserPhone | None = None
    alternative_phone: UserPhone | None = None
    user_type: str | None = None
    tags: tuple[str, ...] = ()
    internal_tags: tuple[str, ...] = ()
    logo: str | None = None
    points: int | None = None
    permalink: str | None = None
    shipping_modes: tuple[str, ...] = ()
    seller_experience: str | None = None
    bill_data: BillData | None = None
    seller_reputation: SellerReputation | None = None
    buyer_reputation: BuyerReputation | None = None
    status: UserStatus | None = None
    company: UserCompany | None = None
    credit: UserCredit | None = None
    context: UserContext | None = None
    pwd_generation_status: str | None = None
    registration_identifiers: tuple[JsonValue, ...] = ()

    def __str__(self) -> str:
        return f"User {self.id} {self.nickname} {self.site_id}"
