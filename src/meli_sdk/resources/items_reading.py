"""Reading and searching items: https://developers.mercadolibre.com.ar/es_ar/items-y-busquedas"""

from collections.abc import AsyncIterable, AsyncIterator, Iterable, Sequence
from typing import Final

from meli_sdk.models.items import Item, Variation
from meli_sdk.models.items_pictures import PictureErrors, UploadedPicture
from meli_sdk.models.items_search import ItemSearch, SearchRestrictions
from meli_sdk.models.items_texts import ItemDescription
from meli_sdk.resources import arguments, items_many
from meli_sdk.resources import items_endpoints as table
from meli_sdk.resources.items_detail import ItemDetail, gather
from meli_sdk.resources.items_many import ItemResult
from meli_sdk.resources.items_pictures import GET_PICTURE, GET_PICTURE_ERRORS
from meli_sdk.wire import ids
from meli_sdk.wire.paging import Paginator, scan_beyond
from meli_sdk.wire.pipeline import Caller

_ALL: Final = "all"
SORTS: Final = frozenset(
    {"inventory_id_asc"}
    | {
        f"{name}_{way}"
        for name in ("stop_time", "start_time", "available_quantity", "price", "last_updated")
        for way in ("asc", "desc")
    }
)
_HEALTH: Final = frozenset({"unhealthy", "warning", "healthy"})


