import nbformat
import pytest

from docs.run_notebook import NOTEBOOK, run
from tests.helpers.processes import ROOT


def test_the_notebook_is_valid_and_stripped_of_its_outputs():
    notebook = nbformat.read(str(NOTEBOOK), as_version=4)
    nbformat.validate(notebook)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert len(cells) > 5
    assert all(cell.outputs == [] and cell.execution_count is None for cell in cells)


@pytest.mark.slow
def test_the_notebook_runs(tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path))
    run(tmp_path / "out.ipynb")
    cells = nbformat.read(str(tmp_path / "out.ipynb"), as_version=4).cells
    outputs = [output for cell in cells for output in cell.get("outputs", [])]
    pictures = [output for output in outputs if "image/png" in output.get("data", {})]
    assert len(pictures) == 2
    assert 0 < float(outputs[-1]["data"]["text/plain"]) <= 1
