"""Multiplications with addition (MACs) that a network takes for one image.

Convolutions and the dense layer multiply; pooling, sums and activations do not. Batch
normalisation is folded into the convolution before it. Positions in the padding count, as they do
in published figures.
"""

from __future__ import annotations

from functools import lru_cache

from memnas_tf.block_walk import walk_block
from memnas_tf.genotype import Block, Genotype
from memnas_tf.primitives import Conv, DepthwiseConv, Primitive
from memnas_tf.template import STEM_PRIMITIVES, Geometry, Template, block_channels


def mac_count(genotype: Genotype, template: Template) -> int:
    """Count a network's MACs for one image, without building anything.

    Args:
        genotype: The architecture.
        template: The network's size.

    Returns:
        The number of MACs.

    Raises:
        GenotypeError: If a block has no output.
    """
    genotype.require_buildable()
    total = 0
    height, width, channels = template.input_shape
    for filters in template.stem:
        total += primitive_macs(STEM_PRIMITIVES, height, width, channels, filters, 2)
        height, width, channels = -(-height // 2), -(-width // 2), filters
    for block, geometry in template.geometries(genotype):
        total += block_macs(block, geometry)
        channels = block_channels(block, geometry.filters)
    return total + channels * template.classes


@lru_cache(maxsize=200_000)
def block_macs(block: Block, geometry: Geometry) -> int:
    """Count the MACs of one block.

    Args:
        block: The block's cells.
        geometry: What it stands in.

    Returns:
        The number of MACs.
    """
    total = 0
    for placed in walk_block(block, geometry):
        for operation in placed.operations:
            height, width = geometry.height, geometry.width
            if operation.source:
                height, width = geometry.output_height, geometry.output_width
            total += primitive_macs(
                operation.primitives,
                height,
                width,
                operation.channels,
                operation.filters,
                operation.stride,
            )
    return total


def primitive_macs(
    primitives: tuple[Primitive, ...],
    height: int,
    width: int,
    channels: int,
    filters: int,
    stride: int,
) -> int:
    """Count the MACs of primitives in sequence.

    Args:
        primitives: The sequence.
        height: Rows of what enters it.
        width: Columns of what enters it.
        channels: Channels of what enters it.
        filters: The channels that leave it.
        stride: The stride that it carries.

    Returns:
        The number of MACs.
    """
    total = 0
    for primitive in primitives:
        if getattr(primitive, "strided", False):
            height, width = -(-height // stride), -(-width // stride)
        if isinstance(primitive, Conv | DepthwiseConv):
            # Batch normalisation is no matter of MACs, so its weights are none of these.
            total += height * width * primitive.parameters(channels, filters)
        if isinstance(primitive, Conv):
            channels = filters
    return total
