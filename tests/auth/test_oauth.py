"""OAuth as Mercado Libre speaks it: what comes back from the browser, and every documented refusal, through the app."""

import asyncio
import base64
import hashlib
import traceback
from datetime import UTC, datetime, timedelta

import pytest

from meli_sdk import AppCredentials, MeliApp, MemoryGrantStore, Pkce, Secret
from meli_sdk.auth.oauth import new_state
from meli_sdk.auth.states import STATE_LIFETIME
from meli_sdk.errors import (
    AccountMismatchError,
    ApplicationBlockedError,
    AuthError,
    BadRequestError,
    ConfigurationError,
    DecodeError,
    ForbiddenError,
    InputError,
    InvalidGrantError,
    MeliConnectionError,
    MeliError,
    OutcomeUnknownError,
    RateLimitedError,
    ServerError,
    StateMismatchError,
    StoreError,
)
from meli_sdk.sandbox import Sandbox
from meli_sdk.testing import FakeTransport

pytestmark = pytest.mark.filterwarnings("ignore:MemoryGrantStore forgets:UserWarning")

APP, SELLER = 7303403986570048, 118320047
REDIRECT = "https://oms.example.com/callback"
CODE = "TG-5f0c1a2b3c4d5e6f7a8b9c0d-118320047"
TOKENS = {
    "access_token": "APP_USR-canary-access",
    "token_type": "bearer",
    "expires_in": 10_800,
    "scope": "offline_access read write",
    "user_id": SELLER,
    "refresh_token": "TG-canary-refresh",
}


@pytest.fixture
def transport():
    return FakeTransport()


@pytest.fixture
def app(transport):
    return MeliApp(AppCredentials(APP, "canary-secret"), MemoryGrantStore(), redirect_uri=REDIRECT, transport=transport)


def come_back(**query):
    return f"{REDIRECT}?" + "&".join(f"{name}={value}" for name, value in query.items())


async def connect(app, **more):
    state = new_state()
    return await app.connect(come_back(code=CODE, state=state), state=state, **more)


def form_of(transport):
    form = transport.requests[-1].form
    return {name: value.reveal() if isinstance(value, Secret) else value for name, value in form.items()}


# the exchange


async def test_the_code_is_exchanged_in_the_body_of_one_post(app, transport):
    transport.answer(200, TOKENS)
    info = await connect(app)
    assert transport.paths() == ["POST /oauth/token"]
    assert form_of(transport) == {
        "grant_type": "authorization_code",
        "client_id": str(APP),
        "client_secret": "canary-secret",
        "code": CODE,
        "redirect_uri": REDIRECT,
    }
    assert (info.user_id, info.state, info.scope) == (SELLER, "connected", {"offline_access", "read", "write"})
    left = info.expires_at - datetime.now(UTC)
    assert timedelta(seconds=10_700) < left <= timedelta(seconds=10_800)


async def test_the_proof_key_is_the_hash_that_was_announced(app, transport):
    transport.answer(200, TOKENS)
    state, pkce = new_state(), Pkce.create()
    announced = app.authorization_url("MLB", state=state, pkce=pkce).query["code_challenge"]
    await app.connect(come_back(code=CODE, state=state), state=state, pkce=pkce)
    verifier = form_of(transport)["code_verifier"]
    digest = hashlib.sha256(verifier.encode()).digest()
    assert base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == announced
    assert 43 <= len(verifier) <= 128


@pytest.mark.parametrize("status", [500, 502])
async def test_a_code_is_never_sent_twice(app, transport, status):
    transport.answer(status, {"message": "internal error"})
    with pytest.raises(ServerError):
        await connect(app)
    transport.fail(MeliConnectionError("the connection broke"))
    with pytest.raises(OutcomeUnknownError):
        await connect(app)
    assert len(transport.requests) == 2


async def test_a_store_that_cannot_be_read_costs_no_code(app, transport, monkeypatch):
    async def load(client_id, user_id):
        message = "grants.db: disk I/O error"
        raise StoreError(message)

    monkeypatch.setattr(app._grants, "load", load)
    with pytest.raises(StoreError):
        await connect(app)
    assert transport.requests == []


