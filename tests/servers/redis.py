"""A Redis of our own: on a free port of 127.0.0.1, without a file, gone afterwards."""

import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.servers.ports import free_port

START_SECONDS = 30
TRIES = 3


def program() -> str | None:
    """The path of `redis-server`; None where it is not installed."""
    return shutil.which("redis-server")


class RedisServer:
    """One server. `stop` and `start` make an outage on the same port; what it held is forgotten."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._server: subprocess.Popen[bytes] | None = None
        self.port = 0

    @property
    def url(self) -> str:
        """What a client connects to."""
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Starts it; on the port of before, where there was one."""
        wanted, said = self.port, ""
        for _ in range(TRIES):  # another process may take the port between looking and starting
            self.port = wanted or free_port()
            if self._started():
                return
            said = (self._home / "log").read_text()
            if "Address already in use" not in said:
                break
        message = f"Redis did not start:\n{said}"
        raise RuntimeError(message)

    def _started(self) -> bool:
        command = [program(), "--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self._home)]
        command += ["--save", "", "--appendonly", "no", "--daemonize", "no"]
        if shutil.which("setpriv"):  # the server ends with the tests, however they end
            command = ["setpriv", "--pdeathsig", "TERM", *command]
        with (self._home / "log").open("wb") as log:
            self._server = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        end = time.monotonic() + START_SECONDS
        while self._server.poll() is None and time.monotonic() < end:
            try:
                if self.command("PING") == b"+PONG":
                    return self._server.poll() is None
            except OSError:
                pass
            time.sleep(0.01)
        self.stop()
        return False

    def command(self, word: str) -> bytes:
        """Sends one bare command, such as FLUSHALL, and returns the first line of the answer."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=5) as connection:
            connection.sendall(f"{word}\r\n".encode())
            return connection.recv(1024).split(b"\r\n")[0]

    def stop(self) -> None:
        """Ends it, if it runs."""
        if self._server is not None:
            self._server.terminate()
            self._server.wait(START_SECONDS)
            self._server = None


@contextmanager
def redis_server() -> Iterator[RedisServer]:
    """Starts a server, stops it and removes its folder at the end."""
    assert program() is not None, "Redis is not installed"
    with tempfile.TemporaryDirectory(prefix="meli-redis-") as home:
        server = RedisServer(Path(home))
        server.start()
        try:
            yield server
        finally:
            server.stop()
