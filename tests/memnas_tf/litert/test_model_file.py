"""LiteRT models against the real converter and the real interpreter."""

import random

import pytest

from benchmarks.random_networks import random_network
from benchmarks.trained_like import trained_like
from memnas_tf.memory import arena_memory
from memnas_tf.memory.arena import plan_arena
from memnas_tf.memory.kernels import KERNELS, runtime_graph
from memnas_tf.memory.litert_graph import litert_graph
from memnas_tf.template import cifar_template, imagenet_template
from tests.helpers.genotypes import random_genotype, random_template

keras = pytest.importorskip("keras")
pytestmark = pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="only TensorFlow's models convert to LiteRT"
)


def small_network(seed):
    """Draw a network of the tests' own kind, or of one of the two templates."""
    rng = random.Random(seed)
    if seed == 0:
        return random_genotype(rng, 1, max_cells=3), cifar_template((16, 12, 3), 10, 4, 3)
    if seed == 1:
        return random_genotype(rng, 2, max_cells=2), imagenet_template((64, 64, 3), 7, 4, 4)
    return random_genotype(rng, 2, max_cells=3), random_template(rng, 2)


def check(genotype, template, seed):
    """Compare what is predicted with the converter's model and the interpreter's arena."""
    from memnas_tf.layers import build_network
    from memnas_tf.litert.conversion import convert
    from memnas_tf.litert.interpreter import measured_places, predicted_places
    from memnas_tf.litert.model_file import read_model

    keras.backend.clear_session()
    model = trained_like(build_network(genotype, template), seed)
    for dtype in ("float32", "int8"):
        content = convert(model, dtype)
        graph = litert_graph(genotype, template, dtype)
        assert read_model(content).graph == graph
        for kernels in KERNELS:
            runtime = runtime_graph(graph, kernels)
            arena = plan_arena(runtime)
            assert arena.size == arena_memory(genotype, template, dtype=dtype, kernels=kernels)
            measured = measured_places(content, kernels)
            assert measured.end == predicted_places(runtime, arena).end


@pytest.mark.parametrize("seed", range(3))
def test_genotype_predicts_the_converted_model_and_its_arena(seed):
    pytest.importorskip("ai_edge_litert", reason="the real arena needs ai-edge-litert")
    check(*small_network(seed), seed)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(1000, 1033))
def test_larger_networks_too(seed):
    pytest.importorskip("ai_edge_litert", reason="the real arena needs ai-edge-litert")
    check(*random_network(random.Random(seed)), seed)
