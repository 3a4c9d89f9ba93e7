"""Lifetime memory: Figure 3, and the two ways to compute it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memnas_tf.errors import GenotypeError
from memnas_tf.genotype import PRESETS, Genotype, from_string
from memnas_tf.memory import (
    Lifetime,
    block_graph,
    lifetime_memory,
    lifetimes,
    memory_row,
    network_graph,
)
from memnas_tf.template import Geometry, Template, cifar_template, imagenet_template
from tests.helpers.genotypes import genotypes, templates

FIGURE_1B = PRESETS["figure-1b"].blocks[0]
FIGURE_3 = from_string("0d3+0f7=,1ap:0d5=,1mp+2mp=").blocks[0]  # C1 is an output too


def unit_row(block):
    """The memory row of a block whose tensors all have the size 1."""
    graph = block_graph(block, Geometry(8, 8, 4, 4, 1))
    return memory_row(tuple(node._replace(values=1) for node in graph))


def test_figure_3():
    assert unit_row(FIGURE_3) == [1, 3, 2, 4, 3, 4, 3, 1]


def test_figure_3_with_the_first_cell_not_an_output():
    assert unit_row(FIGURE_1B) == [1, 3, 2, 3, 2, 3, 2, 1]


def test_lifetimes_of_figure_1b():
    graph = block_graph(FIGURE_1B, Geometry(8, 8, 4, 4, 1))
    assert list(zip((node.label for node in graph), lifetimes(graph), strict=True)) == [
        ("input", Lifetime(1, 2)),
        ("C1 3x3 depthwise", Lifetime(2, 3)),
        ("C1 1x7 then 7x1", Lifetime(2, 3)),
        ("C1 sum", Lifetime(3, 4)),
        ("C2 3x3 average pooling", Lifetime(4, 5)),
        ("C2 5x5 depthwise", Lifetime(2, 5)),
        ("C2 concat", Lifetime(5, 8)),
        ("C3 3x3 max pooling", Lifetime(4, 7)),
        ("C3 3x3 max pooling", Lifetime(6, 7)),
        ("C3 sum", Lifetime(7, 8)),
        ("concat", Lifetime(8, 9)),
    ]


def test_sizes_by_hand():
    """One 4x4 block of 2 filters on an image of 3 channels, then 5 classes."""
    genotype = from_string("0c3:0d3=")
    template = Template((4, 4, 3), 5, (2,), (1,))
    assert memory_row(network_graph(genotype, template)) == [
        4 * 4 * 3,  # the image
        4 * 4 * 2 * 2,  # both operations
        4 * 4 * 4,  # the concat
        4,  # the pooled features
        5,  # the scores
    ]
    assert lifetime_memory(genotype, template) == 64 * 4
    assert lifetime_memory(genotype, template, bytes_per_value=1) == 64


def test_peak_in_a_later_block():
    genotype = from_string("0c3+0c3=/0c3:0c3=,1c3:1c3=,2c3:2c3=")
    template = Template((4, 4, 1), 2, (2, 8), (1, 1))
    # In block 2 three concats wait to be joined: 16 channels each, then 48.
    assert lifetime_memory(genotype, template, bytes_per_value=1) == 16 * 48


def test_many_classes_or_a_large_image_can_be_the_peak():
    genotype = from_string("0c3+0c3=")
    assert lifetime_memory(genotype, Template((4, 4, 1), 5000, (1,), (1,))) == 4 * 5000
    assert lifetime_memory(genotype, Template((8, 8, 9), 2, (1,), (1,), stem=(1,))) == 4 * 576


@settings(deadline=None, max_examples=200)
@given(genotypes(), st.data())
def test_block_by_block_is_the_same_as_the_whole_network(genotype, data):
    template = data.draw(templates(len(genotype.blocks)))
    row = memory_row(network_graph(genotype, template))
    assert lifetime_memory(genotype, template, bytes_per_value=1) == max(row)


@settings(deadline=None, max_examples=50)
@given(genotypes(max_blocks=1), st.data())
def test_a_genotype_of_another_number_of_blocks(genotype, data):
    repeated = Genotype(genotype.blocks * 3, genotype.widths * 3)
    template = data.draw(templates(3))
    assert lifetime_memory(genotype, template) == lifetime_memory(repeated, template)


def test_figure_1b_at_the_sizes_of_the_paper():
    """In block 1, at 32x32: C2's concat (128) and both poolings of C3 (64 each)."""
    template = cifar_template((32, 32, 3), 10)
    assert lifetime_memory(PRESETS["figure-1b"], template) == 32 * 32 * (128 + 64 + 64) * 4


def test_imagenet_needs_more_than_cifar():
    genotype = PRESETS["figure-1b"]
    large, small = imagenet_template(), cifar_template((32, 32, 3), 10)
    assert lifetime_memory(genotype, large) > lifetime_memory(genotype, small)


def test_what_cannot_be_built_has_no_memory():
    with pytest.raises(GenotypeError, match="block 1 has no output"):
        lifetime_memory(from_string("0c3+0c3"), cifar_template((8, 8, 3), 10, blocks=1))
