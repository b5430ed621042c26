"""What hangs on orders and packs, on a real socket against the sandbox; odd answers by a fake."""

import json

import pytest

from meli_sdk.errors import (
    BadRequestError,
    ConflictError,
    FeedbackClosedError,
    ForbiddenError,
    InputError,
    MeliConnectionError,
    NotFoundError,
    NotOwnedOrderError,
    OrderNotFoundError,
    OutcomeUnknownError,
)
from meli_sdk.models import Rating, SellerReason
from meli_sdk.sandbox.orders_feedback import make_feedback

ORDER, PACK = 2000000000000007, 2000000000000008


@pytest.fixture
def order(box):
    return box.add_order(mode="me1")


@pytest.fixture
def pack_id(box):
    return next(order.pack_id for order in box.world.orders.values() if order.pack_id is not None)


# packs


async def test_a_pack_names_its_orders_shipment_and_buyer(box, local, pack_id):
    members = box.world.orders.of_pack(pack_id)
    pack = await local.orders.pack(pack_id)
    assert pack.order_ids == tuple(order.id for order in members)
    assert (pack.shipment.id, pack.buyer.id) == (members[0].shipment_id, members[0].buyer_id)
    assert (pack.status, pack.family_pack_id) == ("released", None)
    assert pack.date_created.tzinfo is not None


async def test_an_order_alone_is_no_pack(local, order):
    with pytest.raises(OrderNotFoundError):
        await local.orders.pack(order.id)


async def test_a_pack_of_another_seller_is_not_shown(selling, pack_id):
    with pytest.raises(NotOwnedOrderError, match="session of the seller"):
        await selling.orders.pack(pack_id)


# shipments of an order


async def test_shipments_of_an_order_are_asked_for_in_todays_view(box, local, order):
    shipments = await local.orders.shipments(order.id)
    assert [(one.id, one.type) for one in shipments] == [(order.shipment_id, "forward")]
    sent = box.requests[-1]
    assert (sent.headers["x-new-domain"], sent.query) == ("true", {"hosted": "true"})


async def test_an_order_without_shipment_has_none(box, local):
    assert await local.orders.shipments(box.add_order(mode=None).id) == ()


async def test_the_older_view_holds_the_whole_shipments(box, local, order):
    (shipment,) = await local.orders.shipments_in_full(order.id)
    assert (shipment.id, shipment.mode, shipment.order_id) == (order.shipment_id, "me1", order.id)
    assert shipment.receiver_address.city.name
    sent = box.requests[-1]
    assert sent.headers["x-api-version"] == "2"
    assert sent.query == {"list_all": "true", "views": "origin,destination"}


async def test_one_object_in_place_of_an_array_is_one_shipment(me, fake):
    fake.answer(200, {"id": 5, "type": "forward", "mode": "me2"})
    assert [one.id for one in await me.orders.shipments(ORDER)] == [5]


# discounts and goods


async def test_discounts_say_who_pays_for_them(local, order):
    order.discounts.append(
        {
            "type": "coupon",
            "coupon": {"id": 7},
            "supplier": {"meli_campaign": "P-1", "funding_mode": "sale_fee"},
            "items": [{"id": order.item_id, "quantity": 1, "element_id": 1, "amounts": {"total": 10.5, "seller": 2}}],
        }
    )
    discounts = await local.orders.discounts(order.id)
    assert discounts.details[0].supplier.meli_campaign == "P-1"
    assert str(discounts.details[0].items[0].amounts.total) == "10.5"


async def test_the_goods_have_their_marks(local, order):
    order.serials.append({"id": 1, "name": "IMEI", "value": "356938035643809"})
    assert (await local.orders.product(order.id)).attributes[0].value == "356938035643809"


# bills and payments


async def test_the_buyer_of_an_order_leads_to_the_bill(local, order):
    found = await local.orders.get(order.id)
    billing = await local.orders.billing_info(found.context.site, found.buyer.billing_info.id)
    assert (billing.buyer.cust_id, billing.buyer.billing_info.identification.type) == (order.buyer_id, "DNI")
    assert billing.buyer.billing_info.is_company is False
    older = await local.orders.legacy_billing_info(order.id)
    assert older.billing_info.doc_number == billing.buyer.billing_info.identification.number
    assert older.billing_info.value("CITY_NAME") == "Palermo"


