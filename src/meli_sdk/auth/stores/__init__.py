"""Where grants are kept: a register with compare-and-swap."""

from typing import Protocol

from meli_sdk.auth.grant import GrantRecord


class GrantStore(Protocol):
    """One record per seller, for one application.

    A store decides nothing: it keeps what it is given, and compares versions. Every method raises `StoreError` where
    it cannot do so, or where the store holds grants of another application; the message names the place and the remedy.
    """

    async def load(self, client_id: int, user_id: int) -> GrantRecord | None:
        """The record, or None where the seller never connected."""
        ...

    async def swap(self, record: GrantRecord, *, expected_version: int | None) -> bool:
        """Writes the record if the stored version is the expected one (None: there is none). Durable when it returns."""
        ...

    async def records(self, client_id: int) -> tuple[GrantRecord, ...]:
        """Every record, ordered by seller."""
        ...

    async def delete(self, client_id: int, user_id: int) -> None:
        """Forgets a seller."""
        ...

    async def aclose(self) -> None:
        """Closes it. Using it afterwards is a `SessionStateError`."""
        ...
