"""The settings of an application: credentials, time limits, retries. Each refuses wrong values when it is made."""

import math
from collections.abc import Mapping
from typing import Final, Literal, TypeAlias

from attrs import field, frozen

from meli_sdk.errors import ConfigurationError, InputError, shown
from meli_sdk.secret import Secret

BASE_URL: Final = "https://api.mercadolibre.com"
DEFAULT_THROUGHPUT = 1.0
"""Calls per second and seller; the OMS guide's default."""
MIN_THROUGHPUT = 0.01
MAX_THROUGHPUT = 10_000.0
_MAX_ID_DIGITS: Final = 20
_MAX_ID: Final[int] = 10**_MAX_ID_DIGITS


def _whole_number(value: object) -> bool:
    if isinstance(value, bool):
        return False
    if isinstance(value, int):
        return 0 < value < _MAX_ID
    if isinstance(value, str):
        return value.isascii() and value.isdigit() and len(value) <= _MAX_ID_DIGITS and int(value) > 0
    return False


def check_throughput(value: object) -> float:
    """A rate in calls per second, from 0.01 to 10,000.

    Raises:
        InputError: for anything else, NaN, text and booleans included.
    """
    if (
        isinstance(value, bool)
        or not isinstance(value, int | float)
        or not (MIN_THROUGHPUT <= value <= MAX_THROUGHPUT)  # false for NaN too
    ):
        message = f"throughput is calls per second, 0.01 to 10,000, got {shown(value)}"
        raise InputError(message)
    return float(value)


def check_seconds(name: str, value: object, *, optional: bool = False) -> None:
    """Refuses what is no positive, finite number of seconds."""
    if value is None and optional:
        return
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or value <= 0:
        message = f"{name} is seconds, more than 0, got {shown(value)}"
        raise InputError(message)


def _to_secret(value: object) -> Secret:
    if not isinstance(value, str | Secret):
        message = f"client_secret must be text, got {type(value).__name__}"
        raise InputError(message)
    return Secret(value)


def _to_client_id(value: int | str) -> int:
    if not _whole_number(value):
        message = f"client_id must be the numeric App ID from the developer panel, got {shown(value)}"
        raise InputError(message)
    return int(value)


@frozen
class AppCredentials:
    """App ID and secret key of one registered application, from Mercado Libre's developer panel.

    Raises:
        InputError: the id is not numeric, or the secret is empty or holds white space.
    """

    client_id: int = field(converter=_to_client_id)
    client_secret: Secret = field(converter=_to_secret)

    def __attrs_post_init__(self) -> None:
        value = self.client_secret.reveal()
        if not value:
            message = "client_secret is empty: copy the secret key from the developer panel"
            raise InputError(message)
        if any(character.isspace() for character in value):
            message = "client_secret contains white space (copied with a line break?)"
            raise InputError(message)


@frozen(kw_only=True)
class Timeouts:
    """Limits in seconds inside one attempt: to connect, between two reads, and for the whole attempt.

    A `read` as long as the attempt adds nothing to it, and costs nothing. Connecting never takes more than three quarters
    of the attempt: what ends then was surely not sent.
    """

    connect: float = 5.0
    read: float = 20.0
    attempt: float = 20.0

    def __attrs_post_init__(self) -> None:
        check_seconds("Timeouts.connect", self.connect)
        check_seconds("Timeouts.read", self.read)
        check_seconds("Timeouts.attempt", self.attempt)


