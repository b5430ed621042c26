"""Which item a SKU is: looked up, never guessed. Several items are one place where they share a user product's stock."""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

from attrs import frozen
from sqlalchemy import Row, and_, delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from meli_sdk.channel.database import upsert
from meli_sdk.channel.inventory_turns import Turns, Urgency
from meli_sdk.channel.journal import SKUS
from meli_sdk.channel.scope import Scope
from meli_sdk.errors import AuthError, ForbiddenError, InputError, ItemNotFoundError, MeliError
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
_GONE: Final = (ItemNotFoundError, ForbiddenError)
"""What says that an item is not there, or not the account's; any other error says nothing of it."""
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
    """Whether a write to one of the places changes the stock of all; variations of one item have a stock each."""
    products = {place.user_product_id for place in places}
    several_items = len({place.item_id for place in places}) == len(places)
    return len(places) == 1 or (len(products) == 1 and None not in products and several_items)


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
        self.unread: set[str] = set()
        """Items that are the account's and could not be read when every item was."""

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
    ) -> Mapping[str, Located | Unlocated]:
        """Where the stock of each SKU goes, its item freshly read; where nothing can be read, that is each one's error.

        Args:
            skus: Mercado Libre's.
            urgency: of the calls.
            left: how many SKUs will be asked for; where many of them are not known, every item is read once.

        Raises:
            AuthError: the seller has to authorise again, or nothing can be read for another reason of that kind.
        """
        try:
            return await self._locate(skus, urgency, left)
        except AuthError:
            raise
        except MeliError as failure:
            return {sku: Unlocated(reason=str(failure), error=failure) for sku in skus}

    async def _locate(
        self, skus: Collection[str], urgency: Urgency, left: Callable[[], Awaitable[int]]
    ) -> dict[str, Located | Unlocated]:
        known = await self._known(skus, KNOWN_FOR)
        places: dict[str, list[ItemPlace] | MeliError] = {
            sku: [place for place, _ in rows] for sku, rows in known.items()
        }
        items = await self.read((place.item_id for rows in known.values() for place, _ in rows), urgency)
        missing = [sku for sku in skus if not _holds(sku, [place for place, _ in known.get(sku, ())], items)]
        if missing:
            many = self._scanned is None and urgency is Urgency.OTHER
            unknown = await left() * len(missing) // len(skus) if many else 0
            found = await self._search(missing, urgency, unknown, items)
            places |= found
            more = [place.item_id for rows in found.values() if not isinstance(rows, MeliError) for place in rows]
            items |= await self.read((item_id for item_id in more if item_id not in items), urgency)
        return {sku: self._choose(sku, places[sku], items) for sku in skus}

    def _choose(
        self, sku: str, places: Sequence[ItemPlace] | MeliError, items: Mapping[str, Item | MeliError]
    ) -> Located | Unlocated:
        if isinstance(places, MeliError):
            return Unlocated(reason=str(places), error=places)
        if not places:
            return Unlocated(reason=f"no item of the account has the SKU {sku!r} (its SELLER_SKU attribute)")
        for place in places:
            item = items[place.item_id]
            if isinstance(item, MeliError):
                return Unlocated(reason=f"{place}: {item}", error=item)
        if not one_stock(places):
            said = ", ".join(map(str, places))
            return Unlocated(reason=f"SKU {sku!r} is ambiguous: {said} have it, and their stock is not one")
        place, item = places[0], cast("Item", items[places[0].item_id])
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
        """Every item of the account; what is found is kept, and what is gone is forgotten.

        What is there and cannot be read is neither: it is left as it was known, and named in `unread`.
        """
        started = self._scope.now()
        self.unread.clear()
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
            for item_id, item in (await self.read(batch, Urgency.OTHER)).items():
                if isinstance(item, Item):
                    yield item
                elif not isinstance(item, _GONE):
                    self.unread.add(item_id)
        if self._keep:
            seen_before = and_(SKUS.c.user_id == self._scope.user_id, SKUS.c.found_at < started)
            gone = delete(SKUS).where(seen_before, SKUS.c.item_id.not_in(sorted(self.unread)))
            await self._scope.write(lambda connection: connection.execute(gone))

    async def known_of(self, item_ids: Collection[str]) -> list[tuple[str, ItemPlace]]:
        """The SKUs that items had when they were last read, with their places."""
        query = select(SKUS).where(SKUS.c.user_id == self._scope.user_id, SKUS.c.item_id.in_(sorted(item_ids)))
        async with self._scope.database.reads.connect() as connection:
            return [(row.sku, _place(row)) for row in await connection.execute(query)]

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
                resource = None if row.resource is None else StockResource(row.resource)
                found.setdefault(row.sku, []).append((_place(row), resource))
        return {sku: rows for sku, rows in found.items() if sku not in stale}

    async def _search(
        self, missing: Sequence[str], urgency: Urgency, unknown: int, read: dict[str, Item | MeliError]
    ) -> dict[str, list[ItemPlace] | MeliError]:
        """The places of SKUs that are not known: by a search each, or by reading every item where that is less.

        A SKU whose search fails, or one of whose items cannot be read, has the error. The items that are read after a
        search are put into `read`.
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
        if self._scanned is None or urgency is not Urgency.OTHER:
            return await self._searched(missing, urgency, read)
        found = await self._after_scan(missing)
        return found | await self._searched([sku for sku in missing if sku not in found], urgency, read)

    async def _searched(
        self, skus: Sequence[str], urgency: Urgency, read: dict[str, Item | MeliError]
    ) -> dict[str, list[ItemPlace] | MeliError]:
        found: dict[str, list[ItemPlace] | MeliError] = {}
        item_ids: dict[str, tuple[str, ...]] = {}
        for sku in skus:
            try:
                async with self._turns.turn(urgency, "search", sku):
                    item_ids[sku] = (await self._items(sku)).items
            except AuthError:
                raise
            except MeliError as failure:
                found[sku] = failure
        read |= await self.read((item_id for some in item_ids.values() for item_id in some), urgency)
        unread: list[tuple[str, str]] = []
        for sku, some in item_ids.items():
            places: list[ItemPlace] = []
            for item_id in some:
                item = read[item_id]
                if isinstance(item, Item):
                    places += [place for of, place in places_of(item) if of == sku]
                elif not isinstance(item, _GONE):
                    found[sku] = item
                    unread.append((sku, item_id))
            found.setdefault(sku, sorted(places, key=str))
        await self._note_unread(unread)
        return found

    async def _after_scan(self, missing: Sequence[str]) -> dict[str, list[ItemPlace] | MeliError]:
        """What reading every item found; without those that an item may have that could not be read."""
        if self._scanned:
            found = {sku: self._scanned.get(sku, []) for sku in missing}
        else:
            known = await self._known(missing, KNOWN_FOR)
            found = {sku: [place for place, _ in known.get(sku, ())] for sku in missing}
        return {sku: places for sku, places in found.items() if places or not self.unread}

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
            if isinstance(item, MeliError) and not isinstance(item, _GONE):
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

    async def _note_unread(self, found: Sequence[tuple[str, str]]) -> None:
        """Keeps that a search found items which could not be read, so that another one is not taken for the only one."""
        scope = self._scope
        rows = [
            {"user_id": scope.user_id, "sku": sku, "item_id": item_id, "variation_id": 0, **scope.labels()}
            | {"found_at": scope.now()}
            for sku, item_id in sorted(found)
        ]
        if rows and self._keep:
            statement = upsert(SKUS, scope.database, keys=_KEY, changed=("account", "vendor"))

            async def keep(connection: AsyncConnection) -> None:
                await connection.execute(statement, rows)

            await scope.write(keep)

    def _resource(self, item: Item | MeliError, place: ItemPlace) -> str | None:
        try:
            assert isinstance(item, Item)  # noqa: S101  asked only of items
            return stock_route(self._account, item, variation_id=place.variation_id).resource
        except InputError:
            return None


def _place(row: Row[Any]) -> ItemPlace:
    return ItemPlace(item_id=row.item_id, variation_id=row.variation_id or None, user_product_id=row.user_product_id)


def carries(item: Item, sku: str, place: ItemPlace) -> bool:
    """Whether an item has a SKU there."""
    return (sku, place) in places_of(item)


def _holds(sku: str, places: Sequence[ItemPlace], items: Mapping[str, Item | MeliError]) -> bool:
    """Whether nothing speaks against what is known of a SKU; an item that cannot be read does not."""
    read = [(place, items[place.item_id]) for place in places]
    return bool(read) and all(
        carries(item, sku, place) if isinstance(item, Item) else not isinstance(item, _GONE) for place, item in read
    )
