"""`meli get PATH`: any resource."""

import asyncio
import json
import sys
from typing import Annotated

from cyclopts import Parameter

from meli_sdk.cli.sellers_session import Common, seller_session
from meli_sdk.codec import encode
from meli_sdk.errors import InputError


def get(
    path: str,
    *,
    param: Annotated[tuple[str, ...], Parameter(negative="")] = (),
    header: Annotated[tuple[str, ...], Parameter(negative="")] = (),
    common: Common | None = None,
) -> None:
    """Print what any resource answers, as JSON: by the seller's token, throughput and retries.

    Args:
        path: such as /users/me; begins with one slash.
        param: NAME=VALUE, a parameter of the query; may be given several times.
        header: NAME=VALUE, a further header; may be given several times.
    """
    params, headers = _pairs("--param", param), _pairs("--header", header)

    async def read() -> object:
        async with seller_session(common) as session:
            return await session.request("GET", path, params=params, headers=headers)

    text = encode(asyncio.run(read())).decode()
    for_people = sys.stdout.isatty() and (common is None or common.format in {None, "table"})
    print(json.dumps(json.loads(text), indent=2, ensure_ascii=False) if for_people else text)  # noqa: T201


def _pairs(option: str, given: tuple[str, ...]) -> dict[str, str]:
    pairs = [text.partition("=") for text in given]
    for name, equals, _ in pairs:
        if not name or not equals:
            message = f"{option} is NAME=VALUE, got {name!r}"
            raise InputError(message)
    return {name: value for name, _, value in pairs}
