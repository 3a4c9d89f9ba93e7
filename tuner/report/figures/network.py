"""A trial's network: what its move changed, and which tensor lives when."""

from __future__ import annotations

from matplotlib.figure import Figure

from memnas_tf.drawing.lifetime_plot import lifetime_figure
from memnas_tf.drawing.page import lay_out_page
from memnas_tf.drawing.painting import paint
from memnas_tf.genotype import from_string
from memnas_tf.memory.graph import network_graph
from memnas_tf.memory.lifetime_rows import paper_rows
from memnas_tf.template import Template


def draw_change(genotype: str, base: str, template: Template) -> Figure:
    """Draw a network with what its move has grown, trimmed or reshaped.

    Args:
        genotype: The network as a compact string.
        base: What it was made from.
        template: Its size.

    Returns:
        The figure.
    """
    network, before = from_string(genotype), from_string(base)
    comparable = len(network.blocks) == len(before.blocks)
    return paint(lay_out_page(network, None, None, before if comparable else None, template))


def draw_network_lifetimes(genotype: str, template: Template) -> Figure:
    """Draw which tensor of a network lives when, by the paper's measure.

    Args:
        genotype: The network as a compact string.
        template: Its size.

    Returns:
        The figure.
    """
    rows = paper_rows(network_graph(from_string(genotype), template))
    return lifetime_figure(rows, "", "")
