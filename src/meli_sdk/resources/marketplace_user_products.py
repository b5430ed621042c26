"""User products of Global Selling: https://global-selling.mercadolibre.com/devsite/price-per-variation-cbt

For accounts with the tag `user_product_seller`: a family name in the place of a title, one user product for each variant.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from meli_sdk.errors import InputError, shown
from meli_sdk.models.items_requests import PictureInput
from meli_sdk.models.items_user_products import UserProduct, UserProductFamily
from meli_sdk.models.marketplace import SiteConfig
from meli_sdk.models.marketplace_publishing import (
    GlobalUserProduct,
    LocalUserProducts,
    NewGlobalItem,
    SiteToSell,
    UndescribedAnswer,
    UserProductChange,
    UserProductFamilyData,
    UserProductUpdate,
)
from meli_sdk.resources import marketplace_pages as pages
from meli_sdk.resources.marketplace_errors import UPDATE_RULES, USER_PRODUCT_RULES
from meli_sdk.resources.marketplace_input import site_rows
from meli_sdk.resources.marketplace_publication import published, read_family, read_publication
from meli_sdk.resources.marketplace_results import PublishResult
from meli_sdk.wire import ids
from meli_sdk.wire.endpoint import Endpoint, Safety, json
from meli_sdk.wire.pipeline import Caller
from meli_sdk.wire.rate_groups import ITEM_WRITES

VERSION_2: Final = {"x-api-version": "2"}
LARGEST_FAMILY: Final = 10

CREATE_USER_PRODUCT: Final = Endpoint(
    method="POST",
    template="/global/user-products",
    reader=read_publication,
    safety=Safety.UNSAFE,
    errors=USER_PRODUCT_RULES,
    group=ITEM_WRITES,
    doc=pages.USER_PRODUCTS,
)
CREATE_USER_PRODUCT_FAMILY: Final = Endpoint(
    method="POST",
    template="/global/user-products/families",
    reader=read_family,
    safety=Safety.UNSAFE,
    errors=USER_PRODUCT_RULES,
    group=ITEM_WRITES,
    doc=pages.USER_PRODUCTS,
)
ADD_USER_PRODUCT_SITES: Final = Endpoint(
    method="POST",
    template="/global/user-products/{user_product_id}",
    reader=read_publication,
    safety=Safety.UNSAFE,
    errors=USER_PRODUCT_RULES,
    group=ITEM_WRITES,
    doc=pages.USER_PRODUCTS,
)
UPDATE_USER_PRODUCT: Final = Endpoint(
    method="PUT",
    template="/global/user-products/{user_product_id}",
    reader=json(UserProductChange),
    safety=Safety.IDEMPOTENT,
    errors=(*UPDATE_RULES, *USER_PRODUCT_RULES),
    group=ITEM_WRITES,
    doc=pages.USER_PRODUCTS,
)
UPDATE_USER_PRODUCT_FAMILY: Final = Endpoint(
    method="PUT",
    template="/global/user-products/families/{family_id}",
    reader=json(UndescribedAnswer),
    safety=Safety.IDEMPOTENT,
    errors=(*UPDATE_RULES, *USER_PRODUCT_RULES),
    group=ITEM_WRITES,
    doc=pages.USER_PRODUCTS,
)
SET_USER_PRODUCT_PICTURES: Final = Endpoint(
    method="PUT",
    template="/user-products/{user_product_id}",
    reader=json(UserProductChange),
    safety=Safety.IDEMPOTENT,
    errors=USER_PRODUCT_RULES,
    doc=pages.USER_PRODUCTS,
)
GET_GLOBAL_SELLING_USER_PRODUCT: Final = Endpoint(
    method="GET",
    template="/user-products/{user_product_id}",
    reader=json(UserProduct),
    safety=Safety.SAFE,
    headers=VERSION_2,
    errors=USER_PRODUCT_RULES,
    doc=pages.USER_PRODUCTS,
)
GET_GLOBAL_USER_PRODUCT_ID: Final = Endpoint(
    method="GET",
    template="/user-products/{user_product_id}/global",
    reader=json(GlobalUserProduct),
    safety=Safety.SAFE,
    errors=USER_PRODUCT_RULES,
    doc=pages.USER_PRODUCTS,
)
LIST_LOCAL_USER_PRODUCTS: Final = Endpoint(
    method="GET",
    template="/user-products/{user_product_id}/locals",
    reader=json(LocalUserProducts),
    safety=Safety.SAFE,
    errors=USER_PRODUCT_RULES,
    doc=pages.USER_PRODUCTS,
)
GET_GLOBAL_SELLING_FAMILY: Final = Endpoint(
    method="GET",
    template="/sites/{site_id}/user-products-families/{family_id}",
    reader=json(UserProductFamily),
    safety=Safety.SAFE,
    headers=VERSION_2,
    errors=USER_PRODUCT_RULES,
    doc=pages.USER_PRODUCTS,
)
GET_USER_PRODUCT_MAPPING: Final = Endpoint(
    method="GET",
    template="/marketplace/user-products/{user_product_id}/mapping",
    reader=json(UndescribedAnswer),
    safety=Safety.SAFE,
    errors=USER_PRODUCT_RULES,
    doc=pages.USER_PRODUCTS,
)


class MarketplaceUserProducts:
    """The user products of a Global Selling account."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def create(self, item: NewGlobalItem | Mapping[str, object]) -> PublishResult:
        """Creates a global user product and lists it. It is live at once.

        Mercado Libre answers success also where some sites refused: look at `.failed`, or call `.raise_for_errors()`.

        Args:
            item: with `family_name`, without `title` and variations; pictures by id.

        Raises:
            ValidationFailedError: what is wrong with the item, in `.causes`.
            OutcomeUnknownError: the answer was lost; look for the product before sending it again.

        Documented at https://global-selling.mercadolibre.com/devsite/price-per-variation-cbt
        """
        made, unreadable, refusals = await self._caller.call(CREATE_USER_PRODUCT, json=item)
        return published(made.item_id or "", made, unreadable, refusals)

    async def create_family(self, items: Sequence[NewGlobalItem | Mapping[str, object]]) -> tuple[PublishResult, ...]:
        """Creates up to ten user products of one family and lists them. They are live at once.

        Mercado Libre answers success also where some were refused: look at `.error` and `.failed` of each.

        Args:
            items: one row for each variant; the same `family_name` joins them.

        Raises:
            InputError: no row, or more than ten.
            OutcomeUnknownError: the answer was lost; look for the products before sending them again.

        Documented at https://global-selling.mercadolibre.com/devsite/price-per-variation-cbt
        """
        if isinstance(items, str | Mapping) or not 1 <= len(items) <= LARGEST_FAMILY:
            message = f"items must be 1 to {LARGEST_FAMILY} user products, got {shown(items)}"
            raise InputError(message)
        return await self._caller.call(CREATE_USER_PRODUCT_FAMILY, json=list(items))

    async def add_sites(
        self, user_product_id: str, sites: Sequence[SiteToSell | SiteConfig | Mapping[str, object]]
    ) -> PublishResult:
        """Lists a global user product in further marketplaces. It is live at once.

        Mercado Libre answers success also where some sites refused: look at `.failed`, or call `.raise_for_errors()`.

        Args:
            user_product_id: the global one, such as `U3687816070`.
            sites: one row for each site and logistic type.

        Raises:
            InputError: no row, a site twice, an unknown site.
            NotConfiguredToListError: this user may not publish there.

        Documented at https://global-selling.mercadolibre.com/devsite/price-per-variation-cbt
        """
        body = {"sites_to_sell": site_rows(sites, SiteToSell)}
        path = {"user_product_id": user_product_id}
        listed, unreadable, refusals = await self._caller.call(ADD_USER_PRODUCT_SITES, path=path, json=body)
        return published(listed.item_id or "", listed, unreadable, refusals)

    async def update(
        self, user_product_id: str, changes: UserProductUpdate | Mapping[str, object]
    ) -> UserProductChange:
        """Changes a global user product and its marketplace items. The change is live.

        Mercado Libre answers success also where some marketplaces refused: look at `.failed`.

        Args:
            user_product_id: the global one, such as `U3687816070`.
            changes: the fields to change; an attribute whose `values` is None is removed.

        Raises:
            InputError: an empty change.
            ValidationFailedError: what is wrong, in `.causes`.

        Documented at https://global-selling.mercadolibre.com/devsite/price-per-variation-cbt
        """
        if changes in ({}, UserProductUpdate()):
            message = "the change is empty: set at least one field"
            raise InputError(message)
        path = {"user_product_id": user_product_id}
        return await self._caller.call(UPDATE_USER_PRODUCT, path=path, json=changes)

    async def update_family(
        self,
        family_id: int,
        *,
        common: UserProductFamilyData | None = None,
        variants: Sequence[Mapping[str, object]] = (),
    ) -> UndescribedAnswer:
        """Changes all user products of a global family. It goes on after the answer.

        Args:
            family_id: the global family's id.
            common: what changes in all of them.
            variants: what changes in one of them: `up_global_id` and the fields of `UserProductUpdate`.

        Raises:
            InputError: an empty change.
            ValidationFailedError: what is wrong, in `.causes`.

        Documented at https://global-selling.mercadolibre.com/devsite/price-per-variation-cbt
        """
        family = ids.whole_number("family_id", family_id)
        body: dict[str, object] = {}
        if common is not None and common != UserProductFamilyData():
            body["common_data"] = common
        if variants:
            body["variants"] = list(variants)
        if not body:
            message = "the change is empty: set at least one field of common, or one variant"
            raise InputError(message)
        return await self._caller.call(UPDATE_USER_PRODUCT_FAMILY, path={"family_id": family}, json=body)

    async def set_pictures(self, user_product_id: str, pictures: Sequence[PictureInput | str]) -> UserProductChange:
        """Replaces all pictures of a user product.

        Args:
            user_product_id: the global one, such as `U3687816070`.
            pictures: uploaded ones, by id, in the order of display.

        Raises:
            InputError: no picture.

        Documented at https://global-selling.mercadolibre.com/devsite/price-per-variation-cbt
        """
        if not pictures or isinstance(pictures, str):
            message = f"pictures must be a list with at least one picture, got {shown(pictures)}"
            raise InputError(message)
        sent = [PictureInput(id=one) if isinstance(one, str) else one for one in pictures]
        path = {"user_product_id": user_product_id}
        return await self._caller.call(SET_USER_PRODUCT_PICTURES, path=path, json={"pictures": sent})

    async def get(self, user_product_id: str) -> UserProduct:
        """A user product, global or local, with all fields of version 2.

        Raises:
            InputError: this is no user product's id.
            NotFoundError: there is none.

        Documented at https://global-selling.mercadolibre.com/devsite/price-per-variation-cbt
        """
        return await self._caller.call(GET_GLOBAL_SELLING_USER_PRODUCT, path={"user_product_id": user_product_id})

    async def global_id(self, user_product_id: str) -> str | None:
        """The global user product above a local one.

        Raises:
            InputError: this is no user product's id.
            NotFoundError: there is none.

        Documented at https://global-selling.mercadolibre.com/devsite/price-per-variation-cbt
        """
        found = await self._caller.call(GET_GLOBAL_USER_PRODUCT_ID, path={"user_product_id": user_product_id})
        return found.global_id

    async def local_ids(self, user_product_id: str) -> tuple[str, ...]:
        """The local user products below a global one.

        Raises:
            InputError: this is no user product's id.
            NotFoundError: there is none.

        Documented at https://global-selling.mercadolibre.com/devsite/price-per-variation-cbt
        """
        found = await self._caller.call(LIST_LOCAL_USER_PRODUCTS, path={"user_product_id": user_product_id})
        return found.locals

    async def family(self, site_id: str, family_id: int) -> UserProductFamily:
        """The user products of a family.

        Args:
            site_id: of a local family, such as `MLM`; `CBT` for a global one.
            family_id: such as 2439906451747239.

        Raises:
            InputError: there is no such site, or this is no id.
            NotFoundError: there is no such family.

        Documented at https://global-selling.mercadolibre.com/devsite/price-per-variation-cbt
        """
        path = {"site_id": site_id, "family_id": family_id}
        return await self._caller.call(GET_GLOBAL_SELLING_FAMILY, path=path)

    async def mapping(self, user_product_id: str) -> UndescribedAnswer:
        """A global user product's marketplaces. No page describes the answer: look at its `raw`.

        Raises:
            InputError: this is no user product's id.
            NotFoundError: there is none.

        Documented at https://global-selling.mercadolibre.com/devsite/price-per-variation-cbt
        """
        return await self._caller.call(GET_USER_PRODUCT_MAPPING, path={"user_product_id": user_product_id})
