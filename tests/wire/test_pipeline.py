"""The way of a call: deadline, retries, tokens, slots, events. Time is the loop's own and nobody waits for it."""

import asyncio
import logging

import pytest

from meli_sdk import RetryPolicy, Timeouts, errors
from meli_sdk.models import Order, SiteConfig
from meli_sdk.wire.endpoint import Safety
from meli_sdk.wire.observe import AttemptEnded, CallEnded, RetryScheduled, RowFailed, Waited

pytestmark = pytest.mark.virtual_time

ORDER = {"id": 17, "status": "paid"}
ROWS = [SiteConfig("MLB", "remote")]
LISTED = [{"action": "POST", "item_id": "MLB1", "parent_id": "CBT1", "logistic_type": "remote", "site_id": "MLB"}]
INVALID = {"message": "invalid_token", "error": "not_found", "status": 401, "cause": []}
RESET = "connection reset"
SOON = 0.01
"""Seconds in which nothing has waited."""


def now() -> float:
    return asyncio.get_running_loop().time()


def reset() -> errors.MeliConnectionError:
    return errors.MeliConnectionError(RESET)


def refused() -> errors.MeliConnectionError:
    return errors.MeliConnectionError("connection refused", sent=False)


# what is sent


async def test_a_call_carries_token_agent_and_headers_and_decodes_the_answer(me, fake):
    fake.answer(200, ORDER)
    assert (await me.orders.get(17)).status == "paid"
    (sent,) = fake.requests
    assert fake.paths() == ["GET /orders/17"]
    assert (sent.template, sent.token.reveal()) == ("/orders/{order_id}", "APP_USR-invented")
    assert sent.headers == {"accept": "application/json", "user-agent": "tests"}
    assert (sent.body, sent.form) == (None, None)


async def test_headers_and_parameters_of_the_session_travel_with_each_call(me, fake):
    fake.answer(200, ORDER, times=2)
    mine = me.with_options(headers={"x-scope": "a"}, params={"app": "b c"})
    await mine.orders.get(17)
    await me.orders.get(17)
    assert fake.requests[0].headers["x-scope"] == "a"
    assert fake.paths() == ["GET /orders/17?app=b+c", "GET /orders/17"]


async def test_any_endpoint_can_be_called_and_typed(me, fake):
    fake.answer(200, ORDER, times=3)
    assert await me.request("GET", "/orders/17") == ORDER
    assert (await me.request("GET", "/orders/17", model=Order)).id == 17
    answer = await me.request("GET", "/orders/17", params={"a": [1, 2]}, headers={"x-version": "3"}, raw=True)
    assert (answer.status, answer.headers["content-type"]) == (200, "application/json")
    assert fake.paths()[-1] == "GET /orders/17?a=1%2C2"
    assert fake.requests[-1].headers["x-version"] == "3"


async def test_a_body_travels_as_json_with_exact_numbers(me, fake):
    fake.answer(201, b"")
    assert await me.request("POST", "/anything", json={"price": 11.23, "none": None}) is None
    assert fake.requests[0].body == b'{"price":11.23,"none":null}'
    assert fake.requests[0].headers["content-type"] == "application/json"


async def test_time_limits_travel_with_the_request(opened, fake):
    fake.answer(200, ORDER)
    limits = Timeouts(connect=1, read=2, attempt=3)
    await opened(timeouts=limits).orders.get(17)
    assert fake.requests[0].timeouts == limits


# retries


async def test_a_read_is_repeated_until_it_is_answered(me, fake):
    fake.fail(refused())
    fake.fail(reset())
    fake.answer(503, b"<html>")
    fake.answer(200, ORDER)
    assert (await me.orders.get(17)).id == 17
    assert fake.times == pytest.approx([0, 0.25, 0.75, 1.75], abs=SOON)


async def test_the_last_failure_is_raised_with_the_number_of_attempts(me, fake):
    fake.answer(503, b"", times=4, headers={"x-request-id": "r-4"})
    with pytest.raises(errors.ServerError) as raised:
        await me.orders.get(17)
    error = raised.value
    assert (error.attempts, error.method, error.path) == (4, "GET", "/orders/{order_id}")
    assert (error.request_id, error.may_have_been_applied) == ("r-4", False)
    assert len(fake.requests) == 4