async def test_ways_to_pay_are_listed_for_each_site(local):
    methods = await local.orders.payment_methods("MLA")
    assert {method.id for method in methods} >= {"visa", "account_money"}
    assert (await local.orders.payment_method("MLA", "visa")).payment_type_id == "credit_card"
    with pytest.raises(NotFoundError):
        await local.orders.payment_method("MLA", "beads")


# feedback


async def test_saying_that_a_sale_was_completed_delivers_what_the_seller_ships_himself(box, local, order):
    assert await local.orders.feedback(order.id) == await local.orders.feedback(order.id)
    await local.orders.give_feedback(order.id, fulfilled=True, message="All fine", rating=Rating.POSITIVE)
    said = (await local.orders.feedback(order.id)).sale
    assert (said.fulfilled, said.rating, said.message, said.to.id) == (True, "positive", "All fine", order.buyer_id)
    assert box.world.shipments[order.shipment_id].status == "delivered"
    assert (await local.orders.get(order.id)).fulfilled is True


async def test_a_feedback_is_given_once_and_then_changed(local, order):
    await local.orders.give_feedback(order.id, fulfilled=True, message="Fine", rating="positive")
    with pytest.raises(FeedbackClosedError, match="change_feedback"):
        await local.orders.give_feedback(order.id, fulfilled=True, message="Fine", rating="positive")
    said = (await local.orders.feedback(order.id)).sale
    reason = SellerReason.OUT_OF_STOCK
    await local.orders.change_feedback(said.id, fulfilled=False, message="None left", reason=reason, restock_item=False)
    changed = await local.orders.feedback_by_id(said.id)
    assert (changed.fulfilled, changed.reason, changed.modified) == (False, "OUT_OF_STOCK", True)


async def test_a_buyers_word_is_answered_once(box, local, order):
    order.feedback["purchase"] = make_feedback(box.world, order, by_seller=False, said={"rating": "neutral"})
    said = (await local.orders.feedback(order.id)).purchase
    await local.orders.reply_to_feedback(said.id, "Thank you")
    assert (await local.orders.feedback(order.id)).purchase.reply == "Thank you"
    with pytest.raises(FeedbackClosedError, match="no second one"):
        await local.orders.reply_to_feedback(said.id, "Again")


@pytest.mark.parametrize(
    ("said", "names"),
    [
        ({"fulfilled": "yes", "message": "x"}, "fulfilled is True or False"),
        ({"fulfilled": True, "message": "x"}, "rating is needed"),
        ({"fulfilled": False, "message": "x"}, "reason is needed"),
        ({"fulfilled": True, "message": "x" * 160, "rating": "positive"}, "message has 160 characters"),
        ({"fulfilled": True, "message": " ", "rating": "positive"}, "message must be text"),
        ({"fulfilled": True, "message": "x\0", "rating": "positive"}, "message must be text"),
        ({"fulfilled": True, "message": "x", "rating": "5 stars"}, "rating must be one of"),
        ({"fulfilled": False, "message": "x", "reason": "SOLD"}, "reason must be one of"),
    ],
)
async def test_a_wrong_feedback_is_refused_before_any_call(me, fake, said, names):
    with pytest.raises(InputError, match=names):
        await me.orders.give_feedback(ORDER, **said)
    assert fake.requests == []


async def test_a_feedback_without_an_answer_can_be_checked(box, me, fake, local, order):
    fake.fail(MeliConnectionError("reset"))
    with pytest.raises(OutcomeUnknownError) as raised:
        await me.orders.give_feedback(order.id, fulfilled=True, message="Fine", rating="positive")
    assert (await local.check(raised.value)).applied is False
    await local.orders.give_feedback(order.id, fulfilled=True, message="Fine", rating="positive")
    assert (await local.check(raised.value)).applied is True


# notes


async def test_notes_on_an_order_are_written_changed_and_removed(local, order):
    assert await local.orders.notes(order.id) == ()
    written = await local.orders.add_note(order.id, "Wrap it")
    await local.orders.change_note(order.id, written.id, "Wrap it twice")
    assert [note.note for note in await local.orders.notes(order.id)] == ["Wrap it twice"]
    await local.orders.delete_note(order.id, written.id)
    assert await local.orders.notes(order.id) == ()


async def test_notes_on_a_pack_are_written_and_changed(box, local, pack_id):
    written = await local.orders.add_pack_note(pack_id, "Call first")
    assert box.requests[-1].headers["x-public"] == "true"
    changed = await local.orders.change_pack_note(pack_id, written.id, "Call twice")
    assert (changed.id, changed.note) == (written.id, "Call twice")
    assert (await local.orders.pack_note(pack_id, written.id)).note == "Call twice"
    assert [note.id for note in await local.orders.pack_notes(pack_id)] == [written.id]


