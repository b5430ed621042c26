"""The server: starts and stops on loopback, authorizes, counts, and answers errors."""

import json
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from email.utils import format_datetime
from http import HTTPStatus
from types import TracebackType
from typing import Final, Literal, Self
from urllib.parse import parse_qsl, urlencode

import aiohttp
from aiohttp import web
from yarl import URL

from meli_sdk.sandbox import (
    marketplace,
    moderations,
    oauth,
    orders_life,
    routes,
    seed,
    seed_catalogue,
    seed_global,
    seed_stock,
    shipments_life,
)
from meli_sdk.sandbox.answers import CALLER, WORLD, answer
from meli_sdk.sandbox.errors import (
    ApiError,
    CannedAnswer,
    DocumentedError,
    PlannedFailures,
    refusal,
    resource_not_found,
)
from meli_sdk.sandbox.faults import CONTROL
from meli_sdk.sandbox.notices import Notice
from meli_sdk.sandbox.orders_book import Order
from meli_sdk.sandbox.state import DAILY_LISTINGS, AppCredentials, Clock, SandboxOptions, Shipment, User, World
from meli_sdk.sandbox.token_faults import TokenFault

HOST: Final = "127.0.0.1"
_PAGES: Final = frozenset({"/authorization", "/callback"})
_SECRET_HEADERS: Final = frozenset({"authorization", "cookie", "proxy-authorization"})
_SECRET_FIELDS: Final = frozenset({"access_token", "client_secret", "code", "code_verifier", "refresh_token"})
_SHIPPING: Final[Mapping[str, tuple[str, str, str, str | None]]] = {
    "me2": ("me2", "drop_off", "ready_to_ship", "ready_to_print"),
    "me1": ("me1", "default", "ready_to_ship", None),
    "custom": ("custom", "custom", "pending", None),
}

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class RecordedRequest:
    """One request to the API or the token endpoint, its secrets left out."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    """Names in lower case; without `authorization` and cookies."""
    body: bytes


def _system_clock() -> datetime:
    return datetime.now(UTC)


def _without_secrets(form: str) -> str:
    pairs = parse_qsl(form, keep_blank_values=True)
    return urlencode([(name, "***" if name in _SECRET_FIELDS else value) for name, value in pairs], safe="*")


class Sandbox:
    """A stateful Mercado Libre on loopback.

    `async with Sandbox(seed=1) as box:` starts it; leaving stops it. Only 127.0.0.1 is bound.

    Args:
        port: 0 takes any free one.
        seed: the same seed makes the same data set, ids and tokens.
        now: the clock, aware; the system's by default.
        options: what the documentation leaves open.
        redirect_uris: registered for the application beside the built-in callback page.
        requires_pkce: whether the application was registered with PKCE.
        listing_quota: listings for each seller, site and UTC day; None switches the quota off.
    """

    def __init__(
        self,
        port: int = 0,
        seed: int = 1,
        *,
        now: Clock = _system_clock,
        options: SandboxOptions | None = None,
        redirect_uris: tuple[str, ...] = (),
        requires_pkce: bool = False,
        listing_quota: int | None = DAILY_LISTINGS,
    ) -> None:
        self._port = port
        self._redirect_uris = redirect_uris
        self._requires_pkce = requires_pkce
        self._failures = PlannedFailures()
        self._runner: web.AppRunner | None = None
        self._url: str | None = None
        self._credentials: AppCredentials | None = None
        self.world: World = World(seed=seed, now=now, options=options or SandboxOptions(), listing_quota=listing_quota)
        """Everything the sandbox knows; tests may change it."""
        self.calls: int = 0
        """API requests answered, errors included; the token endpoint not."""
        self.oauth_calls: int = 0
        """Requests to the token endpoint answered."""
        self.requests: list[RecordedRequest] = []
        """Every request counted in `calls` or `oauth_calls`, in order."""

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def start(self) -> None:
        """Binds the port and fills the world.

        Raises:
            RuntimeError: it was started before; make a new sandbox.
            OSError: the port is taken.
        """
        if self._credentials is not None:
            message = "this sandbox was started before; make a new one"
            raise RuntimeError(message)
        app = web.Application(middlewares=[self._serve])
        app.add_routes(self._own_pages())
        app[WORLD] = self.world
        app.add_routes(routes.ROUTES)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        try:
            self._url = await self._open(self._runner)
            self._credentials = self._fill()
        except BaseException:
            await self.stop()
            raise

    async def _open(self, runner: web.AppRunner) -> str:
        """Binds the port; the base URL."""
        await web.TCPSite(runner, HOST, self._port).start()
        return f"http://{HOST}:{runner.addresses[0][1]}"

    def _own_pages(self) -> Iterable[web.RouteDef]:
        """Further pages, below `/sandbox`."""
        return ()

    def _fill(self) -> AppCredentials:
        """Fills the world."""
        credentials = seed.populate(
            self.world,
            redirect_uris=(self.redirect_uri, *self._redirect_uris),
            requires_pkce=self._requires_pkce,
        )
        seed_stock.populate(self.world)
        seed_global.populate(self.world)
        seed_catalogue.populate(self.world)
        return credentials

    async def stop(self) -> None:
        """Closes the port and every connection."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    @property
    def url(self) -> str:
        """The base URL, such as `http://127.0.0.1:8123`.

        Raises:
            RuntimeError: the sandbox was not started.
        """
        if self._url is None:
            message = "the sandbox is not started"
            raise RuntimeError(message)
        return self._url

    @property
    def redirect_uri(self) -> str:
        """The built-in callback page, registered for the application."""
        return f"{self.url}/callback"

    @property
    def app_credentials(self) -> AppCredentials:
        """The application's id and secret.

        Raises:
            RuntimeError: the sandbox was not started.
        """
        if self._credentials is None:
            message = "the sandbox is not started"
            raise RuntimeError(message)
        return self._credentials

    @property
    def sellers(self) -> tuple[User, ...]:
        """The sellers who can give consent; the accounts that Global Selling owns are not among them."""
        return tuple(user for user in self.world.users.values() if user.parent_id is None)

    async def authorize(self, url: str, *, user_id: int | None = None) -> str:
        """Consents as a seller in a browser would.

        Args:
            url: the authorization URL; only its query is used, so its host may be Mercado Libre's own.
            user_id: who consents; None: the first seller.

        Returns:
            Where the browser is sent: the redirect URI with `code` and `state`. It is not fetched.

        Raises:
            ValueError: the consent page refuses the request.
        """
        wanted = dict(URL(str(url)).query)
        seller = self.sellers[0].id if user_id is None else user_id
        async with aiohttp.ClientSession(self.url) as browser:
            async with browser.get("/authorization", params=wanted) as page:
                if page.status != HTTPStatus.OK:
                    raise ValueError(await page.text())
            form = {**wanted, "user_id": str(seller), "decision": "authorize"}
            async with browser.post("/authorization", data=form, allow_redirects=False) as back:
                if back.status != HTTPStatus.FOUND:
                    raise ValueError(await back.text())
                return back.headers["Location"]

    def token(self, user_id: int) -> str:
        """A fresh access token of a seller, without the consent. Its grant, if any, stays as it is.

        Raises:
            LookupError: there is no such seller.
        """
        if user_id not in {seller.id for seller in self.sellers}:
            message = f"the sandbox has no seller {user_id}"
            raise LookupError(message)
        return self.world.issue_access_token(self.app_credentials.client_id, user_id)

    def expire_tokens(self) -> None:
        """Ends every access token now; refresh tokens stay good."""
        for token in self.world.access_tokens.values():
            token.expires_at = self.world.now()

    def revoke(self, user_id: int) -> None:
        """Ends a seller's grant as the seller would: its refresh token and all its access tokens."""
        oauth.revoke(self.world, self.app_credentials.client_id, user_id)

    def add_order(
        self,
        *,
        status: str = "paid",
        seller_id: int = seed.LOCAL_SELLER_ID,
        item_id: str | None = None,
        quantity: int = 1,
        unit_price: Decimal | None = None,
        mode: Literal["me2", "me1", "custom"] | None = "me2",
        created: datetime | None = None,
        pack: int | None = None,
        variation_id: int | None = None,
    ) -> Order:
        """Adds an order, with payments and a shipment as its status stands for.

        Args:
            status: of the order.
            seller_id: who sold.
            item_id: None: the seller's first listing.
            quantity: units.
            unit_price: None: the listing's price.
            mode: how it is shipped once paid; None: to be agreed, without a shipment. In a pack its other orders say so.
            created: None: now.
            pack: the id of an order that was bought in the same cart: both lie in one pack, with one buyer and one shipment.
            variation_id: of the listing, the one that was bought.

        Raises:
            LookupError: no such listing or variation, or no such order to pack it with.
            ValueError: the order to pack it with is another seller's.
        """
        beside = None if pack is None else self.world.orders[pack]
        if beside is not None and beside.seller_id != seller_id:
            message = f"order {beside.id} is one of seller {beside.seller_id}: a pack has one seller"
            raise ValueError(message)
        shipped = None if mode is None else _SHIPPING[mode]
        own = (listing.id for listing in self.world.listings.values() if listing.seller_id == seller_id)
        chosen = next(own, "") if item_id is None else item_id
        variations = {row["id"]: row for row in self.world.listings[chosen].variations}
        return orders_life.add_order(
            self.world,
            seller_id=seller_id,
            status=status,
            item_id=chosen,
            quantity=quantity,
            unit_price=unit_price,
            created=self.world.now() if created is None else created,
            shipped=shipped if beside is None else beside.ships_as,
            pack_id=None if beside is None else orders_life.pack_of(self.world, beside),
            buyer_id=None if beside is None else beside.buyer_id,
            variation=None if variation_id is None else variations[variation_id],
        )

    def move_order(self, order_id: int, status: str) -> Order:
        """Gives an order another status, now, with the payments, tags and shipment that go with it.

        Raises:
            KeyError: there is no such order.
        """
        order = self.world.orders[order_id]
        orders_life.move_order(self.world, order, status)
        return order

    def move_shipment(self, shipment_id: int, status: str, substatus: str | None = None) -> Shipment:
        """Gives a shipment another status, now, with the tags that its orders get by it.

        Raises:
            KeyError: there is no such shipment.
        """
        shipment = self.world.shipments[shipment_id]
        shipments_life.move_shipment(self.world, shipment, status, substatus)
        return shipment

    def order_ids(self, status: str | None = None, *, seller_id: int = seed.LOCAL_SELLER_ID) -> tuple[int, ...]:
        """The ids of a seller's orders: all of them, or those with this status."""
        return tuple(
            order.id
            for order in self.world.orders.values()
            if order.seller_id == seller_id and status in {None, order.status}
        )

    def miss_notification(self, topic: str, resource: str, user_id: int, *, http_code: int | None = 500) -> Notice:
        """Adds a notification that the application did not take, sent now."""
        missed = Notice(
            id=self.world.new_hex(24),
            topic=topic,
            resource=resource,
            user_id=user_id,
            sent=self.world.now(),
            attempts=8,
            http_code=http_code,
        )
        self.world.missed.append(missed)
        return missed

    def moderate_item(self, item_id: str, *, name: str, reason: str, remedy: str) -> None:
        """Takes an item from the buyers until its seller has done what the remedy says.

        Raises:
            KeyError: there is no such item.
        """
        moderations.moderate_item(self.world, item_id, name=name, reason=reason, remedy=remedy)

    def close_old_resource(self) -> None:
        """From now on `/items` and `/marketplace/items` refuse to change or list global items, as today's API does."""
        self.world.old_resource_open = False

    def refuse_site(self, site_id: str, row: DocumentedError | None) -> None:
        """From now on listing in this site fails in its row of the answer; None lifts it."""
        if row is None:
            self.world.refused_sites.pop(site_id, None)
        else:
            self.world.refused_sites[site_id] = row

    def fail_next(
        self,
        match: str,
        failure: DocumentedError | int,
        body: object = None,
        *,
        times: int = 1,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Fails the next requests of one kind, whoever sends them, before anything changes.

        Args:
            match: "METHOD /path": a path, the beginning of one, or a template such as `GET /orders/{id}`.
            failure: a row of `DOCUMENTED_ERRORS`, whose placeholders are filled from the request, or an HTTP status.
            body: with a status: a JSON tree, or bytes to be sent as they are.
            times: how many requests fail.
            headers: with a status: further headers, such as `Retry-After`.

        Raises:
            ValueError: `match` is no "METHOD /path", or `times` is below 1.
        """
        canned = CannedAnswer(failure, body, headers or {}) if isinstance(failure, int) else failure
        self._failures.add(match, canned, times)

    def fail_exchange(self, fault: TokenFault, *, times: int = 1, seconds: float = 50.0) -> None:
        """Lets the next exchanges at the token endpoint go wrong in one of the ways that cost sellers elsewhere.

        Args:
            fault: what happens.
            times: how many exchanges.
            seconds: how late the answer of `TokenFault.SLOW` is.

        Raises:
            ValueError: `times` is below 1.
        """
        if times < 1:
            message = f"times must be at least 1, got {times}"
            raise ValueError(message)
        self.world.token_faults.add(fault, times=times, seconds=seconds)

    @web.middleware
    async def _serve(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path in _PAGES or request.path.startswith(CONTROL):
            return await handler(request)
        await self._record(request)
        try:
            response = await self._answer(request, handler)
        except ApiError as error:
            response = answer(error.body, error.status)
        if request.path != oauth.TOKEN_PATH:
            self.world.accounts.answered[self.world.now().astimezone(UTC).date(), response.status] += 1
        response.headers["x-request-id"] = self.world.new_request_id()
        response.headers["Date"] = format_datetime(self.world.now().astimezone(UTC), usegmt=True)
        return response

    async def _record(self, request: web.Request) -> None:
        body = await request.read()
        if request.path == oauth.TOKEN_PATH:
            self.oauth_calls += 1
            body = _without_secrets(body.decode(errors="replace")).encode()
        else:
            self.calls += 1
        self.requests.append(
            RecordedRequest(
                method=request.method,
                path=request.path,
                query={name: "***" if name in _SECRET_FIELDS else value for name, value in request.query.items()},
                headers={
                    name.casefold(): value
                    for name, value in request.headers.items()
                    if name.casefold() not in _SECRET_HEADERS
                },
                body=body,
            )
        )

    async def _answer(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        planned = self._failures.take(request.method, request.path)
        if planned is not None:
            return await self._planned(request, planned)
        missing = request.match_info.http_exception
        if missing is not None:
            if missing.status == HTTPStatus.METHOD_NOT_ALLOWED:
                raise refusal(405, "method_not_allowed", "Method not allowed.")
            raise resource_not_found()
        if request.path != oauth.TOKEN_PATH:
            request[CALLER] = self._caller(request)
        return await handler(request)

    async def _planned(self, request: web.Request, planned: DocumentedError | CannedAnswer) -> web.Response:
        if isinstance(planned, DocumentedError):
            token = self.world.access_tokens.get(request.headers.get("Authorization", "").removeprefix("Bearer "))
            try:
                tree: object = json.loads(await request.read())
            except ValueError:
                tree = None
            values = marketplace.failure_values(request.path, None if token is None else token.user_id, tree)
            return answer(planned.filled(values), planned.status)
        if isinstance(planned.body, bytes):
            return web.Response(status=planned.status, body=planned.body, headers=planned.headers)
        response = answer(planned.body, planned.status)
        response.headers.update(planned.headers)
        return response

    def _caller(self, request: web.Request) -> User:
        if "access_token" in request.query:
            raise refusal(401, "not_found", "invalid_token")
        scheme, _, value = request.headers.get("Authorization", "").partition(" ")
        if scheme.casefold() != "bearer" or not value:
            raise ApiError(401, {"code": "unauthorized", "message": "authorization value not present"})
        if not value.startswith("APP_USR-"):
            raise refusal(400, "bad_request", f"Malformed access_token: {value}")
        token = self.world.access_tokens.get(value)
        if token is None or self.world.now() >= token.expires_at:
            raise refusal(401, "not_found", "invalid_token")
        return self.world.users[token.user_id]
