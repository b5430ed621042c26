"""A seller connects, stays connected, and is kept apart from others: on the sandbox, over a real socket."""

import asyncio
import os
import stat
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from yarl import URL

from meli_sdk import AppCredentials, MeliApp, MemoryGrantStore, Pkce, SQLiteGrantStore, Timeouts
from meli_sdk.auth.oauth import new_state
from meli_sdk.errors import (
    AccountMismatchError,
    ConfigurationError,
    DeadlineExceededError,
    ForbiddenError,
    InputError,
    InvalidGrantError,
    MeliError,
    NoGrantError,
    ReauthorizationRequiredError,
    SessionStateError,
    StateMismatchError,
    StoreError,
)
from meli_sdk.sandbox import GLOBAL_SELLER_ID, LOCAL_SELLER_ID, Sandbox, SandboxOptions, TokenFault
from meli_sdk.sandbox import AppCredentials as SandboxCredentials
from meli_sdk.sites import SITES

pytestmark = pytest.mark.filterwarnings("ignore:MemoryGrantStore forgets:UserWarning")


@pytest.fixture
async def box() -> AsyncIterator[Sandbox]:
    async with Sandbox(seed=3) as started:
        yield started


@pytest.fixture
def grants(tmp_path: Path) -> Path:
    return tmp_path / "grants.db"


def second_application(box: Sandbox, client_id: int) -> SandboxCredentials:
    """Registers a second application like the first."""
    (first,) = box.world.apps.values()
    credentials = replace(box.app_credentials, client_id=client_id)
    box.world.apps[client_id] = replace(first, credentials=credentials)
    return credentials


def make_app(box: Sandbox, grants: Path, credentials: SandboxCredentials | None = None, **settings: Any) -> MeliApp:
    given = credentials or box.app_credentials
    return MeliApp(
        AppCredentials(given.client_id, given.client_secret),
        SQLiteGrantStore(grants),
        redirect_uri=box.redirect_uri,
        base_url=box.url,
        authorization_host=box.url,
        throughput=10_000,
        **settings,
    )


@pytest.fixture
async def app(box: Sandbox, grants: Path) -> AsyncIterator[MeliApp]:
    async with make_app(box, grants) as started:
        yield started


async def connect(app: MeliApp, box: Sandbox, seller: int, **more: Any) -> None:
    state = new_state()
    url = app.authorization_url("MLA", state=state)
    await app.connect(await box.authorize(str(url), user_id=seller), state=state, **more)


# the authorization URL


@pytest.mark.parametrize("site", [site for site in SITES.values() if site.authorization_host], ids=lambda site: site.id)
def test_every_site_has_the_authorization_page_of_its_country(site):
    credentials = AppCredentials(123456, "invented-secret")
    app = MeliApp(credentials, MemoryGrantStore(), redirect_uri="https://oms.example.com/callback")
    url = app.authorization_url(site.id, state=new_state())
    assert (url.scheme, url.host, url.path) == ("https", site.authorization_host, "/authorization")


def test_the_address_carries_client_redirect_and_state_and_pkce_if_asked():
    app = MeliApp(AppCredentials(123456, "s3cret"), MemoryGrantStore(), redirect_uri="https://oms.example.com/callback")
    state, pkce = new_state(), Pkce.create()
    plain = app.authorization_url("MLB", state=state).query
    assert dict(plain) == {
        "response_type": "code",
        "client_id": "123456",
        "redirect_uri": "https://oms.example.com/callback",
        "state": state,
    }
    proven = app.authorization_url("MLB", state=state, pkce=pkce).query
    assert (proven["code_challenge"], proven["code_challenge_method"]) == (pkce.challenge, "S256")


@pytest.mark.parametrize(
    "uri",
    [
        "http://oms.example.com/callback",
        "oms.example.com",
        "https://oms.example.com/cb?x=1",
        "https://a.example.com/#f",
    ],
)
def test_a_redirect_uri_that_cannot_be_registered_is_refused(uri):
    with pytest.raises(InputError, match="redirect_uri"):
        MeliApp(AppCredentials(123456, "s3cret"), MemoryGrantStore(), redirect_uri=uri)


def test_an_unknown_site_and_a_short_state_are_refused():
    app = MeliApp(AppCredentials(123456, "s3cret"), MemoryGrantStore(), redirect_uri="https://oms.example.com/callback")
    with pytest.raises(InputError, match=r"site must be one of .*MLB"):
        app.authorization_url("XXX", state=new_state())
    with pytest.raises(InputError, match="state must be at least"):
        app.authorization_url("MLB", state="1")


