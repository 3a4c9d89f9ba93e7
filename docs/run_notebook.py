"""Run the example notebook: `python -m docs.run_notebook FILE`, which gets it with its outputs."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import nbformat
from nbclient import NotebookClient

NOTEBOOK = Path(__file__).with_name("example.ipynb")
_CELL_SECONDS = 600


def run(target: Path) -> None:
    """Run the notebook in a temporary folder, and keep it with what it showed.

    Args:
        target: The file to write. Its folder is made.

    Raises:
        nbclient.exceptions.CellExecutionError: If a cell fails.
    """
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    with tempfile.TemporaryDirectory() as folder:
        resources = {"metadata": {"path": folder}}
        NotebookClient(notebook, timeout=_CELL_SECONDS, resources=resources).execute()
    target.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, target)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m docs.run_notebook FILE")
    run(Path(sys.argv[1]))
