"""The world as a JSON file, so that it outlives the process.

Everything of the world is written but its clock, its options and the faults asked for, which belong to the run.
"""

import base64
import json
import os
import random
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, cast

from meli_sdk.sandbox import accounts, catalogue, desk, errors, market, notices, orders_book, state, stockroom

FORMAT: Final = 1
_KIND: Final = "$"
_OF_THE_RUN: Final = frozenset({"now", "options", "orders", "token_faults", "tell"})
_CLASSES: Final[Mapping[str, type]] = {
    found.__name__: found
    for module in (accounts, catalogue, desk, errors, market, notices, orders_book, state, stockroom)
    for found in vars(module).values()
    if isinstance(found, type) and is_dataclass(found)
}


def write(path: Path, world: state.World, seed: int) -> None:
    """Writes the world, whole or not at all.

    Raises:
        OSError: the file cannot be written.
    """
    kept = {name: value for name, value in vars(world).items() if name not in _OF_THE_RUN}
    tree = {
        "format": FORMAT,
        "seed": seed,
        "now": world.now().astimezone(UTC).isoformat(),
        "orders": [_plain(order) for order in world.orders.values()],
        "world": {name: _plain(value) for name, value in kept.items()},
    }
    beside = path.with_name(f"{path.name}.{os.getpid()}.new")
    with beside.open("w", encoding="utf-8") as file:
        json.dump(tree, file, ensure_ascii=False, separators=(",", ":"))
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)


def read(path: Path) -> dict[str, Any] | None:
    """What was written; None where there is no file yet.

    Raises:
        ValueError: the file holds something else.
        OSError: it cannot be read.
    """
    try:
        tree: object = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except ValueError:
        tree = None
    found = cast("dict[str, Any]", tree) if isinstance(tree, dict) else {}
    if found.get("format") != FORMAT:
        message = f"{path} is no state of this sandbox; name another file, or delete it"
        raise ValueError(message)
    return found


def seed_and_time(tree: Mapping[str, Any]) -> tuple[int, datetime]:
    """The seed the world was made with, and where its time goes on: where it stood, or now if that is later."""
    return int(tree["seed"]), max(datetime.fromisoformat(tree["now"]), datetime.now(UTC))


def restore(world: state.World, tree: Mapping[str, Any]) -> None:
    """Makes a new world what the file says."""
    for name, value in tree["world"].items():
        setattr(world, name, _made(value))
    for order in tree["orders"]:
        made = _made(order)
        world.orders[made.id] = made


def _plain(value: object) -> object:
    if value is None or isinstance(value, (str, int, float)):
        return value
    if value.__class__ is dict:
        pairs = cast("dict[object, object]", value)
        if all(isinstance(key, str) and not key.startswith(_KIND) for key in pairs):
            return {key: _plain(inner) for key, inner in pairs.items()}
        return {_KIND: "map", "v": [[_plain(key), _plain(inner)] for key, inner in pairs.items()]}
    if value.__class__ is list:
        return _all(cast("list[object]", value))
    for kind, (of, unmade, _) in _KINDS.items():
        if isinstance(value, of):
            return {_KIND: kind, "v": unmade(value)}
    named = {name: _plain(getattr(value, name)) for name in _field_names(value)}
    return {_KIND: type(value).__name__, "v": named}


def _field_names(value: object) -> Iterable[str]:
    """Of a dataclass of the world; an order's watcher is its book's, not its own."""
    return (field.name for field in fields(_CLASSES[type(value).__name__]) if field.name != "watcher")


def _made(value: object) -> Any:  # noqa: ANN401  a tree of anything
    if isinstance(value, list):
        return [_made(inner) for inner in cast("list[object]", value)]
    if not isinstance(value, dict):
        return value
    pairs = cast("dict[str, Any]", value)
    kind = pairs.get(_KIND)
    if kind is None:
        return {key: _made(inner) for key, inner in pairs.items()}
    held = pairs["v"]
    if kind == "map":
        return {_made(key): _made(inner) for key, inner in held}
    if kind in _KINDS:
        return _KINDS[kind][2](held)
    return _CLASSES[kind](**{name: _made(inner) for name, inner in held.items()})


def _all(values: Iterable[object]) -> list[object]:
    return [_plain(value) for value in values]


def _counted(rows: list[list[Any]]) -> Counter[Any]:
    return Counter({_made(key): number for key, number in rows})


def _random(rows: list[Any]) -> random.Random:
    version, inner, gauss = rows
    made = random.Random()
    made.setstate((version, tuple(inner), gauss))
    return made


_KINDS: Final[Mapping[str, tuple[type, Callable[[Any], Any], Callable[[Any], Any]]]] = {
    "decimal": (Decimal, str, Decimal),
    "moment": (datetime, datetime.isoformat, datetime.fromisoformat),
    "day": (date, date.isoformat, date.fromisoformat),  # a datetime is a date too: it stands above
    "bytes": (bytes, lambda value: base64.b64encode(value).decode(), base64.b64decode),
    "tuple": (tuple, _all, lambda rows: tuple(_made(rows))),
    "set": (set, lambda value: _all(sorted(value)), lambda rows: set(_made(rows))),
    "frozenset": (frozenset, lambda value: _all(sorted(value)), lambda rows: frozenset(_made(rows))),
    "counter": (Counter, lambda value: [[_plain(key), number] for key, number in value.items()], _counted),
    "random": (random.Random, lambda value: list(value.getstate()), _random),
}
"""Class, how it is written, how it is made again."""
