"""MeliApp: one registered application, one HTTP pool, many sellers."""

import asyncio
import hmac
import os
from collections.abc import Coroutine, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from hashlib import sha256
from typing import Any, Self

from yarl import URL

from meli_sdk import errors
from meli_sdk.auth import oauth
from meli_sdk.auth.bearer import check_token
from meli_sdk.auth.connect import Connector
from meli_sdk.auth.detached import DetachedRenewal, TokenProcess
from meli_sdk.auth.exchange import TokenExchange
from meli_sdk.auth.grant import GrantInfo, GrantRecord
from meli_sdk.auth.oauth import Pkce
from meli_sdk.auth.refresh import TokenRefresher
from meli_sdk.auth.renewal import Renewal
from meli_sdk.auth.states import StateLedger
from meli_sdk.auth.stores import GrantStore
from meli_sdk.auth.stores.encryption import GrantCipher
from meli_sdk.auth.stores.reopen import open_store
from meli_sdk.config import (
    BASE_URL,
    DEFAULT_THROUGHPUT,
    AppCredentials,
    BreakerPolicy,
    RetryPolicy,
    Timeouts,
    TokenExchangePlace,
    check_throughput,
    read_environment,
)
from meli_sdk.models.notifications import Notification
from meli_sdk.resources.listing_quota import ListingCounter
from meli_sdk.secret import Secret
from meli_sdk.session import MeliSession, check_deadline, check_kinds, make_pipeline
from meli_sdk.wire.ids import whole_number
from meli_sdk.wire.message import Transport, check_base_url
from meli_sdk.wire.observe import Observer
from meli_sdk.wire.pipeline import Caller, CallOptions, Pipeline
from meli_sdk.wire.rate_limit import RateLimiter


