"""From bytes to models: a page of fifty orders, and an item with thirty variations."""

import time
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any

import msgspec
import orjson
from pydantic import create_model

from benchmarks import bodies, rivals
from benchmarks.figures import Contender, Figure, minima
from meli_sdk.codec import Codec
from meli_sdk.models import Item, Order

AT_MOST = 3.0
"""Times `orjson.loads`, which makes dictionaries and inexact fractions."""
CATTRS_AT_LEAST = 2.0
"""So many times slower is stock cattrs with hooks as strict as ours."""

Way = Callable[[], Any]


def spent(way: Way, loops: int) -> Contender:
    """CPU seconds of one run."""

    def run() -> float:
        start = time.process_time_ns()
        for _ in range(loops):
            way()
        return (time.process_time_ns() - start) / loops / 1e9

    return run


def _ways() -> Mapping[str, Mapping[str, Way]]:
    page, item = bodies.dump(bodies.orders_page()), bodies.dump(bodies.item())
    codec = Codec()
    parse = msgspec.json.Decoder(float_hook=Decimal).decode
    converter = rivals.stock_cattrs(Order, Item)
    orders, one_item = converter.get_structure_hook(tuple[Order, ...]), converter.get_structure_hook(Item)
    pydantic_page = create_model("Page", results=(list[rivals.as_pydantic(Order)], ...))
    pydantic_item = rivals.as_pydantic(Item)

    def ours() -> Any:
        body: Any = codec.parse(page)
        return codec.rows(body["results"], Order)[0]

    return {
        "a page of 50 orders": {
            "orjson.loads": lambda: orjson.loads(page),
            "msgspec to plain objects": lambda: parse(page),
            "meli_sdk": ours,
            "stock cattrs": lambda: orders(parse(page)["results"], None),
            "pydantic": lambda: tuple(pydantic_page.model_validate_json(page).results),
        },
        "an item with 30 variations": {
            "orjson.loads": lambda: orjson.loads(item),
            "msgspec to plain objects": lambda: parse(item),
            "meli_sdk": lambda: codec.structure(codec.parse(item), Item),
            "stock cattrs": lambda: one_item(parse(item), Item),
            "pydantic": lambda: pydantic_item.model_validate_json(item),
        },
    }


def figures(*, quick: bool) -> Iterator[Figure]:
    for body, ways in _ways().items():
        ours = ways["meli_sdk"]()
        assert ours == ways["stock cattrs"](), "stock cattrs decodes to other values: nothing to compare"
        assert rivals.same(ours, ways["pydantic"]()), "pydantic decodes to other values: nothing to compare"
        loops, rounds = (2, 9) if quick else (5, 41)
        best = minima({name: spent(way, loops) for name, way in ways.items()}, rounds)
        base = best.pop("orjson.loads")
        for name, seconds in best.items():
            at_most = AT_MOST if name == "meli_sdk" else None
            yield Figure(name=f"decode {body}", of=name, to="orjson.loads", ratio=seconds / base, at_most=at_most)
        for name in ("stock cattrs", "pydantic"):
            ratio, at_least = best[name] / best["meli_sdk"], CATTRS_AT_LEAST if name == "stock cattrs" else None
            yield Figure(name=f"decode {body}", of=name, to="meli_sdk", ratio=ratio, at_least=at_least)
