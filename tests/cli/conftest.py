"""A sandbox in a thread with its Argentine seller connected, and `meli` beside it."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.cli.processes import Done, connected_environment

from meli_sdk.cli.commands import run
from meli_sdk.sandbox import Sandbox
from meli_sdk.testing import sandbox_in_thread

Meli = Callable[..., Done]


@pytest.fixture
def shop() -> Iterator[Sandbox]:
    with sandbox_in_thread(seed=5) as box:
        yield box


@pytest.fixture
def connected(shop: Sandbox, tmp_path: Path) -> dict[str, str]:
    """The environment of a user who has connected the Argentine seller."""
    return connected_environment(
        shop,
        tmp_path,
        MELI_CHANNEL=str(tmp_path / "channel.toml"),
        MELI_DATABASE=f"sqlite+aiosqlite:///{tmp_path / 'channel.db'}",
    )


@pytest.fixture
def here(connected: dict[str, str], monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Meli:
    """Runs `meli` in this process, its output caught as a pipe would."""
    for name in [name for name in os.environ if name.startswith("MELI_")]:
        monkeypatch.delenv(name)
    for name, value in connected.items():
        monkeypatch.setenv(name, value)

    def command(*arguments: str) -> Done:
        capfd.readouterr()
        try:
            run(arguments)
            code = 0
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 0
        out, err = capfd.readouterr()
        return Done(code, out, err)

    return command
