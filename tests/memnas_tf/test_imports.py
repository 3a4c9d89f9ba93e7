"""What may import what."""

import ast
from pathlib import Path

import pytest

from tests.helpers.processes import ROOT, run_python

PACKAGES = ("memnas_tf", "tuner", "serving", "memnas_cli", "benchmarks")
ALLOWED = {
    "memnas_tf": {"memnas_tf"},
    "tuner": {"memnas_tf", "tuner"},
    "serving": {"memnas_tf", "serving"},
    "memnas_cli": {"memnas_tf", "tuner", "serving", "memnas_cli"},
    "benchmarks": {"memnas_tf", "tuner", "serving", "benchmarks"},
}
# The data pipeline, and one file each for what a backend does much faster than plain Keras, or
# Keras does not do for it.
MAY_USE_TENSORFLOW = (
    "memnas_tf/data/",
    "memnas_tf/layers/batch_normalization.py",
    "memnas_tf/litert/",
    "memnas_tf/training/devices.py",
    "memnas_tf/training/fused_momentum.py",
)


def imported(path):
    """The top-level names of everything that a file imports, inside functions too."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} has a relative import"
            names.add((node.module or "").split(".")[0])
    return names


def sources(package):
    """Every Python file of a package, relative to the project's root."""
    return [path.relative_to(ROOT) for path in sorted((ROOT / package).rglob("*.py"))]


@pytest.mark.parametrize(
    "module",
    [
        "memnas_tf",
        "memnas_tf.errors",
        "memnas_tf.genotype",
        "memnas_tf.inheritance",
        "memnas_tf.memory",
        "memnas_tf.moves",
        "memnas_tf.operations",
        "memnas_tf.primitives",
        "memnas_tf.template",
        "memnas_tf.tflm",
    ],
)
def test_architectures_need_neither_tensorflow_nor_keras(module):
    script = (
        f"import sys, {module}; print([n for n in ('tensorflow', 'keras') if n in sys.modules])"
    )
    assert run_python(script) == "[]"


@pytest.mark.parametrize("package", PACKAGES)
def test_imports_point_one_way(package):
    for path in sources(package):
        wrong = imported(ROOT / path) & set(PACKAGES) - ALLOWED[package]
        assert not wrong, f"{path} imports {', '.join(sorted(wrong))}"


def test_networks_do_not_depend_on_tensorflow():
    paths = sources("memnas_tf")
    assert Path("memnas_tf/layers/network.py") in paths
    for path in paths:
        if not path.as_posix().startswith(MAY_USE_TENSORFLOW):
            assert "tensorflow" not in imported(ROOT / path), path