async def test_a_policy_of_one_attempt_repeats_nothing(opened, fake):
    fake.answer(503, b"")
    with pytest.raises(errors.ServerError):
        await opened(retry=RetryPolicy.never()).orders.get(17)
    assert len(fake.requests) == 1


async def test_safety_can_be_told_where_the_method_does_not_say_it(me, fake):
    fake.answer(502, b"", times=2)
    fake.answer(200, {"ok": True})
    assert await me.request("POST", "/items/validate", json={}, safety=Safety.SAFE) == {"ok": True}
    fake.answer(502, b"")
    with pytest.raises(errors.ServerError) as raised:
        await me.request("PUT", "/counter", json={"add": 1}, safety=Safety.UNSAFE)
    assert raised.value.attempts == 1


async def test_every_attempt_pays_the_limiter(opened, fake):
    fake.answer(503, b"", times=2)
    fake.answer(200, ORDER)
    await opened(rate=0.1).orders.get(17)
    assert fake.times == pytest.approx([0, 10, 20], abs=SOON)


# whether a write may have happened


async def test_a_creating_call_whose_answer_was_lost_is_never_sent_again(me, fake):
    for failure in (reset(), errors.MeliTimeoutError("late"), errors.TransportError("the body was cut short")):
        fake.fail(failure)
        with pytest.raises(errors.OutcomeUnknownError, match="read before you send it again") as raised:
            await me.marketplace.create_items("CBT1", ROWS)
        assert (raised.value.attempts, raised.value.may_have_been_applied) == (1, True)
        assert str(failure.args[0]) in str(raised.value)
    assert len(fake.requests) == 3


async def test_a_creating_call_that_was_never_sent_is_repeated_and_surely_not_applied(me, fake):
    fake.fail(refused(), times=4)
    with pytest.raises(errors.MeliConnectionError) as raised:
        await me.marketplace.create_items("CBT1", ROWS)
    assert (raised.value.attempts, raised.value.sent, raised.value.may_have_been_applied) == (4, False, False)
    fake.fail(refused())
    fake.answer(200, LISTED)
    assert (await me.marketplace.create_items("CBT1", ROWS)).listings[0].item_id == "MLB1"


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [(500, {"error": "internal_server_error"}, errors.ServerError), (502, b"<html>", errors.ServerError)],
)
async def test_a_creating_call_that_was_answered_by_a_failing_server_is_not_repeated(me, fake, status, body, kind):
    fake.answer(status, body)
    with pytest.raises(kind) as raised:
        await me.marketplace.create_items("CBT1", ROWS)
    assert (raised.value.attempts, raised.value.may_have_been_applied) == (1, True)


async def test_a_success_that_cannot_be_read_may_have_been_applied(me, fake):
    fake.answer(200, b"<html>")
    with pytest.raises(errors.DecodeError) as raised:
        await me.marketplace.create_items("CBT1", ROWS)
    assert raised.value.may_have_been_applied
    fake.answer(200, b"<html>", times=4)
    with pytest.raises(errors.DecodeError) as read:
        await me.orders.get(17)
    assert (read.value.attempts, read.value.may_have_been_applied) == (4, False)


async def test_a_success_that_is_no_json_is_asked_for_again_one_that_does_not_fit_is_not(me, fake):
    fake.answer(200, b"<html>")
    fake.answer(200, ORDER)
    await me.orders.get(17)
    fake.answer(200, {"id": "seventeen"})
    with pytest.raises(errors.DecodeError) as raised:
        await me.orders.get(17)
    assert raised.value.attempts == 1


# a write that may have been applied is sent again for ten seconds only: later others may have written a newer value


@pytest.mark.parametrize(
    "failure", [errors.MeliTimeoutError("late"), errors.MeliConnectionError("reset"), errors.TransportError("cut")]
)
@pytest.mark.parametrize(("seconds", "attempts"), [(9.7, 2), (9.8, 1), (15, 1)])  # the back-off is a quarter of one
async def test_a_write_whose_answer_was_lost_is_sent_again_while_its_value_is_fresh(
    me, fake, failure, seconds, attempts
):
    fake.fail(failure)
    fake.fail(failure)
    fake.seconds.extend([seconds, 15])
    with pytest.raises(errors.OutcomeUnknownError) as raised:
        await me.request("PUT", "/items/MLA1", json={"price": 5})
    assert (raised.value.attempts, len(fake.requests)) == (attempts, attempts)


