"""Every console block marked `<!-- run -->` runs on a terminal, in the order of its page, and shows what the page shows.

The environment names a sandbox and its Argentine seller is connected. `...` on a page stands for anything, over lines too.
"""

import asyncio
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cli.processes import Terminal, connected_environment

from meli_sdk.testing import sandbox_in_thread

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"^<!-- run -->\n```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PAGES = sorted(page for page in (ROOT / "docs").rglob("*.md") if BLOCK.search(page.read_text(encoding="utf-8")))
PATIENCE = 100


def steps(page: Path) -> list[tuple[str, str]]:
    """The commands of a page, each with what it shows."""
    found: list[tuple[str, str]] = []
    for block in BLOCK.findall(page.read_text(encoding="utf-8")):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, shown = part.partition("\n")
            found.append((command, shown))
    return found


def pattern(shown: str) -> str:
    return r"\s*".join(re.escape(line.strip()).replace(r"\.\.\.", ".*?") for line in shown.splitlines()) + r"\s*"


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[dict[str, str]]:
    """The environment of somebody who follows the tutorial."""
    (tmp_path / "meli").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m meli_sdk.cli "$@"\n')
    (tmp_path / "meli").chmod(0o755)
    with sandbox_in_thread(seed=1) as box:
        yield connected_environment(
            box, tmp_path, PATH=f"{tmp_path}:{os.environ['PATH']}", NO_COLOR="1", COLUMNS="100", PS1=""
        )


@pytest.mark.timeout(300)
@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_console_block_shows_what_the_page_shows(page, reader, tmp_path):
    async def follow() -> None:
        for command, shown in steps(page):
            terminal = Terminal.run(["bash", "-c", f"cd {tmp_path}; {command}"], reader)
            async with asyncio.timeout(PATIENCE):
                code = await terminal.ended()
            seen = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", terminal.shown.replace("\r\n", "\n"))
            assert code == 0, seen
            # Progress comes before the result, and is no part of the page.
            assert re.search(pattern(shown) + r"\Z", seen, re.DOTALL), f"{command}\n{seen}\n--- the page:\n{shown}"

    asyncio.run(follow())
