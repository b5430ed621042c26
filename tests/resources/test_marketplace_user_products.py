"""User products of Global Selling on a real socket."""

from dataclasses import replace
from decimal import Decimal

import pytest

from meli_sdk import MeliSession, errors
from meli_sdk.models import (
    AttributeInput,
    AttributeValueInput,
    NewGlobalItem,
    SiteToSell,
    UserProductFamilyData,
    UserProductListing,
    UserProductUpdate,
)
from meli_sdk.sandbox import GLOBAL_SELLER_ID


@pytest.fixture
def products(box, selling) -> MeliSession:
    """The Global Selling seller once it has user products."""
    seller = box.world.users[GLOBAL_SELLER_ID]
    box.world.users[GLOBAL_SELLER_ID] = replace(seller, tags=("user_product_seller",))
    return selling


def shirt(name: str = "Red shirt M", *sites: str) -> NewGlobalItem:
    return NewGlobalItem(
        family_name=name,
        category_id="CBT12683",
        price=25,
        available_quantity=100,
        sites_to_sell=[SiteToSell(site, "remote") for site in sites or ("MLM",)],
    )


async def test_a_user_product_is_created_and_found_by_both_its_ids(products):
    api = products.marketplace.user_products
    made = await api.create(shirt("Red shirt M", "MLM", "MLB"))
    assert made.user_product_id.startswith("U")
    assert [row.site_id for row in made.listings] == ["MLM", "MLB"]
    found = await api.get(made.user_product_id)
    assert found.name == "Red shirt M"
    locals_ = await api.local_ids(made.user_product_id)
    assert locals_ == tuple(row.user_product_id for row in made.listings)
    assert await api.global_id(locals_[0]) == made.user_product_id
    assert (await api.mapping(made.user_product_id)).raw["user_product_id"] == made.user_product_id


async def test_version_2_is_asked_for(box, products):
    api = products.marketplace.user_products
    made = await api.create(shirt())
    await api.get(made.user_product_id)
    assert box.requests[-1].headers["x-api-version"] == "2"
    family = await api.family("CBT", int(made.family_id))
    assert box.requests[-1].headers["x-api-version"] == "2"
    assert family.user_products_ids == (made.user_product_id,)


async def test_a_site_that_refuses_is_a_row_with_its_cause(products):
    made = await products.marketplace.user_products.create(shirt("Blue shirt", "MLM", "MCO"))
    (refused,) = made.failed
    assert refused.item_id is None
    assert refused.errors[0].cause[0].cause_id == 5119
    (refusal,) = made.refusals
    assert (type(refusal), refusal.causes[0].cause_id) == (errors.NotConfiguredToListError, 5119)
    assert (refusal.site_id, refusal.logistic_type) == ("MCO", "remote")


async def test_refused_members_of_a_family_are_marked(products):
    api = products.marketplace.user_products
    wrong = {"family_name": "Shirt", "title": "no title here", "sites_to_sell": [{"site_id": "MLM"}], "price": 1}
    made = await api.create_family([shirt("Shirt"), wrong])
    made[0].raise_for_errors()
    assert made[0].user_product_id
    with pytest.raises(errors.PartialFailureError, match=r"refused.*validation_error") as raised:
        made[1].raise_for_errors()
    assert [type(error) for error in raised.value.exceptions] == [errors.ValidationFailedError]


GOOD = {"site_id": "MLB", "logistic_type": "remote", "item_id": "MLB1487700111", "user_product_id": "MLBU22012"}
BAD = {"site_id": "MLM", "logistic_type": "remote", "item_id": {"value": 17}}
LISTED = {"item_id": "CBT1234", "siteless_user_product_id": "U5", "site_items": [BAD, GOOD]}


@pytest.mark.parametrize(
    "publish",
    [
        lambda api: api.create(shirt()),
        lambda api: api.add_sites("U5", [SiteToSell("MLB", "remote"), SiteToSell("MLM", "remote")]),
    ],
    ids=["create", "add_sites"],
)
async def test_a_row_that_cannot_be_read_leaves_what_is_live_readable(me, fake, publish):
    fake.answer(200, LISTED)
    made = await publish(me.marketplace.user_products)
    assert (made.cbt_item_id, made.user_product_id) == ("CBT1234", "U5")
    assert [(row.item_id, row.user_product_id) for row in made.ok] == [("MLB1487700111", "MLBU22012")]
    assert [error.raw for error in made.unreadable] == [BAD]


