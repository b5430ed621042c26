"""The example notebook runs from top to bottom in a kernel of its own."""

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

NOTEBOOK = Path(__file__).parents[2] / "examples" / "exploring_an_account.ipynb"


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning", "ignore:Proactor:RuntimeWarning")
async def test_the_example_notebook_runs_and_draws_three_pictures():
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    assert not any(cell.get("outputs") for cell in notebook.cells)
    await NotebookClient(notebook, timeout=50, kernel_name="python3").async_execute()
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    assert not [output for output in outputs if output.output_type == "error"]
    kinds = [kind for output in outputs if "data" in output for kind in output.data]
    assert kinds.count("image/png") == 3
    assert kinds.count("text/html") >= 4
    assert not [output for output in outputs if "APP_USR-" in str(output)]