async def test_closing_ends_where_first_tokens_cannot_be_saved_and_says_that_they_are_lost(app, transport, caplog):
    tried = asyncio.Event()

    async def swap(record, *, expected_version):
        tried.set()
        message = "grants.db: database or disk is full"
        raise StoreError(message)

    app._grants.swap = swap
    transport.answer(200, TOKENS)
    connecting = asyncio.create_task(connect(app))
    await tried.wait()
    await app.aclose()
    with pytest.raises(StoreError, match=r"disk is full.*the seller has to authorise again"):
        await connecting
    assert "closing: the new tokens of seller" in caplog.text


# what comes back from the browser


@pytest.mark.parametrize(
    "redirected",
    [CODE, f"  {CODE}\n", come_back(code=CODE, state="{state}"), come_back(state="{state}", code=CODE, more="x")],
    ids=["bare", "white space around it", "url", "other parameters"],
)
async def test_the_url_or_the_bare_code_is_taken(app, transport, redirected):
    transport.answer(200, TOKENS)
    state = new_state()
    await app.connect(redirected.replace("{state}", state), state=state)
    assert form_of(transport)["code"] == CODE


@pytest.mark.parametrize(
    ("redirected", "error", "says"),
    [
        (come_back(error="access_denied", state="{state}"), AuthError, "did not authorise the application"),
        (come_back(code=CODE), StateMismatchError, "start again"),
        (come_back(code=CODE, state="another"), StateMismatchError, "start again"),
        (come_back(state="{state}"), InputError, "there is no code in this"),
        (come_back(code="x y", state="{state}"), InputError, "there is no code in this"),
        ("", InputError, "there is no code in this"),
        (None, InputError, "there is no code in this"),
        ("https://[", InputError, "there is no code in this"),
        ("x" * 1_000_000, InputError, "there is no code in this"),
    ],
    ids=["refused", "no state", "other state", "no code", "odd code", "nothing", "None", "no url", "endless"],
)
async def test_what_is_no_consent_is_told_and_nothing_is_sent(app, transport, redirected, error, says):
    state = new_state()
    given = redirected.replace("{state}", state) if redirected else redirected
    with pytest.raises(error, match=says):
        await app.connect(given, state=state)
    assert transport.requests == []


async def test_a_refusal_has_its_code(app):
    with pytest.raises(AuthError) as raised:
        await app.connect(come_back(error="access_denied"), state=new_state())
    assert raised.value.code == "access_denied"


# the state


def test_a_state_has_256_random_bits():
    states = {new_state() for _ in range(100)}
    assert len(states) == 100
    assert {len(state) for state in states} == {43 + 1 + 8}


async def test_a_state_is_good_once(app, transport):
    transport.answer(200, TOKENS)
    state = new_state()
    app.authorization_url("MLB", state=state)
    await app.connect(come_back(code=CODE, state=state), state=state)
    with pytest.raises(StateMismatchError, match="has come back before"):
        await app.connect(come_back(code=CODE, state=state), state=state)
    with pytest.raises(InputError, match="state was used already"):
        app.authorization_url("MLB", state=state)
    assert len(transport.requests) == 1


@pytest.mark.parametrize("sent_here", [True, False], ids=["sent by this process", "sent by another"])
async def test_a_state_is_good_for_ten_minutes(app, transport, sent_here, monkeypatch):
    now = datetime.now(UTC).replace(microsecond=0)
    moments = [now]
    monkeypatch.setattr(app.pipeline.clock, "now", lambda: moments[-1])
    for late in (timedelta(0), timedelta(seconds=1)):
        state = new_state(now)
        moments.append(now)
        if sent_here:
            app.authorization_url("MLB", state=state)
        moments.append(now + STATE_LIFETIME + late)
        if late:
            with pytest.raises(StateMismatchError, match="ten minutes"):
                await app.connect(come_back(code=CODE, state=state), state=state)
        else:
            transport.answer(200, TOKENS)
            await app.connect(come_back(code=CODE, state=state), state=state)
    assert len(transport.requests) == 1


