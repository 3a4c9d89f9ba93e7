"""Keras models from files, and those whose memory cannot be told."""

import re
import subprocess
import sys
import textwrap
import zipfile

import pytest

from memnas_tf.errors import ModelError
from memnas_tf.genotype import PRESETS
from memnas_tf.keras_models.loading import check_measurable, load_keras_model, weight_bytes
from memnas_tf.memory import parameter_memory
from memnas_tf.template import cifar_template

keras = pytest.importorskip("keras")


@keras.saving.register_keras_serializable("tests")
class Doubled(keras.layers.Layer):
    def call(self, inputs):
        return inputs * 2.0


def functional(*shape):
    inputs = keras.Input(shape)
    return keras.Model(inputs, keras.layers.Dense(2)(inputs), name="little")


def test_a_network_of_ours_comes_back_from_its_file(tmp_path):
    from memnas_tf.layers import build_network

    template = cifar_template((16, 16, 3), 10, filters=4)
    build_network(PRESETS["figure-1b"], template).save(tmp_path / "ours.keras")
    model = load_keras_model(tmp_path / "ours.keras")
    check_measurable(model)
    assert weight_bytes(model) == parameter_memory(PRESETS["figure-1b"], template)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(ModelError, match=r"none\.keras: there is no such file"):
        load_keras_model(tmp_path / "none.keras")


@pytest.mark.parametrize("content", [b"", b"junk"])
def test_a_file_of_another_kind(content, tmp_path):
    path = tmp_path / "junk.keras"
    path.write_bytes(content)
    with pytest.raises(ModelError, match=r"is no \.keras file"):
        load_keras_model(path)


def test_a_zip_file_that_is_no_model(tmp_path):
    path = tmp_path / "other.keras"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme", "nothing")
    with pytest.raises(ModelError, match="cannot be loaded"):
        load_keras_model(path)


def test_a_layer_that_keras_does_not_know_is_named(tmp_path):
    inputs = keras.Input((4,))
    path = tmp_path / "custom.keras"
    keras.Model(inputs, Doubled()(inputs)).save(path)
    program = f"""
        from memnas_tf.errors import ModelError
        from memnas_tf.keras_models.loading import load_keras_model
        try:
            load_keras_model({str(path)!r})
        except ModelError as error:
            print(error)
    """
    command = [sys.executable, "-c", textwrap.dedent(program)]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "does not know its layer 'Doubled'" in result.stdout
    assert "estimate_memory" in result.stdout


def test_code_in_a_file_is_not_run(tmp_path):
    inputs = keras.Input((4,))
    model = keras.Model(inputs, keras.layers.Lambda(lambda tensor: tensor)(inputs))
    model.save(tmp_path / "lambda.keras")
    with pytest.raises(ModelError, match="Lambda"):
        load_keras_model(tmp_path / "lambda.keras")


class Subclassed(keras.Model):
    def __init__(self):
        super().__init__(name="own")
        self.dense = keras.layers.Dense(2)

    def call(self, inputs):
        return self.dense(inputs)


def two_inputs():
    inputs = [keras.Input((4,), name=name) for name in ("left", "right")]
    return keras.Model(inputs, keras.layers.Add()(inputs), name="both")


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: "a string", "str is no Keras model"),
        (Subclassed, "'own' has no graph of layers"),
        (lambda: keras.Sequential([keras.layers.Dense(2)]), "has no graph of layers"),
        (two_inputs, "'both' has 2 inputs (left, right)"),
        (lambda: functional(None, 8), "has the shape (None, None, 8); give it fixed sizes"),
    ],
)
def test_models_whose_memory_cannot_be_told(make, message):
    with pytest.raises(ModelError, match=re.escape(message)):
        check_measurable(make())


def test_a_built_sequential_model_will_do():
    check_measurable(keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)]))
