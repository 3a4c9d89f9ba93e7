"""A genotype as text that a person reads."""

from __future__ import annotations

from itertools import groupby

from memnas_tf.genotype.genotype import Block, Bypass, Genotype, Slot
from memnas_tf.operations import OPERATIONS


def render(genotype: Genotype) -> str:
    """Describe an architecture, equal neighbouring blocks once.

    Args:
        genotype: The architecture.

    Returns:
        Lines without a final newline.
    """
    lines: list[str] = []
    first = 1
    for block, run in groupby(genotype.blocks):
        count = len(list(run))
        last = first + count - 1
        lines.append(f"block {first}" if count == 1 else f"blocks {first} to {last}, each")
        lines.extend(f"  {line}" for line in _render_block(block))
        first = last + 1
    return "\n".join(lines)


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
