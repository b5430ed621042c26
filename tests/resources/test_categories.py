"""Categories: what goes out, what comes back, and the check with everything it reads."""

import hashlib
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.resources.categories_check.listings import BASES, load

from meli_sdk import MeliSession, RetryPolicy
from meli_sdk.codec import decode
from meli_sdk.errors import DecodeError, InputError, MeliConnectionError, NotApplicableError
from meli_sdk.models import (
    Category,
    CategoryRules,
    NewItem,
    SaleTerm,
    SaleTerms,
    SellerAccount,
)
from meli_sdk.testing import FakeTransport
from meli_sdk.wire.message import Request, Response

ENTRIES = load("categories")
TELEVISION = BASES["television"]["item"]


class Shop:
    """Answers like Mercado Libre for the written categories; counts nothing, forgets nothing."""

    def __init__(self, **special: Any) -> None:
        self.special = special
        self.fake = FakeTransport(self.answer)

    def answer(self, request: Request) -> Response:
        status, body, headers = self.find(request)
        content = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        return Response(
            status=status, headers={"content-type": "application/json", **headers}, body=content, request=request
        )

    def find(self, request: Request) -> tuple[int, Any, dict[str, str]]:
        path = request.url.path
        for ending, answer in self.special.items():
            if path.endswith(ending.replace("__", "/")):
                return answer
        for entry in ENTRIES.values():
            root = f"/categories/{entry['category']['id']}"
            known = {
                root: entry["category"],
                f"{root}/attributes": entry["attributes"],
                f"{root}/sale_terms": entry["sale_terms"],
                f"{root}/shipping_preferences": {"logistics": [{"mode": "me2", "types": ["drop_off"]}]},
            }
            if path in known:
                return 200, known[path], {}
            for kind in entry.get("listing_types", []):
                if path == f"/sites/{entry['category']['id'][:3]}/listing_types/{kind['id']}":
                    return 200, kind, {}
        body = {
            "message": f"Category not found: {path.split('/')[2]}",
            "error": "not_found",
            "status": 404,
            "cause": [],
        }
        return 404, body, {}

    def session(self) -> MeliSession:
        return MeliSession("APP_USR-invented", user_id=900_100, transport=self.fake, throughput=10_000)


@pytest.fixture
def shop() -> Shop:
    return Shop()


async def test_a_check_reads_the_rules_once(shop):
    me = shop.session()
    found = await me.categories.check(TELEVISION)
    assert (found.errors, found.category_id) == ((), "MEC441002")
    assert shop.fake.paths() == [
        "GET /categories/MEC441002",
        "GET /categories/MEC441002/attributes",
        "GET /categories/MEC441002/sale_terms",
        "GET /categories/MEC441002/shipping_preferences",
        "GET /sites/MEC/listing_types/gold_special",
    ]
    again = await me.categories.check({**TELEVISION, "price": 0})
    assert [one.rule for one in again.errors] == ["price"]
    assert len(shop.fake.paths()) == 5
    assert timedelta(0) <= again.attributes_age < timedelta(minutes=1)
    await me.categories.check(TELEVISION, max_age=timedelta(0))
    assert len(shop.fake.paths()) == 9


async def test_a_check_with_rules_at_hand_makes_no_call(shop):
    entry = ENTRIES["televisions"]
    rules = CategoryRules(category=decode(Category, entry["category"]), read_at=datetime(2026, 1, 1, tzinfo=UTC))
    found = await shop.session().categories.check(TELEVISION, rules, SellerAccount(site_id="MEC"))
    assert found.errors == ()
    assert found.attributes_age > timedelta(days=1)
    assert shop.fake.paths() == []


async def test_a_request_class_is_checked_like_its_body(shop):
    item = NewItem(title="Televisor Altavista V4 50 Pulgadas", category_id="MEC441002", price=0)
    found = await shop.session().categories.check(item)
    assert {"price", "currency", "listing_type", "quantity", "required_attributes"} <= {
        one.rule for one in found.errors
    }


async def test_a_category_that_does_not_exist_is_a_finding(shop):
    found = await shop.session().categories.check({**TELEVISION, "category_id": "MEC1"})
    (finding,) = (one for one in found.errors if one.rule == "category")
    assert (finding.field, finding.code) == ("category_id", "item.category_id.invalid")


async def test_an_item_without_category_is_checked_as_far_as_it_goes(shop):
    found = await shop.session().categories.check({"title": "Televisor Altavista V4", "price": -1})
    assert {"category", "price"} <= {one.rule for one in found.errors}
    assert shop.fake.paths() == []


async def test_what_cannot_be_read_is_raised_and_not_taken_for_a_finding(shop):
    failing = FakeTransport()
    failing.fail(MeliConnectionError("reset"), times=10)
    me = MeliSession("APP_USR-invented", user_id=1, transport=failing, throughput=10_000)
    with pytest.raises(MeliConnectionError):
        await me.with_options(retry=RetryPolicy(max_attempts=1)).categories.check(TELEVISION)


