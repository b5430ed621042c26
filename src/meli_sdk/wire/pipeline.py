"""The one way a call goes: deadline > retry > (token, slot, newest token) > send > read."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, Protocol, TypeVar, runtime_checkable

from attrs import evolve, frozen
from yarl import URL

from meli_sdk import errors
from meli_sdk.codec import Codec
from meli_sdk.config import BreakerPolicy, RetryPolicy, Timeouts
from meli_sdk.errors import CallInfo, MeliError
from meli_sdk.secret import Secret
from meli_sdk.wire.breaker import Breaker, Key
from meli_sdk.wire.clock import Clock, SystemClock
from meli_sdk.wire.endpoint import Endpoint, Safety, SentCall
from meli_sdk.wire.message import Params, Request, Response, Transport, build_url, render_params, render_path
from meli_sdk.wire.multipart import Upload, WholeBody
from meli_sdk.wire.observe import (
    LOGGER,
    LONG_WAIT,
    AttemptEnded,
    CallEnded,
    Observers,
    RetryScheduled,
    RowFailed,
    Waited,
)
from meli_sdk.wire.paging import Cursor, Page, Paginator
from meli_sdk.wire.places import Places
from meli_sdk.wire.rate_limit import RateLimiter
from meli_sdk.wire.response import read_response
from meli_sdk.wire.retry import Again, TokenVerdict, decide, leaves_outcome_unknown, token_verdict

T = TypeVar("T")


class TokenProvider(Protocol):
    """Where the access token of one seller comes from. An application's own token service can stand here."""

    def current(self) -> Secret | None:
        """A token that is usable now, without I/O; None where there is none."""
        ...

    async def token(self) -> Secret:
        """A usable token; fetches one where needed."""
        ...

    async def invalidate(self, token: Secret) -> None:
        """Mercado Libre refused this token: never give it again."""
        ...


@runtime_checkable
class SharedTokens(TokenProvider, Protocol):
    """A provider whose tokens other processes renew as well."""

    async def reread(self) -> None:
        """Looks whether another process has put a newer token in place; exchanges nothing."""
        ...

    def refused_again(self, token: Secret) -> None:
        """This token was refused too, in the call for which it was renewed."""
        ...


@frozen(kw_only=True)
class CallOptions:
    """What a session says about all its calls."""

    deadline: float | None = None
    """Seconds for a call with all its attempts and waits; None: as long as it takes."""
    retry: RetryPolicy = RetryPolicy()
    timeouts: Timeouts = Timeouts()
    dry_run: bool = False
    headers: Mapping[str, str] = {}
    params: Mapping[str, str] = {}
    patient: bool = False
    """The deadline begins with the call's turn: for calls that queue behind others of the same operation."""


@frozen(eq=False)
class Caller:
    """What a resource knows of the world: one seller's way to call endpoints."""

    pipeline: "Pipeline"
    tokens: TokenProvider | None
    user_id: int | None = None
    options: CallOptions = CallOptions()

    def seller(self, user_id: int | None = None) -> int:
        """The seller a method needs.

        Raises:
            InputError: the session has none and none was given.
        """
        found = user_id if user_id is not None else self.user_id
        if found is None:
            message = (
                "this needs a seller: pass user_id=..., or make the session with MeliSession(token, user_id=...) "
                "or app.session(user_id); (await session.users.me()).id tells whose token it is"
            )
            raise errors.InputError(message)
        return found

    async def call(
        self,
        endpoint: Endpoint[T],
        *,
        path: Mapping[str, object] = {},
        params: Params = {},  # noqa: B006  never written to
        json: object = None,
        form: Mapping[str, str | Secret] | None = None,
        upload: Upload | WholeBody | None = None,
    ) -> T:
        """Calls an endpoint and returns what its reader makes of the answer."""
        request = self.pipeline.request(
            endpoint, self.options, path=path, params=params, json=json, form=form, upload=upload
        )
        try:
            return await self.pipeline.run(endpoint, request, self)
        except MeliError as failure:
            if failure.may_have_been_applied and endpoint.check is not None:
                body = self.pipeline.codec.parse(request.body) if json is not None and request.body else None
                sent = SentCall(endpoint.template, path, render_params(params), body, self.user_id)
                failure.check = endpoint.check(sent)
            raise

    def paginate(
        self,
        endpoint: Endpoint[Page[T]],
        *,
        path: Mapping[str, object] = {},
        params: Params = {},  # noqa: B006  never written to
        restart: Callable[[Page[T]], Cursor | None] | None = None,
    ) -> Paginator[T]:
        """A search; bad input is refused here, before the first page is asked for.

        `restart` sees the first page and may say that the whole search begins elsewhere instead.
        """
        first = render_params(params)
        self.pipeline.request(endpoint, self.options, path=path, params=first)
        patient = self.patient()

        async def fetch(cursor: Cursor | None) -> Page[T]:
            query = {**first, **dict(cursor.params)} if cursor else first
            page = await patient.call(endpoint, path=path, params=query)
            elsewhere = restart(page) if restart and cursor is None else None
            return page if elsewhere is None else await fetch(elsewhere)

        return self.paginator(endpoint, fetch)

    def paginator(self, endpoint: Endpoint[Any], fetch: Callable[[Cursor | None], Awaitable[Page[T]]]) -> Paginator[T]:
        """A search that `fetch` leads from page to page; rows that cannot be decoded are told to the observers."""

        def report(error: errors.DecodeError) -> None:
            # Not the error itself: it shows the value, which may be a buyer's.
            LOGGER.warning("%s: a row could not be decoded: %s", endpoint.label, error.path or type(error).__name__)
            event = RowFailed(method=endpoint.method, path=endpoint.label, user_id=self.user_id, error=error)
            self.pipeline.observers.tell(event)

        return Paginator(fetch, report)

    def patient(self) -> "Caller":
        """For an operation of many calls: the deadline of each begins with its turn, so that none fails by queueing."""
        return self.with_options(patient=True)

    def with_options(self, **changes: Any) -> "Caller":  # noqa: ANN401  fields of CallOptions
        return evolve(self, options=evolve(self.options, **changes))


