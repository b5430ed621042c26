"""Errors that any call may meet, and those of resources without a method of their own, each as its class."""

import pytest
from tests.resources.error_rows import OOPS, POLICY, Call, arrives, on

from meli_sdk import errors

ME: Call = ("GET /users/me", lambda me: me.users.me())
CLAIM: Call = ("GET /post-purchase/v1/claims/5", lambda me: me.request("GET", "/post-purchase/v1/claims/5"))
ACT: Call = ("POST /post-purchase/v1/claims/5", lambda me: me.request("POST", "/post-purchase/v1/claims/5", json={}))
MESSAGES: Call = ("GET /messages/packs/5", lambda me: me.request("GET", "/messages/packs/5/sellers/7"))
WRITE_MESSAGE: Call = (
    "POST /messages/packs/5",
    lambda me: me.request("POST", "/messages/packs/5/sellers/7", json={"text": "hola"}),
)
PROMOTIONS: Call = ("PUT /seller-promotions", lambda me: me.request("PUT", "/seller-promotions/items/MLA1", json={}))
TEST_USER: Call = ("POST /users/test_user", lambda me: me.users.create_test_user("MLM"))
GLOBAL_TEST_USER: Call = (
    "POST /users/global_selling_test_user",
    lambda me: me.users.create_global_selling_test_user("US"),
)
POLICY_AGENT = {"code": "PA_UNAUTHORIZED_RESULT_FROM_POLICIES", "blocked_by": "PolicyAgent", "status": 403}
FORBIDDEN = "access to the requested resource is forbidden"
TOKENS = [
    (401, "not_found", "invalid_token", errors.InvalidTokenError),
    (401, "not_found", "expired_token", errors.InvalidTokenError),
    (401, "invalid_token", "The token is not valid", errors.InvalidTokenError),
    (401, {"code": "unauthorized", "message": "invalid access token"}, "invalid access token",
     errors.InvalidTokenError),
    (401, {"code": "unauthorized", "message": "authorization value not present"}, "authorization value not present",
     errors.InvalidTokenError),
    (401, {"code": 401, "error": "unauthorized_request_error", "message": "Invalid caller.id", "cause": None},
     "Invalid caller.id", errors.InvalidTokenError),
    (401, {"status": 401, "error_code": "unauthorized", "display_message": "invalid access token"},
     "invalid access token", errors.InvalidTokenError),
    (401, "unauthorized_request_error", "user not authorized", errors.UnauthorizedError),
    (401, "unauthorized_scopes", "the application is blocked", errors.UnauthorizedError),
    (400, "bad_request", "Malformed access_token: X", errors.MalformedTokenError),
    (400, {"code": "bad_request", "message": "invalid callerID"}, "invalid callerID", errors.BadRequestError),
    (400, {"message": "unknown_error", "error": "", "status": 400, "cause": []}, "unknown_error",
     errors.BadRequestError),
    (403, {"code": "forbidden", "message": "invalid token"}, "invalid token", errors.ExpiredTokenError),
    (403, {"code": "forbidden", "message": "invalid token caller"}, "invalid token caller",
     errors.InvalidCallerError),
    (403, "access_token_not_granted", "access_token was not sent", errors.UnidentifiedUserError),
    (403, "forbidden", "Invalid caller.id", errors.InvalidCallerError),
    (403, "forbidden", "Can not identify the user", errors.UnidentifiedUserError),
    (403, "forbidden", "forbidden", errors.ForbiddenError),
    (403, "invalid_operator_user_id", "invalid_operator_user_id", errors.ForbiddenError),
    (403, {**POLICY_AGENT, "message": POLICY}, POLICY, errors.PolicyForbiddenError),
    (403, {**POLICY_AGENT, "message": POLICY, "path": "/users/me"}, POLICY, errors.PolicyForbiddenError),
    (403, {"status": 403, "error": "Invalid scopes", "code": "FORBIDDEN"}, "Invalid scopes",
     errors.PolicyForbiddenError),
    (403, {"status": 403, "error": "access_denied", "message": FORBIDDEN, "code": "FORBIDDEN"}, FORBIDDEN,
     errors.InvalidCallerError),
    (403, {"code": "access_denied", "error": FORBIDDEN, "status": 403}, FORBIDDEN, errors.InvalidCallerError),
]  # fmt: skip
GENERAL = [
    (404, "not_found", "Resource not found", errors.ResourceNotFoundError),
    (404, "resource not found", "Si quieres conocer los recursos de la API", errors.ResourceNotFoundError),
    (404, {"status": 404, "error": "not_found", "description": "No permissions found"}, "No permissions found",
     errors.NotFoundError),
    (409, {"message": "item optimistic locking error: conflict", "status": 409, "cause": []},
     "item optimistic locking error: conflict", errors.VersionConflictError, True),
    (424, "failed_dependency", "An external dependency has failed", errors.DependencyFailedError),
    (429, "too_many_requests", "Too Many Requests", errors.RateLimitedError),
    (429, {"error": "too_many_requests", "message": "client.id over quota", "status": 429}, "client.id over quota",
     errors.RateLimitedError),
    (429, {"code": "too_many_requests", "message": "quota exceeded"}, "quota exceeded", errors.RateLimitedError),
    (429, "too_many_request", "Too many request", errors.RateLimitedError),
    (451, "unavailable.for.legal.reasons", "The requested user is not available", errors.LegalReasonsError),
    (500, "internal_server_error", OOPS, errors.ServerError),
    (502, "bad_gateway", "Bad Gateway", errors.ServerError),
    (503, "service_not_available", "Service not available", errors.ServerError),
    (504, "gateway_timeout", "Gateway Timeout", errors.ServerError),
    (534, "internal", "a status of the statistics", errors.ServerError),
]  # fmt: skip
CLAIMS = [
    (403, {"code": 403, "error": "forbidden_error", "message": "You don't have permission to access the resource"},
     "You don't have permission to access the resource", errors.ForbiddenError),
    (404, {"code": 404, "error": "business_logic_error", "message": "Resource not found", "cause": None},
     "Resource not found", errors.ResourceNotFoundError),
    (429, {"code": 429, "error": "too_many_requests", "message": "Too Many Requests"}, "Too Many Requests",
     errors.RateLimitedError),
    (500, {"code": 500, "error": "internal_server_error", "message": "Internal Server Error"},
     "Internal Server Error", errors.ServerError),
]  # fmt: skip
TEST_USERS = [
    *((400, "bad_request", words, errors.InvalidParameterError) for words in (
        "country_id is required", "site_id is required", "invalid site_id", "site_id cannot be null",
        "site_id cannot be empty", "invalid site_id type")),
    *((400, "bad_request", words, errors.BadRequestError) for words in (
        "Malformed JSON", "Invalid request body", "invalid clientID format")),
    (403, "forbidden", "Invalid client.id", errors.ForbiddenError),
]  # fmt: skip
ROWS = [
    *on(ME, rows=[*TOKENS, *GENERAL]),
    *on(TEST_USER, GLOBAL_TEST_USER, rows=TEST_USERS),
    *on(CLAIM, rows=CLAIMS),
    *on(ACT, rows=[
        (400, "bad_request_error", "Action refund not available for player", errors.BadRequestError),
        (400, "invalid_params", "reason is not valid", errors.BadRequestError),
        (400, "business_logic_error", "Attachment not found", errors.BadRequestError),
    ]),
    *on(MESSAGES, rows=[
        (403, {"status_code": 403, "code": "forbidden", "message": "blocked_conversation_send_message_forbidden"},
         "blocked_conversation_send_message_forbidden", errors.ForbiddenError),
        (404, "not_found", "The message could not be retrieved from storage", errors.NotFoundError, True),
        (451, "unavailable", "Unavailable", errors.LegalReasonsError),
        (500, {"message": "File can not be accessed, try it later", "error": None, "status": 500, "cause": []},
         "File can not be accessed, try it later", errors.ServerError),
    ]),
    *on(WRITE_MESSAGE, rows=[
        (400, "bad_request", "The text is too long", errors.BadRequestError),
        (403, "forbidden", "You can not send the message because a mediation is in process", errors.ForbiddenError),
        (409, "conflict", "There is another request locking this operation", errors.ConflictError, True),
        (422, "unprocessable_entity", "Attachment key invalid", errors.UnprocessableError),
    ]),
    *on(PROMOTIONS, rows=[(423, "ENTITY_LOCKED", "The item is locked", errors.LockedError)]),
]  # fmt: skip


@pytest.mark.parametrize(("call", "row"), ROWS)
async def test_every_documented_error_arrives_as_its_class(box, local, call, row):
    await arrives(box, local, call, row)


@pytest.mark.parametrize(("body", "code"), [(b"", None), (b"local_rate_limited", "local_rate_limited")])
async def test_too_many_requests_may_come_without_json(box, local, body, code):
    box.fail_next("GET /users/me", 429, body, times=10)
    with pytest.raises(errors.RateLimitedError) as raised:
        await local.users.me()
    assert (raised.value.code, raised.value.attempts) == (code, 4)


async def test_a_page_of_the_edge_is_told_by_its_status(box, local):
    box.fail_next("GET /users/me", 403, b"<html><body>Request blocked</body></html>")
    with pytest.raises(errors.ForbiddenError, match="an HTML page"):
        await local.users.me()
