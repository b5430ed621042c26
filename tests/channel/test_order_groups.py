import pytest

from meli_sdk.channel import DEFAULT_ORDER_GROUPS, OrderGroup, OrderGroupMap
from meli_sdk.errors import InputError
from meli_sdk.models.orders import Order, OrderStatus, Payment

INITIALIZED, APPROVED, PENDING, CANCELED = OrderGroup

ALONE = {
    "confirmed": INITIALIZED,
    "payment_required": INITIALIZED,
    "payment_in_process": PENDING,
    "partially_paid": PENDING,
    "paid": APPROVED,
    "partially_refunded": APPROVED,
    "pending_cancel": CANCELED,
    "cancelled": CANCELED,
    "invalid": CANCELED,
}
REFUSED = {status: CANCELED if group in {INITIALIZED, PENDING} else group for status, group in ALONE.items()}
WITH_PAYMENTS = {
    (): ALONE,
    ("pending",): ALONE,
    ("approved",): ALONE,
    ("rejected",): REFUSED,
    ("cancelled",): REFUSED,
    ("rejected", "cancelled"): REFUSED,
    ("refunded",): ALONE,
    ("rejected", "approved"): ALONE,
    ("cancelled", "pending"): ALONE,
}


def order(status: str | None, payments: tuple[str, ...] = (), tags: tuple[str, ...] = ()) -> Order:
    return Order(id=1, status=status, payments=tuple(Payment(status=paid) for paid in payments), tags=tags)


def test_the_groups_are_the_words_of_the_guide():
    assert list(OrderGroup) == ["Initialized", "Approved", "Pending", "CanceledRejected"]


@pytest.mark.parametrize("payments", WITH_PAYMENTS)
@pytest.mark.parametrize("status", OrderStatus)
def test_every_status_has_one_group_whatever_its_payments(status: str, payments: tuple[str, ...]):
    assert DEFAULT_ORDER_GROUPS.group(order(status, payments)) is WITH_PAYMENTS[payments][status]


@pytest.mark.parametrize("payments", WITH_PAYMENTS)
@pytest.mark.parametrize("tag", ["fraud_risk_detected", "unfulfilled"])
@pytest.mark.parametrize("status", OrderStatus)
def test_a_sale_that_must_not_be_shipped_is_cancelled_whatever_its_status(status: str, tag: str, payments):
    assert DEFAULT_ORDER_GROUPS.group(order(status, payments, ("paid", tag))) is CANCELED


@pytest.mark.parametrize("tag", ["paid", "not_paid", "delivered", "pack_order", "test_order", "new_tag"])
def test_other_tags_decide_nothing(tag: str):
    assert DEFAULT_ORDER_GROUPS.group(order("paid", ("approved",), (tag,))) is APPROVED


@pytest.mark.parametrize("status", ["new_status", None, ""])
def test_a_status_that_nobody_documented_still_has_a_group_and_is_told_apart(status: str | None):
    found = order(status, ("approved",))
    assert DEFAULT_ORDER_GROUPS.group(found) is PENDING
    assert not DEFAULT_ORDER_GROUPS.knows(found)
    assert DEFAULT_ORDER_GROUPS.knows(order("paid"))


def test_the_map_can_be_replaced():
    own = OrderGroupMap(
        statuses={"paid": "Pending", "new_status": "Approved"},
        tags={"claim_opened": "CanceledRejected"},
        payments_refused="Initialized",
        unknown_status="CanceledRejected",
    )
    assert own.group(order("paid")) is PENDING
    assert own.group(order("paid", ("rejected",))) is INITIALIZED
    assert own.group(order("new_status")) is APPROVED
    assert own.group(order("cancelled")) is CANCELED
    assert own.group(order("new_status", tags=("claim_opened",))) is CANCELED
    assert own.group(order("new_status", tags=("unfulfilled",))) is APPROVED


@pytest.mark.parametrize(
    "wrong", [{"statuses": {"paid": "approved"}}, {"tags": {"x": None}}, {"unknown_status": 3}, {"statuses": ["paid"]}]
)
def test_a_map_to_another_word_is_refused(wrong):
    with pytest.raises(InputError, match="order group"):
        OrderGroupMap(**wrong)
