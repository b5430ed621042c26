"""The dump of a site's categories: https://global-selling.mercadolibre.com/devsite/category-dump"""

import gzip
import hashlib
from collections import Counter
from typing import Final

from aiohttp import web

from meli_sdk.sandbox.answers import WORLD, json_bytes, moment_utc
from meli_sdk.sandbox.categories import category_body
from meli_sdk.sandbox.errors import JsonObject, refusal
from meli_sdk.sites import SITES


async def get_dump(request: web.Request) -> web.Response:
    """`GET` and `HEAD /sites/{site}/categories/all`: compressed; the checksum is that of the uncompressed bytes."""
    world, site_id = request.app[WORLD], request.match_info["site_id"]
    if site_id not in SITES:
        raise refusal(400, "bad_request", "site is not valid")
    tree: dict[str, JsonObject] = {
        category.id: category_body(world, category, Counter())  # the dump is older than the items
        for category in world.categories.values()
        if category.site_id == site_id
    }
    if request.query.get("withAttributes") == "true":
        for category_id, body in tree.items():
            body["attributes"] = world.categories[category_id].attributes
    content = json_bytes(tree)
    made = world.now().replace(hour=0, minute=0, second=0, microsecond=0)
    return web.Response(
        body=gzip.compress(content, mtime=0),
        content_type="application/json",
        headers={
            "Content-Encoding": "gzip",
            "X-Content-Created": moment_utc(made),
            "X-Content-MD5": hashlib.md5(content, usedforsecurity=False).hexdigest(),
        },
    )


ROUTES: Final = (web.get("/sites/{site_id}/categories/all", get_dump),)
