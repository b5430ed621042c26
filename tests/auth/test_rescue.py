"""New tokens that the store cannot take: in use, told, beside the store on the disk, and in it as soon as it can."""

import logging
import os
import stat
from pathlib import Path

import pytest
from attrs import evolve
from sqlalchemy import text
from tests.auth.token_server import APP, SELLER, TokenServer, first_record, machine

from meli_sdk import GrantCipher, MemoryGrantStore, Secret, SQLiteGrantStore
from meli_sdk.auth.events import GrantNotSaved, TokenRenewed
from meli_sdk.auth.stores.reopen import describe, reopen
from meli_sdk.auth.stores.rescue import RescueFiles
from meli_sdk.auth.stores.sql import SqlGrantStore
from meli_sdk.errors import InputError, NoGrantError, StoreError

virtual_time = pytest.mark.virtual_time
pytestmark = pytest.mark.filterwarnings("ignore:MemoryGrantStore forgets:UserWarning")

KEY = GrantCipher.new_key()


class Store(MemoryGrantStore):
    """Takes leases, and, while it is `full`, no new tokens; with a place for rescue files."""

    def __init__(self, folder: Path, cipher: GrantCipher | None = None) -> None:
        super().__init__()
        self.rescue = RescueFiles(folder / "grants.db", cipher)
        self.full = True

    async def swap(self, record, *, expected_version):
        if self.full and record.renewals > 0:
            message = "grants.db: database or disk is full"
            raise StoreError(message)
        return await super().swap(record, expected_version=expected_version)


@pytest.fixture
def server():
    return TokenServer()


@pytest.fixture
async def store(tmp_path, clock):
    made = Store(tmp_path)
    await made.swap(first_record(clock, life=-1, access=""), expected_version=None)
    return made


@pytest.fixture
def file(tmp_path):
    return tmp_path / f"grants.db.rescue-{APP}-{SELLER}"


async def refresh_token(store):
    return (await store.load(APP, SELLER)).grant.refresh_token


async def dead_with_unsaved_tokens(store, server, clock, file):
    """A process has tokens that the store did not take, and is killed."""
    one = machine(store, server, clock)
    assert await one.refresher.token() == Secret("APP_USR-1")
    one.refresher._task.cancel()
    assert file.exists()


@virtual_time
async def test_they_are_used_and_told_and_beside_the_store_until_it_works_again(store, server, clock, file, caplog):
    one = machine(store, server, clock)
    assert await one.refresher.token() == Secret("APP_USR-1")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert await refresh_token(store) == Secret("TG-0")
    await one.refresher.reread()
    assert one.refresher.current() == Secret("APP_USR-1")
    await clock.sleep(20)
    store.full = False
    await clock.sleep(10)
    assert await refresh_token(store) == Secret("TG-1")
    assert not file.exists()
    assert {type(event) for event in one.events[:-1]} == {GrantNotSaved}
    assert type(one.events[-1]) is TokenRenewed
    assert {entry.levelno for entry in caplog.records} == {logging.CRITICAL}
    assert "TG-" not in caplog.text
    assert server.exchanges == ["TG-0"]


@virtual_time
async def test_closing_does_not_wait_for_a_store_that_fails_for_good_and_says_where_they_are(
    store, server, clock, file, caplog
):
    one = machine(store, server, clock)
    await one.refresher.token()
    begin = clock.monotonic()
    await one.refresher.drain()
    assert clock.monotonic() - begin < 6
    assert f"they are kept in {file} and go into the store when it is next used" in caplog.text
    assert file.exists()


@virtual_time
async def test_after_a_kill_the_next_process_puts_them_into_the_store_and_exchanges_nothing(store, server, clock, file):
    await dead_with_unsaved_tokens(store, server, clock, file)
    store.full = False
    assert await machine(store, server, clock).refresher.token() == Secret("APP_USR-1")
    assert await refresh_token(store) == Secret("TG-1")
    assert not file.exists()
    assert server.exchanges == ["TG-0"]


@virtual_time
async def test_the_next_process_uses_them_also_while_the_store_still_fails(store, server, clock, file):
    await dead_with_unsaved_tokens(store, server, clock, file)
    assert await machine(store, server, clock).refresher.token() == Secret("APP_USR-1")
    assert file.exists()
    assert server.exchanges == ["TG-0"]


@virtual_time
async def test_a_grant_that_was_given_up_meanwhile_lives_again(store, server, clock, file):
    await dead_with_unsaved_tokens(store, server, clock, file)
    store.full = False
    stored = await store.load(APP, SELLER)
    await store.swap(stored.ended("answer_lost", clock.now()), expected_version=stored.version)
    assert await machine(store, server, clock).refresher.token() == Secret("APP_USR-1")
    assert (await store.load(APP, SELLER)).reason is None


