import asyncio
import base64
import hashlib

import aiohttp
import pytest
from yarl import URL

from meli_sdk.sandbox import GLOBAL_SELLER_ID, LOCAL_SELLER_ID, Sandbox, SandboxOptions, TokenFault

VERIFIER = "a-verifier-of-at-least-forty-three-characters-long"
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
Body = dict[str, object]


def consent_url(box: Sandbox, **more: str) -> str:
    query = {
        "response_type": "code",
        "client_id": str(box.app_credentials.client_id),
        "redirect_uri": box.redirect_uri,
        "state": "s+1/2",
        **more,
    }
    return str(URL("https://auth.mercadolibre.com.ar/authorization").with_query(query))


async def post_token(http: aiohttp.ClientSession, box: Sandbox, **form: str) -> tuple[int, Body]:
    secret = {"client_id": str(box.app_credentials.client_id), "client_secret": box.app_credentials.client_secret}
    async with http.post(f"{box.url}/oauth/token", data={**secret, **form}) as response:
        return response.status, await response.json()


async def connect(http: aiohttp.ClientSession, box: Sandbox, user_id: int = LOCAL_SELLER_ID) -> Body:
    code = URL(await box.authorize(consent_url(box), user_id=user_id)).query["code"]
    status, body = await post_token(
        http, box, grant_type="authorization_code", code=code, redirect_uri=box.redirect_uri
    )
    assert status == 200
    return body


async def refresh(http: aiohttp.ClientSession, box: Sandbox, token: object) -> tuple[int, Body]:
    return await post_token(http, box, grant_type="refresh_token", refresh_token=str(token))


async def test_consent_page_names_the_application_its_permissions_and_the_sellers(box, http):
    async with http.get("/authorization", params=URL(consent_url(box)).query) as page:
        text = await page.text()
    assert page.status == 200
    assert "Sandbox Order Manager" in text
    assert "Read and write your sales" in text
    assert "Authorize (Autorizar)" in text
    assert all(f'value="{seller.id}"' in text for seller in box.sellers)


async def test_consent_page_escapes_what_the_query_says(box, http):
    async with http.get("/authorization", params=URL(consent_url(box, state='"><script>')).query) as page:
        assert "<script>" not in await page.text()


async def test_consent_comes_back_with_a_code_of_the_seller_and_the_state(box, http):
    back = URL(await box.authorize(consent_url(box), user_id=GLOBAL_SELLER_ID))
    assert str(back).startswith(box.redirect_uri)
    assert back.query["state"] == "s+1/2"
    assert back.query["code"].startswith("TG-")
    assert back.query["code"].endswith(f"-{GLOBAL_SELLER_ID}")
    async with http.get(back) as page:
        assert back.query["code"] in await page.text()


async def test_refused_consent_comes_back_with_access_denied(box, http):
    form = {**URL(consent_url(box)).query, "user_id": str(LOCAL_SELLER_ID), "decision": "cancel"}
    async with http.post("/authorization", data=form, allow_redirects=False) as back:
        assert back.status == 302
        assert dict(URL(back.headers["Location"]).query) == {"error": "access_denied", "state": "s+1/2"}


@pytest.mark.parametrize(
    "wrong", [{"redirect_uri": "http://127.0.0.1/other"}, {"client_id": "1"}, {"response_type": "token"}]
)
async def test_consent_page_refuses_a_request_that_does_not_match_the_application(box, wrong):
    with pytest.raises(ValueError, match="cannot connect to your account"):
        await box.authorize(consent_url(box, **wrong))


async def test_code_exchange_answers_the_documented_token(box, http):
    body = await connect(http, box)
    assert body["expires_in"] == 21600
    assert body["user_id"] == LOCAL_SELLER_ID
    assert body["token_type"] == "Bearer"
    assert "offline_access" in str(body["scope"])
    headers = {"Authorization": f"Bearer {body['access_token']}"}
    async with http.get("/users/me", headers=headers) as me:
        assert (await me.json())["id"] == LOCAL_SELLER_ID


async def test_code_works_once(box, http):
    code = URL(await box.authorize(consent_url(box))).query["code"]
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": box.redirect_uri}
    assert (await post_token(http, box, **form))[0] == 200
    status, body = await post_token(http, box, **form)
    assert (status, body["error"]) == (400, "invalid_grant")


async def test_code_dies_after_ten_minutes(box, http, clock):
    code = URL(await box.authorize(consent_url(box))).query["code"]
    clock.pass_by(minutes=10)
    status, body = await post_token(
        http, box, grant_type="authorization_code", code=code, redirect_uri=box.redirect_uri
    )
    assert (status, body["error"]) == (400, "invalid_grant")


