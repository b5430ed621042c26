"""User products and their families: https://developers.mercadolibre.com.ar/es_ar/precio-variacion"""

from collections.abc import Mapping
from typing import Final

from meli_sdk.models.items import Item
from meli_sdk.models.items_requests import FamilyEdit, UserProductCondition
from meli_sdk.models.items_user_products import (
    FamilyTask,
    ItemMigration,
    MigrationCheck,
    UserProduct,
    UserProductFamily,
)
from meli_sdk.resources import items_errors as tables
from meli_sdk.resources import items_pages as pages
from meli_sdk.resources.json_shapes import as_sent
from meli_sdk.wire import ids
from meli_sdk.wire.endpoint import Endpoint, Safety, json
from meli_sdk.wire.pipeline import Caller
from meli_sdk.wire.rate_groups import ITEM_WRITES

GET_USER_PRODUCT: Final = Endpoint(
    method="GET",
    template="/user-products/{user_product_id}",
    reader=json(UserProduct),
    safety=Safety.SAFE,
    doc=pages.USER_PRODUCTS,
)
GET_FAMILY: Final = Endpoint(
    method="GET",
    template="/sites/{site_id}/user-products-families/{family_id}",
    reader=json(UserProductFamily),
    safety=Safety.SAFE,
    doc=pages.USER_PRODUCTS,
)
ADD_CONDITION: Final = Endpoint(
    method="POST",
    template="/user-products/{user_product_id}/items",
    reader=json(Item),
    safety=Safety.UNSAFE,
    errors=tables.WRITING,
    group=ITEM_WRITES,
    doc=pages.USER_PRODUCTS,
)
EDIT_FAMILY: Final = Endpoint(
    method="POST",
    template="/user-products-families/{family_id}/tasks",
    reader=json(FamilyTask),
    safety=Safety.IDEMPOTENT,  # absolute values: a second task changes nothing more
    errors=tables.FAMILY_TASKS,
    group=ITEM_WRITES,
    doc=pages.USER_PRODUCTS,
)
GET_FAMILY_TASK: Final = Endpoint(
    method="GET",
    template="/user-products-families/tasks/{task_id}",
    reader=json(FamilyTask),
    safety=Safety.SAFE,
    errors=tables.FAMILY_TASKS,
    doc=pages.USER_PRODUCTS,
)
CHECK_MIGRATION: Final = Endpoint(
    method="GET",
    template="/items/{item_id}/user_product_listings/validate",
    reader=json(MigrationCheck),
    safety=Safety.SAFE,
    doc=pages.USER_PRODUCTS,
)
MIGRATE_ITEM: Final = Endpoint(
    method="POST",
    template="/sites/{site_id}/items/user_product_listings",
    reader=json(MigrationCheck),
    safety=Safety.UNSAFE,
    errors=tables.WRITING,
    group=ITEM_WRITES,
    doc=pages.USER_PRODUCTS,
)
GET_MIGRATION: Final = Endpoint(
    method="GET",
    template="/items/{item_id}/migration_live_listing",
    reader=json(ItemMigration),
    safety=Safety.SAFE,
    doc=pages.USER_PRODUCTS,
)


class UserProducts:
    """User products: one product of a seller, sold under several conditions; its variants form a family."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def get(self, user_product_id: str) -> UserProduct:
        """One user product.

        Raises:
            InputError: this is no id of a user product, such as MLAU123456789.
            NotFoundError: there is none.

        Documented at https://developers.mercadolibre.com.ar/es_ar/precio-variacion
        """
        return await self._caller.call(GET_USER_PRODUCT, path={"user_product_id": user_product_id})

    async def family(self, site_id: str, family_id: int) -> UserProductFamily:
        """The user products of a family.

        Raises:
            InputError: a wrong site or family.
            NotFoundError: there is no such family.

        Documented at https://developers.mercadolibre.com.ar/es_ar/precio-variacion
        """
        return await self._caller.call(GET_FAMILY, path={"site_id": site_id, "family_id": family_id})

    async def add_condition(self, user_product_id: str, condition: UserProductCondition | Mapping[str, object]) -> Item:
        """Sells a user product under a further condition, as an item of its own. At most 30; live at once.

        Raises:
            InputError: a wrong id, or no fields.
            ValidationFailedError: the causes name what is wrong.
            OutcomeUnknownError: the answer was lost; read the items of the user product before sending it again.

        Documented at https://developers.mercadolibre.com.ar/es_ar/precio-variacion
        """
        path = {"user_product_id": user_product_id}
        return await self._caller.call(ADD_CONDITION, path=path, json=as_sent(self._caller, condition))

    async def edit_family(self, family_id: int, edit: FamilyEdit | Mapping[str, object]) -> FamilyTask:
        """Changes all user products of a family; the change is made later, `family_task` tells how far it is.

        Raises:
            InputError: a wrong id, or no fields.
            ValidationFailedError: the causes (ids 31 to 55) name what is wrong.
            NotFoundError: there is no such family.

        Documented at https://developers.mercadolibre.com.ar/es_ar/precio-variacion
        """
        return await self._caller.call(EDIT_FAMILY, path={"family_id": family_id}, json=as_sent(self._caller, edit))

    async def family_task(self, task_id: str) -> FamilyTask:
        """How far the change of a family is, and what became of each user product.

        Raises:
            InputError: a wrong id.
            NotFoundError: there is no such task.

        Documented at https://developers.mercadolibre.com.ar/es_ar/precio-variacion
        """
        return await self._caller.call(GET_FAMILY_TASK, path={"task_id": task_id})

    async def migration_check(self, item_id: str) -> MigrationCheck:
        """Whether an item with variations can move to user products; the answer is in `.raw`.

        Raises:
            InputError: this is no item id.

        Documented at https://developers.mercadolibre.com.ar/es_ar/precio-variacion
        """
        return await self._caller.call(CHECK_MIGRATION, path={"item_id": item_id})

    async def migrate(self, item_id: str) -> MigrationCheck:
        """Moves an item with variations to user products; each variation becomes an item. The answer is in `.raw`.

        Raises:
            InputError: this is no item of one site.
            ValidationFailedError: it cannot move.
            OutcomeUnknownError: the answer was lost; `migration` tells whether it began.

        Documented at https://developers.mercadolibre.com.ar/es_ar/precio-variacion
        """
        item = ids.local_item_id(item_id)
        return await self._caller.call(MIGRATE_ITEM, path={"site_id": item[:3]}, json={"item_id": item})

    async def migration(self, item_id: str) -> ItemMigration:
        """How far the move of an item is, and which items its variations became.

        Raises:
            InputError: this is no item id.
            NotFoundError: it was never asked to move.

        Documented at https://developers.mercadolibre.com.ar/es_ar/precio-variacion
        """
        return await self._caller.call(GET_MIGRATION, path={"item_id": item_id})
