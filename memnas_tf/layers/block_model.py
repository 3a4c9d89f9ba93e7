"""A block as a Keras model of cell layers."""

from __future__ import annotations

import keras

from memnas_tf.block_walk import walk_block
from memnas_tf.genotype import Block
from memnas_tf.layers.cell_layer import CellLayer
from memnas_tf.template import Geometry


def build_block(block: Block, geometry: Geometry, name: str = "block") -> keras.Model:
    """Build a block: its live cells, and the concatenation of those that are outputs.

    The block's stride is carried by the operations that read the block's input.

    Args:
        block: A block's cells.
        geometry: What it stands in.
        name: The model's name.

    Returns:
        A functional model from (batch, height, width, channels) to the block's output.
    """
    inputs = keras.Input((geometry.height, geometry.width, geometry.channels), name="input")
    representations = {0: inputs}
    outputs = []
    for index, cell, (first, second), _ in walk_block(block, geometry):
        layer = CellLayer(
            (first.name, second.name),
            geometry.filters,
            (first.stride, second.stride),
            cell.combine,
            name=f"cell_{index}",
        )
        operands = [representations[first.source], representations[second.source]]
        representations[index] = layer(operands)
        if cell.is_output:
            outputs.append(representations[index])
    output = outputs[0] if len(outputs) == 1 else keras.layers.Concatenate(name="output")(outputs)
    return keras.Model(inputs, output, name=name)
