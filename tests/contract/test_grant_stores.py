"""What every grant store promises, on each of them: memory, SQLite, a SQL engine, PostgreSQL, in the clear and sealed."""

import asyncio
import random
import sqlite3
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from meli_sdk import GrantCipher, MemoryGrantStore, Secret, SQLiteGrantStore
from meli_sdk.auth.grant import Attempt, Grant, GrantRecord
from meli_sdk.auth.stores import GrantStore
from meli_sdk.auth.stores.sql import SqlGrantStore
from meli_sdk.errors import SessionStateError, StoreError

pytestmark = pytest.mark.filterwarnings("ignore:MemoryGrantStore forgets:UserWarning")

APP, SELLER = 7303403986570048, 118320047
NOW = datetime(2026, 5, 20, 15, 30, 40, 123456, tzinfo=UTC)
KEY = GrantCipher.new_key()
LASTING = ["sqlite", "sqlite sealed", "sql on sqlite", "postgresql", "postgresql sealed"]
Open = Callable[..., GrantStore]


@pytest.fixture
async def opened() -> AsyncIterator[list[Any]]:
    """What a test has opened, closed after it."""
    things: list[Any] = []
    yield things
    for thing in things:
        await (thing.aclose() if hasattr(thing, "aclose") else thing.dispose())


@pytest.fixture(params=["memory", *LASTING])
def open_store(request: pytest.FixtureRequest, tmp_path: Path, opened: list[Any]) -> Open:
    """Opens the same place each time it is called; memory has none."""
    kind = request.param
    url = request.getfixturevalue("postgres_url") if kind.startswith("postgresql") else None

    def opener(**given: Any) -> GrantStore:
        if kind == "memory":
            store: GrantStore = MemoryGrantStore()
        elif kind == "sql on sqlite":
            engine = create_async_engine(f"sqlite+aiosqlite:///{tmp_path}/any.db", hide_parameters=True)
            store = SqlGrantStore(engine, **given)
            opened.append(engine)
        else:
            if kind.endswith("sealed"):
                given.setdefault("cipher", GrantCipher(KEY))
            store = SqlGrantStore(url, **given) if url else SQLiteGrantStore(tmp_path / "grants.db", **given)
        opened.insert(0, store)
        return store

    opener.kind = kind
    opener.place = tmp_path
    return opener


@pytest.fixture
def store(open_store: Open) -> GrantStore:
    return open_store()


def make(version: int = 1, seller: int = SELLER, app: int = APP, token: str = "APP_USR-canary-1") -> GrantRecord:
    grant = Grant(
        client_id=app,
        user_id=seller,
        access_token=Secret(token),
        refresh_token=Secret(token.replace("APP_USR", "TG")),
        expires_at=NOW + timedelta(hours=6),
        scope=frozenset({"offline_access", "read", "urn:ml:mktp:orders-shipments:/read-write"}),
    )
    return GrantRecord(grant=grant, version=version, obtained_at=NOW)


FULL = evolve(
    make(),
    attempt=Attempt(holder="host|boot|1|2|x", started_at=NOW),
    lost=Attempt(holder="anfitrião|boot|3|4|y", started_at=NOW - timedelta(minutes=1), given_up=True),
    settling_since=NOW,
    reason="answer_lost",
    reason_since=NOW - timedelta(microseconds=1),
    renewals=41,
)


async def test_a_seller_who_never_connected_has_no_record(store):
    assert await store.load(APP, SELLER) is None
    assert await store.records(APP) == ()


async def test_the_first_write_needs_an_empty_place(store):
    assert await store.swap(make(token="APP_USR-first"), expected_version=None)
    assert not await store.swap(make(token="APP_USR-second"), expected_version=None)
    assert (await store.load(APP, SELLER)).grant.access_token == Secret("APP_USR-first")


async def test_a_write_needs_the_version_that_is_stored(store):
    await store.swap(make(1), expected_version=None)
    assert not await store.swap(make(3, token="APP_USR-lost"), expected_version=2)
    assert await store.swap(make(2, token="APP_USR-won"), expected_version=1)
    assert not await store.swap(make(2, token="APP_USR-late"), expected_version=1)
    found = await store.load(APP, SELLER)
    assert (found.version, found.grant.access_token) == (2, Secret("APP_USR-won"))


async def test_a_write_over_nothing_fails_where_a_version_is_expected(store):
    assert not await store.swap(make(2), expected_version=1)
    assert await store.load(APP, SELLER) is None


