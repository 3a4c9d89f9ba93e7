import keras
import numpy as np
import pytest

from memnas_tf.training.finite import check_finite, check_finite_weights


def test_finite_numbers_and_missing_ones_pass():
    check_finite({"loss": 1e30, "val_accuracy": np.float32(0), "name": "text"}, "now")
    check_finite({"loss": [0.5, 0.25], "classes": 3, "missing": None}, "now")
    check_finite({}, "now")


@pytest.mark.parametrize("name", ["loss", "val_loss", "precision"])
@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_what_is_no_number_is_named(name, value):
    with pytest.raises(FloatingPointError, match=f"{name} is {value} now"):
        check_finite({"accuracy": 0.5, name: value}, "now")
    with pytest.raises(FloatingPointError, match=f"{name} is {value} now"):
        check_finite({name: [0.5, value]}, "now")


@pytest.mark.parametrize("value", [float("nan"), float("-inf")])
def test_a_weight_that_is_no_number_is_named(value):
    model = keras.Sequential([keras.Input((2,)), keras.layers.BatchNormalization(name="norm")])
    check_finite_weights(model, "now")
    model.layers[0].moving_variance.assign([1.0, value])
    with pytest.raises(FloatingPointError, match=r"norm/moving_variance is no finite number now"):
        check_finite_weights(model, "now")