class MeliApp:
    """One registered application and its sellers. An async context manager: it owns the connections.

    Args:
        credentials: App ID and secret key from the developer panel.
        grants: where sellers' tokens are kept.
        redirect_uri: exactly as registered in the panel.
        base_url: https; plain http only for a loopback host.
        authorization_host: origin of the authorization page, where it is not the site's own.
        throughput: calls per second and seller, 0.01 to 10,000, or a limiter of your own.
        retry: how often a failed call is repeated.
        timeouts: limits inside one attempt.
        deadline: seconds for a call with all its attempts and waits; None: as long as it takes.
        token_exchange: "detached" renews tokens in a process of its own, which a `kill -9` of this one does not reach;
            grants in a file or a database only.
        transport: what sends requests; yours to close.
        observers: functions told of every event of a call.
        breaker: when calls to what keeps failing are stopped; None: never.
        user_agent: put before the library's own.

    Raises:
        InputError: a wrong credential, throughput or deadline.
        ConfigurationError: a wrong base URL.
    """

    def __init__(
        self,
        credentials: AppCredentials,
        grants: GrantStore,
        *,
        redirect_uri: str | None = None,
        base_url: str = BASE_URL,
        authorization_host: str | None = None,
        throughput: float | RateLimiter = DEFAULT_THROUGHPUT,
        retry: RetryPolicy = RetryPolicy(),
        timeouts: Timeouts = Timeouts(),
        deadline: float | None = None,
        token_exchange: TokenExchangePlace = "inline",  # noqa: S107  no password
        transport: Transport | None = None,
        observers: Sequence[Observer] = (),
        breaker: BreakerPolicy | None = BreakerPolicy(),
        user_agent: str | None = None,
    ) -> None:
        if not isinstance(credentials, AppCredentials):
            message = f"credentials must be meli_sdk.AppCredentials(client_id, client_secret), got {type(credentials).__name__}"
            raise errors.InputError(message)
        if not hasattr(grants, "swap"):
            message = f"grants must be a store such as SQLiteGrantStore('grants.db'), got {errors.shown(grants)}"
            raise errors.InputError(message)
        check_kinds(retry=retry, timeouts=timeouts, breaker=breaker)
        check_deadline(deadline, timeouts)
        if redirect_uri is not None:
            oauth.check_redirect_uri(redirect_uri)
        self._credentials = credentials
        self._grants = grants
        self._redirect_uri = redirect_uri
        self._authorization_host: URL | None = check_base_url(authorization_host) if authorization_host else None
        self._retry = retry
        self._timeouts = timeouts
        self._deadline = deadline
        self._owns_transport = transport is None
        self._pipeline = make_pipeline(
            base_url=base_url,
            throughput=throughput,
            transport=transport,
            observers=observers,
            user_agent=user_agent,
            breaker=breaker,
        )
        self._listings = ListingCounter()
        self._refreshers: dict[int, TokenRefresher] = {}
        self._token_process = self._start_later(token_exchange, transport, base_url, user_agent)
        self._states = StateLedger()
        self._saving: set[asyncio.Task[GrantRecord]] = set()
        self._exchange = TokenExchange(self._pipeline, credentials.client_id)
        self._connector = Connector(credentials, grants, self._exchange, self._pipeline.clock, self._pipeline.observers)

    def _start_later(
        self, token_exchange: str, transport: Transport | None, base_url: str, user_agent: str | None
    ) -> TokenProcess | None:
        if token_exchange not in ("inline", "detached"):
            message = f"token_exchange must be 'inline' or 'detached', got {errors.shown(token_exchange)}"
            raise errors.InputError(message)
        if token_exchange == "inline":  # noqa: S105  no password
            return None
        if transport is not None:
            message = "token_exchange='detached' makes its own connections: it does not go with transport="
            raise errors.ConfigurationError(message)
        return TokenProcess(
            self._credentials,
            self._grants,
            base_url=base_url,
            user_agent=user_agent,
            observers=self._pipeline.observers,
        )

    @classmethod
    def from_env(cls, environment: Mapping[str, str] | None = None, *, authorization_host: str | None = None) -> Self:
        """An application from the environment.

        It reads MELI_CLIENT_ID, MELI_CLIENT_SECRET, MELI_REDIRECT_URI, MELI_GRANTS (the path of the grant file, or the
        URL of a database), MELI_GRANTS_KEY (to keep grants encrypted), MELI_TOKEN_EXCHANGE (inline or detached), MELI_API_URL and
        MELI_THROUGHPUT.

        Args:
            environment: other variables than those of this process.
            authorization_host: origin of the authorization page, where it is not the site's own.

        Raises:
            ConfigurationError: a variable is missing or wrong; the message names it.
        """
        settings = read_environment(os.environ if environment is None else environment)
        if settings.grants is None:
            message = "MELI_GRANTS is not set; set it to the path of the grant file, such as grants.db, or to a URL"
            raise errors.ConfigurationError(message)
        cipher = None if settings.grants_key is None else GrantCipher(settings.grants_key)
        return cls(
            settings.credentials,
            open_store(settings.grants, cipher=cipher),
            redirect_uri=settings.redirect_uri,
            base_url=settings.base_url,
            authorization_host=authorization_host,
            throughput=settings.throughput,
            token_exchange=settings.token_exchange,
        )

    @property
    def redirect_uri(self) -> str | None:
        """The redirect URI, as registered in the developer panel."""
        return self._redirect_uri

    def derived_key(self, purpose: str) -> bytes:
        """A key for signing that every process of this application derives alike, and that reveals nothing of it."""
        secret = self._credentials.client_secret.reveal().encode()
        return hmac.new(secret, f"meli_sdk {purpose}".encode(), sha256).digest()

    @property
    def client_id(self) -> int:
        """The App ID."""
        return self._credentials.client_id

    @property
    def base_url(self) -> URL:
        """The origin that calls go to."""
        return self._pipeline.base_url

    @property
    def pipeline(self) -> Pipeline:
        """What all calls share, the clock and the observers among it; for what is built upon the application."""
        return self._pipeline

    def set_throughput(self, user_id: int, rate: float) -> None:
        """Another rate for one seller, in calls per second, 0.01 to 10,000.

        Raises:
            InputError: the id is no whole number of at most 20 digits, or the rate is none.
        """
        self._pipeline.limiter.set_rate(int(whole_number("user_id", user_id)), check_throughput(rate))

    def session(self, user_id: int) -> MeliSession:
        """One seller. Cheap, no I/O; all sessions share connections, limiter and grants.

        Raises:
            InputError: the id is no whole number of at most 20 digits.
        """
        seller = int(whole_number("user_id", user_id))
        return MeliSession(
            self._refresher(seller),
            user_id=seller,
            retry=self._retry,
            timeouts=self._timeouts,
            deadline=self._deadline,
            pipeline=self._pipeline,
            listings=self._listings,
        )

    async def fetch(self, notification: Notification, *, user_id: int | None = None) -> Any:  # noqa: ANN401
        """What a notification speaks of, read with the token of the seller it names: an `Order`, an `Item`, ...

        The path is our own; of the notification's resource nothing but the id is used.

        Args:
            notification: as `parse_notification` or `notifications.missed` gave it.
            user_id: whose token to use where it is not the user that the notification names, such as the Global Selling
                account above a marketplace account.

        Raises:
            InputError: the notification names no user, and `user_id` was not given.
            NotApplicableError: its resource has no documented shape. Nothing was sent.
            NoGrantError: this seller is not connected.
            ResponseError: as the resource's own method.

        Documented at https://developers.mercadolibre.com.ar/es_ar/productos-recibe-notificaciones
        """
        seller = notification.user_id if user_id is None else user_id
        if seller is None:
            message = f"the notification of {notification.resource!r} names no user: pass user_id=..."
            raise errors.InputError(message)
        return await self.session(seller).notifications.fetch(notification)

    def _refresher(self, seller: int) -> TokenRefresher:
        found = self._refreshers.get(seller)
        if found is None:
            pipeline = self._pipeline
            renewal = Renewal(
                seller,
                self._credentials,
                self._grants,
                self._exchange,
                pipeline.clock,
                observers=pipeline.observers,
                random=pipeline.jitter,
            )
            renew = (
                DetachedRenewal(self._token_process, seller, renewal.load, pipeline.clock)
                if self._token_process
                else renewal
            )
            found = TokenRefresher(renew, renewal.load, pipeline.clock, random=pipeline.jitter)
            self._refreshers[seller] = found
        return found

    def authorization_url(self, site: str, *, state: str, pkce: Pkce | None = None) -> URL:
        """Where to send a seller who shall connect.

        Args:
            site: where the seller sells, `CBT` for Global Selling.
            state: at least 128 random bits; keep it for `connect`.
            pkce: `Pkce.create()` where the application has PKCE ticked; keep it for `connect`.

        Raises:
            InputError: no such site, or no redirect URI.

        Documented at https://developers.mercadolibre.com.ar/en_us/authentication-and-authorization
        """
        url = oauth.authorization_url(
            site, self._credentials, self._redirect_uri, state=state, pkce=pkce, host=self._authorization_host
        )
        self._states.send(state, self._pipeline.clock.now())
        return url

    async def connect(
        self, redirected: str, *, state: str, pkce: Pkce | None = None, user_id: int | None = None
    ) -> GrantInfo:
        """Exchanges what the seller came back with and saves the grant.

        Args:
            redirected: the whole URL the seller was sent back to, or the code in it.
            state: the one given to `authorization_url`.
            pkce: the one given to `authorization_url`.
            user_id: the seller who was asked; another one is refused and nothing is saved.

        Raises:
            StateMismatchError: another state came back, or the same twice, or after ten minutes. Nothing was exchanged.
            InvalidGrantError: the code was used or has expired.
            AccountMismatchError: another seller answered. Nothing was saved.
            AuthError: the seller refused, or may not authorise.
            ConfigurationError: the application's credentials or PKCE setting are wrong.
            StoreError: the grant store cannot be read. Nothing was exchanged.

        Documented at https://developers.mercadolibre.com.ar/en_us/authentication-and-authorization
        """
        came_back = Secret(redirected if isinstance(redirected, str) else "")
        del redirected  # a traceback that shows variables shows no code
        expected = None if user_id is None else int(whole_number("user_id", user_id))
        oauth.check_redirect_uri(self._redirect_uri)
        code = oauth.read_redirected(came_back, state=state)
        self._states.spend(state, self._pipeline.clock.now())
        return await self._finish(self._connector.from_code(code, self._redirect_uri, pkce, expected))

    async def _finish(self, saving: Coroutine[None, None, GrantRecord]) -> GrantInfo:
        """Lets it come to its end, whatever becomes of the caller."""
        task = asyncio.create_task(saving)
        self._saving.add(task)
        task.add_done_callback(self._saving.discard)
        task.add_done_callback(lambda done: done.cancelled() or done.exception())  # retrieved, also when nobody waits
        record = await asyncio.shield(task)
        if record.grant.user_id in self._refreshers:
            self._refreshers[record.grant.user_id].forget()
        return record.info()

    async def sellers(self) -> tuple[GrantInfo, ...]:
        """Who is connected, without secrets."""
        return tuple(record.info() for record in await self._grants.records(self._credentials.client_id))

    async def disconnect(self, user_id: int, *, revoke: bool = True) -> None:
        """Takes the seller's authorization back at Mercado Libre, then forgets the grant here.

        Args:
            user_id: the seller.
            revoke: False to forget the grant here alone; at Mercado Libre it lives on until the seller ends it.

        Raises:
            InputError: the id is no whole number of at most 20 digits.
            NoGrantError: this seller is not connected.
            MeliError: Mercado Libre did not take it back; the seller is still connected.

        Documented at https://developers.mercadolibre.com.ar/en_us/manage-applications
        """
        seller = int(whole_number("user_id", user_id))
        client_id = self._credentials.client_id
        record = await self._grants.load(client_id, seller)
        if record is None:
            message = f"no grant for seller {seller}: there is nothing to disconnect"
            raise errors.NoGrantError(message)
        if revoke and record.reason is None:
            options = CallOptions(deadline=self._deadline, retry=self._retry, timeouts=self._timeouts)
            caller = Caller(self._pipeline, self._refresher(seller), seller, options)
            # A grant that has ended already, here or there, needs no taking back.
            with suppress(errors.ReauthorizationRequiredError, errors.UnauthorizedError, errors.NotFoundError):
                await caller.call(oauth.REVOKE_GRANT, path={"user_id": seller, "app_id": client_id})
        await self._grants.delete(client_id, seller)
        self._refresher(seller).forget()

    async def import_grant(
        self,
        user_id: int,
        *,
        refresh_token: str,
        access_token: str | None = None,
        expires_at: datetime | None = None,
        replace: bool = False,
    ) -> GrantInfo:
        """Takes over a grant from another system, which must not use it any more: a refresh token works once.

        Args:
            user_id: the seller it belongs to.
            refresh_token: the newest one.
            access_token: the one that came with it; without it the first call obtains one.
            expires_at: when the access token ends.
            replace: True to put it in the place of a living grant.

        Raises:
            InputError: an empty token, a moment without time zone, or a living grant and no `replace`.
        """
        refresh = Secret(refresh_token if isinstance(refresh_token, str) else "")
        access = None if access_token is None else Secret(access_token if isinstance(access_token, str) else "")
        del refresh_token, access_token  # a traceback that shows variables shows no token
        seller = int(whole_number("user_id", user_id))
        check_token("refresh_token", refresh)
        if access is not None:
            check_token("access_token", access)
        if expires_at is not None and (not isinstance(expires_at, datetime) or expires_at.tzinfo is None):
            message = f"expires_at: a date needs a time zone, got {errors.shown(expires_at)}"
            raise errors.InputError(message)
        return await self._finish(self._connector.from_elsewhere(seller, refresh, access, expires_at, replace=replace))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Waits until token exchanges under way are saved, then closes the connections and the grant store."""
        if self._token_process is not None:
            await self._token_process.aclose()
        await asyncio.gather(*(refresher.drain() for refresher in self._refreshers.values()))
        self._connector.stop()
        if self._saving:
            await asyncio.wait(self._saving)
        if self._owns_transport:
            await self._pipeline.transport.aclose()
        await self._grants.aclose()
