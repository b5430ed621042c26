"""Items: what goes out, what comes back, what is refused before anything is sent."""

import json
from decimal import Decimal
from typing import Any

import pytest

from meli_sdk import MeliSession
from meli_sdk.codec import decode, encode
from meli_sdk.errors import (
    DecodeError,
    ForbiddenError,
    InputError,
    ItemNotFoundError,
    NotApplicableError,
    PaginationError,
)
from meli_sdk.models import (
    UNSET,
    AttributeInput,
    Item,
    ItemUpdate,
)
from meli_sdk.testing import FakeTransport
from meli_sdk.wire.message import Request, Response

ITEM = {
    "id": "MLA1402200117",
    "title": "Auriculares Norte X2",
    "price": 18999.9,
    "status": "active",
    "seller_id": 900_100,
}
NEW = {"title": "Auriculares Norte X2", "price": 10, "attributes": [{"id": "SELLER_SKU", "value_name": "AUR-X2"}]}
QUESTION = {
    "id": 3957150025,
    "item_id": "MLA1402200117",
    "text": "¿Hay más?",
    "status": "UNANSWERED",
    "from": {"id": 7},
}
FEE = {"listing_type_id": "gold_pro", "sale_fee_amount": 12.5, "currency_id": "ARS"}
PICTURE = {"id": "710001-MLA70000000001_102026", "variations": [{"size": "500x500"}]}
JPEG = b"\xff\xd8\xff\xe0" + b"0" * 64
ID, UP = "MLA1402200117", "MLAU4001122331"
A = "/items/MLA1402200117"

