"""The seller that a command works for, and the options that all those commands share."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cyclopts import Parameter

from meli_sdk.cli.output import Format
from meli_sdk.cli.settings import make_app
from meli_sdk.errors import InputError, NoGrantError

if TYPE_CHECKING:
    from meli_sdk.app import MeliApp
    from meli_sdk.session import MeliSession


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Common:
    """What every command for one seller takes."""

    seller: int | None = None
    """User id of the seller; may be left out where one is connected."""
    throughput: float | None = None
    """Calls per second; MELI_THROUGHPUT, or 1, when left out."""
    format: Format | None = None
    """table, json, jsonl or csv; a table on a terminal, JSON lines elsewhere, when left out."""


@asynccontextmanager
async def seller_session(common: Common | None, *, dry_run: bool = False) -> AsyncGenerator["MeliSession"]:
    """A session of the seller that the options name.

    Raises:
        NoGrantError: nobody is connected.
        InputError: several are, and none was named.
    """
    common = common or Common()
    async with make_app() as app:
        user_id = common.seller if common.seller is not None else await only_seller(app)
        if common.throughput is not None:
            app.set_throughput(user_id, common.throughput)
        session = app.session(user_id)
        yield session.with_options(dry_run=True) if dry_run else session


async def only_seller(app: "MeliApp") -> int:
    """The one seller who is connected.

    Raises:
        NoGrantError: there is none.
        InputError: there are several; the message names them.
    """
    found = [info.user_id for info in await app.sellers()]
    if len(found) == 1:
        return found[0]
    if not found:
        message = "no seller is connected"
        raise NoGrantError(message)
    message = f"{len(found)} sellers are connected: choose one by --seller: {', '.join(map(str, sorted(found)))}"
    raise InputError(message)
