"""`meli` as a user runs it: a process of its own, in a pipe or on a terminal."""

import asyncio
import contextlib
import json
import os
import pty
import subprocess
import sys
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from meli_sdk import MeliApp
from meli_sdk.auth.oauth import new_state
from meli_sdk.sandbox import LOCAL_SELLER_ID, Sandbox

MELI = [sys.executable, "-m", "meli_sdk.cli"]
PATIENCE = 100.0


def clean_environment(**settings: str) -> dict[str, str]:
    """The environment without what this machine's user has set for `meli`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("MELI_", "COLUMNS", "FORCE_"))}
    return {**kept, "COLUMNS": "160", "TERM": "xterm", **settings}


def connected_environment(box: Sandbox, folder: Path, **settings: str) -> dict[str, str]:
    """The environment of an application of a sandbox to which its Argentine seller is connected."""
    environment = clean_environment(
        MELI_CLIENT_ID=str(box.app_credentials.client_id),
        MELI_CLIENT_SECRET=box.app_credentials.client_secret,
        MELI_REDIRECT_URI=box.redirect_uri,
        MELI_GRANTS=str(folder / "grants.db"),
        MELI_API_URL=box.url,
        MELI_THROUGHPUT="1000",
        **settings,
    )

    async def connect() -> None:
        async with MeliApp.from_env(environment, authorization_host=box.url) as app:
            state = new_state()
            url = app.authorization_url("MLA", state=state)
            await app.connect(await box.authorize(str(url), user_id=LOCAL_SELLER_ID), state=state)

    asyncio.run(connect())
    return environment


@dataclass
class Done:
    code: int
    out: str
    err: str

    @property
    def rows(self) -> list[Any]:
        """The JSON lines of standard output."""
        return [json.loads(line) for line in self.out.splitlines()]


def meli(*arguments: str, environment: dict[str, str] | None = None, given: str | None = None) -> Done:
    """Runs a command in a pipe, to its end."""
    done = subprocess.run(
        [*MELI, *arguments],
        env=environment or clean_environment(),
        input=given,
        stdin=subprocess.DEVNULL if given is None else None,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr)


class RunningSandbox:
    """`meli sandbox` in a process, and what it said of itself."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line:
            process.wait(PATIENCE)
            assert process.stderr is not None
            raise AssertionError(process.stderr.read())
        about = json.loads(line)
        self.url: str = about["url"]
        self.settings: dict[str, str] = about["settings"]
        self.sellers: list[dict[str, Any]] = about["sellers"]

    def end(self) -> int:
        """Asks it to end; its exit code."""
        self.process.terminate()
        return self.process.wait(PATIENCE)


@contextlib.contextmanager
def running_sandbox(*arguments: str) -> Generator[RunningSandbox]:
    """`meli sandbox` on a free port."""
    process = subprocess.Popen(
        [*MELI, "sandbox", "--port", "0", *arguments],
        env=clean_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield RunningSandbox(process)
    finally:
        process.kill()
        process.wait(PATIENCE)
        for stream in (process.stdout, process.stderr):
            if stream is not None:
                stream.close()


class Terminal:
    """A process on a terminal of its own: what it writes there is read, what is typed there it reads."""

    def __init__(self, process: subprocess.Popen[bytes], screen: int) -> None:
        self.process = process
        self._screen = screen
        self.shown = ""

    @classmethod
    def run(cls, command: list[str], environment: dict[str, str]) -> "Terminal":
        screen, keyboard = pty.openpty()
        process = subprocess.Popen(
            command, stdin=keyboard, stdout=keyboard, stderr=keyboard, env=environment, start_new_session=True
        )
        os.close(keyboard)
        return cls(process, screen)

    def _read(self) -> str:
        try:
            return os.read(self._screen, 4096).decode(errors="replace")
        except OSError:  # the process has ended
            return ""

    async def until(self, words: str) -> str:
        """Reads until the words are shown; everything shown so far."""
        async with asyncio.timeout(PATIENCE):
            while words not in self.shown:
                more = await asyncio.to_thread(self._read)
                if not more:
                    raise AssertionError(self.shown)
                self.shown += more
        return self.shown

    def type(self, line: str) -> None:
        os.write(self._screen, f"{line}\n".encode())

    async def ended(self) -> int:
        """Reads to the end; the exit code."""
        while more := await asyncio.to_thread(self._read):
            self.shown += more
        os.close(self._screen)
        return await asyncio.to_thread(self.process.wait)
