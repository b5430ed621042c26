"""What the README shows must be true of the package."""

import ast
import re
from importlib import import_module
from pathlib import Path

import pytest

README = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")
SNIPPETS = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
COMMANDS = re.findall(r"^\$ (.+?)(?: {2,}#.*)?$", README, re.MULTILINE)


def test_the_two_commands_are_there() -> None:
    assert 'pip install ".[cli]" && meli demo' in COMMANDS
    assert "pip install nox && nox" in COMMANDS


@pytest.mark.parametrize("snippet", SNIPPETS, ids=range(len(SNIPPETS)))
def test_snippets_are_python_and_import_what_exists(snippet: str) -> None:
    tree = compile(snippet, "README.md", "exec", flags=ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            assert node.module
            for alias in node.names:
                assert hasattr(import_module(node.module), alias.name), f"{node.module}.{alias.name}"


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\]\((?!https?:)([^)#]+)", README))))
def test_links_lead_somewhere(target: str) -> None:
    assert (Path(__file__).parent.parent / target).exists()