@pytest.mark.parametrize(
    "record",
    [
        make(),
        FULL,
        evolve(make(), grant=evolve(make().grant, refresh_token=None, access_token=Secret(""), scope=frozenset())),
        make(app=10**20 - 1, seller=10**20 - 2, version=2**62),
    ],
    ids=["plain", "every field", "nearly empty", "longest ids"],
)
async def test_a_record_comes_back_as_it_went_in(store, record):
    grant = record.grant
    await store.swap(record, expected_version=None)
    assert await store.load(grant.client_id, grant.user_id) == record
    assert await store.records(grant.client_id) == (record,)


async def test_records_are_ordered_by_seller(store):
    for seller in (9, 100, 20):
        await store.swap(make(seller=seller), expected_version=None)
    assert [record.grant.user_id for record in await store.records(APP)] == [9, 20, 100]


async def test_a_deleted_seller_is_forgotten_and_the_others_stay(store):
    for seller in (1, 2):
        await store.swap(make(seller=seller), expected_version=None)
    await store.delete(APP, 1)
    await store.delete(APP, 3)
    assert await store.load(APP, 1) is None
    assert [record.grant.user_id for record in await store.records(APP)] == [2]
    assert await store.swap(make(seller=1), expected_version=None)


async def test_grants_of_two_applications_are_never_mixed(store):
    await store.swap(make(), expected_version=None)
    other = APP + 1
    for use in (
        store.load(other, SELLER),
        store.records(other),
        store.delete(other, SELLER),
        store.swap(make(app=other, seller=5), expected_version=None),
    ):
        with pytest.raises(StoreError, match=rf"belong to app {APP}, not {other}"):
            await use
    assert [record.grant.user_id for record in await store.records(APP)] == [SELLER]


async def test_of_many_writers_exactly_one_wins(open_store):
    stores = [open_store() for _ in range(1 if open_store.kind == "memory" else 3)]
    await stores[0].swap(make(1), expected_version=None)
    for version in range(1, 6):
        writes = (
            store.swap(make(version + 1, token=f"APP_USR-{n}"), expected_version=version)
            for n, store in enumerate(stores * 6)
        )
        assert sorted(await asyncio.gather(*writes)).count(True) == 1
    first = (
        store.swap(make(seller=77, token=f"APP_USR-{n}"), expected_version=None) for n, store in enumerate(stores * 6)
    )
    assert sorted(await asyncio.gather(*first)).count(True) == 1


async def test_it_behaves_like_a_dictionary_with_versions(store):
    dice = random.Random(5)
    truth: dict[int, GrantRecord] = {}
    for step in range(120):
        seller = dice.randrange(3)
        stored = truth.get(seller)
        match dice.choice(["first", "right", "wrong", "delete", "load"]):
            case "first":
                written = await store.swap(make(step, seller), expected_version=None)
                assert written is (stored is None)
                if written:
                    truth[seller] = make(step, seller)
            case "right" if stored is not None:
                assert await store.swap(make(step, seller), expected_version=stored.version)
                truth[seller] = make(step, seller)
            case "wrong":
                assert not await store.swap(make(step, seller), expected_version=10_000)
            case "delete":
                await store.delete(APP, seller)
                truth.pop(seller, None)
        assert await store.load(APP, seller) == truth.get(seller)
    assert await store.records(APP) == tuple(truth[seller] for seller in sorted(truth))


async def test_a_closed_store_says_so(store):
    await store.swap(make(), expected_version=None)
    await store.aclose()
    await store.aclose()
    with pytest.raises(SessionStateError, match="closed"):
        await store.load(APP, SELLER)


# those that outlive the process

lasting = pytest.mark.parametrize("open_store", LASTING, indirect=True)


@lasting
async def test_what_was_written_is_there_after_reopening(open_store):
    first = open_store()
    await first.swap(FULL, expected_version=None)
    await first.aclose()
    assert await open_store().load(APP, SELLER) == FULL


@lasting
async def test_two_that_are_open_see_each_others_writes(open_store):
    one, other = open_store(), open_store()
    await one.swap(make(1), expected_version=None)
    assert await other.swap(make(2, token="APP_USR-other"), expected_version=1)
    assert (await one.load(APP, SELLER)).grant.access_token == Secret("APP_USR-other")


@lasting
async def test_several_may_open_a_new_place_at_once(open_store):
    stores = [open_store() for _ in range(4)]
    written = await asyncio.gather(*(s.swap(make(seller=n), expected_version=None) for n, s in enumerate(stores)))
    assert written == [True] * 4
    assert len(await stores[0].records(APP)) == 4


