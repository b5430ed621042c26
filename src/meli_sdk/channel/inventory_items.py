"""Which item a SKU is: looked up, never guessed. Several items are one place where they share a user product's stock."""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Final, TypeVar, cast

from attrs import frozen
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from meli_sdk.channel.database import upsert
from meli_sdk.channel.inventory_turns import Turns, Urgency
from meli_sdk.channel.journal import SKUS
from meli_sdk.channel.scope import Scope
from meli_sdk.errors import ForbiddenError, InputError, ItemNotFoundError, MeliError
from meli_sdk.models.items import Item, ItemStatus
from meli_sdk.resources.items_many import BATCH
from meli_sdk.resources.stock_routes import STOCK_RULES, VERSIONED, StockResource, StockRoute, stock_route

if TYPE_CHECKING:
    from datetime import datetime

    from meli_sdk.models.users import User
    from meli_sdk.wire.paging import Paginator

T = TypeVar("T")

KNOWN_FOR: Final = timedelta(days=1)
"""So long is an item that was found for a SKU believed to be the only one."""
ROUTED_FOR: Final = timedelta(hours=1)
"""So long is an item's resource believed, so that its stock may be sent without reading the item."""
_KEY: Final = ("user_id", "sku", "item_id", "variation_id")
_FIELDS: Final = (
    *("site_id", "status", "available_quantity", "attributes", "variations", "shipping", "tags"),
    *("user_product_id", "inventory_id"),
)


@frozen(kw_only=True)
class ItemPlace:
    """An item, or one of its variations, that carries a SKU."""

    item_id: str
    variation_id: int | None = None
    user_product_id: str | None = None

    def __str__(self) -> str:
        return self.item_id if self.variation_id is None else f"{self.item_id} variation {self.variation_id}"


@frozen(kw_only=True)
class Located:
    """Where a SKU's stock goes."""

    place: ItemPlace
    route: StockRoute
    item: Item | None = None
    """As it was just read; None: it was read within the last hour, and only the way to it is known."""


@frozen(kw_only=True)
class Unlocated:
    """Why a SKU's stock goes nowhere."""

    reason: str
    error: MeliError | None = None
    """What was met on the way."""


def places_of(item: Item) -> list[tuple[str, ItemPlace]]:
    """The SKUs of an item and its variations, with their places; a closed item has none."""
    if item.id is None or item.status == ItemStatus.CLOSED:
        return []
    found: list[tuple[str, ItemPlace]] = []
    for variation in item.variations:
        if variation.sku:
            product = variation.user_product_id or item.user_product_id
            place = ItemPlace(item_id=item.id, variation_id=variation.id, user_product_id=product)
            found.append((variation.sku, place))
    if item.sku and not found:
        found.append((item.sku, ItemPlace(item_id=item.id, user_product_id=item.user_product_id)))
    return found


def one_stock(places: Sequence[ItemPlace]) -> bool:
    """Whether a write to one of the places changes the stock of all."""
    products = {place.user_product_id for place in places}
    return len(places) == 1 or (len(products) == 1 and None not in products)


def in_batches(words: Iterable[T]) -> list[list[T]]:
    """Some twenty at a time, as many as a call takes."""
    all_words = list(words)
    return [all_words[start : start + BATCH] for start in range(0, len(all_words), BATCH)]


