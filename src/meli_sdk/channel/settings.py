"""The settings of one channel, in the groups of the guide's page."""

from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import Any, Final, TypeVar, cast

from attrs import evolve, field, fields, frozen
from yarl import URL

from meli_sdk.channel import mappings
from meli_sdk.channel.mappings import CarrierMapping, WarehouseMapping
from meli_sdk.channel.order_groups import DEFAULT_ORDER_GROUPS, OrderGroup, OrderGroupMap
from meli_sdk.config import DEFAULT_THROUGHPUT, check_throughput
from meli_sdk.errors import ConfigurationError, InputError, shown
from meli_sdk.wire.ids import whole_number
from meli_sdk.wire.message import check_base_url

E = TypeVar("E", bound=StrEnum)

_MAX_LABEL: Final = 120
_MAX_RETENTION: Final = 3650


class ChannelMode(StrEnum):
    """How a channel hears of new orders: it asks, it is told, or both."""

    POLL = "poll"
    WEBHOOK = "webhook"
    BOTH = "both"

    @property
    def polls(self) -> bool:
        """Whether the channel asks."""
        return self is not ChannelMode.WEBHOOK

    @property
    def listens(self) -> bool:
        """Whether the channel takes notifications."""
        return self is not ChannelMode.POLL


class Job(StrEnum):
    """What a running channel does by itself."""

    ORDERS = "orders"
    INVENTORY = "inventory"
    FULFILLMENT = "fulfillment"
    NOTIFICATIONS = "notifications"


ALL_JOBS: Final = frozenset(Job)


def _label(name: str, value: object) -> str:
    if not isinstance(value, str) or not value or value != value.strip() or len(value) > _MAX_LABEL:
        message = f"{name} is text of 1 to {_MAX_LABEL} characters without white space around it, got {shown(value)}"
        raise InputError(message)
    if not value.isprintable():
        message = f"{name} contains a control character"
        raise InputError(message)
    return value


def _to_name(value: object) -> str:
    return _label("name", value)


def _to_account(value: object) -> str | None:
    return None if value is None else _label("account", value)


def _to_vendor(value: object) -> str | None:
    return None if value is None else _label("vendor", value)


def _to_user_id(value: object) -> int:
    return int(whole_number("user_id", value))


def _to_webhook_client_id(value: object) -> int | None:
    return None if value is None else int(whole_number("webhook_client_id", value))


def _to_api_url(value: object) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str | URL):
        message = f"api_url is an address, got {shown(value)}"
        raise InputError(message)
    return str(check_base_url(str(value)).origin())


def _member(name: str, kind: type[E], value: object) -> E:
    if isinstance(value, str):
        try:
            return kind(value)
        except ValueError:
            pass
    message = f"{name} is one of {', '.join(kind)}, got {shown(value)}"
    raise InputError(message)


def _members(name: str, kind: type[E], value: object) -> frozenset[E]:
    if isinstance(value, str) or not isinstance(value, Collection):
        message = f"{name} is a set of words from {', '.join(kind)}, got {shown(value)}"
        raise InputError(message)
    return frozenset(_member(name, kind, word) for word in cast("Collection[object]", value))


def _to_mode(value: object) -> ChannelMode:
    return _member("mode", ChannelMode, value)


def _to_jobs(value: object) -> frozenset[Job]:
    return _members("jobs", Job, value)


def _to_order_groups(value: object) -> frozenset[OrderGroup]:
    found = _members("order_groups", OrderGroup, value)
    if not found:
        message = f"order_groups is empty, so no order would be handed over: name some of {', '.join(OrderGroup)}"
        raise InputError(message)
    return found


