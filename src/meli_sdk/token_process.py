"""The process that `MeliApp(token_exchange="detached")` starts: renews tokens, and outlives the one that asked.

Not for people: it reads its settings and what to do from its standard input, a socket.
"""

import asyncio
import base64
import json
import logging
import os
import pickle
import random
import socket
from collections.abc import Mapping
from typing import Any

from meli_sdk.auth.events import LOGGER
from meli_sdk.auth.exchange import TokenExchange
from meli_sdk.auth.grant import GrantRecord
from meli_sdk.auth.renewal import Renewal, Unwanted
from meli_sdk.auth.stores import GrantStore
from meli_sdk.auth.stores.reopen import reopen
from meli_sdk.config import AppCredentials
from meli_sdk.errors import MeliError, SessionStateError
from meli_sdk.session import make_pipeline
from meli_sdk.wire.observe import Event
from meli_sdk.wire.pipeline import Pipeline

_LINE = 1024 * 1024


class Renewals:
    """The renewals under way for one application."""

    def __init__(self, credentials: AppCredentials, store: GrantStore, pipeline: Pipeline) -> None:
        self._credentials = credentials
        self._store = store
        self._pipeline = pipeline
        self._exchange = TokenExchange(pipeline, credentials.client_id)
        self._under_way: dict[asyncio.Task[None], Renewal] = {}

    def begin(self, wanted: Mapping[str, Any], writer: asyncio.StreamWriter) -> None:
        """Starts one; its answer is written when it is done."""
        renewal = Renewal(
            wanted["user_id"],
            self._credentials,
            self._store,
            self._exchange,
            self._pipeline.clock,
            observers=self._pipeline.observers,
            random=random.random,
        )
        task = asyncio.create_task(_answer(renewal, wanted, self._store, writer))
        self._under_way[task] = renewal
        task.add_done_callback(self._under_way.pop)

    async def finish(self) -> None:
        """Waits until exchanges under way are saved; nothing new begins."""
        tasks = dict(self._under_way)
        for task, renewal in tasks.items():
            if renewal.stop():
                task.cancel()
        if tasks:
            await asyncio.wait(tasks)
        await self._pipeline.transport.aclose()
        await self._store.aclose()


async def _answer(renewal: Renewal, wanted: Mapping[str, Any], store: GrantStore, writer: asyncio.StreamWriter) -> None:
    """Renews, and says so: already when the tokens are in a rescue file, where the one who asked can read them."""
    unwanted = Unwanted(*wanted["unwanted"]) if wanted["unwanted"] else None
    said = False

    def say(error: str | None) -> None:
        nonlocal said
        if not said:
            said = True
            _write(writer, {"number": wanted["number"], "error": error})

    def unsaved(_: GrantRecord) -> None:
        if getattr(store, "rescue", None) is not None:
            say(None)

    try:
        await renewal(unwanted, unsaved)
    except MeliError as failure:
        say(_pickled(failure))
    except Exception as failure:  # noqa: BLE001  who asked would wait for ever
        LOGGER.exception("a renewal failed")
        say(_pickled(SessionStateError(f"the process for token exchanges failed ({type(failure).__name__})")))
    else:
        say(None)


def _pickled(thing: object) -> str:
    return base64.b64encode(pickle.dumps(thing)).decode()


def _write(writer: asyncio.StreamWriter, message: Mapping[str, object]) -> None:
    if not writer.is_closing():  # otherwise the one that asked has gone
        writer.write(json.dumps(message).encode() + b"\n")


async def serve(connection: socket.socket) -> None:
    """Does what is asked on the connection, until it is closed and everything is saved."""
    connection.setblocking(False)
    reader, writer = await asyncio.open_connection(sock=connection, limit=_LINE)
    first = await reader.readline()
    if not first:  # the one that started us has gone already
        writer.close()
        return
    settings: dict[str, Any] = json.loads(first)

    def tell(event: Event) -> None:
        _write(writer, {"event": _pickled(event)})

    renewals = Renewals(
        AppCredentials(settings["client_id"], settings["client_secret"]),
        reopen(settings["store"]),
        make_pipeline(
            base_url=settings["base_url"],
            throughput=1.0,  # the token endpoint has no slot
            transport=None,
            observers=[tell],
            user_agent=settings["user_agent"],
            breaker=None,
        ),
    )
    try:
        while line := await reader.readline():
            renewals.begin(json.loads(line), writer)
    except ConnectionError:
        pass
    await renewals.finish()
    writer.close()


def main() -> None:
    """Serves on the socket that is standard input."""
    logging.basicConfig(level=logging.WARNING, format="meli_sdk.token_process: %(message)s")
    asyncio.run(serve(socket.socket(fileno=os.dup(0))))


if __name__ == "__main__":
    main()
