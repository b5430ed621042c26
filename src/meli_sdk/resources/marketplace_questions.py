"""Questions of Global Selling: https://global-selling.mercadolibre.com/devsite/manage-questions-answers-global-selling"""

from collections.abc import Iterable
from typing import Final

from meli_sdk.errors import InputError, shown
from meli_sdk.models.items_texts import Question, QuestionStatus
from meli_sdk.resources import arguments
from meli_sdk.resources import marketplace_pages as pages
from meli_sdk.resources.items_errors import QUESTIONS
from meli_sdk.wire import ids
from meli_sdk.wire.endpoint import Endpoint, Safety, json, nothing
from meli_sdk.wire.paging import Page, Paginator, by_offset, rows
from meli_sdk.wire.pipeline import Caller

MAX_PAGE: Final = 50
LONGEST_TEXT: Final = 2_000
SORT_FIELDS: Final = frozenset({"item_id", "seller_id", "from_id", "date_created"})
SORT_TYPES: Final = frozenset({"ASC", "DESC"})

SEARCH_MARKETPLACE_QUESTIONS: Final[Endpoint[Page[Question]]] = Endpoint(
    method="GET",
    template="/marketplace/questions/search",
    reader=rows(Question, "questions", by_offset(MAX_PAGE)),
    safety=Safety.SAFE,
    errors=QUESTIONS,
    doc=pages.QUESTIONS,
)
GET_MARKETPLACE_QUESTION: Final = Endpoint(
    method="GET",
    template="/marketplace/questions/{question_id}",
    reader=json(Question),
    safety=Safety.SAFE,
    errors=QUESTIONS,
    doc=pages.QUESTIONS,
)
ASK_MARKETPLACE_QUESTION: Final = Endpoint(
    method="POST",
    template="/marketplace/questions",
    reader=json(Question),
    safety=Safety.UNSAFE,
    errors=QUESTIONS,
    doc=pages.QUESTIONS,
)
DELETE_MARKETPLACE_QUESTION: Final = Endpoint(
    method="DELETE",
    template="/marketplace/questions/{question_id}",
    reader=nothing,
    safety=Safety.IDEMPOTENT,
    errors=QUESTIONS,
    doc=pages.QUESTIONS,
)
ANSWER_MARKETPLACE_QUESTION: Final = Endpoint(
    method="POST",
    template="/marketplace/answers",
    reader=json(Question),
    safety=Safety.UNSAFE,
    errors=QUESTIONS,
    doc=pages.QUESTIONS,
)


class MarketplaceQuestions:
    """What buyers ask about the items of a Global Selling account."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def search(
        self,
        *,
        seller: int | None = None,
        item: str | None = None,
        buyer: int | None = None,
        status: str | Iterable[str] | None = None,
        sort_field: str | None = None,
        sort_type: str | None = None,
        page_size: int = MAX_PAGE,
    ) -> Paginator[Question]:
        """Questions. Those that wait for an answer longer than seven months are deleted.

        Args:
            seller: whose items; the session's account when neither this nor `item` is given.
            item: only about this item.
            buyer: only of this buyer.
            status: one of `QuestionStatus`, or several.
            sort_field: `item_id`, `seller_id`, `from_id` or `date_created`.
            sort_type: `ASC` or `DESC`.
            page_size: rows a call, 1 to 50.

        Raises:
            InputError: an unknown status or sort, or an id that is none.

        Documented at https://global-selling.mercadolibre.com/devsite/manage-questions-answers-global-selling
        """
        whose = self._caller.seller(seller) if item is None else seller
        params: dict[str, object] = {
            "seller_id": None if whose is None else ids.whole_number("seller", whose),
            "item": None if item is None else ids.item_id(item),
            "from": None if buyer is None else ids.whole_number("buyer", buyer),
            "api_version": 4,
            "limit": arguments.page_size(page_size, MAX_PAGE),
        }
        if status is not None:
            params["status"] = arguments.one_of("status", status, frozenset(map(str, QuestionStatus)), {})
        if sort_field is not None:
            params["sort_fields"] = arguments.one_of("sort_field", sort_field, SORT_FIELDS, {})
        if sort_type is not None:
            params["sort_types"] = arguments.one_of("sort_type", sort_type, SORT_TYPES, {})
        return self._caller.paginate(SEARCH_MARKETPLACE_QUESTIONS, params=params)

    async def get(self, question_id: int) -> Question:
        """One question by its id, with its answer.

        Raises:
            InputError: the id is no whole number of at most 20 digits.
            NotFoundError: there is none.

        Documented at https://global-selling.mercadolibre.com/devsite/manage-questions-answers-global-selling
        """
        return await self._caller.call(GET_MARKETPLACE_QUESTION, path={"question_id": question_id})

    async def ask(self, item_id: str, text: str) -> Question:
        """Asks a question about an item, as a buyer; for test users.

        Raises:
            InputError: this is no item id, no text, or more than 2,000 characters.
            OutcomeUnknownError: the answer was lost; search for the question before asking again.

        Documented at https://global-selling.mercadolibre.com/devsite/manage-questions-answers-global-selling
        """
        body = {"item_id": ids.item_id(item_id), "text": _text("text", text)}
        return await self._caller.call(ASK_MARKETPLACE_QUESTION, json=body)

    async def answer(self, question_id: int, text: str, *, translated: str | None = None) -> Question:
        """Answers a question; it is public at once and cannot be changed.

        Args:
            question_id: of the question.
            text: in English, at most 2,000 characters.
            translated: the same in the buyer's language; Mercado Libre translates when it is left out.

        Raises:
            InputError: no text, or more than 2,000 characters.
            InvalidParameterError: it is answered, closed or gone.
            OutcomeUnknownError: the answer was lost; read the question before answering again.

        Documented at https://global-selling.mercadolibre.com/devsite/manage-questions-answers-global-selling
        """
        body: dict[str, object] = {
            "question_id": int(ids.whole_number("question_id", question_id)),
            "text": _text("text", text),
        }
        if translated is not None:
            body["text_translated"] = _text("translated", translated)
        return await self._caller.call(ANSWER_MARKETPLACE_QUESTION, json=body)

    async def delete(self, question_id: int) -> None:
        """Deletes a question about one's own item.

        Raises:
            InputError: the id is no whole number of at most 20 digits.
            NotFoundError: there is none.

        Documented at https://global-selling.mercadolibre.com/devsite/manage-questions-answers-global-selling
        """
        await self._caller.call(DELETE_MARKETPLACE_QUESTION, path={"question_id": question_id})


def _text(name: str, value: object) -> str:
    if not isinstance(value, str) or not value.strip() or len(value) > LONGEST_TEXT:
        message = f"{name} must be text of at most 2,000 characters, got {shown(value)}"
        raise InputError(message)
    return value
