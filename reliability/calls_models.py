"""Bodies that Hypothesis makes for every model: a value of the declared type, or a `DecodeError`."""

import json
from collections import Counter
from contextlib import suppress
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.test_codec import ANY_JSON, ENTITIES, fits, json_keys, json_of_class

from meli_sdk.codec import decode, encode
from meli_sdk.errors import DecodeError
from reliability.figure import Figure

FULL = 100_000


class Cases:
    """What became of them."""

    def __init__(self) -> None:
        self.count: Counter[str] = Counter()
        self.wrong: list[str] = []

    def good(self, kind: type[Any], body: dict[str, Any]) -> None:
        """A documented shape: decodes to the declared types, and comes back as it was."""
        self.count["documented"] += 1
        try:
            found = decode(kind, body)
            same = json.loads(encode(found), parse_float=Decimal) == json.loads(encode(body), parse_float=Decimal)
            if not fits(found, kind) or not same:
                self.wrong.append(f"{kind.__name__}: not the declared types, or lost on the way back")
        except Exception as failure:  # noqa: BLE001  whatever escapes is what is looked for
            self.wrong.append(f"{kind.__name__}: {type(failure).__name__} for a documented shape")

    def any(self, kind: type[Any], body: object) -> None:
        """Anything else: a `DecodeError`, or the declared types and the value that came."""
        self.count["other"] += 1
        try:
            found = decode(kind, body)
            self.count["other, taken"] += 1
            if not fits(found, kind):
                self.wrong.append(f"{kind.__name__}: not the declared types")
            elif json.loads(encode(found), parse_float=Decimal) != json.loads(encode(body), parse_float=Decimal):
                self.wrong.append(f"{kind.__name__}: another value than came")
        except DecodeError:
            self.count["other, refused"] += 1
        except Exception as failure:  # noqa: BLE001  whatever escapes is what is looked for
            self.wrong.append(f"{kind.__name__}: {type(failure).__name__} escapes")

    def bytes(self, kind: type[Any], body: bytes) -> None:
        """Bytes that are mostly no JSON."""
        self.count["bytes"] += 1
        try:
            with suppress(DecodeError):
                decode(kind, body)
        except Exception as failure:  # noqa: BLE001  likewise
            self.wrong.append(f"{kind.__name__}: {type(failure).__name__} escapes from bytes")


def _try_all(kind: type[Any], rounds: int, cases: Cases) -> None:
    @settings(
        max_examples=rounds, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck)
    )
    @given(data=st.data())
    def each(data: st.DataObject) -> None:
        body = data.draw(json_of_class(kind))
        cases.good(kind, body)
        cases.any(kind, body | {data.draw(st.sampled_from(json_keys(kind))): data.draw(ANY_JSON)})
        cases.any(kind, data.draw(ANY_JSON))
        cases.bytes(kind, data.draw(st.binary(max_size=60)))

    each()


async def models(quick: bool) -> Figure:
    """Documented shapes, the same with one field of any JSON, any JSON at all, and any bytes, for every model in turn."""
    wanted = 1_000 if quick else FULL
    cases = Cases()
    rounds = max(1, wanted // (len(ENTITIES) * 4))
    for kind in ENTITIES:
        _try_all(kind, rounds, cases)
    total = sum(cases.count[name] for name in ("documented", "other", "bytes"))
    return Figure(
        promise="only DecodeError escapes, and no value is silently another one",
        kept=not cases.wrong and total >= wanted * 0.9,
        numbers={"models": len(ENTITIES), "cases": total, "by_kind": cases.count, "wrong": cases.wrong[:5]},
    )
