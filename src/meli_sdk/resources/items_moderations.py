"""Moderated listings and questions: https://global-selling.mercadolibre.com/devsite/moderations-gs"""

from datetime import datetime
from typing import Final

from meli_sdk.errors import InputError, shown
from meli_sdk.models.items_texts import Infraction, Moderation
from meli_sdk.resources import arguments
from meli_sdk.resources import items_errors as tables
from meli_sdk.resources import items_pages as pages
from meli_sdk.wire import ids
from meli_sdk.wire.endpoint import Endpoint, Safety, listing
from meli_sdk.wire.paging import Page, Paginator, by_offset, rows
from meli_sdk.wire.pipeline import Caller

MAX_PAGE: Final = 20

GET_LAST_MODERATION: Final = Endpoint(
    method="GET",
    template="/moderations/last_moderation/{moderation_id}",
    reader=listing(Moderation),
    safety=Safety.SAFE,
    errors=tables.MODERATIONS,
    doc=pages.MODERATIONS,
)
LIST_INFRACTIONS: Final[Endpoint[Page[Infraction]]] = Endpoint(
    method="GET",
    template="/moderations/infractions/{user_id}",
    reader=rows(Infraction, "infractions", by_offset(MAX_PAGE)),
    safety=Safety.SAFE,
    errors=tables.MODERATIONS,
    doc=pages.MODERATIONS,
)


class ItemModerations:
    """Why listings and questions were moderated, and what to do about it."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def last(self, item_id: str) -> tuple[Moderation, ...]:
        """The last moderation of an item: `.reason`, `.remedy`, and what was objected to in `.evidences`.

        Raises:
            InputError: this is no item id.
            NotFoundError: it was never moderated.
            UnidentifiedUserError: the token names no user.

        Documented at https://global-selling.mercadolibre.com/devsite/moderations-gs
        """
        return await self._caller.call(GET_LAST_MODERATION, path={"moderation_id": f"{ids.item_id(item_id)}-ITM"})

    async def last_of_question(self, question_id: int) -> tuple[Moderation, ...]:
        """The last moderation of a question.

        Raises:
            InputError: the id is no whole number of at most 20 digits.
            NotFoundError: it was never moderated.

        Documented at https://global-selling.mercadolibre.com/devsite/moderations-gs
        """
        reference = f"{ids.whole_number('question_id', question_id)}-QUES"
        return await self._caller.call(GET_LAST_MODERATION, path={"moderation_id": reference})

    def infractions(
        self, *, since: datetime | None = None, user_id: int | None = None, page_size: int = MAX_PAGE
    ) -> Paginator[Infraction]:
        """The moderations of a seller, newest first.

        Args:
            since: only those from this day on; a moment with a zone.
            user_id: whose; the session's seller when left out.
            page_size: rows a call, 1 to 20.

        Raises:
            InputError: a moment without zone, a wrong size, or the session has no seller.

        Documented at https://global-selling.mercadolibre.com/devsite/moderations-gs
        """
        if since is not None and since.tzinfo is None:
            message = f"since: a date needs a time zone, got {shown(since)}"
            raise InputError(message)
        params = {
            "date_created_since": None if since is None else since.date().isoformat(),
            "limit": arguments.page_size(page_size, MAX_PAGE),
        }
        return self._caller.paginate(LIST_INFRACTIONS, path={"user_id": self._caller.seller(user_id)}, params=params)
