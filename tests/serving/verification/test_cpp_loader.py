import ast
import sys

import numpy as np
import pytest

from serving.verification import cpp_loader
from serving.verification.check import CheckFailed
from serving.verification.cpp_loader import CppModel, find_libraries


def test_the_process_imports_nothing_but_the_standard_library():
    tree = ast.parse(cpp_loader._PROGRAM.read_text(encoding="utf-8"))
    nodes = list(ast.walk(tree))
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module for node in nodes if isinstance(node, ast.ImportFrom)}
    assert {"ctypes", "json"} <= names
    assert {name.split(".")[0] for name in names} <= sys.stdlib_module_names


@pytest.fixture
def model(export):
    cpp_model = CppModel(export.path)
    yield cpp_model
    cpp_model.close()


def test_errors_of_runs_are_told_and_the_model_goes_on(model):
    images = {"serve_raw_images:0": np.zeros((2, 8, 6, 3), np.float32)}
    with pytest.raises(CheckFailed, match="the graph has no operation 'nothing'"):
        model.run({"nothing:0": np.zeros((1,), np.float32)}, ["StatefulPartitionedCall:0"])
    with pytest.raises(CheckFailed, match="neither a JPEG nor a PNG file"):
        model.run({"serve_bytes_images:0": [b"junk"]}, ["StatefulPartitionedCall_1:0"])
    (outputs,) = model.run(images, ["StatefulPartitionedCall_2:0"])
    assert outputs.shape == (2, 3)


def test_a_process_that_dies_is_reported(model, monkeypatch, tmp_path):
    program = tmp_path / "program.py"
    program.write_text("import sys; sys.exit('out of luck')")
    monkeypatch.setattr(cpp_loader, "_PROGRAM", program)
    for _ in range(2):
        with pytest.raises(CheckFailed, match=r"died with code 1: out of luck"):
            model.run({"x:0": np.zeros((1,), np.float32)}, ["y:0"])


def test_libraries_that_are_missing_are_named(monkeypatch, tmp_path):
    class Spec:
        submodule_search_locations = (str(tmp_path),)

    monkeypatch.setattr(cpp_loader, "find_spec", lambda name: Spec())
    with pytest.raises(CheckFailed, match="has no libtensorflow_framework"):
        find_libraries()
    monkeypatch.setattr(cpp_loader, "find_spec", lambda name: None)
    with pytest.raises(CheckFailed, match="TensorFlow is not installed"):
        find_libraries()