async def test_refused_shipping_preferences_do_not_stop_a_check():
    shop = Shop(__shipping_preferences=(403, {"message": "forbidden", "error": "forbidden", "status": 403}, {}))
    found = await shop.session().categories.check(TELEVISION)
    assert found.errors == ()


async def test_a_listing_type_the_site_does_not_have_is_told_with_those_it_has():
    names = [
        {"site_id": "MEC", "id": "gold_special", "name": "Clásica"},
        {"site_id": "MEC", "id": "free", "name": "Gratis"},
    ]
    shop = Shop(__sites__MEC__listing_types=(200, names, {}))
    found = await shop.session().categories.check({**TELEVISION, "listing_type_id": "bronce"})
    (finding,) = (one for one in found.errors if one.rule == "listing_type")
    assert "gold_special, free" in finding.message


async def test_conditions_are_asked_of_mercado_libre_for_this_very_item():
    answer = {"required_attributes": [{"id": "GTIN", "name": "GTIN"}]}
    shop = Shop(__attributes__conditional=(200, answer, {}))
    heater = BASES["heater"]["item"]
    found = await shop.session().categories.check(heater, conditions=True)
    (finding,) = found.errors
    assert (finding.rule, finding.causes) == ("conditional_attributes", (7810,))
    (request,) = (one for one in shop.fake.requests if one.method == "POST")
    assert json.loads(request.body) == heater


async def test_the_last_step_is_mercado_libres_own_validation():
    causes = [{"cause_id": 3701, "type": "error", "code": "item.attribute.invalid_product_identifier", "message": "m"}]
    refusal = {"message": "Validation error", "error": "validation_error", "status": 400, "cause": causes}
    shop = Shop(__items__validate=(400, refusal, {}))
    found = await shop.session().categories.check(TELEVISION, validate=True)
    (finding,) = found.errors
    assert (finding.rule, finding.causes) == ("server", (3701,))


async def test_what_fails_offline_is_not_sent_for_validation(shop):
    await shop.session().categories.check({**TELEVISION, "price": 0}, validate=True)
    assert not [path for path in shop.fake.paths() if "validate" in path]


PICTURE_HOSTS = {
    "moved.example": 301,
    "closed.example": 403,
    "gone.example": 404,
    "odd.example": 405,
    "good.example": 200,
}


class PictureHosts(FakeTransport):
    """Answers for hosts of pictures; the time passes while it does."""

    def __init__(self) -> None:
        super().__init__()
        self.clock: Any = None

    async def send(self, request: Request) -> Response:
        self.requests.append(request)
        host = request.url.host
        if host == "broken.example":
            raise MeliConnectionError("no certificate")
        if host == "slow.example":
            self.clock.now += 4
            return Response(status=200, request=request)
        return Response(status=PICTURE_HOSTS[host], request=request)


class Stopwatch:
    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now


async def test_hosts_of_pictures_are_asked_only_when_told_to(monkeypatch):
    hosts = PictureHosts()
    me = MeliSession("APP_USR-invented", user_id=1, transport=hosts, throughput=10_000)
    names = ["moved", "closed", "gone", "odd", "good", "broken", "slow"]
    item = {**TELEVISION, "pictures": [{"source": f"https://{name}.example/p.jpg"} for name in names]}
    rules = CategoryRules(category=decode(Category, ENTRIES["televisions"]["category"]))
    quiet = await me.categories.check(item, rules)
    assert hosts.requests == []
    pipeline = me.categories._caller.pipeline
    hosts.clock = Stopwatch()
    monkeypatch.setattr(pipeline.clock, "monotonic", hosts.clock.monotonic, raising=False)
    found = await me.categories.check(item, rules, probe_pictures=True)
    told = {one.field: one.message.split()[0] for one in found if one.rule == "pictures" and one not in quiet}
    assert told.keys() == {f"pictures[{place}].source" for place in (0, 1, 2, 5, 6)}
    assert {request.method for request in hosts.requests} == {"HEAD"}
    assert all(request.token is None and "authorization" not in request.headers for request in hosts.requests)
    assert found.errors == quiet.errors


# the single calls


async def test_what_a_domain_needs_to_be_shipped_is_kept_as_it_was_written(me, fake):
    fake.answer(200, {"domain_id": "MLA-LAMPS", "anything": 1})
    found = await me.categories.domain_shipping("MLA-LAMPS")
    assert fake.paths() == ["GET /catalog_domains/MLA-LAMPS/shipping_attributes"]
    assert found.raw == {"domain_id": "MLA-LAMPS", "anything": 1}


async def test_conditions_are_told_in_three_countries_only(me, fake):
    with pytest.raises(NotApplicableError, match="MLA, MLB, MLM"):
        await me.categories.conditional_attributes("MLC1055", {"title": "x"})
    assert fake.paths() == []


