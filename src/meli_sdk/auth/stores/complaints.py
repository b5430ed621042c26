"""What every store refuses, in the same words."""

from meli_sdk.errors import SessionStateError, StoreError


def check_open(*, closed: bool) -> None:
    """Refuses a store that was closed.

    Raises:
        SessionStateError: it was.
    """
    if closed:
        message = "the grant store is closed: make a new one"
        raise SessionStateError(message)


def check_application(place: str, stored: int, asked: int) -> None:
    """Refuses to mix the grants of two applications.

    Raises:
        StoreError: the store holds grants of another application.
    """
    if stored != asked:
        message = f"grants in {place} belong to app {stored}, not {asked}: use another store, or correct the App ID"
        raise StoreError(message)
