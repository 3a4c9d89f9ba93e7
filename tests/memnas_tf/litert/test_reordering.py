"""Orders written into LiteRT models, and run by the real interpreter."""

import random

import numpy as np
import pytest

from memnas_tf.errors import ExportError
from memnas_tf.litert.reordering import reorder_operations
from memnas_tf.memory.arena import plan_arena
from memnas_tf.memory.best_order import order_for_arena, reordered
from memnas_tf.memory.kernels import runtime_graph
from memnas_tf.memory.litert_graph import litert_graph
from tests.helpers.genotypes import random_genotype, random_template


def model(operators=((0, 1), (0, 2), (1, 3)), subgraphs=1, metadata=None):
    """Write a LiteRT model whose operators read and write one tensor each."""
    import flatbuffers
    from tensorflow.lite.python import schema_py_generated as schema

    graph = schema.SubGraphT()
    graph.tensors = [schema.TensorT() for _ in range(4)]
    graph.inputs, graph.outputs, graph.operators = [0], [2, 3], []
    for read, written in operators:
        operator = schema.OperatorT()
        operator.inputs, operator.outputs = [read, -1], [written]
        graph.operators.append(operator)
    content = schema.ModelT()
    content.subgraphs = [graph] * subgraphs
    content.buffers = [schema.BufferT()]
    if metadata:
        entry = schema.MetadataT()
        entry.name = metadata
        content.metadata = [entry]
    builder = flatbuffers.Builder()
    builder.Finish(content.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def written(content):
    """The tensors that the operators write, in their order."""
    from tensorflow.lite.python import schema_py_generated as schema

    graph = schema.Model.GetRootAs(content).Subgraphs(0)
    return [graph.Operators(i).Outputs(0) for i in range(graph.OperatorsLength())]


def test_only_the_order_changes():
    content = model()
    other = reorder_operations(content, (1, 0, 2))
    assert written(content) == [1, 2, 3]
    assert written(other) == [2, 1, 3]
    assert len(other) == len(content)
    assert reorder_operations(other, (1, 0, 2)) == content
    assert reorder_operations(content, (0, 1, 2)) == content


@pytest.mark.parametrize("positions", [(), (0, 1), (0, 1, 1), (1, 2, 3), (-1, 0, 1)])
def test_orders_that_are_none_are_refused(positions):
    with pytest.raises(ExportError, match="each of their places once"):
        reorder_operations(model(), positions)


def test_reading_before_writing_is_refused():
    with pytest.raises(ExportError, match="operator 2 would read tensor 1 before"):
        reorder_operations(model(), (2, 0, 1))


@pytest.mark.parametrize("content", [b"", b"no model at all"])
def test_other_content_is_refused(content):
    with pytest.raises(ExportError, match="no LiteRT model"):
        reorder_operations(content, ())


def test_other_models_are_refused():
    with pytest.raises(ExportError, match="this one has 2"):
        reorder_operations(model(subgraphs=2), (0, 1, 2))
    with pytest.raises(ExportError, match="fixes the order"):
        reorder_operations(model(metadata="model_control_dependencies"), (0, 1, 2))


@pytest.mark.parametrize("seed", [11, 117, 142])  # networks whose converted order is not the best
def test_against_the_interpreter(seed):
    pytest.importorskip("ai_edge_litert", reason="the real arena needs ai-edge-litert")
    keras = pytest.importorskip("keras")
    if keras.backend.backend() != "tensorflow":
        pytest.skip("only TensorFlow's models convert to LiteRT")
    from memnas_tf.layers import build_network
    from memnas_tf.litert.conversion import convert
    from memnas_tf.litert.interpreter import measured_places, outputs_of

    rng = random.Random(seed)
    genotype, template = random_genotype(rng, 2, max_cells=3), random_template(rng, 2)
    keras.backend.clear_session()
    network = build_network(genotype, template)
    noise = np.random.default_rng(seed)
    # Moments as after training: with an offset of zero the converter drops additions.
    network.set_weights([w + noise.uniform(0.1, 0.5, w.shape) for w in network.get_weights()])
    image = noise.uniform(size=(1, *template.input_shape)).astype("float32")
    content = convert(network)
    saves = 0
    for kernels in ("reference", "optimised"):
        graph = runtime_graph(litert_graph(genotype, template), kernels)
        chosen = order_for_arena(graph)
        if chosen.size == chosen.given_size:
            continue
        saves += 1
        other = reorder_operations(content, chosen.positions)
        np.testing.assert_array_equal(outputs_of(other, image), outputs_of(content, image))
        measured = measured_places(other, kernels)
        assert measured.end < measured_places(content, kernels).end
        graph = reordered(graph, chosen.positions)
        offsets = plan_arena(graph).offsets
        made = [tensor for operation in graph.operations for tensor in operation.outputs]
        assert measured.offsets == tuple(offsets[tensor] for tensor in (0, *made))
        ends = (offset + size for offset, size in zip(offsets, graph.sizes, strict=True))
        assert measured.end == max(ends)
    assert saves, "this network no longer shows a better order; choose another seed"
