"""The page's "Guide to modify items": one test for each of its 16 rows, on the sandbox over a real socket."""

import json

import pytest

from meli_sdk.errors import InputError
from meli_sdk.models import ItemChanges, Warranty
from meli_sdk.resources.modify_guide import MODIFY_GUIDE, GuideRow

ITEM = "MLM1487703748"
VALUES = {
    "title": "Solar String Lights 12 m",
    "available_quantity": 7,
    "category_id": "MLM1055",
    "condition": "new",
    "price": "11.23",
    "warranty": Warranty("2230280", "6 months"),
    "sale_terms": [{"id": "WARRANTY_TYPE", "value_id": "6150835"}],
    "attributes": [{"id": "MODEL", "value_name": "Solar 12"}],
    "pictures": [{"source": "https://pictures.example.com/1.jpg"}],
    "variations": [{"id": 17, "price": 12.5}],
    "description": "Twelve metres of light.",
    "status": "paused",
    "listing_type_id": "gold_pro",
    "buying_mode": "buy_it_now",
    "currency_id": "USD",
    "video_id": "abc123",
}
BODIES = {
    "title": {"title": "Solar String Lights 12 m"},
    "available_quantity": {"available_quantity": 7},
    "category_id": {"category_id": "MLM1055"},
    "condition": {"attributes": [{"id": "ITEM_CONDITION", "value_id": "2230284", "value_name": "New"}]},
    "price": {"price": 11.23},
    "warranty": {
        "sale_terms": [
            {"id": "WARRANTY_TYPE", "value_id": "2230280"},
            {"id": "WARRANTY_TIME", "value_name": "6 months"},
        ]
    },
    "sale_terms": {"sale_terms": [{"id": "WARRANTY_TYPE", "value_id": "6150835"}]},
    "attributes": {"attributes": [{"id": "MODEL", "value_name": "Solar 12"}]},
    "pictures": {"pictures": [{"source": "https://pictures.example.com/1.jpg"}]},
    "variations": {"variations": [{"id": 17, "price": 12.5}]},
    "description": {"description": {"plain_text": "Twelve metres of light."}},
    "status": {"status": "paused"},
}
PAGE = {
    "listing_type_id": None,
    "title": "/marketplace/items/{item_id}",
    "available_quantity": "/items/{item_id}",
    "category_id": "/items/{item_id}",
    "buying_mode": None,
    "currency_id": None,
    "condition": "/items/{item_id}",
    "price": "/marketplace/items/{item_id}",
    "warranty": "/items/{item_id}",
    "sale_terms": "/items/{item_id}",
    "attributes": "/items/{item_id}",
    "pictures": "/items/{item_id}",
    "video_id": None,
    "variations": "/items/{item_id}",
    "description": "/marketplace/items/{item_id}",
    "status": "/marketplace/items/{item_id}",
}


def test_the_table_is_the_pages():
    assert {name: row.resource for name, row in MODIFY_GUIDE.items()} == PAGE


@pytest.mark.parametrize("row", MODIFY_GUIDE.values(), ids=lambda row: row.field)
async def test_each_row_of_the_guide_goes_to_its_resource_or_is_refused(me, fake, row: GuideRow):
    changes = ItemChanges(**{row.field: VALUES[row.field]})
    if row.resource is None:
        with pytest.raises(InputError, match=f"{row.field} cannot be changed"):
            await me.marketplace.modify(ITEM, changes, logistic_type="remote")
        assert fake.paths() == []
        return
    fake.answer(200, {})
    result = await me.marketplace.modify(ITEM, changes, logistic_type="remote")
    assert fake.paths() == [f"PUT {row.resource.format(item_id=ITEM)}"]
    assert json.loads(fake.requests[0].body) == BODIES[row.field]
    assert [(part.resource, part.fields, part.state) for part in result.parts] == [
        (row.resource, (row.field,), "applied")
    ]


EFFECTS = {
    "title": lambda found: found.title == "Solar String Lights 12 m",
    "price": lambda found: str(found.price) == "11.23",
    "status": lambda found: found.status == "paused",
    "available_quantity": lambda found: found.available_quantity == 7,
    "attributes": lambda found: "Solar 12" in {attribute.value_name for attribute in found.attributes},
    "sale_terms": lambda found: "6150835" in {term.value_id for term in found.sale_terms},
    "warranty": lambda found: "6 months" in {term.value_name for term in found.sale_terms},
}


@pytest.mark.parametrize("field", EFFECTS)
async def test_a_change_is_seen_by_the_next_read(selling, field):
    await selling.marketplace.modify(ITEM, ItemChanges(**{field: VALUES[field]}), logistic_type="remote")
    assert EFFECTS[field](await selling.marketplace.get(ITEM))
