"""Grow: append one new cell to every block, the same in all.

Source: the paper, section 3.2 and Equation 1.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from memnas_tf.genotype import Cell, Genotype, cell_to_string
from memnas_tf.genotype.genotype import COMBINES
from memnas_tf.moves.move import Move
from memnas_tf.operations import operation_rank, searched_operations

_CONNECTIONS = 2  # |C|: sum or concat, and an output or not


def grow(base: Genotype) -> Iterator[Move]:
    """Generate every way to append a cell.

    Args:
        base: The network to grow, which may be empty.

    Yields:
        Exactly `count_grown(base)` moves, in a fixed order.
    """
    inputs = range(_representations(base))
    names = [operation.name for operation in searched_operations()]
    for combine, is_output in product(COMBINES, (True, False)):
        for input_1, input_2 in product(inputs, inputs):
            for operation_1, operation_2 in product(names, names):
                cell = Cell(input_1, input_2, operation_1, operation_2, combine, is_output)
                blocks = tuple((*block, cell) for block in base.blocks)
                yield Move("grow", f"grow {cell_to_string(cell)}", blocks, base.widths)


def count_grown(base: Genotype) -> int:
    """Count the moves of `grow`: |I|^2 |L|^2 |C|^2 (Equation 1).

    Args:
        base: The network to grow.

    Returns:
        The number of moves: 196 for the empty network.
    """
    return (_representations(base) * len(searched_operations()) * _CONNECTIONS) ** 2


def grow_anew(base: Genotype) -> Iterator[Move]:
    """Generate the moves of `grow` that may give a new network, each way to write a cell once.

    Canonical keys would tell as well, and take a thousand times as long.

    Args:
        base: The network to grow, which may be empty.

    Yields:
        The moves whose cell is an output, as nothing reads it yet, its operations in order.
    """
    for move in grow(base):
        cell = move.blocks[0][-1]
        if isinstance(cell, Cell) and cell.is_output:
            operands = [(source, operation_rank(name)) for source, name in cell.operands]
            if operands == sorted(operands):
                yield move


def _representations(base: Genotype) -> int:
    # A new cell is the same in every block, so it reads what every block has.
    return 1 + min(len(block) for block in base.blocks)
