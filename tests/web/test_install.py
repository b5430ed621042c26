"""A seller installs the application: the guide's steps, decided without a server, on the sandbox's own consent page."""

import re
from urllib.parse import urlencode

import pytest
from attrs import frozen

from meli_sdk import AppCredentials, MeliApp, MemoryGrantStore, errors
from meli_sdk.sandbox import LOCAL_SELLER_ID
from meli_sdk.web import install_routes

from .conftest import Browser

CALLBACK = "https://oms.example.com/meli/callback"


@frozen
class Settings:
    name: str


class Oms:
    """Saves channels; fails when told to."""

    def __init__(self) -> None:
        self.saved = []
        self.failure: Exception | None = None

    async def on_connected(self, seller):
        if self.failure:
            raise self.failure
        self.saved.append(seller)
        return Settings(seller.channel_name or f"channel of {seller.nickname}")


@pytest.fixture
def oms() -> Oms:
    return Oms()


def text(answer) -> str:
    return answer.body.decode()


async def consent(browser, box, doors, site="MLA", user_id=LOCAL_SELLER_ID) -> str:
    started = await browser.send("GET", str(doors.installation_url(site)))
    assert started.status == 302
    return await box.authorize(dict(started.headers)["location"], user_id=user_id)


def test_the_installation_address_is_stable_and_per_site(app):
    doors = install_routes(app)
    assert str(doors.installation_url("MLB")) == "https://oms.example.com/meli/install/MLB"
    assert doors.installation_url("CBT") == install_routes(app).installation_url("CBT")
    with pytest.raises(errors.InputError, match="MLB"):
        doors.installation_url("XXX")


async def test_it_leads_to_the_authorization_page_of_the_country(box):
    app = MeliApp(
        _credentials(box),
        _memory(),
        redirect_uri=CALLBACK,
    )
    browser = Browser(install_routes(app))
    for site, host in (("MLB", "auth.mercadolivre.com.br"), ("CBT", "global-selling.mercadolibre.com")):
        started = await browser.send("GET", f"https://oms.example.com/meli/install/{site}")
        assert dict(started.headers)["location"].startswith(f"https://{host}/authorization?")
    assert (await browser.send("GET", "https://oms.example.com/meli/install/XXX")).status == 404
    await app.aclose()


async def test_connected_saved_and_only_then_said(app, box, oms):
    doors = install_routes(app, on_connected=oms.on_connected)
    browser = Browser(doors)
    back = await consent(browser, box, doors)
    page = await browser.send("GET", back)
    assert page.status == 200
    assert [(seller.user_id, seller.site_id) for seller in oms.saved] == [(LOCAL_SELLER_ID, "MLA")]
    assert "is saved" in text(page)
    assert [info.user_id for info in await app.sellers()] == [LOCAL_SELLER_ID]


async def test_a_person_picks_the_account_and_names_the_channel(app, box, oms):
    doors = install_routes(app, on_connected=oms.on_connected, accounts=["Retail", "Wholesale"])
    browser = Browser(doors)
    page = await browser.send("GET", await consent(browser, box, doors))
    assert "Wholesale" in text(page)
    assert oms.saved == []
    proof = re.search(r'name="proof" value="([^"]+)"', text(page))[1]

    def form(**fields):
        return urlencode({"proof": proof, "account": "Wholesale", "channel_name": "Argentina", **fields}).encode()

    channel = "https://oms.example.com/meli/channel"
    assert (await browser.send("POST", channel, form(channel_name="  "))).status == 400
    assert (await browser.send("POST", channel, form(account="Other"))).status == 400
    assert (await browser.send("POST", channel, form(proof="x"))).status == 400
    assert oms.saved == []
    saved = await browser.send("POST", channel, form())
    assert "Argentina" in text(saved)
    assert [(seller.account, seller.channel_name) for seller in oms.saved] == [("Wholesale", "Argentina")]
    again = await browser.send("POST", channel, form())
    assert (again.status, len(oms.saved)) == (400, 1)


