"""What a SQL grant store refuses, and what it never says."""

import logging
from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine
from tests.servers.ports import free_port

from meli_sdk import GrantCipher, Secret
from meli_sdk.auth.grant import Grant, GrantRecord
from meli_sdk.auth.stores.sql import SqlGrantStore
from meli_sdk.errors import InputError, StoreError

NOW = datetime(2026, 5, 20, tzinfo=UTC)
RECORD = GrantRecord(
    grant=Grant(
        client_id=1,
        user_id=2,
        access_token=Secret("APP_USR-canary"),
        refresh_token=Secret("TG-canary"),
        expires_at=NOW,
    ),
    version=1,
    obtained_at=NOW,
)


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("grants.db", "must be a URL such as postgresql"),
        ("sqlite+aiosqlite:///grants.db", r"SQLite is SQLiteGrantStore\(path\)"),
    ],
)
def test_what_is_no_address_of_a_server_is_refused(url, says):
    with pytest.raises(InputError, match=says):
        SqlGrantStore(url)


async def test_an_engine_that_would_log_tokens_is_refused_unless_they_are_sealed(tmp_path):
    engine = create_async_engine(f"sqlite+aiosqlite:///{tmp_path}/x.db")
    with pytest.raises(InputError, match="hide_parameters=True"):
        SqlGrantStore(engine)
    SqlGrantStore(engine, cipher=GrantCipher(GrantCipher.new_key()))
    await engine.dispose()


async def test_a_database_that_is_down_is_told_with_its_address_and_without_its_password():
    store = SqlGrantStore(f"postgresql+asyncpg://oms:hidden-word@127.0.0.1:{free_port()}/grants")
    with pytest.raises(StoreError, match=r"oms:\*\*\*@127.0.0.1:.* check that the database is up") as raised:
        await store.load(1, 2)
    await store.aclose()
    assert "hidden-word" not in f"{raised.value!r} {raised.value.__cause__!r} {raised.value.__context__!r} {store!r}"
    assert "hidden-word" not in repr(store.address)


async def test_no_token_is_logged_by_the_engine_or_told_by_an_error(postgres_url, caplog):
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, "sqlalchemy.engine")
    store = SqlGrantStore(postgres_url)
    await store.swap(RECORD, expected_version=None)
    assert not await store.swap(RECORD, expected_version=None)
    async with store._engine.begin() as connection:
        await connection.execute(
            text("ALTER TABLE meli_grants ADD CONSTRAINT small CHECK (octet_length(body) < 9) NOT VALID")
        )
    with pytest.raises(StoreError, match=r"CheckViolation.*check that") as raised:
        await store.swap(RECORD, expected_version=1)
    await store.aclose()
    told = f"{raised.value!r} {raised.value.__cause__!r} {raised.value.__context__!r}"
    assert "INSERT INTO meli_grants" in caplog.text
    assert "canary" not in caplog.text + told
    assert b"canary".hex() not in caplog.text + told


async def test_a_user_who_may_not_make_tables_is_told(postgres_url):
    owner = create_async_engine(postgres_url, isolation_level="AUTOCOMMIT")
    async with owner.connect() as connection:
        await connection.execute(text("REVOKE CREATE ON SCHEMA public FROM PUBLIC"))
        await connection.execute(
            text("DO $$ BEGIN CREATE ROLE clerk LOGIN; EXCEPTION WHEN duplicate_object THEN END $$")
        )
    await owner.dispose()
    store = SqlGrantStore(postgres_url.replace("meli@", "clerk@"))
    with pytest.raises(StoreError, match=r"InsufficientPrivilege.*this user may write there"):
        await store.load(1, 2)
    await store.aclose()


async def test_two_applications_share_a_database_by_tables_of_their_own(postgres_url):
    one, other = SqlGrantStore(postgres_url), SqlGrantStore(postgres_url, table="other_grants")
    await one.swap(RECORD, expected_version=None)
    assert await other.records(99) == ()
    await one.aclose()
    await other.aclose()


async def test_an_engine_that_was_given_stays_open(tmp_path):
    engine = create_async_engine(f"sqlite+aiosqlite:///{tmp_path}/x.db", hide_parameters=True)
    store = SqlGrantStore(engine)
    await store.swap(RECORD, expected_version=None)
    await store.aclose()
    async with engine.connect() as connection:
        assert await connection.scalar(text("SELECT count(*) FROM meli_grants")) == 1
    await engine.dispose()
