"""Where the channel of a `meli channel` command is kept."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

from cyclopts import Parameter

from meli_sdk.app import MeliApp
from meli_sdk.channel.channel import SalesChannel
from meli_sdk.cli.output import Format
from meli_sdk.cli.settings import make_app
from meli_sdk.errors import ConfigurationError

SWITCH: Final = Parameter(negative="")
"""Of an option that has no opposite."""


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Place:
    """Where the channel is kept."""

    settings: Annotated[Path, Parameter(env_var="MELI_CHANNEL")] = Path("channel.toml")
    """The file of its settings."""
    database: Annotated[str, Parameter(env_var="MELI_DATABASE")] = "sqlite+aiosqlite:///channel.db"
    """Where its tables are: a SQLAlchemy address; postgresql+asyncpg://... for several machines."""
    format: Format | None = None
    """table, json, jsonl or csv; a table on a terminal, JSON lines elsewhere, when left out."""


@asynccontextmanager
async def opened(place: Place | None) -> AsyncGenerator[tuple[SalesChannel, MeliApp]]:
    """The channel that the options name, and its application."""
    path = settings_path(place)
    database = (place or Place()).database
    async with make_app() as application, SalesChannel(application, path, database) as channel:
        yield channel, application


def settings_path(place: Place | None) -> Path:
    """The settings file that the options name.

    Raises:
        ConfigurationError: there is none.
    """
    path = (place or Place()).settings
    if path.exists():
        return path
    message = (
        f"{path}: cannot be read: there is no such file; make a channel by meli channel create NAME, or name its file by "
        "--settings"
    )
    raise ConfigurationError(message)


def format_of(place: Place | None) -> Format | None:
    """The format that the options ask for; None: what suits standard output."""
    return None if place is None else place.format
