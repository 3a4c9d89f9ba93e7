"""A genotype and a template as a Keras model, each of its blocks a model of cell layers.

Source: the paper, section 3.1 and Figure 1(b).
"""

from __future__ import annotations

import keras

from memnas_tf.block_walk import walk_block
from memnas_tf.genotype import Block, Genotype
from memnas_tf.layers.cell_layer import CellLayer
from memnas_tf.layers.operation_layer import primitive_layer
from memnas_tf.template import STEM_PRIMITIVES, Geometry, Template


def build_network(genotype: Genotype, template: Template, name: str = "memnas") -> keras.Model:
    """Build a classifier: stem, blocks, global average pooling, dense.

    Args:
        genotype: The architecture.
        template: The network's size.
        name: The model's name.

    Returns:
        An uncompiled functional model from normalised images of shape (batch, height, width,
        channels) to float32 class probabilities of shape (batch, classes).

    Raises:
        GenotypeError: If a block has no output.
    """
    genotype.require_buildable()
    inputs = keras.Input(template.input_shape, name="images")
    tensor = inputs
    for filters in template.stem:
        for primitive in STEM_PRIMITIVES:
            tensor = primitive_layer(primitive, filters, stride=2)(tensor)
    for number, (block, geometry) in enumerate(template.geometries(genotype), 1):
        tensor = build_block(block, geometry, name=f"block_{number}")(tensor)
    tensor = keras.layers.GlobalAveragePooling2D(name="pool")(tensor)
    # In float32 under mixed precision too: a softmax in float16 loses small probabilities.
    dense = keras.layers.Dense(
        template.classes, activation="softmax", dtype="float32", name="classifier"
    )
    return keras.Model(inputs, dense(tensor), name=name)


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