async def test_a_member_that_cannot_be_read_leaves_its_family_readable(me, fake):
    odd = {"item_id": ["no", "text"], "site_items": []}
    fake.answer(200, [odd, LISTED, {**LISTED, "site_items": [GOOD]}])
    made = await me.marketplace.user_products.create_family([shirt()] * 3)
    assert [len(row.unreadable) for row in made] == [1, 1, 0]
    assert made[0].unreadable[0].raw == odd
    assert [[site.item_id for site in row.ok] for row in made[1:]] == [["MLB1487700111"]] * 2


async def test_sites_are_added(products):
    api = products.marketplace.user_products
    made = await api.create(shirt())
    more = await api.add_sites(made.user_product_id, [SiteToSell("MLB", "remote", net_proceeds="20.50")])
    assert more.listings[0].site_id == "MLB"
    assert len(await api.local_ids(made.user_product_id)) == 2


async def test_each_marketplace_item_has_an_outcome_of_its_own(box, products):
    api = products.marketplace.user_products
    made = await api.create(shirt())
    change = UserProductUpdate(
        listing_sites=[
            UserProductListing(listing_id=made.listings[0].item_id, price=Decimal("55.50")),
            UserProductListing(listing_id="MLM999", price=1),
        ]
    )
    done = await api.update(made.user_product_id, change)
    assert [row.success for row in done.listing_sites] == [True, False]
    assert [row.id for row in done.failed] == ["MLM999"]
    assert b'"price":55.50' in box.requests[-1].body


async def test_attributes_are_set_and_removed(box, products):
    api = products.marketplace.user_products
    made = await api.create(shirt())
    length = AttributeInput("PACKAGE_LENGTH", values=[AttributeValueInput(name="25 cm")])
    done = await api.update(made.user_product_id, UserProductUpdate(attributes=[length]))
    assert done.success
    gone = AttributeInput("PACKAGE_LENGTH", values=None)
    await api.update(made.user_product_id, UserProductUpdate(attributes=[gone]))
    assert box.requests[-1].body == b'{"attributes":[{"id":"PACKAGE_LENGTH","values":null}]}'
    assert (await api.get(made.user_product_id)).attributes == ()


async def test_pictures_are_the_whole_set(box, products):
    api = products.marketplace.user_products
    made = await api.create(shirt())
    assert (await api.set_pictures(made.user_product_id, ["655219-CBT8294374"])).success
    assert box.requests[-1].body == b'{"pictures":[{"id":"655219-CBT8294374"}]}'
    assert box.requests[-1].path == f"/user-products/{made.user_product_id}"


async def test_a_family_changes_as_a_whole(products):
    api = products.marketplace.user_products
    made = await api.create(shirt("Old name"))
    answer = await api.update_family(int(made.family_id), common=UserProductFamilyData(family_name="New name"))
    assert answer.raw["status"] == "processing"
    assert (await api.get(made.user_product_id)).name == "New name"


async def test_a_user_product_that_is_not_there(products):
    with pytest.raises(errors.NotFoundError, match="user-product not found") as raised:
        await products.marketplace.user_products.get("U5")
    assert raised.value.causes == ()
    assert raised.value.remedy


async def test_wrong_arguments_are_refused_before_the_call(fake, me):
    api = me.marketplace.user_products
    calls = [
        lambda: api.create_family([]),
        lambda: api.create_family([shirt()] * 11),
        lambda: api.add_sites("U1", []),
        lambda: api.add_sites("U1", [SiteToSell("MLX", "remote")]),
        lambda: api.add_sites("U1", [SiteToSell("MLM", "remote", price=1, net_proceeds=1)]),
        lambda: api.update("U1", UserProductUpdate()),
        lambda: api.update("U1", {}),
        lambda: api.update_family(5),
        lambda: api.update_family(5, common=UserProductFamilyData()),
        lambda: api.set_pictures("U1", []),
        lambda: api.set_pictures("U1", "655219-CBT8294374"),
        lambda: api.get("MLM1"),
        lambda: api.family("MLX", 5),
    ]
    for call in calls:
        with pytest.raises(errors.InputError):
            await call()
    assert fake.requests == []
