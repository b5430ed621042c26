from collections.abc import AsyncIterator
from http.cookies import SimpleCookie
from pathlib import Path

import pytest
from attrs import define, field
from yarl import URL

from meli_sdk import AppCredentials, MeliApp, SQLiteGrantStore
from meli_sdk.sandbox import Sandbox
from meli_sdk.web import Doors, WebRequest, WebResponse

TOKEN = "a-path-token-of-the-tests-0123456789"


@pytest.fixture
async def box() -> AsyncIterator[Sandbox]:
    async with Sandbox(seed=5, redirect_uris=("https://oms.example.com/meli/callback",)) as started:
        yield started


@pytest.fixture
async def app(box: Sandbox, tmp_path: Path) -> AsyncIterator[MeliApp]:
    given = box.app_credentials
    async with MeliApp(
        AppCredentials(given.client_id, given.client_secret),
        SQLiteGrantStore(tmp_path / "grants.db"),
        redirect_uri="https://oms.example.com/meli/callback",
        base_url=box.url,
        authorization_host=box.url,
        throughput=10_000,
    ) as started:
        yield started


@define
class Browser:
    """Keeps cookies and talks to the doors without a server."""

    doors: Doors
    cookies: dict[str, str] = field(factory=dict)

    async def send(self, method: str, url: str, body: bytes = b"") -> WebResponse:
        target = URL(url)
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        answer = await self.doors.answer(
            WebRequest(
                method=method,
                path=target.path,
                query=target.raw_query_string,
                headers={"cookie": cookie} if cookie else {},
                body=body,
            )
        )
        for name, value in answer.headers:
            if name == "set-cookie":
                for key, morsel in SimpleCookie(value).items():
                    self.cookies[key] = morsel.value
                    if morsel["max-age"] == "0":
                        del self.cookies[key]
        return answer
