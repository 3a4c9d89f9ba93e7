import random

import keras
import numpy as np
import pytest

from benchmarks.trained_like import trained_like
from memnas_tf.genotype import Cell, Genotype
from memnas_tf.layers import build_network
from memnas_tf.operations import OPERATIONS
from memnas_tf.template import Template
from serving.folding import fold_batch_norm
from tests.helpers.genotypes import random_genotype, random_template


def outputs(model, seed=0):
    images = np.random.default_rng(seed).normal(size=(4, *model.input_shape[1:]))
    return keras.ops.convert_to_numpy(model(images.astype("float32"), training=False))


def check(model, kept=0):
    """Compare a network with its folded one, which normalises `kept` times."""
    before = [weight.copy() for weight in model.get_weights()]
    folded = fold_batch_norm(model)
    np.testing.assert_allclose(outputs(folded), outputs(model), rtol=0, atol=1e-5)
    moments = [weight.path for weight in folded.weights if weight.name.startswith("moving_")]
    assert len(moments) == 2 * kept
    assert folded.input_shape == model.input_shape
    for old, new in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)
    return folded


def test_a_strided_1x1_convolution_is_one_operation_in_what_is_exported():
    tf = pytest.importorskip("tensorflow")
    block = (Cell(0, 0, "factorised_7x7", "identity", "sum", True),)
    model = build_network(Genotype((block,)), Template((8, 8, 3), 4, (5,), (2,)))

    def kinds(network):
        traced = tf.function(lambda images: network(images, training=False))
        graph = traced.get_concrete_function(tf.TensorSpec((1, 8, 8, 3))).graph
        return [operation.type for operation in graph.get_operations()]

    assert kinds(model).count("AvgPool") == 2  # as it is trained
    assert kinds(fold_batch_norm(model)).count("AvgPool") == 0


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_operation_at_both_strides(operation):
    block = (Cell(0, 0, operation, "identity", "concat", True),)
    template = Template((7, 9, 3), 4, (5, 3), (1, 2))
    check(trained_like(build_network(Genotype((block, block)), template)))


@pytest.mark.parametrize("seed", range(3))
def test_random_networks(seed):
    rng = random.Random(seed)
    genotype, template = random_genotype(rng, 2, 3), random_template(rng, 2)
    check(trained_like(build_network(genotype, template), seed))


def test_a_stem_and_names():
    genotype = Genotype(((Cell(0, 0, "conv_3x3", "max_pool_3x3", "sum", True),),))
    template = Template((16, 16, 1), 2, (3,), (1,), stem=(2, 4))
    model = trained_like(build_network(genotype, template))
    folded = check(model)
    assert [layer.name for layer in folded.layers] == [layer.name for layer in model.layers]


def test_a_scale_that_is_nearly_nothing_and_a_variance_that_is_nothing():
    genotype = Genotype(((Cell(0, 0, "depthwise_5x5", "factorised_7x7", "sum", True),),))
    model = build_network(genotype, Template((6, 6, 2), 3, (4,), (1,)))
    for weight in model.weights:
        if weight.name == "gamma":
            weight.assign(np.full(weight.shape, -1e-3))
        elif weight.name == "moving_variance":
            weight.assign(np.zeros(weight.shape))
    check(model)


def other_network(*layers, shape=(6, 6, 2)):
    tensor = inputs = keras.Input(shape)
    for layer in layers:
        tensor = layer(tensor)
    return trained_like(keras.Model(inputs, tensor))


def test_other_keras_models():
    norm, conv = keras.layers.BatchNormalization, keras.layers.Conv2D
    check(
        other_network(
            conv(3, 3, bias_initializer="ones"),
            norm(scale=False, center=False),
            keras.layers.DepthwiseConv2D(2, depth_multiplier=2, use_bias=False),
            norm(epsilon=0.1),
        )
    )
    check(trained_like(keras.Sequential([keras.Input((5, 5, 1)), conv(2, 3), norm()])))


def test_what_cannot_be_folded_stays():
    norm, conv = keras.layers.BatchNormalization, keras.layers.Conv2D
    check(other_network(norm(), conv(2, 1)), kept=1)
    check(other_network(conv(2, 1, activation="relu"), norm()), kept=1)


def test_a_convolution_that_others_read_too_keeps_its_values():
    inputs = keras.Input((6, 6, 2))
    tensor = keras.layers.Conv2D(3, 1)(inputs)
    normalised = keras.layers.BatchNormalization()(tensor)
    check(trained_like(keras.Model(inputs, keras.layers.Add()([tensor, normalised]))), kept=1)
