"""A seller installs the application: installation URL, authorization page, callback, account and channel name.

What has to be remembered between two requests travels in a signed cookie of the seller's own browser, so any process
of a web server can answer the next one, and a state that was made for another browser is refused.
"""

import hmac
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, Protocol

from attrs import evolve, frozen

from meli_sdk import errors
from meli_sdk.app import MeliApp
from meli_sdk.auth.oauth import Pkce, new_state
from meli_sdk.secret import Secret
from meli_sdk.sites import SITES
from meli_sdk.web import pages
from meli_sdk.web.exchange import WebRequest, WebResponse, plain
from meli_sdk.web.signing import LIFETIME_SECONDS, seal, unseal

LOGGER: Final = logging.getLogger("meli_sdk.web")

INSTALL_COOKIE: Final = "meli_install"
CHANNEL_COOKIE: Final = "meli_channel"
_MAX_NAME: Final = 80


@frozen(kw_only=True)
class ConnectedSeller:
    """A seller who has just authorised the application; the grant is saved."""

    user_id: int
    site_id: str
    nickname: str | None
    account: str | None = None
    """What the person picked on the landing page, where `accounts` were offered."""
    channel_name: str | None = None
    """The name the person gave the channel, where `accounts` were offered."""


class NamedSettings(Protocol):
    """The settings of a channel, as far as a page needs them."""

    @property
    def name(self) -> str:
        """Of the channel."""
        ...


OnConnected = Callable[[ConnectedSeller], Awaitable[NamedSettings | None]]
"""Saves the channel's settings and returns them. The page says "saved" after it has returned."""


@frozen(kw_only=True)
class Installation:
    """The install pages of one application, sans I/O."""

    app: MeliApp
    key: bytes
    """Signs the cookies."""
    callback_path: str
    channel_path: str
    secure: bool
    """Whether cookies travel over https alone."""
    pkce: bool
    accounts: Sequence[str]
    on_connected: OnConnected | None

    def start(self, site_id: str, now: float) -> WebResponse:
        """The installation URL: leads to the authorization page of the seller's country."""
        if site_id not in SITES:
            return plain(404, f"no site {site_id[:8]!r}; there are {', '.join(sorted(SITES))}")
        state = new_state()
        pkce = Pkce.create() if self.pkce else None
        url = self.app.authorization_url(site_id, state=state, pkce=pkce)
        values = {"state": state, "site": site_id}
        if pkce is not None:
            values["verifier"] = pkce.verifier.reveal()
        cookie = self._cookie(INSTALL_COOKIE, seal(self.key, INSTALL_COOKIE, values, now))
        return WebResponse(status=302, headers=(("location", str(url)), ("cache-control", "no-store"), cookie))

    async def come_back(self, request: WebRequest, now: float) -> WebResponse:
        """The callback: exchanges the code, saves the grant, and then says so."""
        forget = (self._cookie(INSTALL_COOKIE, ""),)
        kept = unseal(self.key, INSTALL_COOKIE, request.cookie(INSTALL_COOKIE), now)
        again = "Open the installation link again, in one browser, and press Authorize within ten minutes."
        if kept is None:
            return pages.refused("This browser did not start the installation, or it took too long.", again, forget)
        given = request.parameters().get("state", "")
        if not hmac.compare_digest(given.encode(), kept["state"].encode()):
            return pages.refused("The answer does not belong to this installation.", again, forget)
        pkce = Pkce(Secret(kept["verifier"])) if "verifier" in kept else None
        try:
            info = await self.app.connect(f"{self.app.redirect_uri}?{request.query}", state=kept["state"], pkce=pkce)
            seller = await self._describe(info.user_id, kept["site"])
        except errors.AuthError as wrong:
            denied = wrong.code == "access_denied"
            reason = "You did not authorise the application. Nothing was changed." if denied else str(wrong)
            return pages.refused(reason, again, forget)
        except errors.MeliError as wrong:
            LOGGER.warning("an installation failed: %s", wrong)
            return pages.refused("Mercado Libre did not complete the installation.", f"{wrong} {again}", forget, 502)
        if not self.accounts:
            return await self._finish(seller, forget)
        values = {"user_id": str(seller.user_id), "site": seller.site_id, "nickname": seller.nickname or ""}
        sealed = seal(self.key, CHANNEL_COOKIE, {**values, "proof": new_state()}, now)
        return self._choose(sealed, now, None, forget)

    async def save(self, request: WebRequest, now: float) -> WebResponse:
        """The form of the landing page: account and channel name."""
        forget = (self._cookie(CHANNEL_COOKIE, ""),)
        sealed = request.cookie(CHANNEL_COOKIE)
        kept = unseal(self.key, CHANNEL_COOKIE, sealed, now)
        form = request.form()
        if kept is None or not hmac.compare_digest(form.get("proof", "").encode(), kept["proof"].encode()):
            again = "The seller stays connected. Open the installation link again to create the channel."
            return pages.refused(
                "This page is too old, or belongs to another browser. No channel was saved.", again, ()
            )
        name, account = form.get("channel_name", "").strip(), form.get("account", "")
        if not 0 < len(name) <= _MAX_NAME or not name.isprintable():
            return self._choose(sealed or "", now, f"A channel name has 1 to {_MAX_NAME} characters.", ())
        if account not in self.accounts:
            return self._choose(sealed or "", now, "Pick one of the accounts.", ())
        seller = ConnectedSeller(user_id=int(kept["user_id"]), site_id=kept["site"], nickname=kept["nickname"] or None)
        return await self._finish(evolve(seller, account=account, channel_name=name), forget)

    async def _describe(self, user_id: int, site_id: str) -> ConnectedSeller:
        me = await self.app.session(user_id).users.me()
        return ConnectedSeller(user_id=user_id, site_id=me.site_id or site_id, nickname=me.nickname)

    def _choose(self, sealed: str, now: float, problem: str | None, cookies: Sequence[tuple[str, str]]) -> WebResponse:
        kept = unseal(self.key, CHANNEL_COOKIE, sealed, now) or {}
        title = _title(kept["nickname"] or None, int(kept["user_id"]))
        name = f"Mercado Libre {kept['nickname'] or kept['user_id']}"
        kept_cookie = self._cookie(CHANNEL_COOKIE, sealed)
        return pages.choose_channel(
            title, self.channel_path, kept["proof"], self.accounts, name, problem, (*cookies, kept_cookie)
        )

    async def _finish(self, seller: ConnectedSeller, cookies: Sequence[tuple[str, str]]) -> WebResponse:
        settings = None
        if self.on_connected is not None:
            try:
                settings = await self.on_connected(seller)
            except errors.MeliError as wrong:
                return pages.refused(f"The channel was not saved. {wrong}", "The seller stays connected.", cookies)
            except Exception:
                LOGGER.exception("on_connected failed for seller %s", seller.user_id)
                reason = "The channel was not saved: the application could not store it."
                return pages.refused(reason, "The seller stays connected; try again later.", cookies, 500)
        title = _title(seller.nickname, seller.user_id)
        return pages.connected(title, settings.name if settings is not None else None, cookies)

    def _cookie(self, name: str, value: str) -> tuple[str, str]:
        age = LIFETIME_SECONDS if value else 0
        secure = "; Secure" if self.secure else ""
        return "set-cookie", f"{name}={value}; Path=/; Max-Age={age}; HttpOnly; SameSite=Lax{secure}"


def _title(nickname: str | None, user_id: int) -> str:
    return f"{nickname} ({user_id})" if nickname else f"Seller {user_id}"
