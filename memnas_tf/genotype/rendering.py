"""A genotype as text that a person reads."""

from __future__ import annotations

from itertools import groupby

from memnas_tf.genotype.genotype import FULL_WIDTH, Block, Bypass, Genotype, Slot
from memnas_tf.operations import OPERATIONS


def render(genotype: Genotype) -> str:
    """Describe an architecture, equal neighbouring blocks once, and widths where they matter.

    Args:
        genotype: The architecture.

    Returns:
        Lines without a final newline.
    """
    lines: list[str] = []
    first = 1
    for (block, width), run in groupby(zip(genotype.blocks, genotype.widths, strict=True)):
        count = len(list(run))
        last = first + count - 1
        title = f"block {first}" if count == 1 else f"blocks {first} to {last}, each"
        lines.append(title + _render_width(width))
        lines.extend(f"  {line}" for line in _render_block(block))
        first = last + 1
    return "\n".join(lines)


def _render_width(width: int) -> str:
    return "" if width == FULL_WIDTH else f", {width}/{FULL_WIDTH} of the filters"


def representation_name(index: int) -> str:
    """Name a representation: `input` for the block's input, else its cell."""
    return "input" if index == 0 else f"C{index}"


def _render_block(block: Block) -> list[str]:
    if not block:
        return ["no cells"]
    return [f"C{index} = {_render_slot(slot)}" for index, slot in enumerate(block, 1)]


def _render_slot(slot: Slot) -> str:
    if isinstance(slot, Bypass):
        return f"{representation_name(slot.target)} (cell removed)"
    operands = (
        f"{OPERATIONS[name].title}({representation_name(source)})" for source, name in slot.operands
    )
    output = "  -> output" if slot.is_output else ""
    return f"{slot.combine} of {' and '.join(operands)}{output}"
