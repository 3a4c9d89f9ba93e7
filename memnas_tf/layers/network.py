"""A genotype and a template as a Keras model.

Source: the paper, section 3.1 and Figure 1(b).
"""

from __future__ import annotations

import keras

from memnas_tf.genotype import Genotype
from memnas_tf.layers.block_model import build_block
from memnas_tf.layers.operation_layer import primitive_layer
from memnas_tf.template import STEM_PRIMITIVES, Template


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
