"""The page on adding from outside: what it shows runs, and what it promises holds."""

from tests.docs.test_snippets import snippets
from tests.helpers.processes import run_python

CHECKS = """
import sys
from pathlib import Path

import numpy as np
from memnas_tf import arena_memory, draw_genotype
from memnas_tf.genotype import decode, encode
from memnas_tf.litert.conversion import convert
from memnas_tf.litert.interpreter import measured_places, outputs_of

assert decode(encode(network, 2)) == network
draw_genotype(network, Path(sys.argv[1]) / "network.png")
content = convert(model)
image = np.random.default_rng(0).normal(size=(1, 16, 16, 3)).astype("float32")
np.testing.assert_allclose(outputs_of(content, image), model(image), atol=1e-5)
assert measured_places(content).end == arena_memory(network, template)
print(sorted({trial.kind for entry in search.rounds for trial in entry.trials}))
"""


def test_all_of_it_runs_and_an_operation_from_outside_is_drawn_and_exported(tmp_path):
    """In a process of its own: what is registered stays."""
    code = "\n".join([*snippets("extending.md"), CHECKS])
    assert "combination" in run_python(code, str(tmp_path))
    assert (tmp_path / "network.png").exists()
