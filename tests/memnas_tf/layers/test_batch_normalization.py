"""Fused batch normalisation is Keras's own, only faster."""

from unittest import mock

import keras
import numpy as np
import pytest

from memnas_tf.layers import FusedBatchNormalization

tf = pytest.importorskip("tensorflow")

# Relative to the largest value, per dtype of the results. Keras computes in float32 and rounds
# the result; the kernel does the same.
TOLERANCE = {"float32": 2e-5, "mixed_float16": 2e-3, "mixed_bfloat16": 2e-2}


def pair(channels=5, **arguments):
    """The fused layer and Keras's, with the same weights."""
    fused = FusedBatchNormalization(momentum=0.9, **arguments)
    plain = keras.layers.BatchNormalization(momentum=0.9, **arguments)
    rng = np.random.default_rng(1)
    weights = [rng.uniform(0.5, 2.0, channels) for _ in range(4)]
    for layer in (fused, plain):
        layer.build((None, 6, 7, channels))
        layer.set_weights(weights)
    return fused, plain


def run(layer, inputs, training):
    """Output and gradients with respect to the input, gamma and beta, as float64."""
    inputs = tf.cast(inputs, layer.compute_dtype)
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        output = layer(inputs, training=training)
        weighting = tf.cast(tf.reshape(tf.range(tf.size(output)) % 7, output.shape), output.dtype)
        loss = tf.reduce_sum(output * weighting)
    variables = [inputs, layer.gamma.value, layer.beta.value]
    results = [output, *tape.gradient(loss, variables)]
    assert output.dtype == layer.compute_dtype
    return [np.asarray(tf.cast(result, tf.float64)) for result in results]


def assert_same(results, expected, tolerance):
    for result, other in zip(results, expected, strict=True):
        np.testing.assert_allclose(result, other, atol=tolerance * max(1, np.abs(other).max()))


@pytest.mark.parametrize("policy", TOLERANCE)
@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("trainable", [True, False])
@pytest.mark.parametrize("shape", [(4, 6, 7, 5), (1, 1, 1, 5), (3, 1, 1, 5)], ids=str)
def test_same_as_keras(policy, training, trainable, shape):
    fused, plain = pair(dtype=policy, trainable=trainable)
    inputs = np.random.default_rng(0).normal(3.0, 2.0, shape)
    with mock.patch.object(FusedBatchNormalization, "_fused", autospec=True) as fuse:
        fuse.side_effect = lambda layer, x, mode: mock.DEFAULT
        fused(tf.cast(inputs, fused.compute_dtype), training=training)
    assert fuse.called
    assert_same(run(fused, inputs, training), run(plain, inputs, training), TOLERANCE[policy])
    moments = [[np.asarray(v) for v in layer.non_trainable_weights] for layer in (fused, plain)]
    assert_same(*moments, TOLERANCE[policy])


def test_moments_move_only_where_keras_moves_them():
    fused, _ = pair()
    inputs = np.random.default_rng(0).normal(3.0, 2.0, (4, 6, 7, 5))
    before = fused.get_weights()
    fused(inputs, training=False)
    fused.trainable = False
    fused(inputs, training=True)
    for weight, old in zip(fused.get_weights(), before, strict=True):
        np.testing.assert_array_equal(weight, old)
    fused.trainable = True
    fused(inputs, training=True)
    assert np.abs(fused.get_weights()[2] - before[2]).max() > 0


@pytest.mark.parametrize(
    ("arguments", "shape"),
    [
        ({"axis": 1}, (2, 5, 3, 4)),
        ({"scale": False}, (2, 3, 4, 5)),
        ({"center": False}, (2, 3, 4, 5)),
        ({"dtype": "float64"}, (2, 3, 4, 5)),
        ({}, (6, 5)),
        ({}, (6, 3, 5)),
    ],
    ids=str,
)
def test_anything_else_takes_the_code_of_keras(arguments, shape):
    inputs = np.random.default_rng(0).normal(3.0, 2.0, shape).astype("float32")
    fused, plain = (
        FusedBatchNormalization(**arguments),
        keras.layers.BatchNormalization(**arguments),
    )
    with mock.patch.object(FusedBatchNormalization, "_fused", side_effect=AssertionError):
        np.testing.assert_array_equal(fused(inputs, training=True), plain(inputs, training=True))


def test_a_mask_takes_the_code_of_keras():
    inputs = np.random.default_rng(0).normal(size=(2, 3, 4, 5)).astype("float32")
    mask = np.array([[True, True, False]] * 2)
    fused, plain = pair()
    results = [layer(inputs, training=True, mask=mask[:, :, None]) for layer in (fused, plain)]
    np.testing.assert_array_equal(*results)


def test_config_and_weights_are_those_of_keras():
    fused, plain = pair(epsilon=1e-4, name="mine")
    assert fused.get_config() == plain.get_config()
    assert [weight.name for weight in fused.weights] == [weight.name for weight in plain.weights]
    assert FusedBatchNormalization.from_config(fused.get_config()).epsilon == 1e-4


def test_saved_and_loaded(tmp_path):
    fused, _ = pair()
    model = keras.Sequential([keras.Input((6, 7, 5)), fused])
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert isinstance(loaded.layers[0], FusedBatchNormalization)
    inputs = np.random.default_rng(0).normal(size=(2, 6, 7, 5))
    np.testing.assert_array_equal(model(inputs), loaded(inputs))
