"""A store by its address: for the environment's `MELI_GRANTS`, and for another process that shall open the same one."""

from collections.abc import Mapping
from typing import Any

from meli_sdk.auth.stores import GrantStore
from meli_sdk.auth.stores.document import Cipher
from meli_sdk.auth.stores.encryption import GrantCipher
from meli_sdk.auth.stores.sqlite import SQLiteGrantStore
from meli_sdk.errors import ConfigurationError


def open_store(
    address: str, *, cipher: Cipher | None = None, table: str | None = None, rescue: str | None = None
) -> GrantStore:
    """The path of a grant file, or the URL of a database, whose table and folder for rescue files may be named.

    Raises:
        InputError: it is neither.
        ConfigurationError: a URL, and the extra `sql` is not installed.
    """
    if "://" not in address:
        return SQLiteGrantStore(address, cipher=cipher)
    try:
        from meli_sdk.auth.stores.sql import SqlGrantStore  # noqa: PLC0415  the extra may be missing
    except ModuleNotFoundError as missing:
        problem = str(missing)
    else:
        given = {} if table is None else {"table": table}
        return SqlGrantStore(address, cipher=cipher, rescue=rescue, **given)
    raise ConfigurationError(problem)


def describe(store: GrantStore) -> dict[str, object]:
    """What `reopen` needs. It holds secrets: the keys, and the password of a URL.

    Raises:
        ConfigurationError: the store cannot be opened by another process.
    """
    address = getattr(store, "address", None)
    cipher: object = getattr(store, "cipher", None)
    if address is None or not (cipher is None or isinstance(cipher, GrantCipher)):
        message = (
            "token_exchange='detached' needs a store that another process can open: SQLiteGrantStore(path), "
            f"or SqlGrantStore(url), with no cipher but GrantCipher; got {type(store).__name__}"
        )
        raise ConfigurationError(message)
    folder = getattr(store, "rescue_folder", None)
    return {
        "address": address.reveal(),
        "table": getattr(store, "table", None),
        "rescue": None if folder is None else str(folder),
        "keys": [key.reveal() for key in cipher.keys] if cipher else [],
        "accept_clear": cipher.accepts_clear if cipher else False,
    }


def reopen(description: Mapping[str, Any]) -> GrantStore:
    """The store that `describe` was given."""
    keys = description["keys"]
    cipher = GrantCipher(*keys, accept_clear=description["accept_clear"]) if keys else None
    return open_store(description["address"], cipher=cipher, table=description["table"], rescue=description["rescue"])
