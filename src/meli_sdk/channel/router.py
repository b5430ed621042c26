"""One receiver for many channels: a notification finds its channel by the seller it names."""

from collections.abc import Iterable, Mapping

from meli_sdk.channel.channel import SalesChannel
from meli_sdk.channel.events import LOGGER
from meli_sdk.channel.inbox import Receipt, ReceiptState
from meli_sdk.errors import DecodeError, InputError
from meli_sdk.notifications import parse_notification


class ChannelRouter:
    """Gives each notification to the channel of its seller; `router.receive` goes into `install_routes`.

    A notification that names no seller of these channels is counted in `unknown` and reported, not stored: it is answered
    200, so that nobody can switch a topic off by sending nonsense.

    Args:
        channels: open channels, each of another seller.

    Raises:
        InputError: two channels of one seller.
    """

    def __init__(self, channels: Iterable[SalesChannel]) -> None:
        self._channels: dict[int, SalesChannel] = {}
        self.unknown: int = 0
        """Notifications that named no seller of these channels."""
        for channel in channels:
            self.add(channel)

    def add(self, channel: SalesChannel) -> None:
        """Takes another channel.

        Raises:
            InputError: its seller has one already.
        """
        seller = channel.settings.user_id
        if seller in self._channels:
            message = f"seller {seller} has a channel already, {self._channels[seller].settings.name!r}"
            raise InputError(message)
        self._channels[seller] = channel

    async def receive(
        self, body: bytes, *, headers: Mapping[str, str] | None = None, remote: str | None = None
    ) -> Receipt:
        """As `SalesChannel.receive`, of the channel that the notification belongs to."""
        try:
            seller = parse_notification(body).user_id
        except DecodeError:
            seller = None
        channel = self._channels.get(seller or 0)
        if channel is None:
            channel = next((one for one in self._channels.values() if seller in one.accounts), None)
        if channel is None:
            self.unknown += 1
            LOGGER.warning("a notification from %s names no seller of these channels: user %s", remote, seller)
            return Receipt(state=ReceiptState.QUARANTINED, reason=f"user {seller} has no channel here")
        return await channel.receive(body, headers=headers, remote=remote)
