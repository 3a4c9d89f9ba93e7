"""The size of a network."""

from dataclasses import replace

import pytest

from memnas_tf.errors import ConfigError
from memnas_tf.genotype import PRESETS, from_string
from memnas_tf.template import (
    Geometry,
    Template,
    block_channels,
    cifar_template,
    imagenet_template,
    spread_widths,
)

GOOD = Template((32, 32, 3), 10, (8, 8), (1, 2))


def test_cifar_template_of_the_paper():
    assert cifar_template((32, 32, 3), 10) == Template(
        (32, 32, 3), 10, (64,) * 5, (1, 2, 1, 2, 1), stem=()
    )


def test_imagenet_template_of_the_paper():
    template = imagenet_template()
    assert template.input_shape == (224, 224, 3)
    assert (template.classes, template.blocks) == (1000, 16)
    assert template.filters == (256,) * 16
    assert template.stem == (64, 128)
    assert list(template.stem_shapes()) == [(112, 112, 64), (56, 56, 128)]
    geometries = [geometry for _, geometry in template.geometries(PRESETS["figure-1b"])]
    assert [g.output_height for g in geometries] == [56] * 4 + [28] * 4 + [14] * 4 + [7] * 4


def test_block_i_of_n_takes_the_architecture_of_block_i_times_five_over_n():
    genotype = from_string("/".join(["0c3+0c3=", "0d3+0d3=", "0d5+0d5=", "0f7+0f7=", "0a3+0a3="]))
    template = imagenet_template((32, 32, 3), 10, 8)
    taken = [genotype.blocks.index(block) for block, _ in template.geometries(genotype)]
    assert taken == [i * 5 // 16 for i in range(16)]
    assert taken == [0, 0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4]


def test_geometries():
    genotype = from_string("0c3:0c3=/0c3+0c3=,0c3:0c3=")
    template = Template((9, 14, 3), 10, (4, 6), (2, 2))
    assert [geometry for _, geometry in template.geometries(genotype)] == [
        Geometry(9, 14, 3, 4, 2),
        Geometry(5, 7, 8, 6, 2),
    ]
    assert Geometry(5, 7, 8, 6, 2).output_height == 3
    assert Geometry(5, 7, 8, 6, 2).output_width == 4


def test_block_channels():
    assert block_channels(from_string("0c3+0c3=,0c3:0c3=,0c3+0c3,1").blocks[0], 4) == 12


def test_filters_per_block():
    assert cifar_template([32, 32, 3], 10, [8, 16], blocks=2).filters == (8, 16)


def test_fewer_filters_than_blocks_are_those_of_parts():
    template = imagenet_template(filters=(8, 16, 24, 32))
    assert template.filters == (8,) * 4 + (16,) * 4 + (24,) * 4 + (32,) * 4
    assert template.stem == (2, 4)
    assert cifar_template((32, 32, 3), 10, (8, 16)).filters == (8, 8, 8, 16, 16)
    assert spread_widths((8, 16, 24, 32), 2) == (8, 24)


def test_a_template_is_a_key():
    assert len({cifar_template([32, 32, 3], 10, [8] * 5), cifar_template((32, 32, 3), 10, 8)}) == 1


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"input_shape": (32, 32)}, r"input_shape is \(32, 32\); give height, width and channels"),
        ({"input_shape": (32, 0, 3)}, r"input_shape is \(32, 0, 3\)"),
        ({"input_shape": (32, 32, 3.0)}, r"input_shape is \(32, 32, 3.0\)"),
        ({"input_shape": (None, None, 3)}, r"input_shape is \(None, None, 3\)"),
        ({"classes": 1}, "classes is 1; a classifier needs at least 2"),
        ({"classes": True}, "classes is True"),
        ({"classes": 10.0}, "classes is 10.0"),
        ({"filters": (8,)}, "1 filters and 2 strides; give one of each for every block"),
        ({"filters": (), "strides": ()}, "0 filters and 0 strides"),
        ({"filters": (8, 0)}, r"filters are \(8, 0\); each must be at least 1"),
        ({"stem": (-1,)}, r"filters are \(-1, 8, 8\)"),
        ({"strides": (1, 3)}, r"strides are \(1, 3\); each must be 1 or 2"),
        ({"input_shape": (1, 32, 3)}, "an input of 1x32 is too small.*at least 2x2"),
        ({"input_shape": (7, 7, 3), "stem": (8, 8)}, "an input of 7x7 is too small.*at least 8x8"),
    ],
)
def test_what_cannot_be_is_refused(changes, message):
    with pytest.raises(ConfigError, match=message):
        replace(GOOD, **changes)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: cifar_template((32, 32), 10), r"input_shape is \(32, 32\)"),
        (lambda: cifar_template((32, 32, 3), 10, blocks=0), "blocks is 0; a network needs"),
        (lambda: cifar_template((32, 32, 3), 10, blocks=2.0), "blocks is 2.0"),
        (lambda: cifar_template((32, 32, 3), 10, 64.0), "filters are .64.0"),
        (lambda: cifar_template((32, 32, 3), 10, None), "filters are .None"),
        (lambda: cifar_template((32, 32, 3), 10, [64] * 6), "6 filters and 5 strides"),
        (lambda: imagenet_template(blocks=3), "blocks is 3; the ImageNet template needs at least"),
        (lambda: imagenet_template((16, 16, 3)), "16x16 is too small.*at least 32x32"),
        (lambda: imagenet_template(filters=[]), "0 filters and 16 strides"),
        (lambda: imagenet_template(filters="wide"), "filters are .*'w'.*each must be at least 1"),
    ],
)
def test_makers_refuse_too(make, message):
    with pytest.raises(ConfigError, match=message):
        make()
