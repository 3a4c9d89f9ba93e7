"""Files written as the runtime for microcontrollers does them best."""

import random

import numpy as np
import pytest

from memnas_tf.genotype import from_string
from memnas_tf.template import cifar_template
from memnas_tf.tflm import graph_of, tflm_memory
from memnas_tf.tflm.flash import file_bytes
from memnas_tf.tflm.planning import planned
from memnas_tf.tflm.rewriting import rewritten
from tests.helpers.genotypes import random_genotype, random_template
from tests.helpers.micro import converted, random_images

keras = pytest.importorskip("keras")
pytest.importorskip("ai_edge_litert", reason="LiteRT's answers need ai-edge-litert")
pytest.importorskip("tflite_micro", reason="the other answers need tflite-micro")
pytestmark = pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="only TensorFlow's models convert to LiteRT"
)


def answers(content, images):
    from memnas_tf.litert.micro_interpreter import micro_outputs, start_micro_interpreter

    interpreter = start_micro_interpreter(content)
    return np.stack([micro_outputs(interpreter, image[None]).ravel() for image in images])


def reference_answers(content, images):
    from memnas_tf.litert.interpreter import start_interpreter

    interpreter = start_interpreter(content)
    (source,), (target,) = interpreter.get_input_details(), interpreter.get_output_details()
    made = []
    for image in images:
        interpreter.set_tensor(source["index"], image[None])
        interpreter.invoke()
        made.append(interpreter.get_tensor(target["index"]).ravel())
    return np.stack(made)


def network(seed):
    rng = random.Random(seed)
    return random_genotype(rng, 2, max_cells=4), random_template(rng, 2)


@pytest.mark.parametrize("seed", [0, 3])
def test_answers_are_those_of_litert_bit_by_bit_and_of_the_same_size(seed):
    from memnas_tf.litert.micro_file import make_micro_file

    genotype, template = network(seed)
    content = converted(genotype, template, seed)
    made = make_micro_file(content, rewrite=True)
    images = random_images(template, 40, seed)
    given = answers(made.content, images)
    np.testing.assert_array_equal(given, reference_answers(made.reference, images))
    before = answers(content, images).astype(int) - 128
    np.testing.assert_array_equal(given, before)
    graph = planned(rewritten(graph_of(genotype, template))).graph
    assert {word: tflm_memory(graph, word) for word in (32, 64)} == made.memory
    assert abs(file_bytes(graph) / len(made.content) - 1) < 0.01
    assert all(made.memory[word].used < made.before[word].used for word in (32, 64))


def test_several_dense_layers_become_convolutions():
    from memnas_tf.litert.conversion import convert
    from memnas_tf.litert.micro_file import make_micro_file
    from memnas_tf.litert.micro_reader import read_micro_graph

    inputs = keras.Input((6, 6, 2))
    pooled = keras.layers.GlobalAveragePooling2D()(inputs)
    hidden = keras.layers.Dense(24, activation="relu")(pooled)
    model = keras.Model(inputs, keras.layers.Dense(5, activation="softmax")(hidden))
    made = make_micro_file(convert(model, "int8"), rewrite=True)
    kinds = [operation.kind for operation in read_micro_graph(made.content).operations]
    assert kinds == ["MEAN", "CONV_2D", "CONV_2D", "SOFTMAX"]
    images = np.random.default_rng(0).integers(-128, 128, (100, 6, 6, 2), np.int8)
    np.testing.assert_array_equal(
        answers(made.content, images), reference_answers(made.reference, images)
    )


@pytest.mark.parametrize("kind", ["no pixels", "also added", "float32"])
def test_dense_layers_stay_where_they_cannot_be_convolutions(kind):
    from memnas_tf.litert.conversion import convert
    from memnas_tf.litert.micro_file import make_micro_file
    from memnas_tf.litert.micro_reader import read_micro_graph

    inputs = keras.Input((2,) if kind == "no pixels" else (6, 6, 2))
    pooled = inputs if kind == "no pixels" else keras.layers.GlobalAveragePooling2D()(inputs)
    scores = keras.layers.Dense(2)(pooled)
    if kind == "also added":
        scores = keras.layers.Add()([scores, pooled])
    content = convert(keras.Model(inputs, scores), "float32" if kind == "float32" else "int8")
    made = make_micro_file(content, rewrite=True)
    given, expected = map(read_micro_graph, (made.content, content))
    kinds = [operation.kind for operation in given.operations]
    assert kinds == [operation.kind for operation in expected.operations]
    assert "FULLY_CONNECTED" in kinds


def test_a_plan_of_the_file_before_is_not_kept():
    from memnas_tf.litert.micro_file import make_micro_file

    template = cifar_template((12, 12, 3), 10, 4, 2)
    first = make_micro_file(converted(from_string("2x0a3:0f7=,1d5+0mp="), template))
    again = make_micro_file(first.content, rewrite=True)
    assert again.memory[32].used < first.memory[32].used
    images = random_images(template, 3)
    np.testing.assert_array_equal(
        answers(again.content, images), answers(first.content, images).astype(int) - 128
    )
