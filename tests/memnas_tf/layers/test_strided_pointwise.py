"""Strided 1x1 convolutions, without the filter gradient that corrupts the heap."""

import platform
from pathlib import Path

import numpy as np
import pytest

from memnas_tf.genotype import from_string
from memnas_tf.layers import OperationLayer, build_network
from memnas_tf.operations import OPERATIONS
from memnas_tf.template import cifar_template
from memnas_tf.training.compiling import compile_network
from tests.helpers.processes import run_python

keras = pytest.importorskip("keras")
pytestmark = pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="only TensorFlow trains with oneDNN on a CPU"
)

CHANNELS = (1, 3, 4, 8, 15)


def operations_of(graph):
    """Every operation of a graph, and of the functions that it calls."""
    yield from graph.get_operations()
    for function in graph._functions.values():
        yield from getattr(function, "graph", graph).get_operations()


def kernel_of(gradient):
    """The kernel's height and width, which a filter gradient takes as a constant or of a tensor."""
    import tensorflow as tf

    sizes = gradient.inputs[1]
    if sizes.op.type == "ShapeN":
        return tuple(sizes.op.inputs[sizes.value_index].shape[:2])
    return tuple(tf.get_static_value(sizes)[:2])


def strided_filter_gradients(concrete):
    """The filter gradients of 1x1 convolutions with a stride in a traced function."""
    return [
        operation.name
        for operation in operations_of(concrete.graph)
        if operation.type == "Conv2DBackpropFilter"
        and max(operation.get_attr("strides")) > 1
        and kernel_of(operation) == (1, 1)
    ]


def traced_gradients(layer, channels, training=True):
    """Trace the gradients of a layer with respect to its input and its weights."""
    import tensorflow as tf

    layer.build((None, 8, 8, channels))

    @tf.function
    def step(inputs):
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            outputs = layer(inputs, training=training)
        return tape.gradient(outputs, [inputs, *layer.trainable_weights])

    return step.get_concrete_function(tf.TensorSpec((None, 8, 8, channels)))


def test_the_search_for_it_finds_that_of_a_plain_convolution():
    plain = keras.layers.Conv2D(4, 1, strides=2, padding="same")

    class Layer(keras.layers.Wrapper):
        def call(self, inputs, training=None):
            return self.layer(inputs)

    assert len(strided_filter_gradients(traced_gradients(Layer(plain), 4))) == 1


@pytest.mark.parametrize("name", OPERATIONS)
@pytest.mark.parametrize("training", [True, False])
def test_no_operation_asks_for_it(name, training):
    for channels in CHANNELS:
        layer = OperationLayer(name, 4, stride=2)
        assert strided_filter_gradients(traced_gradients(layer, channels, training)) == []


def test_no_training_step_of_a_network_asks_for_it():
    import tensorflow as tf

    network = from_string("5x0f7+0id=,0c3+1id=,0ap:0mp=,0a3+0d3=")
    model = build_network(network, cifar_template((16, 16, 3), 10, filters=4))
    compile_network(model, 0.1, 10)
    step = tf.function(lambda images, labels: model.train_step((images, labels)))
    images, labels = tf.TensorSpec((5, 16, 16, 3)), tf.TensorSpec((5,), tf.int64)
    traced = step.get_concrete_function(images, labels)
    assert any(op.type == "Conv2DBackpropFilter" for op in operations_of(traced.graph))
    assert strided_filter_gradients(traced) == []


@pytest.mark.parametrize("size", [(8, 8), (9, 7), (1, 2)])
@pytest.mark.parametrize("policy", ["float32", "mixed_float16"])
def test_outputs_and_gradients_are_those_of_the_strided_convolution(size, policy):
    import tensorflow as tf

    layer = OperationLayer("identity", 5, stride=2, dtype=policy)
    rng = np.random.default_rng(0)
    images = rng.normal(size=(2, *size, 3)).astype(layer.compute_dtype)
    layer.build(images.shape)
    inputs = tf.constant(images)
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        outputs = layer(inputs)
    upstream = rng.normal(size=outputs.shape).astype(layer.compute_dtype)
    (kernel,) = layer.get_weights()
    of_inputs, of_kernel = tape.gradient(
        outputs, (inputs, layer.trainable_weights[0].value), tf.constant(upstream)
    )
    kept = images[:, ::2, ::2].astype("float64")
    expected = np.zeros(images.shape)
    expected[:, ::2, ::2] = upstream.astype("float64") @ kernel[0, 0].T
    tolerance = {"float32": 1e-5, "mixed_float16": 2e-2}[policy]
    close = {"rtol": tolerance, "atol": tolerance}
    np.testing.assert_allclose(outputs, kept @ kernel[0, 0], **close)
    np.testing.assert_allclose(of_inputs, expected, **close)
    by_hand = np.einsum("nhwc,nhwf->cf", kept, upstream)
    np.testing.assert_allclose(of_kernel[0, 0], by_hand, **close)


TRAIN = """
import sys
import keras
import numpy as np
from memnas_tf.layers import OperationLayer
model = keras.Sequential([keras.Input((64, 64, 4))])
for name in ("factorised_7x7", "identity"):
    model.add(OperationLayer(name, 4, stride=2))
model.add(keras.layers.GlobalAveragePooling2D())
model.compile("sgd", "mse")
images = np.ones((50, 64, 64, 4), "float32")
model.fit(images, np.zeros((50, 4), "float32"), batch_size=5, epochs=2, verbose=0)
with __import__("tensorflow").GradientTape() as tape:  # fine-tuning, without tracing
    loss = keras.ops.mean(model(images[:5], training=False))
tape.gradient(loss, model.trainable_weights)
print("trained")
"""


def has_avx2():
    flags = Path("/proc/cpuinfo")
    return platform.machine() == "x86_64" and flags.exists() and " avx2 " in flags.read_text()


@pytest.mark.skipif(not has_avx2(), reason="oneDNN's fault is in its kernels for AVX2 and AVX-512")
def test_training_survives_where_the_strided_gradient_ends_the_process():
    options = {"TF_ENABLE_ONEDNN_OPTS": "1", "ONEDNN_MAX_CPU_ISA": "AVX2"}
    assert run_python(TRAIN, **options).endswith("trained")
