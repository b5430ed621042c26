"""What hangs on orders: packs, billing, feedback, notes. Bodies in the documented shapes, with values of our own."""

import json
from datetime import UTC, datetime

import pytest

from meli_sdk.codec import decode, encode
from meli_sdk.models import (
    BillingInfo,
    FeedbackInput,
    LegacyBillingInfo,
    NoteList,
    Order,
    OrderDiscounts,
    Pack,
    SaleFeedback,
    SellerReason,
)


def test_a_pack_tells_its_orders_and_reads_dates_without_a_colon_in_the_zone():
    pack = decode(
        Pack,
        {
            "id": "2000000000000901",
            "status": "released",
            "orders": [{"id": 2000000000000902, "static_tags": []}, {"id": "2000000000000903"}],
            "shipment": {"id": 45000000001},
            "date_created": "2026-03-04T05:06:07.000-0400",
            "family_pack_id": None,
        },
    )
    assert pack.order_ids == (2000000000000902, 2000000000000903)
    assert pack.date_created.astimezone(UTC) == datetime(2026, 3, 4, 9, 6, 7, tzinfo=UTC)
    assert str(pack) == "Pack 2000000000000901 released 2 orders"


@pytest.mark.parametrize(
    ("attributes", "is_company"),
    [({"cust_type": "BU"}, True), ({"customer_type": "CO"}, False), ({"is_normalized": True}, None), (None, None)],
)
def test_billing_says_whether_a_company_bought(attributes, is_company):
    body = {"site_id": "MLM", "buyer": {"cust_id": "7", "billing_info": {"attributes": attributes}}}
    info = decode(BillingInfo, body)
    assert (info.buyer.cust_id, info.buyer.billing_info.is_company) == (7, is_company)


def test_the_older_billing_body_gives_its_named_values():
    rows = [{"type": "CITY_NAME", "value": "Villa Inventada"}, {"type": "STREET_NUMBER", "value": None}]
    info = decode(LegacyBillingInfo, {"billing_info": {"doc_type": "RUT", "additional_info": rows}})
    assert info.billing_info.value("CITY_NAME") == "Villa Inventada"
    assert info.billing_info.value("STREET_NUMBER") is None
    assert info.billing_info.value("ZIP_CODE") is None


def test_feedback_of_one_side_leaves_the_other_empty():
    said = decode(SaleFeedback, {"sale": {"id": 5, "from": {"id": 9}, "rating": "neutral"}, "purchase": None})
    assert (said.sale.from_.id, said.sale.rating, said.purchase) == (9, "neutral", None)


def test_a_feedback_sends_what_was_set_and_nothing_else():
    given = FeedbackInput(fulfilled=False, message="No stock", reason=SellerReason.OUT_OF_STOCK)
    assert json.loads(encode(given)) == {"fulfilled": False, "message": "No stock", "reason": "OUT_OF_STOCK"}


def test_discounts_and_notes_keep_their_rows():
    details = [{"type": "coupon", "coupon": {"id": 3}, "items": [{"id": "MLA1", "amounts": {"total": 1.5}}]}]
    discounts = decode(OrderDiscounts, {"details": details})
    assert discounts.details[0].coupon.id == "3"
    assert str(discounts.details[0].items[0].amounts.total) == "1.5"
    notes = decode(NoteList, {"results": [{"id": "5f", "note": "fragile"}], "pack_id": "12"})
    assert (notes.results[0].note, notes.pack_id) == ("fragile", 12)


def test_an_order_cancelled_by_a_split_says_so():
    assert decode(Order, {"id": 1, "cancel_detail": {"code": "pack_splitted"}}).is_split
    assert not decode(Order, {"id": 1, "cancel_detail": None}).is_split
    assert not decode(Order, {"id": 1}).partial
