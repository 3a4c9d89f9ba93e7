import pytest

from memnas_tf.training.finite import check_finite


def test_finite_numbers_and_missing_ones_pass():
    check_finite({"loss": 1e30, "val_accuracy": 0.0}, "val_accuracy", "now")
    check_finite({}, "val_accuracy", "now")


@pytest.mark.parametrize("name", ["loss", "val_accuracy"])
@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_what_is_no_number_is_named(name, value):
    with pytest.raises(FloatingPointError, match=f"{name} is {value} now"):
        check_finite({name: value}, "val_accuracy", "now")
