"""The world of the sandbox: who exists, what they granted, sold, shipped and listed."""

import random
import string
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Final, Literal

from meli_sdk.sandbox.accounts import Accounts
from meli_sdk.sandbox.catalogue import Catalogue
from meli_sdk.sandbox.desk import Desk
from meli_sdk.sandbox.errors import DocumentedError, JsonObject
from meli_sdk.sandbox.market import Market
from meli_sdk.sandbox.notices import Mail, Notice
from meli_sdk.sandbox.orders_book import OrderBook
from meli_sdk.sandbox.stockroom import Inventory, Movement, Store, UserProduct
from meli_sdk.sandbox.token_faults import TokenFaults
from meli_sdk.sites import GLOBAL_SELLING

Clock = Callable[[], datetime]

SERVER_ZONE: Final = timezone(timedelta(hours=-4))
"""The offset Mercado Libre prints in most of its answers."""
ACCESS_TOKEN_SECONDS: Final = 21_600
CODE_LIFETIME: Final = timedelta(minutes=10)
REFRESH_TOKEN_LIFETIME: Final = timedelta(days=180)
OUT_OF_STOCK: Final = "out_of_stock"
PAUSED_BY_SELLER: Final = "paused_by_seller"
DAILY_LISTINGS: Final = 10_000
"""Listings a seller may create on one site in a UTC day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxOptions:
    """What the documentation leaves open, to be tried both ways."""

    grace_seconds: float = 0
    """So long after a refresh the spent refresh token gets the same answer again. 0: single use, strictly."""
    family_revocation: bool = False
    """A spent refresh token that comes back ends the whole grant."""
    old_access_token_dies: bool = False
    """A refresh ends the access token issued before it."""
    access_token_seconds: int = ACCESS_TOKEN_SECONDS
    """How long an access token is good; the documentation says six hours, its examples three."""
    search_lag: tuple[float, float] = (0, 0)
    """The least and the most seconds until the order search shows a change; each change draws its own."""
    push_lag: float | None = 0
    """Seconds until a shipment shows what its seller's notification said; None: never, although the answer was OK."""
    order_offset_cap: int = 10_000
    """The order search refuses pages that reach beyond this row."""
    stock_delay: float = 0
    """Seconds until a change of selling-address stock shows; Mercado Libre answers it before it is done."""
    item_search_lag: float = 0
    """Seconds until the search of a seller's items shows a new one, which can be read by its id at once."""
    item_lock: float = 0
    """Seconds after a change in which an item cannot be deleted: it is still being written."""


@dataclass(frozen=True, slots=True)
class AppCredentials:
    """What the sandbox's application proves itself with."""

    client_id: int
    client_secret: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """The registered application."""

    credentials: AppCredentials
    name: str
    permissions: tuple[str, ...]
    redirect_uris: tuple[str, ...]
    requires_pkce: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """One account. A Global Selling account owns one further account for each marketplace."""

    id: int
    nickname: str
    site_id: str
    country_id: str
    registered: datetime
    parent_id: int | None = None
    """The Global Selling account that owns this marketplace account."""
    logistic_type: str | None = None
    """Of a marketplace account: `remote` or `fulfillment`."""
    tags: tuple[str, ...] = ()
    """Beside those every account has, such as `warehouse_management`."""


@dataclass(slots=True, kw_only=True)
class AccessToken:
    """An access token that was issued."""

    user_id: int
    expires_at: datetime


@dataclass(slots=True, kw_only=True)
class Grant:
    """What one seller allowed one application; only the newest refresh token is good."""

    refresh_token: str
    expires_at: datetime
    access_token: str
    spent: set[str] = field(default_factory=set[str])
    last_spent: str | None = None
    rotated_at: datetime | None = None
    last_answer: JsonObject = field(default_factory=dict[str, object])
    granted: datetime | None = None
    """When the seller gave consent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorizationCode:
    """A code that waits for its exchange."""

    user_id: int
    client_id: int
    redirect_uri: str
    challenge: str | None
    method: str
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FiscalDocument:
    """An invoice that a seller uploaded."""

    id: str
    file_name: str
    media_type: str
    content: bytes
    date: datetime


@dataclass(slots=True, kw_only=True)
class Shipment:
    """One shipment; a pack's orders share one."""

    id: int
    order_id: int
    seller_id: int
    receiver_id: int
    site_id: str
    currency_id: str
    mode: str
    logistic_type: str
    status: str
    substatus: str | None
    created: datetime
    updated: datetime
    cost: Decimal
    tracking_number: str | None
    tracking_method: str | None
    direction: str = "forward"
    """`forward`, `return` or `return_to_buyer`."""
    tracking_url: str | None = None
    first_printed: datetime | None = None
    promised_hours: int | None = None
    """Until delivery, as the seller of a custom shipment promised."""
    sibling: JsonObject | None = None
    """What a split left of the other half."""
    steps: list[tuple[str, str | None, datetime]] = field(default_factory=list[tuple[str, str | None, datetime]])
    """Status, substatus and time of what happened since it was created."""
    delays: list[JsonObject] = field(default_factory=list[JsonObject])
    driver_id: int | None = None
    """Who drives a Flex shipment."""
    invoice: bytes | None = None
    """The invoice that Brazil asks for."""


