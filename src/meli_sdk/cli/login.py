"""`meli login`: connects a seller. The address is pasted back, or a local server listens for the browser."""

import asyncio
import socket
import ssl
import sys
import webbrowser
from pathlib import Path
from typing import Annotated

from aiohttp import web
from attrs import frozen
from cyclopts import Parameter
from yarl import URL

from meli_sdk.app import MeliApp
from meli_sdk.auth.grant import GrantInfo
from meli_sdk.auth.oauth import Pkce, new_state
from meli_sdk.cli.settings import make_app
from meli_sdk.errors import ConfigurationError, InputError, StateMismatchError
from meli_sdk.web import ConnectedSeller, install_routes

_TRIES = 3
_SWITCH = Parameter(negative="")


@frozen(kw_only=True)
class Listening:
    """A local server that the browser is sent back to; https needs a certificate that the browser trusts."""

    cert: Path | None
    key: Path | None


def login(
    *,
    site: str,
    pkce: Annotated[bool, _SWITCH] = False,
    no_browser: Annotated[bool, _SWITCH] = False,
    listen: Annotated[bool, _SWITCH] = False,
    cert: Path | None = None,
    key: Path | None = None,
) -> None:
    """Connect a seller: they authorise the application in a browser, and the tokens are kept here.

    Needs MELI_CLIENT_ID and MELI_CLIENT_SECRET, and the redirect URI https://localhost:8765/callback registered in the
    developer panel, or another one in MELI_REDIRECT_URI. `meli doctor` shows where tokens are kept.

    Args:
        site: where the seller sells, such as MLA, MLB or MLM; CBT for Global Selling.
        pkce: set it where the application has PKCE ticked in the developer panel.
        no_browser: print the address only.
        listen: serve the redirect URI on this machine instead of asking for the address.
        cert: for --listen: a certificate file that the browser trusts.
        key: for --listen: its private key.
    """
    application = make_app()
    if listen:
        listening = Listening(cert=cert, key=key)
        done = asyncio.run(serve_callback(application, site, listening, browser=not no_browser, pkce=pkce))
    else:
        done = paste(application, site, browser=not no_browser, pkce=pkce)
    print(done)  # noqa: T201


def paste(app: MeliApp, site: str, *, browser: bool, pkce: bool) -> str:
    """Prints the authorization URL, reads back what the browser shows, and connects. Returns what to tell."""
    state, proof = new_state(), Pkce.create() if pkce else None
    url = app.authorization_url(site, state=state, pkce=proof)
    _say("Open this address, log in as the account's main user, and press Authorize:")
    _say(f"\n  {url}\n")
    if browser:
        webbrowser.open(str(url))
    _say(f"The browser then goes to {app.redirect_uri}?code=... Nothing needs to answer there.")
    for left in reversed(range(_TRIES)):
        pasted = input("Paste that whole address here, or the code in it: ")
        try:
            return asyncio.run(_connect(app, pasted, state, proof))
        except (InputError, StateMismatchError) as wrong:
            if not left:
                raise
            _say(f"{wrong}\n")
    raise AssertionError


async def _connect(app: MeliApp, pasted: str, state: str, proof: Pkce | None) -> str:
    try:
        info = await app.connect(pasted, state=state, pkce=proof)
    except (InputError, StateMismatchError):
        raise  # it is asked again
    except BaseException:
        await app.aclose()
        raise
    async with app:
        return await _described(app, info)


async def _described(app: MeliApp, info: GrantInfo) -> str:
    me = await app.session(info.user_id).users.me()
    return f"Seller {info.user_id} ({me.nickname}, {me.site_id}) is connected."


async def serve_callback(app: MeliApp, site: str, listening: Listening, *, browser: bool, pkce: bool) -> str:
    """Serves the redirect URI on this machine until a seller has come back. Returns what to tell."""
    callback = URL(app.redirect_uri or "")
    encryption = _encryption(callback, listening)
    connected: asyncio.Future[ConnectedSeller] = asyncio.get_running_loop().create_future()

    async def on_connected(seller: ConnectedSeller) -> None:
        if not connected.done():
            connected.set_result(seller)

    doors = install_routes(app, on_connected=on_connected, pkce=pkce)
    server = web.Application()
    server.add_routes(doors.aiohttp_routes())
    runner = web.AppRunner(server, access_log=None)
    await runner.setup()
    try:
        async with app:
            await web.SockSite(runner, _bound(callback), ssl_context=encryption).start()
            url = doors.installation_url(site)
            _say("Open this address on this machine, log in as the account's main user, and press Authorize:")
            _say(f"\n  {url}\n")
            if browser:
                webbrowser.open(str(url))
            seller = await connected
            await asyncio.sleep(0)  # the page that says so is on its way
            return f"Seller {seller.user_id} ({seller.nickname}, {seller.site_id}) is connected."
    finally:
        await runner.cleanup()


def _encryption(callback: URL, listening: Listening) -> ssl.SSLContext | None:
    if callback.host not in ("127.0.0.1", "localhost"):
        message = (
            f"--listen needs a redirect URI on this machine, such as https://localhost:8765/callback, not {callback}"
        )
        raise ConfigurationError(message)
    if callback.scheme == "http":
        return None
    if listening.cert is None or listening.key is None:
        message = (
            "--listen on https needs --cert and --key, of a certificate that your browser trusts (mkcert makes one); "
            "without them leave --listen out and paste the address"
        )
        raise ConfigurationError(message)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        context.load_cert_chain(listening.cert, listening.key)
    except (OSError, ssl.SSLError) as wrong:
        message = f"--cert and --key cannot be read ({wrong.strerror or type(wrong).__name__})"
    else:
        return context
    raise ConfigurationError(message)


def _bound(callback: URL) -> socket.socket:
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind(("127.0.0.1", callback.port or 443))
    except OSError as wrong:
        listening.close()
        message = f"port {callback.port} of this machine cannot be used ({wrong.strerror}): another program has it"
    else:
        return listening
    raise ConfigurationError(message)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)  # noqa: T201  standard output is for the result
