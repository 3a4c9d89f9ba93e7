"""Lifetime memory: the paper's measure of what intermediate results need.

Every layer takes one unit of time and starts as soon as its inputs exist. A tensor lives from
the step that makes it until the step at which its last reader is done; the memory of a step is
the sum of what lives, and the largest step is the network's.

Source: the paper, section 3.4.1 and Figure 3.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

from memnas_tf.genotype import Block, Genotype
from memnas_tf.memory.graph import Graph, block_graph
from memnas_tf.template import Geometry, Template

FLOAT32_BYTES = 4  # float32


class Lifetime(NamedTuple):
    """The steps at which a tensor lives: `made` up to but not including `freed`."""

    made: int
    freed: int


def lifetimes(graph: Graph) -> list[Lifetime]:
    """Schedule a graph's layers as early as their inputs allow.

    Args:
        graph: Layers in an order in which they can run.

    Returns:
        The lifetime of every node's tensor, in steps counted from 1.
    """
    return list(map(Lifetime, *_schedule(graph)))


def memory_row(graph: Graph) -> list[int]:
    """Add up what lives at each step: the last row of Figure 3.

    Args:
        graph: Layers in an order in which they can run.

    Returns:
        The number of values alive at steps 1, 2, ...
    """
    made, freed = _schedule(graph)
    changes = [0] * (max(freed) + 1)
    for node, start, stop in zip(graph, made, freed, strict=True):
        changes[start] += node.values
        changes[stop] -= node.values
    return list(accumulate(changes))[1:-1]


def _schedule(graph: Graph) -> tuple[list[int], list[int]]:
    """Return the steps at which each tensor is made and freed."""
    made: list[int] = []
    freed: list[int] = []
    for node in graph:
        step = 1
        for source in node.inputs:
            if made[source] >= step:
                step = made[source] + 1
        made.append(step)
        freed.append(step + 1)
        for source in node.inputs:
            if freed[source] < step:
                freed[source] = step
    return made, freed


def lifetime_memory(
    genotype: Genotype, template: Template, bytes_per_value: int = FLOAT32_BYTES
) -> int:
    """Compute the paper's memory of intermediate results, without building anything.

    Between blocks a single tensor lives, so the network's peak is the largest of its blocks' or
    of the tensors outside blocks.

    Args:
        genotype: The architecture.
        template: The network's size.
        bytes_per_value: Bytes of one value: 4 for float32.

    Returns:
        The peak in bytes, for one image.

    Raises:
        GenotypeError: If a block has no output.
    """
    genotype.require_buildable()
    peak = template.classes
    for block, geometry in template.geometries(genotype):
        peak = max(peak, _block_peak(block, geometry))
    for height, width, channels in (template.input_shape, *template.stem_shapes()):
        peak = max(peak, height * width * channels)
    return peak * bytes_per_value


@lru_cache(maxsize=200_000)
def _block_peak(block: Block, geometry: Geometry) -> int:
    return max(memory_row(block_graph(block, geometry)))
