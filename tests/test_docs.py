"""The documentation says what the code does."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent


def test_pages_that_are_tables_in_code_are_up_to_date() -> None:
    run = subprocess.run(
        [sys.executable, "tools/reference_pages.py", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
