"""Questions on items: https://developers.mercadolibre.com.ar/es_ar/gestiona-preguntas"""

from collections.abc import Mapping
from typing import Final

from meli_sdk.errors import Check, InputError, shown
from meli_sdk.models.items_texts import Question, QuestionStatus, ResponseTime
from meli_sdk.resources import arguments
from meli_sdk.resources import items_errors as tables
from meli_sdk.resources import items_pages as pages
from meli_sdk.resources.json_shapes import fields_of
from meli_sdk.wire import ids
from meli_sdk.wire.endpoint import Endpoint, Safety, SentCall, json, nothing
from meli_sdk.wire.paging import Page, Paginator, by_offset_or_scan, rows, scan_beyond
from meli_sdk.wire.pipeline import Caller

API_VERSION: Final = 4
MAX_TEXT: Final = 2_000
MAX_OFFSET: Final = 1_000
_PAGE: Final = 50
SORT_FIELDS: Final = frozenset({"item_id", "seller_id", "from_id", "date_created"})


def newest_of(item_id: str) -> Mapping[str, object]:
    """The parameters that ask for the newest questions on an item."""
    return {"item": item_id, "api_version": API_VERSION, "sort_fields": "date_created", "sort_types": "DESC"}


def _answered(sent: SentCall) -> Check:
    body = fields_of(sent.json)
    return Check(
        path=f"/questions/{body['question_id']}",
        params={"api_version": str(API_VERSION)},
        sought=({"answer": {"text": body["text"]}},),
    )


def _asked(sent: SentCall) -> Check | None:
    body = fields_of(sent.json)
    if sent.user_id is None:
        return None
    params = {"item": str(body["item_id"]), "from": str(sent.user_id), "api_version": str(API_VERSION)}
    # The same question may have been asked before.
    sought = ({"text": body["text"]},)
    return Check(path="/questions/search", params=params, rows="questions", sought=sought, conclusive=False)


SEARCH_QUESTIONS: Final[Endpoint[Page[Question]]] = Endpoint(
    method="GET",
    template="/questions/search",
    reader=rows(Question, "questions", by_offset_or_scan(_PAGE, MAX_OFFSET)),
    safety=Safety.SAFE,
    errors=tables.QUESTIONS,
    doc=pages.QUESTIONS,
)
GET_QUESTION: Final = Endpoint(
    method="GET",
    template="/questions/{question_id}",
    reader=json(Question),
    safety=Safety.SAFE,
    errors=tables.QUESTIONS,
    doc=pages.QUESTIONS,
)
DELETE_QUESTION: Final = Endpoint(
    method="DELETE",
    template="/questions/{question_id}",
    reader=nothing,
    safety=Safety.IDEMPOTENT,
    errors=tables.QUESTIONS,
    doc=pages.QUESTIONS,
)
ASK_QUESTION: Final = Endpoint(
    method="POST",
    template="/questions",
    reader=json(Question),
    safety=Safety.UNSAFE,
    errors=tables.QUESTIONS,
    check=_asked,
    doc=pages.QUESTIONS,
)
ANSWER_QUESTION: Final = Endpoint(
    method="POST",
    template="/answers",
    reader=json(Question),
    safety=Safety.UNSAFE,
    errors=tables.QUESTIONS,
    check=_answered,
    doc=pages.QUESTIONS,
)
GET_RESPONSE_TIME: Final = Endpoint(
    method="GET",
    template="/users/{user_id}/questions/response_time",
    reader=json(ResponseTime),
    safety=Safety.SAFE,
    errors=tables.QUESTIONS,
    doc=pages.QUESTIONS,
)


def _text(text: object) -> str:
    if not isinstance(text, str) or not text.strip() or len(text) > MAX_TEXT:
        message = f"text must be 1 to {MAX_TEXT} characters, got {shown(text)}"
        raise InputError(message)
    return text