# connect


async def test_a_code_becomes_a_saved_grant_and_calls_work(app, box, grants):
    await connect(app, box, LOCAL_SELLER_ID)
    assert (await app.session(LOCAL_SELLER_ID).users.me()).id == LOCAL_SELLER_ID
    assert [info.user_id for info in await app.sellers()] == [LOCAL_SELLER_ID]
    async with make_app(box, grants) as restarted:
        assert (await restarted.session(LOCAL_SELLER_ID).users.me()).id == LOCAL_SELLER_ID


async def test_the_bare_code_is_enough(app, box):
    state = new_state()
    back = URL(await box.authorize(str(app.authorization_url("MLA", state=state)), user_id=LOCAL_SELLER_ID))
    info = await app.connect(back.query["code"], state=state)
    assert info.user_id == LOCAL_SELLER_ID


async def test_another_state_is_refused_before_the_exchange(app, box):
    state = new_state()
    back = await box.authorize(str(app.authorization_url("MLA", state=state)), user_id=LOCAL_SELLER_ID)
    with pytest.raises(StateMismatchError):
        await app.connect(back, state=new_state())
    assert (box.oauth_calls, await app.sellers()) == (0, ())


async def test_another_seller_than_the_one_asked_is_refused_and_not_saved(app, box):
    with pytest.raises(AccountMismatchError) as raised:
        await connect(app, box, LOCAL_SELLER_ID, user_id=GLOBAL_SELLER_ID)
    assert (raised.value.expected, raised.value.got) == (GLOBAL_SELLER_ID, LOCAL_SELLER_ID)
    assert await app.sellers() == ()


async def test_a_code_works_once(app, box):
    state = new_state()
    back = await box.authorize(str(app.authorization_url("MLA", state=state)), user_id=LOCAL_SELLER_ID)
    await app.connect(back, state=state)
    with pytest.raises(InvalidGrantError, match="start again"):
        await app.connect(URL(back).query["code"], state=new_state())


async def test_two_sellers_stand_side_by_side(app, box):
    await connect(app, box, LOCAL_SELLER_ID)
    await connect(app, box, GLOBAL_SELLER_ID)
    ids = [(await app.session(seller).users.me()).id for seller in (LOCAL_SELLER_ID, GLOBAL_SELLER_ID)]
    assert ids == [LOCAL_SELLER_ID, GLOBAL_SELLER_ID]


# staying connected


async def test_an_expired_token_is_renewed_once_however_many_ask(app, box):
    await connect(app, box, LOCAL_SELLER_ID)
    session = app.session(LOCAL_SELLER_ID)
    await session.users.me()
    box.expire_tokens()
    before = box.oauth_calls
    await asyncio.gather(*(session.users.me() for _ in range(20)))
    assert box.oauth_calls - before == 1


async def test_the_new_pair_is_saved_before_it_is_used(app, box, grants):
    await connect(app, box, LOCAL_SELLER_ID)
    box.expire_tokens()
    await app.session(LOCAL_SELLER_ID).users.me()
    async with make_app(box, grants) as restarted:
        before = box.oauth_calls
        await restarted.session(LOCAL_SELLER_ID).users.me()
        assert box.oauth_calls == before


async def test_a_revoked_grant_asks_for_reauthorization_and_then_makes_no_calls(app, box):
    await connect(app, box, LOCAL_SELLER_ID)
    box.revoke(LOCAL_SELLER_ID)
    with pytest.raises(ReauthorizationRequiredError) as raised:
        await app.session(LOCAL_SELLER_ID).users.me()
    assert raised.value.user_id == LOCAL_SELLER_ID
    calls = box.calls, box.oauth_calls
    with pytest.raises(ReauthorizationRequiredError):
        await app.session(LOCAL_SELLER_ID).users.me()
    assert (box.calls, box.oauth_calls) == calls
    assert [info.reauthorization_required for info in await app.sellers()] == [True]


# other people's tokens, and goodbye


async def test_an_import_never_replaces_a_living_grant_unasked(app, box):
    await connect(app, box, LOCAL_SELLER_ID)
    with pytest.raises(InputError, match="replace=True"):
        await app.import_grant(LOCAL_SELLER_ID, refresh_token="TG-invented")
    soon = datetime.now(UTC) + timedelta(hours=1)
    token = box.token(LOCAL_SELLER_ID)
    await app.import_grant(
        LOCAL_SELLER_ID, refresh_token="TG-invented", access_token=token, expires_at=soon, replace=True
    )
    assert (await app.session(LOCAL_SELLER_ID).users.me()).id == LOCAL_SELLER_ID


