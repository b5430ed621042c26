"""`meli login`, `meli sellers` and `meli doctor`: the login as a user runs it, a process on a terminal of its own."""

import asyncio
import csv
import io
import json
import os
import re
import socket
import ssl
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import pytest
from attrs import frozen
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from tests.cli.processes import MELI, Terminal
from tests.servers.ports import free_port
from yarl import URL

from meli_sdk import MeliApp, errors
from meli_sdk.auth.oauth import new_state
from meli_sdk.cli import login as steps
from meli_sdk.cli.commands import run as run_meli
from meli_sdk.cli.failures import told
from meli_sdk.sandbox import LOCAL_SELLER_ID, Sandbox

LIST_ORDERS = """
import asyncio
from meli_sdk import MeliApp

async def main():
    async with MeliApp.from_env() as app:
        print(*[order.id async for order in app.session({seller}).orders.search(status="paid")])

asyncio.run(main())
"""


@pytest.fixture
async def box() -> AsyncIterator[Sandbox]:
    async with Sandbox(seed=5) as started:
        yield started


@pytest.fixture
def environment(box: Sandbox, tmp_path: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MELI_")}
    return {
        **kept,
        "COLUMNS": "200",
        "TERM": "xterm",
        "MELI_CLIENT_ID": str(box.app_credentials.client_id),
        "MELI_CLIENT_SECRET": box.app_credentials.client_secret,
        "MELI_REDIRECT_URI": box.redirect_uri,
        "MELI_GRANTS": str(tmp_path / "grants.db"),
        "MELI_API_URL": box.url,
        "MELI_THROUGHPUT": "1000",
    }


@frozen
class Done:
    code: int
    out: str
    err: str


@pytest.fixture
def meli(monkeypatch, capsys, environment) -> Callable[..., Awaitable[Done]]:
    """Runs a command inside this process, beside the sandbox."""

    def command(arguments: tuple[str, ...]) -> int:
        try:
            run_meli(arguments)
        except SystemExit as end:
            return end.code
        return 0

    async def run(*arguments: str) -> Done:
        for name in [name for name in os.environ if name.startswith("MELI_")]:
            monkeypatch.delenv(name)
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        code = await asyncio.to_thread(command, arguments)
        out, err = capsys.readouterr()
        return Done(code, out, err)

    return run


async def connect(box: Sandbox, environment: dict[str, str]) -> None:
    async with MeliApp.from_env(environment, authorization_host=box.url) as application:
        state = new_state()
        await application.connect(await box.authorize(application.authorization_url("MLA", state=state)), state=state)


def address_in(text: str) -> str:
    return re.search(r"https?://\S*/authorization\?\S+", text)[0]


async def test_a_seller_is_connected_on_a_terminal_and_a_new_process_lists_the_orders(box, environment):
    terminal = Terminal.run([*MELI, "login", "--site", "MLA", "--no-browser"], environment)
    url = address_in(await terminal.until("Paste that whole address"))
    terminal.type("this is no address")
    await terminal.until("there is no code in this")
    terminal.type(await box.authorize(url, user_id=LOCAL_SELLER_ID))
    assert await terminal.ended() == 0
    assert f"Seller {LOCAL_SELLER_ID} (" in terminal.shown
    assert "is connected" in terminal.shown
    assert "APP_USR-" not in terminal.shown
    listed = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-c", LIST_ORDERS.format(seller=LOCAL_SELLER_ID)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=50,
        check=True,
    )
    assert len(listed.stdout.split()) == len(
        [order for order in box.world.orders.values() if order.status == "paid" and order.seller_id == LOCAL_SELLER_ID]
    )