class ItemQuestions:
    """Questions of buyers on the items of one seller, and their answers."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def search(
        self,
        *,
        item: str | None = None,
        seller: int | None = None,
        asked_by: int | None = None,
        status: str | None = None,
        sort: str | None = None,
        descending: bool = False,
        page_size: int = _PAGE,
    ) -> Paginator[Question]:
        """Questions on one item, or on all items of a seller. Beyond 1,000 the search goes on as a scan.

        Args:
            item: only those on this item.
            seller: whose items; without it and without `item`, the session's seller.
            asked_by: only those of this user.
            status: one of `QuestionStatus`.
            sort: `item_id`, `seller_id`, `from_id` or `date_created`; a sorted search ends at 1,000.
            descending: the other way round.
            page_size: rows a call, 1 to 50.

        Raises:
            InputError: a wrong id, status, sort or size, or the session has no seller.
            PaginationError: a sorted search with more rows than Mercado Libre shows.

        Documented at https://developers.mercadolibre.com.ar/es_ar/gestiona-preguntas
        """
        whose = None if item is not None and seller is None else ids.whole_number("seller", self._caller.seller(seller))
        params: dict[str, object] = {
            "item": None if item is None else ids.item_id(item),
            "seller_id": whose,
            "from": None if asked_by is None else ids.whole_number("asked_by", asked_by),
            "api_version": API_VERSION,
            "limit": arguments.page_size(page_size, _PAGE),
        }
        if status is not None:
            params["status"] = arguments.one_of("status", status, frozenset(QuestionStatus), {})
        if sort is not None:
            params["sort_fields"] = arguments.one_of("sort", sort, SORT_FIELDS, {})
            params["sort_types"] = "DESC" if descending else "ASC"
        return self._caller.paginate(SEARCH_QUESTIONS, params=params, restart=None if sort else scan_beyond(MAX_OFFSET))

    async def get(self, question_id: int) -> Question:
        """One question with its answer. The texts of a banned one are empty.

        Raises:
            InputError: the id is no whole number of at most 20 digits.
            NotFoundError: there is none.

        Documented at https://developers.mercadolibre.com.ar/es_ar/gestiona-preguntas
        """
        return await self._caller.call(
            GET_QUESTION, path={"question_id": question_id}, params={"api_version": API_VERSION}
        )

    async def ask(self, item_id: str, text: str) -> Question:
        """Asks a question on an item, as a buyer.

        Raises:
            InputError: a wrong item id, or a text that is empty or longer than 2,000 characters.
            OutcomeUnknownError: the answer was lost; `session.check(error)` looks for the question.

        Documented at https://developers.mercadolibre.com.ar/es_ar/gestiona-preguntas
        """
        return await self._caller.call(ASK_QUESTION, json={"item_id": ids.item_id(item_id), "text": _text(text)})

    async def answer(self, question_id: int, text: str) -> Question:
        """Answers a question; once, and for all to see.

        Raises:
            InputError: a wrong id, or a text that is empty or longer than 2,000 characters.
            InvalidParameterError: the question is answered already, closed, or another seller's.
            OutcomeUnknownError: the answer was lost; `session.check(error)` reads the question.

        Documented at https://developers.mercadolibre.com.ar/es_ar/gestiona-preguntas
        """
        body = {"question_id": int(ids.whole_number("question_id", question_id)), "text": _text(text)}
        return await self._caller.call(ANSWER_QUESTION, json=body)

    async def delete(self, question_id: int) -> None:
        """Deletes a question from the item.

        Raises:
            InputError: the id is no whole number of at most 20 digits.
            NotFoundError: there is none.

        Documented at https://developers.mercadolibre.com.ar/es_ar/gestiona-preguntas
        """
        await self._caller.call(DELETE_QUESTION, path={"question_id": question_id})

    async def response_time(self, user_id: int | None = None) -> ResponseTime:
        """How many minutes a seller takes to answer, and what faster answers would sell.

        Raises:
            InputError: a wrong id, or the session has no seller.
            NotFoundError: nothing was answered lately.

        Documented at https://developers.mercadolibre.com.ar/es_ar/gestiona-preguntas
        """
        return await self._caller.call(GET_RESPONSE_TIME, path={"user_id": self._caller.seller(user_id)})