async def test_a_state_of_ones_own_making_is_measured_where_it_was_sent(app, transport, monkeypatch):
    now = datetime.now(UTC)
    moments = [now]
    monkeypatch.setattr(app.pipeline.clock, "now", lambda: moments[-1])
    state = "a-state-of-our-own-of-enough-letters"
    app.authorization_url("MLB", state=state)
    moments.append(now + timedelta(minutes=11))
    with pytest.raises(StateMismatchError, match="ten minutes"):
        await app.connect(come_back(code=CODE, state=state), state=state)
    transport.answer(200, TOKENS)
    elsewhere = "another-state-that-this-process-never-saw"
    assert (await app.connect(come_back(code=CODE, state=elsewhere), state=elsewhere)).user_id == SELLER


async def test_old_states_are_forgotten(app, monkeypatch):
    now = datetime.now(UTC)
    moments = [now]
    monkeypatch.setattr(app.pipeline.clock, "now", lambda: moments[-1])
    for _ in range(50):
        app.authorization_url("MLB", state=new_state(now))
    moments.append(now + timedelta(hours=1))
    app.authorization_url("MLB", state=new_state())
    assert len(app._states._sent) == 1


# refusals


def refused(error, status=400, **more):
    return status, {"error": error, "error_description": "said so", "status": status, "cause": [], **more}


REFUSALS = {
    "invalid_client": (
        refused("invalid_client"),
        ConfigurationError,
        rf"client_id {APP} was refused.*User ID instead of the App ID",
    ),
    "invalid_grant": (refused("invalid_grant"), InvalidGrantError, "used already or has expired.*redirect_uri.*PKCE"),
    "invalid_scope": (refused("invalid_scope"), ConfigurationError, "offline_access, read and write"),
    "invalid_request": (refused("invalid_request"), ConfigurationError, "missing, malformed or given twice"),
    "pkce ticked": (
        refused("invalid_request", error_description="code_verifier is a required parameter"),
        ConfigurationError,
        "PKCE .ticked in the developer panel.*Pkce.create",
    ),
    "unsupported_grant_type": (refused("unsupported_grant_type"), ConfigurationError, "only authorization_code"),
    "forbidden": (refused("forbidden", 403), AuthError, "another user's, this address is blocked"),
    "unauthorized_client": (refused("unauthorized_client"), AuthError, "has not granted"),
    "unauthorized_application": (
        refused("unauthorized_application"),
        ApplicationBlockedError,
        "blocked the application",
    ),
    "operator": (refused("invalid_operator_user_id"), AuthError, "log in as the account's main user"),
    "operator in the message": (
        refused("invalid_request", error_description="invalid_operator_user_id"),
        AuthError,
        "log in as the account's main user",
    ),
    "message instead of description": (
        (400, {"message": "credenciales inv&aacute;lidas", "error": "invalid_client", "status": 400, "cause": []}),
        ConfigurationError,
        "was refused",
    ),
    "error alone": ((400, {"message": "x", "error": "invalid_grant"}), InvalidGrantError, "start again"),
    "local_rate_limited": (refused("local_rate_limited", 429), RateLimitedError, "local_rate_limited"),
    "local_rate_limited as text": ((429, "local_rate_limited"), RateLimitedError, "local_rate_limited"),
    "internal_error": (refused("internal_error", message="error_role_idp"), BadRequestError, "internal_error"),
    "html": ((403, "<html><body>Access denied</body></html>"), ForbiddenError, "403"),
}


@pytest.mark.parametrize("name", REFUSALS)
async def test_each_refusal_of_the_token_endpoint_has_a_class_and_a_remedy(name):
    (status, body), error, says = REFUSALS[name]
    credentials, store = AppCredentials(APP, "canary-secret"), MemoryGrantStore()
    async with Sandbox(seed=3) as box, MeliApp(credentials, store, redirect_uri=REDIRECT, base_url=box.url) as app:
        box.fail_next("POST /oauth/token", status, body.encode() if isinstance(body, str) else body)
        with pytest.raises(MeliError, match=rf"(?s)POST /oauth/token: .*{says}") as raised:
            await connect(app)
        assert type(raised.value) is error
        if isinstance(raised.value, AuthError):
            assert raised.value.code is not None
        assert (await app.sellers(), box.oauth_calls) == ((), 1)


