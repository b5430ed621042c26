"""Collects every endpoint constant, the public methods that use it, and every error rule."""

import ast
import importlib
import inspect
import pkgutil
import textwrap
from collections.abc import Iterator, Mapping
from types import ModuleType
from typing import Any, NamedTuple

from meli_sdk import resources
from meli_sdk.auth import oauth
from meli_sdk.session import MeliSession
from meli_sdk.testing import FakeTransport
from meli_sdk.wire import error_rules
from meli_sdk.wire.endpoint import Endpoint
from meli_sdk.wire.error_rules import ErrorRule


class Row(NamedTuple):
    """One endpoint constant and the methods that call it."""

    constant: str
    endpoint: Endpoint[Any]
    methods: tuple[str, ...]


def modules() -> list[ModuleType]:
    """Every module of the resources, and the one of the tokens."""
    names = [found.name for found in pkgutil.iter_modules(resources.__path__, f"{resources.__name__}.")]
    return [oauth, *(importlib.import_module(name) for name in names)]


def endpoints() -> dict[str, Endpoint[Any]]:
    """Every endpoint constant by `module.NAME`, each where it was first met."""
    found: dict[int, tuple[str, Endpoint[Any]]] = {}
    for module in modules():
        for name, value in vars(module).items():
            if isinstance(value, Endpoint):
                found.setdefault(id(value), (f"{module.__name__}.{name}", value))
    return dict(sorted(found.values(), key=lambda one: (one[1].template, one[1].method, one[0])))


def rules() -> dict[ErrorRule, tuple[str, ...]]:
    """Every error rule of the package in one order, with the resources whose calls it belongs to; none: every call."""
    found: dict[ErrorRule, set[str]] = {rule: set() for rule in error_rules.GLOBAL_RULES}
    for row in table():
        faces_of = {name.rpartition(".")[0] for name in row.methods}
        for rule in row.endpoint.errors:
            if rule not in error_rules.GLOBAL_RULES:
                found.setdefault(rule, set()).update(faces_of)
    order = sorted(
        found, key=lambda one: (one.status, one.raises.__name__, _code(one), _text(one), one.remedy, one.doc)
    )
    return {rule: tuple(sorted(found[rule])) for rule in order}


def _code(rule: ErrorRule) -> str:
    return rule.code or (rule.code_like.pattern if rule.code_like else "")


def _text(rule: ErrorRule) -> str:
    return rule.says.pattern if rule.says else ""


class _Graph:
    """Which functions and endpoints a method reaches: by global names, and by what it calls of `self`."""

    def __init__(self) -> None:
        self._next: dict[tuple[object, type | None], set[tuple[object, type | None]]] = {}

    def endpoints_of(self, method: object, owner: type) -> set[int]:
        seen: set[tuple[object, type | None]] = set()
        waiting: list[tuple[object, type | None]] = [(method, owner)]
        found: set[int] = set()
        while waiting:
            function, holder = waiting.pop()
            if (function, holder) in seen:
                continue
            seen.add((function, holder))
            for value, kind in self._used(function, holder):
                if isinstance(value, Endpoint):
                    found.add(id(value))
                elif inspect.isfunction(value) and value.__module__.startswith(resources.__name__):
                    waiting.append((value, kind))
        return found

    def _used(self, function: Any, holder: type | None) -> set[tuple[object, type | None]]:  # noqa: ANN401  any function
        key = (function, holder)
        if key in self._next:
            return self._next[key]
        used: set[tuple[object, type | None]] = set()
        for node in ast.walk(ast.parse(textwrap.dedent(inspect.getsource(function)))):
            value: Any = None
            kind: type | None = None
            if isinstance(node, ast.Name):
                value = function.__globals__.get(node.id)
            elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                if node.value.id == "self" and holder is not None:
                    value, kind = inspect.getattr_static(holder, node.attr, None), holder
                elif inspect.ismodule(module := function.__globals__.get(node.value.id)):
                    value = vars(module).get(node.attr)
            if inspect.isclass(value):
                used.update((one, value) for one in vars(value).values() if inspect.isfunction(one))
                continue
            inner: Any = list(value.values()) if isinstance(value, Mapping) else value
            for one in inner if isinstance(inner, list | tuple) else (inner,):
                if isinstance(one, Endpoint) or inspect.isfunction(one):
                    used.add((one, kind))
        self._next[key] = used
        return used


def faces(holder: object, path: str = "") -> Iterator[tuple[str, type]]:
    """The resources that hang on a session, each with where it hangs."""
    for name, value in vars(holder).items():
        if not name.startswith("_") and type(value).__module__.startswith(resources.__name__):
            yield f"{path}{name}", type(value)
            yield from faces(value, f"{path}{name}.")


def methods() -> dict[str, tuple[object, type]]:
    """Every public method by its path from the session, and the class it is called on."""
    session = MeliSession("APP_USR-none", user_id=1, transport=FakeTransport())
    return {
        f"{path}.{name}": (method, kind)
        for path, kind in faces(session)
        for name, method in inspect.getmembers(kind, inspect.isfunction)
        if not name.startswith("_")
    }


def table() -> list[Row]:
    """Every endpoint with the public methods that use it."""
    graph = _Graph()
    users: dict[int, set[str]] = {id(oauth.EXCHANGE_TOKEN): {"app.connect"}, id(oauth.REVOKE_GRANT): {"app.disconnect"}}
    for name, (method, kind) in methods().items():
        for reached in graph.endpoints_of(method, kind):
            users.setdefault(reached, set()).add(name)
    return [Row(name, one, tuple(sorted(users.get(id(one), ())))) for name, one in endpoints().items()]
