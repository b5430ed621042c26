"""A PostgreSQL of our own: a fresh cluster in a temporary folder, on a free port of 127.0.0.1, gone afterwards."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.servers.ports import free_port

START_SECONDS = 30
TRIES = 3


def programs() -> Path | None:
    """The folder with the newest `initdb` and `postgres`; None where PostgreSQL is not installed."""
    debian = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    if debian:
        return max(debian, key=lambda folder: int(folder.parts[-2]) if folder.parts[-2].isdigit() else 0)
    found = shutil.which("initdb")
    return Path(found).resolve().parent if found else None


def _owner() -> dict[str, Any]:
    """Whom to run as: PostgreSQL refuses root, so root hands over to the package's own user."""
    if os.geteuid() != 0:
        return {}
    user = pwd.getpwnam("postgres")
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


class PostgresServer:
    """One cluster. `stop` and `start` make an outage on the same port; what was committed is kept."""

    def __init__(self, home: Path, *, fsync: bool = False) -> None:
        folder = programs()
        assert folder is not None, "PostgreSQL is not installed"
        self._folder = folder
        self._home = home
        self._fsync = fsync
        self._server: subprocess.Popen[bytes] | None = None
        self.port = 0
        environment = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8"}
        self._running: dict[str, Any] = {"cwd": home, "env": environment, "stdin": subprocess.DEVNULL, **_owner()}
        cluster = ["-D", home / "data", "-U", "meli", "--auth=trust", "-E", "UTF8", "--no-locale", "--no-sync"]
        subprocess.run([folder / "initdb", *cluster], check=True, stdout=subprocess.DEVNULL, **self._running)

    @property
    def url(self) -> str:
        """Its SQLAlchemy URL."""
        return f"postgresql+asyncpg://meli@127.0.0.1:{self.port}/postgres"

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
        message = f"PostgreSQL did not start:\n{said}"
        raise RuntimeError(message)

    def _started(self) -> bool:
        command = [self._folder / "postgres", "-D", self._home / "data", "-k", self._home, "-p", str(self.port)]
        command += ["-c", "listen_addresses=127.0.0.1", "-c", f"fsync={'on' if self._fsync else 'off'}"]
        if shutil.which("setpriv"):  # the server ends with the tests, however they end
            command = ["setpriv", "--pdeathsig", "INT", *command]
        with (self._home / "log").open("wb") as log:
            self._server = subprocess.Popen(command, stdout=log, stderr=log, **self._running)
        if _ready(self._folder, self._server, self.port):
            return True
        if self._server.poll() is None:
            self._server.kill()
        self._server.wait()
        self._server = None
        return False

    def stop(self) -> None:
        """Ends it, if it runs; its connections are cut off."""
        if self._server is not None:
            self._server.send_signal(signal.SIGINT)
            self._server.wait(START_SECONDS)
            self._server = None


@contextmanager
def postgres_server(*, fsync: bool = False) -> Iterator[PostgresServer]:
    """Starts a server, stops it and removes its folder at the end.

    Args:
        fsync: True where the test is about durability.
    """
    # Not below pytest's tmp_path: the server's user has to be able to enter every folder above its own.
    home = Path(tempfile.mkdtemp(prefix="meli-postgres-"))
    try:
        if owner := _owner():
            os.chown(home, owner["user"], owner["group"])
        server = PostgresServer(home, fsync=fsync)
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(home, ignore_errors=True)


@contextmanager
def postgres(*, fsync: bool = False) -> Iterator[str]:
    """A server by its SQLAlchemy URL alone."""
    with postgres_server(fsync=fsync) as server:
        yield server.url


def _ready(folder: Path, server: subprocess.Popen[bytes], port: int) -> bool:
    """Only pg_isready tells: the port opens earlier."""
    asking = [folder / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(port)]
    end = time.monotonic() + START_SECONDS
    while server.poll() is None and time.monotonic() < end:
        if subprocess.run(asking, check=False, env={"LC_ALL": "C.UTF-8"}).returncode == 0:
            return server.poll() is None
        time.sleep(0.02)
    return False