async def test_challenge_needs_its_verifier(box, http):
    url = consent_url(box, code_challenge=CHALLENGE, code_challenge_method="S256")
    code = URL(await box.authorize(url)).query["code"]
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": box.redirect_uri}
    status, body = await post_token(http, box, **form)
    assert (status, body["error"]) == (400, "invalid_request")
    assert body["error_description"] == "code_verifier is a required parameter"
    assert (await post_token(http, box, **form, code_verifier="x" * 43))[1]["error"] == "invalid_grant"
    assert (await post_token(http, box, **form, code_verifier=VERIFIER))[0] == 200


async def test_application_with_pkce_refuses_consent_without_a_challenge():
    async with Sandbox(requires_pkce=True) as box:
        with pytest.raises(ValueError, match="code_challenge"):
            await box.authorize(consent_url(box))
        assert "code=" in await box.authorize(consent_url(box, code_challenge=CHALLENGE, code_challenge_method="S256"))


async def test_only_the_newest_refresh_token_works(box, http):
    first = await connect(http, box)
    status, second = await refresh(http, box, first["refresh_token"])
    assert status == 200
    assert second["refresh_token"] != first["refresh_token"]
    status, body = await refresh(http, box, first["refresh_token"])
    assert (status, body["error"]) == (400, "invalid_grant")
    assert (await refresh(http, box, second["refresh_token"]))[0] == 200


async def test_new_consent_replaces_the_older_refresh_token(box, http):
    first = await connect(http, box)
    await connect(http, box)
    assert (await refresh(http, box, first["refresh_token"]))[1]["error"] == "invalid_grant"


async def test_refresh_token_dies_after_six_months(box, http, clock):
    first = await connect(http, box)
    clock.pass_by(days=180)
    assert (await refresh(http, box, first["refresh_token"]))[1]["error"] == "invalid_grant"


async def test_revoked_grant_ends_both_tokens(box, http):
    first = await connect(http, box)
    box.revoke(LOCAL_SELLER_ID)
    assert (await refresh(http, box, first["refresh_token"]))[1]["error"] == "invalid_grant"
    async with http.get("/users/me", headers={"Authorization": f"Bearer {first['access_token']}"}) as me:
        assert me.status == 401


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({"grant_type": "client_credentials"}, "unsupported_grant_type"),
        ({"grant_type": "refresh_token"}, "invalid_request"),
        ({"grant_type": "refresh_token", "refresh_token": "TG-0-1"}, "invalid_grant"),
        ({"grant_type": "refresh_token", "client_secret": "wrong", "refresh_token": "TG-0-1"}, "invalid_client"),
        ({}, "invalid_request"),
    ],
)
async def test_token_endpoint_answers_the_documented_errors(box, http, form, error):
    status, body = await post_token(http, box, **form)
    assert (status, body["error"], body["status"]) == (400, error, 400)


async def test_grace_repeats_the_same_answer(clock):
    options = SandboxOptions(grace_seconds=30)
    async with Sandbox(now=clock, options=options) as box, aiohttp.ClientSession(box.url) as http:
        first = await connect(http, box)
        _, second = await refresh(http, box, first["refresh_token"])
        assert await refresh(http, box, first["refresh_token"]) == (200, second)
        clock.pass_by(seconds=30)
        assert (await refresh(http, box, first["refresh_token"]))[0] == 400


async def test_family_revocation_ends_the_grant_when_a_spent_token_comes_back():
    async with Sandbox(options=SandboxOptions(family_revocation=True)) as box, aiohttp.ClientSession(box.url) as http:
        first = await connect(http, box)
        _, second = await refresh(http, box, first["refresh_token"])
        await refresh(http, box, first["refresh_token"])
        assert (await refresh(http, box, second["refresh_token"]))[0] == 400


@pytest.mark.parametrize(("dies", "status"), [(False, 200), (True, 401)])
async def test_old_access_token_dies_only_where_the_option_says_so(dies, status):
    options = SandboxOptions(old_access_token_dies=dies)
    async with Sandbox(options=options) as box, aiohttp.ClientSession(box.url) as http:
        first = await connect(http, box)
        await refresh(http, box, first["refresh_token"])
        async with http.get("/users/me", headers={"Authorization": f"Bearer {first['access_token']}"}) as me:
            assert me.status == status


