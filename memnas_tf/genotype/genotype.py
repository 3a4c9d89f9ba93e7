"""The genotype: a whole architecture as an immutable value.

A genotype holds one tuple of cells per block and knows nothing of image sizes, filters or
TensorFlow; a `memnas_tf.template.Template` turns it into a network of some size.

Source: the paper, section 3.1 and Figure 1(b).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from memnas_tf.errors import GenotypeError
from memnas_tf.operations import OPERATIONS

COMBINES = ("sum", "concat")
FULL_WIDTH, MAX_WIDTH = 8, 64  # eighths


@dataclass(frozen=True)
class Cell:
    """Two operations in parallel, and the layer that combines them.

    Attributes:
        input_1: Index of the representation that the first operation reads. 0 is the block's
            input (the paper's r1), i the output of cell i.
        input_2: The same for the second operation.
        operation_1: Name of the first operation, one of `memnas_tf.operations.OPERATIONS`.
        operation_2: Name of the second operation.
        combine: "sum" or "concat".
        is_output: Whether the block's output includes this cell's.
    """

    input_1: int
    input_2: int
    operation_1: str
    operation_2: str
    combine: str
    is_output: bool

    @property
    def operands(self) -> tuple[tuple[int, str], tuple[int, str]]:
        """What is combined: each operation's input and name."""
        return (self.input_1, self.operation_1), (self.input_2, self.operation_2)

    def channels(self, filters: int) -> int:
        """Return the channels of the cell's output.

        Args:
            filters: Output channels of each of its operations.

        Returns:
            Twice as many for a concat, as many for a sum.
        """
        return 2 * filters if self.combine == "concat" else filters


@dataclass(frozen=True)
class Bypass:
    """The place of a removed cell: what reads it reads representation `target` instead.

    Keeping the place keeps every later index, and lets a cell that is grown into all blocks
    read "the same" representation in each.
    """

    target: int


Slot: TypeAlias = Cell | Bypass
Block: TypeAlias = tuple[Slot, ...]


@dataclass(frozen=True)
class Genotype:
    """An architecture: one tuple of cells per block, and how wide each block is.

    Attributes:
        blocks: The blocks in the order in which data passes them.
        widths: The filters of each block, in eighths of the template's; by default all of them.

    Raises:
        GenotypeError: If a cell reads what does not exist below it, or names an unknown
            operation or combination, or a width is none. The message names the block and the cell.
    """

    blocks: tuple[Block, ...]
    widths: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what is no architecture."""
        if not isinstance(self.blocks, tuple) or not self.blocks:
            raise GenotypeError(
                f"a genotype needs a tuple of at least one block, got {self.blocks!r}"
            )
        for number, block in enumerate(self.blocks, start=1):
            fault = _fault(block)
            if fault:
                raise GenotypeError(f"block {number}{fault}")
        if self.widths == ():
            object.__setattr__(self, "widths", (FULL_WIDTH,) * len(self.blocks))
        self._check_widths()

    def _check_widths(self) -> None:
        if not isinstance(self.widths, tuple) or len(self.widths) != len(self.blocks):
            raise GenotypeError(
                f"widths are {self.widths!r}; give one for each of {len(self.blocks)} blocks"
            )
        for number, width in enumerate(self.widths, start=1):
            if isinstance(width, bool) or not isinstance(width, int) or not 1 <= width <= MAX_WIDTH:
                raise GenotypeError(
                    f"block {number}: the width is {width!r}; give eighths of the filters, 1 to "
                    f"{MAX_WIDTH}"
                )

    @classmethod
    def empty(cls, blocks: int = 5) -> Genotype:
        """Return the network without cells that the first round grows.

        Args:
            blocks: The number of blocks.

        Returns:
            The empty genotype.
        """
        return cls(((),) * blocks)

    @classmethod
    def repeat(cls, block: Block, blocks: int = 5) -> Genotype:
        """Return a genotype whose blocks are all the same.

        Args:
            block: The cells of each block.
            blocks: The number of blocks.

        Returns:
            The genotype.
        """
        return cls((tuple(block),) * blocks)

    @property
    def slots(self) -> int:
        """The largest number of cell places in a block, bypassed ones included."""
        return max(len(block) for block in self.blocks)

    @property
    def cells(self) -> int:
        """The number of cells in all blocks together."""
        return sum(isinstance(slot, Cell) for block in self.blocks for slot in block)

    def require_buildable(self) -> None:
        """Refuse a genotype that no network can be built from.

        Raises:
            GenotypeError: If a block has no output, which includes a block without cells.
        """
        for number, block in enumerate(self.blocks, start=1):
            if not has_output(block):
                raise GenotypeError(
                    f"block {number} has no output: mark at least one of its "
                    f"{len(block)} cells as an output"
                )


def has_output(block: Block) -> bool:
    """Tell whether any cell of a block is marked as an output."""
    return any(isinstance(slot, Cell) and slot.is_output for slot in block)


def resolve(block: Block) -> list[int]:
    """Follow bypasses to the representations that are really read.

    Args:
        block: A block's cells.

    Returns:
        For every representation index, 0 to `len(block)`, the index of the block input or cell
        that it stands for.
    """
    resolved = [0]
    for index, slot in enumerate(block, start=1):
        resolved.append(resolved[slot.target] if isinstance(slot, Bypass) else index)
    return resolved


def _fault(block: Block) -> str | None:
    # Not cached: 1, 1.0 and True are equal as keys, and a list as a field is no key at all.
    if not isinstance(block, tuple):
        return f": expected a tuple of cells, got {block!r}"
    for index, slot in enumerate(block):
        fault = _slot_fault(slot, index)
        if fault:
            return f", cell {index + 1}: {fault}"
    return None


def _slot_fault(slot: Slot, index: int) -> str | None:
    if isinstance(slot, Bypass):
        return _input_fault("the bypass", slot.target, index)
    if not isinstance(slot, Cell):
        return f"expected a Cell or a Bypass, got {slot!r}"
    for name in (slot.operation_1, slot.operation_2):
        if not isinstance(name, str) or name not in OPERATIONS:
            return f"unknown operation {name!r}; use one of {', '.join(OPERATIONS)}"
    if slot.combine not in COMBINES:
        return f"unknown combination {slot.combine!r}; use one of {', '.join(COMBINES)}"
    if not isinstance(slot.is_output, bool):
        return f"is_output is {slot.is_output!r}; use True or False"
    return _input_fault("input_1", slot.input_1, index) or _input_fault(
        "input_2", slot.input_2, index
    )


def _input_fault(name: str, value: int, index: int) -> str | None:
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= index:
        return None
    return f"{name} reads representation {value!r}, but only 0 to {index} exist below this cell"
