"""Files beside a store for tokens that it could not take, so that they outlive the process which obtained them."""

import base64
import json
import os
import stat
from pathlib import Path
from typing import Any, Final

from meli_sdk.auth.events import LOGGER
from meli_sdk.auth.grant import GrantRecord
from meli_sdk.auth.stores.document import Cipher, pack, unpack
from meli_sdk.errors import StoreError
from meli_sdk.secret import Secret

_SAFE: Final = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)


class RescueFile:
    """The tokens of one seller that are not in the store yet; for their owner alone, sealed where the store is."""

    def __init__(self, path: Path, client_id: int, user_id: int, cipher: Cipher | None) -> None:
        self.path: Final[Path] = path
        self._client_id = client_id
        self._user_id = user_id
        self._cipher = cipher

    def is_there(self) -> bool:
        """Whether there is one."""
        return os.path.lexists(self.path)

    def write(self, record: GrantRecord, spent: Secret) -> None:
        """Writes it, and returns when it is on the disk.

        Args:
            record: with the new tokens.
            spent: the refresh token that was given for them: as long as it is the stored one, the record is its successor.

        Raises:
            StoreError: it cannot be written.
        """
        tree = {
            "version": record.version,
            "spent": spent.fingerprint(),
            "record": base64.b64encode(pack(record, self._cipher)).decode(),
        }
        beside = self.path.with_name(f"{self.path.name}.{os.getpid()}")
        try:
            beside.unlink(missing_ok=True)
            with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _SAFE, 0o600), "w") as file:
                json.dump(tree, file)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(self.path)
            _on_disk(self.path.parent)
        except OSError as wrong:
            problem = f"{self.path} cannot be written ({wrong.strerror or type(wrong).__name__})"
        else:
            return
        raise StoreError(problem)

    def read(self) -> tuple[GrantRecord, str] | None:
        """The record, and the fingerprint of the refresh token that was spent for it; None where there is no file.

        Raises:
            StoreError: the file is not private, or cannot be read; another key.
        """
        problem: str | None
        try:
            descriptor = os.open(self.path, os.O_RDONLY | _SAFE)
        except FileNotFoundError:
            return None
        except OSError as wrong:
            problem = f"cannot be opened ({wrong.strerror or type(wrong).__name__})"
        else:
            with os.fdopen(descriptor, "rb") as file:
                problem = _not_private(os.fstat(descriptor))
                body = file.read() if problem is None else b""
            if problem is None:
                try:
                    tree: dict[str, Any] = json.loads(body)
                    packed = base64.b64decode(tree["record"])
                    return unpack(packed, self._client_id, self._user_id, tree["version"], self._cipher), tree["spent"]
                except (ValueError, KeyError, TypeError):
                    problem = "is damaged"
                except StoreError as wrong:
                    problem = f"cannot be read: {wrong.args[0]}"
        message = f"the rescue file {self.path} {problem}: it may hold the newest tokens of seller {self._user_id}"
        raise StoreError(message)

    def remove(self) -> None:
        """Its tokens are in the store, or worth nothing any more."""
        try:
            self.path.unlink(missing_ok=True)
        except OSError as wrong:
            LOGGER.warning("%s is not needed any more and cannot be removed: %s", self.path, wrong.strerror)


class RescueFiles:
    """Where the rescue files of a store are.

    Args:
        beginning: what their paths begin with.
        cipher: that of the store.
    """

    def __init__(self, beginning: Path, cipher: Cipher | None) -> None:
        self._beginning = beginning
        self._cipher = cipher

    def of(self, client_id: int, user_id: int) -> RescueFile:
        """The file of one seller, whether it is there or not."""
        path = self._beginning.with_name(f"{self._beginning.name}.rescue-{client_id}-{user_id}")
        return RescueFile(path, client_id, user_id, self._cipher)


def _not_private(found: os.stat_result) -> str | None:
    if not stat.S_ISREG(found.st_mode):
        return "is no file"
    if os.name != "nt" and found.st_uid != os.geteuid():
        return f"belongs to another user (uid {found.st_uid})"
    if os.name != "nt" and found.st_mode & 0o077:
        return f"is readable by others ({stat.S_IMODE(found.st_mode):04o})"
    return None


def _on_disk(folder: Path) -> None:
    """Makes the name of a new file last, where the system can."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
