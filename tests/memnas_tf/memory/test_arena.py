"""The planner worked out by hand, and the prediction against the real interpreter."""

import random
import warnings

import pytest

from memnas_tf.errors import ConfigError
from memnas_tf.genotype import PRESETS
from memnas_tf.memory import arena_memory
from memnas_tf.memory.arena import RuntimeGraph, RuntimeOperation, plan_arena
from memnas_tf.memory.conversion_order import Source, conversion_order
from memnas_tf.memory.litert_graph import litert_graph
from memnas_tf.template import cifar_template
from tests.helpers.genotypes import random_genotype, random_template


def chain(*sizes, **changes):
    """Make a chain of operations, each reading the tensor before it."""
    steps = [RuntimeOperation("ANY", (i,), i + 1) for i in range(len(sizes) - 1)]
    for step, change in changes.items():
        steps[int(step[1:])] = steps[int(step[1:])]._replace(**change)
    return RuntimeGraph(sizes, tuple(steps), (0,), (len(sizes) - 1,))


def test_input_stays_and_dead_memory_is_used_again():
    # 0 lives throughout; 1 (largest) follows it; 2 after 1; 3 where 1 was.
    assert plan_arena(chain(64, 256, 128, 64)) == (448, (0, 64, 320, 64))


def test_offsets_are_aligned_and_the_size_is_not():
    assert plan_arena(chain(10, 5)) == (69, (0, 64))


def test_in_place_output_shares_memory():
    graph = chain(64, 256, 256, 64, _1={"in_place": True})
    assert plan_arena(graph).offsets == (0, 64, 64, 320)


@pytest.mark.parametrize("size", [4, 256])
def test_no_sharing_with_graph_inputs_outputs_or_scalars(size):
    shared = {"in_place": True}
    offsets = plan_arena(chain(size, size, size, _0=shared, _1=shared)).offsets
    assert len(set(offsets)) == 3


def test_no_sharing_while_another_operation_reads_the_input():
    first, second, last = (RuntimeOperation("ANY", (i,), i + 1) for i in range(3))
    second = second._replace(in_place=True)
    graph = RuntimeGraph((64,) * 4, (first, second, last._replace(inputs=(2, 1))), (0,), (3,))
    assert len(set(plan_arena(graph).offsets)) == 4


def test_temporary_lives_while_its_operation_runs():
    # The temporary is the largest: it comes after the input, and 1 and 2 after it.
    graph = chain(64, 128, 64, 64, _1={"temporaries": (512,)})
    assert plan_arena(graph) == (768, (0, 576, 704, 64))


def test_gap_that_is_large_enough_is_filled():
    operations = (
        RuntimeOperation("A", (0,), 1),  # 640 bytes, dead after B
        RuntimeOperation("B", (1,), 2),  # 512, lives to the end
        RuntimeOperation("C", (2,), 3),  # 448, dead after D
        RuntimeOperation("D", (3, 2), 4),
    )
    graph = RuntimeGraph((64, 640, 512, 448, 64), operations, (0,), (4,))
    assert plan_arena(graph) == (1216, (0, 64, 704, 64, 512))


def test_weights_are_visited_from_the_largest_name_down():
    sources = [
        Source("", (), False),
        Source("a", (0,), True),
        Source("c", (0,), True),
        Source("b", (1,), True),
        Source("sum", (2, 3), False),
    ]
    assert conversion_order(sources) == [0, 1, 3, 2, 4]


@pytest.mark.parametrize("setting", [{"dtype": "int4"}, {"kernels": "fast"}])
def test_unknown_settings_are_refused(setting):
    template = cifar_template((16, 16, 3), 10, filters=4)
    with pytest.raises(ConfigError, match=next(iter(setting.values()))):
        arena_memory(PRESETS["figure-1b"], template, **setting)


@pytest.mark.parametrize("seed", range(6))
def test_against_the_interpreter(seed):
    pytest.importorskip("ai_edge_litert", reason="the real arena needs ai-edge-litert")
    keras = pytest.importorskip("keras")
    if keras.backend.backend() != "tensorflow":
        pytest.skip("only TensorFlow's models convert to LiteRT")
    from memnas_tf.layers import build_network
    from serving.litert_arena import convert, measured_places, predicted_places

    rng = random.Random(seed)
    genotype, template = random_genotype(rng, 2, max_cells=3), random_template(rng, 2)
    keras.backend.clear_session()
    model = build_network(genotype, template)
    # Moments as after training: with an offset of zero the converter drops additions.
    model.set_weights([weight + 0.25 for weight in model.get_weights()])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the converter's own
        content = convert(model)
        for kernels in ("reference", "optimised"):
            graph = litert_graph(genotype, template, im2col=kernels == "optimised")
            arena = plan_arena(graph)
            assert arena.size == arena_memory(genotype, template, kernels=kernels)
            measured = measured_places(content, kernels)
            assert measured.end == predicted_places(graph, arena).end
