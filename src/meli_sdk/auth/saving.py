"""New tokens on their way into the store. They exist nowhere else: a store that fails is asked again and again."""

from collections.abc import Awaitable, Callable
from typing import Final, Generic, TypeVar

from meli_sdk.auth.events import LOGGER, GrantEvent, GrantNotSaved
from meli_sdk.auth.grant import GrantRecord
from meli_sdk.auth.stores.rescue import RescueFile
from meli_sdk.errors import StoreError
from meli_sdk.secret import Secret
from meli_sdk.wire.clock import Clock

T = TypeVar("T")

_PAUSES: Final = (0.1, 0.5, 1.0, 5.0)


class Saving(Generic[T]):
    """Writes until it works; each failure is told. Meanwhile the tokens are in a rescue file, where there is a place.

    Args:
        write: one try.
        user_id: the seller.
        clock: time.
        tell: told of each failure.
        unsaved: called once, when the first try has failed.
        rescue: what a rescue file would hold; None where there is no place for one.
    """

    def __init__(
        self,
        write: Callable[[], Awaitable[T]],
        user_id: int,
        clock: Clock,
        tell: Callable[[GrantEvent], None],
        *,
        unsaved: Callable[[], None] = lambda: None,
        rescue: "Rescue | None" = None,
    ) -> None:
        self._write = write
        self._user_id = user_id
        self._clock = clock
        self._tell = tell
        self._unsaved = unsaved
        self._rescue = rescue
        self._tries = 0
        self._failure: StoreError | None = None
        self._written: list[T] = []

    async def once(self) -> bool:
        """One try. True where the tokens are in the store."""
        if self._written:
            return True
        try:
            self._written.append(await self._write())
        except StoreError as failed:
            self._tries += 1
            self._failure = failed
        else:
            if self._rescue is not None:
                self._rescue.file.remove()
            return True
        LOGGER.critical(
            "the new tokens of seller %s are not saved yet (try %s): %s", self._user_id, self._tries, self._failure
        )
        self._tell(GrantNotSaved(user_id=self._user_id, error=self._failure, tries=self._tries))
        return False

    async def until_safe(self) -> None:
        """Until the tokens are in the store or in a rescue file, so that this process may end."""
        while not await self.once():
            rescued = self._rescued()
            if self._tries == 1:
                self._unsaved()
            if rescued:
                return
            await self._pause()

    async def until_saved(self, stopped: Callable[[], bool]) -> T:
        """What `write` returned.

        Args:
            stopped: whether the application is being closed: then the next try is the last one.

        Raises:
            StoreError: the last try failed, too.
        """
        while not self._written:
            await self._pause()
            if not await self.once() and stopped():
                assert self._failure is not None  # noqa: S101  it has just failed
                raise self._given_up(self._failure)
        return self._written[0]

    async def _pause(self) -> None:
        await self._clock.sleep(_PAUSES[min(self._tries, len(_PAUSES)) - 1])

    def _rescued(self) -> bool:
        if self._rescue is None:
            return False
        try:
            self._rescue.write()
        except StoreError as failed:
            LOGGER.critical("the new tokens of seller %s could not be put beside the store: %s", self._user_id, failed)
            return False
        return True

    def _given_up(self, failure: StoreError) -> StoreError:
        if self._rescue is not None:
            left = f"they are kept in {self._rescue.file.path} and go into the store when it is next used"
        else:
            left = "they end with this process: the seller has to authorise again"
        LOGGER.critical("closing: the new tokens of seller %s are not saved; %s", self._user_id, left)
        message = f"{failure.args[0]}; the new tokens of seller {self._user_id} are not saved: {left}"
        return StoreError(message)


class Rescue:
    """What is written to a rescue file, should it be needed."""

    def __init__(self, file: RescueFile, record: GrantRecord, spent: Secret) -> None:
        self.file: Final[RescueFile] = file
        self._record = record
        self._spent = spent

    def write(self) -> None:
        """Writes it."""
        self.file.write(self._record, self._spent)
