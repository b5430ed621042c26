"""Questions on items: https://developers.mercadolibre.com.ar/es_ar/gestiona-preguntas"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final

from aiohttp import web

from meli_sdk.sandbox.answers import CALLER, WORLD, answer, as_quantity, moment, read_object
from meli_sdk.sandbox.desk import Question
from meli_sdk.sandbox.errors import JsonObject, invalid_caller, invalid_parameter, refusal
from meli_sdk.sandbox.items_reading import MAX_OFFSET, scroll_id, scrolled_to
from meli_sdk.sandbox.state import SERVER_ZONE, Listing, World
from meli_sdk.sites import GLOBAL_SELLING

PAGE_LIMIT: Final = 50
LONGEST: Final = 2_000
MEASURED: Final = timedelta(days=14)
"""So far back answers count for the response time."""
_STATUSES: Final = ("ANSWERED", "BANNED", "CLOSED_UNANSWERED", "DELETED", "DISABLED", "UNANSWERED", "UNDER_REVIEW")
_SATURDAY: Final = 5
_OFFICE_HOURS: Final = range(9, 18)
_SORTS: Final[Mapping[str, Callable[[Question], int | str | datetime]]] = {
    "item_id": lambda question: question.item_id,
    "from_id": lambda question: question.buyer_id,
    "date_created": lambda question: question.created,
    "seller_id": lambda question: question.seller_id,
}
_MINUTE: Final = timedelta(minutes=1)


def _body(request: web.Request, question: Question) -> JsonObject:
    """The question; who asked stands where the version of the form has it."""
    asker: JsonObject = {"buyer_id": question.buyer_id}
    if request.query.get("api_version") == "4":
        held = request.app[WORLD].catalogue.questions.values()
        answered = sum(one.buyer_id == question.buyer_id and one.status == "ANSWERED" for one in held)
        asker = {"from": {"id": question.buyer_id, "answered_questions": answered}}
    return {
        "id": question.id,
        "seller_id": question.seller_id,
        "item_id": question.item_id,
        "status": question.status,
        "text": question.text,
        "date_created": moment(question.created),
        "last_updated": moment(question.answered or question.created),
        "hold": False,
        "deleted_from_listing": question.status == "DELETED",
        "suspected_spam": False,
        "answer": question.answer,
        **asker,
    }


def _asked(request: web.Request) -> Question:
    question = request.app[WORLD].catalogue.questions.get(int(request.match_info["question_id"]))
    if question is None or request[CALLER].id not in {question.seller_id, question.buyer_id}:
        raise refusal(404, "not_found", "Question not found")
    return question


def _found(request: web.Request) -> list[Question]:
    """What the search asks for: the questions on one item, or on all items of the caller."""
    query, caller = request.query, request[CALLER]
    item_id, seller_id = query.get("item"), query.get("seller_id")
    if seller_id not in {None, str(caller.id)}:
        raise invalid_caller()
    if query.get("status") not in {None, *_STATUSES}:
        raise invalid_parameter()
    own = seller_id is not None or item_id is None
    found = [
        question
        for question in request.app[WORLD].catalogue.questions.values()
        if (question.seller_id == caller.id or not own)
        and item_id in {None, question.item_id}
        and query.get("from") in {None, str(question.buyer_id)}
        and query.get("status") in {None, question.status}
    ]
    for name in reversed(query.get("sort_fields", "date_created").split(",")):
        if name not in _SORTS:
            raise invalid_parameter()
        found.sort(key=_SORTS[name], reverse=query.get("sort_types") == "DESC")
    return found


async def search(request: web.Request) -> web.Response:
    """`GET /questions/search`: by offset to 1,000, beyond by a scan."""
    query, found = request.query, _found(request)
    try:
        limit, offset = int(query.get("limit", PAGE_LIMIT)), int(query.get("offset", 0))
    except ValueError:
        raise invalid_parameter() from None
    scan = query.get("search_type") == "scan"
    if not 0 < limit <= PAGE_LIMIT or not 0 <= offset <= MAX_OFFSET or (scan and "offset" in query):
        raise refusal(400, "bad_request", "Invalid limit and offset values")
    if scan:
        offset = scrolled_to(query["scroll_id"]) if query.get("scroll_id") else 0
    asked = {name: query[name] for name in ("item", "seller_id", "from", "status") if name in query}
    body: JsonObject = {
        "total": len(found),
        "limit": limit,
        "questions": [_body(request, question) for question in found[offset : offset + limit]],
        "filters": {"limit": limit, "offset": offset, "is_admin": False, "sorts": [], "caller": request[CALLER].id}
        | asked,
        "available_filters": [
            {"id": "from", "name": "From user id", "type": "number"},
            {"id": "seller", "name": "Seller id", "type": "number"},
            {"id": "status", "name": "Status", "type": "text", "values": list(_STATUSES)},
        ],
        "available_sorts": list(_SORTS),
    }
    if scan:
        body["scroll_id"] = scroll_id(offset + limit) if offset < len(found) else None
    return answer(body)


async def get_question(request: web.Request) -> web.Response:
    """`GET /questions/{id}`."""
    return answer(_body(request, _asked(request)))


def _text(body: JsonObject) -> str:
    text = body.get("text")
    if not isinstance(text, str) or not text.strip() or len(text) > LONGEST:
        raise refusal(400, "invalid_post_body", f"The text is missing or longer than {LONGEST} characters")
    return text


def _takes_questions(world: World, listing: Listing | None, asker: int) -> bool:
    """Items of Global Selling have a resource of their own, and nobody asks himself."""
    return (
        listing is not None
        and listing.status == "active"
        and listing.owner_id != asker
        and world.users[listing.owner_id].site_id != GLOBAL_SELLING
        and asker not in world.catalogue.blocked_askers.get(listing.seller_id, ())
    )


async def ask(request: web.Request) -> web.Response:
    """`POST /questions`: by a buyer."""
    world, body = request.app[WORLD], await read_object(request)
    listing, text = world.listings.get(str(body.get("item_id"))), _text(body)
    if listing is None or not _takes_questions(world, listing, request[CALLER].id):
        raise refusal(400, "invalid_question", f"The item {body.get('item_id')} takes no question of this user")
    question = Question(
        id=world.new_number(11),
        item_id=listing.id,
        seller_id=listing.seller_id,
        buyer_id=request[CALLER].id,
        text=text,
        created=world.now(),
    )
    world.catalogue.questions[question.id] = question
    world.changed("questions", question.id, question.seller_id)
    return answer(_body(request, question), 201)


async def delete_question(request: web.Request) -> web.Response:
    """`DELETE /questions/{id}`: it stays readable, with its status."""
    question = _asked(request)
    question.status = "DELETED"
    return answer([])


async def post_answer(request: web.Request) -> web.Response:
    """`POST /answers`: once."""
    world, body = request.app[WORLD], await read_object(request)
    question, text = world.catalogue.questions.get(as_quantity(body.get("question_id")) or 0), _text(body)
    if question is None or question.seller_id != request[CALLER].id or question.status != "UNANSWERED":
        raise refusal(400, "invalid_question", f"The question {body.get('question_id')} is not unanswered")
    question.status, question.answered = "ANSWERED", world.now()
    question.answer = {"text": text, "status": "ACTIVE", "date_created": moment(world.now())}
    world.changed("questions", question.id, question.seller_id)
    return answer(_body(request, question))


def _minutes(questions: Iterable[Question]) -> int | None:
    """Until the answer, on average."""
    waits = [question.answered - question.created for question in questions if question.answered is not None]
    return sum(waits, timedelta()) // len(waits) // _MINUTE if waits else None


def _part(question: Question) -> str:
    asked = question.created.astimezone(SERVER_ZONE)
    if asked.weekday() >= _SATURDAY:
        return "weekend"
    return "weekdays_working_hours" if asked.hour in _OFFICE_HOURS else "weekdays_extra_hours"


async def get_response_time(request: web.Request) -> web.Response:
    """`GET /users/{id}/questions/response_time`: minutes, of the last two weeks."""
    world, user_id = request.app[WORLD], int(request.match_info["user_id"])
    answered = [
        question
        for question in world.catalogue.questions.values()
        if question.seller_id == user_id and question.answered and question.answered > world.now() - MEASURED
    ]
    if not answered:
        raise refusal(404, "not_found", f"Response time not found for user id: {user_id}")
    parts = {
        name: {
            "response_time": _minutes(question for question in answered if _part(question) == name),
            "sales_percent_increase": None,
        }
        for name in ("weekend", "weekdays_working_hours", "weekdays_extra_hours")
    }
    return answer({"user_id": user_id, "total": {"response_time": _minutes(answered)}, **parts})


ROUTES: Final = (
    web.get("/questions/search", search),
    web.get(r"/questions/{question_id:\d+}", get_question),
    web.delete(r"/questions/{question_id:\d+}", delete_question),
    web.post("/questions", ask),
    web.post("/answers", post_answer),
    web.get(r"/users/{user_id:\d+}/questions/response_time", get_response_time),
)
