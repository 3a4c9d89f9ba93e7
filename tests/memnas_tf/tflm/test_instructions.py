"""The estimate of instructions, beside those counted on an emulated Cortex-M4."""

import pytest

from memnas_tf.errors import ConfigError
from memnas_tf.genotype import PRESETS, from_string, to_string
from memnas_tf.template import cifar_template
from memnas_tf.tflm.instructions import MICRO_KERNELS, estimated_instructions

SEARCHED = "0d3:0mp=/0d3:0mp=/0d3:0mp=/0d3:0id=/0d3:0mp="
# Blocks, filters, and millions of instructions with reference kernels and with CMSIS-NN.
COUNTED = [
    ("4x0ap:0mp=", 4, 8, 62.5, 5.51),
    (SEARCHED, 5, 8, 56.6, 5.14),
    ("5x0d5+0id,1d5+1id=", 5, 16, 191, 21.7),
    ("5x0a3:0c3=", 5, 8, 173, 9.81),
    (to_string(PRESETS["figure-1b"]), 5, 8, 320, 25.2),
]


@pytest.mark.parametrize(("text", "blocks", "filters", "reference", "cmsis"), COUNTED)
def test_it_is_near_what_was_counted(text, blocks, filters, reference, cmsis):
    template = cifar_template((32, 32, 3), 10, filters, blocks)
    for kernels, counted, error in zip(MICRO_KERNELS, (reference, cmsis), (0.05, 0.2), strict=True):
        estimate = estimated_instructions(from_string(text), template, kernels) / 1e6
        assert estimate == pytest.approx(counted, rel=error)


def test_kernels_that_nobody_counted_are_refused():
    with pytest.raises(ConfigError, match="kernels is 'fast'; use one of reference, cmsis-nn"):
        estimated_instructions(PRESETS["figure-1b"], cifar_template((8, 8, 1), 3, 4), "fast")
