"""Labels: batches of fifty, one bad id costs itself only, files on disk, flat memory."""

import io
import tracemalloc
import zipfile

import pytest

from meli_sdk import MeliSession
from meli_sdk.errors import DecodeError, InputError, MeliConnectionError, ServerError
from meli_sdk.resources.shipments_labels import LabelBatch
from meli_sdk.testing import FakeTransport
from meli_sdk.wire.message import Response


@pytest.fixture
def printable(box):
    return [box.add_order().shipment_id for _ in range(120)]


async def batches_of(search):
    return [batch async for batch in search]


async def test_labels_come_fifty_at_a_time(box, local, printable):
    batches = await batches_of(local.shipments.labels(printable))
    assert [len(batch.ids) for batch in batches] == [50, 50, 20]
    assert [one for batch in batches for one in batch.ids] == printable
    assert all(batch.content.startswith(b"%PDF") and batch.failed == () for batch in batches)
    assert batches[0].content_type.startswith("application/pdf")
    assert box.requests[0].query["response_type"] == "pdf"
    assert {box.world.shipments[one].substatus for one in printable} == {"printed"}


async def test_a_label_is_printed_again(local, printable):
    first = await batches_of(local.shipments.labels(printable[:2]))
    assert await batches_of(local.shipments.labels(printable[:2])) == first


async def test_one_bad_shipment_does_not_cost_the_others_their_labels(box, local, printable):
    waiting = box.add_order().shipment_id
    box.move_shipment(waiting, "pending", "buffered")
    own = box.add_order(mode="custom").shipment_id
    batches = await batches_of(local.shipments.labels([*printable[:30], waiting, *printable[30:60], own]))
    assert [one for batch in batches for one in batch.ids] == printable[:60]
    failed = {label.shipment_id: label for batch in batches for label in batch.failed}
    assert (failed[waiting].code, failed[waiting].retryable) == ("not_printable_status", True)
    assert (failed[own].code, failed[own].retryable) == ("invalid_shipment_mode", False)
    assert box.calls == 4


async def test_where_nobody_is_blamed_the_batch_is_halved(me, fake):
    """Mercado Libre refuses the batch and does not say which of its shipments is to blame."""
    bad = 40000000037
    ids = [40000000000 + number for number in range(50)]

    def route(request):
        asked = [int(one) for one in request.url.query["shipment_ids"].split(",")]
        body = b'{"message": "no", "error": "bad_request", "status": 400, "cause": []}' if bad in asked else b"%PDF"
        return Response(status=400 if bad in asked else 200, body=body, request=request)

    routed = FakeTransport(route)
    session = MeliSession("APP_USR-invented", user_id=1, transport=routed, throughput=10_000)
    batches = await batches_of(session.shipments.labels(ids))
    assert [one for batch in batches for one in batch.ids] == [one for one in ids if one != bad]
    assert [label.shipment_id for batch in batches for label in batch.failed] == [bad]
    assert len(routed.requests) <= 13


async def test_a_shipment_that_is_named_in_the_words_alone_is_left_out(me, fake):
    fake.answer(400, {"message": "the shipment 40000000002 is wrong", "error": "invalid_shipment_mode", "status": 400})
    fake.answer(200, b"%PDF")
    (batch,) = await batches_of(me.shipments.labels([40000000001, 40000000002]))
    assert (batch.ids, [label.shipment_id for label in batch.failed]) == ((40000000001,), [40000000002])


async def test_a_failure_of_the_service_is_raised(me, fake):
    fake.answer(500, {"message": "oops"}, times=9)
    with pytest.raises(ServerError):
        await batches_of(me.shipments.labels([40000000001]))


async def test_printing_is_repeated_where_no_answer_came(me, fake):
    fake.fail(MeliConnectionError("reset"))
    fake.answer(200, b"%PDF")
    assert (await batches_of(me.shipments.labels([40000000001])))[0].content == b"%PDF"


async def test_printer_labels_are_text(local, printable):
    (batch,) = await batches_of(local.shipments.labels(printable[:3], format="zpl2"))
    assert zipfile.is_zipfile(io.BytesIO(batch.content))
    assert batch.zpl.count("^XA") == 3
    assert str(printable[1]) in batch.zpl


def batch(content, label_format="zpl2"):
    return LabelBatch(ids=(1,), content=content, content_type="", format=label_format)


def test_text_that_was_not_packed_is_text():
    assert batch(b"^XA^XZ").zpl == "^XA^XZ"


def test_what_cannot_be_unpacked_says_so():
    with pytest.raises(DecodeError, match="expected a ZIP"):
        _ = batch(b"PK broken").zpl
    with pytest.raises(InputError, match="format='zpl2'"):
        _ = batch(b"%PDF", "pdf").zpl


def test_labels_that_unpack_to_too_much_are_refused():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", b"0" * (64 * 1024 * 1024 + 1))
    with pytest.raises(DecodeError, match="more than"):
        _ = batch(packed.getvalue()).zpl


@pytest.mark.parametrize(
    ("ids", "options", "says"),
    [
        ([], {}, "ids is empty"),
        (["x"], {}, "ids must be a whole number"),
        ([1], {"format": "zpl"}, "format must be one of pdf, zpl2, got 'zpl' .*writes zpl2"),
        ([1], {"format": None}, "format must be one of"),
    ],
)
async def test_a_wrong_request_for_labels_is_refused_before_any_call(me, fake, ids, options, says):
    with pytest.raises(InputError, match=says):
        me.shipments.labels(ids, **options)
    assert fake.requests == []


async def test_labels_are_saved_batch_by_batch(box, local, printable, tmp_path):
    own = box.add_order(mode="custom").shipment_id
    saved = await local.shipments.save_labels([*printable, own], tmp_path / "labels")
    assert saved.ids == tuple(printable)
    assert [label.shipment_id for label in saved.failed] == [own]
    assert len(saved.files) == 3
    assert sorted(saved.files) == sorted((tmp_path / "labels").iterdir())
    assert saved.files[0].name == f"labels-{printable[0]}-{printable[49]}-50.pdf"
    assert saved.files[0].read_bytes().startswith(b"%PDF")
    text = await local.shipments.save_labels(printable[:2], tmp_path, format="zpl2")
    assert text.files[0].read_text().count("^XA") == 2
    assert text.files[0].suffix == ".zpl"


async def test_a_thousand_labels_take_the_memory_of_one_batch(tmp_path):
    page = b"%PDF" + b"x" * 1_000_000

    def route(request):
        return Response(status=200, body=bytes(page), request=request)

    session = MeliSession("APP_USR-invented", user_id=1, transport=_Forgetful(route), throughput=10_000)
    await session.shipments.save_labels(range(1, 51), tmp_path / "warm")
    tracemalloc.start()
    saved = await session.shipments.save_labels(range(1, 1_001), tmp_path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (len(saved.files), len(saved.ids)) == (20, 1_000)
    assert peak < 5_000_000


class _Forgetful(FakeTransport):
    """Keeps no requests, so that what is measured is the client's memory."""

    async def send(self, request):
        answer = await super().send(request)
        self.requests.clear()
        return answer
