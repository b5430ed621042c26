import json
import logging
from pathlib import Path

import pytest

from meli_sdk import MeliApp
from meli_sdk.channel import Outbox, PrivacySettings
from meli_sdk.channel.quarantine import without_buyer
from meli_sdk.sandbox import LOCAL_SELLER_ID, Sandbox, orders_bodies, orders_search
from meli_sdk.testing import a_notification

from .conftest import MovableClock, OpenOms

BUYER = {
    "nickname": "COMPRADORSECRETO",
    "first_name": "Nombre-Secreto",
    "last_name": "Apellido-Secreto",
    "email": "correo@secreto.example",
    "doc_number": "20111222333",
    "phone": {"number": "1155550000"},
}
SECRETS = ("COMPRADORSECRETO", "Nombre-Secreto", "Apellido-Secreto", "correo@secreto", "20111222333", "1155550000")


@pytest.fixture
def personal(box: Sandbox, monkeypatch: pytest.MonkeyPatch):
    """Every order body speaks of its buyer."""
    plain = orders_bodies.order_body

    def body(order):
        found = plain(order)
        found["buyer"] = {"id": order.buyer_id, **BUYER, "billing_info": {"doc_number": "20111222333"}}
        found["shipping"] = {**found["shipping"], "receiver_address": {"comment": "Nombre-Secreto"}}
        return found

    monkeypatch.setattr(orders_bodies, "order_body", body)
    monkeypatch.setattr(orders_search, "order_body", body)


async def work(box: Sandbox, clock: MovableClock, oms, caplog: pytest.LogCaptureFixture) -> str:
    """Everything that leaves traces: good orders, a bad row, a refusing handler, the outbox. Returns the log."""
    orders = [box.add_order() for _ in range(4)]
    orders[1].title = 5
    orders[1].updated = orders[1].created

    async def refuses(order, connection):
        await oms(order, connection)
        if order.order.id == orders[2].id:
            message = f"{order.order.buyer.first_name} {order.order.buyer.email} is unwelcome"
            raise ValueError(message)

    with caplog.at_level(logging.DEBUG, logger="meli_sdk"):
        await oms.channel.download_orders(refuses, since=oms.since)
        clock.pass_by(minutes=1)
        box.move_order(orders[0].id, "cancelled")
        await oms.channel.download_orders(Outbox(), since=oms.since)

        async def closed(order) -> None:
            message = f"{order.order.buyer.first_name} is unwelcome"
            raise ValueError(message)

        await oms.channel.deliver_orders(closed)
    return "\n".join(record.getMessage() for record in caplog.records if record.name.startswith("meli_sdk"))


def written(tmp_path: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(tmp_path.glob("channel.db*")))


async def test_no_buyer_is_in_the_tables_or_the_log(
    box: Sandbox, clock: MovableClock, open_oms: OpenOms, tmp_path: Path, caplog, personal
):
    oms = await open_oms()
    log = await work(box, clock, oms, caplog)
    assert any(order.order.buyer.first_name == "Nombre-Secreto" for order in oms.given)
    assert [thing.failures for thing in await oms.channel.quarantine()] == [2]
    content = written(tmp_path)
    for secret in SECRETS:
        assert secret.encode() not in content
        assert secret not in log


async def test_a_buyer_is_kept_where_the_settings_say_so(
    box: Sandbox, clock: MovableClock, open_oms: OpenOms, tmp_path: Path, caplog, personal
):
    oms = await open_oms(privacy=PrivacySettings(keep_buyer_data=True))
    await work(box, clock, oms, caplog)
    content = written(tmp_path)
    for secret in SECRETS:
        assert secret.encode() in content


async def test_settled_things_are_kept_as_long_as_the_settings_say(
    box: Sandbox, clock: MovableClock, open_oms: OpenOms, tmp_path: Path
):
    box.add_order()
    oms = await open_oms(privacy=PrivacySettings(retention_days=7))
    oms.refused = lambda order: True
    await oms.download()
    oms.refused = lambda order: False
    await oms.download()
    clock.pass_by(days=6)
    await oms.download()
    assert b"ValueError" in written(tmp_path)
    clock.pass_by(days=2)
    await oms.download()
    async with oms.engine.connect() as connection:
        found = await connection.exec_driver_sql("SELECT count(*) FROM meli_quarantine")
        assert found.scalar_one() == 0


def test_keys_that_nobody_vouched_for_are_left_out():
    body = {"id": 1, "order_items": [{"item": {"id": "MLA1", "title": "x"}, "gift_note": "y"}], "new_field": {"id": 2}}
    assert without_buyer(body) == {"id": 1, "order_items": [{"item": {"id": "MLA1"}}]}


@pytest.mark.parametrize(
    ("body", "kept"),
    [
        ("Nombre-Secreto", None),
        (b"Nombre-Secreto", None),
        (["Nombre-Secreto", {"id": 1, "first_name": "Nombre-Secreto"}, ["Nombre-Secreto"]], [{"id": 1}, []]),
        ({"id": 1, "tags": ["paid", "delivered"]}, {"id": 1, "tags": ["paid", "delivered"]}),
    ],
    ids=["text", "bytes", "list", "tags"],
)
def test_text_without_a_key_that_somebody_vouched_for_is_left_out(body, kept):
    assert without_buyer(body) == kept


async def test_an_answer_that_is_no_json_leaves_no_buyer_in_the_quarantine(
    box: Sandbox, app: MeliApp, open_oms: OpenOms, tmp_path: Path
):
    oms = await open_oms(webhook_client_id=LOCAL_SELLER_ID)
    order = box.add_order()
    box.fail_next(f"GET /orders/{order.id}", 500, b"<html>No order for Nombre-Secreto, 1155550000</html>", times=20)
    notice = a_notification(resource=f"/orders/{order.id}", user_id=LOCAL_SELLER_ID, application_id=app.client_id)
    await oms.channel.receive(json.dumps(notice).encode())
    await oms.channel.handle_notifications(oms)
    assert [(thing.key, thing.body) for thing in await oms.channel.quarantine()] == [(str(order.id), None)]
    for secret in SECRETS:
        assert secret.encode() not in written(tmp_path)