def _days(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= _MAX_RETENTION:
        message = f"retention_days is a whole number from 1 to {_MAX_RETENTION}, got {shown(value)}"
        raise InputError(message)
    return value


def _truth(value: object) -> bool:
    if not isinstance(value, bool):
        message = f"keep_buyer_data is True or False, got {shown(value)}"
        raise InputError(message)
    return value


@frozen(kw_only=True)
class PrivacySettings:
    """What the channel's own tables may hold of a buyer, and for how long they keep what is done.

    Raises:
        InputError: no truth value, or days outside 1 to 3650.
    """

    keep_buyer_data: bool = field(default=False, converter=_truth)
    """False: no name, address, document, e-mail or phone of a buyer enters a table or a log line of the channel."""
    retention_days: int = field(default=30, converter=_days)
    """So long are settled rows of the quarantine and the inbox kept."""


@frozen
class ChannelSettings:
    """One sales channel: one seller, and how an order management system works with it.

    Tokens are no settings: the application obtains, rotates and keeps them by itself.

    Raises:
        InputError: a value is wrong; the message names the setting.
        MappingError: a carrier, SKU or warehouse mapping is wrong.
        ConfigurationError: the webhook client id is not the channel's user id.
    """

    name: str = field(converter=_to_name)
    """What the channel is called."""
    user_id: int = field(converter=_to_user_id)
    """The seller: the account identifier of the user who authorized."""
    account: str | None = field(default=None, kw_only=True, converter=_to_account)
    """The sales channel account in your system; a label on every report, event and journal row."""
    vendor: str | None = field(default=None, kw_only=True, converter=_to_vendor)
    """The vendor in your system; a label likewise."""
    api_url: str | None = field(default=None, kw_only=True, converter=_to_api_url)
    """The address requests go to; must be the application's. None: the application's."""
    mode: ChannelMode = field(default=ChannelMode.BOTH, kw_only=True, converter=_to_mode)
    """How the channel hears of new orders: poll, webhook or both."""
    jobs: frozenset[Job] = field(default=ALL_JOBS, kw_only=True, converter=_to_jobs)
    """What `SalesChannel.run` does by itself."""
    order_groups: frozenset[OrderGroup] = field(
        default=frozenset({OrderGroup.APPROVED}), kw_only=True, converter=_to_order_groups
    )
    """Orders of these groups are handed over."""
    order_group_map: OrderGroupMap = field(default=DEFAULT_ORDER_GROUPS, kw_only=True)
    """Which order belongs to which group."""
    throughput: float = field(default=DEFAULT_THROUGHPUT, kw_only=True, converter=check_throughput)
    """Calls per second for this seller, 0.01 to 10,000."""
    carriers: Mapping[str, CarrierMapping] = field(default={}, kw_only=True, converter=mappings.carriers)
    """Your carriers, and what Mercado Libre is told of them."""
    skus: Mapping[str, str] = field(default={}, kw_only=True, converter=mappings.skus)
    """Your SKUs and Mercado Libre's. Empty: both sides use the same SKUs."""
    warehouses: Mapping[str, WarehouseMapping] = field(default={}, kw_only=True, converter=mappings.warehouses)
    """Your warehouses and Mercado Libre's locations."""
    webhook_client_id: int | None = field(default=None, kw_only=True, converter=_to_webhook_client_id)
    """The guide's field "Client ID" of the Webhooks tab: the channel's user id, once more."""
    privacy: PrivacySettings = field(default=PrivacySettings(), kw_only=True)
    _ours: Mapping[str, str] = field(init=False, eq=False, repr=False)

    @_ours.default  # pyright: ignore[reportAttributeAccessIssue, reportUntypedFunctionDecorator, reportUnknownMemberType]
    def _invert(self) -> Mapping[str, str]:
        return {theirs: ours for ours, theirs in self.skus.items()}

    def __attrs_post_init__(self) -> None:
        if not isinstance(self.order_group_map, OrderGroupMap):
            message = f"order_group_map is an OrderGroupMap, got {shown(self.order_group_map)}"
            raise InputError(message)
        if not isinstance(self.privacy, PrivacySettings):
            message = f"privacy is a PrivacySettings, got {shown(self.privacy)}"
            raise InputError(message)
        if self.webhook_client_id not in {None, self.user_id}:
            message = (
                f"webhook_client_id is {self.webhook_client_id}, but the Client ID of the webhook settings is the "
                f"channel's User Id, {self.user_id}; the application's Client ID does not belong there"
            )
            raise ConfigurationError(message)

    def with_changes(self, **changes: Any) -> "ChannelSettings":  # noqa: ANN401  each setting has a type of its own
        """A copy with other values.

        Raises:
            InputError, MappingError, ConfigurationError: as for a new one; also for an unknown name.
        """
        known = [attribute.name for attribute in fields(ChannelSettings) if attribute.init]
        for name in changes:
            if name not in known:
                raise InputError(str(mappings.unmatched("the setting", name, known, "use one of these")))
        return evolve(self, **changes)

    def require_webhooks(self) -> None:
        """Refuses notifications where the settings do not allow them.

        Raises:
            ConfigurationError: the mode is poll, or the webhook client id is empty.
        """
        if not self.mode.listens:
            message = (
                f"the channel {self.name!r} has the mode poll and takes no notifications: set mode to both or webhook"
            )
            raise ConfigurationError(message)
        if self.webhook_client_id is None:
            message = (
                f"webhook_client_id is empty, and the mode is {self.mode}: put the channel's User Id, {self.user_id}, "
                "there (not the application's Client ID), or set mode to poll"
            )
            raise ConfigurationError(message)

    def their_sku(self, sku: str) -> str | None:
        """Mercado Libre's SKU for one of yours; None where a table of SKUs exists and does not name it."""
        return self.skus.get(sku) if self.skus else sku

    def our_sku(self, sku: str) -> str | None:
        """Your SKU for one of Mercado Libre's; None where a table of SKUs exists and does not name it."""
        if not self.skus:
            return sku
        return self._ours.get(sku)