async def test_listening_serves_the_redirect_uri_until_the_seller_is_back(environment, capsys):
    uri = f"http://127.0.0.1:{free_port()}/callback"
    async with Sandbox(seed=5, redirect_uris=(uri,)) as box:
        environment |= {
            "MELI_API_URL": box.url,
            "MELI_REDIRECT_URI": uri,
            "MELI_CLIENT_ID": str(box.app_credentials.client_id),
            "MELI_CLIENT_SECRET": box.app_credentials.client_secret,
        }
        application = MeliApp.from_env(environment, authorization_host=box.url)
        nothing = steps.Listening(cert=None, key=None)
        waiting = asyncio.create_task(steps.serve_callback(application, "MLA", nothing, browser=False, pkce=True))
        shown = ""
        async with asyncio.timeout(20):
            while "/install/MLA" not in shown:
                await asyncio.sleep(0.01)
                shown += capsys.readouterr().err
        async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as browser:
            start = re.search(r"http://\S+/install/MLA", shown)[0]
            async with browser.get(start, allow_redirects=False) as leads:
                consent = URL(leads.headers["Location"])
            assert "code_challenge" in consent.query
            async with browser.get(await box.authorize(str(consent), user_id=LOCAL_SELLER_ID)) as landed:
                assert "is connected" in await landed.text()
        assert (await waiting).startswith(f"Seller {LOCAL_SELLER_ID} (")


async def test_the_page_is_served_by_https_with_a_certificate(environment, tmp_path):
    cert, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    make_certificate(cert, key)
    environment["MELI_REDIRECT_URI"] = f"https://localhost:{free_port()}/callback"
    application = MeliApp.from_env(environment)
    waiting = asyncio.create_task(
        steps.serve_callback(application, "MLA", steps.Listening(cert=cert, key=key), browser=False, pkce=False)
    )
    start = application.redirect_uri.replace("/callback", "/meli/install/MLA")
    trusting = aiohttp.TCPConnector(ssl=ssl.create_default_context(cafile=cert))
    async with aiohttp.ClientSession(connector=trusting) as browser, asyncio.timeout(20):
        while True:
            try:
                async with browser.get(start, allow_redirects=False) as leads:
                    break
            except aiohttp.ClientConnectorError:
                await asyncio.sleep(0.02)
    assert (leads.status, "secure" in leads.headers["Set-Cookie"].lower()) == (302, True)
    waiting.cancel()
    await asyncio.wait([waiting])


def make_certificate(cert: Path, key: Path) -> None:
    """One for localhost that vouches for itself."""
    private = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, private.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(private, hashes.SHA256())
    )
    cert.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    key.write_bytes(
        private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )


@pytest.mark.parametrize(
    ("redirect", "arguments", "says"),
    [
        ("https://oms.example.com/callback", (), "--listen needs a redirect URI on this machine"),
        ("https://localhost:8765/callback", (), "--listen on https needs --cert and --key"),
        ("https://localhost:8765/callback", ("--cert", "no.pem", "--key", "no.pem"), "--cert and --key cannot be read"),
    ],
)
async def test_listening_says_what_it_needs(meli, environment, redirect, arguments, says):
    environment["MELI_REDIRECT_URI"] = redirect
    done = await meli("login", "--site", "MLA", "--no-browser", "--listen", *arguments)
    assert (done.code, says in done.err) == (2, True), done.err


async def test_a_port_that_is_taken_is_named(meli, environment):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        environment["MELI_REDIRECT_URI"] = f"http://127.0.0.1:{taken.getsockname()[1]}/callback"
        done = await meli("login", "--site", "MLA", "--no-browser", "--listen")
    assert (done.code, "another program has it" in done.err) == (2, True), done.err


async def test_missing_credentials_and_unknown_sites_are_named(meli, environment):
    done = await meli("login", "--site", "MLX", "--no-browser")
    assert (done.code, "site must be one of" in done.err) == (2, True)
    del environment["MELI_CLIENT_ID"]
    done = await meli("login", "--site", "MLA", "--no-browser")
    assert (done.code, "MELI_CLIENT_ID is not set" in done.err) == (2, True)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.InputError("x"), 2),
        (errors.ConfigurationError("x"), 2),
        (errors.StoreError("x"), 3),
        (errors.ItemNotFoundError(errors.Answer(status=404)), 4),
        (errors.ServerError(errors.Answer(status=500)), 5),
        (errors.MeliConnectionError("x"), 6),
        (errors.DeadlineExceededError("x"), 6),
        (errors.MappingError("x"), 2),
        (errors.SessionStateError("x"), 1),
        (KeyboardInterrupt(), 130),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else str(value),
)
def test_the_exit_code_tells_the_kind_of_error(error, code, capsys):
    with pytest.raises(SystemExit) as end, told():
        raise error
    assert (end.value.code, capsys.readouterr().err.startswith("meli: ")) == (code, True)


