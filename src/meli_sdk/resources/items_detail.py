"""What a buyer sees on the page of an item, gathered in as few calls as there are sources."""

import asyncio
from collections.abc import Mapping
from decimal import Decimal
from typing import Generic, TypeVar

from attrs import evolve, field, frozen

from meli_sdk.errors import MeliError
from meli_sdk.models.categories import Category
from meli_sdk.models.items import Item, Picture
from meli_sdk.models.items_texts import ItemDescription, Question
from meli_sdk.models.users import SellerReputation, User
from meli_sdk.resources.categories_endpoints import GET_CATEGORY
from meli_sdk.resources.items_endpoints import GET_DESCRIPTION, GET_ITEM
from meli_sdk.resources.items_questions import SEARCH_QUESTIONS, newest_of
from meli_sdk.resources.users_endpoints import GET_USER
from meli_sdk.wire.endpoint import Endpoint
from meli_sdk.wire.pipeline import Caller

T = TypeVar("T")

PARTS = (
    "id",
    "title",
    "category",
    "pictures",
    "price",
    "city",
    "sold_quantity",
    "questions",
    "reputation",
    "description",
)
"""What the item page shows."""


@frozen(kw_only=True)
class ItemDetail:
    """The item page. A part that could not be had is None or empty and named in `missing`."""

    item: Item
    category: Category | None
    questions: tuple[Question, ...]
    """The newest ones, at most one page."""
    seller: User | None
    text: ItemDescription | None
    missing: Mapping[str, MeliError | None] = field(factory=dict[str, MeliError | None])
    """Parts that are not there, each with the error of its call, or None where the answer leaves it out."""

    @property
    def id(self) -> str | None:
        """The item's id."""
        return self.item.id

    @property
    def title(self) -> str | None:
        """The title."""
        return self.item.title

    @property
    def pictures(self) -> tuple[Picture, ...]:
        """The pictures, in the order of display."""
        return self.item.pictures

    @property
    def price(self) -> Decimal | None:
        """The price, in `item.currency_id`."""
        return self.item.price

    @property
    def city(self) -> str | None:
        """Where the goods are: the item's own location, else the seller's address."""
        places = (self.item.location, self.item.seller_address)
        return next((place.city.name for place in places if place and place.city and place.city.name), None)

    @property
    def sold_quantity(self) -> int | None:
        """How many were sold; exact only for the item's own seller."""
        return self.item.sold_quantity

    @property
    def reputation(self) -> SellerReputation | None:
        """The seller's reputation."""
        return self.seller.seller_reputation if self.seller else None

    @property
    def description(self) -> str | None:
        """The description as plain text."""
        return self.text.plain_text if self.text else None


@frozen
class _Part(Generic[T]):
    """What one source said, or why it said nothing."""

    value: T | None = None
    error: MeliError | None = None


async def gather(caller: Caller, item_id: str) -> ItemDetail:
    """Reads the item, then everything else at once: five calls."""
    item = await caller.call(GET_ITEM, path={"item_id": item_id})
    async with asyncio.TaskGroup() as group:
        category = group.create_task(_part(caller, GET_CATEGORY, path={"category_id": item.category_id}))
        questions = group.create_task(_part(caller, SEARCH_QUESTIONS, params=newest_of(item_id)))
        seller = group.create_task(_part(caller, GET_USER, path={"user_id": item.seller_id}))
        text = group.create_task(_part(caller, GET_DESCRIPTION, path={"item_id": item_id}))
    page = questions.result().value
    detail = ItemDetail(
        item=item,
        category=category.result().value,
        questions=page.items if page else (),
        seller=seller.result().value,
        text=text.result().value,
    )
    errors = {
        "category": category.result().error,
        "questions": questions.result().error,
        "reputation": seller.result().error,
        "description": text.result().error,
    }
    missing = {name: errors.get(name) for name in PARTS if errors.get(name) or _is_absent(getattr(detail, name), name)}
    return evolve(detail, missing=missing)


def _is_absent(value: object, name: str) -> bool:
    """No questions are an answer, no pictures are a gap."""
    return value is None or (name == "pictures" and not value)


async def _part(
    caller: Caller,
    endpoint: Endpoint[T],
    *,
    path: Mapping[str, object] = {},
    params: Mapping[str, object] = {},
) -> _Part[T]:
    """Asks one source; nothing at all where the item does not name it."""
    if None in path.values():
        return _Part()
    try:
        value = await caller.call(endpoint, path=path, params=params)
    except MeliError as failure:
        return _Part(error=failure)
    return _Part(value=value)
