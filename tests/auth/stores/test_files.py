"""The file of a SQLite grant store: private, on a local disk, and refused with a remedy where it is not."""

import os
import sqlite3
import stat
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from meli_sdk import Secret, SQLiteGrantStore
from meli_sdk.auth.grant import Grant, GrantRecord
from meli_sdk.errors import InputError, StoreError
from meli_sdk.private_file import network_file_system

pytestmark = pytest.mark.skipif(os.name == "nt", reason="POSIX file modes")


async def refused(path, match):
    store = SQLiteGrantStore(path)
    try:
        with pytest.raises(StoreError, match=match) as raised:
            await store.load(1, 2)
        assert str(path) in str(raised.value)
    finally:
        await store.aclose()


@pytest.mark.parametrize("mask", [0o000, 0o022, 0o077])
async def test_a_new_file_is_for_its_owner_alone_whatever_the_mask(tmp_path, mask):
    path = tmp_path / "grants.db"
    before = os.umask(mask)
    try:
        store = SQLiteGrantStore(path)
        assert await store.load(1, 2) is None
    finally:
        os.umask(before)
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()}
    await store.aclose()
    assert modes == {"grants.db": 0o600, "grants.db-wal": 0o600, "grants.db-shm": 0o600}


async def test_writes_are_synchronous_and_go_ahead_of_the_file(tmp_path):
    store = SQLiteGrantStore(tmp_path / "grants.db")
    await store.load(1, 2)
    said = {name: store._connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")}
    await store.aclose()
    assert said == {"journal_mode": "wal", "synchronous": 2}


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660])
async def test_a_file_that_others_may_read_is_refused(tmp_path, mode):
    path = tmp_path / "grants.db"
    path.touch()
    path.chmod(mode)
    await refused(path, rf"readable by others \({mode:04o}\): run chmod 600")


async def test_a_symbolic_link_is_refused(tmp_path):
    (tmp_path / "real.db").touch(mode=0o600)
    link = tmp_path / "grants.db"
    link.symlink_to(tmp_path / "real.db")
    await refused(link, "is a symbolic link: give the path of the file itself")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a file of another user")
async def test_a_file_of_another_user_is_refused(tmp_path):
    path = tmp_path / "grants.db"
    path.touch(mode=0o600)
    os.chown(path, 65534, -1)
    await refused(path, r"belongs to another user \(uid 65534\)")


async def test_a_folder_that_is_not_there_is_named(tmp_path):
    await refused(tmp_path / "no" / "grants.db", "there is no folder .*/no; make it first")


async def test_a_folder_in_the_place_of_the_file_is_refused(tmp_path):
    (tmp_path / "grants.db").mkdir()
    await refused(tmp_path / "grants.db", "is no file: give the path of a file")


async def test_what_is_no_database_is_refused(tmp_path):
    path = tmp_path / "grants.db"
    path.write_bytes(b"this is no database at all, and long enough to be seen as none" * 20)
    path.chmod(0o600)
    await refused(path, "file is not a database: check that it is a grant store")


async def test_a_file_that_stays_locked_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr("meli_sdk.auth.stores.sqlite._BUSY_SECONDS", 0.05)
    path = tmp_path / "grants.db"
    path.touch(mode=0o600)
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    try:
        await refused(path, "database is locked: .*not locked for long")
    finally:
        holder.close()


@pytest.mark.parametrize(
    ("pragma", "says"),
    [
        ("query_only = ON", "attempt to write a readonly database: check that it is a grant store, writable"),
        ("max_page_count = 1", "database or disk is full: .*with room left"),
    ],
    ids=["read-only", "full"],
)
async def test_a_file_that_takes_no_more_is_told_and_what_is_in_it_is_read(tmp_path, pragma, says):
    store = SQLiteGrantStore(tmp_path / "grants.db")
    await store.load(1, 2)
    store._connection.execute(f"PRAGMA {pragma}")
    now = datetime(2026, 5, 20, tzinfo=UTC)
    long = frozenset(f"scope {n}" for n in range(1_000))
    token = Secret("APP_USR-canary")
    grant = Grant(client_id=1, user_id=2, access_token=token, refresh_token=token, expires_at=now, scope=long)
    with pytest.raises(StoreError, match=f"{tmp_path}/grants.db: {says}") as raised:
        await store.swap(GrantRecord(grant=grant, version=1, obtained_at=now), expected_version=None)
    assert await store.load(1, 2) is None
    await store.aclose()
    assert "canary" not in f"{raised.value!r} {raised.value.__context__!r}"


def test_a_store_in_use_before_a_fork_says_so_in_the_child_instead_of_waiting_for_ever(tmp_path):
    """In an interpreter of its own: a fork of the one that runs the tests would take their threads along."""
    script = f"""
import asyncio, os
from meli_sdk import SQLiteGrantStore
from meli_sdk.errors import SessionStateError
store = SQLiteGrantStore({str(tmp_path / "grants.db")!r})
asyncio.run(store.load(1, 2))
child = os.fork()
if child:
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
    raise SystemExit
try:
    asyncio.run(store.load(1, 2))
except SessionStateError as wrong:
    asyncio.run(store.aclose())
    os._exit(7 if "forked" in str(wrong) else 1)
os._exit(2)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.split() == ["7"]


@pytest.mark.parametrize("path", ["", None, 5, "postgresql://host/name"])
def test_what_is_no_path_is_refused_before_anything_is_opened(path):
    with pytest.raises(InputError, match="path must be the path of a file"):
        SQLiteGrantStore(path)


MOUNTS = """\
23 29 0:22 / /proc rw,nosuid - proc proc rw
29 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
40 29 0:50 / /srv/shared rw,relatime - nfs4 files.example.com:/ rw
41 40 8:2 / /srv/shared/local rw,relatime - xfs /dev/sdb rw
42 29 0:51 / /mnt/my\\040share rw - fuse.sshfs user@host:/ rw
"""


@pytest.mark.parametrize(
    ("folder", "kind"),
    [
        ("/home/oms", None),
        ("/srv", None),
        ("/srv/shared", "nfs4"),
        ("/srv/shared/oms", "nfs4"),
        ("/srv/shared/local/oms", None),
        ("/srv/shareddocs", None),
        ("/mnt/my share/x", "fuse.sshfs"),
    ],
)
def test_a_network_file_system_is_told_by_the_table_of_mounts(folder, kind):
    assert network_file_system(Path(folder), MOUNTS) == kind


def test_a_table_of_mounts_that_cannot_be_read_refuses_nothing():
    assert network_file_system(Path("/srv"), "nonsense\n1 2 3 - nfs x\n") is None


async def test_a_store_on_a_network_file_system_is_refused(tmp_path, monkeypatch):
    mounts = tmp_path / "mountinfo"
    mounts.write_text(f"29 1 0:5 / {tmp_path} rw - nfs4 host:/ rw\n")
    monkeypatch.setattr("meli_sdk.private_file._MOUNTS", mounts)
    await refused(tmp_path / "grants.db", r"network file system \(nfs4\).*PostgreSQL")
