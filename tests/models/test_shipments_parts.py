"""Statuses of shipments, and the bodies that tell Mercado Libre of a parcel."""

import json
from datetime import UTC, datetime

import pytest

from meli_sdk.codec import decode, encode
from meli_sdk.models import (
    ME1_SERVICES,
    ME1_SUBSTATUSES,
    PUSHED_SUBSTATUSES,
    STATUS_RANKS,
    SUBSTATUSES,
    CustomShipmentUpdate,
    NotificationDetails,
    SellerNotification,
    Shipment,
    ShipmentCosts,
    ShipmentSplit,
    ShipmentStatusName,
    SplitOrder,
    SplitPack,
    has_left_seller,
)


def test_the_catalogue_is_complete():
    assert (len(SUBSTATUSES), sum(map(len, SUBSTATUSES.values()))) == (15, 149)
    assert STATUS_RANKS.keys() <= SUBSTATUSES.keys()
    assert all(len(set(names)) == len(names) for names in SUBSTATUSES.values())


def test_what_a_notification_may_bring_is_in_the_catalogue_or_known_to_be_missing():
    for status, allowed in ME1_SUBSTATUSES.items():
        assert allowed - {None} <= {*SUBSTATUSES[status], *PUSHED_SUBSTATUSES}
    assert not PUSHED_SUBSTATUSES & {name for names in SUBSTATUSES.values() for name in names}


def test_ranks_only_rise_along_the_way():
    way = ["pending", "handling", "ready_to_ship", "shipped", "delivered", "cancelled"]
    assert [STATUS_RANKS[status] for status in way] == sorted({STATUS_RANKS[status] for status in way})
    assert STATUS_RANKS["not_delivered"] == STATUS_RANKS["delivered"]


@pytest.mark.parametrize(
    ("status", "substatus", "left"),
    [
        ("ready_to_ship", "printed", False),
        ("ready_to_ship", "in_hub", True),
        ("ready_to_ship", None, False),
        ("shipped", None, True),
        ("delivered", None, True),
        ("cancelled", None, False),
        (None, None, False),
    ],
)
def test_a_parcel_may_have_left_although_it_reads_ready_to_ship(status, substatus, left):
    assert has_left_seller(status, substatus) is left


def test_a_notification_always_sends_its_substatus():
    details = NotificationDetails(service_id=ME1_SERVICES["MLA"], date=datetime(2026, 5, 6, tzinfo=UTC))
    notification = SellerNotification(payload=details, status="delivered", substatus=None)
    assert json.loads(encode(notification)) == {
        "payload": {"service_id": 154, "date": "2026-05-06T00:00:00+00:00"},
        "status": "delivered",
        "substatus": None,
    }


def test_a_change_of_a_custom_shipment_sends_what_was_set():
    assert json.loads(encode(CustomShipmentUpdate(receiver_id=9, speed=48))) == {"receiver_id": 9, "speed": 48}


def test_a_split_names_orders_and_units():
    packs = (SplitPack(orders=(SplitOrder(id=1, quantity=2),)), SplitPack(orders=(SplitOrder(id=1, quantity=1),)))
    assert json.loads(encode(ShipmentSplit(reason="FRAGILE", packs=packs))) == {
        "reason": "FRAGILE",
        "packs": [{"orders": [{"id": 1, "quantity": 2}]}, {"orders": [{"id": 1, "quantity": 1}]}],
    }


def test_site_and_receiver_are_read_from_either_body():
    new = decode(Shipment, {"id": 1, "source": {"site_id": "MLB"}, "destination": {"receiver_id": "5"}})
    old = decode(Shipment, {"id": 1, "site_id": "MLB", "receiver_id": 5})
    assert (new.seller_site, new.buyer_id) == (old.seller_site, old.buyer_id) == ("MLB", 5)


def test_costs_are_exact_and_a_status_has_a_name():
    body = {"gross_amount": 508.14, "senders": [{"cost": 177.85, "compensations": [{"amount": 1.1}]}]}
    costs = decode(ShipmentCosts, json.dumps(body).encode())
    assert [str(costs.gross_amount), str(costs.senders[0].cost)] == ["508.14", "177.85"]
    named = decode(ShipmentStatusName, {"id": "shipped", "name": "x", "substatuses": [{"id": "stale", "name": "y"}]})
    assert named.substatuses[0].id == "stale"
