"""Notifications: any documented body is read, and a resource is never more than an id."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meli_sdk import errors, parse_notification
from meli_sdk.codec import encode
from meli_sdk.models.notifications import RESOURCE_SHAPES, Notification, Topic
from meli_sdk.wire.message import PARAMETER, check_template

TIMES = {"sent": "2026-03-03T18:57:54.824Z", "received": "2026-03-03T18:57:54.819Z"}
DOCUMENTED = [
    ("orders_v2", "/orders/2000004411", "2000004411", "/orders/{order_id}"),
    ("orders_feedback", "/orders/2000004411/feedback", "2000004411", "/orders/{order_id}/feedback"),
    ("items", "/items/MLA600700800", "MLA600700800", "/items/{item_id}"),
    ("items", "/items/MLA600700800/prices", "MLA600700800", "/items/{item_id}/prices"),
    ("items_prices", "/items/MLA600700800/prices", "MLA600700800", "/items/{item_id}/prices"),
    ("questions", "/questions/11700011", "11700011", "/questions/{question_id}"),
    ("messages", "b5f0c0d1e2a34b56", "b5f0c0d1e2a34b56", "/messages/{message_id}"),
    ("payments", "/collections/30400500", "30400500", "/collections/{payment_id}"),
    ("shipments", "/shipments/40500600700", "40500600700", "/shipments/{shipment_id}"),
    ("shipments", "/marketplace/shipments/40500600700", "40500600700", "/marketplace/shipments/{shipment_id}"),
    ("fbm_stock_operations", "/stock/fulfillment/operations/987", "987", None),
    ("flex-handshakes", "/flex/sites/MLA/shipments/40500600700/assignment/v1", "40500600700", None),
    ("stock-location", "/user-products/MLAU4001/stock", "MLAU4001", "/user-products/{user_product_id}/stock"),
    ("stock-locations", "/user-products/MLAU4001/stock", "MLAU4001", "/user-products/{user_product_id}/stock"),
    ("user-products-families", "/sites/MLA/user-products-families/771122", "771122", None),
    ("catalog_item_competition_status", "/items/MLA600700800/price_to_win", "MLA600700800", None),
    ("catalog_suggestions", "/catalog_suggestions/MLA123", "MLA123", None),
    ("price_suggestion", "suggestions/items/MLA600700800/details", "MLA600700800", None),
    ("public_offers", "/seller-promotions/offers/OFFER-MLA1-2", "OFFER-MLA1-2", None),
    ("public_offers", "/seller-promotions/promotions/offer/OFFER-MLM1-2/700800", "OFFER-MLM1-2", None),
    ("public_candidates", "/seller-promotions/candidates/CAND-MLA1-2", "CAND-MLA1-2", None),
    ("post_purchase", "post-purchase/v1/claims/510860", "510860", "/post-purchase/v1/claims/{claim_id}"),
    ("vis_leads", "/vis/leads/14b52fd8-85dc-11eb", "14b52fd8-85dc-11eb", "/vis/leads/{lead_id}"),
    ("vis_leads", "/vis_leads/14b52fd8-85dc-11eb", "14b52fd8-85dc-11eb", "/vis/leads/{lead_id}"),
    ("invoices", "/users/700800/invoices/55001", "55001", None),
    ("leads-credits", "/vis/loan/66e93589-2d10", "66e93589-2d10", "/vis/loans/{loan_id}"),
    ("marketplace_items", "/marketplace/items/MLM600700800", "MLM600700800", "/marketplace/items/{item_id}"),
    ("marketplace_orders", "/marketplace/orders/1500600", "1500600", "/marketplace/orders/{order_id}"),
    ("marketplace_orders_on_site", "/marketplace/orders/1500600", "1500600", "/marketplace/orders/{order_id}"),
    ("orders_v2", "/marketplace/orders/1500600", "1500600", "/marketplace/orders/{order_id}"),
    ("marketplace_questions", "/marketplace/questions/50360", "50360", None),
    ("marketplace_messages", "/marketplace/messages/aa11", "aa11", None),
    ("marketplace_shipments", "/marketplace/shipments/40500600700", "40500600700", None),
    ("marketplace_claims", "/marketplace/claims/104141", "104141", None),
    ("marketplace_fbm_stock", "/marketplace/stock/fulfillment/operations/987", "987", None),
    ("marketplace_cbt_item_uptin", "/marketplace/items/CBT600700/migration_live_listing", "CBT600700", None),
]


def body(**fields: object) -> bytes:
    return json.dumps(fields).encode()


@pytest.mark.parametrize(("topic", "resource", "found", "template"), DOCUMENTED)
def test_every_documented_resource_gives_its_id(topic, resource, found, template):
    notification = parse_notification(body(topic=topic, resource=resource, user_id=700800))
    assert notification.resource_id == found
    if template is not None:
        assert notification.shape.template == template


def test_every_topic_with_a_documented_resource_has_a_shape():
    shaped = {topic for shape in RESOURCE_SHAPES for topic in shape.topics}
    assert {str(topic) for topic in Topic} - shaped == {"quotations"}
    assert {topic for topic, *_ in DOCUMENTED} <= shaped


@pytest.mark.parametrize("shape", RESOURCE_SHAPES, ids=lambda shape: shape.pattern.pattern)
def test_every_shape_fills_its_own_path(shape):
    assert check_template(shape.template) == shape.template
    assert set(shape.pattern.groupindex) == set(PARAMETER.findall(shape.template))


@pytest.mark.parametrize(
    "resource",
    [
        "https://evil.example/orders/1",
        "//evil.example/orders/1",
        "http:orders/1",
        "/orders/1@evil.example",
        "/orders/../users/me",
        "/orders/1/../../users/me",
        "/orders/%31",
        "/orders/1?access_token=x",
        "/orders/1#frag",
        "/orders/1\n",
        "/orders/1 ",
        "/orders\\1",
        "/orders/" + "1" * 21,
        "/orders/\u0661\u0662",
        "/orders/",
        "/orders/1/",
        "orders/1/discounts",
        "/" + "a" * 300,
        "",
    ],
)
@pytest.mark.parametrize("topic", ["orders_v2", None, "brand_new_topic"])
def test_a_resource_that_is_no_documented_one_gives_no_id(resource, topic):
    notification = Notification(resource=resource, topic=topic)
    assert (notification.shape, notification.resource_id, dict(notification.path_values)) == (None, None, {})


def test_the_resource_of_another_topic_gives_no_id():
    assert Notification(resource="/items/MLA1", topic="orders_v2").resource_id is None


@pytest.mark.parametrize("topic", [None, "topic_of_tomorrow"])
def test_without_a_known_topic_the_shape_decides(topic):
    assert Notification(resource="/items/MLA1/price_to_win", topic=topic).resource_id == "MLA1"
    assert Notification(resource="b5f0c0d1e2a34b56", topic=topic).resource_id is None


@given(st.text(max_size=80), st.sampled_from([None, "orders_v2", "messages", "new"]))
def test_no_resource_ever_raises_or_leaves_the_documented_alphabet(resource, topic):
    found = Notification(resource=resource, topic=topic).resource_id
    assert found is None or (found.isascii() and found.replace("-", "").replace("_", "").isalnum())


def test_a_user_id_spelt_as_text_is_a_number():
    notification = parse_notification(body(resource="/questions/1", topic="questions", user_id="123456789"))
    assert notification.user_id == 123456789


def test_an_application_id_above_53_bits_stays_exact():
    text = b'{"resource": "/vis/leads/abc-1", "topic": "vis_leads", "application_id": 1111111111111111111}'
    assert parse_notification(text).application_id == 1111111111111111111


def test_both_spellings_of_received_and_of_the_id_are_read():
    old = parse_notification(body(resource="/catalog_suggestions/MLA1", _id="e1", recieved=TIMES["received"]))
    new = parse_notification(body(resource="post-purchase/v1/claims/1", id="e2", received=TIMES["received"]))
    assert old.received_at == new.received_at is not None
    assert (old.event_id, new.event_id) == ("e1", "e2")


def test_nine_digits_of_a_second_are_read():
    sent = parse_notification(body(resource="/orders/1", sent="2026-12-05T17:13:53.617074685Z")).sent
    assert sent is not None
    assert sent.isoformat() == "2026-12-05T17:13:53.617074+00:00"


def test_only_the_resource_has_to_be_there():
    notification = parse_notification(b'{"resource": "/orders/1"}')
    assert (notification.topic, notification.user_id, notification.resource_id) == (None, None, "1")


@pytest.mark.parametrize(
    "wrong",
    [
        b"",
        b"not json",
        b"[]",
        b'"text"',
        b"null",
        b"{}",
        b'{"resource": null}',
        b'{"resource": 12}',
        b'{"resource": ["/orders/1"]}',
        b"\xff\xfe{}",
        b"[" * 2_000,
    ],
)
def test_a_body_without_a_resource_is_refused(wrong):
    with pytest.raises(errors.DecodeError):
        parse_notification(wrong)


def test_a_field_of_another_kind_costs_only_itself():
    text = body(
        resource="/orders/1",
        topic=7,
        user_id="abc",
        attempts="many",
        sent="yesterday",
        actions="claims",
        fresh={"a": 1},
    )
    notification = parse_notification(text, {"content-type": "application/json"})
    assert notification.resource_id == "1"
    assert (notification.topic, notification.user_id, notification.sent, notification.actions) == (None, None, None, ())
    assert dict(notification.unreadable) == {
        "topic": 7,
        "user_id": "abc",
        "attempts": "many",
        "sent": "yesterday",
        "actions": "claims",
    }
    assert notification.raw == {"resource": "/orders/1", "fresh": {"a": 1}}


def test_what_was_read_is_written_again():
    fields = {"_id": "e1", "resource": "/orders/1", "topic": "orders_v2", "user_id": "5", "extra": [1], **TIMES}
    assert json.loads(encode(parse_notification(body(**fields)))) == fields


def test_repeated_deliveries_share_their_key():
    first = {"resource": "/orders/1", "topic": "orders_v2", "user_id": 5, "application_id": 9, **TIMES}
    again = {**first, "user_id": "5", "attempts": 3, "received": "2026-03-03T19:57:54.819Z"}
    assert parse_notification(body(**first)).key == parse_notification(body(**again)).key
    assert parse_notification(body(**first, _id="e1")).key == "e1"
    other = [{"resource": "/orders/2"}, {"topic": "items"}, {"user_id": 6}, {"sent": "2026-03-03T18:57:55Z"}]
    keys = {parse_notification(body(**{**first, **change})).key for change in other}
    assert len({*keys, parse_notification(body(**first)).key}) == len(other) + 1
