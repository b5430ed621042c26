"""Items: https://developers.mercadolibre.com.ar/es_ar/publica-productos

What is created or changed here is live at once; there is no test mode.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from meli_sdk.errors import ConflictError, InputError, NotApplicableError, NotFoundError, shown
from meli_sdk.models.items import Item, Variation
from meli_sdk.models.items_pictures import UploadedPicture
from meli_sdk.models.items_requests import ItemUpdate, NewItem, Relisting, VariationInput
from meli_sdk.resources import items_endpoints as table
from meli_sdk.resources.items_changes import check_against, check_change, description_text
from meli_sdk.resources.items_listing_types import Currencies, ListingTypes
from meli_sdk.resources.items_moderations import ItemModerations
from meli_sdk.resources.items_once import create_once
from meli_sdk.resources.items_pictures import ADD_PICTURE, UPLOAD_PICTURE, picture_upload
from meli_sdk.resources.items_prices import Pricing
from meli_sdk.resources.items_questions import ItemQuestions
from meli_sdk.resources.items_reading import ItemReading
from meli_sdk.resources.items_shipping import ShippingOffers
from meli_sdk.resources.items_user_products import UserProducts
from meli_sdk.resources.json_shapes import Fields, as_sent
from meli_sdk.wire import ids
from meli_sdk.wire.pipeline import Caller

_LOCK_PAUSES: Final = (2.0, 4.0, 8.0)
"""Seconds between the attempts to delete an item that is still being written."""


class Items(ItemReading):
    """The items of one seller.

    `prices`, `shipping`, `listing_types`, `currencies`, `questions`, `moderations` and `user_products` hold the calls of
    these subjects.
    """

    def __init__(self, caller: Caller) -> None:
        super().__init__(caller)
        self.prices: Pricing = Pricing(caller)
        self.shipping: ShippingOffers = ShippingOffers(caller)
        self.listing_types: ListingTypes = ListingTypes(caller)
        self.currencies: Currencies = Currencies(caller)
        self.questions: ItemQuestions = ItemQuestions(caller)
        self.moderations: ItemModerations = ItemModerations(caller)
        self.user_products: UserProducts = UserProducts(caller)

    async def create(self, item: NewItem | Mapping[str, object]) -> Item:
        """Lists an item. `categories.check(item)` tells before what a category asks for; nothing is filled in here.

        Args:
            item: what is sent, field by field. The description may be in it, or follow by `set_description`.

        Returns:
            The item with its id; `warnings` says what was changed or dropped without refusing it.

        Raises:
            InputError: no fields at all.
            ValidationFailedError: the causes name each field that is wrong.
            SellerUnableToListError: the account may not list now.
            OutcomeUnknownError: the answer was lost; `session.check(error)` looks for the SKU. Never sent twice.

        Documented at https://developers.mercadolibre.com.ar/es_ar/publica-productos
        """
        return await self._caller.call(table.CREATE_ITEM, json=_not_empty(as_sent(self._caller, item)))

    async def create_once(self, item: NewItem | Mapping[str, object]) -> Item:
        """Lists an item unless an item with its SELLER_SKU is there already; then that one is the result.

        Makes two calls or more: a search for the SKU (and a read of what it finds), then the creation. Where the answer
        to the creation is lost, the SKU is looked for again for half a minute; nothing is sent twice. Items that are
        closed or inactive do not count. The search shows a new item late: after a crash wait half a minute before calling
        this again for the same SKU, and never call it twice at once.

        Raises:
            InputError: the item has no SELLER_SKU, or the session has no seller.
            ValidationFailedError: the causes name each field that is wrong.
            OutcomeUnknownError: the answer was lost and the item is not found yet: call it again later.

        Documented at https://developers.mercadolibre.com.ar/es_ar/publica-productos
        """
        return await create_once(self._caller, item)

    async def validate(self, item: NewItem | Mapping[str, object]) -> None:
        """Lets Mercado Libre check an item without listing it. For items of one site; Global Selling has no such check.

        Raises:
            InputError: no fields at all.
            ValidationFailedError: it would be refused; the causes are those that creating it would give.

        Documented at https://developers.mercadolibre.com.ar/es_ar/validador-de-publicaciones
        """
        await self._caller.call(table.VALIDATE_ITEM, json=_not_empty(as_sent(self._caller, item)))

    async def update(
        self, item_id: str, changes: ItemUpdate | Mapping[str, object], *, current: Item | None = None
    ) -> Item:
        """Changes an item; a field that is UNSET stays, None clears it. Live at once.

        `pictures` and `variations` are whole sets: what is left out is removed.

        Args:
            item_id: the item.
            changes: the fields to change.
            current: the item as it was read: then also what its state forbids is refused before the call.

        Raises:
            InputError: an empty change, an unknown status, a wrong amount or quantity, variations with different prices.
            NotApplicableError: `current` does not take this change: closed, not active, sold, stored by Mercado Libre.
            ValidationFailedError: the causes name each field that is wrong.
            OldResourceClosedError: a global item is changed by `marketplace.update`.

        Documented at https://developers.mercadolibre.com.ar/es_ar/producto-sincroniza-modifica-publicaciones
        """
        body = as_sent(self._caller, changes)
        check_change(body)
        if current is not None:
            check_against(current, body)
        return await self._caller.call(table.UPDATE_ITEM, path={"item_id": item_id}, json=body)

    async def pause(self, item_id: str) -> Item:
        """Takes an item out of sight; `activate` brings it back.

        Raises:
            InputError: this is no item id.
            ItemNotFoundError: there is none.

        Documented at https://developers.mercadolibre.com.ar/es_ar/producto-sincroniza-modifica-publicaciones
        """
        return await self.update(item_id, ItemUpdate(status="paused"))

    async def activate(self, item_id: str) -> Item:
        """Shows a paused item again. One that ran out of stock needs a quantity instead.

        Raises:
            InputError: this is no item id.
            ItemNotFoundError: there is none.

        Documented at https://developers.mercadolibre.com.ar/es_ar/producto-sincroniza-modifica-publicaciones
        """
        return await self.update(item_id, ItemUpdate(status="active"))

    async def close(self, item_id: str) -> Item:
        """Ends an item for ever; `relist` makes a new item of it.

        Raises:
            InputError: this is no item id.
            ItemNotFoundError: there is none.

        Documented at https://developers.mercadolibre.com.ar/es_ar/producto-sincroniza-modifica-publicaciones
        """
        return await self.update(item_id, ItemUpdate(status="closed"))

    async def delete(self, item_id: str, *, check: bool = True) -> None:
        """Deletes a closed item from the seller's lists. Makes two calls, or one without `check`.

        Where Mercado Libre says that the item is still being written (409), it is tried again after some seconds.

        Args:
            item_id: the item.
            check: read the item first, and refuse where it is neither closed nor forbidden.

        Raises:
            InputError: this is no item id.
            NotApplicableError: it has to be closed first.
            ConflictError: still being written after four attempts.

        Documented at https://developers.mercadolibre.com.ar/es_ar/producto-sincroniza-modifica-publicaciones
        """
        if check:
            item = await self.get(item_id, attributes=("id", "status", "sub_status"))
            forbidden = item.status == "under_review" and "forbidden" in item.sub_status
            if item.status != "closed" and not forbidden:
                message = f"{item_id} is {item.status}: only a closed item can be deleted; items.close(item_id) first"
                raise NotApplicableError(message)
        for pause in (*_LOCK_PAUSES, None):
            try:
                return await self._caller.call(table.DELETE_ITEM, path={"item_id": item_id}, json={"deleted": "true"})
            except ConflictError:
                if pause is None:
                    raise
                await self._caller.pipeline.clock.sleep(pause)
        return None

    async def relist(self, item_id: str, relisting: Relisting | Mapping[str, object]) -> Item:
        """Lists a closed item again, as a new item with a new id and new variation ids. Live at once.

        Visits stay where that happens within 60 days; an item can be listed again once.

        Args:
            item_id: the closed item.
            relisting: listing type, and price and quantity, of the item or of each variation.

        Raises:
            InputError: this is no item id, or there are no fields.
            ValidationFailedError: it is not closed, or was listed again before.
            OutcomeUnknownError: the answer was lost; look for a new item before sending it again.

        Documented at https://developers.mercadolibre.com.ar/es_ar/re-publica
        """
        body = _not_empty(as_sent(self._caller, relisting))
        return await self._caller.call(table.RELIST_ITEM, path={"item_id": item_id}, json=body)

    async def set_description(self, item_id: str, text: str) -> None:
        """Sets or replaces the description. Makes a second call where the item had none.

        Args:
            item_id: the item.
            text: plain text with line breaks; no HTML, no emoji.

        Raises:
            InputError: no plain text; the message names the first character that is refused.
            ItemNotFoundError: there is no such item.
            ValidationFailedError: Mercado Libre refuses the text.

        Documented at https://developers.mercadolibre.com.ar/es_ar/descripcion-de-articulos
        """
        path, body = {"item_id": item_id}, {"plain_text": description_text(text)}
        try:
            await self._caller.call(table.REPLACE_DESCRIPTION, path=path, params={"api_version": 2}, json=body)
        except NotFoundError:
            await self._caller.call(table.CREATE_DESCRIPTION, path=path, json=body)

    async def add_variation(
        self, item_id: str, variation: VariationInput | Mapping[str, object]
    ) -> tuple[Variation, ...]:
        """Adds one variation; the result is all of them.

        Raises:
            InputError: no attribute_combinations, or a wrong price or quantity.
            ValidationFailedError: the causes name what is wrong.

        Documented at https://developers.mercadolibre.com.ar/es_ar/variaciones
        """
        body = as_sent(self._caller, variation)
        if "id" in body:
            message = (
                f"a new variation has no id, got {shown(body['id'])}: items.update_variations changes existing ones"
            )
            raise InputError(message)
        check_change({"variations": [body]})
        return await self._caller.call(table.ADD_VARIATION, path={"item_id": item_id}, json=body)

    async def update_variations(
        self, item_id: str, variations: Iterable[VariationInput | Mapping[str, object]]
    ) -> Item:
        """Changes some variations and keeps the others. Makes two calls: Mercado Libre deletes what is left out.

        Args:
            item_id: the item.
            variations: those to change, each with its id; one without id is added.

        Raises:
            InputError: nothing to change, an id the item does not have, or different prices.
            ValidationFailedError: the causes name what is wrong.

        Documented at https://developers.mercadolibre.com.ar/es_ar/variaciones
        """
        wanted = [as_sent(self._caller, variation) for variation in variations]
        check_change({"variations": wanted} if wanted else {})
        there = [str(variation.id) for variation in await self.variations(item_id)]
        changed = {str(row["id"]): row for row in wanted if "id" in row}
        unknown = sorted(changed.keys() - there)
        if unknown:
            message = f"{item_id} has no variations {', '.join(unknown)}; it has {', '.join(there) or 'none'}"
            raise InputError(message)
        rows = [changed.get(known, {"id": int(known)}) for known in there]
        return await self.update(item_id, {"variations": [*rows, *(row for row in wanted if "id" not in row)]})

    async def delete_variation(self, item_id: str, variation_id: int) -> Item:
        """Deletes one variation; the others stay.

        Raises:
            InputError: a wrong item or variation id.
            NotFoundError: there is none.

        Documented at https://developers.mercadolibre.com.ar/es_ar/variaciones
        """
        path = {"item_id": item_id, "variation_id": variation_id}
        return await self._caller.call(table.DELETE_VARIATION, path=path)

    async def upload_picture(self, content: bytes | Path) -> UploadedPicture:
        """Uploads a picture; its id goes into `pictures` of an item.

        Args:
            content: a JPEG or PNG file of at most 10 MB, or its path. 1200 by 1200 pixels are recommended, 500 on one
                side are the least, and what is larger than 1920 by 1920 is made smaller.

        Raises:
            InputError: no JPEG or PNG, empty, or larger than 10 MB.
            ValidationFailedError: too few pixels.
            RateLimitedError: the application's budget for uploads is used up.

        Documented at https://developers.mercadolibre.com.ar/es_ar/trabajar-con-imagenes
        """
        return await self._caller.call(UPLOAD_PICTURE, upload=picture_upload(content))

    async def add_picture(self, item_id: str, picture_id: str) -> None:
        """Adds an uploaded picture to an item; the others stay.

        Raises:
            InputError: a wrong item or picture id.
            ValidationFailedError: the picture does not exist, is broken or too small.

        Documented at https://developers.mercadolibre.com.ar/es_ar/trabajar-con-imagenes
        """
        body = {"id": ids.word("picture_id", picture_id)}
        await self._caller.call(ADD_PICTURE, path={"item_id": item_id}, json=body)


def _not_empty(body: Fields) -> Fields:
    if not body:
        message = "nothing is set: an item needs at least a category, a title and a price"
        raise InputError(message)
    return body
