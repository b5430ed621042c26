"""Categories over a real socket: the tree, what its leaves ask for, domains, predictions, the dump."""

import pytest

from meli_sdk import errors
from meli_sdk.models import KnownAttribute

LEAF, DOMAIN = "MLA438295", "MLA-FANS"


async def test_the_tree_is_walked_from_its_roots_to_its_leaves(local):
    roots = await local.categories.roots("MLA")
    assert "MLA5726" in [root.id for root in roots]
    root = await local.categories.get("MLA5726")
    (below,) = root.children_categories
    middle = await local.categories.get(below.id)
    assert LEAF in [child.id for child in middle.children_categories]
    leaf = await local.categories.get(LEAF)
    assert [step.id for step in leaf.path_from_root] == ["MLA5726", below.id, LEAF]
    assert [one.settings.listing_allowed for one in (root, middle, leaf)] == [False, False, True]
    with pytest.raises(errors.CategoryNotFoundError) as raised:
        await local.categories.get("MLA999999")
    assert raised.value.category_id == "MLA999999"


async def test_a_category_counts_the_items_for_sale_in_it_and_below(box, local):
    before = (await local.categories.get("MLA1000")).total_items_in_this_category
    await local.items.pause("MLA1402200124")
    after = await local.categories.get("MLA1000")
    assert after.total_items_in_this_category == before - 1
    assert [child.total_items_in_this_category for child in after.children_categories] == [before - 1]


async def test_the_form_of_a_category_asks_for_what_its_attributes_name(local):
    attributes = {one.id: one for one in await local.categories.attributes(LEAF)}
    form = {one.id: one for one in (await local.categories.technical_specs(LEAF)).attributes}
    assert form.keys() == attributes.keys()
    assert all(form[name].has_tag(tag) for name in form for tag in ("required",) if attributes[name].has_tag(tag))
    assert attributes["BRAND"].has_tag("required")
    shown = [one.id for one in (await local.categories.displayed_specs(LEAF)).attributes]
    assert "BRAND" in shown
    assert "SELLER_SKU" not in shown
    fields = [
        part.component for group in (await local.categories.technical_specs(LEAF)).groups for part in group.components
    ]
    assert {"COMBO", "TEXT_INPUT", "NUMBER_UNIT_INPUT"} <= set(fields)
    assert [one.id for one in (await local.categories.domain_specs(DOMAIN)).input.attributes] == list(form)


async def test_listing_types_shipping_and_sale_terms_of_a_category(local):
    assert "gold_special" in [one.id for one in await local.categories.listing_types(LEAF)]
    preferences = await local.categories.shipping_preferences(LEAF)
    assert "me2" in [row.mode for row in preferences.logistics]
    assert (await local.categories.sale_terms(LEAF)).term("WARRANTY_TYPE")
    for ask in (local.categories.listing_types, local.categories.shipping_preferences, local.categories.sale_terms):
        with pytest.raises(errors.CategoryNotFoundError):
            await ask("MLA999999")


async def test_an_identifier_is_required_once_the_brand_sells_with_identifiers(box, local):
    brand = {"id": "BRAND", "value_name": "Brisa Austral"}

    async def required(**more):
        asked = {"attributes": [brand, {"id": "MODEL", "value_name": "V20"}, *([more] if more else [])]}
        found = await local.categories.conditional_attributes(LEAF, asked)
        return [one.id for one in found.required_attributes]

    assert await required() == []
    listing = box.world.listings["MLA1402200117"]
    for number in range(30):
        sold = [brand, {"id": "GTIN", "value_name": f"77900000000{number}"}]
        box.world.listings[f"MLA77{number}"] = type(listing)(
            id=f"MLA77{number}", site_id="MLA", seller_id=1, owner_id=1, title="x", category_id=LEAF,
            price=listing.price, currency_id="ARS", available_quantity=1, created=listing.created,
            updated=listing.updated, attributes=sold,
        )  # fmt: skip
    assert await required() == ["GTIN"]
    assert await required(id="GTIN", value_name="7790000000001") == []
    assert await required(id="EMPTY_GTIN_REASON", value_id="17055158") == []


async def test_a_title_leads_to_its_category_and_the_values_it_names(local):
    best, *others = await local.categories.discover("MLA", "Ventilador de pie Brisa Austral 20 pulgadas")
    assert (best.category_id, best.domain_id) == (LEAF, DOMAIN)
    assert [(one.id, one.value_name) for one in best.attributes] == [("BRAND", "Brisa Austral")]
    assert [one.category_id for one in others] == ["MLA438296"]
    assert len(await local.categories.discover("MLA", "ventilador", limit=1)) == 1
    assert await local.categories.discover("MLA", "ventilador", target="classified") == ()
    assert await local.categories.discover("MLA", "zapatillas") == ()
    assert (await local.categories.discover("CBT", "USB cable"))[0].category_id == "CBT5849"


async def test_a_domain_has_its_name_and_categories(local):
    assert (await local.categories.domain(DOMAIN)).id == DOMAIN
    assert [one.id for one in await local.categories.of_domain(DOMAIN)] == ["MLA438295", "MLA438296"]
    for ask in (local.categories.domain, local.categories.of_domain, local.categories.domain_specs):
        with pytest.raises(errors.NotFoundError):
            await ask("MLA-NOTHING")


async def test_the_top_values_are_those_of_the_items(box, local):
    own = [one for one in box.world.listings.values() if one.category_id == "MLA3697"][:3]
    for listing, brand, model in zip(own, ("206", "206", "207"), ("L20", "L20", "L30"), strict=True):
        listing.attributes += [
            {"id": "BRAND", "value_id": brand, "value_name": f"Marca {brand}"},
            {"id": "MODEL", "value_id": None, "value_name": model},
        ]
    top = await local.categories.top_values("MLA-HEADPHONES", "MODEL")
    assert [(one.name, one.metric) for one in top] == [("L20", 2), ("L30", 1)]
    assert [one.name for one in await local.categories.top_values("MLA-HEADPHONES", "MODEL", limit=1)] == ["L20"]
    known = [KnownAttribute(id="BRAND", value_id="207")]
    assert [one.name for one in await local.categories.top_values("MLA-HEADPHONES", "MODEL", known=known)] == ["L30"]


async def test_the_dump_is_the_whole_tree_and_its_checksum_that_of_its_bytes(local):
    dump = await local.categories.dump("MLA", with_attributes=True)
    assert dump.checksum_matches
    assert dump.head.created
    assert [one.id for one in dump.roots()] == [one.id for one in await local.categories.roots("MLA")]
    assert LEAF in [one.id for one in dump.leaves()]
    assert [one.id for one in dump.rules(LEAF).attributes] == [
        one.id for one in await local.categories.attributes(LEAF)
    ]
    with pytest.raises(errors.InputError):
        await local.categories.dump("mla")


async def test_a_dump_is_downloaded_again_only_when_a_category_changed(box, local, tmp_path):
    async def asked():
        before = len(box.requests)
        found = await local.categories.dump("MLA", cache=tmp_path)
        return [request.method for request in box.requests[before:]], len(found.categories)

    first, many = await asked()
    assert first == ["HEAD", "GET"]
    await local.items.pause("MLA1402200124")
    assert await asked() == (["HEAD"], many)
    del box.world.categories["MLA438301"]
    assert await asked() == (["HEAD", "GET"], many - 1)
    assert len(list(tmp_path.iterdir())) == 1