async def test_how_long_a_write_is_fresh_can_be_set_and_a_read_always_is(opened, fake):
    mine = opened(retry=RetryPolicy(replay_within=60))
    for method, seconds in (("PUT", 50), ("GET", 500)):
        fake.fail(errors.MeliTimeoutError("late"))
        fake.answer(200, {"ok": method})
        fake.seconds.extend([seconds, 0])
        assert await mine.request(method, "/items/MLA1") == {"ok": method}


async def test_a_write_whose_second_turn_would_come_too_late_fails_at_once(opened, fake):
    """Twenty calls are before it in the queue; the newest value is behind it, and nothing may overwrite that."""
    slow = opened(rate=1)
    fake.fail(reset())
    fake.answer(200, {}, times=21)
    lost = asyncio.create_task(slow.request("PUT", "/items/MLA1", json={"price": 5}))
    await asyncio.sleep(0)
    others = [asyncio.create_task(slow.orders.get(17)) for _ in range(20)]
    newer = asyncio.create_task(slow.request("PUT", "/items/MLA1", json={"price": 6}))
    with pytest.raises(errors.OutcomeUnknownError):
        await lost
    assert now() < 1
    await asyncio.gather(newer, *others, return_exceptions=True)
    assert [request.body for request in fake.requests if request.method == "PUT"] == [b'{"price":5}', b'{"price":6}']


async def test_a_write_that_waited_longer_than_was_foreseen_is_not_sent_and_keeps_no_place(opened, fake):
    """Another call of the seller is refused while it queues, and the limiter pauses for all."""
    fake.limit = 1
    mine, other = opened(rate=1), opened(rate=1, retry=RetryPolicy.never())
    fake.fail(reset())
    fake.answer(429, b"", headers={"retry-after": "30"})
    fake.answer(200, ORDER)
    lost = asyncio.create_task(mine.request("PUT", "/items/MLA1", json={"price": 5}))
    await asyncio.sleep(0)
    with pytest.raises(errors.RateLimitedError):
        await other.orders.get(17)
    with pytest.raises(errors.OutcomeUnknownError) as raised:
        await lost
    assert (raised.value.attempts, now()) == (1, pytest.approx(31, abs=2))
    async with asyncio.timeout(1000):
        await mine.orders.get(17)
    assert [request.method for request in fake.requests] == ["PUT", "GET", "GET"]


@pytest.mark.parametrize("status", [500, 502, 503, 504])
async def test_a_write_that_a_failing_server_answered_is_fresh_no_longer(me, fake, status):
    fake.answer(status, b"<html>", headers={"retry-after": "45"})
    with pytest.raises(errors.ServerError) as raised:
        await me.request("PUT", "/items/MLA1", json={"price": 5})
    assert (raised.value.attempts, raised.value.may_have_been_applied) == (1, True)
    assert now() < SOON


async def test_a_pause_does_not_make_a_lost_write_fresh_again(me, fake):
    fake.fail(reset())
    fake.answer(429, b"", headers={"retry-after": "50"})
    with pytest.raises(errors.RateLimitedError) as raised:
        await me.request("PUT", "/items/MLA1", json={"price": 5})
    assert (raised.value.attempts, raised.value.may_have_been_applied) == (2, True)
    assert now() < 1


@pytest.mark.parametrize("status", [423, 429])
async def test_a_write_that_was_surely_not_applied_has_no_such_limit(me, fake, status):
    fake.answer(status, b"", headers={"retry-after": "50"})
    fake.answer(200, {})
    await me.request("PUT", "/items/MLA1", json={"price": 5})
    assert fake.times == pytest.approx([0, 50], abs=0.1)


async def test_a_refused_write_was_not_applied(me, fake):
    fake.answer(400, {"message": "Invalid parameter", "error": "bad_request"})
    with pytest.raises(errors.InvalidParameterError) as raised:
        await me.marketplace.create_items("CBT1", ROWS)
    assert not raised.value.may_have_been_applied


