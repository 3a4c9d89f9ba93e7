"""A cell as a layer."""

import keras
import numpy as np
import pytest

from memnas_tf.layers import CellLayer


def pair(seed=0):
    """Two inputs of different channels and sizes: the first is read at stride 2."""
    rng = np.random.default_rng(seed)
    return [
        rng.normal(size=(2, 7, 6, 3)).astype("float32"),
        rng.normal(size=(2, 4, 3, 5)).astype("float32"),
    ]


@pytest.fixture(params=("sum", "concat"))
def cell(request):
    keras.utils.set_random_seed(1)
    return CellLayer(("conv_3x3", "identity"), 4, (2, 1), request.param)


def test_output_is_the_combination_of_both_operations(cell):
    inputs = pair()
    output = cell(inputs)
    parts = [operation(tensor) for operation, tensor in zip(cell.operations, inputs, strict=True)]
    expected = (
        parts[0] + parts[1]
        if isinstance(cell.combine, keras.layers.Add)
        else np.concatenate(parts, axis=-1)
    )
    np.testing.assert_allclose(output, expected, rtol=1e-6)
    assert cell.compute_output_shape([tensor.shape for tensor in inputs]) == tuple(output.shape)


def test_config_round_trip(cell):
    twin = CellLayer.from_config(cell.get_config())
    assert twin.get_config() == cell.get_config()


def test_saved_and_loaded(cell, tmp_path):
    inputs = [keras.Input(tensor.shape[1:]) for tensor in pair()]
    model = keras.Model(inputs, cell(inputs))
    model(pair(), training=True)
    model.save(tmp_path / "cell.keras")
    loaded = keras.saving.load_model(tmp_path / "cell.keras")
    np.testing.assert_array_equal(model(pair(1)), loaded(pair(1)))


def test_training_reaches_batch_normalisation(cell):
    inputs = pair()
    assert np.abs(np.subtract(cell(inputs, training=True), cell(inputs))).max() > 1e-3


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
def test_mixed_precision_reaches_every_part(policy):
    cell = CellLayer(("conv_3x3", "max_pool_3x3"), 4, (2, 1), "concat", dtype=policy)
    assert cell(pair()).dtype == cell.compute_dtype
    parts = [*cell.operations, cell.combine, *(p for op in cell.operations for p in op.layers)]
    assert {part.dtype_policy.name for part in parts} == {policy}
