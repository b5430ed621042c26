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


@contextmanager
def postgres(*, fsync: bool = False) -> Iterator[str]:
    """Starts a server and yields its SQLAlchemy URL; stops it and removes its folder at the end.

    Args:
        fsync: True where the test is about durability.
    """
    folder = programs()
    assert folder is not None, "PostgreSQL is not installed"
    owner = _owner()
    # Not below pytest's tmp_path: the server's user has to be able to enter every folder above its own.
    home = Path(tempfile.mkdtemp(prefix="meli-postgres-"))
    if owner:
        os.chown(home, owner["user"], owner["group"])
    environment = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8"}
    place: dict[str, Any] = {"cwd": home, "env": environment, "stdin": subprocess.DEVNULL}
    try:
        cluster = ["-D", home / "data", "-U", "meli", "--auth=trust", "-E", "UTF8", "--no-locale", "--no-sync"]
        subprocess.run([folder / "initdb", *cluster], check=True, stdout=subprocess.DEVNULL, **place, **owner)
        server, port = _start(folder, home, fsync=fsync, **place, **owner)
        try:
            yield f"postgresql+asyncpg://meli@127.0.0.1:{port}/postgres"
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(START_SECONDS)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _start(folder: Path, home: Path, *, fsync: bool, **running: Any) -> tuple[subprocess.Popen[bytes], int]:
    said = ""
    for _ in range(TRIES):  # another process may take the port between looking and starting
        port = free_port()
        command = [folder / "postgres", "-D", home / "data", "-k", home, "-p", str(port)]
        command += ["-c", "listen_addresses=127.0.0.1", "-c", f"fsync={'on' if fsync else 'off'}"]
        if shutil.which("setpriv"):  # the server ends with the tests, however they end
            command = ["setpriv", "--pdeathsig", "INT", *command]
        with (home / "log").open("wb") as log:
            server = subprocess.Popen(command, stdout=log, stderr=log, **running)
        if _ready(folder, server, port):
            return server, port
        if server.poll() is None:
            server.kill()
        server.wait()
        said = (home / "log").read_text()
        if "Address already in use" not in said:
            break
    message = f"PostgreSQL did not start:\n{said}"
    raise RuntimeError(message)


def _ready(folder: Path, server: subprocess.Popen[bytes], port: int) -> bool:
    """Only pg_isready tells: the port opens earlier."""
    asking = [folder / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(port)]
    end = time.monotonic() + START_SECONDS
    while server.poll() is None and time.monotonic() < end:
        if subprocess.run(asking, check=False, env={"LC_ALL": "C.UTF-8"}).returncode == 0:
            return server.poll() is None
        time.sleep(0.02)
    return False