@dataclass(slots=True, kw_only=True)
class Listing:
    """An item: a local one, a global one (`CBT...`), or a global item's child in a marketplace."""

    id: str
    site_id: str
    seller_id: int
    owner_id: int
    """Whose token works on it: the seller, or the Global Selling account above a marketplace account."""
    title: str
    category_id: str
    price: Decimal
    currency_id: str
    available_quantity: int
    created: datetime
    updated: datetime
    sold_quantity: int = 0
    status: str = "active"
    sub_status: list[str] = field(default_factory=list[str])
    listing_type_id: str = "gold_pro"
    description: str = ""
    attributes: list[JsonObject] = field(default_factory=list[JsonObject])
    sale_terms: list[JsonObject] = field(default_factory=list[JsonObject])
    pictures: list[JsonObject] = field(default_factory=list[JsonObject])
    variations: list[JsonObject] = field(default_factory=list[JsonObject])
    parent_id: str | None = None
    logistic_type: str | None = None
    own_price: bool = False
    """The price was set for this marketplace, so it does not follow the global item's."""
    user_product_id: str | None = None
    inventory_id: str | None = None
    shipping_tags: tuple[str, ...] = ()
    shipping: JsonObject = field(default_factory=dict[str, object])
    """What its seller said of the shipping."""
    more: JsonObject = field(default_factory=dict[str, object])
    """Further fields as its seller sent them, such as `video_id`."""
    tags: tuple[str, ...] = ()
    """Beside those every item has."""
    relisted_from: str | None = None
    """The closed item that was listed again as this one."""
    found_from: datetime | None = None
    """When the search begins to show it; None: from the first."""
    described: tuple[datetime, datetime] | None = None
    """When the description was made and last changed; None: with the item."""
    automatic_price: bool = False
    """Its price is set by Mercado Libre's price automation, so its seller cannot."""

    @property
    def is_global(self) -> bool:
        """Whether this is a global item, the parent of marketplace items."""
        return self.site_id == GLOBAL_SELLING

    def restock(self, quantity: int) -> None:
        """Gives it so many units: none pauses it, some end that pause, but not its seller's own."""
        self.available_quantity = quantity
        if quantity == 0 and self.status == "active":
            self.status, self.sub_status = "paused", [OUT_OF_STOCK]
        elif quantity > 0 and OUT_OF_STOCK in self.sub_status:
            self.sub_status = [name for name in self.sub_status if name != OUT_OF_STOCK]
            if PAUSED_BY_SELLER not in self.sub_status:
                self.status = "active"


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """One node of a site's tree of categories."""

    id: str
    name: str
    parent_id: str | None = None
    domain: str | None = None
    attributes: tuple[JsonObject, ...] = ()
    sale_terms: tuple[JsonObject, ...] = ()

    @property
    def site_id(self) -> str:
        """The site whose tree it belongs to."""
        return self.id.rstrip(string.digits)


@dataclass(frozen=True, slots=True, kw_only=True)
class ComingMove:
    """What a shipment will show later."""

    at: datetime
    shipment_id: int
    status: str
    substatus: str | None
    tracking_number: str | None
    tracking_url: str | None
    pushed: JsonObject | None
    """The tracking of a Global Selling seller."""


def _nobody(topic: str, resource: str, user_id: int) -> None:
    """Nobody listens."""


