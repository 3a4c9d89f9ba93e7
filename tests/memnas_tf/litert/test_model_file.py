"""LiteRT models against the real converter and the real interpreter."""

import random

import pytest

from memnas_tf.memory import arena_memory
from memnas_tf.memory.arena import plan_arena
from memnas_tf.memory.kernels import KERNELS, runtime_graph
from memnas_tf.memory.litert_graph import litert_graph
from tests.helpers.genotypes import random_genotype, random_template

keras = pytest.importorskip("keras")
pytestmark = pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="only TensorFlow's models convert to LiteRT"
)


def trained_like(genotype, template):
    """Build a network with moments as after training.

    With an offset of zero the converter drops additions.
    """
    from memnas_tf.layers import build_network

    keras.backend.clear_session()
    model = build_network(genotype, template)
    model.set_weights([weight + 0.25 for weight in model.get_weights()])
    return model


@pytest.mark.parametrize("seed", range(6))
def test_genotype_predicts_the_converted_model_and_its_arena(seed):
    pytest.importorskip("ai_edge_litert", reason="the real arena needs ai-edge-litert")
    from memnas_tf.litert.conversion import convert
    from memnas_tf.litert.interpreter import measured_places, predicted_places
    from memnas_tf.litert.model_file import read_model

    rng = random.Random(seed)
    genotype, template = random_genotype(rng, 2, max_cells=3), random_template(rng, 2)
    model = trained_like(genotype, template)
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
