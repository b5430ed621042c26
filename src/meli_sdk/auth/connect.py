"""A seller's first tokens: from an authorization code, or from another system."""

from datetime import datetime

from meli_sdk import errors
from meli_sdk.auth.events import GrantEvent
from meli_sdk.auth.grant import Grant, GrantRecord, expiry
from meli_sdk.auth.oauth import Pkce, TokenAnswer, code_form
from meli_sdk.auth.renewal import Exchange
from meli_sdk.auth.saving import Saving
from meli_sdk.auth.sigterm import held_back
from meli_sdk.auth.stores import GrantStore
from meli_sdk.config import AppCredentials
from meli_sdk.secret import Secret
from meli_sdk.wire.clock import Clock
from meli_sdk.wire.observe import Observers


class Connector:
    """Puts a seller's first tokens into the store, or new ones in the place of those that died."""

    def __init__(
        self, credentials: AppCredentials, store: GrantStore, exchange: Exchange, clock: Clock, observers: Observers
    ) -> None:
        self._credentials = credentials
        self._store = store
        self._exchange = exchange
        self._clock = clock
        self._observers = observers
        self._stopped = False

    async def from_code(
        self, code: Secret, redirect_uri: str | None, pkce: Pkce | None, expected: int | None
    ) -> GrantRecord:
        """Exchanges an authorization code, once, and saves what comes.

        Raises:
            AccountMismatchError: another seller than `expected` authorised. Nothing is saved.
            AuthError: the code was refused, or the answer holds no refresh token. Nothing is saved.
            StoreError: the store cannot be read, and nothing was sent; or the application was closed while the tokens
                could not be saved, and the seller has to authorise again.
        """
        client_id = self._credentials.client_id
        form = code_form(self._credentials, code, redirect_uri, pkce)
        await self._store.load(client_id, expected or 0)  # a store that fails must not cost the code
        started = self._clock.now()
        with held_back():
            answer = await self._exchange(form)
            user_id = self._checked(answer, expected)
            grant = Grant(
                client_id=client_id,
                user_id=user_id,
                access_token=answer.access_token,
                refresh_token=answer.refresh_token,
                expires_at=expiry(started, answer.expires_in),
                scope=answer.scope,
            )
            saving = Saving(lambda: self._put(grant, started), user_id, self._clock, self._tell)
            await saving.once()
        return await saving.until_saved(lambda: self._stopped)

    def stop(self) -> None:
        """The application is being closed: tokens that cannot be saved are tried once more, and told to be lost."""
        self._stopped = True

    def _checked(self, answer: TokenAnswer, expected: int | None) -> int:
        if answer.user_id is None:
            message = "the token answer cannot be used: user_id is missing"
            raise errors.DecodeError(message, path="user_id")
        if expected is not None and answer.user_id != expected:
            message = f"seller {answer.user_id} authorised, but seller {expected} was asked; nothing was saved"
            raise errors.AccountMismatchError(message, expected=expected, got=answer.user_id)
        if answer.refresh_token is None:
            message = (
                "the answer holds no refresh token, so the connection would end within hours; nothing was saved: "
                "enable offline_access for the application in the developer panel"
            )
            raise errors.AuthError(message, code="no_refresh_token")
        return answer.user_id

    async def from_elsewhere(
        self,
        user_id: int,
        refresh_token: Secret,
        access_token: Secret | None,
        expires_at: datetime | None,
        *,
        replace: bool,
    ) -> GrantRecord:
        """Saves tokens of another system.

        Raises:
            InputError: there is a living grant and `replace` is not set.
        """
        stored = await self._store.load(self._credentials.client_id, user_id)
        if stored is not None and stored.reason is None and not replace:
            message = f"seller {user_id} is connected already; pass replace=True to put this grant in its place"
            raise errors.InputError(message)
        now = self._clock.now()
        alive = access_token is not None and (expires_at is None or expires_at > now)
        grant = Grant(
            client_id=self._credentials.client_id,
            user_id=user_id,
            access_token=access_token if access_token is not None and alive else Secret(""),
            refresh_token=refresh_token,
            expires_at=expires_at or now,
        )
        return await self._put(grant, now)

    async def _put(self, grant: Grant, obtained_at: datetime) -> GrantRecord:
        """Writes it over whatever is there."""
        while True:
            stored = await self._store.load(grant.client_id, grant.user_id)
            if stored is None:
                record = GrantRecord.first(grant, obtained_at)
            else:
                record = GrantRecord(grant=grant, version=stored.version + 1, obtained_at=obtained_at)
            if await self._store.swap(record, expected_version=stored.version if stored else None):
                return record

    def _tell(self, event: GrantEvent) -> None:
        self._observers.tell(event)
