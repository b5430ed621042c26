"""What every endpoint and every error rule has: a page, a typed result, a method that says what it does, a test."""

import importlib
import itertools
import re
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from meli_sdk import errors
from meli_sdk.sandbox import routes
from meli_sdk.wire import endpoint as readers
from meli_sdk.wire.error_rules import ErrorRule

ROOT = Path(__file__).parent.parent
LEAST = 150


@pytest.fixture(scope="module")
def tables() -> Any:
    with pytest.MonkeyPatch.context() as patched:
        patched.syspath_prepend(str(ROOT / "tools"))
        return importlib.import_module("endpoint_tables")


@pytest.fixture(scope="module")
def rows(tables) -> Any:
    return tables.table()


def test_there_are_at_least_150_different_endpoints(rows):
    assert len({(row.endpoint.method, row.endpoint.template) for row in rows}) >= LEAST


def test_every_endpoint_names_the_page_that_documents_it(rows):
    pages = r"https://(?:developers|global-selling)\.mercadoli[bv]re\.(?:com|com\.[a-z]{2}|cl)/\S+"
    assert [row.constant for row in rows if not re.fullmatch(pages, row.endpoint.doc)] == []


def test_every_endpoint_is_called_by_a_public_method(rows):
    assert [row.constant for row in rows if not row.methods] == []


def test_no_endpoint_answers_an_untyped_tree(rows):
    assert [row.constant for row in rows if row.endpoint.reader is readers.tree] == []


def test_every_method_that_calls_says_what_it_does_and_where_it_is_documented(tables, rows):
    calling = {name for row in rows for name in row.methods}
    found = {name: method.__doc__ or "" for name, (method, _) in tables.methods().items() if name in calling}
    assert len(found) >= LEAST
    assert sorted(name for name, text in found.items() if "https://" not in text) == []


def test_every_endpoint_is_called_in_a_test(rows):
    words = set()
    for path in (ROOT / "tests").rglob("test_*.py"):
        words |= set(re.findall(r"\w+", path.read_text(encoding="utf-8")))
    assert [row.constant for row in rows if not {name.split(".")[-1] for name in row.methods} & words] == []


def test_every_error_rule_becomes_a_public_class_and_says_what_to_do(tables):
    rules = tables.rules()
    assert len(rules) >= LEAST
    assert [rule for rule in rules if getattr(errors, rule.raises.__name__, None) is not rule.raises] == []
    assert [rule for rule in rules if not rule.doc.startswith("https://")] == []
    assert [rule for rule in rules if not rule.remedy] == []


def test_every_error_rule_belongs_to_a_call(tables):
    values = [value for module in tables.modules() for value in vars(module).values()]
    held = [one for value in values for one in (value if isinstance(value, tuple) else (value,))]
    assert {rule for rule in held if isinstance(rule, ErrorRule)} - tables.rules().keys() == set()


UNPRINTED = {
    "GET /catalog_domains/{domain_id}/shipping_attributes",
    "GET /product-identifier/validator",
}
"""Calls whose answer no page prints: the sandbox has nothing to answer with."""
LOOKS = {"site_id": ("MLA", "CBT"), "user_product_id": ("MLAU1", "U1", "CBTU1")}
"""What ids look like where the sandbox tells kinds apart by them."""


async def test_the_sandbox_answers_every_endpoint_whose_answer_is_printed(rows):
    app = web.Application()
    app.add_routes(routes.ROUTES)
    silent: set[str] = set()
    for endpoint in (row.endpoint for row in rows):
        names = re.findall(r"{(\w+)}", endpoint.template)
        for ids in itertools.product(*(LOOKS.get(name, ("7",)) for name in names)):
            path = endpoint.template.format(**dict(zip(names, ids, strict=True)))
            if (await app.router.resolve(make_mocked_request(endpoint.method, path))).http_exception is None:
                break
        else:
            silent.add(f"{endpoint.method} {endpoint.template}")
    assert silent == UNPRINTED
