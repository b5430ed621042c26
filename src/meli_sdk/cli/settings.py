"""What the commands run with: each setting, where it comes from, and how it may be shown."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from attrs import frozen
from platformdirs import user_data_path
from yarl import URL

from meli_sdk.app import MeliApp
from meli_sdk.config import BASE_URL, DEFAULT_THROUGHPUT, check_throughput, read_environment
from meli_sdk.errors import ConfigurationError
from meli_sdk.secret import Secret
from meli_sdk.wire.message import LOOPBACK

REDIRECT_URI: Final = "https://localhost:8765/callback"
"""Where the paste flow is sent back to: nothing has to answer there, the address is what counts."""
_SECRETS: Final = ("MELI_CLIENT_SECRET", "MELI_GRANTS_KEY")
_MEANINGS: Final[Mapping[str, str]] = {
    "MELI_CLIENT_ID": "App ID of the application, from the developer panel",
    "MELI_CLIENT_SECRET": "its secret key",
    "MELI_REDIRECT_URI": "its redirect URI, exactly as registered",
    "MELI_GRANTS": "where sellers' tokens are kept",
    "MELI_GRANTS_KEY": "the key they are encrypted with",
    "MELI_TOKEN_EXCHANGE": "inline, or detached: renewed in a process of its own",
    "MELI_API_URL": "where calls go",
    "MELI_THROUGHPUT": "calls per second and seller",
}


@frozen(kw_only=True)
class Setting:
    """One setting."""

    name: str
    value: str | None
    """As it may be shown: secrets are masked, and so is the password of a URL."""
    origin: str
    """`environment`, `default`, or `not set`."""
    meaning: str


def grant_file() -> Path:
    """Where the commands keep grants unless told otherwise; its folder is for its owner alone."""
    folder = user_data_path("meli-sdk", appauthor=False)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder / "grants.db"


def defaults() -> dict[str, str]:
    """What holds where the environment says nothing."""
    return {
        "MELI_REDIRECT_URI": REDIRECT_URI,
        "MELI_GRANTS": str(grant_file()),
        "MELI_TOKEN_EXCHANGE": "inline",
        "MELI_API_URL": BASE_URL,
        "MELI_THROUGHPUT": f"{DEFAULT_THROUGHPUT:g}",
    }


def settings() -> tuple[Setting, ...]:
    """Every setting of the commands."""
    standard = defaults()
    return tuple(_setting(name, standard) for name in _MEANINGS)


def _setting(name: str, standard: Mapping[str, str]) -> Setting:
    given = os.environ.get(name)
    origin = "environment" if given else "default" if name in standard else "not set"
    value = given or standard.get(name)
    if value is not None:
        value = Secret(value).masked() if name in _SECRETS else _without_password(value)
    return Setting(name=name, value=value, origin=origin, meaning=_MEANINGS[name])


def _without_password(value: str) -> str:
    if "://" not in value or "@" not in value:
        return value
    try:
        url = URL(value)
    except ValueError:
        return "***"
    return str(url.with_password("***")) if url.password else value


def make_app() -> MeliApp:
    """The application of the environment.

    Against a sandbox, which has its authorization page beside the API, sellers authorise there.

    Raises:
        ConfigurationError: a variable is missing or wrong; the message names it.
    """
    given = {**defaults(), **{name: value for name, value in os.environ.items() if value}}
    for name in ("MELI_CLIENT_ID", "MELI_CLIENT_SECRET"):
        if name not in given:
            message = (
                f"{name} is not set: export it, from the developer panel or as `meli sandbox` prints it; `meli doctor` "
                "shows every setting"
            )
            raise ConfigurationError(message)
    api = given["MELI_API_URL"]
    try:
        local = URL(api).host in LOOPBACK
    except ValueError:
        local = False
    return MeliApp.from_env(given, authorization_host=api if local else None)


def throughput(given: float | None) -> float:
    """Calls per second: an option, the environment, or the default.

    Raises:
        ConfigurationError: the variable holds no rate.
    """
    if given is not None:
        return check_throughput(given)
    return check_throughput(read_environment({**defaults(), **os.environ}).throughput)
