"""What an answer says about the token: when another one is tried, and when one may be asked for."""

import pytest

from meli_sdk import MeliSession, RetryPolicy, Secret
from meli_sdk.errors import ForbiddenError, MalformedTokenError, ResponseError, UnauthorizedError
from meli_sdk.testing import FakeTransport

OLD, NEW = "APP_USR-old", "APP_USR-new"

DEAD = [
    (401, {"message": "invalid_token", "error": "not_found", "status": 401, "cause": []}),
    (401, {"message": "expired_token", "cause": [], "error": "not_found", "status": 401}),
    (401, {"code": "unauthorized", "message": "invalid access token"}),
    (401, {"code": "unauthorized", "message": "authorization value not present"}),
    (401, {"code": 401, "error": "unauthorized_request_error", "message": "Invalid caller.id", "cause": None}),
    (401, {"status": 401, "error_code": "unauthorized", "display_message": "invalid access token"}),
    (401, None),
    (403, {"code": "forbidden", "message": "invalid token"}),
]
DOUBTED = [
    (403, {"code": "forbidden", "message": "invalid token caller"}),
    (403, {"message": "Invalid caller.id", "error": "forbidden", "status": 403}),
    (403, {"message": "access_token was not sent", "error": "access_token_not_granted", "status": 403, "cause": []}),
    (403, None),
]
MALFORMED = (400, {"message": "Malformed access_token: X", "error": "bad_request", "status": 400, "cause": []})
NOT_THE_TOKEN = [
    (401, {"message": "blocked", "error": "unauthorized_scopes", "status": 401, "cause": []}),
    (401, {"message": "order", "error": "invalid_user_id_for_order", "status": 401, "cause": []}),
    (400, {"message": "Active listings quota reached", "error": "forbidden", "status": 400}),
    (404, {"message": "resource not found", "error": "not_found", "status": 404}),
]


class Tokens:
    """A provider that counts what is asked of it. `stored` is what another process has put in place."""

    def __init__(self, *, stored: str | None = None, expired: bool = False) -> None:
        self.known: str | None = OLD
        self.stored = stored
        self.expired = expired
        self.exchanges = 0
        self.rereads = 0
        self.refused_twice: list[str] = []

    def current(self) -> Secret | None:
        return Secret(self.known) if self.known and not self.expired else None

    async def token(self) -> Secret:
        if self.current() is None:
            self.exchanges += 1
            self.known, self.expired = NEW, False
        return Secret(self.known or "")

    async def invalidate(self, token: Secret) -> None:
        if self.known == token.reveal():
            self.known = None

    async def reread(self) -> None:
        self.rereads += 1
        if self.stored is not None:
            self.known = self.stored

    def refused_again(self, token: Secret) -> None:
        self.refused_twice.append(token.reveal())


def refused_once(status, body):
    """A transport that refuses the old token and takes the new one."""
    transport = FakeTransport()
    transport.answer(status, body)
    transport.answer(200, {"id": 1})
    return transport


async def ask(tokens, transport):
    session = MeliSession(tokens, transport=transport, throughput=10_000, retry=RetryPolicy.never())
    return await session.request("GET", "/users/me")


def sent(transport):
    return [request.token.reveal() for request in transport.requests]


@pytest.mark.parametrize(("status", "body"), DEAD)
async def test_a_refused_token_is_replaced_and_the_call_replayed_once(status, body):
    tokens, transport = Tokens(), refused_once(status, body)
    assert await ask(tokens, transport) == {"id": 1}
    assert (sent(transport), tokens.exchanges) == ([OLD, NEW], 1)


async def test_a_second_refusal_is_raised_and_told():
    tokens, transport = Tokens(), FakeTransport()
    transport.answer(*DEAD[0], times=2)
    with pytest.raises(UnauthorizedError):
        await ask(tokens, transport)
    assert (sent(transport), tokens.exchanges, tokens.refused_twice) == ([OLD, NEW], 1, [NEW])


@pytest.mark.parametrize(("status", "body"), DOUBTED)
async def test_a_403_never_spends_a_refresh_token_while_the_token_lives(status, body):
    tokens, transport = Tokens(), refused_once(status, body)
    with pytest.raises(ForbiddenError):
        await ask(tokens, transport)
    assert (sent(transport), tokens.exchanges, tokens.rereads) == ([OLD], 0, 1)


@pytest.mark.parametrize(("status", "body"), [*DOUBTED, MALFORMED])
async def test_a_token_that_another_process_has_renewed_is_tried_once(status, body):
    tokens, transport = Tokens(stored=NEW), refused_once(status, body)
    assert await ask(tokens, transport) == {"id": 1}
    assert (sent(transport), tokens.exchanges) == ([OLD, NEW], 0)


async def test_a_403_for_a_token_past_its_expiry_renews_it():
    tokens, transport = Tokens(), refused_once(*DOUBTED[1])
    original = transport.send

    async def send(request):
        tokens.expired = tokens.known == OLD
        return await original(request)

    transport.send = send
    assert await ask(tokens, transport) == {"id": 1}
    assert tokens.exchanges == 1


@pytest.mark.parametrize("expired", [False, True])
async def test_a_malformed_token_never_starts_an_exchange(expired):
    tokens, transport = Tokens(), FakeTransport()
    transport.answer(*MALFORMED)
    original = transport.send

    async def send(request):
        tokens.expired = expired
        return await original(request)

    transport.send = send
    with pytest.raises(MalformedTokenError):
        await ask(tokens, transport)
    assert (len(transport.requests), tokens.exchanges) == (1, 0)


@pytest.mark.parametrize(("status", "body"), NOT_THE_TOKEN)
async def test_what_has_nothing_to_do_with_the_token_leaves_it_alone(status, body):
    tokens, transport = Tokens(stored=NEW), FakeTransport()
    transport.answer(status, body)
    with pytest.raises(ResponseError):
        await ask(tokens, transport)
    assert (len(transport.requests), tokens.exchanges, tokens.rereads) == (1, 0, 0)
