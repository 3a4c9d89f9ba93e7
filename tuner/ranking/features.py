"""What a candidate is made of, as named numbers, without building it.

A block's features are cached: the candidates of a round share most of their blocks.

Source: counts of cells, operations and which follows which are the features that a
Weisfeiler-Lehman kernel reads off a graph; Ru, Wan, Dong and Osborne, "Interpretable Neural
Architecture Search via Bayesian Optimisation with Weisfeiler-Lehman Kernels", ICLR 2021.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from functools import cache, lru_cache
from statistics import fmean
from typing import NamedTuple

from memnas_tf.genotype import Block, Genotype, live_cells
from memnas_tf.genotype.genotype import FULL_WIDTH
from memnas_tf.memory.parameters import block_parameters
from memnas_tf.operations import OPERATIONS
from memnas_tf.primitives import ReLU
from memnas_tf.template import Template

Features = dict[str, float]

SIZE = "log "
WIDTH = "log width"
OPERATION = "operation "
SHORTEST = "shortest path"
SHORTEST_NONLINEAR = "shortest path, rectifiers"
_READS = "reads "
_PATHS = (SHORTEST, SHORTEST_NONLINEAR, "longest path", "longest path, rectifiers", "mean path")


def trend_features(genotype: Genotype, template: Template) -> Features:
    """Describe a candidate by a few numbers in which accuracy is about linear.

    Args:
        genotype: The candidate.
        template: The size of the networks.

    Returns:
        The logarithms of its size, of its blocks' widths and of how many it has of each
        operation, and the shortest paths of each block.

    Raises:
        GenotypeError: If a block has no output.
    """
    features = _size_features(genotype, template)
    counts: Counter[str] = Counter()
    for number, block in enumerate(genotype.blocks, start=1):
        found = block_features(block)
        counts.update({name: n for name, n in found.items() if name.startswith(OPERATION)})
        for name in (SHORTEST, SHORTEST_NONLINEAR):
            features[f"block {number}: {name}"] = found[name]
    return features | {name: math.log1p(count) for name, count in counts.items()}


def pattern_features(genotype: Genotype, template: Template) -> Features:
    """Describe a candidate by its size and by how often it has each pattern of operations.

    Args:
        genotype: The candidate.
        template: The size of the networks.

    Returns:
        The logarithms of its size and of its blocks' widths, the sums over its blocks of
        `block_features`, and of each block the operations, where they read from, and the paths.
        What is not there is 0.

    Raises:
        GenotypeError: If a block has no output.
    """
    features = _size_features(genotype, template)
    totals: Counter[str] = Counter()
    for number, block in enumerate(genotype.blocks, start=1):
        totals.update(block_features(block))
        features.update(_placed_features(block, number))
    return features | totals


@lru_cache(maxsize=200_000)
def _placed_features(block: Block, number: int) -> Mapping[str, float]:
    """Return those of a block's features that matter for their place in the network."""
    return {
        f"block {number}: {name}": value
        for name, value in block_features(block).items()
        if name.startswith((OPERATION, _READS)) or name in _PATHS
    }


@lru_cache(maxsize=200_000)
def block_features(block: Block) -> Mapping[str, float]:
    """Count what a block is made of.

    Args:
        block: A block's cells, at least one of them an output.

    Returns:
        How many cells it has of each combination, operations of each kind, operations that
        read the block's input or a cell, pairs of operations within a cell, and operations that
        follow another; and the lengths of its paths from input to output, in operations and in
        rectifiers.
    """
    counts: Counter[str] = Counter()
    operations: dict[int, tuple[str, ...]] = {0: ()}
    # Of each representation: the shortest and the longest path to it.
    paths = {0: _Paths(0, 0, 0, 0)}
    outputs = []
    for index, cell in live_cells(block).items():
        counts["cells"] += 1
        counts[f"{cell.combine}, {'output' if cell.is_output else 'inner'}"] += 1
        for source, name in cell.operands:
            code = OPERATIONS[name].code
            counts[OPERATION + code] += 1
            counts[f"{_READS}{'cell' if source else 'input'} {code}"] += 1
            counts.update(f"{before} then {code}" for before in operations[source])
        operations[index] = tuple(sorted(OPERATIONS[name].code for _, name in cell.operands))
        counts[" beside ".join(operations[index])] += 1
        first, second = (paths[source].extended(name) for source, name in cell.operands)
        paths[index] = first.joined(second)
        if cell.is_output:
            outputs.append(paths[index])
    lengths = (
        min(path.shortest for path in outputs),
        min(path.shortest_nonlinear for path in outputs),
        max(path.longest for path in outputs),
        max(path.longest_nonlinear for path in outputs),
        fmean(path.longest for path in outputs),
    )
    return {**counts, **dict(zip(_PATHS, lengths, strict=True))}


class _Paths(NamedTuple):
    """The paths that lead to a representation: lengths in operations and in rectifiers."""

    shortest: int
    shortest_nonlinear: int
    longest: int
    longest_nonlinear: int

    def extended(self, operation: str) -> _Paths:
        """Return the paths through one more operation."""
        rectifiers = _rectifiers(operation)
        return _Paths(
            self.shortest + 1,
            self.shortest_nonlinear + rectifiers,
            self.longest + 1,
            self.longest_nonlinear + rectifiers,
        )

    def joined(self, other: _Paths) -> _Paths:
        """Return the paths where two meet."""
        return _Paths(*map(min, self[:2], other[:2]), *map(max, self[2:], other[2:]))


@cache
def _rectifiers(operation: str) -> int:
    return sum(isinstance(primitive, ReLU) for primitive in OPERATIONS[operation].primitives)


def _size_features(genotype: Genotype, template: Template) -> Features:
    genotype.require_buildable()
    parameters = work = 0
    for block, geometry in template.geometries(genotype):
        count = block_parameters(block, geometry)
        parameters += count
        work += count * geometry.output_height * geometry.output_width
    widths = {
        f"block {number}: {WIDTH}": math.log2(width / FULL_WIDTH)
        for number, width in enumerate(genotype.widths, start=1)
        if width != FULL_WIDTH
    }
    # An identity may have none.
    return {f"{SIZE}parameters": math.log1p(parameters), f"{SIZE}work": math.log1p(work)} | widths
