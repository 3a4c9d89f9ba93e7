"""From a genotype to a picture in a file."""

from __future__ import annotations

import os
from pathlib import Path

from matplotlib import rc_context, rcParamsDefault
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from memnas_tf.drawing.page import lay_out_page
from memnas_tf.drawing.painting import paint
from memnas_tf.errors import ConfigError
from memnas_tf.genotype import Genotype

_DOTS_PER_INCH = 150
# The larger side of a PNG; more is a matter for SVG.
_MAX_PIXELS = 16_000
_CANVASES = {".png": FigureCanvasAgg, ".svg": FigureCanvasSVG}
# No date and no version: one genotype gives one file.
_METADATA: dict[str, dict[str, str | None]] = {
    ".png": {"Software": None},
    ".svg": {"Date": None, "Creator": None},
}
# What a matplotlibrc could change in the picture, as matplotlib ships it.
_FAMILIES = {"figure", "font", "lines", "patch", "path", "savefig", "svg", "text"}
_SETTINGS = {
    **{
        name: value
        for name, value in rcParamsDefault.items()
        if name.partition(".")[0] in _FAMILIES
    },
    "font.family": ["DejaVu Sans"],
    "svg.fonttype": "none",
    "svg.hashsalt": "memnas_tf",
}


def draw_genotype(
    genotype: Genotype,
    path: str | os.PathLike[str],
    title: str | None = None,
    subtitle: str | None = None,
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

    Raises:
        ConfigError: If the path has another suffix.
    """
    path = Path(path)
    suffix = path.suffix.lower()
    if suffix not in _CANVASES:
        raise ConfigError(
            f"cannot draw {path.name!r}: its suffix is {suffix!r}; use {' or '.join(_CANVASES)}"
        )
    page = lay_out_page(genotype, title, subtitle)
    with rc_context(_SETTINGS):
        _write(paint(page), path, suffix)


def _write(figure: Figure, path: Path, suffix: str) -> None:
    """Write the file whole or not at all."""
    dpi = min(_DOTS_PER_INCH, _MAX_PIXELS / max(figure.get_size_inches()))
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        _CANVASES[suffix](figure).print_figure(
            temporary, format=suffix[1:], dpi=dpi, metadata=_METADATA[suffix]
        )
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
