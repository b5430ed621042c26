"""Every Python block of the README and the documentation runs, in the order of its page, against the sandbox.

A page's blocks share one namespace, as a reader's session would. The environment names the sandbox as `MELI_*`
variables, both of its sellers are connected, and each block finds these names: `app`, `me` (the local seller), `cbt` (the
Global Selling seller) and `box`. A block that cannot run is marked by `<!-- not run: reason -->` on the line before it.
"""

import ast
import asyncio
import inspect
import re
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from meli_sdk import AppCredentials, MeliApp, SQLiteGrantStore
from meli_sdk.auth.oauth import new_state
from meli_sdk.sandbox import GLOBAL_SELLER_ID, LOCAL_SELLER_ID, Sandbox
from meli_sdk.testing import sandbox_in_thread

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    page
    for page in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
    if "```python" in page.read_text(encoding="utf-8")
)


def blocks(page: Path) -> list[tuple[int, str]]:
    """The line and the source of every block that runs."""
    text = page.read_text(encoding="utf-8")
    found: list[tuple[int, str]] = []
    for match in re.finditer(r"^( *)```python[^\n]*\n(.*?)^ *```$", text, re.MULTILINE | re.DOTALL):
        before = text[: match.start()].rstrip().rpartition("\n")[2].strip()
        if not before.startswith("<!-- not run: "):
            found.append((text[: match.start(2)].count("\n"), dedent(match[2])))
    return found


@pytest.fixture
def sandbox() -> Any:
    with sandbox_in_thread(seed=1, redirect_uris=("https://oms.example.com/meli/callback",)) as box:
        yield box


@pytest.fixture
async def namespace(sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[dict[str, Any]]:
    given = sandbox.app_credentials
    grants = tmp_path / "grants.db"
    for name, value in {
        "MELI_CLIENT_ID": str(given.client_id),
        "MELI_CLIENT_SECRET": given.client_secret,
        "MELI_REDIRECT_URI": "https://oms.example.com/meli/callback",
        "MELI_GRANTS": str(grants),
        "MELI_API_URL": sandbox.url,
        "MELI_THROUGHPUT": "1000",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    async with MeliApp(
        AppCredentials(given.client_id, given.client_secret),
        SQLiteGrantStore(grants),
        redirect_uri="https://oms.example.com/meli/callback",
        base_url=sandbox.url,
        authorization_host=sandbox.url,
        throughput=1000,
    ) as app:
        for seller in sandbox.sellers:
            state = new_state()
            url = app.authorization_url(seller.site_id, state=state)
            await app.connect(await sandbox.authorize(str(url), user_id=seller.id), state=state)
        yield {
            "__name__": "docs",
            "app": app,
            "me": app.session(LOCAL_SELLER_ID),
            "cbt": app.session(GLOBAL_SELLER_ID),
            "box": sandbox,
            "input": lambda prompt: agreed(sandbox, prompt),
        }


def agreed(sandbox: Sandbox, prompt: str) -> str:
    """What a seller pastes who opens the address of a prompt and agrees."""
    url = next(word for word in prompt.split() if word.startswith("https://"))
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, sandbox.authorize(url)).result()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
async def test_every_block_runs(page, servers, namespace):
    names = dict(namespace)
    for line, shown in blocks(page):
        source = shown
        for address, here in servers.items():
            source = source.replace(address, here)
        names.update(namespace)
        name = f"{page.relative_to(ROOT)} (from line {line + 1})"
        code = compile("\n" * line + source, name, "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
        result = eval(code, names)  # noqa: S307  the project's own pages
        if inspect.isawaitable(result):
            await result