@pytest.mark.parametrize(
    ("site", "query", "more", "said"),
    [
        ("MLA", "", {}, "query must"),
        ("MLA", "x" * 501, {}, "query must"),
        ("MLA", "x", {"limit": 9}, "limit must"),
        ("MLA", "x", {"target": "all"}, "target must"),
    ],
)
async def test_a_prediction_that_cannot_be_asked_for_is_refused(me, fake, site, query, more, said):
    with pytest.raises(InputError, match=said):
        await me.categories.discover(site, query, **more)
    assert fake.paths() == []


# warranties

TERMS = SaleTerms(decode(SaleTerm, row) for row in ENTRIES["groceries"]["sale_terms"])


@pytest.mark.parametrize(
    ("kind", "time", "type_id", "words"),
    [
        ("seller", "90 dias", "2230280", "90 dias"),
        ("factory", "6 months", "2230279", "6 meses"),
        ("2230279", "1 año", "2230279", "1 anos"),
        ("garantia do vendedor", "12 meses", "2230280", "12 meses"),
        ("none", None, "6150835", None),
    ],
)
def test_a_warranty_is_made_of_the_categorys_own_terms(kind, time, type_id, words):
    terms = TERMS.warranty(kind, time)
    assert terms[0].value_id == type_id
    assert [term.value_name for term in terms[1:]] == ([words] if words else [])


@pytest.mark.parametrize(
    ("kind", "time", "said"),
    [
        ("lifetime", None, "seller, factory and none"),
        ("seller", "some months", "number and one of dias, meses, anos"),
        ("seller", "6 moons", "number and one of dias, meses, anos"),
        ("none", "6 meses", "no warranty has no time"),
        ("seller", None, "needs a time"),
    ],
)
def test_a_warranty_the_category_does_not_have_is_refused(kind, time, said):
    with pytest.raises(InputError, match=said):
        TERMS.warranty(kind, time)


async def test_sale_terms_of_a_category_make_its_warranties(shop):
    terms = await shop.session().categories.sale_terms("MLB441403")
    assert isinstance(terms, tuple)
    assert terms.term("WARRANTY_TYPE") is terms[0]
    assert terms.warranty("seller", "3 months")[1].value_name == "3 meses"


# the dump

ROOT = {"id": "MLA441000", "name": "Root", "path_from_root": [{"id": "MLA441000", "name": "Root"}],
        "children_categories": [{"id": "MLA441430", "name": "Leaf"}], "settings": {"listing_allowed": False}}  # fmt: skip
LEAF = {"id": "MLA441430", "name": "Leaf", "path_from_root": [{"id": "MLA441000"}, {"id": "MLA441430"}],
        "children_categories": [], "settings": {"listing_allowed": True},
        "attributes": [{"id": "BRAND", "tags": {"required": True}}]}  # fmt: skip


def dump_headers(body: bytes) -> dict[str, str]:
    return {"x-content-md5": hashlib.md5(body).hexdigest(), "x-content-created": "2026-10-30T04:00:00.000Z"}  # noqa: S324


@pytest.mark.parametrize("body", [{"MLA441000": ROOT, "MLA441430": LEAF}, [ROOT, LEAF]], ids=["object", "array"])
async def test_the_whole_tree_of_a_site_in_one_call(me, fake, body):
    content = json.dumps(body).encode()
    fake.answer(200, content, headers=dump_headers(content))
    dump = await me.categories.dump("MLA", with_attributes=True)
    assert fake.paths() == ["GET /sites/MLA/categories/all?withAttributes=true"]
    assert [one.id for one in dump.roots()] == ["MLA441000"]
    assert [one.id for one in dump.children("MLA441000")] == [one.id for one in dump.leaves()] == ["MLA441430"]
    assert (dump.checksum_matches, dump.head.created) == (True, "2026-10-30T04:00:00.000Z")
    rules = dump.rules("MLA441430")
    assert [one.id for one in rules.attributes] == ["BRAND"]
    with pytest.raises(InputError, match="no category 'MLA9'"):
        dump.get("MLA9")


async def test_a_dump_whose_checksum_is_of_another_form_is_used_and_says_so(me, fake):
    fake.answer(200, json.dumps([ROOT]).encode(), headers={"x-content-md5": "c2FsdA=="})
    dump = await me.categories.dump("MLA")
    assert (dump.checksum_matches, len(dump.categories)) == (False, 1)


async def test_a_bad_category_costs_only_itself(me, fake):
    fake.answer(200, json.dumps([ROOT, {"id": 7}]).encode())
    dump = await me.categories.dump("MLA")
    assert (len(dump.categories), [error.path for error in dump.failed]) == (1, ["[1].id"])


async def test_what_is_no_dump_is_an_error(me, fake, tmp_path):
    fake.answer(200, b'"none"')
    with pytest.raises(DecodeError):
        await me.categories.dump("MLA")
    with pytest.raises(InputError, match="cache must be a folder"):
        await me.categories.dump("MLA", cache=tmp_path / "absent")
