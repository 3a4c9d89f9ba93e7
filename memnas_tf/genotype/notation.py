"""The compact string: a genotype on one line, safe to type in a shell without quotes.

A cell is `<input><operation><+ or :><input><operation>`, with `+` for sum and `:` for concat,
and a trailing `=` if the cell is an output of its block. A bypassed cell is the index of what
is read in its place. Commas separate cells and slashes blocks; `5x` before a block stands for
five blocks like it. A block that is wider or narrower than the template says ends in `@` and its
width in eighths: `@12` is half as wide again. Figure 1(b) of the paper, for one, reads

    5x0d3+0f7,1ap:0d5=,1mp+2mp=
"""

from __future__ import annotations

import re

from memnas_tf.errors import GenotypeError
from memnas_tf.genotype.genotype import FULL_WIDTH, Block, Bypass, Cell, Genotype, Slot
from memnas_tf.operations import OPERATIONS, operation_of_code

_COMBINE_SIGN = {"sum": "+", "concat": ":"}
_COMBINE = {sign: name for name, sign in _COMBINE_SIGN.items()}
_INDEX = r"([0-9]{1,6})"
_CELL = re.compile(rf"{_INDEX}([a-z][a-z0-9])([+:]){_INDEX}([a-z][a-z0-9])(=?)")
_BYPASS = re.compile(_INDEX)
_REPEATED = re.compile(rf"{_INDEX}x(.*)", re.DOTALL)
_MAX_BLOCKS = 1_000


def cell_to_string(slot: Slot) -> str:
    """Write one cell, or the place of a bypassed one, as a compact string."""
    if isinstance(slot, Bypass):
        return str(slot.target)
    first, second = (f"{source}{OPERATIONS[name].code}" for source, name in slot.operands)
    return f"{first}{_COMBINE_SIGN[slot.combine]}{second}{'=' if slot.is_output else ''}"


def block_to_string(block: Block, width: int = FULL_WIDTH) -> str:
    """Write a block as a compact string.

    Args:
        block: Its cells.
        width: Its filters, in eighths of the template's.

    Returns:
        The string.
    """
    return ",".join(map(cell_to_string, block)) + ("" if width == FULL_WIDTH else f"@{width}")


def to_string(genotype: Genotype) -> str:
    """Write a genotype as a compact string that `from_string` reads back.

    Args:
        genotype: The architecture.

    Returns:
        The compact string.
    """
    blocks = list(map(block_to_string, genotype.blocks, genotype.widths))
    if len(set(blocks)) == 1:
        return f"{len(blocks)}x{blocks[0]}"
    return "/".join(blocks)


def check_buildable(text: str) -> None:
    """Refuse a compact string that no network can be built from.

    Args:
        text: The compact string.

    Raises:
        GenotypeError: If it cannot be read, or a block has no output.
    """
    from_string(text).require_buildable()


def from_string(text: str) -> Genotype:
    """Read a compact string.

    Args:
        text: What `to_string` writes.

    Returns:
        The genotype.

    Raises:
        GenotypeError: If the string cannot be read, naming the block and the cell.
    """
    repeated = _REPEATED.fullmatch(text.strip())
    if repeated:
        count = int(repeated[1])
        if not 1 <= count <= _MAX_BLOCKS:
            raise GenotypeError(f"cannot read {count} blocks; give 1 to {_MAX_BLOCKS}")
        block, width = _read_block(repeated[2], 1)
        return Genotype((block,) * count, (width,) * count)
    texts = text.strip().split("/")
    blocks, widths = zip(*(_read_block(part, n) for n, part in enumerate(texts, 1)), strict=True)
    return Genotype(blocks, widths)


def _read_block(text: str, number: int) -> tuple[Block, int]:
    cells, at, eighths = text.partition("@")
    if at and not _BYPASS.fullmatch(eighths):
        raise GenotypeError(
            f"block {number}: cannot read the width {eighths!r}; a block of half as many filters "
            "again ends in @12, twelve eighths"
        )
    width = int(eighths) if at else FULL_WIDTH
    texts = cells.split(",") if cells else ()
    block = tuple(_read_cell(cell, f"block {number}, cell {i}") for i, cell in enumerate(texts, 1))
    return block, width


def _read_cell(text: str, place: str) -> Slot:
    if _BYPASS.fullmatch(text):
        return Bypass(int(text))
    match = _CELL.fullmatch(text)
    if not match:
        raise GenotypeError(f"{place}: cannot read {text!r}; a cell looks like 0d3+0f7 or 1ap:0d5=")
    operation_1, operation_2 = (_operation(code, text, place) for code in (match[2], match[5]))
    return Cell(
        input_1=int(match[1]),
        input_2=int(match[4]),
        operation_1=operation_1,
        operation_2=operation_2,
        combine=_COMBINE[match[3]],
        is_output=bool(match[6]),
    )


def _operation(code: str, text: str, place: str) -> str:
    operation = operation_of_code(code)
    if operation is None:
        codes = ", ".join(operation.code for operation in OPERATIONS.values())
        raise GenotypeError(f"{place}: unknown operation {code!r} in {text!r}; use one of {codes}")
    return operation.name
