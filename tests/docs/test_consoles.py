"""Every console block of the README and the documentation runs on a terminal, and shows what the page shows.

The blocks of a page run in its order, in one folder; a Python block with a title is a file there. The environment names a
sandbox, which the page calls 127.0.0.1:8900, and its Argentine seller is connected; a page that starts `meli sandbox` itself
gets neither. What listens at 127.0.0.1:3000 answers 200, as the reader's own server would. `export` counts for what follows.
`...` on a page stands for anything, over lines too; dates and times for any other. A block that cannot run is marked by
`<!-- not run: reason -->` on the line before it.
"""

import asyncio
import contextlib
import os
import random
import re
import shlex
import signal
import socket
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from textwrap import dedent

import pytest
from tests.cli.processes import Terminal, clean_environment, connected_environment

from meli_sdk.sandbox import LOCAL_SELLER_ID, LiveSandbox
from meli_sdk.sandbox.remote import control

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"(?:^[ ]*<!-- (not run: .+) -->\n)?^([ ]*)```console\n(.*?)^\2```$", re.MULTILINE | re.DOTALL)
FILE = re.compile(r'^```python title="([\w.]+)"\n(.*?)^```$', re.MULTILINE | re.DOTALL)
SERVES = re.compile(r"meli sandbox(?! send)")
READY = "It is controlled at"
UP, ERASED = "\x1b[1A", "\x1b[2K"
PATIENCE = 100


def steps(page: Path) -> list[tuple[str, str]]:
    """The commands of a page, each with what it shows."""
    found: list[tuple[str, str]] = []
    for reason, _, block in BLOCK.findall(page.read_text(encoding="utf-8")):
        for part in re.split(r"^\$ ", dedent(block), flags=re.MULTILINE)[1:] if not reason else ():
            command, _, shown = part.partition("\n")
            found.append((command, shown))
    return found


PAGES = sorted(page for page in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")] if steps(page))


def plain(shown: str) -> str:
    """What stays on the screen, without what differs from day to day."""
    lines: list[str] = []
    for line in shown.replace("\r", "").split("\n"):
        del lines[len(lines) - min(len(lines), line.count(UP)) :]
        lines.append(line.rpartition(ERASED)[2])
    shown = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", "\n".join(lines))
    shown = re.sub(r"\b\d{4}-\d\d-\d\d\b", "2026-01-01", shown)
    shown = re.sub(r"\b\d\d:\d\d\b", "00:00", shown)
    return re.sub(r"[+-]\d+ s against", "+0 s against", shown)


def port_like_8900() -> int:
    """A free port of four digits: a table is as wide as its words."""
    for port in random.sample(range(7000, 9999), 50):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError


def pattern(shown: str) -> str:
    """What a page shows, as wide as it is on any terminal."""
    parts = re.split(r"(\.\.\.|\s+|─+)", plain(shown).strip())
    wide = {"...": ".*?", "─": "─+"}
    return r"\s*" + "".join(
        r"\s+" if part.isspace() else wide.get(part[:3] if part == "..." else part[:1], re.escape(part))
        for part in parts
    )


class Reader:
    """Somebody who follows a page."""

    def __init__(self, folder: Path, environment: dict[str, str], names: dict[str, str]) -> None:
        self._folder = folder
        self._environment = environment
        self._names = names
        """What the page calls something, and what it is called here."""
        self._running: list[Terminal] = []

    async def does(self, command: str, shown: str) -> None:
        """Runs a command of the page and compares."""
        for name, here in self._names.items():
            command, shown = command.replace(name, here), shown.replace(name, here)
        if command.startswith("export "):
            self._environment |= dict(word.split("=", 1) for word in shlex.split(command)[1:])
            return
        terminal = Terminal.run(["bash", "-c", f"cd {self._folder}; {command}"], self._environment)
        async with asyncio.timeout(PATIENCE):
            if SERVES.match(command):
                self._running.append(terminal)
                seen = await terminal.until(READY)
                exports = re.findall(r"export (\w+)=(\S+)", plain(seen))
                self._environment |= dict(exports)
            else:
                if command.startswith("meli login"):
                    await self._log_in(terminal)
                code = await terminal.ended()
                seen = terminal.shown
                assert code == 0, seen
        # Progress comes before the result, and is no part of the page.
        end = "" if SERVES.match(command) else r"\s*\Z"
        assert re.search(pattern(shown) + end, plain(seen), re.DOTALL), f"{command}\n{seen}\n--- the page:\n{shown}"

    async def _log_in(self, terminal: Terminal) -> None:
        shown = await terminal.until("or the code in it: ")
        url = next(word for word in shown.split() if "/authorization?" in word)
        box = self._environment["MELI_API_URL"]
        agreed = await control(box, "/authorize", {"url": url, "user_id": LOCAL_SELLER_ID})
        terminal.type(str(agreed["redirected"]))

    def ends(self) -> None:
        """Ctrl-C for what still runs."""
        for terminal in self._running:
            os.killpg(terminal.process.pid, signal.SIGINT)
            terminal.process.wait(PATIENCE)


@contextlib.contextmanager
def live_sandbox() -> Iterator[LiveSandbox]:
    """What `meli sandbox --seed 1` runs, in a thread."""
    loop = asyncio.new_event_loop()
    box = LiveSandbox(port_like_8900(), 1)
    with ThreadPoolExecutor(1) as thread:
        thread.submit(loop.run_forever)
        try:
            asyncio.run_coroutine_threadsafe(box.start(), loop).result()
            yield box
        finally:
            asyncio.run_coroutine_threadsafe(box.stop(), loop).result()
            loop.call_soon_threadsafe(loop.stop)
    loop.close()


@pytest.fixture
def hook() -> Iterator[str]:
    """Where a server of the reader's listens."""

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Hook) as server, ThreadPoolExecutor(1) as thread:
        thread.submit(server.serve_forever)
        yield f"127.0.0.1:{server.server_address[1]}"
        server.shutdown()


@pytest.fixture
def reader(page: Path, tmp_path: Path, hook: str, servers: dict[str, str]) -> Iterator[Reader]:
    (tmp_path / "meli").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m meli_sdk.cli "$@"\n')
    (tmp_path / "meli").chmod(0o755)
    for name, source in FILE.findall(page.read_text(encoding="utf-8")):
        (tmp_path / name).write_text(source)
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    settings = {
        "PATH": f"{tmp_path}:{Path(sys.executable).parent}:{os.environ['PATH']}",
        "HOME": str(tmp_path),
        "XDG_DATA_HOME": str(tmp_path),
        "NO_COLOR": "1",
        "COLUMNS": "100",
        "PS1": "",
    }
    names = {"127.0.0.1:3000": hook, **servers}
    if any(SERVES.match(command) for command, _ in steps(page)):
        found = Reader(tmp_path, clean_environment(**settings), {"8900": str(port_like_8900()), **names})
        yield found
        found.ends()
        return
    with live_sandbox() as box:
        connected = connected_environment(box, tmp_path, **settings) | {"MELI_GRANTS": "grants.db"}
        yield Reader(tmp_path, connected, {"127.0.0.1:8900": box.url.removeprefix("http://"), **names})


@pytest.mark.timeout(900)
@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_console_block_shows_what_the_page_shows(page, reader):
    async def follow() -> None:
        for command, shown in steps(page):
            await reader.does(command, shown)

    asyncio.run(follow())
