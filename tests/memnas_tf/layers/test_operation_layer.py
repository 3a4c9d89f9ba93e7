"""The contract that every operation keeps."""

import keras
import numpy as np
import pytest

from memnas_tf.layers import OperationLayer
from memnas_tf.operations import OPERATIONS, operation_parameters

FILTERS = 4
SHAPES = [(7, 6, 4), (8, 5, 3)]  # odd and even sizes; channels equal to the filters, and not


def images(shape, batch=2, seed=0):
    """A batch of noise."""
    return np.random.default_rng(seed).normal(size=(batch, *shape)).astype("float32")


@pytest.fixture(params=OPERATIONS)
def name(request):
    return request.param


@pytest.fixture(params=SHAPES, ids=str)
def shape(request):
    return request.param


@pytest.fixture(params=(1, 2), ids="stride{}".format)
def stride(request):
    return request.param


@pytest.fixture
def layer(name, stride):
    keras.utils.set_random_seed(0)
    return OperationLayer(name, FILTERS, stride)


def test_shape_and_parameters(layer, name, shape, stride):
    inputs = images(shape)
    expected = (2, -(-shape[0] // stride), -(-shape[1] // stride), FILTERS)
    assert tuple(layer(inputs).shape) == expected
    assert layer.compute_output_shape(inputs.shape) == expected
    assert layer(keras.Input(shape)).shape == (None, *expected[1:])
    assert layer.count_params() == operation_parameters(name, shape[-1], FILTERS, stride)


def test_sizes_may_be_unknown(layer):
    symbolic = keras.Input((None, None, 3))
    assert layer.compute_output_shape(symbolic.shape) == (None, None, None, FILTERS)
    assert layer(symbolic).shape == (None, None, None, FILTERS)


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
def test_mixed_precision(name, shape, stride, policy):
    layer = OperationLayer(name, FILTERS, stride, dtype=policy)
    inputs = keras.ops.cast(images(shape), layer.compute_dtype)
    output = layer(inputs, training=True)
    assert output.dtype == layer.compute_dtype
    assert {str(weight.dtype) for weight in layer.weights} <= {"float32"}
    assert np.isfinite(keras.ops.convert_to_numpy(keras.ops.cast(output, "float32"))).all()


def test_config_round_trip(name, stride):
    layer = OperationLayer(name, FILTERS, stride, dtype="mixed_bfloat16", name="mine")
    twin = OperationLayer.from_config(layer.get_config())
    assert twin.get_config() == layer.get_config()
    assert (twin.operation, twin.filters, twin.stride) == (name, FILTERS, stride)
    assert (twin.name, twin.dtype_policy.name) == ("mine", "mixed_bfloat16")


def test_saved_and_loaded(layer, shape, tmp_path):
    inputs = images(shape)
    model = keras.Sequential([keras.Input(shape), layer])
    model(inputs, training=True)  # moments other than the first
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(model(inputs), loaded(inputs))
    assert loaded.count_params() == model.count_params()


def test_gradients_reach_every_weight(layer, shape):
    """The sum of squares depends on each trainable weight."""
    tf = pytest.importorskip("tensorflow")
    inputs = tf.constant(images(shape))
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        loss = tf.reduce_sum(layer(inputs, training=True) ** 3)
    gradients = tape.gradient(loss, [inputs, *layer.trainable_weights])
    for gradient in gradients:
        assert gradient is not None
        assert np.abs(gradient).max() > 0


def test_an_identity_of_the_right_shape_hands_on_the_very_tensor():
    inputs = keras.ops.convert_to_tensor(images((5, 5, FILTERS)))
    layer = OperationLayer("identity", FILTERS)
    assert layer(inputs) is inputs
    assert layer.weights == []


@pytest.mark.parametrize("size", [(9, 9), (8, 8), (7, 4), (1, 3), (2, 1)])
def test_the_strided_dilated_convolution_is_every_second_position_of_the_dilated(size):
    keras.utils.set_random_seed(0)
    strided, plain = (OperationLayer("dilated_3x3", FILTERS, stride) for stride in (2, 1))
    inputs = images((*size, 3))
    strided.build(inputs.shape)
    plain.build(inputs.shape)
    plain.set_weights(strided.get_weights())
    expected = keras.ops.convert_to_numpy(plain(inputs))[:, ::2, ::2]
    np.testing.assert_allclose(strided(inputs), expected, rtol=1e-5, atol=1e-6)


def test_the_strided_dilated_convolution_hides_no_value_that_is_no_number():
    inputs = images((8, 8, 3))
    inputs[0, 2, 2] = np.nan
    outputs = keras.ops.convert_to_numpy(OperationLayer("dilated_3x3", FILTERS, stride=2)(inputs))
    assert np.isnan(outputs[0, :3, :3]).all()
    assert np.isfinite(outputs[1]).all()


def test_the_dilated_convolution_by_hand():
    """Only the dilated kernel's nine positions are read, two apart."""
    keras.utils.set_random_seed(0)
    layer = OperationLayer("dilated_3x3", 2, stride=2)
    inputs = images((9, 8, 3), batch=1)
    layer.build(inputs.shape)
    (kernel,) = layer.layers[1].get_weights()
    padded = np.pad(inputs[0], ((2, 2), (2, 2), (0, 0)))
    expected = np.zeros((5, 4, 2))
    for row in range(5):
        for column in range(4):
            window = padded[2 * row : 2 * row + 5 : 2, 2 * column : 2 * column + 5 : 2]
            expected[row, column] = np.tensordot(window, kernel, axes=3)
    # Inference with fresh moments: divided by sqrt(1 + 0.001), then rectified.
    expected = np.maximum(expected / np.sqrt(1.001), 0)
    np.testing.assert_allclose(layer(inputs)[0], expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("conv_3x3", ["Conv2D", "BatchNormalization", "ReLU"]),
        (
            "depthwise_5x5",
            ["DepthwiseConv2D", "BatchNormalization", "Conv2D", "BatchNormalization", "ReLU"],
        ),
        ("factorised_7x7", ["Conv2D", "BatchNormalization", "ReLU"] * 3),
        ("average_pool_3x3", ["Conv2D", "BatchNormalization", "AveragePooling2D"]),
        ("max_pool_3x3", ["Conv2D", "BatchNormalization", "MaxPooling2D"]),
        ("identity", ["Conv2D"]),
    ],
)
def test_what_an_operation_is_made_of(name, kinds):
    layer = OperationLayer(name, FILTERS, stride=2)
    layer.build((None, 8, 8, 3))
    assert [type(part).__name__.removeprefix("Fused") for part in layer.layers] == kinds


def test_an_unknown_primitive():
    from memnas_tf.layers.operation_layer import primitive_layer

    with pytest.raises(TypeError, match="no Keras layer is known for the primitive 'x'"):
        primitive_layer("x", 1, 1)
