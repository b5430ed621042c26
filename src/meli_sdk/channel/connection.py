"""How a channel is connected, as the guide's page of channel settings shows it: tokens by their masked ends alone."""

import json
from datetime import datetime

from attrs import frozen

from meli_sdk.auth.grant import GrantInfo
from meli_sdk.channel.settings import ChannelSettings


@frozen(kw_only=True)
class ConnectionInfo:
    """A channel and the state of its seller's authorization. Nothing in it is secret."""

    name: str
    user_id: int
    account: str | None
    vendor: str | None
    api_url: str
    """The address that requests go to."""
    throughput: float
    """Calls per second."""
    mode: str
    grant: GrantInfo | None
    """None: the seller is not connected."""

    @property
    def state(self) -> str:
        """`not_connected`, or the grant's own state, such as `connected` or `reauthorization_required`."""
        return "not_connected" if self.grant is None else self.grant.state

    @property
    def connected(self) -> bool:
        """Whether the channel can call Mercado Libre without asking the seller."""
        return self.grant is not None and not self.grant.reauthorization_required

    @property
    def expires_at(self) -> datetime | None:
        """When the access token ends; a new one is obtained by itself."""
        return None if self.grant is None else self.grant.expires_at

    @property
    def access_token(self) -> str | None:
        """Its masked end."""
        return None if self.grant is None else self.grant.access_token

    @property
    def refresh_token(self) -> str | None:
        """Its masked end."""
        return None if self.grant is None else self.grant.refresh_token

    @property
    def remedy(self) -> str | None:
        """What to do where it is not connected."""
        if self.connected:
            return None
        why = "" if self.grant is None or self.grant.reason is None else f" ({self.grant.reason})"
        return (
            f"seller {self.user_id} has to authorise the application{why}: send the seller to app.authorization_url(site, "
            "state=...), and give what comes back to app.connect"
        )

    def to_json(self) -> str:
        """All of it."""
        grant = self.grant
        return json.dumps(
            {
                "channel": self.name,
                "user_id": self.user_id,
                "account": self.account,
                "vendor": self.vendor,
                "api_url": self.api_url,
                "throughput": self.throughput,
                "mode": self.mode,
                "state": self.state,
                "connected": self.connected,
                "expires_at": None if grant is None else grant.expires_at.isoformat(),
                "access_token": self.access_token,
                "refresh_token": self.refresh_token,
                "scope": [] if grant is None else sorted(grant.scope),
                "remedy": self.remedy,
            },
            ensure_ascii=False,
        )


def connection_info(settings: ChannelSettings, api_url: str, grants: tuple[GrantInfo, ...]) -> ConnectionInfo:
    """The connection of a channel among those of its application."""
    return ConnectionInfo(
        name=settings.name,
        user_id=settings.user_id,
        account=settings.account,
        vendor=settings.vendor,
        api_url=api_url,
        throughput=settings.throughput,
        mode=str(settings.mode),
        grant=next((grant for grant in grants if grant.user_id == settings.user_id), None),
    )
