import keras
import pytest

from memnas_tf.errors import ConfigError
from memnas_tf.training.precision import choose_policy, computing_in


@pytest.mark.parametrize(
    ("capability", "policy"),
    [(None, "mixed_bfloat16"), ((7, 5), "mixed_float16"), ((8, 0), "mixed_bfloat16")],
)
def test_auto_takes_what_fits_the_device(capability, policy, monkeypatch):
    monkeypatch.setattr("memnas_tf.training.precision.compute_capability", lambda: capability)
    assert choose_policy("auto") == policy


def test_a_precision_can_be_named_or_left_out():
    assert choose_policy("float16") == "mixed_float16"
    assert choose_policy(None) == "float32"
    with pytest.raises(ConfigError, match="unknown precision 'int8'; use one of auto, bfloat16"):
        choose_policy("int8")


def test_the_policy_holds_within_the_block_alone():
    with pytest.raises(KeyError), computing_in("mixed_bfloat16"):
        assert keras.layers.Dense(1).compute_dtype == "bfloat16"
        raise KeyError
    assert keras.layers.Dense(1).compute_dtype == "float32"
