"""A network as somebody would write it in plain Keras: what training speed is compared with."""

from __future__ import annotations

from typing import Any

import keras

from memnas_tf.block_walk import walk_block
from memnas_tf.genotype import Genotype
from memnas_tf.layers.operation_layer import BATCH_NORM_MOMENTUM, primitive_layer
from memnas_tf.primitives import BatchNorm, Primitive
from memnas_tf.template import STEM_PRIMITIVES, Template


def build_plain_network(genotype: Genotype, template: Template) -> keras.Model:
    """Build the same network of one functional model and Keras's own layers.

    Args:
        genotype: The architecture.
        template: The network's size.

    Returns:
        An uncompiled model.
    """
    tensor = inputs = keras.Input(template.input_shape)
    for filters in template.stem:
        for primitive in STEM_PRIMITIVES:
            tensor = _plain_layer(primitive, filters, 2)(tensor)
    for block, geometry in template.geometries(genotype):
        made = {0: tensor}
        outputs = []
        for index, cell, operations, _ in walk_block(block, geometry):
            operands = []
            for operation in operations:
                operand = made[operation.source]
                for part in operation.primitives:
                    operand = _plain_layer(part, operation.filters, operation.stride)(operand)
                operands.append(operand)
            combine = keras.layers.Add() if cell.combine == "sum" else keras.layers.Concatenate()
            made[index] = combine(operands)
            if cell.is_output:
                outputs.append(made[index])
        tensor = outputs[0] if len(outputs) == 1 else keras.layers.Concatenate()(outputs)
    tensor = keras.layers.GlobalAveragePooling2D()(tensor)
    tensor = keras.layers.Dense(template.classes, activation="softmax")(tensor)
    return keras.Model(inputs, tensor)


def _plain_layer(primitive: Primitive, filters: int, stride: int) -> Any:
    if isinstance(primitive, BatchNorm):
        return keras.layers.BatchNormalization(momentum=BATCH_NORM_MOMENTUM)
    layer = primitive_layer(primitive, filters, stride)
    if hasattr(layer, "use_bias"):
        layer.use_bias = True  # as by default; our own networks leave it out before normalising
    return layer
