"""The doors of one application, and the way into a server."""

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from yarl import URL

from meli_sdk.app import MeliApp
from meli_sdk.errors import InputError, shown
from meli_sdk.secret import Secret
from meli_sdk.sites import SITES
from meli_sdk.web.exchange import WebRequest, WebResponse, plain
from meli_sdk.web.install import Installation, OnConnected
from meli_sdk.web.notifications import NotificationDoor, Receive

if TYPE_CHECKING:
    from aiohttp import web

    from meli_sdk.web.asgi import AsgiDoors

_SHORTEST_TOKEN: Final = 22
"""Characters that hold 128 random bits."""


class Doors:
    """Install pages and notification receiver of one application. Made by `install_routes`."""

    def __init__(
        self,
        installation: Installation,
        notifications: NotificationDoor | None,
        *,
        origin: URL,
        path: str,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._installation = installation
        self._notifications = notifications
        self._origin = origin
        self._clock = clock
        self.path: str = path
        """The path that all addresses but the callback begin with."""

    def installation_url(self, site_id: str) -> URL:
        """The stable address to hand to sellers of one site; `CBT` is Global Selling.

        Raises:
            InputError: there is no such site.
        """
        if site_id not in SITES:
            message = f"site must be one of {', '.join(sorted(SITES))}, got {shown(site_id)}"
            raise InputError(message)
        return self._origin.with_path(f"{self.path}/install/{site_id}")

    def notification_url(self) -> URL:
        """The callback address to register in the developer panel. It holds the path token: keep it to yourself.

        Raises:
            InputError: the doors were made without `receive`.
        """
        if self._notifications is None:
            message = "these doors receive no notifications: pass receive= and path_token= to install_routes"
            raise InputError(message)
        return self._origin.with_path(f"{self.path}/notifications/{self._notifications.path_token.reveal()}")

    async def answer(self, request: WebRequest) -> WebResponse:
        """Answers one request: the whole of the doors, without a server."""
        now = self._clock()
        installation = self._installation
        match request.path.removeprefix(self.path).split("/"):
            case ["", "notifications", token] if self._notifications and request.path.startswith(self.path):
                return await self._notifications.answer(token, request)
            case ["", "install", site] if request.path.startswith(self.path):
                return installation.start(site, now) if request.method == "GET" else plain(405)
            case _ if request.path == installation.channel_path:
                return await installation.save(request, now) if request.method == "POST" else plain(405)
            case _ if request.path == installation.callback_path:
                return await installation.come_back(request, now) if request.method == "GET" else plain(405)
            case _:
                return plain(404)

    def aiohttp_routes(self) -> "list[web.RouteDef]":
        """The doors as routes of an `aiohttp.web.Application`: `application.add_routes(doors.aiohttp_routes())`."""
        from meli_sdk.web.aiohttp_routes import routes  # noqa: PLC0415  only where aiohttp.web is the server

        return routes(self.answer, self.path, self._installation.callback_path)

    @property
    def asgi(self) -> "AsgiDoors":
        """The doors as an ASGI application, to be mounted: `api.mount("/meli", doors.asgi)`."""
        from meli_sdk.web.asgi import AsgiDoors  # noqa: PLC0415  only where ASGI is the server

        return AsgiDoors(self.answer)


def install_routes(
    app: MeliApp,
    receive: Receive | None = None,
    on_connected: OnConnected | None = None,
    *,
    path_token: Secret | str | None = None,
    accounts: Sequence[str] = (),
    path: str = "/meli",
    pkce: bool = False,
    clock: Callable[[], float] = time.time,
) -> Doors:
    """The web doors of an application: installation, callback with its landing page, notifications.

    Args:
        app: with the redirect URI whose path is the callback.
        receive: stores a notification before it returns, such as `channel.receive`; None: no receiver.
        on_connected: saves the channel of a seller who connected and returns its settings; the page says "saved" after it.
        path_token: the secret part of the notification address, at least 128 random bits
            (`secrets.token_urlsafe(32)`); the same in each process.
        accounts: sales-channel accounts to choose from on the landing page, where a channel name is asked for as well;
            empty: `on_connected` is called at once.
        path: what the addresses begin with.
        pkce: set it where PKCE is ticked in the developer panel.
        clock: seconds since the epoch.

    Raises:
        InputError: the app has no redirect URI, the path is not a path, or the path token is missing or too short.
    """
    if app.redirect_uri is None:
        message = (
            "the doors need the callback's address: pass MeliApp(..., redirect_uri=...) as registered in the panel"
        )
        raise InputError(message)
    if not path.startswith("/") or path.endswith("/") or "//" in path:
        message = f"path must begin with a slash and not end with one, such as '/meli', got {shown(path)}"
        raise InputError(message)
    door = None
    if receive is not None:
        token = Secret(path_token or "")
        if len(token.reveal()) < _SHORTEST_TOKEN or not token.reveal().replace("-", "").replace("_", "").isalnum():
            message = (
                "path_token must be at least 128 random bits in letters, digits, - and _: secrets.token_urlsafe(32)"
            )
            raise InputError(message)
        door = NotificationDoor(receive=receive, path_token=token)
    callback = URL(app.redirect_uri)
    installation = Installation(
        app=app,
        key=app.derived_key("web install pages"),
        callback_path=callback.path,
        channel_path=f"{path}/channel",
        secure=callback.scheme == "https",
        pkce=pkce,
        accounts=tuple(accounts),
        on_connected=on_connected,
    )
    return Doors(installation, door, origin=callback.origin(), path=path, clock=clock)
