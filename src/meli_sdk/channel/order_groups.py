"""The guide's four groups of order statuses, and which order belongs to which."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final, cast

from attrs import field, frozen

from meli_sdk.errors import InputError, shown
from meli_sdk.models.orders import Order, OrderStatus, OrderTag, PaymentStatus

PACK_SPLIT: Final = "pack_splitted"
"""The cancellation code of an order whose goods go on under new orders."""


class OrderGroup(StrEnum):
    """The words of the guide's setting "Download Orders with the following Order Status"."""

    INITIALIZED = "Initialized"
    APPROVED = "Approved"
    PENDING = "Pending"
    CANCELED_REJECTED = "CanceledRejected"


_STATUSES: Final[Mapping[str, OrderGroup]] = MappingProxyType(
    {
        OrderStatus.CONFIRMED.value: OrderGroup.INITIALIZED,
        OrderStatus.PAYMENT_REQUIRED.value: OrderGroup.INITIALIZED,
        OrderStatus.PAYMENT_IN_PROCESS.value: OrderGroup.PENDING,
        OrderStatus.PARTIALLY_PAID.value: OrderGroup.PENDING,
        OrderStatus.PAID.value: OrderGroup.APPROVED,
        OrderStatus.PARTIALLY_REFUNDED.value: OrderGroup.APPROVED,
        OrderStatus.PENDING_CANCEL.value: OrderGroup.CANCELED_REJECTED,
        OrderStatus.CANCELLED.value: OrderGroup.CANCELED_REJECTED,
        OrderStatus.INVALID.value: OrderGroup.CANCELED_REJECTED,
    }
)
_TAGS: Final[Mapping[str, OrderGroup]] = MappingProxyType(
    {
        OrderTag.FRAUD_RISK_DETECTED.value: OrderGroup.CANCELED_REJECTED,
        OrderTag.UNFULFILLED.value: OrderGroup.CANCELED_REJECTED,
    }
)
_REFUSED: Final = frozenset({PaymentStatus.REJECTED, PaymentStatus.CANCELLED})
_UNPAID: Final = frozenset({OrderGroup.INITIALIZED, OrderGroup.PENDING})


def to_group(value: object) -> OrderGroup:
    """One of the guide's words.

    Raises:
        InputError: another word; the message lists the four.
    """
    if isinstance(value, str):
        try:
            return OrderGroup(value)
        except ValueError:
            pass
    words = ", ".join(OrderGroup)
    message = f"an order group is one of {words}, got {shown(value)}"
    raise InputError(message)


def _to_groups(value: object) -> Mapping[str, OrderGroup]:
    if not isinstance(value, Mapping):
        message = f"a map of order groups goes from Mercado Libre's word to the group, got {shown(value)}"
        raise InputError(message)
    pairs = cast("Mapping[object, object]", value).items()
    return MappingProxyType({str(word): to_group(group) for word, group in pairs})


@frozen(kw_only=True)
class OrderGroupMap:
    """Which group an order belongs to: a tag decides first, then the status, then what became of the payments.

    Raises:
        InputError: a group that is none of the four.
    """

    statuses: Mapping[str, OrderGroup] = field(default=_STATUSES, converter=_to_groups)
    """From `order.status` to the group."""
    tags: Mapping[str, OrderGroup] = field(default=_TAGS, converter=_to_groups)
    """From a tag to the group it puts the order in, whatever its status: a cancelled sale may keep the status paid."""
    payments_refused: OrderGroup = field(default=OrderGroup.CANCELED_REJECTED, converter=to_group)
    """Of an unpaid order that has payments, all of them rejected or cancelled."""
    unknown_status: OrderGroup = field(default=OrderGroup.PENDING, converter=to_group)
    """Of a status that `statuses` does not name; reports count such orders."""

    def knows(self, order: Order) -> bool:
        """Whether `statuses` names the order's status."""
        return order.status in self.statuses

    def group(self, order: Order) -> OrderGroup:
        """The group of an order; every order has exactly one."""
        for tag in order.tags:
            if tag in self.tags:
                return self.tags[tag]
        group = self.statuses.get(order.status or "", self.unknown_status)
        refused = bool(order.payments) and all(payment.status in _REFUSED for payment in order.payments)
        return self.payments_refused if group in _UNPAID and refused else group


DEFAULT_ORDER_GROUPS: Final = OrderGroupMap()
"""The map that is used unless a channel brings its own."""
