"""`meli_sdk.models` names every model, and loads each when it is first asked for."""

import subprocess
import sys
from pathlib import Path

import pytest

from meli_sdk import models

ROOT = Path(__file__).parents[2]


def test_the_index_is_what_its_tool_writes():
    command = [sys.executable, "tools/models_index.py", "--check"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr


def test_every_name_leads_to_what_it_says():
    for name in models.__all__:
        assert getattr(models, name) is not None
    assert set(models.__all__) <= set(dir(models))


def test_a_module_of_models_is_reached_by_its_name():
    assert models.orders.Order is models.Order


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="NothingOfTheKind"):
        _ = models.NothingOfTheKind


def test_one_model_loads_its_own_module_and_no_other_resource():
    code = "import sys\nfrom meli_sdk.models import Order\nprint(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = {name.removeprefix("meli_sdk.models.") for name in run.stdout.split() if "meli_sdk.models." in name}
    assert "orders" in loaded
    assert loaded <= {"orders", "base", "html"}