CALLS: list[tuple[Any, str, Any, Any]] = [
    (lambda i: i.get(ID, all_attributes=True, internal_attributes=True),
     f"GET {A}?include_attributes=all&include_internal_attributes=true", None, ITEM),
    (lambda i: i.search_filters(), "GET /users/900100/items/search?include_filters=true&limit=1", None,
     {"available_filters": [{"id": "status", "values": [{"id": "active", "results": 2}]}]}),
    (lambda i: i.prices.check_identifier("7506123400015"),
     "GET /product-identifier/validator?product_identifier=7506123400015", None, {"anything": 1}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("call", "sent", "body", "answer"), CALLS, ids=[f"{place}-{row[1]}" for place, row in enumerate(CALLS)]
)
async def test_a_call_goes_where_the_page_says_and_its_answer_is_typed(me, fake, call, sent, body, answer):
    fake.answer(200 if answer is not None else 204, answer)
    found = await call(me.items)
    assert fake.paths() == [sent]
    content = fake.requests[0].body
    assert (json.loads(content) if content else None) == body
    if found is not None and answer:
        first = found[0] if isinstance(found, tuple) else found
        exact = json.loads(json.dumps(answer), parse_float=Decimal)
        assert first.raw == (exact[0] if isinstance(exact, list) else exact)


@pytest.mark.parametrize("answer", [FEE, [FEE], [[FEE]]], ids=["object", "array", "array in array"])
async def test_fees_come_in_three_shapes(me, fake, answer):
    fake.answer(200, answer)
    (fee,) = await me.items.prices.fees("MLA", "5000", listing_type_id="gold_pro", billable_weight=500)
    assert fee.sale_fee_amount == Decimal("12.5")
    assert fake.paths() == ["GET /sites/MLA/listing_prices?price=5000&billable_weight=500&listing_type_id=gold_pro"]


async def test_a_picture_travels_as_a_file_and_only_as_jpeg_or_png(me, fake, tmp_path):
    fake.answer(200, PICTURE)
    path = tmp_path / "front.gif"
    path.write_bytes(JPEG)
    assert (await me.items.upload_picture(path)).id == PICTURE["id"]
    request = fake.requests[0]
    assert request.headers["content-type"].startswith("multipart/form-data; boundary=")
    assert JPEG in request.body
    assert b'name="file"; filename="picture.jpg"' in request.body
    for wrong in (b"", b"GIF89a", b"\xff\xd8\xff" + b"0" * (10 * 1024 * 1024), "front.jpg"):
        with pytest.raises(InputError, match="picture is"):
            await me.items.upload_picture(wrong)
    assert len(fake.requests) == 1


# three states


def test_a_field_is_left_alone_cleared_or_set():
    assert json.loads(encode(ItemUpdate(video_id=None, price=UNSET, title="Norte X3"))) == {
        "video_id": None,
        "title": "Norte X3",
    }
    assert json.loads(encode(ItemUpdate(attributes=[AttributeInput.cleared("DIAMETER")]))) == {
        "attributes": [{"id": "DIAMETER", "value_id": None, "value_name": None}]
    }


REFUSED = [
    (ItemUpdate(), "empty change"),
    ({}, "empty change"),
    ({"price": UNSET}, "empty change"),
    ({"status": "Active"}, "status must be one of active, paused, closed"),
    ({"deleted": "true"}, "items.delete"),
    ({"price": 0}, "price must be an amount above 0"),
    ({"available_quantity": "3"}, "available_quantity must be a whole number"),
    ({"pictures": [{"id": "1", "source": "https://x.example/1.jpg"}]}, r"pictures\[0\] needs either"),
    ({"sale_terms": [{"id": "MANUFACTURING_TIME", "value_name": "61 días"}]}, "at most 60 days"),
    ({"variations": [{"available_quantity": 3}]}, r"variations\[0\] has neither"),
    ({"variations": [{"id": 1, "price": 5}, {"id": 2, "price": 6}]}, "same price"),
]


@pytest.mark.parametrize(("changes", "said"), REFUSED, ids=[row[1][:30] + str(i) for i, row in enumerate(REFUSED)])
async def test_a_change_that_cannot_be_is_refused_before_it_is_sent(me, fake, changes, said):
    with pytest.raises(InputError, match=said):
        await me.items.update(ID, changes)
    assert fake.paths() == []


STATES = [
    ({"status": "closed"}, {"price": 5}, NotApplicableError, "relist"),
    ({"status": "paused"}, {"title": "x"}, NotApplicableError, "only an active item takes title"),
    ({"status": "active", "sold_quantity": 2}, {"title": "x"}, NotApplicableError, "has sold 2: title"),
    ({"status": "active", "shipping": {"logistic_type": "fulfillment"}}, {"available_quantity": 3}, NotApplicableError,
     "stored by Mercado Libre"),
    ({"status": "active", "variations": [{"id": 1}, {"id": 2}]}, {"variations": [{"id": 1}]}, InputError,
     "variations 2 are left out"),
]  # fmt: skip


@pytest.mark.parametrize(("state", "changes", "kind", "said"), STATES, ids=[row[3][:20] for row in STATES])
async def test_a_change_the_items_state_forbids_is_refused_where_the_item_is_known(
    me, fake, state, changes, kind, said
):
    with pytest.raises(kind, match=said):
        await me.items.update(ID, changes, current=decode(Item, {"id": ID, **state}))
    assert fake.paths() == []


async def test_a_description_is_plain_text_or_refused_with_the_place(me, fake):
    with pytest.raises(InputError, match=r"markup '<br>' at character 5"):
        await me.items.set_description(ID, "Suena<br>bien")
    with pytest.raises(InputError, match="a pictogram"):
        await me.items.set_description(ID, "Suena bien 😀")
    assert fake.paths() == []


# many


class Bulk(FakeTransport):
    """Answers both forms of the question about many items."""

    def __init__(self, *, gone: bool = False, missing: frozenset[str] = frozenset()) -> None:
        super().__init__()
        self.gone, self.missing = gone, missing
        self.count = 0
        self.most = 0

    async def send(self, request: Request) -> Response:
        self.count += 1
        asked = request.url.query["ids"].split(",")
        self.most = max(self.most, len(asked))
        if request.url.path == "/items/bulk":
            if self.gone:
                return Response(status=404, body=b'{"message":"Resource not found."}', request=request)
            rows = [self.today(one) for one in asked]
        else:
            rows = [self.older(one) for one in reversed(asked)]
        return Response(status=200, body=json.dumps(rows).encode(), request=request)

    def today(self, item_id: str) -> dict[str, Any]:
        if item_id in self.missing:
            return {"id": item_id, "status_code": 404}
        if item_id.endswith("7"):
            return {"id": item_id, "status_code": 403, "body": {"error": "access_denied", "status": 403}}
        return {"id": item_id, "status_code": 200, "body": {"id": item_id, "price": 1}}

    def older(self, item_id: str) -> dict[str, Any]:
        if item_id in self.missing:
            return {"code": 404, "body": {"error": "not_found", "message": "no", "status": 404}}
        return {"code": 200, "body": {"id": item_id, "price": 1}}


def asking(bulk: Bulk) -> MeliSession:
    return MeliSession("APP_USR-invented", user_id=900_100, transport=bulk, throughput=10_000)


async def test_20000_items_take_1000_calls_and_come_in_order():
    bulk = Bulk()
    wanted = [f"MLA{number}" for number in range(1_000_000, 1_200_000, 10)]
    place = 0
    async for result in asking(bulk).items.get_many(iter(wanted)):
        assert result.item_id == wanted[place]
        assert result.item.id == wanted[place]
        place += 1
    assert (place, bulk.count, bulk.most) == (20_000, 1_000, 20)


async def test_missing_and_forbidden_items_have_a_row_and_repeated_ids_have_one():
    bulk = Bulk(missing=frozenset({"MLA2"}))
    found = [result async for result in asking(bulk).items.get_many(["MLA1", "MLA2", "MLA1", "MLA17"])]
    assert [(one.item_id, one.found) for one in found] == [("MLA1", True), ("MLA2", False), ("MLA17", False)]
    assert isinstance(found[1].error, ItemNotFoundError)
    assert found[1].error.item_id == "MLA2"
    assert isinstance(found[2].error, ForbiddenError)


async def test_where_todays_route_is_gone_the_older_one_is_used_and_its_order_put_right():
    bulk = Bulk(gone=True, missing=frozenset({"MLA2"}))
    found = [one async for one in asking(bulk).items.get_many([f"MLA{number}" for number in range(1, 42)])]
    assert [one.item_id for one in found] == [f"MLA{number}" for number in range(1, 42)]
    assert [one.item_id for one in found if not one.found] == ["MLA2"]
    assert bulk.count == 4


async def test_fields_are_named_as_each_form_wants_them(me, fake):
    fake.answer(200, [{"status_code": 200, "body": {"id": "MLA1", "price": 2}}])
    (found,) = [one async for one in me.items.get_many(["MLA1"], attributes=["price"])]
    assert found.item.price == 2
    assert fake.requests[0].url.query["attributes"] == "status_code,body.id,body.price"


async def test_an_item_that_cannot_be_decoded_costs_only_its_row(me, fake):
    rows = [{"id": "MLA1", "status_code": 200, "body": {"id": "MLA1", "price": "x"}},
            {"id": "MLA2", "status_code": 200, "body": {"id": "MLA2"}}]  # fmt: skip
    fake.answer(200, rows)
    found = [one async for one in me.items.get_many(["MLA1", "MLA2"])]
    assert isinstance(found[0].error, DecodeError)
    assert found[1].found


async def test_a_wrong_id_among_many_is_told_before_the_first_call(me, fake):
    with pytest.raises(InputError, match="item_id must look like"):
        me.items.get_many(["MLA1", "../MLA2"])
    with pytest.raises(InputError, match="several ids"):
        me.items.get_many("MLA1")
    assert fake.paths() == []


# searching


class Shelf(FakeTransport):
    """A search by offset to 1,000, and a scan beyond."""

    def __init__(self, total: int) -> None:
        super().__init__()
        self.all = [f"MLA{number}" for number in range(1, total + 1)]

    async def send(self, request: Request) -> Response:
        self.requests.append(request)
        query = request.url.query
        limit = int(query["limit"])
        scanning = query.get("search_type") == "scan"
        assert not (scanning and "offset" in query)
        start = int(query.get("scroll_id", "0")) if scanning else int(query.get("offset", 0))
        rows = self.all[start : start + limit]
        paging = {"total": len(self.all), "limit": limit}
        body = {
            "results": rows,
            "paging": paging,
            "scroll_id": (str(start + limit) if rows else "") if scanning else None,
        }
        return Response(status=200, body=json.dumps(body).encode(), request=request)


@pytest.mark.parametrize(("total", "scans"), [(0, False), (250, False), (1_000, False), (1_001, True), (3_210, True)])
async def test_each_item_is_found_once_by_offset_or_by_scan(total, scans):
    shelf = Shelf(total)
    me = MeliSession("APP_USR-invented", user_id=900_100, transport=shelf, throughput=10_000)
    found = [item_id async for item_id in me.items.search(status="active")]
    assert found == shelf.all
    assert any("scan" in request.url.query_string for request in shelf.requests) is scans


async def test_a_sorted_search_cannot_go_on_as_a_scan():
    me = MeliSession("APP_USR-invented", user_id=900_100, transport=Shelf(1_500), throughput=10_000)
    with pytest.raises(PaginationError, match="offset 1000"):
        [item_id async for item_id in me.items.search(sort="price_asc")]


async def test_skus_go_to_the_parameters_that_mean_them(me, fake):
    fake.answer(200, {"results": []})
    await me.items.search(seller_sku="AUR-X2", custom_field="old", user_product_id=["MLAU1", "MLAU2"])
    query = fake.requests[0].url.query
    assert (query["seller_sku"], query["sku"], query["user_product_id"]) == ("AUR-X2", "old", "MLAU1,MLAU2")
