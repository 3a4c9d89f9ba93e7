"""Dilated convolutions leave the converter as one operation, and compute what Keras does."""

import numpy as np
import pytest

from benchmarks.trained_like import trained_like
from memnas_tf.genotype import from_string
from memnas_tf.template import cifar_template

keras = pytest.importorskip("keras")
pytestmark = pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="only TensorFlow's models convert to LiteRT"
)
BATCHED = {"SPACE_TO_BATCH_ND", "BATCH_TO_SPACE_ND"}


def kinds(content):
    """The kinds of a LiteRT model's operations, in order."""
    from memnas_tf.litert.model_file import read_model

    return [operation.kind for operation in read_model(content).graph.operations]


def check(model, shape, expected):
    """Convert a model to every type, and compare the float32 answers with Keras's."""
    pytest.importorskip("ai_edge_litert", reason="the answers need ai-edge-litert")
    from memnas_tf.litert.conversion import TYPES, convert
    from memnas_tf.litert.interpreter import outputs_of

    contents = {dtype: convert(model, dtype) for dtype in TYPES}
    assert kinds(contents["float32"]) == kinds(contents["int8"]) == expected
    assert not BATCHED & set(kinds(contents["float16"]))
    image = np.random.default_rng(0).normal(size=(1, *shape)).astype("float32")
    answers = model.predict(image, verbose=0)
    for kernels in ("reference", "optimised", "xnnpack"):
        found = outputs_of(contents["float32"], image, kernels)
        np.testing.assert_allclose(found, answers, atol=1e-4)


@pytest.mark.parametrize(
    ("layer", "shape", "expected"),
    [
        (("Conv2D", 4, 3, {"dilation_rate": 2}), (9, 8, 3), ["CONV_2D"]),
        (("Conv2D", 4, (2, 3), {"dilation_rate": (1, 3)}), (9, 12, 3), ["CONV_2D"]),
        (("DepthwiseConv2D", 3, {"dilation_rate": 2}), (9, 8, 3), ["DEPTHWISE_CONV_2D"]),
        (
            ("SeparableConv2D", 5, 3, {"dilation_rate": 3}),
            (9, 8, 3),
            ["DEPTHWISE_CONV_2D", "CONV_2D"],
        ),
        (("Conv1D", 4, 3, {"dilation_rate": 2}), (9, 3), ["EXPAND_DIMS", "CONV_2D", "RESHAPE"]),
    ],
)
@pytest.mark.parametrize("padding", ["same", "valid"])
def test_any_dilated_layer_is_one_operation(layer, shape, expected, padding):
    name, *arguments, options = layer
    keras.utils.set_random_seed(0)
    inputs = keras.Input(shape)
    made = getattr(keras.layers, name)(*arguments, **options, padding=padding, activation="relu")
    check(keras.Model(inputs, made(inputs)), shape, expected)


@pytest.mark.parametrize("size", [(9, 8, 3), (7, 11, 3)])
def test_normalisation_and_rectifier_become_part_of_it_with_any_stride(size):
    """With stride 2 the positions are chosen first, and nothing is dilated any more."""
    template = cifar_template(size, 3, filters=4, blocks=2)
    model = trained_like(_network("2x0a3+0a3=", template))
    end = ["MEAN", "FULLY_CONNECTED", "SOFTMAX"]
    check(
        model, size, [*(["CONV_2D"] * 2), "ADD", "AVERAGE_POOL_2D", *(["CONV_2D"] * 2), "ADD", *end]
    )


def _network(text, template):
    from memnas_tf.layers import build_network

    return build_network(from_string(text), template)


def test_the_split_convolution_is_back_afterwards():
    tf = pytest.importorskip("tensorflow")
    from memnas_tf.litert.dilation import whole_dilated_convolutions

    before = tf.nn.convolution, tf.nn.depthwise_conv2d, tf.nn.separable_conv2d
    with whole_dilated_convolutions():
        assert tf.nn.convolution is not before[0]
    assert (tf.nn.convolution, tf.nn.depthwise_conv2d, tf.nn.separable_conv2d) == before
