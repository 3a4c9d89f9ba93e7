"""Candidates as the numbers that a model of this folder reads."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from memnas_tf.genotype import Genotype, code_width, encode
from memnas_tf.operations import searched_operations
from tuner.ranking.checks import check_candidates

Array = npt.NDArray[np.float32]


def code_shape(max_cells: int, blocks: int) -> tuple[int, int, int]:
    """Return the shape of one candidate's code.

    Args:
        max_cells: The largest number of cells in a block.
        blocks: The number of blocks.

    Returns:
        Blocks, cells of a block (each of them twice, see `code_candidates`), bits of a cell.
    """
    return (blocks, 2 * max_cells, code_width(max_cells))


def code_candidates(genotypes: Sequence[Genotype], *, max_cells: int, blocks: int) -> Array:
    """Encode candidates, every cell once as written and once with its operations swapped.

    The two ways to write a cell build the same network, and a model that adds up what it makes
    of both gives them the same score without having to learn that.

    Args:
        genotypes: The candidates.
        max_cells: The largest number of cells in a block.
        blocks: The number of blocks of every candidate.

    Returns:
        What `encode` makes of each, of shape (candidates, *`code_shape`).

    Raises:
        ConfigError: If a candidate has another number of blocks or more cells.
    """
    codes = np.empty((len(genotypes), *code_shape(max_cells, blocks)), np.float32)
    check_candidates(genotypes, max_cells=max_cells, blocks=blocks)
    for index, genotype in enumerate(genotypes):
        codes[index, :, :max_cells] = encode(genotype, max_cells)
    codes[:, :, max_cells:] = codes[:, :, :max_cells, _swapped_bits(max_cells)]
    return codes


def _swapped_bits(max_cells: int) -> list[int]:
    """Return where each bit of a cell with its operations swapped stands in the cell's code."""
    operation = len(searched_operations())
    starts = np.cumsum([0, max_cells, max_cells, operation, operation])
    input_1, input_2, operation_1, operation_2 = (
        list(range(start, end)) for start, end in pairwise(starts)
    )
    output = list(range(starts[-1], code_width(max_cells)))
    return input_2 + input_1 + operation_2 + operation_1 + output
