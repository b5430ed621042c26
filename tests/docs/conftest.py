"""Servers of this run in the place of those that a page names."""

from pathlib import Path

import pytest

SERVERS = {
    "postgresql+asyncpg://oms:oms@127.0.0.1:5432/oms": "postgres_url",
    "redis://127.0.0.1:6379/0": "redis_url",
}


@pytest.fixture
def servers(page: Path, request: pytest.FixtureRequest) -> dict[str, str]:
    """The addresses on the page, each with that of a server which this run has started."""
    text = page.read_text(encoding="utf-8")
    return {address: request.getfixturevalue(name) for address, name in SERVERS.items() if address in text}
