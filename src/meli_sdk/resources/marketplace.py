"""Global Selling: https://global-selling.mercadolibre.com/devsite/global-listing

There is no test mode: what is published through these resources is live.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from meli_sdk.errors import DescriptionExistsError, InputError, MeliError, NotApplicableError
from meli_sdk.models.items import Item, ListingType
from meli_sdk.models.marketplace import ItemChanges, MarketplaceItem, MarketplaceUser, SiteConfig
from meli_sdk.models.marketplace_account import MarketplaceCap, MarketplaceMapping, WorkingDayChoice, WorkingDays
from meli_sdk.models.marketplace_prices import ItemShippingCost, PriceReference, PriceReferenceList
from meli_sdk.models.marketplace_publishing import (
    GlobalItemUpdate,
    ListingProceeds,
    MarketplaceDescription,
    NewGlobalItem,
    SiteToSell,
)
from meli_sdk.resources import arguments
from meli_sdk.resources.categories_endpoints import GET_CATEGORY
from meli_sdk.resources.listing_quota import ListingCounter, Quota
from meli_sdk.resources.marketplace_endpoints import (
    BY_RESOURCE,
    CREATE_GLOBAL_ITEM,
    CREATE_MARKETPLACE_DESCRIPTION,
    CREATE_MARKETPLACE_ITEMS,
    DELETE_MARKETPLACE_ITEM,
    FOREWARNING_PAGE,
    GET_ITEM_SHIPPING_COST,
    GET_MARKETPLACE_DESCRIPTION,
    GET_MARKETPLACE_ITEM,
    GET_MARKETPLACE_ITEMS_OF,
    GET_MARKETPLACE_USER,
    GET_PRICE_REFERENCE,
    GET_WORKING_DAYS,
    LIST_CAPS,
    LIST_PRICE_REFERENCES,
    PUBLISH_GLOBAL_ITEM,
    SEARCH_CATALOG_FOREWARNINGS,
    SEARCH_MARKETPLACE_ITEMS,
    SET_LISTING_TYPE,
    SET_WORKING_DAYS,
    UPDATE_GLOBAL_ITEM,
)
from meli_sdk.resources.marketplace_input import (
    changed_fields,
    merge,
    new_item_body,
    site_rows,
    site_target,
    text,
    update_body,
    wire_value,
)
from meli_sdk.resources.marketplace_orders import MarketplaceOrders, MarketplacePacks
from meli_sdk.resources.marketplace_publication import published
from meli_sdk.resources.marketplace_questions import MarketplaceQuestions
from meli_sdk.resources.marketplace_results import ModifyPart, ModifyResult, PartState, PublishResult
from meli_sdk.resources.marketplace_shipments import MarketplaceShipments
from meli_sdk.resources.marketplace_suggestions import MarketplaceSuggestions
from meli_sdk.resources.marketplace_user_products import MarketplaceUserProducts
from meli_sdk.resources.modify_guide import MODIFY_GUIDE
from meli_sdk.resources.stock_fulfillment import MarketplaceFulfillment
from meli_sdk.wire import ids
from meli_sdk.wire.paging import Paginator
from meli_sdk.wire.pipeline import Caller

REMOTE: Final = "remote"
SHORTEST_TITLE_LIMIT: Final = 60
"""Every category allows titles of this length; only longer ones make us read the category."""
MAX_PAGE: Final = 100
GLOBAL_LISTING_TYPES: Final = frozenset({str(ListingType.GOLD_SPECIAL), str(ListingType.GOLD_PRO)})


class Marketplace:
    """The Global Selling resources of one seller."""

    orders: MarketplaceOrders
    packs: MarketplacePacks
    shipments: MarketplaceShipments
    questions: MarketplaceQuestions
    suggestions: MarketplaceSuggestions
    user_products: MarketplaceUserProducts
    fulfillment: MarketplaceFulfillment

    def __init__(self, caller: Caller, counter: ListingCounter) -> None:
        self._caller = caller
        self._counter = counter
        self.orders = MarketplaceOrders(caller)
        self.packs = MarketplacePacks(caller)
        self.shipments = MarketplaceShipments(caller)
        self.questions = MarketplaceQuestions(caller)
        self.suggestions = MarketplaceSuggestions(caller)
        self.user_products = MarketplaceUserProducts(caller)
        self.fulfillment = MarketplaceFulfillment(caller)

    async def user(self, user_id: int | None = None) -> MarketplaceUser:
        """Where a Global Selling user may publish: `.targets`, `.allows(site_id, logistic_type)`.

        Raises:
            InputError: the id is no whole number of at most 20 digits, or the session has no seller.
            InvalidCallerError: the token belongs to another user.

        Documented at https://global-selling.mercadolibre.com/devsite/global-listing
        """
        return await self._caller.call(GET_MARKETPLACE_USER, path={"user_id": self._caller.seller(user_id)})

    async def create_items(
        self, cbt_item_id: str, config: Sequence[SiteConfig | Mapping[str, object]]
    ) -> PublishResult:
        """Lists a global item in marketplaces, as the marketplace page documents it. It is live at once.

        Mercado Libre answers 200 also where some sites refused: look at `.failed`, or call `.raise_for_errors()`.

        Args:
            cbt_item_id: the parent, such as `CBT1234`.
            config: one row for each site and logistic type; prices are USD.

        Raises:
            InputError: an empty config, the same site and logistic type twice, an unknown site, no CBT id.
            NotApplicableError: today's 10,000 listings of this seller and site are used up.
            NotConfiguredForSiteError: this user may not publish there.
            CountryNotAllowedError: the product may not be offered in that country.
            ShippingNotAllowedError: the product may not travel that way.
            ListingQuotaError: the quota of active listings is used up.
            LockedError: the parent is locked for mapping, still after the retries.
            OutcomeUnknownError: the answer was lost; read the parent before sending it again.

        Documented at https://global-selling.mercadolibre.com/devsite/global-listing
        """
        parent = ids.cbt_item_id(cbt_item_id)
        rows = site_rows(config)
        self._count(rows)
        listings, unreadable, refusals = await self._caller.call(
            CREATE_MARKETPLACE_ITEMS, path={"cbt_item_id": parent}, json={"config": rows}
        )
        return PublishResult(cbt_item_id=parent, listings=listings, unreadable=unreadable, refusals=refusals)

    async def create(self, item: NewGlobalItem | Mapping[str, object]) -> PublishResult:
        """Creates a global item and lists it, by today's resource. It is live at once.

        Mercado Libre answers 200 also where some sites refused: look at `.failed`, or call `.raise_for_errors()`.

        Args:
            item: with `sites_to_sell`; a site has `net_proceeds` (remote) or a `price` (Mercado Libre's warehouse).

        Raises:
            InputError: no site, a site twice, a price beside net proceeds, another currency than USD.
            NotApplicableError: today's 10,000 listings of this seller and site are used up.
            ValidationFailedError: what is wrong with the item, in `.causes`.
            NotConfiguredToListError: this user may not publish there.
            PackageSizeError: the dimensions are not those of a real package.
            OutcomeUnknownError: the answer was lost; look for the item before sending it again.

        Documented at https://global-selling.mercadolibre.com/devsite/global-listing
        """
        body, rows = new_item_body(item)
        self._count(rows)
        made, unreadable, refusals = await self._caller.call(CREATE_GLOBAL_ITEM, json=body)
        return published(made.item_id or "", made, unreadable, refusals)

    async def publish(
        self, cbt_item_id: str, sites: Sequence[SiteToSell | SiteConfig | Mapping[str, object]]
    ) -> PublishResult:
        """Lists a global item in further marketplaces through today's resource. It is live at once.

        Args:
            cbt_item_id: the parent, such as `CBT1234`.
            sites: one row for each site and logistic type; money is USD.

        Raises:
            InputError: as `create_items`, or a price beside net proceeds.
            NotApplicableError: today's 10,000 listings of this seller and site are used up.
            ResponseError: as `create_items`.

        Documented at https://global-selling.mercadolibre.com/devsite/global-listing
        """
        parent = ids.cbt_item_id(cbt_item_id)
        rows = site_rows(sites, SiteToSell)
        self._count(rows)
        listed, unreadable, refusals = await self._caller.call(
            PUBLISH_GLOBAL_ITEM, path={"cbt_item_id": parent}, json={"sites_to_sell": rows}
        )
        return published(parent, listed, unreadable, refusals)

    def _count(self, rows: Sequence[Mapping[str, object]]) -> None:
        if self._caller.options.dry_run:
            return
        now = self._caller.pipeline.clock.now()
        self._counter.take(self._caller.seller(), [str(row["site_id"]) for row in rows], now)

    def quota(self, site_id: str) -> Quota:
        """What is left of today's 10,000 listings on a site, as this process counted them. No call is made.

        Raises:
            InputError: there is no such site, or the session has no seller.

        Documented at https://global-selling.mercadolibre.com/devsite/global-listing
        """
        return self._counter.quota(self._caller.seller(), ids.site_id(site_id), self._caller.pipeline.clock.now())

    async def get(self, item_id: str) -> MarketplaceItem:
        """A global item (`CBT...`) or one of its marketplace items (`MLM...`).

        Raises:
            InputError: this is no item id.
            ItemNotFoundError: there is none.

        Documented at https://global-selling.mercadolibre.com/devsite/global-listing
        """
        return await self._caller.call(GET_MARKETPLACE_ITEM, path={"item_id": item_id})

    async def modify(
        self, item_id: str, changes: ItemChanges | Mapping[str, object], *, logistic_type: str | None = None
    ) -> ModifyResult:
        """Changes an item as the page's "Guide to modify items" says: one call for each resource the fields need.

        The change is live. Where the first call fails its error is raised and nothing is changed; where a later one
        fails, `.parts` tells which fields were applied.

        Args:
            item_id: the global item, or one of its marketplace items.
            changes: the fields to change; those left out stay as they are.
            logistic_type: of the item; saves the read that `available_quantity` needs.

        Raises:
            InputError: an empty change, an unknown field, a field that cannot change, a wrong value.
            NotApplicableError: `available_quantity` where the logistic type is not `remote`.
            NoChildForSiteError: the item is not published there.
            OldResourceClosedError: Mercado Libre has closed this resource; use `update`.

        Documented at https://global-selling.mercadolibre.com/devsite/global-listing
        """
        item = ids.item_id(item_id)
        bodies: dict[str, dict[str, object]] = {}
        names: dict[str, list[str]] = {}
        for name, value in changed_fields(changes).items():
            resource = MODIFY_GUIDE[name].resource
            assert resource is not None  # noqa: S101  _changed refuses such fields
            merge(bodies.setdefault(resource, {}), wire_value(name, value))
            names.setdefault(resource, []).append(name)
        await self._check_before_write(item, bodies, logistic_type)
        parts: list[ModifyPart] = []
        for target in sorted(bodies):  # /items first: where it is closed, nothing has been changed yet
            part = await self._send_part(target, item, tuple(names[target]), bodies[target])
            if part.error is not None and not parts:
                raise part.error
            parts.append(part)
        return ModifyResult(item_id=item, parts=tuple(parts))

    async def update(
        self,
        item_id: str,
        changes: ItemChanges | GlobalItemUpdate | Mapping[str, object],
        *,
        site_id: str | None = None,
        logistic_type: str | None = None,
    ) -> ModifyResult:
        """Changes an item through today's resource, in one call. The change is live.

        Args:
            item_id: the global item, or one of its marketplace items.
            changes: the fields to change; those left out stay as they are. A `GlobalItemUpdate` names its own target.
            site_id: with `logistic_type`: only this marketplace item of a global item.
            logistic_type: of the marketplace item.

        Raises:
            InputError: as `modify`.
            NotApplicableError: `available_quantity` where the logistic type is not `remote`.
            NoChildForSiteError: the item is not published there.

        Documented at https://global-selling.mercadolibre.com/devsite/sync-and-modify-listings-gs
        """
        item = ids.item_id(item_id)
        body: dict[str, object] = {}
        if isinstance(changes, GlobalItemUpdate):
            body = update_body(changes)
            changed = tuple(name for name in body if name not in ("site_id", "logistic_type"))
        else:
            given = changed_fields(changes)
            changed = tuple(given)
            for name, value in given.items():
                merge(body, wire_value(name, value))
        if site_id is not None or logistic_type is not None:
            if site_id is None or logistic_type is None:
                message = "site_id and logistic_type go together: give both, or neither"
                raise InputError(message)
            body |= site_target(site_id, logistic_type)
        await self._check_before_write(item, {UPDATE_GLOBAL_ITEM.template: body}, logistic_type)
        await self._caller.call(UPDATE_GLOBAL_ITEM, path={"item_id": item}, json=body)
        part = ModifyPart(resource=UPDATE_GLOBAL_ITEM.template, fields=changed, state="applied")
        return ModifyResult(item_id=item, parts=(part,))

    async def delete(self, cbt_item_id: str, site_id: str, logistic_type: str, *, check: bool = True) -> None:
        """Deletes the marketplace item of one site and logistic type for good. It has to be paused or closed first.

        Args:
            cbt_item_id: the parent, such as `CBT1234`.
            site_id: such as `MLM`.
            logistic_type: such as `remote`.
            check: read the marketplace item first (one or more reads) and refuse while it is active.

        Raises:
            InputError: this is no CBT id, or there is no such site.
            NotApplicableError: it is neither paused nor closed, or not published there.
            NoChildForSiteError: it is not published there.

        Documented at https://global-selling.mercadolibre.com/devsite/global-listing
        """
        parent = ids.cbt_item_id(cbt_item_id)
        target = site_target(site_id, logistic_type)
        if check:
            await self._check_deletable(parent, site_id, logistic_type)
        await self._caller.call(DELETE_MARKETPLACE_ITEM, path={"cbt_item_id": parent}, json={**target, "deleted": True})

    async def caps(self) -> tuple[MarketplaceCap, ...]:
        """How many active listings each marketplace account may have, and has.

        Raises:
            InvalidCallerError: the token is none of Global Selling.

        Documented at https://global-selling.mercadolibre.com/devsite/global-listing
        """
        return await self._caller.call(LIST_CAPS)

    async def children(self, cbt_item_id: str) -> MarketplaceMapping:
        """In which marketplaces a global item is listed, and under which ids.

        Raises:
            InputError: this is no CBT id.
            ItemNotFoundError: there is none.

        Documented at https://global-selling.mercadolibre.com/devsite/items-and-searches-global-selling
        """
        return await self._caller.call(GET_MARKETPLACE_ITEMS_OF, path={"cbt_item_id": cbt_item_id})

    def search(
        self,
        user_id: int | None = None,
        *,
        status: str | Iterable[str] | None = None,
        sku: str | None = None,
        custom_field: str | None = None,
        category_id: str | None = None,
        listing_type_id: str | None = None,
        page_size: int = MAX_PAGE,
    ) -> Paginator[str]:
        """The ids of the account's global items, however many there are.

        It scans: pages have no total order, and one has to be asked for within five minutes of the one before it.

        Args:
            user_id: whose items; the session's account when left out.
            status: such as `active`, or several.
            sku: only items with this SELLER_SKU.
            custom_field: only items with this `seller_custom_field`.
            category_id: only items of this category.
            listing_type_id: `gold_special` or `gold_pro`.
            page_size: ids a call, 1 to 100.

        Raises:
            InputError: the session has no seller, an id that is none, a page size outside 1 to 100.
            ForbiddenError: the items of another account.

        Documented at https://global-selling.mercadolibre.com/devsite/items-and-searches-global-selling
        """
        states = (status,) if isinstance(status, str) else status
        params: dict[str, object] = {
            "search_type": "scan",
            "status": None if states is None else [ids.word("status", state) for state in states],
            "seller_sku": None if sku is None else text("sku", sku),
            "sku": None if custom_field is None else text("custom_field", custom_field),
            "category_id": None if category_id is None else ids.category_id(category_id),
            "listing_type_id": None if listing_type_id is None else ids.word("listing_type_id", listing_type_id),
            "limit": arguments.page_size(page_size, MAX_PAGE),
        }
        path = {"user_id": self._caller.seller(user_id)}
        return self._caller.paginate(SEARCH_MARKETPLACE_ITEMS, path=path, params=params)

    async def description(self, item_id: str, site_id: str, logistic_type: str) -> MarketplaceDescription:
        """The description of an item in one marketplace, with its translation into English.

        Raises:
            InputError: this is no item id, or there is no such site.
            NotFoundError: it has no description there.

        Documented at https://global-selling.mercadolibre.com/devsite/item-description
        """
        params = site_target(site_id, logistic_type)
        return await self._caller.call(GET_MARKETPLACE_DESCRIPTION, path={"item_id": item_id}, params=params)

    async def set_description(self, item_id: str, site_id: str, logistic_type: str, plain_text: str) -> None:
        """Writes the description of an item in one marketplace; one that is there is replaced. One call, or two.

        Where none is written Mercado Libre translates the global one within some two days.

        Args:
            item_id: the global item.
            site_id: such as `MLM`.
            logistic_type: such as `remote`.
            plain_text: in the site's language, without markup.

        Raises:
            InputError: no text, or there is no such site.
            ValidationFailedError: it is no plain text; the cause names the first wrong character.
            NotConfiguredToListError: the account has no such marketplace.

        Documented at https://global-selling.mercadolibre.com/devsite/item-description
        """
        where = site_target(site_id, logistic_type)
        said = text("plain_text", plain_text)
        path = {"item_id": item_id}
        try:
            await self._caller.call(CREATE_MARKETPLACE_DESCRIPTION, path=path, json={**where, "plain_text": said})
        except DescriptionExistsError:
            body = {**where, "description": {"plain_text": said}}
            await self._caller.call(UPDATE_GLOBAL_ITEM, path=path, json=body)

    async def set_net_proceeds(self, cbt_item_id: str, listings: Sequence[ListingProceeds]) -> None:
        """Sets what the seller receives for several marketplace items of one global item, in one call. It is live.

        For one of them, or for all: `update` with `GlobalItemUpdate(net_proceeds=...)`.

        Args:
            cbt_item_id: the parent, such as `CBT1234`.
            listings: one row for each marketplace item; it has to belong to the parent.

        Raises:
            InputError: no row, a marketplace item twice, an amount that is none.
            ValidationFailedError: Mercado Libre refused it; see `.causes`.

        Documented at https://global-selling.mercadolibre.com/devsite/sync-and-modify-listings-gs
        """
        parent = ids.cbt_item_id(cbt_item_id)
        rows: list[dict[str, object]] = []
        for given in listings:
            row: dict[str, object] = {
                "logistic_type": ids.word("logistic_type", given.logistic_type),
                "listing_item_id": ids.local_item_id(given.listing_item_id),
                "net_proceeds": arguments.amount(f"net_proceeds for {given.listing_item_id}", given.net_proceeds),
            }
            if any(other["listing_item_id"] == row["listing_item_id"] for other in rows):
                message = f"listings name {given.listing_item_id} twice: leave one out"
                raise InputError(message)
            rows.append(row)
        if not rows:
            message = "listings must hold at least one marketplace item"
            raise InputError(message)
        await self._caller.call(UPDATE_GLOBAL_ITEM, path={"item_id": parent}, json={"site_listings": rows})

    async def set_listing_type(self, item_id: str, listing_type_id: str) -> Item:
        """Switches a marketplace item between Classic (`gold_special`) and Premium (`gold_pro`). It is live.

        Raises:
            InputError: another listing type, or this is no item id.
            ItemNotFoundError: there is none.

        Documented at https://global-selling.mercadolibre.com/devsite/listing-types-and-exposures
        """
        (chosen,) = arguments.one_of(
            "listing_type_id", ids.word("listing_type_id", listing_type_id), GLOBAL_LISTING_TYPES, {}
        )
        return await self._caller.call(SET_LISTING_TYPE, path={"item_id": item_id}, json={"id": chosen})

    def catalog_forewarnings(self, *, page_size: int = FOREWARNING_PAGE) -> Paginator[str]:
        """The ids of global items that have to be listed in the catalogue, or they will be paused.

        Args:
            page_size: ids a call, 1 to 100.

        Raises:
            InputError: a page size outside 1 to 100.

        Documented at https://global-selling.mercadolibre.com/devsite/listing-required
        """
        params = {"limit": arguments.page_size(page_size, MAX_PAGE)}
        return self._caller.paginate(SEARCH_CATALOG_FOREWARNINGS, params=params)

    async def price_references(self, user_id: int | None = None) -> PriceReferenceList:
        """The marketplace items for which Mercado Libre suggests a price.

        Args:
            user_id: of a marketplace account (`marketplace.user().marketplaces`); the session's when left out.

        Raises:
            InputError: the id is no whole number of at most 20 digits, or the session has no seller.
            NotFoundError: no item has a price reference.
            UnidentifiedUserError: the user is none of this account's.

        Documented at https://global-selling.mercadolibre.com/devsite/pricing-reference
        """
        return await self._caller.call(LIST_PRICE_REFERENCES, path={"user_id": self._caller.seller(user_id)})

    async def price_reference(self, item_id: str) -> PriceReference:
        """What Mercado Libre suggests as the price of a marketplace item, and why.

        Raises:
            InputError: this is no item id.
            NotFoundError: the item has none, or is none of Global Selling.

        Documented at https://global-selling.mercadolibre.com/devsite/pricing-reference
        """
        return await self._caller.call(GET_PRICE_REFERENCE, path={"item_id": item_id})

    async def shipping_cost(self, item_id: str) -> ItemShippingCost:
        """What shipping one unit of a marketplace item costs its seller, in USD.

        Raises:
            InputError: this is no item id.
            ItemNotFoundError: there is none.

        Documented at https://global-selling.mercadolibre.com/devsite/manage-shipments
        """
        return await self._caller.call(GET_ITEM_SHIPPING_COST, path={"item_id": item_id})

    async def working_days(self, user_id: int) -> WorkingDays:
        """The holidays of a marketplace account, and on which of them it does not work.

        Args:
            user_id: of the marketplace account.

        Raises:
            InputError: the id is no whole number of at most 20 digits.
            InvalidCallerError: it is none of this merchant's.

        Documented at https://global-selling.mercadolibre.com/devsite/manage-shipments
        """
        return await self._caller.call(GET_WORKING_DAYS, path={"user_id": user_id})

    async def set_working_days(self, user_id: int, site_id: str, days: Sequence[WorkingDayChoice]) -> None:
        """Chooses on which holidays a marketplace account does not work, until four days before.

        Args:
            user_id: of the marketplace account.
            site_id: its site, such as `MLM`.
            days: one row for each holiday.

        Raises:
            InputError: no row, or there is no such site.
            BadRequestError: a day that is no holiday, or it is too late.
            InvalidCallerError: it is none of this merchant's.

        Documented at https://global-selling.mercadolibre.com/devsite/manage-shipments
        """
        if not days:
            message = "days must hold at least one holiday"
            raise InputError(message)
        body = {"site_id": ids.site_id(site_id), "dates": [day.as_row() for day in days]}
        await self._caller.call(SET_WORKING_DAYS, path={"user_id": user_id}, json=body)

    async def _check_deletable(self, parent: str, site_id: str, logistic_type: str) -> None:
        for child in (await self.get(parent)).marketplace_items:
            if child.site_id != site_id or child.item_id is None:
                continue
            found = await self.get(child.item_id)
            if found.user_logistic_type not in (logistic_type, None, ""):
                continue
            if found.status in ("paused", "closed"):
                return
            message = (
                f"{found.id} is {found.status}; only paused or closed items can be deleted: "
                "modify it to status='paused' first"
            )
            raise NotApplicableError(message)
        message = f"{parent} has no item in {site_id} with logistic type {logistic_type}"
        raise NotApplicableError(message)

    async def _check_before_write(
        self, item: str, bodies: Mapping[str, Mapping[str, object]], logistic_type: str | None
    ) -> None:
        """What only a read can tell: the length that a title may have, and who holds the stock."""
        merged = {name: value for body in bodies.values() for name, value in body.items()}
        title = merged.get("title")
        long_title = isinstance(title, str) and len(title) > SHORTEST_TITLE_LIMIT
        asks_type = "available_quantity" in merged and logistic_type is None
        found = await self.get(item) if long_title or asks_type else None
        if "available_quantity" in merged:
            kind = logistic_type or (found.user_logistic_type if found else None)
            if kind != REMOTE:
                told = f"its logistic type is {kind}" if kind else "nothing tells its logistic type"
                message = (
                    f"available_quantity of {item} can be changed only where the logistic type is remote, and {told}; "
                    "pass logistic_type='remote' if it is"
                )
                raise NotApplicableError(message)
        if isinstance(title, str) and long_title and found is not None and found.category_id:
            category = await self._caller.call(GET_CATEGORY, path={"category_id": found.category_id})
            limit = category.settings.max_title_length if category.settings else None
            if limit is not None and len(title) > limit:
                message = f"title has {len(title)} characters, {found.category_id} allows {limit}: shorten it"
                raise InputError(message)

    async def _send_part(
        self, resource: str, item: str, names: tuple[str, ...], body: Mapping[str, object]
    ) -> ModifyPart:
        try:
            await self._caller.call(BY_RESOURCE[resource], path={"item_id": item}, json=body)
        except MeliError as failure:
            state: PartState = "unknown" if failure.may_have_been_applied else "failed"
            return ModifyPart(resource=resource, fields=names, state=state, error=failure)
        return ModifyPart(resource=resource, fields=names, state="applied")
