"""Writes src/meli_sdk/models/__init__.py: every public class of the modules beside it, loaded when it is first asked for.

python tools/models_index.py            writes it
python tools/models_index.py --check    exits with 1 where it is not what would be written
"""

import ast
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "src" / "meli_sdk" / "models"
INDEX = FOLDER / "__init__.py"
VALUES = {
    "base": ["IntId", "JsonValue", "SiteLocal", "StrId", "UNSET", "Unset"],
    "items": ["SELLER_SKU"],
    "items_requests": ["NOT_APPLICABLE"],
    "shipments_status": ["HANDED_OVER", "PUSHED_SUBSTATUSES", "STATUS_RANKS", "SUBSTATUSES", "has_left_seller"],
    "shipments_tracking": ["ME1_SERVICES", "ME1_SUBSTATUSES"],
}
"""What is exported beside the classes."""
TEXT = '''"""What Mercado Libre says, as attrs classes. Each is loaded when it is first asked for.

Written by tools/models_index.py from the modules beside it.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
{imports}

_HOMES = {{
{homes}
}}

__all__ = [
{names}
]


def __getattr__(name: str) -> Any:  # noqa: ANN401  PEP 562
    if name in _HOMES:
        found = globals()[name] = getattr(import_module(f"meli_sdk.models.{{_HOMES[name]}}"), name)
        return found
    if name in _HOMES.values():
        return import_module(f"meli_sdk.models.{{name}}")
    message = f"module 'meli_sdk.models' has no attribute {{name!r}}"
    raise AttributeError(message)


def __dir__() -> list[str]:
    return [*__all__]
'''


def exported(module: Path) -> list[str]:
    """The public classes that a module defines, and the values that are exported with them."""
    tree = ast.parse(module.read_text(encoding="utf-8"))
    classes = [node.name for node in tree.body if isinstance(node, ast.ClassDef) and not node.name.startswith("_")]
    return sorted([*classes, *VALUES.get(module.stem, [])])


def text() -> str:
    """The index as it should be."""
    homes: dict[str, str] = {}
    imports: list[str] = []
    for module in sorted(FOLDER.glob("*.py")):
        if module == INDEX or not (names := exported(module)):
            continue
        twice = [f"{name} ({homes[name]}, {module.stem})" for name in names if name in homes]
        if twice:
            sys.exit(f"two models of one name: {', '.join(twice)}")
        homes |= dict.fromkeys(names, module.stem)
        imports.append(f"    from meli_sdk.models.{module.stem} import {', '.join(names)}")
    return formatted(
        TEXT.format(
            imports="\n".join(imports),
            homes="\n".join(f'    "{name}": "{home}",' for name, home in sorted(homes.items())),
            names="\n".join(f'    "{name}",' for name in sorted(homes)),
        )
    )


def formatted(source: str) -> str:
    """The source as ruff wants it."""
    for command in (["check", "--fix-only", "--quiet"], ["format", "--quiet"]):
        arguments = [sys.executable, "-m", "ruff", *command, "--stdin-filename", str(INDEX), "-"]
        source = subprocess.run(arguments, input=source, capture_output=True, text=True, check=True, cwd=ROOT).stdout
    return source


def main() -> None:
    """Writes or checks."""
    wanted = text()
    if "--check" not in sys.argv:
        INDEX.write_text(wanted, encoding="utf-8")
    elif INDEX.read_text(encoding="utf-8") != wanted:
        sys.exit("src/meli_sdk/models/__init__.py is not up to date: run python tools/models_index.py")


if __name__ == "__main__":
    main()
