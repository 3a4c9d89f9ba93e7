"""Parameter memory, by hand."""

import pytest

from memnas_tf.errors import GenotypeError
from memnas_tf.genotype import PRESETS, from_string
from memnas_tf.memory import parameter_count, parameter_memory
from memnas_tf.template import Template, cifar_template, imagenet_template


def test_two_blocks_and_a_stem_by_hand():
    template = Template((8, 8, 3), 10, (2, 4), (1, 2), stem=(5,))
    stem = 9 * 3 * 5 + 4 * 5
    convolution = 9 * 5 * 2 + 4 * 2
    depthwise = 9 * 5 + 4 * 5 + 5 * 2 + 4 * 2
    # Block 1 ends with 4 channels; an identity at stride 2 is a bare 1x1 convolution.
    identity = 4 * 4
    pooling = 4 * 4 + 4 * 4
    dense = (4 + 1) * 10
    count = parameter_count(from_string("0c3:0d3=/0id+0mp="), template)
    assert count == stem + convolution + depthwise + identity + pooling + dense


def test_an_identity_that_passes_its_input_through_has_none():
    template = Template((8, 8, 4), 2, (4,), (1,))
    assert parameter_count(from_string("0id+0id="), template) == (4 + 1) * 2


def test_bytes():
    template = cifar_template((32, 32, 3), 10)
    count = parameter_count(PRESETS["figure-1b"], template)
    assert parameter_memory(PRESETS["figure-1b"], template) == 4 * count
    assert parameter_memory(PRESETS["figure-1b"], template, bytes_per_weight=1) == count


def test_templates_with_a_block_for_each_of_the_architecture():
    genotype = PRESETS["supplement"]
    one_block = from_string("1x0d3+0f7,0d3+1ap=,1f7+0mp=,3d3+3d5=,2mp+2ap=,1f7+1f7=")
    template = imagenet_template((64, 64, 3), 10, filters=8)
    assert parameter_count(genotype, template) == parameter_count(one_block, template)


def test_what_cannot_be_built_has_no_parameters():
    with pytest.raises(GenotypeError, match="block 1 has no output"):
        parameter_count(from_string("0c3+0c3"), cifar_template((8, 8, 3), 10, blocks=1))
