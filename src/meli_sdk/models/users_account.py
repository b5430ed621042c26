"""What hangs on a user: addresses, payments, brands, test users, applications and their grants.

Pages: https://developers.mercadolibre.com.ar/en_us/users-and-applications,
https://developers.mercadolibre.com.ar/es_ar/gestiona-tus-aplicaciones
"""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from attrs import define, field, frozen

from meli_sdk.models.base import UNSET, Entity, IntId, JsonValue, Model, StrId, Unset
from meli_sdk.models.items import Area, SearchLocation


@define(kw_only=True)
class OpeningHours(Model):
    """When an address is open on one kind of day."""

    status: str | None = None
    hours: tuple[JsonValue, ...] = ()


@define(kw_only=True)
class Address(Entity):
    """One address of a user."""

    id: IntId | None = None
    user_id: IntId | None = None
    contact: str | None = None
    phone: StrId | None = None
    address_line: str | None = None
    street_name: str | None = None
    street_number: StrId | None = None
    floor: StrId | None = None
    apartment: StrId | None = None
    zip_code: StrId | None = None
    neighborhood: Area | None = None
    municipality: Area | None = None
    city: Area | None = None
    state: Area | None = None
    country: Area | None = None
    search_location: SearchLocation | None = None
    types: tuple[str, ...] = ()
    """Such as `billing`, `shipping`, `default_selling_address`."""
    comment: str | None = None
    between: str | None = None
    references: str | None = None
    aditional_info: str | None = None
    """Spelt like this on the wire."""
    geolocation_type: str | None = None
    geolocation_source: str | None = None
    geolocation_last_updated: datetime | None = None
    latitude: float | None = None
    longitude: float | None = None
    status: str | None = None
    date_created: datetime | None = None
    normalized: bool | None = None
    open_hours: Mapping[str, OpeningHours] | None = None

    def __str__(self) -> str:
        return f"Address {self.id} of {self.user_id} ({', '.join(self.types)})"


@define(kw_only=True)
class AcceptedPaymentMethod(Entity):
    """A way to pay that a seller accepts."""

    id: str | None = None
    name: str | None = None
    payment_type_id: str | None = None
    thumbnail: str | None = None
    secure_thumbnail: str | None = None


@define(kw_only=True)
class Brand(Model):
    """An official store."""

    official_store_id: IntId | None = None
    site_id: str | None = None
    name: str | None = None
    fantasy_name: str | None = None
    type: str | None = None
    status: str | None = None
    permalink: str | None = None


@define(kw_only=True)
class UserBrands(Entity):
    """The official stores of a user."""

    cust_id: IntId | None = None
    site_id: str | None = None
    user_type: str | None = None
    tags: tuple[str, ...] = ()
    brands: tuple[Brand, ...] = ()


@define(kw_only=True)
class Bookmark(Entity):
    """An item that a user marked."""

    item_id: str | None = None
    bookmarked_date: datetime | None = None


@define(kw_only=True)
class PackListings(Model):
    """How many listings of one type a package holds."""

    listing_type_id: str | None = None
    available_listings: int | None = None
    used_listings: int | None = None
    remaining_listings: int | None = None


@define(kw_only=True)
class PromotionPack(Entity):
    """A package of classified listings that a user has."""

    id: StrId | None = None
    category_id: str | None = None
    brand: str | None = None
    description: str | None = None
    price: Decimal | None = None
    package_type: str | None = None
    package_content: str | None = None
    duration: int | None = None
    """Days."""
    status: str | None = None
    charge_type_id: str | None = None
    max_upgrades: int | None = None
    date_created: datetime | None = None
    date_start: datetime | None = None
    date_expires: datetime | None = None
    engagement_type: str | None = None
    listing_details: tuple[PackListings, ...] = ()


@define(kw_only=True)
class BlockedUsers(Entity):
    """Users that may not ask or buy. No page describes the answer: look at `raw`."""


@define(kw_only=True)
class TestUser(Entity):
    """A test user. It is shown once: keep the password. It is removed after 60 days without use."""

    __test__ = False  # pytest collects what is called Test

    id: IntId | None = None
    nickname: str | None = None
    password: str | None = field(default=None, repr=False)
    site_status: str | None = None
    email: str | None = None

    def __str__(self) -> str:
        return f"TestUser {self.id} {self.nickname}"


