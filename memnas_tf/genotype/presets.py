"""Architectures by name."""

from __future__ import annotations

from memnas_tf.genotype.genotype import Genotype
from memnas_tf.genotype.notation import from_string

PRESETS: dict[str, Genotype] = {
    # The paper, Figure 1(b): the block that its other figures use as an example.
    "figure-1b": from_string("5x0d3+0f7,1ap:0d5=,1mp+2mp="),
    # The paper's supplement: a block that its search found.
    "supplement": from_string("5x0d3+0f7,0d3+1ap=,1f7+0mp=,3d3+3d5=,2mp+2ap=,1f7+1f7="),
    # Not the paper's, which it never published, but networks for the same role: chosen by hand
    # (docs/training.md). Their sizes are in `memnas_tf.preset_templates`.
    "MemNAS-A": from_string("16x0d3+0id,1d5+1id="),
    "MemNAS-B": from_string("16x0d3+0id,1d5+1id,2d3+2id="),
}
