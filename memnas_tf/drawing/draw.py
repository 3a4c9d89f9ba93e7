"""From a genotype to a picture in a file."""

from __future__ import annotations

import os

from memnas_tf.drawing.page import lay_out_page
from memnas_tf.drawing.painting import paint
from memnas_tf.drawing.picture_file import write_picture
from memnas_tf.genotype import Genotype
from memnas_tf.template import Template


def draw_genotype(
    genotype: Genotype,
    path: str | os.PathLike[str],
    title: str | None = None,
    subtitle: str | None = None,
    base: Genotype | None = None,
    template: Template | None = None,
) -> None:
    """Draw an architecture as a graph, into a PNG or SVG file.

    Each block is a panel with its input on top and its output at the bottom; neighbouring blocks
    that are equal share one. Cells that feed nothing and removed cells are left out. The same
    arguments give the same file.

    Source: the paper, Figure 1(b).

    Args:
        genotype: The architecture.
        path: Where the picture goes, replacing what is there. Its suffix, .png or .svg, chooses
            the format. Folders on the way are made.
        title: What stands above the drawing.
        subtitle: What stands below the title.
        base: What it was made from: what was grown, trimmed and reshaped since is marked.
        template: The network's size: each block's filters, stride, shape and bytes are told.

    Raises:
        ConfigError: If the path has another suffix.
    """
    write_picture(path, lambda: paint(lay_out_page(genotype, title, subtitle, base, template)))