@define(kw_only=True)
class UpdatedUser(Entity):
    """The answer to a change of a user."""

    user_id: IntId | None = None


@frozen(kw_only=True)
class IdentificationInput:
    """A document of the user."""

    type: str
    number: str


@frozen(kw_only=True)
class UserAddressInput:
    """Where the user lives."""

    address: str | Unset = UNSET
    city: str | Unset = UNSET
    state: str | Unset = UNSET
    zip_code: str | Unset = UNSET


@frozen(kw_only=True)
class PhoneInput:
    """A phone number of the user."""

    area_code: str | Unset = UNSET
    number: str | Unset = UNSET
    extension: str | Unset = UNSET


@frozen(kw_only=True)
class CompanyInput:
    """The company of the user."""

    brand_name: str | Unset = UNSET
    corporate_name: str | Unset = UNSET
    identification: str | Unset = UNSET
    city_tax_id: str | Unset = UNSET
    state_tax_id: str | Unset = UNSET
    cust_type_id: str | Unset = UNSET


@frozen(kw_only=True)
class UserUpdate:
    """What to change of a user; a field that is UNSET stays as it is."""

    first_name: str | Unset = UNSET
    last_name: str | Unset = UNSET
    identification: IdentificationInput | Unset = UNSET
    address: UserAddressInput | Unset = UNSET
    phone: PhoneInput | Unset = UNSET
    alternative_phone: PhoneInput | Unset = UNSET
    company: CompanyInput | Unset = UNSET


@define(kw_only=True)
class ApplicationGrant(Entity):
    """Which user allowed which application what, and since when."""

    user_id: IntId | None = None
    app_id: IntId | None = None
    date_created: datetime | None = None
    scopes: tuple[str, ...] = ()


@define(kw_only=True)
class RevokedGrant(Entity):
    """The answer to a revocation."""

    user_id: IntId | None = None
    app_id: IntId | None = None
    msg: str | None = None


@define(kw_only=True)
class PartialBlock(Model):
    """Whether parts of an application's calls are blocked."""

    blocked: bool | None = None


@define(kw_only=True)
class Application(Entity):
    """A registered application. Only its owner sees more than the public fields."""

    id: IntId | None = None
    site_id: str | None = None
    name: str | None = None
    description: str | None = None
    thumbnail: str | None = None
    owner_id: IntId | None = None
    catalog_product_id: str | None = None
    item_id: str | None = None
    price: Decimal | None = None
    currency_id: str | None = None
    need_authorization: bool | None = None
    short_name: str | None = None
    url: str | None = None
    callback_url: str | None = None
    sandbox_mode: bool | None = None
    is_public: bool | None = None
    project_id: StrId | None = None
    active: bool | None = None
    max_requests_per_hour: int | None = None
    scopes: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    notifications_callback_url: str | None = None
    notifications_topics: tuple[str, ...] = ()
    certification_status: str | None = None
    token_type: str | None = None
    use_pkce: bool | None = None
    date_created: datetime | None = None
    blocked: bool | None = None
    blocked_date: str | None = None
    """`""` where it is not blocked."""
    blocked_reason: str | None = None
    """Such as `EXCESSIVE_API_CALL`: an excess of refused calls blocks an application."""
    partial_blocked: PartialBlock | None = None
    disabled: bool | None = None
    disabled_date: str | None = None

    def __str__(self) -> str:
        return f"Application {self.id} {self.name!r}{' blocked' if self.blocked else ''}"


@define(kw_only=True)
class StatusShare(Model):
    """How many calls were answered with one status. 499, 534 and 535 are among them."""

    status: int | None = None
    total_request: int | None = None
    percentage: Decimal | None = None


@define(kw_only=True)
class ConsumedApi(Model):
    """One part of the API, and how its calls went."""

    resource_id: str | None = None
    resource_name: str | None = None
    hierarchy1: str | None = None
    hierarchy2: str | None = None
    percentage_request_successful: Decimal | None = None
    errors_by_resource_id: int | None = None
    percentage_errors: Decimal | None = None


@define(kw_only=True)
class ApplicationConsumption(Entity):
    """The calls of an application, until yesterday."""

    app_id: IntId | None = None
    total_request: int | None = None
    request_by_status: tuple[StatusShare, ...] = ()
    top_apis_consumed: tuple[ConsumedApi, ...] = ()
    top_apis_consumed_error: tuple[ConsumedApi, ...] = ()
