"""What one pass of a channel works with."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import frozen
from sqlalchemy.ext.asyncio import AsyncConnection

from meli_sdk.app import MeliApp
from meli_sdk.channel.cancellation import whole
from meli_sdk.channel.database import Database, repeated
from meli_sdk.channel.events import ChannelEvent, TransactionRepeated
from meli_sdk.channel.settings import ChannelSettings
from meli_sdk.session import MeliSession

if TYPE_CHECKING:
    from meli_sdk.wire.clock import Clock

E = TypeVar("E", bound=ChannelEvent)
T = TypeVar("T")


@frozen(eq=False)
class Scope:
    """One channel during one pass: its settings do not change under way."""

    app: MeliApp
    settings: ChannelSettings
    database: Database
    session: MeliSession
    is_global: bool
    """Whether the seller is a Global Selling account."""

    @property
    def user_id(self) -> int:
        """The seller."""
        return self.settings.user_id

    @property
    def clock(self) -> "Clock":
        """The application's clock."""
        return self.app.pipeline.clock

    def now(self) -> datetime:
        """The wall clock, aware."""
        return self.clock.now()

    def labels(self) -> dict[str, str | None]:
        """The labels of every row."""
        return {"account": self.settings.account, "vendor": self.settings.vendor}

    def tell(self, event: type[ChannelEvent], **fields: Any) -> None:  # noqa: ANN401  fields of the event
        """Tells the application's observers."""
        observers = self.app.pipeline.observers
        if observers:
            observers.tell(event(user_id=self.user_id, channel=self.settings.name, **self.labels(), **fields))

    async def write(self, work: Callable[[AsyncConnection], Awaitable[T]]) -> T:
        """Does a transaction, and again as long as the database asks for it; observers are told of each time."""

        async def transaction() -> T:
            async with self.database.writes.begin() as connection:
                return await work(connection)

        def tell(reason: str, attempt: int, seconds: float) -> None:
            self.tell(TransactionRepeated, reason=reason, attempt=attempt, seconds=seconds)

        return await whole(repeated(transaction, clock=self.clock, tell=tell))