async def test_an_imported_refresh_token_alone_obtains_an_access_token_at_the_first_call(app, box, tmp_path):
    await connect(app, box, LOCAL_SELLER_ID)
    refresh_token = box.world.grants[box.app_credentials.client_id, LOCAL_SELLER_ID].refresh_token
    async with make_app(box, tmp_path / "other.db") as other:
        info = await other.import_grant(LOCAL_SELLER_ID, refresh_token=refresh_token)
        assert info.state == "connected"
        before = box.oauth_calls
        assert (await other.session(LOCAL_SELLER_ID).users.me()).id == LOCAL_SELLER_ID
        assert box.oauth_calls == before + 1


async def test_an_imported_token_that_has_ended_is_not_tried(app, box):
    await connect(app, box, LOCAL_SELLER_ID)
    refresh_token = box.world.grants[box.app_credentials.client_id, LOCAL_SELLER_ID].refresh_token
    past = datetime.now(UTC) - timedelta(seconds=1)
    await app.import_grant(
        LOCAL_SELLER_ID, refresh_token=refresh_token, access_token="APP_USR-ended", expires_at=past, replace=True
    )
    before = box.calls
    await app.session(LOCAL_SELLER_ID).users.me()
    assert box.calls == before + 1


async def test_a_dead_grant_is_replaced_without_asking(app, box):
    await connect(app, box, LOCAL_SELLER_ID)
    box.revoke(LOCAL_SELLER_ID)
    session = app.session(LOCAL_SELLER_ID)
    with pytest.raises(ReauthorizationRequiredError):
        await session.users.me()
    await connect(app, box, LOCAL_SELLER_ID)
    assert (await session.users.me()).id == LOCAL_SELLER_ID
    assert [info.state for info in await app.sellers()] == ["connected"]


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"refresh_token": ""}, "refresh_token is empty"),
        ({"refresh_token": "TG-1\n"}, "refresh_token is empty or holds white space"),
        ({"refresh_token": None}, "refresh_token is empty"),
        ({"refresh_token": "TG-1", "access_token": "a b"}, "access_token is empty or holds white space"),
        ({"refresh_token": "TG-1", "expires_at": datetime(2026, 1, 1)}, "expires_at: a date needs a time zone"),
    ],
)
async def test_what_cannot_be_imported_is_refused(app, given, says):
    with pytest.raises(InputError, match=says):
        await app.import_grant(LOCAL_SELLER_ID, **given)
    assert await app.sellers() == ()


async def test_disconnecting_takes_the_authorization_back_and_forgets(app, box):
    await connect(app, box, LOCAL_SELLER_ID)
    await connect(app, box, GLOBAL_SELLER_ID)
    await app.disconnect(LOCAL_SELLER_ID)
    assert (box.app_credentials.client_id, LOCAL_SELLER_ID) not in box.world.grants
    assert [info.user_id for info in await app.sellers()] == [GLOBAL_SELLER_ID]
    with pytest.raises(NoGrantError):
        await app.session(LOCAL_SELLER_ID).users.me()
    with pytest.raises(NoGrantError, match="there is nothing to disconnect"):
        await app.disconnect(LOCAL_SELLER_ID)


async def test_a_seller_whom_mercado_libre_does_not_let_go_stays_connected(app, box):
    await connect(app, box, LOCAL_SELLER_ID)
    box.fail_next("DELETE /users/{user_id}/applications/{app_id}", 403, {"error": "forbidden", "status": 403})
    with pytest.raises(ForbiddenError):
        await app.disconnect(LOCAL_SELLER_ID)
    assert [info.state for info in await app.sellers()] == ["connected"]
    await app.disconnect(LOCAL_SELLER_ID, revoke=False)
    assert await app.sellers() == ()
    assert (box.app_credentials.client_id, LOCAL_SELLER_ID) in box.world.grants


async def test_a_grant_that_has_ended_is_forgotten_without_a_call(app, box):
    await connect(app, box, LOCAL_SELLER_ID)
    box.revoke(LOCAL_SELLER_ID)
    await app.disconnect(LOCAL_SELLER_ID)
    assert await app.sellers() == ()
    await connect(app, box, LOCAL_SELLER_ID)
    box.revoke(LOCAL_SELLER_ID)
    with pytest.raises(ReauthorizationRequiredError):
        await app.session(LOCAL_SELLER_ID).users.me()
    before = box.calls, box.oauth_calls
    await app.disconnect(LOCAL_SELLER_ID)
    assert (box.calls, box.oauth_calls) == before


