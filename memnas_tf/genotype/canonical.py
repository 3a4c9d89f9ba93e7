"""The canonical form: one genotype for all that build the same network.

Operations swapped within a cell, cells in another order, cells that feed nothing and bypassed
cells change how an architecture is written, not what is built (up to the order of channels).
A search compares canonical keys, so that it never trains the same network twice.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from memnas_tf.genotype.genotype import Block, Cell, Genotype, resolve
from memnas_tf.genotype.notation import block_to_string
from memnas_tf.operations import OPERATIONS, operation_rank

_MASK = (1 << 64) - 1


def canonical(genotype: Genotype) -> Genotype:
    """Return the canonical form of a genotype: the same network without dead or bypassed cells.

    Args:
        genotype: The architecture.

    Returns:
        The canonical genotype.
    """
    blocks = tuple(canonical_block(block) for block in genotype.blocks)
    return Genotype(blocks, genotype.widths)


def canonical_key(genotype: Genotype) -> str:
    """Return a string that two genotypes share exactly if they build the same network.

    Args:
        genotype: The architecture.

    Returns:
        The key.
    """
    return "/".join(map(_block_key, genotype.blocks, genotype.widths))


@lru_cache(maxsize=100_000)
def _block_key(block: Block, width: int) -> str:
    return block_to_string(canonical_block(block), width)


def live_cells(block: Block) -> dict[int, Cell]:
    """Return the cells that reach the block's output, their inputs resolved.

    Args:
        block: A block's cells.

    Returns:
        From representation index to cell, in ascending order of index. The inputs are indices
        of 0 or of live cells.
    """
    resolved = resolve(block)
    live: dict[int, Cell] = {}
    wanted: set[int] = set()
    for index in range(len(block), 0, -1):
        slot = block[index - 1]
        if not isinstance(slot, Cell) or not (slot.is_output or index in wanted):
            continue
        input_1, input_2 = resolved[slot.input_1], resolved[slot.input_2]
        wanted.update((input_1, input_2))
        if (input_1, input_2) != (slot.input_1, slot.input_2):
            slot = replace(slot, input_1=input_1, input_2=input_2)
        live[index] = slot
    return dict(reversed(live.items()))


@lru_cache(maxsize=100_000)
def canonical_block(block: Block) -> Block:
    """Return the canonical form of one block.

    Cells are placed one after another: of those whose inputs are placed already, the one with
    the smallest colour comes first, where a cell's colour depends on everything below and above
    it but on no index. Where two cells look the same, placing one of them tells apart what reads
    the one from what reads the other: colours then start from the places taken so far.

    Args:
        block: A block's cells.

    Returns:
        The live cells in canonical order, the operations within each in ascending order.
    """
    cells = live_cells(block)
    names = tuple(OPERATIONS)
    position = {0: 0}
    colours = _colours(cells, position)
    ordered: list[Cell] = []
    while len(ordered) < len(cells):
        ready = [
            (colours[index], _place(cell, position), index)
            for index, cell in cells.items()
            if index not in position and cell.input_1 in position and cell.input_2 in position
        ]
        colour, operands, index = min(ready)
        tied = sum(other[:2] == (colour, operands) for other in ready)
        position[index] = len(position)
        if tied > 1:
            colours = _colours(cells, position)
        (input_1, rank_1), (input_2, rank_2) = operands
        cell = cells[index]
        ordered.append(
            Cell(input_1, input_2, names[rank_1], names[rank_2], cell.combine, cell.is_output)
        )
    return tuple(ordered)


def _place(cell: Cell, position: dict[int, int]) -> tuple[tuple[int, int], tuple[int, int]]:
    first, second = ((position[source], operation_rank(name)) for source, name in cell.operands)
    return (first, second) if first <= second else (second, first)


def _colours(cells: dict[int, Cell], position: dict[int, int]) -> dict[int, int]:
    """Colour every cell by its place if it has one, its make and its readers, twice over."""
    colours = {index: position.get(index, 0) for index in (0, *cells)}
    for _ in range(2):
        below = {0: 0}
        for index, cell in cells.items():
            operands = sorted(
                _mix(below[source], operation_rank(name)) for source, name in cell.operands
            )
            own = _mix(colours[index], 2 * (cell.combine == "concat") + cell.is_output)
            below[index] = _mix(own, *operands)
        readers: dict[int, list[int]] = {index: [] for index in below}
        for index in reversed(cells):
            cell = cells[index]
            colours[index] = _mix(below[index], *sorted(readers[index]))
            for source, name in cell.operands:
                readers[source].append(_mix(colours[index], operation_rank(name)))
    return colours


def _mix(*values: int) -> int:
    # Python's own hash may change with its version; a search directory outlives that.
    mixed = len(values)
    for value in values:
        mixed = ((mixed ^ (value + 0x9E3779B97F4A7C15)) * 0xBF58476D1CE4E5B9) & _MASK
        mixed ^= mixed >> 31
    return mixed
