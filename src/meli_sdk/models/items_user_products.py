"""User products: the model in which one product of a seller has several sale conditions.

Page: https://developers.mercadolibre.com.ar/es_ar/precio-variacion
"""

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar

from attrs import define

from meli_sdk.models.base import Entity, IntId, JsonValue, Model, StrId
from meli_sdk.models.items import ErrorCause, ItemAttribute, Picture


@define(kw_only=True)
class UserProduct(Entity):
    """One product of one seller; its items are the conditions it is sold under."""

    id: str
    name: str | None = None
    user_id: IntId | None = None
    domain_id: str | None = None
    family_id: StrId | None = None
    attributes: tuple[ItemAttribute, ...] = ()
    pictures: tuple[Picture, ...] = ()
    thumbnail: Picture | str | None = None
    catalog_product_id: str | None = None
    date_created: datetime | None = None
    last_updated: datetime | None = None
    tags: tuple[str, ...] = ()


@define(kw_only=True)
class UserProductFamily(Entity):
    """The variants of one product."""

    user_products_ids: tuple[str, ...] = ()
    family_id: StrId | None = None
    site_id: str | None = None
    user_id: IntId | None = None


@define(kw_only=True)
class FamilyTaskProduct(Model):
    """What became of one user product in a task."""

    id: str | None = None
    status: str | None = None
    """`succeeded`, `pending` or `failed`."""
    processed_date: datetime | None = None
    last_updated: datetime | None = None
    reasons: tuple[ErrorCause, ...] = ()


@define(kw_only=True)
class FamilyTask(Entity):
    """A change of a family, which is made later: ask for the task until it is done."""

    WIRE_NAMES: ClassVar[Mapping[str, str]] = {"user_products": "user-products"}

    task_id: str | None = None
    status: str | None = None
    user_products: tuple[FamilyTaskProduct, ...] = ()
    date_created: datetime | None = None
    last_updated: datetime | None = None


@define(kw_only=True)
class MigratedItem(Model):
    """The new item that a variation becomes."""

    new_item_id: str | None = None
    variation_id: IntId | None = None
    migration_status: str | None = None
    """`pending` or `created`."""


@define(kw_only=True)
class ItemMigration(Entity):
    """How far an item is on its way to user products."""

    item_id: str | None = None
    migration_completed: JsonValue | None = None
    activation_completed: JsonValue | None = None
    date_created: datetime | None = None
    last_updated: datetime | None = None
    new_items: tuple[MigratedItem, ...] = ()


@define(kw_only=True)
class MigrationCheck(Entity):
    """Whether an item can move to user products. The answer is printed nowhere: read `raw`."""

    item_id: str | None = None
