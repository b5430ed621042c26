"""The package as a whole: what it builds on, what it exports, what an import costs."""

import ast
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import meli_sdk

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src" / "meli_sdk"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def imported(path: Path) -> set[str]:
    """The top-level packages that a file imports."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.split(".")[0])
    return names


IMPORTED = {name for path in SOURCE.rglob("*.py") for name in imported(path)}


@pytest.mark.parametrize(
    "names", [{"aiohttp"}, {"attr", "attrs"}, {"cattrs"}, {"yarl"}, {"aiolimiter"}, {"msgspec"}], ids=sorted
)
def test_every_core_dependency_is_used(names: set[str]) -> None:
    assert names & IMPORTED


def test_every_core_dependency_that_is_imported_is_declared() -> None:
    declared = {entry.split(">")[0] for entry in PROJECT["project"]["dependencies"]}
    assert declared == {"aiohttp", "attrs", "cattrs", "yarl", "aiolimiter", "msgspec"}


@pytest.mark.parametrize("tool", ["pytest", "pytest-asyncio", "aioresponses", "mkdocs-material"])
def test_development_requirements_name_and_pin_the_tool(tool: str) -> None:
    groups = PROJECT["dependency-groups"]
    named = {
        entry.split(">")[0].split("[")[0] for group in groups.values() for entry in group if isinstance(entry, str)
    }
    assert tool in named
    assert f"\n{tool}==" in (ROOT / "requirements-dev.txt").read_text(encoding="utf-8")


def test_pinned_requirements_name_no_address() -> None:
    text = (ROOT / "requirements-dev.txt").read_text(encoding="utf-8")
    assert not [line for line in text.splitlines() if "://" in line or line.startswith("--index")]


@pytest.mark.parametrize("name", meli_sdk.__all__)
def test_every_public_name_is_importable(name: str) -> None:
    assert getattr(meli_sdk, name) is not None


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="nothing_of_the_kind"):
        _ = meli_sdk.nothing_of_the_kind


def test_public_names_are_sorted_and_listed() -> None:
    assert set(meli_sdk.__all__) <= set(dir(meli_sdk))
    assert len(set(meli_sdk.__all__)) == len(meli_sdk.__all__)


def test_the_version_is_written_once() -> None:
    assert meli_sdk.__version__ == "0.1.0"
    assert "version" in PROJECT["project"]["dynamic"]


def loaded_after(statement: str) -> set[str]:
    """The top-level modules that a fresh interpreter holds after a statement."""
    code = f"import sys\n{statement}\nprint(*{{name.split('.')[0] for name in sys.modules}})"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(run.stdout.split())


@pytest.mark.parametrize(
    "statement", ["import meli_sdk", "import meli_sdk.models, meli_sdk.errors", "from meli_sdk.models import Order"]
)
def test_models_and_errors_load_neither_http_nor_codec(statement: str) -> None:
    assert not loaded_after(statement) & {"aiohttp", "cattrs", "msgspec", "yarl", "aiolimiter"}