async def test_an_earlier_attempt_that_was_lost_is_not_forgotten(me, fake):
    """The first PUT may have been applied; that the next ones never left does not undo it."""
    fake.fail(reset())
    fake.fail(refused(), times=3)
    with pytest.raises(errors.OutcomeUnknownError) as raised:
        await me.request("PUT", "/items/MLA1", json={"price": 5})
    assert (raised.value.attempts, raised.value.may_have_been_applied) == (4, True)
    fake.fail(reset())
    fake.answer(400, {"message": "Invalid parameter", "error": "bad_request"})
    with pytest.raises(errors.InvalidParameterError) as answered:
        await me.request("PUT", "/items/MLA1", json={"price": 5})
    assert answered.value.may_have_been_applied
    fake.fail(reset())
    fake.answer(200, {})
    await me.request("PUT", "/items/MLA1", json={"price": 5})


async def test_a_redirect_is_its_own_error_and_never_followed(me, fake):
    fake.answer(302, b"", headers={"location": "https://evil.example/x"})
    with pytest.raises(errors.UnexpectedRedirectError, match=r"evil\.example") as raised:
        await me.marketplace.create_items("CBT1", ROWS)
    assert raised.value.host == "evil.example"
    assert len(fake.requests) == 1


# tokens


async def test_a_refused_token_is_replaced_and_the_call_sent_once_more(opened, fake, tokens):
    provider = tokens("APP_USR-old", "APP_USR-new")
    fake.answer(401, INVALID)
    fake.answer(200, ORDER)
    assert (await opened(provider, retry=RetryPolicy.never()).orders.get(17)).id == 17
    assert [request.token.reveal() for request in fake.requests] == ["APP_USR-old", "APP_USR-new"]
    assert provider.refused == ["APP_USR-old"]
    assert now() < SOON


async def test_a_second_refusal_is_raised(opened, fake, tokens):
    provider = tokens("APP_USR-old", "APP_USR-new", "APP_USR-newer")
    fake.answer(401, INVALID, times=2)
    with pytest.raises(errors.InvalidTokenError) as raised:
        await opened(provider).orders.get(17)
    assert (raised.value.attempts, len(fake.requests)) == (2, 2)
    assert provider.refused == ["APP_USR-old"]


async def test_a_provider_without_a_newer_token_is_not_tried_twice(opened, fake, tokens):
    fake.answer(401, INVALID)
    with pytest.raises(errors.InvalidTokenError):
        await opened(tokens("APP_USR-only")).orders.get(17)
    assert len(fake.requests) == 1


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (400, {"message": "Malformed access_token: x", "error": "bad_request"}, errors.MalformedTokenError),
        (401, {"message": "m", "error": "unauthorized_scopes"}, errors.UnauthorizedError),
        (403, {"message": "Invalid caller.id", "error": "forbidden"}, errors.InvalidCallerError),
    ],
)
async def test_a_refusal_that_no_token_can_help_is_raised_at_once(opened, fake, tokens, status, body, kind):
    provider = tokens("APP_USR-old", "APP_USR-new")
    fake.answer(status, body)
    with pytest.raises(kind):
        await opened(provider).orders.get(17)
    assert (provider.refused, len(fake.requests)) == ([], 1)


async def test_a_creating_call_is_sent_again_with_the_new_token(opened, fake, tokens):
    fake.answer(401, INVALID)
    fake.answer(200, LISTED)
    result = await opened(tokens("APP_USR-old", "APP_USR-new")).marketplace.create_items("CBT1", ROWS)
    assert result.listings[0].item_id == "MLB1"
    assert fake.requests[0].body == fake.requests[1].body


async def test_the_replay_is_no_retry_and_leaves_all_of_them(opened, fake, tokens):
    fake.answer(401, INVALID)
    fake.answer(503, b"", times=3)
    fake.answer(200, ORDER)
    await opened(tokens("APP_USR-old", "APP_USR-new")).orders.get(17)
    assert len(fake.requests) == 5


