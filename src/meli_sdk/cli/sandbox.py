"""`meli sandbox`: a Mercado Libre on this machine, and notifications from it."""

import asyncio
import json
import os
import signal
import sys
from pathlib import Path
from typing import Annotated, Final

from cyclopts import App, Parameter
from yarl import URL

from meli_sdk.errors import ConfigurationError, InputError, MeliConnectionError
from meli_sdk.sandbox.admin import fault_kind
from meli_sdk.sandbox.faults import CONTROL, Fault, FaultPlan
from meli_sdk.sandbox.live import LiveSandbox
from meli_sdk.sandbox.remote import control
from meli_sdk.wire.message import LOOPBACK

PORT: Final = 8900
app: App = App(
    name="sandbox",
    help="Run a Mercado Libre on this machine, for clients in any language.",
    help_format="plaintext",
)


@app.default
def serve(
    *,
    port: int = PORT,
    seed: int | None = None,
    more_orders: int = 0,
    more_items: int = 0,
    speed: float = 1.0,
    orders_per_hour: float | None = None,
    callback: str | None = None,
    topic: Annotated[tuple[str, ...], Parameter(negative="")] = (),
    fault: Annotated[tuple[str, ...], Parameter(negative="")] = (),
    state: Path | None = None,
    redirect_uri: Annotated[tuple[str, ...], Parameter(negative="")] = (),
    pkce: Annotated[bool, Parameter(negative="")] = False,
) -> None:
    """Run a Mercado Libre on 127.0.0.1 until Ctrl-C or SIGTERM. It needs no account and no network.

    On a terminal it prints the settings to copy; elsewhere one line of JSON, once it answers. Its pages below /sandbox
    control it while it runs.

    Args:
        port: where it listens; 0 takes any free one.
        seed: the same seed makes the same orders, ids and tokens; 1 when left out.
        more_orders: orders of the last ninety days beside the seeded ones.
        more_items: items, SKU-000001 and on, beside the seeded ones.
        speed: seconds of the sandbox in one second; its tokens, retries and parcels follow its time.
        orders_per_hour: new orders in an hour of the sandbox's time; they get paid, shipped and delivered by
            themselves, or cancelled. Nothing moves by itself when left out.
        callback: the http address that notifications are posted to.
        topic: a topic to push; may be given several times; all when left out.
        fault: KIND=SHARE, such as reset=0.1: so many of the requests meet this fault; may be given several times.
        state: a JSON file that keeps the sandbox over restarts.
        redirect_uri: a further redirect URI of the application; may be given several times.
        pkce: the application asks for PKCE.
    """
    plan = FaultPlan([_fault(text) for text in fault])
    try:
        box = LiveSandbox(
            port,
            seed,
            speed=speed,
            orders_per_hour=orders_per_hour,
            callback=callback,
            topics=topic or None,
            more_orders=more_orders,
            more_items=more_items,
            state=state,
            faults=plan,
            redirect_uris=redirect_uri,
            requires_pkce=pkce,
        )
        asyncio.run(_serve(box))
    except ValueError as wrong:
        message = str(wrong)
    except OSError as failed:
        message = (
            f"port {port} or the state file cannot be used ({failed.strerror or failed}); --port 0 takes any free port"
        )
    else:
        return
    raise ConfigurationError(message)


def _fault(text: str) -> Fault:
    name, _, share = text.partition("=")
    try:
        return Fault(kind=fault_kind(name), share=float(share or 1))
    except ValueError as wrong:
        message = f"--fault {text}: {wrong}"
    raise InputError(message)


async def _serve(box: LiveSandbox) -> None:
    stopped = asyncio.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(sign, stopped.set)
    async with box:
        _announce(box)
        await stopped.wait()


def _announce(box: LiveSandbox) -> None:
    settings = {
        "MELI_API_URL": box.url,
        "MELI_CLIENT_ID": str(box.app_credentials.client_id),
        "MELI_CLIENT_SECRET": box.app_credentials.client_secret,
        "MELI_REDIRECT_URI": box.redirect_uri,
    }
    sellers = [{"user_id": user.id, "nickname": user.nickname, "site_id": user.site_id} for user in box.sellers]
    if sys.stdout.isatty():
        lines = [
            f"A Mercado Libre of this machine answers at {box.url}. Ctrl-C ends it. In another terminal:",
            "",
            *(f"  export {name}={value}" for name, value in settings.items()),
            "",
            *(f"  seller {row['user_id']} {row['nickname']}: meli login --site {row['site_id']}" for row in sellers),
            "",
            f"It is controlled at {box.url}{CONTROL}",
        ]
        print("\n".join(lines), flush=True)  # noqa: T201
    else:
        print(json.dumps({"url": box.url, "settings": settings, "sellers": sellers}), flush=True)  # noqa: T201


@app.command
def send(
    topic: str,
    *,
    resource: str | None = None,
    user_id: int | None = None,
    url: str | None = None,
) -> None:
    """Push one notification from a running sandbox to its callback, and say what that answered.

    Args:
        topic: such as orders_v2, shipments, items or questions.
        resource: such as /orders/2000003508419013; the newest of its kind when left out.
        user_id: whose it is; its owner when left out.
        url: of the sandbox; MELI_API_URL where that is on this machine, or http://127.0.0.1:8900 when left out.
    """
    told_of = asyncio.run(_send(_sandbox_url(url), {"topic": topic, "resource": resource, "user_id": user_id}))
    print(json.dumps(told_of))  # noqa: T201
    sys.exit(0 if told_of["http_code"] == 200 else 1)  # noqa: PLR2004  the only answer that counts


def _sandbox_url(given: str | None) -> str:
    named = given or os.environ.get("MELI_API_URL", "")
    try:
        local = URL(named).host in LOOPBACK
    except ValueError:
        local = False
    if given and not local:
        message = f"--url is a sandbox on this machine, such as http://127.0.0.1:{PORT}, got {given}"
        raise InputError(message)
    return named.rstrip("/") if local else f"http://127.0.0.1:{PORT}"


async def _send(url: str, wanted: dict[str, object]) -> dict[str, object]:
    try:
        return await control(url, "/notifications", wanted)
    except ConnectionError:
        message = f"no sandbox answers at {url}: start one with `meli sandbox`, or name its --url"
    except ValueError as refused:
        raise InputError(str(refused)) from None
    raise MeliConnectionError(message)
