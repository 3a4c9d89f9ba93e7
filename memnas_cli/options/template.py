"""The options that size a network of ours, shared by the commands that look at one."""

from __future__ import annotations

from dataclasses import dataclass

from memnas_tf.knob_kinds import Several, Size, Whole
from memnas_tf.knobs import knob
from memnas_tf.template import DEFAULT_BLOCKS, DEFAULT_FILTERS


@dataclass(frozen=True)
class NetworkSize:
    """The size of a network, as `tuner.source_template.sized_template` takes it."""

    input_shape: tuple[int, int, int] | None = knob(
        "Size of an image, in pixels.",
        Size(("height", "width", "channels")),
        unset="the source's, else 32x32x3",
    )
    classes: int | None = knob("Number of classes.", Whole(2), unset="the source's, else 10")
    filters: tuple[int, ...] | None = knob(
        "Output channels of every operation, or of those of equal parts of the network.",
        Several("filters", "64, or 48,96,192,384 for the quarters of the network"),
        unset=f"the source's, else {DEFAULT_FILTERS}",
    )
    blocks: int | None = knob(
        "Blocks of the network.", Whole(), unset=f"the source's, else {DEFAULT_BLOCKS}"
    )
