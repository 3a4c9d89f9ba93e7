"""The order that a file is written in, run by the real interpreter."""

import random

import numpy as np
import pytest

from memnas_tf.memory.kernels import KERNELS
from tests.helpers.genotypes import random_genotype, random_template


@pytest.mark.parametrize("dtype", ["float32", "float16"])
def test_a_file_gets_the_order_of_the_least_arena(dtype):
    """In float16 the order must also keep weights unpacked before they are read."""
    pytest.importorskip("ai_edge_litert", reason="the real arena needs ai-edge-litert")
    keras = pytest.importorskip("keras")
    if keras.backend.backend() != "tensorflow":
        pytest.skip("only TensorFlow's models convert to LiteRT")
    from memnas_tf.layers import build_network
    from memnas_tf.litert.conversion import convert
    from memnas_tf.litert.file_order import in_best_order
    from memnas_tf.litert.interpreter import measured_places, outputs_of

    rng = random.Random(11)  # a network whose converted order is not the best
    genotype, template = random_genotype(rng, 2, max_cells=3), random_template(rng, 2)
    keras.utils.set_random_seed(0)
    given = convert(build_network(genotype, template), dtype)
    ordered = in_best_order(given)
    ends = {
        content: sum(measured_places(content, kernels).end for kernels in KERNELS)
        for content in (given, ordered)
    }
    assert ends[ordered] < ends[given]
    image = np.random.default_rng(0).uniform(size=(1, *template.input_shape)).astype("float32")
    np.testing.assert_array_equal(outputs_of(ordered, image), outputs_of(given, image))
    assert in_best_order(ordered) == ordered
