"""The examples run as they are, and what `help` says about the search reads well."""

import pydoc
import subprocess
import sys
from pathlib import Path

import pytest

from meli_sdk import MeliSession
from meli_sdk.testing import FakeTransport

EXAMPLES = sorted((Path(__file__).parent.parent / "examples").glob("*.py"))


@pytest.mark.parametrize("path", EXAMPLES, ids=[path.stem for path in EXAMPLES])
def test_the_example_runs(path):
    run = subprocess.run([sys.executable, str(path)], capture_output=True, text=True, check=False, timeout=100)
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout


def test_help_about_the_search_of_orders_names_every_argument_and_the_page():
    search = MeliSession("APP_USR-invented", user_id=1, transport=FakeTransport()).orders.search
    text = pydoc.render_doc(search, renderer=pydoc.plaintext)
    for part in (
        "status",
        "created_from",
        "updated_to",
        "page_size",
        "Raises:",
        "InputError",
        "Documented at https://",
    ):
        assert part in text
