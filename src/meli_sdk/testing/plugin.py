"""The pytest plugin. It is loaded in every pytest run where the package is installed, so it imports nothing at its top."""

from collections.abc import AsyncIterator, Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

import pytest

if TYPE_CHECKING:
    from meli_sdk import MeliApp, MeliSession
    from meli_sdk.sandbox import Sandbox

F = TypeVar("F", bound=Callable[..., Any])


def _async_fixture(function: F) -> F:
    """A fixture that awaits, by pytest-asyncio; without it, one that says what to install."""
    if find_spec("pytest_asyncio") is not None:
        from pytest_asyncio import fixture  # noqa: PLC0415  only where it is installed

        return cast("F", fixture(function))

    def missing() -> None:
        pytest.fail(f"{function.__name__} needs pytest-asyncio: pip install pytest-asyncio", pytrace=False)

    return cast("F", pytest.fixture(name=function.__name__)(missing))


@pytest.fixture
def meli_sandbox() -> "Iterator[Sandbox]":
    """A Mercado Libre of the test's own on 127.0.0.1, in a thread: for tests that await and for tests that block."""
    from meli_sdk.testing.sandbox_thread import sandbox_in_thread  # noqa: PLC0415

    with sandbox_in_thread(seed=1) as box:
        yield box


@_async_fixture
async def meli_app(meli_sandbox: "Sandbox", tmp_path: Path) -> "AsyncIterator[MeliApp]":
    """An application on the sandbox, with a grant file of the test's own; every sandbox seller is connected."""
    from meli_sdk import AppCredentials, MeliApp, SQLiteGrantStore  # noqa: PLC0415
    from meli_sdk.auth.oauth import new_state  # noqa: PLC0415

    given = meli_sandbox.app_credentials
    async with MeliApp(
        AppCredentials(given.client_id, given.client_secret),
        SQLiteGrantStore(tmp_path / "meli-grants.db"),
        redirect_uri=meli_sandbox.redirect_uri,
        base_url=meli_sandbox.url,
        authorization_host=meli_sandbox.url,
        throughput=10_000,
    ) as app:
        for seller in meli_sandbox.sellers:
            state = new_state()
            url = app.authorization_url(seller.site_id, state=state)
            await app.connect(await meli_sandbox.authorize(str(url), user_id=seller.id), state=state)
        yield app


@_async_fixture
async def meli_session(meli_app: "MeliApp") -> "AsyncIterator[MeliSession]":
    """A session of the sandbox's local seller."""
    from meli_sdk.sandbox import LOCAL_SELLER_ID  # noqa: PLC0415

    yield meli_app.session(LOCAL_SELLER_ID)
