"""What every endpoint and every error rule has: a page, a typed result, a method that says what it does, a test."""

import importlib
import re
from pathlib import Path
from typing import Any

import pytest

from meli_sdk import errors
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
