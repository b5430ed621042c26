"""A project outside the tree that has the built wheel and nothing else of this one. Run by the `wheel` session.

python tools/external.py PYTHON FOLDER: the interpreter that has the wheel, and where the project goes.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

TEN = 10
PROJECT = Path(__file__).parent / "external_project"


def main() -> None:
    """Type-checks the project, runs it against `meli sandbox`, and runs its tests."""
    python, folder = Path(sys.argv[1]), Path(sys.argv[2])
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(PROJECT, folder)
    clean = {name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "VIRTUAL_ENV"}}
    test = folder / "test_import.py"
    assert len(test.read_text(encoding="utf-8").splitlines()) <= TEN

    def run(*command: str, **more: str) -> None:
        subprocess.run([*command], cwd=folder, env={**clean, **more}, check=True, timeout=300)

    run(sys.executable, "-m", "pyright", "--pythonpath", str(python))
    box = subprocess.Popen(
        [str(python), "-m", "meli_sdk.cli", "sandbox", "--port", "0"],
        cwd=folder,
        env=clean,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert box.stdout is not None
        url = json.loads(box.stdout.readline())["url"]
        run(str(python), "import_orders.py", MELI_API_URL=url)
    finally:
        box.terminate()
        box.wait(60)
    run(str(python), "-m", "pytest", "-q", "-p", "no:cacheprovider")
    print("a project outside the tree works with the wheel alone")


if __name__ == "__main__":
    main()