async def rewrite(open_store: Open, change: Callable[[bytes], bytes]) -> None:
    """Changes the stored bytes of every record behind the store's back."""
    if open_store.kind.startswith("postgresql"):
        store = open_store()
        async with store._engine.begin() as connection:  # the same server, without the store's rules
            body = await connection.scalar(text("SELECT body FROM meli_grants"))
            await connection.execute(text("UPDATE meli_grants SET body = :body"), {"body": change(bytes(body))})
        return
    name = "any.db" if open_store.kind == "sql on sqlite" else "grants.db"
    with sqlite3.connect(open_store.place / name) as connection:
        (body,) = connection.execute("SELECT body FROM meli_grants").fetchone()
        connection.execute("UPDATE meli_grants SET body = ?", (change(body),))
    connection.close()


@pytest.mark.parametrize("open_store", ["sqlite", "sql on sqlite", "postgresql"], indirect=True)
@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda body: body.replace(b'"schema":1', b'"schema":2'), "newer version of meli_sdk .schema 2.: update"),
        (lambda body: b"{}", "damaged, or another program's"),
        (lambda body: b'{"schema":1,', "damaged, or another program's"),
        (lambda body: b"\x01\x02", "encrypted: pass the cipher"),
    ],
    ids=["newer", "another program's", "damaged", "sealed"],
)
async def test_a_record_that_cannot_be_read_is_an_error_and_never_an_absent_seller(open_store, change, says):
    first = open_store()
    await first.swap(make(), expected_version=None)
    await first.aclose()
    await rewrite(open_store, change)
    for use in (open_store().load(APP, SELLER), open_store().records(APP)):
        with pytest.raises(StoreError, match=says) as raised:
            await use
        assert "canary" not in f"{raised.value!r} {raised.value.__context__!r}"


# sealed

sealed = pytest.mark.parametrize("open_store", ["sqlite sealed", "postgresql sealed"], indirect=True)


@sealed
async def test_sealed_records_hide_everything_but_the_ids(open_store):
    seen: list[bytes] = []
    store = open_store()
    await store.swap(FULL, expected_version=None)
    await store.aclose()

    def look(body: bytes) -> bytes:
        seen.append(body)
        return body

    await rewrite(open_store, look)
    assert not [word for word in (b"canary", b"offline_access", b"answer_lost") if word in seen[0]]


@sealed
@pytest.mark.parametrize(
    ("cipher", "says"),
    [
        (lambda: GrantCipher(GrantCipher.new_key()), "encrypted with another key"),
        (lambda: None, "encrypted: pass the cipher"),
    ],
    ids=["another key", "no key"],
)
async def test_a_wrong_key_is_an_error_and_never_an_absent_seller(open_store, cipher, says):
    await open_store().swap(make(), expected_version=None)
    with pytest.raises(StoreError, match=says):
        await open_store(cipher=cipher()).load(APP, SELLER)


@sealed
async def test_a_new_key_opens_what_the_old_one_sealed_and_seals_anew(open_store):
    new = GrantCipher.new_key()
    await open_store().swap(make(1), expected_version=None)
    both = open_store(cipher=GrantCipher(new, KEY))
    assert await both.load(APP, SELLER) == make(1)
    await both.swap(make(2), expected_version=1)
    assert await open_store(cipher=GrantCipher(new)).load(APP, SELLER) == make(2)


@sealed
async def test_a_changed_byte_is_found(open_store):
    store = open_store()
    await store.swap(make(), expected_version=None)
    await rewrite(open_store, lambda body: body[:-1] + bytes([body[-1] ^ 1]))
    with pytest.raises(StoreError, match="changed, or moved to another seller"):
        await store.load(APP, SELLER)


@pytest.mark.parametrize("open_store", ["sqlite", "postgresql"], indirect=True)
async def test_encryption_is_switched_on_only_when_that_is_said(open_store):
    await open_store().swap(make(1), expected_version=None)
    strict = open_store(cipher=GrantCipher(KEY))
    with pytest.raises(StoreError, match="accept_clear=True"):
        await strict.load(APP, SELLER)
    changing = open_store(cipher=GrantCipher(KEY, accept_clear=True))
    assert await changing.load(APP, SELLER) == make(1)
    await changing.swap(make(2), expected_version=1)
    assert await strict.load(APP, SELLER) == make(2)
