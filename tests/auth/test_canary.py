"""Every secret that was issued, searched for in everything that is printed, logged, raised, pickled or told."""

import asyncio
import copy
import json
import logging
import pickle
import traceback
import warnings
from pathlib import Path
from typing import Any

import attrs
import pytest
from yarl import URL

from meli_sdk import AppCredentials, GrantCipher, MeliApp, Pkce, Secret, SQLiteGrantStore
from meli_sdk.auth.oauth import new_state
from meli_sdk.errors import MeliError
from meli_sdk.sandbox import GLOBAL_SELLER_ID, LOCAL_SELLER_ID, Sandbox, TokenFault


class Ear:
    """Hears everything."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    def hear(self, *things: object) -> None:
        for thing in things:
            self.heard += [repr(thing), str(thing), f"{thing}", json.dumps(thing, default=repr)]
            if attrs.has(type(thing)):
                self.heard += [repr(attrs.asdict(thing)), repr(attrs.astuple(thing))]
            try:
                self.heard.append(repr(pickle.dumps(thing)))
            except (TypeError, AttributeError, pickle.PicklingError) as refused:
                self.heard.append(repr(refused))

    def hear_error(self, error: BaseException) -> None:
        """The error, what it hangs on, and the variables of every frame of the library that it passed."""
        seen: BaseException | None = error
        while seen is not None:
            self.hear(seen, seen.__dict__, pickle.loads(pickle.dumps(seen)).__dict__)  # noqa: S301  just made
            for frame, _ in traceback.walk_tb(seen.__traceback__):
                if "/meli_sdk/" in frame.f_code.co_filename and "/sandbox/" not in frame.f_code.co_filename:
                    self.heard.append(repr(frame.f_locals))
            seen = seen.__cause__ or seen.__context__

    async def expect(self, work: Any) -> None:
        with pytest.raises(MeliError) as raised:
            await work
        self.hear_error(raised.value)


async def test_no_secret_is_found_anywhere(tmp_path: Path, caplog, capfd, monkeypatch) -> None:
    monkeypatch.setattr("meli_sdk.auth.renewal.BACK_OFF", (0.01,))
    caplog.set_level(logging.DEBUG)
    asyncio.get_running_loop().set_debug(True)
    ear = Ear()
    secrets: set[str] = set()
    path = tmp_path / "grants.db"
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        async with Sandbox(seed=9) as box:
            key = GrantCipher.new_key()
            secrets |= {key, box.app_credentials.client_secret}
            credentials = AppCredentials(box.app_credentials.client_id, box.app_credentials.client_secret)
            for cipher in (GrantCipher(key), None):
                store = SQLiteGrantStore(path if cipher else tmp_path / "clear.db", cipher=cipher)
                app = MeliApp(
                    credentials,
                    store,
                    redirect_uri=box.redirect_uri,
                    base_url=box.url,
                    authorization_host=box.url,
                    throughput=10_000,
                    observers=[ear.hear],
                )
                async with app:
                    await scenario(app, store, box, ear, secrets)
                ear.hear(app, store, store.address, cipher)
            secrets |= set(box.world.access_tokens) | {grant.refresh_token for grant in box.world.grants.values()}
            secrets |= {spent for grant in box.world.grants.values() for spent in grant.spent}
    ear.heard += [str(warning.message) for warning in warned]
    ear.heard += [caplog.text, *(repr(record.__dict__) for record in caplog.records), *capfd.readouterr()]
    assert len(secrets) > 20
    assert len(ear.heard) > 300
    whole = "\n".join(ear.heard)
    assert [secret for secret in secrets if secret in whole] == []


async def scenario(app: MeliApp, store: SQLiteGrantStore, box: Sandbox, ear: Ear, secrets: set[str]) -> None:
    """All that can happen to tokens, good and bad."""
    state, pkce = new_state(), Pkce.create()
    url = app.authorization_url("MLA", state=state, pkce=pkce)
    secrets.add(pkce.verifier.reveal())
    back = await box.authorize(str(url), user_id=LOCAL_SELLER_ID)
    code = URL(back).query["code"]
    secrets.add(code)
    await ear.expect(app.connect(code, state=new_state()))  # without the verifier
    await ear.expect(app.connect(back, state=new_state()))
    ear.hear(await app.connect(back, state=state, pkce=pkce), pkce, Pkce.create())
    await ear.expect(app.connect(code, state=new_state()))
    session = app.session(LOCAL_SELLER_ID)
    ear.hear(await session.users.me(), session, session.users, app._refresher(LOCAL_SELLER_ID))
    record = await store.load(app.client_id, LOCAL_SELLER_ID)
    ear.hear(record, record.grant, record.info(), copy.deepcopy(record), await app.sellers())
    await ear.expect(session.request("GET", "/nowhere"))
    await ear.expect(app.import_grant(LOCAL_SELLER_ID, refresh_token="TG-imported-canary-000"))
    await ear.expect(app.import_grant(LOCAL_SELLER_ID, refresh_token="TG-imported-canary-000\n"))
    secrets.add("TG-imported-canary-000")
    for fault in (TokenFault.ERROR_BEFORE_COMMIT, TokenFault.RATE_LIMITED, TokenFault.REQUEST_DROPPED):
        box.expire_tokens()
        box.fail_exchange(fault, times=2)
        await ear.expect(session.users.me())
        app._refresher(LOCAL_SELLER_ID).forget()
    await session.users.me()
    box.expire_tokens()
    box.fail_exchange(TokenFault.OTHER_USER)
    await ear.expect(session.users.me())
    app._refresher(LOCAL_SELLER_ID).forget()
    box.expire_tokens()
    box.fail_next("POST /oauth/token", 200, b'{"access_token": 5, "refresh_token": "TG-answered-canary-000"}', times=2)
    secrets.add("TG-answered-canary-000")
    await ear.expect(session.users.me())
    app._refresher(LOCAL_SELLER_ID).forget()
    await session.users.me()
    box.expire_tokens()
    box.fail_exchange(TokenFault.ANSWER_DROPPED)
    await ear.expect(session.users.me())
    state = new_state()
    other = await box.authorize(str(app.authorization_url("CBT", state=state)), user_id=GLOBAL_SELLER_ID)
    secrets.add(URL(other).query["code"])
    box.fail_exchange(TokenFault.SLOW, seconds=0.2)
    cancelled = asyncio.create_task(app.connect(other, state=state))
    await asyncio.sleep(0.05)
    cancelled.cancel()
    await asyncio.wait([cancelled])
    ear.hear(cancelled)


def test_a_secret_shows_stars_however_it_is_printed() -> None:
    secret = Secret("APP_USR-0123456789-canary-4711")
    ear = Ear()
    ear.hear(secret, [secret], {"token": secret}, (secret,), copy.copy(secret), copy.deepcopy(secret))
    ear.heard += ["%s %r" % (secret, secret), f"{secret!s:>40}", f"{secret!a}", "".join(map(str, [secret]))]  # noqa: UP031
    assert not [said for said in ear.heard if "canary" in said]
    assert secret.masked() == "***4711"
    assert Secret("short-canary").masked() == "***"
    with pytest.raises(TypeError, match="cannot be pickled"):
        pickle.dumps(secret)
    with pytest.raises(TypeError, match="not JSON serializable"):
        json.dumps(secret)
    with pytest.raises(TypeError, match="cannot be pickled"):
        secret.__getstate__()