class World:
    """Everything the sandbox knows. What it makes up comes from the seed alone, what it dates from the clock."""

    def __init__(self, *, seed: int, now: Clock, options: SandboxOptions, listing_quota: int | None) -> None:
        self.now = now
        self.options = options
        self.listing_quota = listing_quota
        """Listings for each seller, site and UTC day; None switches the quota off."""
        self.old_resource_open = True
        """Whether global items may still be changed through `/items` and `/marketplace/items`."""
        self.apps: dict[int, App] = {}
        self.users: dict[int, User] = {}
        self.grants: dict[tuple[int, int], Grant] = {}
        self.token_faults: TokenFaults = TokenFaults()
        self.refused_refreshes = 0
        """How often a refresh token was sent that was spent before, or never good."""
        self.access_tokens: dict[str, AccessToken] = {}
        self.codes: dict[str, AuthorizationCode] = {}
        self.orders: OrderBook = OrderBook(now=now, seed=seed, lag=options.search_lag)
        self.pack_families: dict[int, int] = {}
        """Which pack a pack was split from."""
        self.notes: dict[tuple[str, int], list[JsonObject]] = {}
        """The seller's notes by `orders` or `packs` and id."""
        self.fiscal_documents: dict[int, list[FiscalDocument]] = {}
        """By pack, or by an order without pack."""
        self.shipments: dict[int, Shipment] = {}
        self.coming: list[ComingMove] = []
        """What happens to shipments later, with its time."""
        self.listings: dict[str, Listing] = {}
        self.categories: dict[str, Category] = {}
        self.stores: dict[str, Store] = {}
        self.user_products: dict[str, UserProduct] = {}
        self.inventories: dict[str, Inventory] = {}
        self.accounts: Accounts = Accounts()
        self.catalogue: Catalogue = Catalogue()
        """What sellers keep beside their items."""
        self.desk: Desk = Desk()
        """What Global Selling keeps beside items and orders."""
        self.movements: list[Movement] = []
        """What moved in Mercado Libre's warehouse, the oldest first."""
        self.missed: list[Notice] = []
        """Notifications that were not delivered, the oldest first."""
        self.mail: Mail = Mail()
        """Notifications that are pushed."""
        self.market: Market = Market(chances=random.Random(f"market {seed}"))
        self.tell: Callable[[str, str, int], object] = _nobody
        """Told what changed: topic, resource and whose it is."""
        self.listed: Counter[tuple[int, str, date]] = Counter()
        self.refused_sites: dict[str, DocumentedError] = {}
        self._ids = random.Random(f"ids {seed}")
        self._secrets = random.Random(f"secrets {seed}")
        self._request_ids = random.Random(f"requests {seed}")

    def marketplaces(self, user_id: int) -> list[User]:
        """The marketplace accounts of a Global Selling account."""
        return [user for user in self.users.values() if user.parent_id == user_id]

    def children(self, parent_id: str) -> list[Listing]:
        """The marketplace items of a global item."""
        if not parent_id.startswith(GLOBAL_SELLING):
            return []
        return [listing for listing in self.listings.values() if listing.parent_id == parent_id]

    def child(self, parent_id: str, site_id: str, logistic_type: str) -> Listing | None:
        """The global item's child in one marketplace."""
        for listing in self.children(parent_id):
            if listing.site_id == site_id and listing.logistic_type == logistic_type:
                return listing
        return None

    def leaves(self, site_id: str) -> Iterator[Category]:
        """The categories of a site that take listings."""
        parents = {category.parent_id for category in self.categories.values()}
        return (c for c in self.categories.values() if c.site_id == site_id and c.id not in parents)

    def listings_left(self, owner_id: int, site_id: str) -> int | None:
        """How many listings the seller may still create today on a site; None: as many as wanted."""
        if self.listing_quota is None:
            return None
        return self.listing_quota - self.listed[owner_id, site_id, self.now().astimezone(UTC).date()]

    def count_listing(self, owner_id: int, site_id: str) -> None:
        """Counts one created listing."""
        self.listed[owner_id, site_id, self.now().astimezone(UTC).date()] += 1

    def settle_stock(self, product: UserProduct) -> None:
        """Applies a change that is due, and makes every item of the product show its stock."""
        if product.pending is not None and self.now() >= product.pending[0]:
            for place in product.of_type("selling_address"):
                place.quantity = product.pending[1]
            product.pending = None
            product.version += 1
        total = sum(place.quantity for place in product.places)
        for listing in self.listings.values():
            if listing.user_product_id == product.id:
                listing.restock(total)

    def changed(self, kind: Literal["orders", "shipments", "items", "questions"], key: str | int, user_id: int) -> None:
        """Tells that something changed: by the topic of its seller, or that of the Global Selling account above."""
        user = self.users.get(user_id)
        if user is None or user.parent_id is None:
            self.tell("orders_v2" if kind == "orders" else kind, f"/{kind}/{key}", user_id)
        else:
            self.tell(f"marketplace_{kind}", f"/marketplace/{kind}/{key}", user.parent_id)

    def stock_changed(self, product: UserProduct) -> None:
        """Tells that a user product has other stock."""
        self.tell("stock-locations", f"/user-products/{product.id}/stock", product.user_id)

    def new_number(self, digits: int) -> int:
        """A number of so many digits which no order, pack, shipment or payment has."""
        return self._ids.randrange(10 ** (digits - 1), 10**digits)

    def new_order_id(self) -> int:
        """A free id for an order or a pack."""
        while True:
            found = 2_000_000_000_000_000 + self.new_number(11)
            if found not in self.orders and not self.orders.is_pack(found):
                return found

    def new_shipment_id(self) -> int:
        """A free id for a shipment."""
        while (found := 40_000_000_000 + self.new_number(10)) in self.shipments:
            pass
        return found

    def new_listing_id(self, site_id: str) -> str:
        """A free id for an item."""
        while (found := f"{site_id}{self.new_number(10)}") in self.listings:
            pass
        return found

    def new_hex(self, length: int) -> str:
        """Random hexadecimal digits, for tokens and secrets."""
        return f"{self._secrets.getrandbits(4 * length):0{length}x}"

    def new_request_id(self) -> str:
        """The next `x-request-id`."""
        return str(uuid.UUID(int=self._request_ids.getrandbits(128), version=4))

    def issue_access_token(self, client_id: int, user_id: int) -> str:
        """A new access token, good for as long as the options say."""
        now = self.now()
        token = f"APP_USR-{client_id}-{now.astimezone(UTC):%m%d%H}-{self.new_hex(32)}-{user_id}"
        expires_at = now + timedelta(seconds=self.options.access_token_seconds)
        self.access_tokens[token] = AccessToken(user_id=user_id, expires_at=expires_at)
        return token