async def test_the_token_that_leaves_is_the_newest_one_after_the_wait_for_a_slot(opened, fake, tokens):
    provider = tokens("APP_USR-old", "APP_USR-new")
    fake.answer(200, ORDER, times=2)
    slow = opened(provider, rate=0.1)
    await slow.orders.get(17)
    waiting = asyncio.create_task(slow.orders.get(17))
    await asyncio.sleep(5)
    provider.values.popleft()  # somebody else has refreshed
    await waiting
    assert [request.token.reveal() for request in fake.requests] == ["APP_USR-old", "APP_USR-new"]


async def test_a_token_that_expired_during_the_wait_is_asked_for_again(opened, fake, tokens):
    provider = tokens("APP_USR-old", "APP_USR-new")
    fake.answer(200, ORDER, times=2)
    slow = opened(provider, rate=0.1)
    await slow.orders.get(17)
    waiting = asyncio.create_task(slow.orders.get(17))
    await asyncio.sleep(5)
    provider.values.popleft()
    provider.ready = False
    await waiting
    assert provider.asked == 1
    assert fake.requests[-1].token.reveal() == "APP_USR-new"


async def test_a_token_service_that_is_asked_for_each_call_and_stalls_delays_no_slot_into_anothers_second(
    opened, fake, tokens
):
    class Service(tokens):
        def current(self):
            return None

        async def token(self):
            if 5 < now() < 15:
                await asyncio.sleep(15 - now())
            return await super().token()

    fake.answer(200, ORDER, times=60)
    calls = opened(Service("APP_USR-x"), rate=2)

    async def call(number: int) -> None:
        await asyncio.sleep(number / 4)
        await calls.orders.get(17)

    await asyncio.gather(*(call(number) for number in range(60)))
    assert all(third - first >= 1 - SOON for first, third in zip(fake.times, fake.times[2:], strict=False))


async def test_nothing_is_sent_where_no_token_can_be_had(opened, fake, tokens):
    class Nobody(tokens):
        async def token(self):
            message = "seller 900100 never connected"
            raise errors.NoGrantError(message)

    with pytest.raises(errors.NoGrantError):
        await opened(Nobody(ready=False)).orders.get(17)
    assert fake.requests == []


# 429


async def test_a_refused_call_pauses_its_seller_and_nobody_else(opened, fake):
    fake.answer(429, b"", headers={"retry-after": "30"})
    fake.answer(200, ORDER, times=4)
    mine, other = opened(), opened(user_id=2)
    first = asyncio.create_task(mine.orders.get(17))
    await asyncio.sleep(1)
    second = asyncio.create_task(mine.orders.get(18))
    await other.orders.get(19)
    assert now() == pytest.approx(1, abs=SOON)
    await asyncio.gather(first, second)
    assert fake.times == pytest.approx([0, 1, 30, 30], abs=1)
    assert min(fake.times[2:]) >= 30 - SOON
    assert fake.paths()[1] == "GET /orders/19"


async def test_without_a_hint_the_pause_backs_off(me, fake):
    fake.answer(429, b"", times=3)
    fake.answer(200, ORDER)
    await me.orders.get(17)
    assert fake.times == pytest.approx([0, 0.5, 1.5, 3.5], abs=0.1)


async def test_a_creating_call_that_was_refused_by_the_limit_is_sent_again(me, fake):
    fake.answer(429, b"local_rate_limited")
    fake.answer(200, LISTED)
    await me.marketplace.create_items("CBT1", ROWS)
    assert len(fake.requests) == 2


async def test_a_pause_longer_than_allowed_is_raised_at_once(me, fake):
    fake.answer(429, b"", headers={"retry-after": "3600"})
    with pytest.raises(errors.RateLimitedError) as raised:
        await me.orders.get(17)
    assert (raised.value.retry_after, raised.value.attempts) == (3600, 1)
    assert now() < SOON


@pytest.mark.parametrize(
    ("policy", "asked", "pause"),
    [
        (RetryPolicy.never(), "20", 20),
        (RetryPolicy.never(), None, 1),
        (RetryPolicy(), "3600", 60),
    ],
)
async def test_a_refusal_that_is_raised_pauses_the_sellers_next_call_all_the_same(opened, fake, policy, asked, pause):
    fake.answer(429, b"", headers={"retry-after": asked} if asked else {})
    fake.answer(200, ORDER)
    mine = opened(retry=policy)
    with pytest.raises(errors.RateLimitedError):
        await mine.orders.get(17)
    assert now() < SOON
    await mine.orders.get(18)
    assert fake.times[1] == pytest.approx(pause, abs=0.1)