class Pipeline:
    """Everything the calls of one application share: transport, limiter, breaker, codec, observers."""

    def __init__(
        self,
        transport: Transport,
        limiter: RateLimiter,
        *,
        base_url: URL,
        codec: Codec,
        user_agent: str,
        observers: Observers,
        clock: Clock | None = None,
        breaker: BreakerPolicy | None = BreakerPolicy(),
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self.transport: Final = transport
        self.limiter: Final = limiter
        self.base_url: Final = base_url
        self.codec: Final = codec
        self.observers: Final = observers
        self.clock: Final[Clock] = clock or SystemClock()
        self.breaker: Final = None if breaker is None else Breaker(breaker, self.clock)
        self.jitter: Final = jitter
        self.places: Final = Places(getattr(transport, "limit", None))
        self._headers = {"accept": "application/json", "user-agent": user_agent}

    def request(
        self,
        endpoint: Endpoint[Any],
        options: CallOptions,
        *,
        path: Mapping[str, object],
        params: Params,
        json: object = None,
        form: Mapping[str, str | Secret] | None = None,
        upload: Upload | WholeBody | None = None,
    ) -> Request:
        """The request of a call, without its token.

        Raises:
            InputError: an id, a parameter or the body cannot be sent.
        """
        headers = {**self._headers, **options.headers, **endpoint.headers}
        body = None
        if json is not None:
            headers["content-type"] = "application/json"
            body = self.codec.encode(json)
        if upload is not None:
            body, headers["content-type"] = upload.encoded()
        url = build_url(
            self.base_url, render_path(endpoint.template, path), {**render_params(params), **options.params}
        )
        return Request(
            method=endpoint.method,
            url=url,
            template=endpoint.label,
            headers=headers,
            body=body,
            form=form,
            max_bytes=endpoint.max_bytes,
            timeouts=options.timeouts,
        )

    async def run(self, endpoint: Endpoint[T], request: Request, caller: Caller) -> T:
        """Sends a request as often as the retry table allows and reads the answer."""
        options = caller.options
        if options.dry_run and endpoint.safety is not Safety.SAFE:
            message = "a dry run sends no call that changes something"
            raise errors.DryRunError(message, request=request, call=CallInfo(endpoint.method, endpoint.label))
        travel = _Travel(self, endpoint, request, caller)
        start = self.clock.monotonic() if self.observers else 0.0
        try:
            result: T = await (
                travel.attempts() if options.deadline is None else self._before(options.deadline, travel)
            )
        except BaseException as failure:  # a cancellation too, and whatever a token provider raises: none is a success
            if isinstance(failure, MeliError) and travel.may_have_been_applied():
                failure.may_have_been_applied = True
            if self.observers:
                travel.tell(CallEnded, attempts=travel.attempt, seconds=self.clock.monotonic() - start, error=failure)
            raise
        if self.observers:
            travel.tell(CallEnded, attempts=travel.attempt, seconds=self.clock.monotonic() - start, error=None)
        return result

    async def _before(self, deadline: float, travel: "_Travel") -> Any:  # noqa: ANN401  what the reader returns
        scope = travel.scope = asyncio.timeout(None)
        try:
            async with scope:
                if not travel.patient:
                    travel.start_deadline()
                return await travel.attempts()
        except TimeoutError as late:
            if isinstance(late, MeliError) or not scope.expired():
                raise
        message = f"the deadline of {deadline:g} s passed"
        if travel.may_have_been_applied():
            message += "; the write was sent and may have been applied: read before you send it again"
        raise errors.DeadlineExceededError(message, call=travel.call_info())


class _Travel:
    """One call under way: its attempts so far."""

    __slots__ = (
        "_caller",
        "_endpoint",
        "_ends",
        "_first_sent",
        "_in_flight",
        "_key",
        "_pipeline",
        "_request",
        "_unknown",
        "attempt",
        "patient",
        "scope",
    )

    def __init__(self, pipeline: Pipeline, endpoint: Endpoint[Any], request: Request, caller: Caller) -> None:
        self._pipeline = pipeline
        self._endpoint = endpoint
        self._request = request
        self._caller = caller
        self._key: Key = (caller.user_id, endpoint.family)
        self.attempt = 0
        self.patient = caller.options.patient
        self.scope: asyncio.Timeout | None = None
        self._ends: float | None = None
        """After it nothing is sent: the deadline, once it has begun, or when a lost write may be older than others'."""
        self._first_sent = 0.0
        self._in_flight = False
        self._unknown = False
        """An earlier attempt may have been applied; what a later one is told does not undo it."""

    def may_have_been_applied(self) -> bool:
        """Whether the call changes something and an attempt was sent that no usable answer came to."""
        return self._unknown or (self._in_flight and self._endpoint.safety is not Safety.SAFE)

    def call_info(self, request_id: str | None = None) -> CallInfo:
        return CallInfo(self._endpoint.method, self._endpoint.label, self.attempt, request_id)

    def start_deadline(self) -> None:
        deadline = self._caller.options.deadline
        if self.scope is not None and deadline is not None and self._ends is None:
            self._ends = self._pipeline.clock.monotonic() + deadline
            self.scope.reschedule(asyncio.get_running_loop().time() + deadline)

    async def attempts(self) -> Any:  # noqa: ANN401  what the endpoint's reader returns
        pipeline, endpoint = self._pipeline, self._endpoint
        policy = self._caller.options.retry
        replayed = False
        failure: MeliError | None = None
        while True:
            try:
                token = await self._token_and_slot()
            except (errors.ThroughputWaitError, errors.CircuitOpenError) as waits:
                raise (waits if failure is None else self._final(failure)) from None
            if failure is not None and self._ends is not None and pipeline.clock.monotonic() > self._ends:
                pipeline.places.leave()
                raise self._final(failure)
            self.attempt += 1
            result, failure = await self._send(token)
            if failure is None:
                return result
            if leaves_outcome_unknown(failure, endpoint.safety):
                self._outcome_is_unknown()
            verdict = token_verdict(failure)
            if token is not None and verdict is not None:
                if replayed and verdict is TokenVerdict.DEAD and isinstance(self._caller.tokens, SharedTokens):
                    self._caller.tokens.refused_again(token)
                elif not replayed:
                    replayed = True
                    if await self._newer_token(token, verdict):
                        continue
                    raise self._final(failure)
            decision = decide(failure, endpoint.safety, policy, self.attempt - replayed, pipeline.jitter)
            paused = await self._paused_others(failure, policy, decision)
            if decision is None or self._is_too_late_in(decision.seconds):
                raise self._final(failure)
            self.tell(RetryScheduled, attempt=self.attempt, seconds=decision.seconds, error=failure)
            if not paused:
                await pipeline.clock.sleep(decision.seconds)

    def _outcome_is_unknown(self) -> None:
        self._unknown = True
        if self._endpoint.safety is Safety.IDEMPOTENT:
            fresh_until = self._first_sent + self._caller.options.retry.replay_within
            self._ends = fresh_until if self._ends is None else min(self._ends, fresh_until)

    async def _paused_others(self, failure: MeliError, policy: RetryPolicy, decision: Again | None) -> bool:
        """Whether the limiter waits after this failure, a 429; also where this call is not sent again."""
        if not isinstance(failure, errors.RateLimitedError) or not self._endpoint.authorize:
            return False
        asked = decision.seconds if decision else failure.retry_after or policy.throttle_base
        seconds = min(asked, policy.max_retry_after)
        await self._pipeline.limiter.penalize(self._caller.user_id, self._endpoint.group, seconds)
        return True

    def _is_too_late_in(self, seconds: float) -> bool:
        """Whether a wait would end when nothing is sent any more, or while the circuit breaker lets nothing pass."""
        if self._ends is not None and self._pipeline.clock.monotonic() + seconds > self._ends:
            return True
        breaker = self._pipeline.breaker
        return breaker is not None and breaker.wait(self._key) > seconds

    async def _token_and_slot(self) -> Secret | None:
        """A place among those under way, a slot of the limiter and the newest token.

        Nothing waits between slot and send: where no place is free after the slot, it is given up.
        """
        pipeline = self._pipeline
        while True:
            await pipeline.places.one_free()
            self._check_breaker()
            token = await self._slot_for_token() if self._endpoint.authorize else None
            if pipeline.places.take():
                break
        try:
            self._check_breaker(leaving=True)
        except errors.CircuitOpenError:
            pipeline.places.leave()
            raise
        self.start_deadline()
        return token

    def _check_breaker(self, *, leaving: bool = False) -> None:
        breaker = self._pipeline.breaker
        if breaker is None or not self._endpoint.authorize:
            return
        if not breaker.admit(self._key) if leaving else breaker.wait(self._key) > 0:
            raise breaker.error(self._key, self.call_info())

    async def _slot_for_token(self) -> Secret:
        pipeline, caller = self._pipeline, self._caller
        tokens = caller.tokens
        if tokens is None:
            message = "this session has no token"
            raise errors.SessionStateError(message)
        while True:
            fetched = await tokens.token() if tokens.current() is None else None
            left = None if self._ends is None else max(0.0, self._ends - pipeline.clock.monotonic())
            waited = await pipeline.limiter.acquire(caller.user_id, self._endpoint.group, max_wait=left)
            if waited > 0:
                self.tell(Waited, seconds=waited)
                if waited >= LONG_WAIT:
                    LOGGER.warning("%s waited %.1f s for its turn", self._endpoint.label, waited)
            newest = tokens.current()
            if newest is not None:
                return newest
            if fetched is not None:  # not asked for once more: the slot would be old when the call leaves
                return fetched

    async def _send(self, token: Secret | None) -> tuple[Any, MeliError | None]:
        pipeline, endpoint = self._pipeline, self._endpoint
        start = pipeline.clock.monotonic()
        if self.attempt == 1:
            self._first_sent = start
        result: Any = None
        response: Response | None = None
        failure: MeliError | None = None
        self._in_flight = True
        try:
            response = await pipeline.transport.send(self._request.with_token(token) if token else self._request)
            result = read_response(response, endpoint, pipeline.codec, attempts=self.attempt)
        except MeliError as raised:
            failure = raised
            failure.call = self.call_info(response.request_id if response else None)
        finally:
            pipeline.places.leave()
        self._in_flight = False
        if pipeline.breaker is not None and endpoint.authorize:
            pipeline.breaker.record(self._key, failure)
        if pipeline.observers:
            self.tell(
                AttemptEnded,
                attempt=self.attempt,
                seconds=pipeline.clock.monotonic() - start,
                status=response.status if response else None,
                error=failure,
                request_id=response.request_id if response else None,
            )
        return result, failure

    async def _newer_token(self, refused: Secret, verdict: TokenVerdict) -> bool:
        tokens = self._caller.tokens
        assert tokens is not None  # noqa: S101  a token was sent
        if verdict is TokenVerdict.DEAD:
            await tokens.invalidate(refused)
        elif isinstance(tokens, SharedTokens):
            await tokens.reread()
        newest = tokens.current()
        if newest is None and verdict is not TokenVerdict.MALFORMED:
            newest = await tokens.token()
        return newest is not None and newest != refused

    def _final(self, failure: MeliError) -> MeliError:
        answered = isinstance(failure, errors.UnexpectedRedirectError) or not isinstance(failure, errors.TransportError)
        if answered or not self._unknown:
            return failure
        message = f"{failure.args[0]}; it was sent and may have been applied: read before you send it again"
        return errors.OutcomeUnknownError(message, call=failure.call)

    def tell(self, event: Callable[..., Any], **fields: Any) -> None:  # noqa: ANN401  fields of the event
        observers = self._pipeline.observers
        if observers:
            observers.tell(
                event(method=self._endpoint.method, path=self._endpoint.label, user_id=self._caller.user_id, **fields)
            )