@frozen(kw_only=True)
class RetryPolicy:
    """How often and how patiently a failed call is repeated.

    Back-off is full jitter: a random part of `base * 2 ** n` seconds, at most `cap`. A `Retry-After` longer than
    `max_retry_after` is raised, not slept.

    Raises:
        InputError: no whole number of attempts from 1, or a time that is no positive number of seconds.
    """

    max_attempts: int = 4
    base: float = 0.5
    throttle_base: float = 1.0
    """The base after a 429."""
    cap: float = 60.0
    max_retry_after: float = 60.0
    replay_within: float = 10.0
    """Seconds after its first sending in which a write that may have been applied is sent again, where twice is as good
    as once; back-off, pauses and the queue for its next slot count. Later the value it carries may be older than what
    others have written since."""

    def __attrs_post_init__(self) -> None:
        if isinstance(self.max_attempts, bool) or not isinstance(self.max_attempts, int) or self.max_attempts < 1:
            message = f"RetryPolicy.max_attempts is a whole number from 1, got {shown(self.max_attempts)}"
            raise InputError(message)
        for name in ("base", "throttle_base", "cap", "max_retry_after", "replay_within"):
            check_seconds(f"RetryPolicy.{name}", getattr(self, name))

    @classmethod
    def never(cls) -> "RetryPolicy":
        """A policy that never repeats a call."""
        return cls(max_attempts=1)


@frozen(kw_only=True)
class BreakerPolicy:
    """When calls to a part of Mercado Libre that keeps failing are stopped: for each seller and family of endpoints.

    After `failures` in a row without an answer, or with one of 5xx, calls fail at once with `CircuitOpenError`. Every
    `pause` seconds one call is let through; when it is answered, all are. A 429 is no failure here: the limiter pauses.

    Raises:
        InputError: no whole number of failures from 1, or a pause that is no positive number of seconds.
    """

    failures: int = 10
    pause: float = 30.0

    def __attrs_post_init__(self) -> None:
        if isinstance(self.failures, bool) or not isinstance(self.failures, int) or self.failures < 1:
            message = f"BreakerPolicy.failures is a whole number from 1, got {shown(self.failures)}"
            raise InputError(message)
        check_seconds("BreakerPolicy.pause", self.pause)


TokenExchangePlace: TypeAlias = Literal["inline", "detached"]
"""Where tokens are renewed: in this process, or in one of its own, which a `kill -9` of this one does not reach."""


@frozen(kw_only=True)
class EnvironmentSettings:
    """What `MeliApp.from_env` reads."""

    credentials: AppCredentials
    redirect_uri: str | None
    grants: str | None
    grants_key: Secret | None
    token_exchange: TokenExchangePlace
    base_url: str
    throughput: float


def read_environment(environment: Mapping[str, str]) -> EnvironmentSettings:
    """Reads the `MELI_*` variables.

    Raises:
        ConfigurationError: a variable is missing or its value is wrong; the message names it.
    """
    for name in ("MELI_CLIENT_ID", "MELI_CLIENT_SECRET"):
        if not environment.get(name):
            message = f"{name} is not set; set it, or pass MeliApp(AppCredentials(client_id, client_secret), grants)"
            raise ConfigurationError(message)
    token_exchange = _token_exchange(environment.get("MELI_TOKEN_EXCHANGE") or "inline")
    text = environment.get("MELI_THROUGHPUT") or str(DEFAULT_THROUGHPUT)
    try:
        return EnvironmentSettings(
            credentials=AppCredentials(environment["MELI_CLIENT_ID"], environment["MELI_CLIENT_SECRET"]),
            redirect_uri=environment.get("MELI_REDIRECT_URI") or None,
            grants=environment.get("MELI_GRANTS") or None,
            grants_key=Secret(environment["MELI_GRANTS_KEY"]) if environment.get("MELI_GRANTS_KEY") else None,
            token_exchange=token_exchange,
            base_url=environment.get("MELI_API_URL") or BASE_URL,
            throughput=check_throughput(float(text)),
        )
    except InputError as wrong:
        message = f"MELI_CLIENT_ID, MELI_CLIENT_SECRET or MELI_THROUGHPUT: {wrong}"
        raise ConfigurationError(message) from None
    except ValueError:
        message = f"MELI_THROUGHPUT is calls per second, 0.01 to 10,000, got {shown(text)}"
        raise ConfigurationError(message) from None


def _token_exchange(text: str) -> TokenExchangePlace:
    for place in ("inline", "detached"):
        if text == place:
            return place
    message = f"MELI_TOKEN_EXCHANGE is inline or detached, got {shown(text)}"
    raise ConfigurationError(message)
