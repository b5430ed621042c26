"""`meli sandbox` as a product: processes of its own, real ports, a real callback."""

import asyncio
import json
import signal
import socket
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from tests.cli.processes import MELI, PATIENCE, Terminal, clean_environment, meli, running_sandbox

from meli_sdk.cli.commands import run
from meli_sdk.sandbox import LOCAL_SELLER_ID


class Callback(ThreadingHTTPServer):
    """An application's notification receiver."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Hook)
        self.got: list[dict[str, Any]] = []
        self.arrived = threading.Condition()
        self.url = f"http://127.0.0.1:{self.server_address[1]}/hook"

    def wait_for(self, count: int) -> list[dict[str, Any]]:
        with self.arrived:
            assert self.arrived.wait_for(lambda: len(self.got) >= count, PATIENCE), self.got
            return list(self.got)


class _Hook(BaseHTTPRequestHandler):
    server: Callback

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        with self.server.arrived:
            self.server.got.append(body)
            self.server.arrived.notify_all()
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def callback() -> Iterator[Callback]:
    server = Callback()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def ask(url: str, body: object = None, token: str | None = None) -> tuple[int, Any]:
    """A plain HTTP client, as of another language."""
    data = None if body is None else json.dumps(body).encode()
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    request = urllib.request.Request(url, data, headers)  # noqa: S310  an address of this machine
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as response:  # noqa: S310
            return response.status, json.loads(response.read())
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, refused.read()


def test_it_says_in_one_line_what_a_client_needs_and_ends_when_it_is_asked_to():
    with running_sandbox("--seed", "7") as box:
        _, about = ask(f"{box.url}/sandbox")
        assert about["url"] == box.url == box.settings["MELI_API_URL"]
        assert str(about["client_id"]) == box.settings["MELI_CLIENT_ID"]
        assert LOCAL_SELLER_ID in {row["user_id"] for row in box.sellers}
        assert box.end() == 0
        with pytest.raises(urllib.error.URLError):
            ask(f"{box.url}/sandbox")


def test_a_client_of_another_language_packs_orders_together():
    with running_sandbox() as box:
        _, first = ask(f"{box.url}/sandbox/orders", {"mode": "me1"})
        status, second = ask(f"{box.url}/sandbox/orders", {"pack": first["id"]})
        assert (status, second["shipment_id"]) == (200, first["shipment_id"])
        assert second["pack_id"] is not None
        assert ask(f"{box.url}/sandbox/orders", {"pack": 1})[0] == 404


def test_orders_that_come_by_themselves_are_told_to_the_callback(callback):
    flags = ("--callback", callback.url, "--topic", "orders_v2", "--orders-per-hour", "3600", "--speed", "60")
    with running_sandbox(*flags) as box:
        told = callback.wait_for(5)
        _, token = ask(f"{box.url}/sandbox/tokens", {"user_id": told[0]["user_id"]})
        status, order = ask(box.url + told[0]["resource"], token=token["access_token"])
        assert (status, f"/orders/{order['id']}") == (200, told[0]["resource"])
        assert {body["topic"] for body in told} == {"orders_v2"}


def test_send_pushes_one_notification_and_says_what_was_answered(callback):
    with running_sandbox("--callback", callback.url) as box:
        done = meli("sandbox", "send", "orders_v2", "--url", box.url)
        assert (done.code, done.rows[0]["http_code"]) == (0, 200), done.err
        (body,) = callback.wait_for(1)
        assert body["resource"] == done.rows[0]["resource"]
        at_home = clean_environment(MELI_API_URL=box.url)
        done = meli("sandbox", "send", "questions", "--resource", "/questions/12", environment=at_home)
        assert (done.code, callback.wait_for(2)[1]["resource"]) == (0, "/questions/12")
        done = meli("sandbox", "send", "questions", "--url", box.url)
        assert (done.code, "name one" in done.err) == (2, True)


def test_send_says_that_nobody_took_it_or_that_no_sandbox_is_there():
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{closed.getsockname()[1]}"
        with running_sandbox("--callback", f"{nobody}/hook") as box:
            done = meli("sandbox", "send", "orders_v2", "--url", box.url)
            assert (done.code, done.rows[0]["http_code"], done.rows[0]["attempts"]) == (1, None, 1)
        done = meli("sandbox", "send", "orders_v2", "--url", nobody)
        assert (done.code, "start one with `meli sandbox`" in done.err) == (6, True)
    done = meli("sandbox", "send", "orders_v2", "--url", "https://api.mercadolibre.com")
    assert (done.code, "a sandbox on this machine" in done.err) == (2, True)


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL], ids=["ended", "killed"])
def test_the_state_file_keeps_the_world_over_a_restart(tmp_path, how):
    file = tmp_path / "sandbox.json"
    with running_sandbox("--state", str(file), "--seed", "5") as box:
        _, order = ask(f"{box.url}/sandbox/orders", {"quantity": 3})
        _, token = ask(f"{box.url}/sandbox/tokens", {"user_id": LOCAL_SELLER_ID})
        if how == signal.SIGKILL:  # nothing is written at the end: wait for what is written on the way
            deadline = threading.Event()
            for _ in range(int(PATIENCE * 20)):
                if token["access_token"] in file.read_text():
                    break
                deadline.wait(0.05)
        box.process.send_signal(how)
        box.process.wait(PATIENCE)
    with running_sandbox("--state", str(file)) as box:
        status, found = ask(f"{box.url}/orders/{order['id']}", token=token["access_token"])
        assert (status, found["order_items"][0]["quantity"]) == (200, 3)
    done = meli("sandbox", "--port", "0", "--state", str(file), "--seed", "6")
    assert (done.code, "was made with seed 5, not 6" in done.err) == (2, True)


def test_faults_by_flag_meet_the_clients():
    with running_sandbox("--fault", "html_503=1") as box:
        _, token = ask(f"{box.url}/sandbox/tokens", {"user_id": LOCAL_SELLER_ID})
        assert ask(f"{box.url}/users/me", token=token["access_token"])[0] == 503


@pytest.mark.parametrize(
    ("flags", "says"),
    [
        (("--fault", "rain=0.5"), "no fault 'rain'; there are "),
        (("--fault", "reset=2"), "a share is from 0 to 1"),
        (("--fault", "reset=often"), "--fault reset=often"),
        (("--speed", "-1"), "speed is 0 or more"),
        (("--orders-per-hour", "-1"), "orders per hour are 0 to"),
        (("--more-items", "2000000"), "0 to 1,000,000 orders and items"),
        (("--state", "/no/such/folder/file.json"), "state file cannot be used"),
    ],
)
def test_what_cannot_be_is_said_in_one_sentence(flags, says, capsys):
    with pytest.raises(SystemExit) as end:
        run(["sandbox", "--port", "0", *flags])
    out, err = capsys.readouterr()
    assert (end.value.code, out, says in err, err.count("\n")) == (2, "", True, 1), err


def test_a_port_that_is_taken_is_named():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = meli("sandbox", "--port", port)
    assert (done.code, f"port {port}" in done.err, "--port 0" in done.err) == (2, True, True)


async def test_a_terminal_gets_the_settings_to_copy():
    terminal = Terminal.run([*MELI, "sandbox", "--port", "0"], clean_environment())
    shown = await terminal.until("It is controlled at")
    assert "export MELI_API_URL=http://127.0.0.1:" in shown
    assert f"seller {LOCAL_SELLER_ID} TIENDASANDBOX: meli login --site MLA" in shown
    terminal.process.send_signal(signal.SIGINT)
    async with asyncio.timeout(PATIENCE):
        assert await terminal.ended() == 0