async def test_records_hold_no_secrets(box, http):
    body = await connect(http, box)
    async with http.get("/users/me", headers={"Authorization": f"Bearer {body['access_token']}"}):
        pass
    await refresh(http, box, body["refresh_token"])
    kept = repr(box.requests) + repr(box.app_credentials)
    assert str(body["access_token"]) not in kept
    assert str(body["refresh_token"]) not in kept
    assert box.app_credentials.client_secret not in kept
    assert (box.calls, box.oauth_calls) == (1, 2)
    assert b"grant_type=refresh_token" in box.requests[-1].body


# faults


@pytest.mark.parametrize(
    ("fault", "status", "kind"),
    [
        (TokenFault.ERROR_BEFORE_COMMIT, 500, "application/json"),
        (TokenFault.RATE_LIMITED, 429, "text/plain"),
    ],
)
async def test_a_refused_exchange_spends_nothing(box, http, fault, status, kind):
    first = await connect(http, box)
    box.fail_exchange(fault, times=2)
    form = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
    for _ in range(2):
        async with http.post(f"{box.url}/oauth/token", data=form) as response:
            assert (response.status, response.content_type) == (status, kind)
    assert (await refresh(http, box, first["refresh_token"]))[0] == 200


async def test_a_dropped_request_spends_nothing_and_a_dropped_answer_loses_the_tokens(box, http):
    first = await connect(http, box)
    box.fail_exchange(TokenFault.REQUEST_DROPPED)
    with pytest.raises(aiohttp.ClientError):
        await refresh(http, box, first["refresh_token"])
    status, second = await refresh(http, box, first["refresh_token"])
    assert status == 200
    box.fail_exchange(TokenFault.ANSWER_DROPPED)
    with pytest.raises(aiohttp.ClientError):
        await refresh(http, box, second["refresh_token"])
    status, body = await refresh(http, box, second["refresh_token"])
    assert (status, body["error"]) == (400, "invalid_grant")


async def test_a_slow_exchange_is_done_although_the_client_has_gone(box, http):
    first = await connect(http, box)
    box.fail_exchange(TokenFault.SLOW, seconds=0.2)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await refresh(http, box, first["refresh_token"])
    await asyncio.sleep(0.3)
    assert (await refresh(http, box, first["refresh_token"]))[1]["error"] == "invalid_grant"


async def test_an_answer_without_refresh_token_and_one_of_another_seller_spend_nothing(box, http):
    first = await connect(http, box)
    box.fail_exchange(TokenFault.NO_REFRESH_TOKEN)
    box.fail_exchange(TokenFault.OTHER_USER)
    status, body = await refresh(http, box, first["refresh_token"])
    assert (status, body["user_id"], "refresh_token" in body) == (200, LOCAL_SELLER_ID, False)
    status, body = await refresh(http, box, first["refresh_token"])
    assert (status, body["user_id"] == LOCAL_SELLER_ID) == (200, False)
    assert (await refresh(http, box, first["refresh_token"]))[1]["user_id"] == LOCAL_SELLER_ID


async def test_faults_need_wrong_secrets_or_tokens_to_be_refused_all_the_same(box, http):
    box.fail_exchange(TokenFault.OTHER_USER)
    assert (await refresh(http, box, "TG-nobodys"))[1]["error"] == "invalid_grant"
    with pytest.raises(ValueError, match="times must be at least 1"):
        box.fail_exchange(TokenFault.SLOW, times=0)


async def test_the_life_of_an_access_token_is_an_option(clock):
    async with (
        Sandbox(now=clock, options=SandboxOptions(access_token_seconds=10_800)) as box,
        aiohttp.ClientSession(box.url) as http,
    ):
        body = await connect(http, box)
        assert body["expires_in"] == 10_800
        clock.pass_by(seconds=10_800)
        async with http.get("/users/me", headers={"Authorization": f"Bearer {body['access_token']}"}) as me:
            assert me.status == 401


async def test_a_seller_takes_the_authorization_back(box, http):
    body = await connect(http, box)
    headers = {"Authorization": f"Bearer {body['access_token']}"}
    path = f"/users/{LOCAL_SELLER_ID}/applications/{box.app_credentials.client_id}"
    async with http.delete(f"/users/{GLOBAL_SELLER_ID}/applications/1", headers=headers) as refused:
        assert refused.status == 403
    async with http.delete(path, headers=headers) as done:
        assert (done.status, (await done.json())["msg"]) == (200, "Autorización eliminada")
    assert (await refresh(http, box, body["refresh_token"]))[1]["error"] == "invalid_grant"
    async with http.delete(path, headers=headers) as again:
        assert again.status == 401