class SkuIndex:
    """The items of a seller by Mercado Libre's SKUs; kept in the database, so that a known one costs no search.

    Args:
        scope: the channel.
        account: the seller as it was read.
        turns: whose call is next.
        keep: write down what is found; False in a dry run.
    """

    def __init__(self, scope: Scope, account: "User", turns: Turns, *, keep: bool = True) -> None:
        self._scope = scope
        self._account = account
        self._turns = turns
        self._keep = keep
        self._scanned: dict[str, list[ItemPlace]] | None = None
        """Where every item was read; with its finds where they are not kept in the database."""

    async def routed(self, skus: Collection[str]) -> dict[str, Located]:
        """The SKUs whose stock can be sent without reading the item: it was read within the hour, and has no variations."""
        known = await self._known(skus, ROUTED_FOR)
        found: dict[str, Located] = {}
        for sku, rows in known.items():
            place, resource = rows[0]
            if resource is None or not one_stock([place for place, _ in rows]):
                continue
            if place.variation_id is not None and resource not in VERSIONED:
                continue  # its write names all variations, and leaves out none
            rule = next(rule for rule in STOCK_RULES if rule.resource is resource)
            route = StockRoute(
                resource=resource, rule=rule, item_id=place.item_id, user_product_id=place.user_product_id
            )
            found[sku] = Located(place=place, route=route)
        return found

    async def locate(
        self, skus: Collection[str], urgency: Urgency, left: Callable[[], Awaitable[int]]
    ) -> dict[str, Located | Unlocated]:
        """Where the stock of each SKU goes, its item freshly read.

        Args:
            skus: Mercado Libre's.
            urgency: of the calls.
            left: how many SKUs will be asked for; where many of them are not known, every item is read once.

        Raises:
            MeliError: nothing can be read.
        """
        known = await self._known(skus, KNOWN_FOR)
        places = {sku: [place for place, _ in rows] for sku, rows in known.items()}
        items = await self.read((place.item_id for rows in places.values() for place in rows), urgency)
        changed = {sku for sku, rows in places.items() if any(not _carries(items[p.item_id], sku, p) for p in rows)}
        missing = [sku for sku in skus if sku not in places or sku in changed]
        if missing:
            many = self._scanned is None and urgency is Urgency.OTHER
            unknown = await left() * len(missing) // len(skus) if many else 0
            found = await self._search(missing, urgency, unknown, items)
            more = {place.item_id for rows in found.values() for place in rows} - items.keys()
            items |= await self.read(more, urgency)
            for sku in missing:
                places[sku] = found.get(sku, [])
        return {sku: self._choose(sku, places[sku], items) for sku in skus}

    def _choose(
        self, sku: str, places: Sequence[ItemPlace], items: Mapping[str, Item | MeliError]
    ) -> Located | Unlocated:
        if not places:
            return Unlocated(reason=f"no item of the account has the SKU {sku!r} (its SELLER_SKU attribute)")
        if not one_stock(places):
            said = ", ".join(map(str, places))
            return Unlocated(reason=f"SKU {sku!r} is ambiguous: {said} have it, and their stock is not one")
        place = places[0]
        item = items[place.item_id]
        if isinstance(item, MeliError):
            return Unlocated(reason=f"{place}: {item}", error=item)
        try:
            route = stock_route(self._account, item, variation_id=place.variation_id)
        except InputError as wrong:
            return Unlocated(reason=str(wrong), error=wrong)
        return Located(place=place, route=route, item=item)

    async def read(self, item_ids: Iterable[str], urgency: Urgency) -> dict[str, Item | MeliError]:
        """Items by their ids, twenty a call; what cannot be read has its error.

        Raises:
            MeliError: nothing can be read.
        """
        found: dict[str, Item | MeliError] = {}
        for batch in in_batches(dict.fromkeys(item_ids)):
            async with self._turns.turn(urgency, "read"):
                many = self._scope.session.items.get_many(batch, attributes=_FIELDS, all_attributes=True)
                rows = [row async for row in many]
            for row in rows:
                found[row.item_id] = row.item if row.item is not None else cast("MeliError", row.error)
            await self._note(found, batch)
        return found

    async def scan(self) -> AsyncIterator[Item]:
        """Every item of the account; what is found is kept, and what is gone is forgotten."""
        started = self._scope.now()
        item_ids: list[str] = []
        search, cursor = self._items(), None
        while True:
            async with self._turns.turn(Urgency.OTHER, "search"):
                page = await search.page(cursor)
            item_ids.extend(page.items)
            cursor = page.cursor
            if cursor is None:
                break
        for batch in in_batches(item_ids):
            for item in (await self.read(batch, Urgency.OTHER)).values():
                if isinstance(item, Item):
                    yield item
        if self._keep:
            gone = delete(SKUS).where(SKUS.c.user_id == self._scope.user_id, SKUS.c.found_at < started)
            await self._scope.write(lambda connection: connection.execute(gone))

    # finding

    async def _known(
        self, skus: Collection[str], within: timedelta
    ) -> dict[str, list[tuple[ItemPlace, StockResource | None]]]:
        oldest = self._scope.now() - within
        query = (
            select(SKUS)
            .where(SKUS.c.user_id == self._scope.user_id, SKUS.c.sku.in_(list(skus)))
            .order_by(SKUS.c.item_id, SKUS.c.variation_id)
        )
        found: dict[str, list[tuple[ItemPlace, StockResource | None]]] = {}
        stale: set[str] = set()
        async with self._scope.database.reads.connect() as connection:
            for row in await connection.execute(query):
                moment: datetime = row.found_at
                if moment < oldest:
                    stale.add(row.sku)
                place = ItemPlace(
                    item_id=row.item_id,
                    variation_id=row.variation_id or None,
                    user_product_id=row.user_product_id,
                )
                resource = None if row.resource is None else StockResource(row.resource)
                found.setdefault(row.sku, []).append((place, resource))
        return {sku: rows for sku, rows in found.items() if sku not in stale}

    async def _search(
        self, missing: Sequence[str], urgency: Urgency, unknown: int, read: dict[str, Item | MeliError]
    ) -> dict[str, list[ItemPlace]]:
        """The places of SKUs that are not known: by a search each, or by reading every item where that is less.

        The items that are read after a search are put into `read`.
        """
        if unknown > BATCH:
            async with self._turns.turn(urgency, "search"):
                total = (await self._items()).total
            if total is None or unknown > total // BATCH + total // 100 + 1:
                scanned: dict[str, list[ItemPlace]] = {}
                async for item in self.scan():
                    for sku, place in places_of(item) if not self._keep else ():
                        scanned.setdefault(sku, []).append(place)
                self._scanned = scanned
        if self._scanned is not None and urgency is Urgency.OTHER:
            return await self._after_scan(missing)
        item_ids: dict[str, tuple[str, ...]] = {}
        for sku in missing:
            async with self._turns.turn(urgency, "search", sku):
                item_ids[sku] = (await self._items(sku)).items
        read |= await self.read((item_id for some in item_ids.values() for item_id in some), urgency)
        found: dict[str, list[ItemPlace]] = {}
        for sku, some in item_ids.items():
            carriers = [item for item in map(read.get, some) if isinstance(item, Item)]
            places = [place for item in carriers for of, place in places_of(item) if of == sku]
            found[sku] = sorted(places, key=str)
        return found

    async def _after_scan(self, missing: Sequence[str]) -> dict[str, list[ItemPlace]]:
        if self._scanned:
            return {sku: self._scanned.get(sku, []) for sku in missing}
        known = await self._known(missing, KNOWN_FOR)
        return {sku: [place for place, _ in rows] for sku, rows in known.items()}

    def _items(self, sku: str | None = None) -> "Paginator[str]":
        session = self._scope.session
        if self._scope.is_global:
            return session.marketplace.search(sku=sku)
        return session.items.search(seller_sku=sku)

    async def _note(self, items: Mapping[str, Item | MeliError], batch: Sequence[str]) -> None:
        """Keeps what items were read to carry, and forgets what they carried before."""
        if not self._keep:
            return
        now, scope = self._scope.now(), self._scope
        rows: dict[tuple[str, str, int], dict[str, object]] = {}
        settled: list[str] = []
        for item_id in batch:
            item = items[item_id]
            if not isinstance(item, Item) and not isinstance(item, ItemNotFoundError | ForbiddenError):
                continue  # nothing is known of it
            settled.append(item_id)
            for sku, place in places_of(item) if isinstance(item, Item) else ():
                rows[sku, place.item_id, place.variation_id or 0] = {
                    "user_id": scope.user_id,
                    "sku": sku,
                    "item_id": place.item_id,
                    "variation_id": place.variation_id or 0,
                    **scope.labels(),
                    "user_product_id": place.user_product_id,
                    "resource": self._resource(item, place),
                    "found_at": now,
                }

        async def keep(connection: AsyncConnection) -> None:
            old = delete(SKUS).where(SKUS.c.user_id == scope.user_id, SKUS.c.item_id.in_(settled))
            await connection.execute(old)
            if rows:
                # An urgent SKU and the batch it stands in may read one item at once.
                changed = ("account", "vendor", "user_product_id", "resource", "found_at")
                statement = upsert(SKUS, scope.database, keys=_KEY, changed=changed)
                await connection.execute(statement, [rows[key] for key in sorted(rows)])

        if settled:
            await scope.write(keep)

    def _resource(self, item: Item | MeliError, place: ItemPlace) -> str | None:
        try:
            assert isinstance(item, Item)  # noqa: S101  asked only of items
            return stock_route(self._account, item, variation_id=place.variation_id).resource
        except InputError:
            return None


def _carries(item: Item | MeliError, sku: str, place: ItemPlace) -> bool:
    return isinstance(item, Item) and (sku, place) in places_of(item)
