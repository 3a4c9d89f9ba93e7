"""No graph of a network that was trained stays behind, and training is the same to the bit."""

import gc

import keras
import numpy as np
import pytest
from tensorflow.python.framework.func_graph import FuncGraph

from memnas_tf.genotype import from_string
from memnas_tf.layers import build_network
from memnas_tf.template import cifar_template
from memnas_tf.training.compiling import compile_network
from memnas_tf.training.fused_momentum import fuse_momentum
from tuner.trials.single_device import skip_all_reduce


def train(optimizer, skip):
    keras.utils.clear_session()
    keras.utils.set_random_seed(0)
    x = np.random.default_rng(0).normal(size=(16, 4)).astype("float32")
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, activation="relu")])
    model.compile(optimizer, "mse")
    if skip:
        skip_all_reduce(model.optimizer)
    model.fit(x, x[:, :3], batch_size=4, epochs=2, verbose=0, shuffle=False)
    return model.get_weights()


def graphs():
    gc.collect()
    return sum(isinstance(thing, FuncGraph) for thing in gc.get_objects())


def fused():
    optimizer = keras.optimizers.SGD(0.1, momentum=0.9)
    fuse_momentum(optimizer)
    return optimizer


OPTIMIZERS = {
    "fused": fused,
    "sgd": lambda: keras.optimizers.SGD(0.1, momentum=0.9),
    "adamw": lambda: keras.optimizers.AdamW(0.1, clipnorm=1.0),
    "loss scale": lambda: keras.optimizers.LossScaleOptimizer(keras.optimizers.SGD(0.1)),
    "accumulated": lambda: keras.optimizers.SGD(0.1, gradient_accumulation_steps=2),
}


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_updates_are_the_same_to_the_bit(name):
    for one, other in zip(
        train(OPTIMIZERS[name](), skip=True), train(OPTIMIZERS[name](), skip=False), strict=True
    ):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("name", ["fused", pytest.param("sgd", marks=pytest.mark.slow)])
def test_no_graph_stays_behind_and_without_it_some_do(name):
    train(OPTIMIZERS[name](), skip=True)
    before = graphs()
    train(OPTIMIZERS[name](), skip=True)
    train(OPTIMIZERS[name](), skip=True)
    assert graphs() <= before
    train(OPTIMIZERS[name](), skip=False)
    assert graphs() > before, "Keras no longer needs this cure"


def test_a_saved_optimizer_knows_nothing_of_it():
    optimizer = keras.optimizers.SGD(0.1)
    before = keras.saving.serialize_keras_object(optimizer)
    skip_all_reduce(optimizer)
    assert keras.saving.serialize_keras_object(optimizer) == before


def test_no_optimizer_is_let_pass():
    skip_all_reduce(None)


def test_no_graph_of_a_network_with_strides_stays_behind():
    network = from_string("0id+0c3=/0f7+0a3=")

    def train_network():
        keras.utils.clear_session()
        model = build_network(network, cifar_template((4, 4, 1), 2, filters=2, blocks=2))
        compile_network(model)
        skip_all_reduce(model.optimizer)
        model.fit(np.ones((2, 4, 4, 1), "float32"), np.zeros(2), verbose=0)

    train_network()
    before = graphs()
    train_network()
    assert graphs() <= before