@pytest.mark.parametrize(
    "body",
    [
        [{"id": "5f", "note": "x"}],
        [{"results": [{"id": "5f", "note": "x"}], "order_id": ORDER}],
        {"results": [{"id": "5f", "note": "x"}]},
    ],
    ids=["rows", "lists_of_rows", "one_list"],
)
async def test_notes_are_read_in_every_shape(me, fake, body):
    fake.answer(200, body)
    fake.answer(204)
    assert [note.id for note in await me.orders.notes(ORDER)] == ["5f"]
    assert await me.orders.notes(ORDER) == ()


async def test_a_written_note_may_come_bare(me, fake):
    fake.answer(201, {"id": "5f", "note": "x"})
    assert (await me.orders.add_note(ORDER, "x")).id == "5f"


async def test_a_note_that_is_too_long_is_refused(me, fake):
    with pytest.raises(InputError, match="note has 301 characters, Mercado Libre takes 300"):
        await me.orders.add_pack_note(PACK, "x" * 301)
    assert fake.requests == []


async def test_a_note_on_a_pack_without_an_answer_can_be_checked(me, fake, local, pack_id):
    fake.fail(MeliConnectionError("reset"))
    with pytest.raises(OutcomeUnknownError) as raised:
        await me.orders.add_pack_note(pack_id, "Call first")
    assert (await local.check(raised.value)).applied is False
    await local.orders.add_pack_note(pack_id, "Call first")
    assert (await local.check(raised.value)).applied is True


# fiscal documents


async def test_a_pack_takes_one_pdf_and_one_xml(box, local, pack_id):
    assert await local.orders.fiscal_documents(pack_id) == ()
    content = b"%PDF-1.4\r\n--not a boundary--\x00"
    (pdf,) = await local.orders.upload_fiscal_document(pack_id, file_name="bill.pdf", content=content)
    (xml,) = await local.orders.upload_fiscal_document(pack_id, file_name="bill.XML", content=b"<nfe/>")
    assert await local.orders.fiscal_documents(pack_id) == (pdf, xml)
    assert await local.orders.fiscal_document(pack_id, pdf) == content
    with pytest.raises(ConflictError, match="delete_fiscal_documents"):
        await local.orders.upload_fiscal_document(pack_id, file_name="more.pdf", content=b"x")
    await local.orders.delete_fiscal_documents(pack_id)
    assert await local.orders.fiscal_documents(pack_id) == ()
    with pytest.raises(NotFoundError):
        await local.orders.delete_fiscal_documents(pack_id)


async def test_an_order_of_a_pack_takes_no_document_of_its_own(box, local, pack_id):
    order_id = box.world.orders.of_pack(pack_id)[0].id
    with pytest.raises(BadRequestError, match=r"order\.pack_id"):
        await local.orders.fiscal_documents(order_id)


async def test_invoices_that_mercado_libre_writes_are_not_uploaded(box, local, pack_id):
    shipment = box.world.shipments[box.world.orders.of_pack(pack_id)[0].shipment_id]
    shipment.site_id, shipment.logistic_type = "MLC", "fulfillment"
    with pytest.raises(ForbiddenError, match="nothing is to be uploaded"):
        await local.orders.upload_fiscal_document(pack_id, file_name="bill.pdf", content=b"x")


@pytest.mark.parametrize(
    ("file_name", "content", "says"),
    [
        ("bill.txt", b"x", r"must end in \.pdf or \.xml"),
        ("bill", b"x", r"must end in \.pdf or \.xml"),
        ("bill.pdf", b"", "at least one"),
        ("bill.pdf", b"x" * (1024 * 1024 + 1), "1048577 bytes"),
        ("bill.pdf", "text", "must be the file's bytes"),
        ('b"ill.pdf', b"x", "file_name must be a plain name"),
    ],
)
async def test_a_wrong_document_is_refused_before_any_call(me, fake, file_name, content, says):
    with pytest.raises(InputError, match=says):
        await me.orders.upload_fiscal_document(PACK, file_name=file_name, content=content)
    assert fake.requests == []


# buyers


async def test_a_buyer_is_kept_away(box, local, order):
    await local.orders.block_buyer(order.buyer_id)
    assert box.world.catalogue.blocked_buyers == {local.user_id: {order.buyer_id}}
    assert json.loads(box.requests[-1].body) == {"user_id": order.buyer_id}
