"""What a move changed in a block: what is there that was not, and what is gone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from memnas_tf.genotype.canonical import live_cells
from memnas_tf.genotype.genotype import Block, Cell
from memnas_tf.operations import IDENTITY


@dataclass(frozen=True)
class BlockDifference:
    """A block beside the one that it was made from; cells keep their indices.

    Attributes:
        cells: The live cells, and those that are gone, which are no outputs here.
        grown: The cells that were not there.
        trimmed: The cells that are gone.
        trimmed_operations: The operations that became identity, by cell and place (0 or 1).
        trimmed_inputs: What else an operation read that now reads another representation.
        trimmed_outputs: The cells that the block's output no longer includes.
    """

    cells: Mapping[int, Cell]
    grown: frozenset[int] = frozenset()
    trimmed: frozenset[int] = frozenset()
    trimmed_operations: frozenset[tuple[int, int]] = frozenset()
    trimmed_inputs: Mapping[tuple[int, int], int] = field(default_factory=dict)
    trimmed_outputs: frozenset[int] = frozenset()


def block_difference(block: Block, base: Block | None = None) -> BlockDifference:
    """Compare a block with the one that it was made from.

    Args:
        block: A block's cells.
        base: The cells that it had before; None for no comparison.

    Returns:
        The difference.
    """
    cells = live_cells(block)
    if base is None:
        return BlockDifference(cells)
    before = live_cells(base)
    kept = cells.keys() & before.keys()
    gone = before.keys() - cells.keys()
    union = cells | {index: replace(before[index], is_output=False) for index in gone}
    return BlockDifference(
        cells={index: union[index] for index in sorted(union)},
        grown=frozenset(cells.keys() - before.keys()),
        trimmed=frozenset(gone),
        trimmed_operations=frozenset(
            (index, place)
            for index in kept
            for place in (0, 1)
            if cells[index].operands[place][1] == IDENTITY.name
            and before[index].operands[place][1] != IDENTITY.name
        ),
        trimmed_inputs={
            (index, place): before[index].operands[place][0]
            for index in sorted(kept)
            for place in (0, 1)
            if cells[index].operands[place][0] != before[index].operands[place][0]
        },
        trimmed_outputs=frozenset(
            index
            for index, cell in before.items()
            if cell.is_output and not (index in kept and cells[index].is_output)
        ),
    )