# deadlines


async def test_without_a_deadline_a_hundred_calls_at_one_a_second_all_succeed(opened, fake):
    fake.answer(200, ORDER, times=100)
    slow = opened(rate=1)
    assert len(await asyncio.gather(*(slow.orders.get(17) for _ in range(100)))) == 100
    assert now() == pytest.approx(99, abs=0.1)


async def test_a_wait_beyond_the_deadline_is_an_error_at_once_and_nothing_is_sent(opened, fake):
    fake.answer(200, ORDER)
    slow = opened(rate=0.01, deadline=30)
    await slow.orders.get(17)
    with pytest.raises(errors.ThroughputWaitError, match="raise the throughput") as raised:
        await slow.orders.get(17)
    assert raised.value.wait == pytest.approx(100, abs=1)
    assert (len(fake.requests), now() < SOON) == (1, True)


async def test_a_deadline_in_the_middle_of_a_read_says_that_nothing_changed(opened, fake):
    fake.answer(200, ORDER)
    fake.seconds.append(100)
    with pytest.raises(errors.DeadlineExceededError, match=r"the deadline of 30 s passed$") as raised:
        await opened(deadline=30).orders.get(17)
    error = raised.value
    assert (error.method, error.path, error.attempts) == ("GET", "/orders/{order_id}", 1)
    assert (error.may_have_been_applied, isinstance(error, TimeoutError)) == (False, True)
    assert now() == pytest.approx(30, abs=SOON)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
async def test_a_deadline_in_the_middle_of_a_write_says_that_it_may_have_been_applied(opened, fake, method):
    fake.answer(200, {})
    fake.seconds.append(100)
    with pytest.raises(errors.DeadlineExceededError, match="may have been applied") as raised:
        await opened(deadline=30).request(method, "/items/MLA1", json={})
    assert raised.value.may_have_been_applied


async def test_a_deadline_between_two_attempts_remembers_the_first(opened, fake):
    fake.fail(reset())
    fake.answer(200, {})
    fake.seconds.extend([1, 100])
    with pytest.raises(errors.DeadlineExceededError) as raised:
        await opened(deadline=30).request("PUT", "/items/MLA1", json={})
    assert (raised.value.attempts, raised.value.may_have_been_applied) == (2, True)


async def test_a_back_off_that_would_pass_the_deadline_is_not_slept(opened, fake):
    fake.answer(503, b"", headers={"retry-after": "40"})
    with pytest.raises(errors.ServerError):
        await opened(deadline=30).orders.get(17)
    fake.fail(reset())
    fake.seconds.append(29.9)
    with pytest.raises(errors.OutcomeUnknownError):
        await opened(deadline=30).request("PUT", "/items/MLA1", json={})
    assert now() < 30


async def test_a_deadline_covers_the_wait_for_a_token(opened, fake, tokens):
    class Slow(tokens):
        async def token(self):
            await asyncio.sleep(100)
            return await super().token()

    with pytest.raises(errors.DeadlineExceededError) as raised:
        await opened(Slow("APP_USR-late", ready=False), deadline=30).request("POST", "/items", json={})
    assert (raised.value.attempts, raised.value.may_have_been_applied, fake.requests) == (0, False, [])


async def test_a_timeout_of_one_attempt_is_no_deadline(opened, fake):
    fake.fail(errors.MeliTimeoutError("read"), times=4)
    with pytest.raises(errors.MeliTimeoutError):
        await opened(deadline=600).orders.get(17)


async def test_a_timeout_around_the_call_stays_the_callers(opened, fake):
    fake.answer(200, ORDER)
    fake.seconds.append(100)
    with pytest.raises(TimeoutError) as raised:
        async with asyncio.timeout(5):
            await opened(deadline=30).orders.get(17)
    assert not isinstance(raised.value, errors.MeliError)


