"""Grants encrypted at rest (extra `crypto`): AES-256-GCM over each record, bound to its seller."""

import base64
import binascii
import secrets
from collections.abc import Callable
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from meli_sdk.errors import ConfigurationError, InputError, StoreError
from meli_sdk.secret import Secret

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

Key = str | Secret | Callable[[], str]
"""A key as text, or a function that fetches it, from a key service for example; called once."""

_KEY_BYTES: Final = 32
_VERSION: Final = b"\x01"
_ID_BYTES: Final = 4
_NONCE_BYTES: Final = 12


class GrantCipher:
    """Encrypts what a grant store keeps. Ids of sellers stay readable, everything else does not.

    Args:
        key: from `GrantCipher.new_key()`. Keep it away from the store.
        older: keys of before; what they sealed is still opened, and sealed anew with `key` when it is next written.
        accept_clear: True while encryption is being switched on: records in the clear are read, and sealed when they
            are next written, at the latest with the next renewal of the token.

    Raises:
        InputError: a key is not what `new_key` makes.
        ConfigurationError: the extra `crypto` is not installed.
    """

    def __init__(self, key: Key, *older: Key, accept_clear: bool = False) -> None:
        self._keys: dict[bytes, AESGCM] = {}
        self._accepts_clear = accept_clear
        self._texts = tuple(Secret(_text(given)) for given in (key, *older))
        for text in self._texts:
            raw = _raw(text)
            self._keys[sha256(b"meli_sdk grants" + raw).digest()[:_ID_BYTES]] = _aes()(raw)
        self._newest = next(iter(self._keys))

    @staticmethod
    def new_key() -> str:
        """A new random key, as text."""
        return base64.urlsafe_b64encode(secrets.token_bytes(_KEY_BYTES)).decode()

    @property
    def keys(self) -> tuple[Secret, ...]:
        """The keys as given, the newest first."""
        return self._texts

    @property
    def accepts_clear(self) -> bool:
        """Whether records written before encryption was switched on are read."""
        return self._accepts_clear

    def seal(self, clear: bytes, owner: bytes) -> bytes:
        """Version, key id, nonce, and the sealed bytes."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        head = _VERSION + self._newest
        return head + nonce + self._keys[self._newest].encrypt(nonce, clear, head + owner)

    def unseal(self, sealed: bytes, owner: bytes) -> bytes:
        """What `seal` was given.

        Raises:
            StoreError: it was sealed with another key or for another seller, or is damaged.
        """
        from cryptography.exceptions import InvalidTag  # noqa: PLC0415  the extra may be missing

        head, rest = sealed[: 1 + _ID_BYTES], sealed[1 + _ID_BYTES :]
        aes = self._keys.get(head[1:]) if head[:1] == _VERSION else None
        if aes is None:
            message = "its grants are encrypted with another key: pass that one, or both as GrantCipher(new, old)"
            raise StoreError(message)
        try:
            return aes.decrypt(rest[:_NONCE_BYTES], rest[_NONCE_BYTES:], head + owner)
        except InvalidTag:
            problem = "an encrypted grant was changed, or moved to another seller: restore the store from a backup"
        raise StoreError(problem)


def _text(given: Key) -> str:
    found: Any = given() if callable(given) else given
    value = found.reveal() if isinstance(found, Secret) else found
    if not isinstance(value, str):
        message = f"the key must be text from GrantCipher.new_key(), got {type(value).__name__}"
        raise InputError(message)
    return value.strip()


def _raw(text: Secret) -> bytes:
    try:
        raw = base64.urlsafe_b64decode(text.reveal())
    except (binascii.Error, ValueError):
        raw = b""
    if len(raw) != _KEY_BYTES:
        message = "the key must be 32 bytes in URL-safe base64, as GrantCipher.new_key() makes it"
        raise InputError(message)
    return raw


def _aes() -> "type[AESGCM]":
    try:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415  the extra may be missing
    except ModuleNotFoundError:
        message = "encrypted grants need the package cryptography: pip install 'meli-sdk[crypto]'"
    else:
        return AESGCM
    raise ConfigurationError(message)