async def test_a_refused_refresh_token_has_words_of_its_own(app, transport):
    transport.answer(400, {"error": "invalid_grant", "message": "x", "status": 400})
    await app.import_grant(SELLER, refresh_token="TG-old")
    with pytest.raises(AuthError, match="revoked_or_expired"):
        await app.session(SELLER).users.me()
    assert form_of(transport) == {
        "grant_type": "refresh_token",
        "client_id": str(APP),
        "client_secret": "canary-secret",
        "refresh_token": "TG-old",
    }


# answers that are odd


async def test_another_seller_than_the_one_asked_is_refused_and_nothing_is_saved(app, transport):
    transport.answer(200, TOKENS)
    await connect(app)
    before = await app.sellers()
    transport.answer(200, {**TOKENS, "user_id": SELLER + 1})
    with pytest.raises(AccountMismatchError, match="nothing was saved") as raised:
        await connect(app, user_id=SELLER)
    assert (raised.value.expected, raised.value.got) == (SELLER, SELLER + 1)
    assert await app.sellers() == before


async def test_without_a_refresh_token_the_remedy_is_offline_access(app, transport):
    transport.answer(200, {**TOKENS, "refresh_token": None})
    with pytest.raises(AuthError, match="enable offline_access"):
        await connect(app)
    assert await app.sellers() == ()


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("<html>ok</html>", "it is no JSON"),
        ([TOKENS], "no JSON object"),
        ({**TOKENS, "access_token": ""}, "access_token is missing"),
        ({**TOKENS, "access_token": 5}, "access_token is missing"),
        ({**TOKENS, "user_id": None}, "user_id is missing"),
        ({**TOKENS, "user_id": "seller"}, "user_id is missing"),
    ],
)
async def test_an_answer_without_tokens_is_an_error_that_shows_nothing_of_it(app, transport, body, says):
    transport.answer(200, body)
    with pytest.raises(DecodeError, match=says) as raised:
        await connect(app)
    frames = [frame for frame, _ in traceback.walk_tb(raised.value.__traceback__)]
    library = [repr(frame.f_locals) for frame in frames if "/src/meli_sdk/" in frame.f_code.co_filename]
    assert library
    assert not [shown for shown in (*library, str(raised.value)) if "canary" in shown]
    assert raised.value.raw is None


@pytest.mark.parametrize(
    "odd",
    [
        {"expires_in": None},
        {"expires_in": "soon"},
        {"expires_in": -1},
        {"expires_in": 10**15},
        {"scope": None},
        {"scope": ["read"]},
        {"user_id": str(SELLER)},
        {"token_type": 7},
    ],
    ids=str,
)
async def test_tokens_are_never_thrown_away_for_something_odd_beside_them(app, transport, odd):
    transport.answer(200, {**TOKENS, **odd})
    assert (await connect(app)).user_id == SELLER
    assert app._refresher(SELLER).current() is None
    assert await app._refresher(SELLER).token() == Secret("APP_USR-canary-access")


async def test_a_clock_that_is_off_is_told_once(app, transport, caplog):
    for _ in range(2):
        transport.answer(200, TOKENS, headers={"Date": "Wed, 20 May 2020 10:00:00 GMT"})
        await connect(app)
    assert caplog.text.count("off Mercado Libre's: set it by NTP") == 1


@pytest.mark.parametrize(
    ("credentials", "grants", "says"),
    [
        (AppCredentials(1, "s"), "grants.db", "grants must be a store such as SQLiteGrantStore.*got 'grants.db'"),
        (("1", "s"), None, r"credentials must be meli_sdk.AppCredentials\(client_id, client_secret\), got tuple"),
    ],
)
def test_what_is_no_application_is_refused(credentials, grants, says):
    with pytest.raises(InputError, match=says):
        MeliApp(credentials, grants or MemoryGrantStore())
