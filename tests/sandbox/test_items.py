"""Whatever is sent as an item is listed or refused; nothing makes the sandbox fail."""

import json
from collections.abc import Iterator
from typing import Any

import aiohttp
from tests.goods import goods, variation

from meli_sdk.codec import encode
from meli_sdk.models import Relisting
from meli_sdk.sandbox import LOCAL_SELLER_ID, Sandbox

HOSTILE: tuple[Any, ...] = (None, "", "x", -1, 0.5, 1e400, True, [], {}, [[]], [{}], [None], {"id": []}, [{"id": {}}])


def spoiled(tree: Any) -> Iterator[Any]:
    """The tree with each part of it in turn, whole or deep inside, being something hostile."""
    parts = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, part in parts:
        for value in HOSTILE:
            copy = tree.copy()
            copy[key] = value
            yield copy
        for inner in spoiled(part):
            copy = tree.copy()
            copy[key] = inner
            yield copy


async def statuses(box: Sandbox, http: aiohttp.ClientSession, method: str, path: str, whole: Any) -> set[int]:
    """What comes of each spoiled body."""
    headers = {"Authorization": f"Bearer {box.token(LOCAL_SELLER_ID)}"}
    seen: set[int] = set()
    for body in spoiled(whole):
        text = json.dumps(body)
        async with http.request(method, path, data=text, headers=headers) as answer:
            assert answer.status < 500, text
            seen.add(answer.status)
    return seen


async def test_any_new_item_is_listed_or_refused(box, http):
    body = json.loads(encode(goods(variations=[variation("Azul"), variation("Rojo")])))
    assert await statuses(box, http, "POST", "/items", body) == {201, 400}


async def test_any_change_of_an_item_is_made_or_refused(box, http):
    headers = {"Authorization": f"Bearer {box.token(LOCAL_SELLER_ID)}"}
    body = json.loads(encode(goods(variations=[variation("Azul"), variation("Rojo")])))
    async with http.post("/items", json=body, headers=headers) as answer:
        item = await answer.json()
    at = f"/items/{item['id']}"
    rows = [{"id": one["id"], "available_quantity": 4, "price": 5} for one in item["variations"]]
    change = {
        "title": "Otro Titulo De Auriculares",
        "variations": rows,
        "shipping": {"mode": "me2"},
        "status": "active",
    }
    assert await statuses(box, http, "PUT", at, change) == {200, 400}
    assert await statuses(box, http, "POST", f"{at}/variations", body["variations"][0] | {"id": 5}) == {400}
    assert await statuses(box, http, "PUT", f"{at}/description", {"plain_text": "Suena"}) == {404}
    async with http.put(at, json={"status": "closed"}, headers=headers) as answer:
        assert answer.status == 200
    relisting = json.loads(encode(Relisting(listing_type_id="gold_pro", price=5, quantity=3)))
    assert await statuses(
        box, http, "POST", f"{at}/relist", relisting | {"variations": [{**rows[0], "quantity": []}]}
    ) <= {
        201,
        400,
    }
