"""What a conversion takes and refuses; its outputs are tested in tests/serving/litert."""

import pytest

from memnas_tf.errors import ConfigError, ExportError
from memnas_tf.litert.conversion import convert

keras = pytest.importorskip("keras")


@pytest.fixture(scope="module")
def model():
    inputs = keras.Input((4, 4, 1))
    return keras.Model(inputs, keras.layers.Conv2D(2, 3)(inputs))


def test_other_types_are_refused(model):
    with pytest.raises(ConfigError, match="dtype is 'int4'; use one of float32, float16, int8"):
        convert(model, "int4")
    with pytest.raises(ConfigError, match="ends are 'int16'; use int8 or uint8"):
        convert(model, "int8", ends="int16")


def test_int8_without_images_is_refused(model):
    if keras.backend.backend() != "tensorflow":
        pytest.skip("only TensorFlow's models convert to LiteRT")
    with pytest.raises(ExportError, match="needs representative images"):
        convert(model, "int8", images=())
