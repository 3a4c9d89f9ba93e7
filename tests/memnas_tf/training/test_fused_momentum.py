"""The fused update is Keras's own, only faster to trace."""

from unittest import mock

import keras
import numpy as np
import pytest

from memnas_tf.training.compiling import compile_by_recipe, compile_network
from memnas_tf.training.fused_momentum import fuse_momentum
from memnas_tf.training.recipe import make_recipe

tf = pytest.importorskip("tensorflow")

STEPS = 6
COSINE = keras.optimizers.schedules.CosineDecay(0.3, STEPS)
KINDS = {
    "momentum": {},
    "nesterov": {"nesterov": True},
    "weight decay": {"weight_decay": 0.01},
    "averaged": {"use_ema": True, "ema_momentum": 0.8, "ema_overwrite_frequency": 2},
    "clipped": {"clipnorm": 1.0},
    "accumulated": {"gradient_accumulation_steps": 2},
    "scaled": {"loss_scale_factor": 8.0},
    "all": {"nesterov": True, "weight_decay": 0.01, "use_ema": True, "clipnorm": 1.0},
    "schedule": {"learning_rate": COSINE, "weight_decay": 0.01},
}


def train(fuse, policy="float32", learning_rate=0.1, loss_scale=False, eager=False, **arguments):
    """Train a small network; return its variables and its optimizer's, as float64."""
    keras.utils.set_random_seed(0)
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(4 * STEPS, 5)).astype("float32"), rng.integers(0, 3, 4 * STEPS)
    layers = [keras.layers.Dense(7, activation="relu", dtype=policy), keras.layers.Dense(3)]
    model = keras.Sequential([keras.Input((5,)), *layers])
    optimizer = inner = keras.optimizers.SGD(learning_rate, momentum=0.9, **arguments)
    if fuse:
        fuse_momentum(inner)
    if loss_scale:
        optimizer = keras.optimizers.LossScaleOptimizer(inner, initial_scale=1e4)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizer, loss, jit_compile=False, run_eagerly=eager)
    model.fit(x, y, batch_size=4, verbose=0, shuffle=False)
    return [np.asarray(v).astype("float64") for v in [*model.variables, *optimizer.variables]]


def assert_trained_alike(**how):
    with mock.patch.object(
        tf.raw_ops,
        "ResourceApplyKerasMomentum",
        side_effect=tf.raw_ops.ResourceApplyKerasMomentum,
    ) as kernel:
        plain = train(fuse=False, **how)
        assert not kernel.called
        fused = train(fuse=True, **how)
        assert kernel.called
    for one, other in zip(fused, plain, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("kind", KINDS)
def test_same_as_keras_to_the_bit(kind):
    assert_trained_alike(**KINDS[kind])


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16", "float16"])
def test_same_in_every_precision(policy):
    assert_trained_alike(policy=policy, nesterov=True)


def test_same_where_a_loss_is_scaled_and_steps_are_left_out():
    """At a scale of 1e4 some gradient overflows in float16 at first."""
    assert_trained_alike(policy="mixed_float16", loss_scale=True)


def test_same_where_all_gradients_are_clipped_together():
    """Outside a graph, in which TensorFlow would reorder the products of Keras's own update."""
    assert_trained_alike(global_clipnorm=1.0, eager=True)


def test_same_for_devices_that_share_a_batch():
    with tf.distribute.MirroredStrategy(["cpu:0"]).scope():
        assert_trained_alike(weight_decay=0.01, use_ema=True)


def test_a_rate_that_a_callback_sets_counts():
    """As a rate that became a constant of the graph would not."""
    variable = keras.Variable(np.ones(2))
    optimizer = keras.optimizers.SGD(0.5, momentum=0.5)
    fuse_momentum(optimizer)
    optimizer.build([variable])
    step = tf.function(lambda: optimizer.apply([tf.ones(2)], [variable]))
    step()
    np.testing.assert_array_equal(variable.numpy(), [0.5, 0.5])
    optimizer.learning_rate = 0.0
    step()  # the momentum of -0.5 has halved
    np.testing.assert_array_equal(variable.numpy(), [0.25, 0.25])


def test_sparse_gradients_take_the_code_of_keras():
    results = []
    for fuse in (False, True):
        table = keras.Variable(np.ones((4, 2)))
        optimizer = keras.optimizers.SGD(0.1, momentum=0.9)
        if fuse:
            fuse_momentum(optimizer)
        optimizer.build([table])
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(tf.gather(table.value, [1, 2]) ** 2)
        gradient = tape.gradient(loss, table.value)
        assert isinstance(gradient, tf.IndexedSlices)
        optimizer.apply([gradient], [table])
        results.append(table.numpy())
    np.testing.assert_array_equal(*results)


@pytest.mark.parametrize(("backend", "momentum"), [("jax", 0.9), ("tensorflow", 0.0)])
def test_anything_else_is_left_alone(backend, momentum, monkeypatch):
    optimizer = keras.optimizers.SGD(0.1, momentum=momentum)
    before = dict(vars(optimizer))
    monkeypatch.setattr(keras.backend, "backend", lambda: backend)
    fuse_momentum(optimizer)
    assert vars(optimizer) == before


def test_a_network_is_compiled_with_it_and_saved_without(tmp_path):
    """A file tells of Keras's own optimizer, and one that was loaded trains to the same."""
    layers = [keras.Input((2,)), keras.layers.Dense(3, activation="softmax")]
    model = keras.Sequential(layers)
    compile_network(model, 0.1, total_steps=8)
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(8, 2)).astype("float32"), rng.integers(0, 3, 8)
    model.fit(x, y, batch_size=4, shuffle=False, verbose=0)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert type(loaded.optimizer) is keras.optimizers.SGD
    assert "update_step" in vars(model.optimizer)
    assert "update_step" not in vars(loaded.optimizer)
    for either in (model, loaded):
        either.fit(x, y, batch_size=4, shuffle=False, verbose=0)
    variables = [[*m.variables, *m.optimizer.variables] for m in (model, loaded)]
    for one, other in zip(*variables, strict=True):
        np.testing.assert_array_equal(one.numpy(), other.numpy())


def test_a_recipe_is_compiled_with_it():
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(3, activation="softmax")])
    compile_by_recipe(model, make_recipe("modern"), steps=4)
    assert "update_step" in vars(model.optimizer)
