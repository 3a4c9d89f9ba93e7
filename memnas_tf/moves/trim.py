"""Trim: take one operation, one cell or one output away, in one block at a time.

What then feeds nothing goes too, in cascade. A removed cell leaves a bypass, so that the
indices of later cells stay.

Source: the paper, section 3.2, Equation 2 and Figure 1(c).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from memnas_tf.genotype import Block, Bypass, Cell, Genotype, live_cells
from memnas_tf.genotype.genotype import resolve
from memnas_tf.moves.move import Move
from memnas_tf.operations import IDENTITY, OPERATIONS


def trim(base: Genotype) -> Iterator[Move]:
    """Generate every way to take one thing away.

    Args:
        base: The network to trim.

    Yields:
        Exactly `count_trimmed(base)` moves, in a fixed order. A move that takes a block's last
        output leaves what no network can be; `generate_candidates` drops it.
    """
    for number, block in enumerate(base.blocks):
        for kind, text, trimmed in _trim_block(block):
            blocks = (*base.blocks[:number], trimmed, *base.blocks[number + 1 :])
            yield Move(kind, f"block {number + 1}: {text}", blocks, base.widths)


def count_trimmed(base: Genotype) -> int:
    """Count the moves of `trim`: the sum over blocks of l + c + e (Equation 2).

    Args:
        base: The network to trim.

    Returns:
        The number of moves: 55 for five blocks of Figure 1(b).
    """
    total = 0
    for block in base.blocks:
        for cell in live_cells(block).values():
            total += sum(name != IDENTITY.name for _, name in cell.operands)
            total += 1 + cell.is_output
    return total


def _trim_block(block: Block) -> Iterator[tuple[str, str, Block]]:
    cells = live_cells(block)
    for index, cell in cells.items():
        for field in ("operation_1", "operation_2"):
            name = getattr(cell, field)
            if name != IDENTITY.name:
                trimmed = replace(cell, **{field: IDENTITY.name})  # type: ignore[arg-type]
                text = f"C{index} {OPERATIONS[name].title} becomes identity"
                yield "operation", text, _replace(block, index, trimmed)
    for index, cell in cells.items():
        bypass = Bypass(min(cell.input_1, cell.input_2))
        yield "cell", f"remove C{index}", drop_dead_cells(_replace(block, index, bypass))
    for index, cell in cells.items():
        if cell.is_output:
            trimmed = replace(cell, is_output=False)
            text = f"C{index} leaves the output"
            yield "output", text, drop_dead_cells(_replace(block, index, trimmed))


def drop_dead_cells(block: Block) -> Block:
    """Bypass every cell that no longer reaches the block's output.

    Args:
        block: A block's cells.

    Returns:
        As many places; the dead cells read through to the earlier of their inputs.
    """
    live = live_cells(block)
    resolved = resolve(block)
    return tuple(
        slot
        if isinstance(slot, Bypass) or index in live
        else Bypass(min(resolved[slot.input_1], resolved[slot.input_2]))
        for index, slot in enumerate(block, 1)
    )


def _replace(block: Block, index: int, slot: Cell | Bypass) -> Block:
    return (*block[: index - 1], slot, *block[index:])
