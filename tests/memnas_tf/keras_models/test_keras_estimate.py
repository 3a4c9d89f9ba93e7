"""The memory of Keras models that are not ours, against the real interpreter."""

import pytest

from memnas_tf import estimate_memory
from memnas_tf.errors import ConfigError, ExportError, ModelError
from memnas_tf.genotype import PRESETS
from memnas_tf.keras_models import estimate as module
from memnas_tf.memory.estimate import estimate_genotype
from memnas_tf.template import cifar_template

keras = pytest.importorskip("keras")
pytestmark = pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="only TensorFlow's models convert to LiteRT"
)
layers = keras.layers


def residual(name="residual"):
    """Make a small network with what ours do not have: padding, reshaping, gates, swish."""
    inputs = keras.Input((20, 24, 3))
    tensor = layers.ZeroPadding2D(((0, 1), (0, 1)))(inputs)
    tensor = layers.Conv2D(8, 3, strides=2, activation="swish")(tensor)
    gate = layers.GlobalAveragePooling2D()(tensor)
    gate = layers.Reshape((1, 1, 8))(gate)
    gate = layers.Conv2D(8, 1, activation="sigmoid")(gate)
    gated = layers.Multiply()([tensor, gate])
    branch = layers.Conv2D(8, 3, padding="same", activation="relu")(gated)
    tensor = layers.Add()([branch, tensor])
    tensor = layers.Dense(5, activation="softmax")(layers.Flatten()(tensor))
    return keras.Model(inputs, tensor, name=name)


@pytest.fixture(scope="module")
def converted():
    model = residual()
    return model, module.convert_all(model)


def test_estimate_of_another_model(converted):
    model, contents = converted
    estimate = module.estimate_converted(model, contents)
    assert estimate.parameter_bytes == 4 * model.count_params()
    # While the sum is made: the gated branch and what it is added to.
    assert estimate.lifetime_bytes >= 4 * 2 * 10 * 12 * 8
    for dtype, size in (("float32", 4), ("int8", 1)):
        reference = estimate.arena_bytes[dtype]["reference"]
        unrolled = 10 * 12 * 8 * 9 * size
        assert reference > size * (20 * 24 * 3 + 2 * 10 * 12 * 8)
        assert estimate.arena_bytes[dtype]["optimised"] >= reference + unrolled // 2


@pytest.mark.parametrize("dtype", ["float32", "int8"])
@pytest.mark.parametrize("kernels", ["reference", "optimised"])
def test_arena_of_another_model_is_the_interpreters(converted, dtype, kernels):
    pytest.importorskip("ai_edge_litert", reason="the real arena needs ai-edge-litert")
    from memnas_tf.litert.interpreter import measured_places, predicted_places
    from memnas_tf.litert.model_file import read_model
    from memnas_tf.memory.arena import plan_arena
    from memnas_tf.memory.kernels import runtime_graph

    content = converted[1][dtype]
    graph = runtime_graph(read_model(content).graph, kernels)
    measured = measured_places(content, kernels)
    assert measured.end == predicted_places(graph, plan_arena(graph)).end


def test_a_network_of_ours_is_what_its_genotype_says():
    from memnas_tf.layers import build_network

    template = cifar_template((12, 12, 3), 10, filters=4, blocks=2)
    model = build_network(PRESETS["figure-1b"], template)
    model.set_weights([weight + 0.25 for weight in model.get_weights()])
    steps = []
    assert estimate_memory(model, steps.append) == estimate_genotype(PRESETS["figure-1b"], template)
    assert len(steps) >= 2


def test_another_backend_is_refused(monkeypatch):
    monkeypatch.setattr(keras.backend, "backend", lambda: "jax")
    with pytest.raises(ModelError, match="KERAS_BACKEND=tensorflow"):
        estimate_memory(residual())


def test_an_operation_whose_memory_is_not_known_is_named():
    inputs = keras.Input((8, 8, 3))
    model = keras.Model(inputs, layers.Conv2DTranspose(2, 3)(inputs))
    with pytest.raises(ConfigError, match="TRANSPOSE_CONV"):
        estimate_memory(model)


def test_an_operation_that_litert_lacks_is_told():
    inputs = keras.Input((8,))
    model = keras.Model(inputs, layers.Lambda(keras.ops.erfinv)(inputs))
    with pytest.raises(ExportError, match="cannot be converted to LiteRT"):
        estimate_memory(model)


@pytest.mark.slow
def test_mobilenet_is_the_interpreters():
    pytest.importorskip("ai_edge_litert", reason="the real arena needs ai-edge-litert")
    from memnas_tf.litert.interpreter import measured_places

    model = keras.applications.MobileNetV2(weights=None)
    contents = module.convert_all(model)
    estimate = module.estimate_converted(model, contents)
    arena = estimate.arena_bytes["float32"]["reference"]
    assert measured_places(contents["float32"]).end == arena
