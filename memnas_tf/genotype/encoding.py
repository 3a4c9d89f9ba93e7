"""One-hot codes of cells, as the paper's figures show them.

A cell's code is its five vectors I1, I2, L1, L2 and O side by side, each written as in the
figures with its lowest bit last: I1 = 0001 reads r1, L1 = 0000010 is the 3x3 depthwise
convolution, O = 110 is a concat that the block's output includes. Identity is all zeros.
A place without a cell is all zeros but for I1, which keeps what a bypass reads. Behind the bits
of the paper stands one more column, the block's width: zero for the template's own filters, and a
third more for each doubling.

Source: the paper, section 3.1 and Figure 1(b).
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from memnas_tf.errors import GenotypeError
from memnas_tf.genotype.genotype import FULL_WIDTH, Block, Bypass, Cell, Genotype, Slot
from memnas_tf.operations import IDENTITY, searched_operations

# (combine, is_output) to the bits (included, concat, excluded).
_OUTPUT_BITS = {
    ("sum", False): (0, 0, 1),
    ("sum", True): (1, 0, 0),
    ("concat", True): (1, 1, 0),
    ("concat", False): (0, 1, 1),
}
_OUTPUTS = {bits: output for output, bits in _OUTPUT_BITS.items()}

Code = npt.NDArray[np.float32]


def code_width(max_cells: int) -> int:
    """Return how many bits one cell takes.

    Args:
        max_cells: The largest number of cells in a block. The last of them chooses among as
            many representations, which is the width of I1 and of I2.

    Returns:
        The number of columns.
    """
    return 2 * max_cells + 2 * len(searched_operations()) + 3 + 1


def encode(genotype: Genotype, max_cells: int) -> Code:
    """Encode a genotype.

    Args:
        genotype: The architecture.
        max_cells: The largest number of cells in a block.

    Returns:
        Zeros and ones, but for the width, of shape (blocks, max_cells, `code_width(max_cells)`).

    Raises:
        GenotypeError: If a block has more than `max_cells` places.
    """
    if genotype.slots > max_cells:
        raise GenotypeError(f"{genotype.slots} cells do not fit a code of {max_cells} cells")
    code = np.zeros((len(genotype.blocks), max_cells, code_width(max_cells)), np.float32)
    for b, block in enumerate(genotype.blocks):
        for c, slot in enumerate(block):
            _encode_slot(slot, code[b, c, :-1], max_cells)
        code[b, : len(block), -1] = _width_value(genotype.widths[b])
    return code


def decode(code: Code) -> Genotype:
    """Read back what `encode` wrote.

    Args:
        code: What `encode` returns, of shape (blocks, max_cells, code width).

    Returns:
        The genotype.

    Raises:
        GenotypeError: If the array has another shape or a cell has no valid code.
    """
    if code.ndim != 3 or code.shape[2] != code_width(code.shape[1]):
        raise GenotypeError(f"an array of shape {code.shape} is no genotype's code")
    blocks = tuple(_decode_block(block[:, :-1], b) for b, block in enumerate(code, 1))
    return Genotype(blocks, tuple(_decode_width(block[0, -1]) for block in code))


def _width_value(width: int) -> float:
    return math.log2(width / FULL_WIDTH) / 3


def _decode_width(value: float) -> int:
    return round(FULL_WIDTH * 2 ** (3 * float(value)))


def _encode_slot(slot: Slot, row: Code, width: int) -> None:
    if isinstance(slot, Bypass):
        row[width - 1 - slot.target] = 1
        return
    row[width - 1 - slot.input_1] = 1
    row[2 * width - 1 - slot.input_2] = 1
    start, names = 2 * width, _names()
    for _, name in slot.operands:
        if name != IDENTITY.name:
            row[start + len(names) - 1 - names.index(name)] = 1
        start += len(names)
    row[start:] = _OUTPUT_BITS[slot.combine, slot.is_output]


def _decode_block(rows: Code, number: int) -> Block:
    slots = [
        _decode_slot(row, len(rows), f"block {number}, cell {c}") for c, row in enumerate(rows, 1)
    ]
    filled = [slot is not None for slot in slots]
    if filled != sorted(filled, reverse=True):
        raise GenotypeError(f"block {number} has an empty place before a cell")
    return tuple(slot for slot in slots if slot is not None)


def _decode_slot(row: Code, width: int, place: str) -> Slot | None:
    if not row.any():
        return None
    bits = len(_names())
    operations = 2 * width
    output = operations + 2 * bits
    if not row[width:].any():
        return Bypass(_bit(row[:width], place))
    combination = tuple(int(bit) for bit in row[output:])
    if combination not in _OUTPUTS:
        raise GenotypeError(f"{place}: {combination} is no combination's code")
    combine, is_output = _OUTPUTS[combination]
    return Cell(
        _bit(row[:width], place),
        _bit(row[width:operations], place),
        _operation(row[operations : operations + bits], place),
        _operation(row[operations + bits : output], place),
        combine,
        is_output,
    )


def _names() -> tuple[str, ...]:
    return tuple(operation.name for operation in searched_operations())


def _operation(bits: Code, place: str) -> str:
    return _names()[_bit(bits, place)] if bits.any() else IDENTITY.name


def _bit(bits: Code, place: str) -> int:
    if bits.sum() != 1 or bits.max() != 1:
        raise GenotypeError(f"{place}: {bits.astype(int).tolist()} is no one-hot code")
    return int(len(bits) - 1 - np.argmax(bits))