async def test_a_cancelled_call_ends_at_once_and_is_not_repeated(me, fake):
    fake.answer(200, ORDER)
    fake.seconds.append(100)
    call = asyncio.create_task(me.orders.get(17))
    await asyncio.sleep(1)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    assert (len(fake.requests), now()) == (1, pytest.approx(1, abs=SOON))


async def test_pages_queue_without_failing_by_their_deadline(opened, fake):
    """The deadline of each page begins with its turn, which here comes every hundred seconds."""
    for offset in (0, 49, 98, 147):  # each page begins with the last row of the one before it
        page = [{"id": n + 1} for n in range(offset, min(offset + 50, 190))]
        fake.answer(200, {"results": page, "paging": {"total": 190, "offset": offset, "limit": 50}})
    slow = opened(rate=0.01, deadline=30)
    assert len([order async for order in slow.orders.search()]) == 190
    assert now() == pytest.approx(300, abs=1)


async def test_the_deadline_of_a_page_holds_once_it_was_sent(opened, fake):
    fake.answer(200, {"results": []})
    fake.seconds.append(100)
    with pytest.raises(errors.DeadlineExceededError):
        await opened(deadline=30).orders.search()
    assert now() == pytest.approx(30, abs=SOON)


async def test_a_retry_that_would_queue_beyond_the_deadline_raises_what_happened(opened, fake):
    slow = opened(rate=0.1, deadline=25)
    fake.fail(reset())
    fake.answer(200, ORDER, times=5)
    first = asyncio.create_task(slow.orders.get(17))
    patient = opened(rate=0.1)
    others = [asyncio.create_task(patient.orders.get(18)) for _ in range(4)]
    with pytest.raises(errors.MeliConnectionError):
        await first
    assert now() < 1
    await asyncio.gather(*others)


# dry run


async def test_a_dry_run_sends_reads_and_shows_the_rest(opened, fake, tokens):
    provider = tokens("APP_USR-x", ready=False)
    dry = opened(provider).with_options(dry_run=True)
    for method in ("POST", "PUT", "DELETE"):
        with pytest.raises(errors.DryRunError) as raised:
            await dry.request(method, "/items/MLA1", json={"price": 5})
        request = raised.value.request
        assert (request.method, request.url.raw_path, request.body) == (method, "/items/MLA1", b'{"price":5}')
        assert request.token is None
    assert (provider.asked, fake.requests) == (0, [])
    fake.answer(200, ORDER)
    assert (await dry.orders.get(17)).id == 17


# events


async def test_observers_are_told_each_attempt_retry_and_wait(opened, fake):
    seen = []
    fake.answer(503, b"", headers={"x-request-id": "r-1"})
    fake.answer(200, ORDER, headers={"x-request-id": "r-2"})
    fake.seconds.extend([2, 3])
    await opened(rate=0.1, observers=[seen.append]).orders.get(17)
    first, retry, wait, second, call = seen
    assert {(event.method, event.path, event.user_id) for event in seen} == {("GET", "/orders/{order_id}", 900_100)}
    assert isinstance(first, AttemptEnded)
    assert (first.attempt, first.status, first.request_id) == (1, 503, "r-1")
    assert (first.seconds, type(first.error)) == (pytest.approx(2, abs=SOON), errors.ServerError)
    assert isinstance(retry, RetryScheduled)
    assert (retry.attempt, retry.seconds, retry.error) == (1, 0.25, first.error)
    assert isinstance(wait, Waited)
    assert wait.seconds == pytest.approx(10 - 2 - 0.25, abs=SOON)
    assert isinstance(second, AttemptEnded)
    assert (second.attempt, second.status, second.request_id, second.error) == (2, 200, "r-2", None)
    assert isinstance(call, CallEnded)
    assert (call.attempts, call.seconds, call.error) == (2, pytest.approx(13, abs=SOON), None)


async def test_a_failure_without_an_answer_is_an_event_too(opened, fake):
    seen = []
    fake.fail(reset())
    with pytest.raises(errors.MeliConnectionError):
        await opened(retry=RetryPolicy.never(), observers=[seen.append]).orders.get(17)
    event, call = seen
    assert (event.status, event.request_id, event.error.args[0]) == (None, None, RESET)
    assert (type(call), call.error) == (CallEnded, event.error)