# faults of the token endpoint


@pytest.mark.parametrize(
    "fault", [TokenFault.ERROR_BEFORE_COMMIT, TokenFault.REQUEST_DROPPED, TokenFault.RATE_LIMITED], ids=str
)
async def test_a_passing_fault_of_the_token_endpoint_costs_no_call(app, box, fault, monkeypatch):
    monkeypatch.setattr("meli_sdk.auth.renewal.BACK_OFF", (0.01, 0.01, 0.01))
    await connect(app, box, LOCAL_SELLER_ID)
    box.expire_tokens()
    box.fail_exchange(fault, times=3)
    assert (await app.session(LOCAL_SELLER_ID).users.me()).id == LOCAL_SELLER_ID
    assert [info.state for info in await app.sellers()] == ["connected"]


async def test_an_answer_that_was_lost_is_told_by_the_call_that_lost_it(app, box, monkeypatch):
    monkeypatch.setattr("meli_sdk.auth.renewal.BACK_OFF", (0.01, 0.01, 0.01))
    await connect(app, box, LOCAL_SELLER_ID)
    box.expire_tokens()
    box.fail_exchange(TokenFault.ANSWER_DROPPED)
    with pytest.raises(ReauthorizationRequiredError, match="answer_lost"):
        await app.session(LOCAL_SELLER_ID).users.me()


async def test_a_slow_exchange_outlives_the_deadline_of_its_caller(app, box):
    await connect(app, box, LOCAL_SELLER_ID)
    box.expire_tokens()
    box.fail_exchange(TokenFault.SLOW, seconds=0.4)
    impatient = app.session(LOCAL_SELLER_ID).with_options(deadline=0.2, timeouts=Timeouts(attempt=0.2))
    with pytest.raises(DeadlineExceededError):
        await impatient.users.me()
    assert (await app.session(LOCAL_SELLER_ID).users.me()).id == LOCAL_SELLER_ID
    assert box.oauth_calls == 2


async def test_an_answer_without_refresh_token_keeps_the_seller(app, box):
    await connect(app, box, LOCAL_SELLER_ID)
    box.fail_exchange(TokenFault.NO_REFRESH_TOKEN)
    for _ in range(2):
        box.expire_tokens()
        assert (await app.session(LOCAL_SELLER_ID).users.me()).id == LOCAL_SELLER_ID


async def test_tokens_of_another_seller_are_refused_and_the_grant_lives_on(app, box):
    await connect(app, box, LOCAL_SELLER_ID)
    box.expire_tokens()
    box.fail_exchange(TokenFault.OTHER_USER)
    with pytest.raises(AccountMismatchError):
        await app.session(LOCAL_SELLER_ID).users.me()
    async with make_app(box, app._grants._path) as restarted:
        assert (await restarted.session(LOCAL_SELLER_ID).users.me()).id == LOCAL_SELLER_ID


@pytest.mark.parametrize(
    "options",
    [SandboxOptions(), SandboxOptions(old_access_token_dies=True), SandboxOptions(family_revocation=True)],
    ids=["default", "old token dies", "reuse ends the grant"],
)
async def test_whatever_mercado_libre_does_to_old_tokens_two_processes_keep_the_seller(options, tmp_path):
    async with Sandbox(seed=3, options=options) as box:
        path = tmp_path / "grants.db"
        async with make_app(box, path) as one, make_app(box, path) as other:
            await connect(one, box, LOCAL_SELLER_ID)
            for turn in range(3):
                box.expire_tokens()
                calls = [app.session(LOCAL_SELLER_ID).users.me() for app in (one, other) for _ in range(3)]
                assert {me.id for me in await asyncio.gather(*calls)} == {LOCAL_SELLER_ID}, turn
        assert box.oauth_calls == 1 + 3


async def test_two_applications_hold_grants_of_one_seller_independently(box, app, tmp_path):
    second = second_application(box, client_id=box.app_credentials.client_id + 1)
    async with make_app(box, tmp_path / "second.db", credentials=second) as other:
        await connect(app, box, LOCAL_SELLER_ID)
        await connect(other, box, LOCAL_SELLER_ID)
        for _ in range(2):
            box.expire_tokens()
            for one in (app, other):
                assert (await one.session(LOCAL_SELLER_ID).users.me()).id == LOCAL_SELLER_ID
        assert box.oauth_calls == 2 + 4
        await app.disconnect(LOCAL_SELLER_ID)
        assert (await other.session(LOCAL_SELLER_ID).users.me()).id == LOCAL_SELLER_ID
        assert [info.state for info in await other.sellers()] == ["connected"]


