"""What a file needs on microcontrollers, against the real interpreter of the wheel."""

import random

import pytest

from memnas_tf.tflm import graph_of, tflm_memory
from tests.helpers.genotypes import random_genotype, random_template
from tests.helpers.micro import converted

keras = pytest.importorskip("keras")
pytestmark = pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="only TensorFlow's models convert to LiteRT"
)


@pytest.mark.parametrize("dtype", ["int8", "float32"])
@pytest.mark.parametrize("seed", range(3))
def test_file_and_genotype_tell_what_the_interpreter_takes(seed, dtype):
    pytest.importorskip("tflite_micro", reason="the real arena needs tflite-micro")
    from memnas_tf.litert.micro_interpreter import measured_arena, runs_in
    from memnas_tf.litert.micro_reader import read_micro_graph

    rng = random.Random(seed)
    genotype, template = random_genotype(rng, 2, max_cells=3), random_template(rng, 2)
    content = converted(genotype, template, seed, dtype)
    memory = tflm_memory(read_micro_graph(content), 64)
    assert tflm_memory(graph_of(genotype, template, dtype), 64) == memory
    measured = measured_arena(content)
    assert memory.used == measured.used
    assert memory.tensor_bytes == measured.head
    assert memory.bookkeeping_bytes == measured.tail
    assert runs_in(content, memory.smallest_arena)
    assert not runs_in(content, memory.smallest_arena - 1)
    assert not runs_in(content, memory.smallest_arena - 16)
