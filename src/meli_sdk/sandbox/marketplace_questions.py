"""Questions about global items: https://global-selling.mercadolibre.com/devsite/manage-questions-answers-global-selling"""

from typing import Final

from aiohttp import web

from meli_sdk.sandbox.answers import CALLER, WORLD, answer, as_quantity, moment, read_object
from meli_sdk.sandbox.desk import Question
from meli_sdk.sandbox.errors import JsonObject, refusal
from meli_sdk.sites import GLOBAL_SELLING

PAGE_LIMIT: Final = 50
LONGEST: Final = 2_000


def _body(question: Question) -> JsonObject:
    return {
        "id": question.id,
        "seller_id": question.seller_id,
        "buyer_id": question.buyer_id,
        "text": question.text,
        "status": question.status,
        "item_id": question.item_id,
        "date_created": moment(question.created),
        "hold": False,
        "deleted_from_listing": False,
        "answer": question.answer,
    }


def _asked(request: web.Request) -> Question:
    question = request.app[WORLD].desk.questions.get(int(request.match_info["question_id"]))
    if question is None or request[CALLER].id not in {question.seller_id, question.buyer_id}:
        raise refusal(404, "not_found", "Question not found")
    return question


async def search(request: web.Request) -> web.Response:
    """`GET /marketplace/questions/search`: of the caller's items."""
    query = request.query
    if "seller_id" in query and query["seller_id"] != str(request[CALLER].id):
        raise refusal(403, "forbidden", "Invalid caller.id")
    statuses = query.get("status")
    found = [
        question
        for question in request.app[WORLD].desk.questions.values()
        if question.seller_id == request[CALLER].id
        and query.get("item") in {None, question.item_id}
        and query.get("from") in {None, str(question.buyer_id)}
        and (not statuses or question.status in statuses.split(","))
    ]
    found.sort(key=lambda question: question.created, reverse=query.get("sort_types", "DESC") == "DESC")
    limit, offset = int(query.get("limit", PAGE_LIMIT)), int(query.get("offset", 0))
    return answer(
        {
            "total": len(found),
            "limit": limit,
            "questions": [_body(question) for question in found[offset : offset + limit]],
            "filters": {"limit": limit, "offset": offset, "api_version": "4", "is_admin": False, "sorts": []},
            "available_filters": [],
            "available_sorts": ["item_id", "from_id", "date_created", "seller_id"],
        }
    )


async def get_question(request: web.Request) -> web.Response:
    """`GET /marketplace/questions/{id}`."""
    return answer(_body(_asked(request)))


def _text(body: JsonObject) -> str:
    text = body.get("text")
    if not isinstance(text, str) or not 0 < len(text) <= LONGEST:
        raise refusal(400, "invalid_post_body", "The text is missing or longer than 2000 characters")
    return text


async def ask(request: web.Request) -> web.Response:
    """`POST /marketplace/questions`: by a buyer."""
    world, body = request.app[WORLD], await read_object(request)
    listing = world.listings.get(str(body.get("item_id")))
    text = _text(body)
    if listing is None or world.users[listing.owner_id].site_id != GLOBAL_SELLING:
        raise refusal(400, "invalid_question", "The item takes no questions")
    question = Question(
        id=world.new_number(10),
        item_id=listing.id,
        seller_id=listing.owner_id,
        buyer_id=request[CALLER].id,
        text=text,
        created=world.now(),
    )
    world.desk.questions[question.id] = question
    world.tell("marketplace_questions", f"/marketplace/questions/{question.id}", question.seller_id)
    return answer(_body(question), 201)


async def delete_question(request: web.Request) -> web.Response:
    """`DELETE /marketplace/questions/{id}`."""
    question = _asked(request)
    question.status = "DELETED"
    return answer([])


async def post_answer(request: web.Request) -> web.Response:
    """`POST /marketplace/answers`: once."""
    world, body = request.app[WORLD], await read_object(request)
    question = world.desk.questions.get(as_quantity(body.get("question_id")) or 0)
    text = _text(body)
    if question is None or question.seller_id != request[CALLER].id or question.status != "UNANSWERED":
        raise refusal(400, "invalid_question", "The question is not unanswered")
    translated = body.get("text_translated", f"(traducido) {text}")
    question.status = "ANSWERED"
    question.answer = {
        "text": text,
        "status": "ACTIVE",
        "date_created": moment(world.now()),
        "text_translated": translated,
    }
    world.tell("marketplace_questions", f"/marketplace/questions/{question.id}", question.seller_id)
    return answer(_body(question))


ROUTES: Final = (
    web.get("/marketplace/questions/search", search),
    web.get(r"/marketplace/questions/{question_id:\d+}", get_question),
    web.post("/marketplace/questions", ask),
    web.delete(r"/marketplace/questions/{question_id:\d+}", delete_question),
    web.post("/marketplace/answers", post_answer),
)
