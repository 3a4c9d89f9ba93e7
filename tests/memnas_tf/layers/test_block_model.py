"""A block as a model."""

import keras
import pytest

from memnas_tf.genotype import PRESETS, from_string
from memnas_tf.layers import CellLayer, build_block
from memnas_tf.template import Geometry

GEOMETRY = Geometry(9, 7, 3, 4, 2)


def block_of(text):
    """A block built at stride 2."""
    return build_block(from_string(text).blocks[0], GEOMETRY)


def test_figure_1b():
    model = build_block(PRESETS["figure-1b"].blocks[0], GEOMETRY, name="block_3")
    assert model.name == "block_3"
    assert model.input_shape == (None, 9, 7, 3)
    assert model.output_shape == (None, 5, 4, 8 + 4)
    assert [layer.name for layer in model.layers] == [
        "input",
        "cell_1",
        "cell_2",
        "cell_3",
        "output",
    ]


def test_only_what_reads_the_block_input_carries_the_stride():
    model = block_of("0c3+0d3,0mp+1ap=,2c3+1d5=")
    strides = {
        layer.name: layer.get_config()["strides"]
        for layer in model.layers
        if isinstance(layer, CellLayer)
    }
    assert strides == {"cell_1": (2, 2), "cell_2": (2, 1), "cell_3": (1, 1)}


def test_a_bypass_to_the_block_input_carries_the_stride():
    model = block_of("0,1c3+0d3=")
    assert model.get_layer("cell_2").get_config()["strides"] == (2, 2)


@pytest.mark.parametrize(("text", "channels"), [("0c3+0d3=", 4), ("0c3:0d3=", 8)])
def test_a_single_output_is_not_concatenated(text, channels):
    model = block_of(text)
    assert model.output_shape == (None, 5, 4, channels)
    assert not any(isinstance(layer, keras.layers.Concatenate) for layer in model.layers)


def test_dead_cells_are_not_built():
    model = block_of("0c3+0d3,0mp+0ap=,1d3+1d3")
    assert [layer.name for layer in model.layers] == ["input", "cell_2"]