async def test_sellers_are_listed_for_programs_and_for_people(meli, box, environment):
    assert "No seller is connected" in (await meli("sellers", "--format", "table")).out
    await connect(box, environment)
    rows = json.loads((await meli("sellers", "--format", "json")).out)
    assert [(row["user_id"], row["state"], row["reason"]) for row in rows] == [(LOCAL_SELLER_ID, "connected", None)]
    assert rows[0]["access_token"].startswith("***")
    lines = (await meli("sellers", "--format", "jsonl")).out.splitlines()
    assert [json.loads(line)["user_id"] for line in lines] == [LOCAL_SELLER_ID]
    table = csv.DictReader(io.StringIO((await meli("sellers", "--format", "csv")).out))
    assert [row["user_id"] for row in table] == [str(LOCAL_SELLER_ID)]
    assert str(LOCAL_SELLER_ID) in (await meli("sellers", "--format", "table")).out


async def test_the_doctor_names_the_origin_of_each_setting_and_masks_secrets(meli, box, environment, tmp_path):
    del environment["MELI_THROUGHPUT"]
    done = await meli("doctor")
    found = json.loads(done.out)
    settings = {row["name"]: row for row in found["settings"]}
    assert (done.code, found["healthy"]) == (0, True)
    assert (settings["MELI_CLIENT_ID"]["origin"], settings["MELI_THROUGHPUT"]["origin"]) == ("environment", "default")
    assert settings["MELI_GRANTS_KEY"] == {**settings["MELI_GRANTS_KEY"], "origin": "not set", "value": None}
    assert settings["MELI_GRANTS"]["value"] == str(tmp_path / "grants.db")
    assert box.app_credentials.client_secret not in done.out
    checks = {row["check"]: row for row in found["findings"]}
    assert set(checks) == {"settings", "grants", "api", "clock"}
    assert re.fullmatch(r"\+\d s against Mercado Libre's", checks["clock"]["said"])


async def test_the_doctor_finds_what_is_wrong(meli, box, environment, tmp_path):
    (tmp_path / "grants.db").touch()
    (tmp_path / "grants.db").chmod(0o644)
    environment["MELI_API_URL"] = f"http://127.0.0.1:{free_port()}"
    done = await meli("doctor", "--json")
    checks = {row["check"]: row for row in json.loads(done.out)["findings"]}
    assert done.code == 1
    assert "run chmod 600" in checks["grants"]["said"]
    assert (checks["api"]["ok"], "no connection to" in checks["api"]["said"]) == (False, True)
    environment["MELI_GRANTS"] = "postgresql+asyncpg://oms:hidden-word@127.0.0.1/grants"
    environment["MELI_THROUGHPUT"] = "fast"
    done = await meli("doctor")
    found = json.loads(done.out)
    assert [(row["check"], row["ok"]) for row in found["findings"]] == [("settings", False)]
    assert "hidden-word" not in done.out + done.err


async def test_a_clock_that_is_off_is_found(meli, environment):
    from datetime import UTC, datetime, timedelta  # noqa: PLC0415  one use

    async with Sandbox(seed=5, now=lambda: datetime.now(UTC) - timedelta(hours=1)) as box:
        environment["MELI_API_URL"] = box.url
        done = await meli("doctor")
        checks = {row["check"]: row for row in json.loads(done.out)["findings"]}
    assert (done.code, checks["clock"]["ok"]) == (1, False)
    assert re.fullmatch(r"\+36\d\d s against Mercado Libre's: set it by NTP", checks["clock"]["said"])


async def test_without_a_setting_grants_are_kept_in_the_users_own_folder(meli, environment, tmp_path):
    del environment["MELI_GRANTS"]
    environment |= {"HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path / "data")}
    assert (await meli("sellers", "--format", "json")).out.strip() == "[]"
    folder = tmp_path / "data" / "meli-sdk"
    assert (folder.stat().st_mode & 0o777, (folder / "grants.db").stat().st_mode & 0o777) == (0o700, 0o600)
