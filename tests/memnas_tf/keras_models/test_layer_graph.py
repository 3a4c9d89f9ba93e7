"""Keras models as the paper counts their layers."""

import random

import keras
import pytest
from keras import layers

from memnas_tf.errors import ConfigError
from memnas_tf.genotype import PRESETS
from memnas_tf.keras_models.layer_graph import keras_lifetime_graph
from memnas_tf.layers import OperationLayer, build_network
from memnas_tf.memory import lifetime_memory, memory_row, network_graph
from memnas_tf.template import cifar_template
from tests.helpers.genotypes import random_genotype, random_template


@pytest.fixture(autouse=True)
def fresh_names():
    keras.backend.clear_session()


def image(size=8, channels=3):
    return keras.Input((size, size, channels))


def conv(filters, name, **arguments):
    return layers.Conv2D(filters, 3, padding="same", name=name, **arguments)


def summary(model):
    return [(node.kind, node.inputs, node.values) for node in keras_lifetime_graph(model)]


@pytest.mark.parametrize("seed", range(30))
def test_equals_the_genotypes_lifetime_memory(seed):
    rng = random.Random(seed)
    blocks = rng.randint(1, 4)
    genotype, template = random_genotype(rng, blocks, 4), random_template(rng, blocks)
    graph = keras_lifetime_graph(build_network(genotype, template))
    assert memory_row(graph) == memory_row(network_graph(genotype, template))
    assert 4 * max(memory_row(graph)) == lifetime_memory(genotype, template)


def test_nodes_of_a_network_are_those_of_its_genotype():
    template = cifar_template((8, 8, 3), classes=10, filters=4)
    genotype = PRESETS["figure-1b"]
    graph = keras_lifetime_graph(build_network(genotype, template))
    expected = network_graph(genotype, template)
    assert sorted(node.values for node in graph) == sorted(node.values for node in expected)
    kinds = [node.kind for node in graph]
    assert "block_1/cell_2 3x3 average pooling" in kinds
    assert {"input", "block_5/cell_3 add", "block_5/output", "pool", "classifier"} <= set(kinds)


def test_a_convolution_with_what_belongs_to_it_is_one_layer():
    inputs = image()
    x = layers.ZeroPadding2D(1)(inputs)
    x = layers.Conv2D(4, 3, name="conv")(x)
    x = layers.BatchNormalization()(x)
    x = layers.ReLU()(x)
    x = layers.Dropout(0.5)(x)
    x = layers.Flatten()(x)
    x = layers.Dense(5, name="scores")(x)
    model = keras.Model(inputs, layers.Softmax()(x))
    assert summary(model) == [
        ("input", (), 192),
        ("conv", (0,), 256),
        ("scores", (1,), 5),
    ]
    assert memory_row(keras_lifetime_graph(model)) == [192, 256, 5]
    apart = keras_lifetime_graph(model, fuse=False)
    assert [node.values for node in apart] == [192, 300, 256, 256, 256, 5, 5]


def test_what_two_read_is_not_overwritten():
    inputs = image()
    shared = conv(4, "conv")(inputs)
    x = layers.BatchNormalization(name="norm")(shared)
    x = layers.ReLU()(x)
    x = conv(4, "second")(x)
    model = keras.Model(inputs, layers.Add(name="sum")([shared, x]))
    assert summary(model) == [
        ("input", (), 192),
        ("conv", (0,), 256),
        ("norm", (1,), 256),
        ("second", (2,), 256),
        ("sum", (1, 3), 256),
    ]
    assert memory_row(keras_lifetime_graph(model)) == [192, 256, 512, 512, 256]


def test_a_reader_of_the_same_tensor_through_dropout_counts():
    inputs = image()
    x = conv(4, "conv")(inputs)
    y = layers.ReLU(name="relu")(x)
    z = layers.Dropout(0.1)(x)
    model = keras.Model(inputs, layers.Concatenate(name="concat")([y, z]))
    assert [node.kind for node in keras_lifetime_graph(model)] == [
        *("input", "conv", "relu", "concat")
    ]


def test_an_input_and_an_output_are_not_overwritten():
    inputs = image()
    x = layers.Rescaling(2.0, name="scale")(inputs)
    x = conv(4, "conv")(x)
    y = layers.ReLU(name="relu")(x)
    model = keras.Model(inputs, [x, y])
    assert summary(model) == [
        ("input", (), 192),
        ("scale", (0,), 192),
        ("conv", (1,), 256),
        ("relu", (2,), 256),
        ("outputs", (2, 3), 0),
    ]
    assert memory_row(keras_lifetime_graph(model)) == [192, 192, 256, 512, 0]


def test_padding_that_is_read_otherwise_is_a_layer():
    inputs = image()
    padded = layers.ZeroPadding2D(1, name="pad")(inputs)
    x = layers.Cropping2D(((1, 1), (1, 1)), name="crop")(padded)
    assert summary(keras.Model(inputs, x)) == [
        ("input", (), 192),
        ("pad", (0,), 300),
        ("crop", (1,), 192),
    ]


def test_models_within_models_are_laid_out_each_time_that_they_are_used():
    inner = keras.Sequential([image(4, 2), conv(2, "conv"), layers.ReLU()], name="inner")
    inputs = image(4, 2)
    model = keras.Model(inputs, inner(inner(inputs)), name="outer")
    outer = keras.Model(model.inputs, model(model.inputs))
    path = "outer/inner/conv"
    assert summary(model) == [("input", (), 32), ("inner/conv", (0,), 32), ("inner/conv", (1,), 32)]
    assert summary(outer) == [("input", (), 32), (path, (0,), 32), (path, (1,), 32)]


def test_an_operation_by_itself_is_a_layer_unless_it_passes_its_input_through():
    inputs = image(4, 2)
    x = OperationLayer("identity", 2)(inputs)
    x = OperationLayer("factorised_7x7", 3, 2, name="factorised")(x)
    assert summary(keras.Model(inputs, x)) == [("input", (), 32), ("factorised", (0,), 12)]


class Doubling(layers.Layer):
    """A layer that nobody knows, with two outputs."""

    def call(self, inputs):
        return inputs, 2 * inputs


class Subclassed(keras.Model):
    """A model whose layers cannot be seen."""

    def __init__(self):
        super().__init__(name="opaque")
        self.dense = layers.Dense(3)

    def call(self, inputs):
        return self.dense(inputs)


def test_unknown_layers_are_opaque():
    inputs = keras.Input((6,))
    first, second = Doubling(name="doubling")(inputs)
    x = Subclassed()(first + second)
    graph = keras_lifetime_graph(keras.Model(inputs, x))
    assert [node.values for node in graph] == [6, 12, 6, 3]
    assert [node.kind for node in graph][1::2] == ["doubling", "opaque"]


def test_unknown_shapes_and_models_are_refused():
    inputs = keras.Input((None, None, 3), name="images")
    with pytest.raises(ConfigError, match="images"):
        keras_lifetime_graph(keras.Model(inputs, conv(2, "conv")(inputs)))
    for model in (Subclassed(), keras.Sequential([layers.Dense(2)]), "no model"):
        with pytest.raises(ConfigError, match="functional"):
            keras_lifetime_graph(model)
