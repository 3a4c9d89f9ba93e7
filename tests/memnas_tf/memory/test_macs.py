"""MACs from the genotype, beside counts by hand and published ones."""

import random

import pytest

from memnas_tf.genotype import PRESETS, from_string
from memnas_tf.memory.litert_graph import litert_graph
from memnas_tf.memory.macs import mac_count
from memnas_tf.template import Template, cifar_template
from tests.helpers.genotypes import random_genotype, random_template

ONE = Template((8, 8, 3), classes=10, filters=(4,), strides=(1,))
HALVED = Template((8, 8, 3), classes=10, filters=(4,), strides=(2,))
CLASSIFIER = 4 * 10


@pytest.mark.parametrize(
    ("code", "at_stride_1", "at_stride_2"),
    [
        ("c3", 64 * 9 * 3 * 4, 16 * 9 * 3 * 4),
        ("d3", 64 * (9 * 3 + 3 * 4), 16 * (9 * 3 + 3 * 4)),
        ("d5", 64 * (25 * 3 + 3 * 4), 16 * (25 * 3 + 3 * 4)),
        ("f7", 64 * (3 * 4 + 2 * 7 * 4 * 4), 16 * (3 * 4 + 2 * 7 * 4 * 4)),
        ("ap", 64 * 3 * 4, 64 * 3 * 4),  # the pooling carries the stride, after the convolution
        ("mp", 64 * 3 * 4, 64 * 3 * 4),
        ("a3", 64 * 9 * 3 * 4, 16 * 9 * 3 * 4),
        ("id", 64 * 3 * 4, 16 * 3 * 4),
    ],
)
def test_every_operation_takes_what_a_hand_counts(code, at_stride_1, at_stride_2):
    genotype = from_string(f"0{code}+0{code}=")
    assert mac_count(genotype, ONE) == 2 * at_stride_1 + CLASSIFIER
    assert mac_count(genotype, HALVED) == 2 * at_stride_2 + CLASSIFIER


def test_an_identity_that_passes_on_takes_none():
    assert mac_count(from_string("0c3+0c3,1id+1id="), ONE) == 2 * 64 * 9 * 3 * 4 + CLASSIFIER


def test_a_stem_counts():
    template = Template((8, 8, 3), classes=10, filters=(4,), strides=(1,), stem=(2,))
    expected = 16 * 9 * 3 * 2 + 2 * 16 * 9 * 2 * 4 + CLASSIFIER
    assert mac_count(from_string("0c3+0c3="), template) == expected


NORMALISATION = 32 * 32 * 3  # which exported files begin with


@pytest.mark.parametrize(
    ("genotype", "blocks", "filters", "millions"),
    [
        (from_string("4x0ap:0mp="), 4, 8, 0.45),
        (from_string("0d3:0mp=/0d3:0mp=/0d3:0mp=/0d3:0id=/0d3:0mp="), 5, 8, 0.43),
        (from_string("5x0d5+0id,1d5+1id="), 5, 16, 1.77),
        (from_string("5x0a3:0c3="), 5, 8, 1.92),
        (PRESETS["figure-1b"], 5, 8, 2.99),
    ],
)
def test_networks_take_what_their_files_do(genotype, blocks, filters, millions):
    macs = mac_count(genotype, cifar_template((32, 32, 3), 10, filters, blocks))
    assert round((macs + NORMALISATION) / 1e6, 2) == millions


@pytest.mark.parametrize("seed", range(20))
def test_the_operations_of_the_runtime_take_as_many(seed):
    rng = random.Random(seed)
    genotype, template = random_genotype(rng, 3, 4), random_template(rng, 3)
    graph = litert_graph(genotype, template)
    total = 0
    for operation in graph.operations:
        channels = graph.tensors[operation.inputs[0]].shape[-1]
        values = 1
        for length in graph.tensors[operation.outputs[0]].shape:
            values *= length
        window = operation.window[0] * operation.window[1]
        if operation.kind in ("CONV_2D", "FULLY_CONNECTED"):
            total += values * window * channels
        elif operation.kind == "DEPTHWISE_CONV_2D":
            total += values * window
    assert mac_count(genotype, template) == total
