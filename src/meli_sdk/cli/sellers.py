"""`meli sellers`."""

import asyncio

from attrs import asdict

from meli_sdk.auth.grant import GrantInfo
from meli_sdk.cli.output import Format, show
from meli_sdk.cli.settings import make_app


def sellers(*, format: Format | None = None) -> None:  # noqa: A002  the name of the option
    """List the sellers who are connected.

    Args:
        format: table, json, jsonl or csv; a table on a terminal, JSON elsewhere, when left out.
    """
    rows = [asdict(info) for info in asyncio.run(_read())]
    columns = ("user_id", "state", "expires_at", "access_token", "refresh_token", "reason", "since")
    show(rows, columns, format, empty="No seller is connected. Connect one: meli login --site MLA")


async def _read() -> tuple[GrantInfo, ...]:
    async with make_app() as application:
        return await application.sellers()