class ItemReading:
    """What can be asked about items."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def get(
        self,
        item_id: str,
        *,
        attributes: Sequence[str] | None = None,
        all_attributes: bool = False,
        internal_attributes: bool = False,
    ) -> Item:
        """One item by its id. Quantities are exact only for the item's own seller, others see steps.

        Args:
            item_id: such as `MLM123456789`.
            attributes: only these fields are fetched; the others of the result are None.
            all_attributes: also the attributes of each variation, where SKU and GTIN are.
            internal_attributes: also attributes that do not apply.

        Raises:
            InputError: this is no item id.
            ItemNotFoundError: there is none.
            ForbiddenError: another seller's.

        Documented at https://developers.mercadolibre.com.ar/es_ar/items-y-busquedas
        """
        params = {
            "attributes": [ids.word("attributes", name) for name in attributes] if attributes else None,
            "include_attributes": _ALL if all_attributes else None,
            "include_internal_attributes": True if internal_attributes else None,
        }
        return await self._caller.call(table.GET_ITEM, path={"item_id": item_id}, params=params)

    def get_many(
        self,
        item_ids: Iterable[str] | AsyncIterable[str],
        *,
        attributes: Sequence[str] | None = None,
        all_attributes: bool = False,
    ) -> AsyncIterator[ItemResult]:
        """Many items, twenty a call, in the order of the ids; an id that comes twice is asked for once.

        An item that is missing, forbidden or cannot be decoded has a row too, with its `error`. Memory does not grow with
        the number of items. Uses `/items/bulk`, and the older `/items?ids=` where that is not there.

        Args:
            item_ids: any iterable, also an asynchronous one such as `items.search()`.
            attributes: only these fields are fetched.
            all_attributes: also the attributes of each variation.

        Raises:
            InputError: a wrong id; in a list or tuple before the first call.

        Documented at https://developers.mercadolibre.com.ar/es_ar/items-y-busquedas
        """
        items_many.check_ids(item_ids)
        fields = [ids.word("attributes", name) for name in attributes] if attributes else None
        return items_many.get_many(self._caller, item_ids, fields, all_attributes=all_attributes)

    def search(
        self,
        user_id: int | None = None,
        *,
        status: str | Sequence[str] | None = None,
        sub_status: str | None = None,
        seller_sku: str | None = None,
        custom_field: str | None = None,
        category_id: str | None = None,
        listing_type_id: str | None = None,
        buying_mode: str | None = None,
        logistic_type: str | None = None,
        tags: str | Sequence[str] | None = None,
        labels: str | Sequence[str] | None = None,
        user_product_id: str | Sequence[str] | None = None,
        missing_product_identifiers: bool | None = None,
        reputation_health: str | None = None,
        sort: str | None = None,
        page_size: int = table.MAX_PAGE,
    ) -> Paginator[str]:
        """The ids of a seller's items; `get_many` reads them.

        Mercado Libre shows 1,000 by offset. With more, the search begins as a scan, whose pages have to be read within
        five minutes of each other. A sorted search cannot be scanned and ends at 1,000.

        Args:
            user_id: whose; the session's seller when left out.
            status: one of `ItemStatus`, or several.
            sub_status: one of `ItemSubStatus`.
            seller_sku: the SELLER_SKU attribute, the only SKU Mercado Libre regards.
            custom_field: the `seller_custom_field`, which Mercado Libre's parameter calls `sku`.
            category_id: ... `listing_type_id`, `buying_mode`, `logistic_type`, `tags`, `labels`: only such items.
            user_product_id: items of this user product, or of several.
            missing_product_identifiers: items that lack a GTIN, or that have one.
            reputation_health: `unhealthy`, `warning` or `healthy` (Mexico, Chile, Brazil).
            sort: such as `price_asc` or `start_time_desc`.
            page_size: ids a call, 1 to 100.

        Raises:
            InputError: a wrong word or size, or the session has no seller.
            InvalidCallerError: another seller's.
            ScrollExpiredError: a scan was left for more than five minutes.
            PaginationError: a sorted search with more than 1,000.

        Documented at https://developers.mercadolibre.com.ar/es_ar/items-y-busquedas
        """
        words: dict[str, str | Sequence[str] | None] = {
            "status": status,
            "sub_status": sub_status,
            "listing_type_id": listing_type_id,
            "buying_mode": buying_mode,
            "logistic_type": logistic_type,
            "tags": tags,
            "labels": labels,
        }
        params: dict[str, object] = {name: _words(name, value) for name, value in words.items() if value is not None}
        params |= {
            "seller_sku": seller_sku,
            "sku": custom_field,
            "category_id": None if category_id is None else ids.category_id(category_id),
            "missing_product_identifiers": missing_product_identifiers,
            "limit": arguments.page_size(page_size, table.MAX_PAGE),
        }
        if user_product_id is not None:
            several = user_product_id if isinstance(user_product_id, list | tuple) else (user_product_id,)
            params["user_product_id"] = [ids.user_product_id(one) for one in several]
        if reputation_health is not None:
            params["reputation_health_gauge"] = arguments.one_of("reputation_health", reputation_health, _HEALTH, {})
        if sort is not None:
            params["orders"] = arguments.one_of("sort", sort, SORTS, {})
        return self._caller.paginate(
            table.SEARCH_ITEMS,
            path={"user_id": self._caller.seller(user_id)},
            params=params,
            restart=None if sort else scan_beyond(table.MAX_OFFSET),
        )

    async def search_filters(self, user_id: int | None = None) -> ItemSearch:
        """What the search of a seller's items can be narrowed by, with how many items each value has.

        Raises:
            InputError: the session has no seller.
            InvalidCallerError: another seller's.

        Documented at https://developers.mercadolibre.com.ar/es_ar/items-y-busquedas
        """
        path = {"user_id": self._caller.seller(user_id)}
        return await self._caller.call(
            table.GET_SEARCH_FILTERS, path=path, params={"include_filters": True, "limit": 1}
        )

    async def search_restrictions(self, user_id: int | None = None) -> SearchRestrictions:
        """What the search refuses: sorting, words and filters, to a seller with more than 200,000 items.

        Raises:
            InputError: the session has no seller.
            InvalidCallerError: another seller's.

        Documented at https://developers.mercadolibre.com.ar/es_ar/items-y-busquedas
        """
        return await self._caller.call(table.GET_SEARCH_RESTRICTIONS, path={"user_id": self._caller.seller(user_id)})

    async def detail(self, item_id: str) -> ItemDetail:
        """What buyers see on the page of an item, in five calls: the item first, then the rest at once.

        Id, title, category, pictures, price, city, sold quantity, questions, the seller's reputation and the description.
        A part that cannot be had is named in `.missing` with its error.

        Raises:
            InputError: this is no item id.
            ItemNotFoundError: there is none.

        Documented at https://global-selling.mercadolibre.com/devsite/global-listing
        """
        return await gather(self._caller, ids.item_id(item_id))

    async def description(self, item_id: str) -> ItemDescription:
        """The description of an item; `plain_text` is what counts.

        Raises:
            InputError: this is no item id.
            NotFoundError: there is no item, or it has no description.

        Documented at https://developers.mercadolibre.com.ar/es_ar/descripcion-de-articulos
        """
        return await self._caller.call(table.GET_DESCRIPTION, path={"item_id": item_id})

    async def variations(self, item_id: str, *, all_attributes: bool = False) -> tuple[Variation, ...]:
        """The variations of an item.

        Args:
            item_id: the item.
            all_attributes: also their attributes, where SKU and GTIN are.

        Raises:
            InputError: this is no item id.
            ItemNotFoundError: there is none.

        Documented at https://developers.mercadolibre.com.ar/es_ar/variaciones
        """
        params = {"include_attributes": _ALL if all_attributes else None}
        return await self._caller.call(table.LIST_VARIATIONS, path={"item_id": item_id}, params=params)

    async def variation(self, item_id: str, variation_id: int, *, all_attributes: bool = False) -> Variation:
        """One variation of an item.

        Raises:
            InputError: a wrong item or variation id.
            NotFoundError: there is none.

        Documented at https://developers.mercadolibre.com.ar/es_ar/variaciones
        """
        path = {"item_id": item_id, "variation_id": variation_id}
        params = {"include_attributes": _ALL if all_attributes else None}
        return await self._caller.call(table.GET_VARIATION, path=path, params=params)

    async def picture(self, picture_id: str) -> UploadedPicture:
        """A picture with the addresses of all its sizes.

        Raises:
            InputError: this is no picture id.
            NotFoundError: there is none.

        Documented at https://developers.mercadolibre.com.ar/es_ar/trabajar-con-imagenes
        """
        return await self._caller.call(GET_PICTURE, path={"picture_id": picture_id})

    async def picture_errors(self, picture_id: str) -> PictureErrors:
        """Why a picture could not be fetched from its source: certificate, redirect, blocked or slow host.

        Raises:
            InputError: this is no picture id.
            NotFoundError: there is none.

        Documented at https://developers.mercadolibre.com.ar/es_ar/trabajar-con-imagenes
        """
        return await self._caller.call(GET_PICTURE_ERRORS, path={"picture_id": picture_id})


def _words(name: str, value: str | Sequence[str]) -> str | list[str]:
    return [ids.word(name, word) for word in value] if isinstance(value, list | tuple) else ids.word(name, value)