@virtual_time
async def test_those_of_a_seller_who_connected_anew_are_thrown_away(store, server, clock, file):
    await dead_with_unsaved_tokens(store, server, clock, file)
    store.full = False
    stored = await store.load(APP, SELLER)
    anew = evolve(first_record(clock, access="APP_USR-anew", refresh="TG-anew"), version=stored.version + 1)
    await store.swap(anew, expected_version=stored.version)
    assert await machine(store, server, clock).refresher.token() == Secret("APP_USR-anew")
    assert not file.exists()


@virtual_time
async def test_those_of_a_seller_who_was_disconnected_are_thrown_away(store, server, clock, file):
    await dead_with_unsaved_tokens(store, server, clock, file)
    await store.delete(APP, SELLER)
    with pytest.raises(NoGrantError):
        await machine(store, server, clock).refresher.token()
    assert not file.exists()


@virtual_time
async def test_where_the_disk_is_full_too_both_are_tried_until_one_works(
    store, server, clock, file, monkeypatch, caplog
):
    def full(descriptor):
        raise OSError(28, "No space left on device")

    original = os.fsync
    monkeypatch.setattr("os.fsync", full)
    one = machine(store, server, clock)
    assert await one.refresher.token() == Secret("APP_USR-1")
    await clock.sleep(10)
    assert not file.exists()
    assert f"{file} cannot be written (No space left on device)" in caplog.text
    monkeypatch.setattr("os.fsync", original)
    await clock.sleep(10)
    assert file.exists()


@virtual_time
@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda file: file.touch(0o644), r"is readable by others \(0644\)"),
        (lambda file: file.touch(0o600), "is damaged"),
        (lambda file: file.symlink_to("elsewhere"), "cannot be opened"),
    ],
    ids=["readable by others", "damaged", "a symbolic link"],
)
async def test_a_file_that_cannot_be_trusted_is_named_and_nothing_is_sent(store, server, clock, file, make, says):
    make(file)
    with pytest.raises(StoreError, match=rf"{file} {says}.*may hold the newest tokens of seller {SELLER}"):
        await machine(store, server, clock).refresher.token()
    assert server.exchanges == []


@virtual_time
async def test_they_are_sealed_where_the_store_is(tmp_path, server, clock, file):
    store = Store(tmp_path, GrantCipher(KEY))
    await store.swap(first_record(clock, access=""), expected_version=None)
    await dead_with_unsaved_tokens(store, server, clock, file)
    assert b"TG-1" not in file.read_bytes()
    store.full = False
    store.rescue = RescueFiles(tmp_path / "grants.db", GrantCipher(GrantCipher.new_key()))
    with pytest.raises(StoreError, match="encrypted with another key"):
        await machine(store, server, clock).refresher.token()
    store.rescue = RescueFiles(tmp_path / "grants.db", GrantCipher(KEY))
    assert await machine(store, server, clock).refresher.token() == Secret("APP_USR-1")


async def test_a_database_can_have_a_folder_for_them(postgres_url, tmp_path, server, clock):
    store = SqlGrantStore(postgres_url, rescue=tmp_path)
    await store.swap(first_record(clock, access=""), expected_version=None)
    refuse = "ALTER TABLE meli_grants ADD CONSTRAINT full_disk CHECK (position('\"renewals\":1' in convert_from(body, 'UTF8')) = 0)"
    async with store._engine.begin() as connection:
        await connection.exec_driver_sql(refuse)
    file = tmp_path / f"meli_grants.rescue-{APP}-{SELLER}"
    await dead_with_unsaved_tokens(store, server, clock, file)
    async with store._engine.begin() as connection:
        await connection.execute(text("ALTER TABLE meli_grants DROP CONSTRAINT full_disk"))
    again = reopen(describe(store))  # as the process for token exchanges opens it
    assert await machine(again, server, clock).refresher.token() == Secret("APP_USR-1")
    assert await refresh_token(store) == Secret("TG-1")
    assert list(tmp_path.iterdir()) == []
    await again.aclose()
    await store.aclose()


def test_a_folder_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(InputError, match="rescue must be a folder that is there, got"):
        SqlGrantStore("postgresql+asyncpg://oms@127.0.0.1/grants", rescue=tmp_path / "no")


async def test_forgetting_a_seller_forgets_these_tokens_too(tmp_path, clock):
    store = SQLiteGrantStore(tmp_path / "grants.db")
    record = first_record(clock)
    await store.swap(record, expected_version=None)
    file = store.rescue.of(APP, SELLER)
    file.write(record, Secret("TG-spent"))
    await store.delete(APP, SELLER)
    await store.aclose()
    assert not file.is_there()
