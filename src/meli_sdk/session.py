"""MeliSession: one seller. The resources hang on it."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, Self, TypeVar, cast, overload

from meli_sdk.auth.bearer import BearerToken
from meli_sdk.codec import Codec
from meli_sdk.codec.drift import DriftReport
from meli_sdk.config import BASE_URL, DEFAULT_THROUGHPUT, BreakerPolicy, RetryPolicy, Timeouts, check_seconds
from meli_sdk.errors import CheckResult, InputError, MeliError, shown
from meli_sdk.resources.categories import Categories
from meli_sdk.resources.items import Items
from meli_sdk.resources.listing_quota import ListingCounter
from meli_sdk.resources.marketplace import Marketplace
from meli_sdk.resources.notifications import Notifications
from meli_sdk.resources.orders import Orders
from meli_sdk.resources.shipments import Shipments
from meli_sdk.resources.stock import Stock
from meli_sdk.resources.users import Users
from meli_sdk.secret import Secret
from meli_sdk.version import __version__
from meli_sdk.wire import endpoint as readers
from meli_sdk.wire.check import run_check
from meli_sdk.wire.endpoint import Endpoint, Safety
from meli_sdk.wire.ids import whole_number
from meli_sdk.wire.message import (
    Response,
    Transport,
    check_base_url,
    check_headers,
    check_path,
    render_params,
    without_ids,
)
from meli_sdk.wire.observe import Observer, Observers
from meli_sdk.wire.pipeline import Caller, CallOptions, Pipeline, TokenProvider
from meli_sdk.wire.rate_limit import LocalRateLimiter, RateLimiter

T = TypeVar("T")

USER_AGENT = f"meli-sdk/{__version__}"
_SAFETY = {"GET": Safety.SAFE, "PUT": Safety.IDEMPOTENT, "DELETE": Safety.IDEMPOTENT, "POST": Safety.UNSAFE}


def make_pipeline(
    *,
    base_url: str,
    throughput: float | RateLimiter,
    transport: Transport | None,
    observers: Sequence[Observer],
    user_agent: str | None,
    breaker: BreakerPolicy | None,
) -> Pipeline:
    """Joins pipeline and HTTP; the one place that does.

    Raises:
        ConfigurationError: the base URL is no https origin.
        InputError: the throughput is no rate.
    """
    origin = check_base_url(base_url)
    limiter = (
        LocalRateLimiter(throughput)
        if isinstance(throughput, bool | int | float | str) or throughput is None  # pyright: ignore[reportUnnecessaryComparison]
        else throughput
    )
    if transport is None:
        from meli_sdk.wire.http import AiohttpTransport  # noqa: PLC0415  a session with its own transport loads no aiohttp

        transport = AiohttpTransport()
    if user_agent is not None:
        check_headers({"user-agent": user_agent})
    told = Observers(observers)
    return Pipeline(
        transport,
        limiter,
        base_url=origin,
        codec=Codec(told.drift_met),
        user_agent=f"{user_agent} {USER_AGENT}" if user_agent else USER_AGENT,
        observers=told,
        breaker=breaker,
    )


class MeliSession:
    """One seller's way to Mercado Libre.

    `app.session(user_id)` makes one that shares the application's connections, limiter and grants. With a bare access
    token it stands alone and is its own async context manager.

    Args:
        auth: an access token, or where tokens come from.
        user_id: the seller; methods that need one ask for it otherwise.
        base_url: https; plain http only for a loopback host.
        throughput: calls per second, 0.01 to 10,000, or a limiter of your own.
        retry: how often a failed call is repeated.
        timeouts: limits inside one attempt.
        deadline: seconds for a call with all its attempts and waits; None: as long as it takes.
        transport: what sends requests; yours to close.
        observers: functions told of every event of a call.
        breaker: when calls to what keeps failing are stopped; None: never.
        pipeline: shared by the sessions of one application.

    Raises:
        InputError: a wrong user id, throughput, deadline or token.
        ConfigurationError: a wrong base URL.
    """

    orders: Orders
    shipments: Shipments
    items: Items
    marketplace: Marketplace
    categories: Categories
    users: Users
    stock: Stock
    notifications: Notifications

    def __init__(
        self,
        auth: TokenProvider | str,
        *,
        user_id: int | None = None,
        base_url: str = BASE_URL,
        throughput: float | RateLimiter = DEFAULT_THROUGHPUT,
        retry: RetryPolicy = RetryPolicy(),
        timeouts: Timeouts = Timeouts(),
        deadline: float | None = None,
        transport: Transport | None = None,
        observers: Sequence[Observer] = (),
        breaker: BreakerPolicy | None = BreakerPolicy(),
        pipeline: Pipeline | None = None,
        listings: ListingCounter | None = None,
    ) -> None:
        given = Secret(auth) if isinstance(auth, str) else auth
        kind = type(auth).__name__
        del auth  # a traceback that shows variables shows no token
        check_kinds(retry=retry, timeouts=timeouts, breaker=breaker)
        check_deadline(deadline, timeouts)
        if kind == "Secret" or not (isinstance(given, Secret) or callable(getattr(given, "token", None))):
            message = f"auth must be an access token as text, or an object that gives tokens, got {kind}"
            raise InputError(message)
        user = None if user_id is None else int(whole_number("user_id", user_id))
        shared = pipeline or make_pipeline(
            base_url=base_url,
            throughput=throughput,
            transport=transport,
            observers=observers,
            user_agent=None,
            breaker=breaker,
        )
        self._owns_transport = pipeline is None and transport is None
        tokens = BearerToken(given) if isinstance(given, Secret) else given
        options = CallOptions(deadline=deadline, retry=retry, timeouts=timeouts)
        self._listings = listings or ListingCounter()
        self._bind(Caller(shared, tokens, user, options))

    def _bind(self, caller: Caller) -> None:
        self._caller = caller
        self.user_id: int | None = caller.user_id
        self.orders = Orders(caller)
        self.shipments = Shipments(caller)
        self.items = Items(caller)
        self.marketplace = Marketplace(caller, self._listings)
        self.categories = Categories(caller)
        self.users = Users(caller)
        self.stock = Stock(caller)
        self.notifications = Notifications(caller)

    def with_options(self, **options: Any) -> "MeliSession":  # noqa: ANN401  each option has a type of its own
        """A copy with other options that shares connections, limiter and grants.

        Args:
            **options: `deadline`, `retry`, `timeouts`, `dry_run`, `headers`, `params`.

        Raises:
            InputError: an unknown option, or a wrong value.
        """
        known = ("deadline", "retry", "timeouts", "dry_run", "headers", "params")
        unknown = [name for name in options if name not in known]
        if unknown:
            message = f"unknown option {unknown[0]!r}; there are {', '.join(known)}"
            raise InputError(message)
        check_headers(options.get("headers", {}))
        check_kinds(**options)
        if "params" in options:
            options["params"] = render_params(options["params"])
        caller = self._caller.with_options(**options)
        check_deadline(caller.options.deadline, caller.options.timeouts)
        copy = object.__new__(type(self))
        copy._listings = self._listings
        copy._owns_transport = False
        copy._bind(caller)
        return copy

    @overload
    async def request(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, object] | None = None,
        json: object = None,
        headers: Mapping[str, str] | None = None,
        model: type[T],
        safety: Safety | None = None,
    ) -> T: ...
    @overload
    async def request(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, object] | None = None,
        json: object = None,
        headers: Mapping[str, str] | None = None,
        raw: Literal[True],
        safety: Safety | None = None,
    ) -> Response: ...
    @overload
    async def request(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, object] | None = None,
        json: object = None,
        headers: Mapping[str, str] | None = None,
        safety: Safety | None = None,
    ) -> Any: ...  # noqa: ANN401  what an unmodelled endpoint answers

    async def request(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, object] | None = None,
        json: object = None,
        headers: Mapping[str, str] | None = None,
        model: type[Any] | None = None,
        raw: bool = False,
        safety: Safety | None = None,
    ) -> Any:
        """Any endpoint, by the same way as all others: token, limiter, retries, errors.

        Args:
            method: GET, POST, PUT or DELETE.
            path: begins with one slash; no host, query or dot segment.
            params: the query.
            json: the body.
            headers: further headers.
            model: a class of `meli_sdk.models` to decode into; plain objects otherwise.
            raw: True for the answer itself: status, headers, body.
            safety: what a repetition would do, where the method does not say it. A write with `x-version` is
                UNSAFE unless said otherwise: its repetition is refused although the first one worked.

        Raises:
            InputError: a wrong method, path or header.
        """
        if method not in _SAFETY:
            message = f"method must be one of {', '.join(_SAFETY)}, got {shown(method)}"
            raise InputError(message)
        check_headers(headers or {})
        versioned = any(name.lower() == "x-version" for name in headers or {})
        endpoint: Endpoint[Any] = Endpoint(
            method=cast("Literal['GET', 'POST', 'PUT', 'DELETE']", method),
            template=check_path(path),
            label=without_ids(path),
            reader=readers.raw if raw else readers.json(model) if model is not None else readers.tree,
            safety=safety or (Safety.UNSAFE if versioned and method == "PUT" else _SAFETY[method]),
            headers=headers or {},
            doc="",
        )
        return await self._caller.call(endpoint, params=params or {}, json=json)

    def drift(self) -> DriftReport:
        """Fields and values in the answers so far that the models do not know, counted for each model.

        The sessions of one application share the count. `raw` holds the unknown fields of each entity.
        """
        return self._caller.pipeline.codec.drift.report()

    async def check(self, error: MeliError) -> CheckResult:
        """Finds out whether a write whose error says `may_have_been_applied` was applied; one read.

        What was written a moment ago may not be visible yet, in a search above all: that it is absent right after the write
        proves nothing. That it is there is proof where the result is `conclusive`. It is not where it may be older than the
        write, as an item that a search finds by its SKU, or where only a part of what was sent can be read.

        Raises:
            InputError: the error says that nothing was applied, or names no read.
            MeliError: the read itself failed.
        """
        return await run_check(self._caller, error)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Closes the connections this session made; those of an application or of your own transport stay open."""
        if self._owns_transport:
            await self._caller.pipeline.transport.aclose()


_KINDS: Mapping[str, tuple[type[Any], ...]] = {
    "retry": (RetryPolicy,),
    "timeouts": (Timeouts,),
    "breaker": (BreakerPolicy, type(None)),
    "dry_run": (bool,),
}


def check_kinds(**options: object) -> None:
    """Refuses an option that is of another class than its own.

    Raises:
        InputError: with the name of the class.
    """
    for name, value in options.items():
        kinds = _KINDS.get(name)
        if kinds is not None and not isinstance(value, kinds):
            message = f"{name} is a {kinds[0].__name__}, got {shown(value)}"
            raise InputError(message)


def check_deadline(deadline: float | None, timeouts: Timeouts) -> None:
    """Refuses a deadline that no attempt fits in.

    Raises:
        InputError: it is no positive number of seconds, or shorter than the attempt's limit.
    """
    check_seconds("deadline", deadline, optional=True)
    if deadline is not None and deadline < timeouts.attempt:
        message = (
            f"deadline {deadline:g} s is shorter than the attempt timeout {timeouts.attempt:g} s: "
            f"pass timeouts=Timeouts(attempt={deadline:g}) too"
        )
        raise InputError(message)
