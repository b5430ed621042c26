"""One access token that somebody else looks after."""

from meli_sdk.errors import InputError
from meli_sdk.secret import Secret


def check_token(name: str, token: Secret) -> Secret:
    """A token that can travel.

    Raises:
        InputError: it is empty or holds anything but printable ASCII.
    """
    if not token or not all("!" <= character <= "~" for character in token.reveal()):
        message = f"the {name} is empty or holds white space (copied with a line break?) or odd characters"
        raise InputError(message)
    return token


class BearerToken:
    """A `TokenProvider` around one access token: it is never refreshed; when it is refused, the call fails.

    Raises:
        InputError: the token is empty or holds anything but printable ASCII.
    """

    __slots__ = ("_token",)

    def __init__(self, token: str | Secret) -> None:
        self._token = check_token("access token", Secret(token))

    def current(self) -> Secret | None:
        return self._token

    async def token(self) -> Secret:
        return self._token

    async def invalidate(self, token: Secret) -> None:
        """There is no other one."""