async def test_a_store_of_another_application_is_refused_before_anything_is_sent(box, app, grants):
    await connect(app, box, LOCAL_SELLER_ID)
    second = second_application(box, client_id=box.app_credentials.client_id + 1)
    async with make_app(box, grants, credentials=second) as wrong:
        before = box.calls, box.oauth_calls
        for use in (wrong.sellers(), wrong.session(LOCAL_SELLER_ID).users.me(), connect(wrong, box, LOCAL_SELLER_ID)):
            with pytest.raises(StoreError, match=r"grants\.db belong to app \d+, not \d+: use another store"):
                await use
        assert (box.calls, box.oauth_calls) == before


async def test_a_caller_who_gives_up_does_not_lose_the_code(app, box):
    state = new_state()
    back = await box.authorize(str(app.authorization_url("MLA", state=state)), user_id=LOCAL_SELLER_ID)
    box.fail_exchange(TokenFault.SLOW, seconds=0.2)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await app.connect(back, state=state)
    await app.aclose()
    async with make_app(box, app._grants._path) as restarted:
        assert [info.user_id for info in await restarted.sellers()] == [LOCAL_SELLER_ID]


async def test_a_closed_application_says_so(app, box):
    await connect(app, box, LOCAL_SELLER_ID)
    await app.aclose()
    await app.aclose()
    for use in (app.sellers(), app.session(LOCAL_SELLER_ID).users.me(), app.session(GLOBAL_SELLER_ID).users.me()):
        with pytest.raises(SessionStateError, match="closed"):
            await use


async def test_what_is_shown_of_a_grant_is_enough_to_compare_it(app, box):
    await connect(app, box, LOCAL_SELLER_ID)
    (info,) = await app.sellers()
    grant = box.world.grants[box.app_credentials.client_id, LOCAL_SELLER_ID]
    assert (info.access_token, info.refresh_token) == (
        f"***{grant.access_token[-4:]}",
        f"***{grant.refresh_token[-4:]}",
    )
    assert (info.reason, info.since, info.reauthorization_required) == (None, None, False)


# secrets


async def test_no_secret_is_shown_anywhere(app, box, caplog):
    caplog.set_level("DEBUG")
    await connect(app, box, LOCAL_SELLER_ID)
    secrets = [box.app_credentials.client_secret, "APP_USR-", "TG-"]
    session = app.session(LOCAL_SELLER_ID)
    await session.users.me()
    box.revoke(LOCAL_SELLER_ID)
    with pytest.raises(MeliError) as raised:
        await session.users.me()
    shown = [repr(app), repr(session), repr(await app.sellers()), str(raised.value), repr(raised.value), caplog.text]
    assert not [text for text in shown for secret in secrets if secret in text]


@pytest.mark.skipif(os.name == "nt", reason="POSIX file modes")
async def test_the_grant_file_is_for_its_owner_only(app, box, grants):
    await connect(app, box, LOCAL_SELLER_ID)
    assert stat.S_IMODE(grants.stat().st_mode) == 0o600


# settings


def test_an_application_comes_from_the_environment(monkeypatch, tmp_path):
    monkeypatch.setenv("MELI_CLIENT_ID", "123456")
    monkeypatch.setenv("MELI_CLIENT_SECRET", "s3cret")
    monkeypatch.delenv("MELI_GRANTS", raising=False)
    with pytest.raises(ConfigurationError, match="MELI_GRANTS is not set"):
        MeliApp.from_env()
    monkeypatch.setenv("MELI_GRANTS", str(tmp_path / "grants.db"))
    monkeypatch.setenv("MELI_API_URL", "http://api.mercadolibre.com")
    with pytest.raises(ConfigurationError, match="use https"):
        MeliApp.from_env()
    monkeypatch.setenv("MELI_API_URL", "https://api.mercadolibre.com")
    monkeypatch.setenv("MELI_TOKEN_EXCHANGE", "elsewhere")
    with pytest.raises(ConfigurationError, match="MELI_TOKEN_EXCHANGE is inline or detached, got 'elsewhere'"):
        MeliApp.from_env()
    monkeypatch.setenv("MELI_TOKEN_EXCHANGE", "detached")
    monkeypatch.setenv("MELI_THROUGHPUT", "fast")
    with pytest.raises(MeliError, match="fast"):
        MeliApp.from_env()
