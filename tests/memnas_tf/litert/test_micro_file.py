"""Files made for microcontrollers, run by the real interpreter."""

import random

import numpy as np
import pytest

from memnas_tf.errors import ExportError, MemNASError
from memnas_tf.genotype import from_string, load_genotype
from memnas_tf.template import cifar_template
from memnas_tf.tflm import graph_of, tflm_memory
from memnas_tf.tflm.flash import flash_bytes
from memnas_tf.tflm.planning import planned
from tests.helpers.genotypes import random_genotype, random_template
from tests.helpers.micro import converted, random_images

keras = pytest.importorskip("keras")
pytest.importorskip("tflite_micro", reason="the real interpreter needs tflite-micro")
pytestmark = pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="only TensorFlow's models convert to LiteRT"
)
MANY = "1x" + ",".join(["0c3+0id="] * 11)  # eleven outputs


def answers(content, images, arena_size=1 << 22):
    """The answers of the microcontrollers' interpreter."""
    from memnas_tf.litert.micro_interpreter import micro_outputs, start_micro_interpreter

    interpreter = start_micro_interpreter(content, arena_size)
    return [micro_outputs(interpreter, image[None]) for image in images]


@pytest.mark.parametrize("seed", [0, 3])
def test_it_answers_the_same_in_the_predicted_arena(seed):
    from memnas_tf.litert.micro_file import make_micro_file
    from memnas_tf.litert.micro_interpreter import measured_arena, runs_in

    rng = random.Random(seed)
    genotype, template = random_genotype(rng, 2, max_cells=4), random_template(rng, 2)
    content = converted(genotype, template, seed)
    made = make_micro_file(content)
    memory = made.memory[64]
    assert measured_arena(made.content)[:2] == (memory.used, memory.tensor_bytes)
    assert not runs_in(made.content, memory.smallest_arena - 1)
    images = random_images(template, 10, seed)
    np.testing.assert_array_equal(
        answers(made.content, images, memory.smallest_arena), answers(content, images)
    )
    assert made.memory[32] == tflm_memory(planned(graph_of(genotype, template)).graph, 32)
    assert measured_arena(content).used == made.before[64].used >= memory.used


@pytest.mark.slow
def test_it_takes_less_flash_and_as_much_as_the_genotype_tells():
    from memnas_tf.litert.micro_file import make_micro_file

    genotype, template = load_genotype("figure-1b"), cifar_template((32, 32, 3), 10, filters=8)
    content = converted(genotype, template)
    made = make_micro_file(content).content
    assert len(content) > 80_000
    assert len(made) < 40_000
    images = random_images(template, 100)
    np.testing.assert_array_equal(answers(made, images), answers(content, images))
    exported = make_micro_file(content, rewrite=True).content
    assert len(exported) < len(made)
    assert abs(flash_bytes(genotype, template) / len(exported) - 1) < 0.01


def test_concatenations_of_more_than_ten_become_several():
    from memnas_tf.litert.interpreter import outputs_of
    from memnas_tf.litert.micro_file import make_micro_file

    genotype, template = from_string(MANY), cifar_template((8, 8, 1), 3, 2, 1)
    content = converted(genotype, template)
    images = random_images(template, 5)
    with pytest.raises(ExportError, match="does not run the model"):
        answers(content, images)
    made = make_micro_file(content)
    expected = [outputs_of(content, image[None]) for image in images]
    np.testing.assert_array_equal(answers(made.content, images), expected)
    assert made.memory[32] == tflm_memory(planned(graph_of(genotype, template)).graph, 32)


def test_its_own_plan_is_kept_where_it_is_made_again():
    from memnas_tf.litert.micro_file import make_micro_file

    made = make_micro_file(
        converted(from_string("2x0a3:0f7=,1d5+0mp="), cifar_template((12, 12, 3), 10, 4, 2))
    )
    again = make_micro_file(made.content)
    assert again.memory == again.before == made.memory
    assert len(again.content) == len(made.content)


def test_what_would_run_wrong_or_not_at_all_is_refused():
    import tensorflow as tf

    from memnas_tf.litert.conversion import convert
    from memnas_tf.litert.micro_file import make_micro_file

    inputs = keras.Input((8, 8, 1))
    model = keras.Model(inputs, keras.layers.Conv2D(2, 3, dilation_rate=2)(inputs))
    split = tf.lite.TFLiteConverter.from_keras_model(model).convert()
    with pytest.raises(ExportError, match="SPACE_TO_BATCH_ND"):
        make_micro_file(split)
    pixels = keras.Input((8, 8, 1), dtype="uint8")
    layer = keras.layers.Conv2D(2, 3)(keras.ops.cast(pixels, "float32"))
    with pytest.raises(ExportError, match="CAST of uint8"):
        make_micro_file(convert(keras.Model(pixels, layer)))
    scores = keras.Input((1024,))
    many = keras.Model(scores, keras.layers.Softmax()(scores))
    with pytest.raises(ExportError, match="SOFTMAX of 1024 values"):
        make_micro_file(convert(many, "int8"))
    unknown = keras.Model(inputs, keras.ops.sin(inputs))
    with pytest.raises(MemNASError, match="models with SIN"):
        make_micro_file(convert(unknown))


def test_several_graphs_dynamic_shapes_and_variables_are_refused_with_their_numbers():
    from memnas_tf.litert.conversion import convert
    from memnas_tf.litert.flatbuffer import read_flatbuffer, write_flatbuffer
    from memnas_tf.litert.micro_file import make_micro_file

    inputs = keras.Input((8, 8, 1))
    content = convert(keras.Model(inputs, keras.layers.Conv2D(2, 3)(inputs)))
    several = read_flatbuffer(content)
    several.subgraphs = several.subgraphs * 3
    with pytest.raises(ExportError, match="the model has 3 subgraphs"):
        make_micro_file(write_flatbuffer(several))
    dynamic = read_flatbuffer(content)
    dynamic.subgraphs[0].tensors[0].shape = np.array([-1, 8, 8, 1], np.int32)
    with pytest.raises(ExportError, match=r"tensor 0 .* has the dynamic shape \(-1, 8, 8, 1\)"):
        make_micro_file(write_flatbuffer(dynamic))
    keeping = read_flatbuffer(content)
    keeping.subgraphs[0].tensors[0].isVariable = True
    with pytest.raises(ExportError, match=r"tensor 0 .* keeps values between runs"):
        make_micro_file(write_flatbuffer(keeping))


@pytest.mark.parametrize("kept", [0, 7, 8, 40, 300, 0.3, 0.6, 0.9])
def test_damaged_files_are_refused(kept):
    from memnas_tf.litert.conversion import convert
    from memnas_tf.litert.micro_file import make_micro_file

    inputs = keras.Input((8, 8, 1))
    content = convert(keras.Model(inputs, keras.layers.Conv2D(2, 3)(inputs)))
    end = kept if isinstance(kept, int) else int(kept * len(content))
    with pytest.raises(ExportError, match=r"no LiteRT model|damaged"):
        make_micro_file(content[:end])