async def test_a_channel_that_could_not_be_saved_is_not_said_to_be(app, box, oms):
    doors = install_routes(app, on_connected=oms.on_connected)
    browser = Browser(doors)
    for failure, status in ((errors.ConfigurationError("seller has a channel"), 400), (OSError("disk"), 500)):
        oms.failure = failure
        page = await browser.send("GET", await consent(browser, box, doors))
        assert page.status == status
        assert "not saved" in text(page)
        assert "disk" not in text(page)
    assert len(await app.sellers()) == 1


async def test_a_refusal_is_told_apart_and_changes_nothing(app, box, oms):
    doors = install_routes(app, on_connected=oms.on_connected)
    browser = Browser(doors)
    back = await consent(browser, box, doors)
    state = re.search(r"state=([^&]+)", back)[1]
    page = await browser.send("GET", f"{CALLBACK}?error=access_denied&state={state}")
    assert "did not authorise" in text(page)
    assert (await app.sellers(), oms.saved) == ((), [])


async def test_a_state_of_another_browser_is_refused_before_any_exchange(app, box):
    doors = install_routes(app)
    mine, theirs = Browser(doors), Browser(doors)
    await consent(theirs, box, doors)
    back = await consent(mine, box, doors)
    assert (await theirs.send("GET", back)).status == 400
    assert (await Browser(doors).send("GET", back)).status == 400
    assert (box.oauth_calls, await app.sellers()) == (0, ())


async def test_an_installation_ends_after_ten_minutes(app, box):
    now = [1_000_000.0]
    doors = install_routes(app, clock=lambda: now[0])
    browser = Browser(doors)
    back = await consent(browser, box, doors)
    now[0] += 601
    assert "too long" in text(await browser.send("GET", back))
    assert box.oauth_calls == 0


async def test_a_cookie_that_was_changed_is_refused(app, box):
    doors = install_routes(app)
    browser = Browser(doors)
    back = await consent(browser, box, doors)
    value = browser.cookies["meli_install"]
    browser.cookies["meli_install"] = ("A" if value[0] != "A" else "B") + value[1:]
    assert (await browser.send("GET", back)).status == 400
    assert box.oauth_calls == 0


async def test_pkce_travels_with_the_browser_where_the_panel_asks_for_it(app, box):
    doors = install_routes(app, pkce=True)
    browser = Browser(doors)
    page = await browser.send("GET", await consent(browser, box, doors))
    assert page.status == 200
    assert len(await app.sellers()) == 1


async def test_another_process_of_the_server_can_answer_the_callback(app, box):
    first, second = install_routes(app), install_routes(app)
    browser = Browser(first)
    back = await consent(browser, box, first)
    browser.doors = second
    assert (await browser.send("GET", back)).status == 200


async def test_pages_keep_the_code_from_leaking(app, box):
    doors = install_routes(app)
    browser = Browser(doors)
    page = await browser.send("GET", await consent(browser, box, doors))
    headers = dict(page.headers)
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cache-control"] == "no-store"
    assert headers["content-security-policy"].startswith("default-src 'none'")
    cookie = next(value for name, value in page.headers if name == "set-cookie")
    assert {"HttpOnly", "SameSite=Lax", "Secure"} <= set(cookie.split("; "))


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"path": "meli"}, "path must begin"),
        ({"path": "/meli/"}, "path must begin"),
        ({"receive": print}, "128 random bits"),
        ({"receive": print, "path_token": "short"}, "128 random bits"),
        ({"receive": print, "path_token": "a/b" * 20}, "128 random bits"),
    ],
)
def test_wrong_settings_are_refused_when_the_doors_are_made(app, settings, says):
    with pytest.raises(errors.InputError, match=says):
        install_routes(app, **settings)


async def test_an_application_without_redirect_uri_has_no_doors(box):
    async with MeliApp(_credentials(box), _memory()) as bare:
        with pytest.raises(errors.InputError, match="redirect_uri"):
            install_routes(bare)


def _credentials(box):
    return AppCredentials(box.app_credentials.client_id, box.app_credentials.client_secret)


def _memory() -> MemoryGrantStore:
    with pytest.warns(UserWarning, match="forgets"):
        return MemoryGrantStore()
