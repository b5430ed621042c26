"""Grants in memory: for tests and notebooks."""

import warnings

from meli_sdk.auth.grant import GrantRecord
from meli_sdk.auth.stores.complaints import check_application, check_open


class MemoryGrantStore:
    """Keeps grants as long as the process lives, and warns: a refresh token lost is a seller lost."""

    def __init__(self) -> None:
        message = "MemoryGrantStore forgets its sellers when the process ends; use SQLiteGrantStore(path) to keep them"
        warnings.warn(message, stacklevel=2)
        self._records: dict[tuple[int, int], GrantRecord] = {}
        self._closed = False

    async def load(self, client_id: int, user_id: int) -> GrantRecord | None:
        self._check(client_id)
        return self._records.get((client_id, user_id))

    async def swap(self, record: GrantRecord, *, expected_version: int | None) -> bool:
        self._check(record.grant.client_id)
        key = (record.grant.client_id, record.grant.user_id)
        stored = self._records.get(key)
        if (stored.version if stored else None) != expected_version:
            return False
        self._records[key] = record
        return True

    async def records(self, client_id: int) -> tuple[GrantRecord, ...]:
        self._check(client_id)
        return tuple(self._records[key] for key in sorted(self._records))

    async def delete(self, client_id: int, user_id: int) -> None:
        self._check(client_id)
        self._records.pop((client_id, user_id), None)

    async def aclose(self) -> None:
        self._closed = True

    def _check(self, client_id: int) -> None:
        check_open(closed=self._closed)
        for other, _ in self._records:
            check_application("this store", other, client_id)
