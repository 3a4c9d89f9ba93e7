"""A block walked once: its live cells in order, each operation with all that it stands in.

Parameters, the paper's graph, the operations of a runtime and the Keras layers are read off this
one walk, so that they cannot disagree.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from memnas_tf.genotype import Block, Cell, live_cells
from memnas_tf.operations import is_pass_through, operation_parameters, operation_primitives
from memnas_tf.primitives import Primitive
from memnas_tf.template import Geometry


class PlacedOperation(NamedTuple):
    """An operation where it stands.

    Attributes:
        source: The representation that it reads: 0 is the block's input, i the output of cell i.
        name: Its name.
        channels: The channels that enter it.
        filters: The channels that leave it.
        stride: The stride that it carries.
    """

    source: int
    name: str
    channels: int
    filters: int
    stride: int

    @property
    def is_pass_through(self) -> bool:
        """Whether it hands its input on untouched."""
        return is_pass_through(self.name, self.channels, self.filters, self.stride)

    @property
    def primitives(self) -> tuple[Primitive, ...]:
        """What it consists of here, in order."""
        return operation_primitives(self.name, self.channels, self.filters, self.stride)

    @property
    def parameters(self) -> int:
        """The number of its weights and moments."""
        return operation_parameters(self.name, self.channels, self.filters, self.stride)


class PlacedCell(NamedTuple):
    """A cell where it stands.

    Attributes:
        number: Its index in the block, counted from 1.
        cell: The cell, its inputs resolved to 0 or live cells.
        operations: Its two operations.
        channels: The channels of its output.
    """

    number: int
    cell: Cell
    operations: tuple[PlacedOperation, PlacedOperation]
    channels: int


def walk_block(block: Block, geometry: Geometry) -> Iterator[PlacedCell]:
    """Walk through the cells of a block that reach its output.

    Args:
        block: A block's cells.
        geometry: What it stands in.

    Yields:
        Each cell, after those that it reads.
    """
    filters = geometry.filters
    channels = {0: geometry.channels}
    for index, cell in live_cells(block).items():
        first, second = (
            PlacedOperation(source, name, channels[source], filters, geometry.stride_from(source))
            for source, name in cell.operands
        )
        channels[index] = cell.channels(filters)
        yield PlacedCell(index, cell, (first, second), channels[index])