async def test_a_cancelled_call_ends_as_one_and_not_as_a_success(opened, fake):
    seen = []
    fake.answer(200, ORDER)
    fake.seconds.append(100)
    call = asyncio.create_task(opened(observers=[seen.append]).orders.get(17))
    await asyncio.sleep(7)
    call.cancel()
    await asyncio.wait([call])
    (event,) = [event for event in seen if isinstance(event, CallEnded)]
    assert (event.attempts, event.seconds) == (1, pytest.approx(7, abs=SOON))
    assert isinstance(event.error, asyncio.CancelledError)


async def test_what_a_token_provider_raises_ends_the_call_in_the_events_too(opened, fake, tokens):
    class Broken(tokens):
        async def token(self):
            message = "the vault is sealed"
            raise RuntimeError(message)

    seen = []
    with pytest.raises(RuntimeError) as raised:
        await opened(Broken("APP_USR-x", ready=False), observers=[seen.append]).orders.get(17)
    (event,) = seen
    assert (type(event), event.attempts, event.error) == (CallEnded, 0, raised.value)


async def test_a_deadline_is_the_end_that_observers_are_told(opened, fake):
    seen = []
    fake.answer(200, ORDER)
    fake.seconds.append(100)
    with pytest.raises(errors.DeadlineExceededError) as raised:
        await opened(deadline=30, observers=[seen.append]).orders.get(17)
    assert [event.error for event in seen if isinstance(event, CallEnded)] == [raised.value]


async def test_a_retry_is_told_before_the_wait(opened, fake):
    told = []
    fake.fail(reset())
    fake.answer(200, ORDER)
    await opened(observers=[lambda event: told.append((type(event), now()))]).orders.get(17)
    assert told == [
        (AttemptEnded, pytest.approx(0, abs=SOON)),
        (RetryScheduled, pytest.approx(0, abs=SOON)),
        (AttemptEnded, pytest.approx(0.25, abs=SOON)),
        (CallEnded, pytest.approx(0.25, abs=SOON)),
    ]


async def test_a_broken_observer_is_logged_and_costs_nothing(opened, fake, caplog):
    seen = []

    def broken(event):
        message = "the metrics server is away"
        raise RuntimeError(message)

    fake.answer(200, ORDER)
    assert (await opened(observers=[broken, seen.append]).orders.get(17)).id == 17
    assert len(seen) == 2
    assert "an observer failed on AttemptEnded" in caplog.text


@pytest.mark.parametrize(("rate", "warned"), [(0.1, True), (0.2, False)])
async def test_a_wait_of_ten_seconds_is_a_warning(opened, fake, caplog, rate, warned):
    fake.answer(200, ORDER, times=2)
    slow = opened(rate=rate)
    with caplog.at_level(logging.WARNING, logger="meli_sdk"):
        await slow.orders.get(17)
        assert caplog.records == []
        await slow.orders.get(17)
    assert ("/orders/{order_id} waited 10.0 s for its turn" in caplog.text) is warned


async def test_a_row_that_cannot_be_read_is_an_event_a_warning_and_kept(opened, fake, caplog):
    seen = []
    body = {"results": [{"id": 1}, {"id": 2, "total_amount": "much"}], "paging": {"total": 2}}
    fake.answer(200, body)
    search = opened(observers=[seen.append]).orders.search()
    assert [order.id async for order in search] == [1]
    (event,) = [event for event in seen if isinstance(event, RowFailed)]
    assert (event.error, event.path, event.error.raw["id"]) == (search.failed[0], "/orders/search", 2)
    assert "a row could not be decoded" in caplog.text


async def test_the_token_is_in_no_event_and_no_log(opened, fake, caplog):
    seen = []
    fake.answer(401, {"message": "invalid_token", "error": "not_found"})
    fake.fail(reset(), times=2)
    with caplog.at_level(logging.DEBUG):
        for _ in range(2):
            with pytest.raises(errors.MeliError) as raised:
                await opened("APP_USR-CANARY", retry=RetryPolicy(max_attempts=2), observers=[seen.append]).orders.get(
                    17
                )
            assert "CANARY" not in repr(raised.value)
    assert "CANARY" not in f"{seen}{caplog.text}"
