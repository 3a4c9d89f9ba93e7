"""Parameter memory: what a trained network's weights and moments take.

Source: the paper, section 3.4.1.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise

from memnas_tf.block_walk import walk_block
from memnas_tf.genotype import Block, Genotype
from memnas_tf.primitives import count_parameters
from memnas_tf.template import STEM_PRIMITIVES, Geometry, Template, block_channels

BYTES_PER_WEIGHT = 4  # float32


def parameter_count(genotype: Genotype, template: Template) -> int:
    """Count a network's parameters, batch normalisation moments included.

    Args:
        genotype: The architecture.
        template: The network's size.

    Returns:
        The number of parameters.

    Raises:
        GenotypeError: If a block has no output.
    """
    genotype.require_buildable()
    shapes = [template.input_shape, *template.stem_shapes()]
    total = sum(
        count_parameters(STEM_PRIMITIVES, before[2], after[2]) for before, after in pairwise(shapes)
    )
    channels = 0
    for block, geometry in template.geometries(genotype):
        total += block_parameters(block, geometry)
        channels = block_channels(block, geometry.filters)
    return total + (channels + 1) * template.classes


def parameter_memory(
    genotype: Genotype, template: Template, bytes_per_weight: int = BYTES_PER_WEIGHT
) -> int:
    """Compute the memory of a network's parameters, without building anything.

    Args:
        genotype: The architecture.
        template: The network's size.
        bytes_per_weight: 4 for float32, 2 for float16, 1 for int8.

    Returns:
        The memory in bytes.

    Raises:
        GenotypeError: If a block has no output.
    """
    return parameter_count(genotype, template) * bytes_per_weight


@lru_cache(maxsize=200_000)
def block_parameters(block: Block, geometry: Geometry) -> int:
    """Count the parameters of one block, batch normalisation moments included.

    Args:
        block: The block's cells.
        geometry: What it stands in.

    Returns:
        The number of parameters.
    """
    return sum(
        operation.parameters
        for placed in walk_block(block, geometry)
        for operation in placed.operations
    )
