"""A network trained on JAX, loaded, exported and served under TensorFlow."""

import json

import numpy as np
import pytest
from click.testing import CliRunner

from memnas_cli.main import main
from memnas_tf.keras_models.loading import load_keras_model
from tests.helpers.processes import run_python

# Train on JAX, and print what the network makes of some images.
SCRIPT = """
import json, sys

import numpy as np

from memnas_cli.main import main

main(["train", *sys.argv[2:], "--quiet"], standalone_mode=False)

import keras

from memnas_tf.keras_models.loading import load_keras_model

assert keras.backend.backend() == "jax"
model = load_keras_model(sys.argv[1])
images = np.linspace(-1, 1, 4 * 64, dtype=np.float32).reshape(4, 8, 8, 1)
print("OUTPUTS", json.dumps(np.asarray(model(images)).tolist()))
"""
IMAGES = np.linspace(-1, 1, 4 * 64, dtype=np.float32).reshape(4, 8, 8, 1)


@pytest.mark.slow
def test_a_network_trained_on_jax_is_served_by_tensorflow(data_dir, tmp_path):
    pytest.importorskip("jax", reason="the JAX backend needs JAX")
    import tensorflow as tf

    directory = tmp_path / "trained"
    options = ["2x0c3+0mp=,1d3:0ap=", "--blocks", "2", "--filters", "4", "--limit", "300"]
    options += ["--epochs", "2", "--recipe", "modern", "--data-dir", str(data_dir)]
    printed = run_python(
        SCRIPT,
        str(directory / "model.keras"),
        *options,
        *("--directory", str(directory)),
        KERAS_BACKEND="jax",
    )
    expected = np.array(json.loads(printed.partition("OUTPUTS ")[2]))
    assert json.loads((directory / "plan.json").read_text())["backend"] == "jax"
    loaded = load_keras_model(directory / "model.keras")
    np.testing.assert_allclose(loaded(IMAGES), expected, atol=1e-5)
    result = CliRunner().invoke(main, ["export", str(directory), "--to", str(tmp_path / "models")])
    assert result.exit_code == 0, result.output
    served = tf.saved_model.load(str(tmp_path / "models" / "1")).signatures["serve_raw"]
    (name,) = served.structured_input_signature[1]
    answer = served(**{name: tf.constant(IMAGES)})
    np.testing.assert_allclose(answer["probabilities"], expected, atol=1e-5)
