"""A grant record as bytes: what every store keeps, in the clear or sealed by a cipher."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final, Protocol, cast

from meli_sdk.auth.grant import Attempt, Grant, GrantRecord
from meli_sdk.errors import StoreError
from meli_sdk.secret import Secret

SCHEMA: Final = 1
_CLEAR: Final = b"{"


class Cipher(Protocol):
    """Seals bytes for one seller of one application, and opens them again."""

    @property
    def accepts_clear(self) -> bool:
        """Whether records written before encryption was switched on are read."""
        ...

    def seal(self, clear: bytes, owner: bytes) -> bytes:
        """Bytes that only this cipher opens, and only for the same owner. They never begin with `{`."""
        ...

    def unseal(self, sealed: bytes, owner: bytes) -> bytes:
        """What was sealed.

        Raises:
            StoreError: another key, another owner, or damaged.
        """
        ...


def pack(record: GrantRecord, cipher: Cipher | None) -> bytes:
    """The bytes of a record. Ids and version stand beside them in the store."""
    grant = record.grant
    tree = {
        "schema": SCHEMA,
        "access_token": grant.access_token.reveal(),
        "refresh_token": grant.refresh_token.reveal() if grant.refresh_token else None,
        "expires_at": grant.expires_at.isoformat(),
        "scope": sorted(grant.scope),
        "obtained_at": record.obtained_at.isoformat(),
        "attempt": _attempt_tree(record.attempt),
        "lost": _attempt_tree(record.lost),
        "settling_since": record.settling_since.isoformat() if record.settling_since else None,
        "reason": record.reason,
        "reason_since": record.reason_since.isoformat() if record.reason_since else None,
        "renewals": record.renewals,
    }
    clear = json.dumps(tree, separators=(",", ":")).encode()
    return cipher.seal(clear, _owner(grant.client_id, grant.user_id)) if cipher else clear


def unpack(body: bytes, client_id: int, user_id: int, version: int, cipher: Cipher | None) -> GrantRecord:
    """The record in these bytes.

    Raises:
        StoreError: sealed and no cipher, or the other way round; another key; a newer schema; no record at all.
    """
    body = bytes(body)
    sealed = not body.startswith(_CLEAR)
    if sealed and cipher is None:
        message = "its grants are encrypted: pass the cipher with the key that they were written with"
        raise StoreError(message)
    if cipher is not None and sealed:
        body = cipher.unseal(body, _owner(client_id, user_id))
    elif cipher is not None and not cipher.accepts_clear:
        message = "its grants are not encrypted: open it once with GrantCipher(..., accept_clear=True) to change that"
        raise StoreError(message)
    try:
        return _record(json.loads(body), client_id, user_id, version)
    except (ValueError, KeyError, TypeError):
        problem = "the record of a seller cannot be read: the store is damaged, or another program's"
    raise StoreError(problem)


def _owner(client_id: int, user_id: int) -> bytes:
    return f"{client_id}/{user_id}".encode()


def _attempt_tree(attempt: Attempt | None) -> dict[str, object] | None:
    if attempt is None:
        return None
    return {"holder": attempt.holder, "started_at": attempt.started_at.isoformat(), "given_up": attempt.given_up}


def _attempt(tree: Mapping[str, Any] | None) -> Attempt | None:
    if tree is None:
        return None
    return Attempt(holder=tree["holder"], started_at=_moment(tree["started_at"]), given_up=tree["given_up"])


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def _record(tree: object, client_id: int, user_id: int, version: int) -> GrantRecord:
    fields = cast("Mapping[str, Any]", tree)
    schema = fields["schema"]
    if schema > SCHEMA:
        message = f"it was written by a newer version of meli_sdk (schema {schema}): update the package"
        raise StoreError(message)
    refresh, settling, since = fields["refresh_token"], fields["settling_since"], fields["reason_since"]
    return GrantRecord(
        grant=Grant(
            client_id=client_id,
            user_id=user_id,
            access_token=Secret(fields["access_token"]),
            refresh_token=Secret(refresh) if refresh else None,
            expires_at=_moment(fields["expires_at"]),
            scope=frozenset(fields["scope"]),
        ),
        version=version,
        obtained_at=_moment(fields["obtained_at"]),
        attempt=_attempt(fields["attempt"]),
        lost=_attempt(fields["lost"]),
        settling_since=_moment(settling) if settling else None,
        reason=fields["reason"],
        reason_since=_moment(since) if since else None,
        renewals=fields["renewals"],
    )
