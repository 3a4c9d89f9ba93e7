"""Shapes that a model asks for when it runs, as constants for microcontrollers."""

import numpy as np
import pytest

keras = pytest.importorskip("keras")
pytest.importorskip("ai_edge_litert", reason="LiteRT's answers need ai-edge-litert")
pytest.importorskip("tflite_micro", reason="the other answers need tflite-micro")
pytestmark = pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="only TensorFlow's models convert to LiteRT"
)


def test_a_flattened_image_is_reshaped_to_a_constant_shape():
    from memnas_tf.litert.conversion import convert
    from memnas_tf.litert.interpreter import outputs_of
    from memnas_tf.litert.micro_file import make_micro_file
    from memnas_tf.litert.micro_interpreter import micro_outputs, start_micro_interpreter
    from memnas_tf.litert.micro_reader import read_micro_graph

    inputs = keras.Input((4, 4, 2))
    flat = keras.layers.Flatten()(keras.layers.Conv2D(3, 3)(inputs))
    content = convert(keras.Model(inputs, keras.layers.Reshape((2, 6))(flat)), "int8")
    assert "PACK" in {operation.kind for operation in read_micro_graph(content).operations}
    made = make_micro_file(content)
    kinds = {operation.kind for operation in read_micro_graph(made.content).operations}
    assert kinds == {"CONV_2D", "RESHAPE"}
    images = np.random.default_rng(0).integers(-128, 128, (3, 1, 4, 4, 2), np.int8)
    interpreter = start_micro_interpreter(made.content, made.memory[64].smallest_arena)
    for image in images:
        given = micro_outputs(interpreter, image)
        np.testing.assert_array_equal(given, outputs_of(content, image))
