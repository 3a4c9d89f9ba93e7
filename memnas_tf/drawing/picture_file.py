"""A matplotlib figure as a file: PNG or SVG by suffix, the same bytes for the same picture."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from pathlib import Path
from typing import IO

from matplotlib import rc_context, rcParamsDefault
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from memnas_tf.errors import ConfigError
from memnas_tf.files import whole_file
from memnas_tf.output_file import PROGRAM, check_replaceable

_DOTS_PER_INCH = 150
# The larger side of a PNG; more is a matter for SVG.
_MAX_PIXELS = 16_000
_CANVASES = {".png": FigureCanvasAgg, ".svg": FigureCanvasSVG}
# The mark of this program, no date and no version: one picture gives one file.
_METADATA: dict[str, dict[str, str | None]] = {
    ".png": {"Software": PROGRAM},
    ".svg": {"Date": None, "Creator": PROGRAM},
}
# What a matplotlibrc could change in the picture, as matplotlib ships it.
_FAMILIES = {
    *("axes", "figure", "font", "grid", "image", "legend", "lines", "patch", "path", "savefig"),
    *("scatter", "svg", "text", "xtick", "ytick"),
}
_SETTINGS = {
    **{
        name: value
        for name, value in rcParamsDefault.items()
        if name.partition(".")[0] in _FAMILIES
    },
    "font.family": ["sans-serif"],  # what an SVG falls back to
    "font.sans-serif": ["DejaVu Sans"],
    "svg.fonttype": "none",
    "svg.hashsalt": "memnas_tf",
}


def write_picture(path: str | os.PathLike[str], paint: Callable[[], Figure]) -> None:
    """Paint a picture and write it, whole or not at all.

    Args:
        path: Where the picture goes, replacing another of this program. Its suffix, .png or .svg,
            chooses the format. Folders on the way are made.
        paint: Makes the figure, once the suffix is known to be one of these.

    Raises:
        ConfigError: If the path has another suffix, or somebody else's file is there.
    """
    suffix, path = check_picture(path), Path(path)
    with rc_context(_SETTINGS):
        figure = paint()
        path.parent.mkdir(parents=True, exist_ok=True)
        with whole_file(path) as temporary:
            _print(figure, temporary, suffix, _DOTS_PER_INCH)


def picture_bytes(
    paint: Callable[[], Figure], suffix: str, dots_per_inch: float = _DOTS_PER_INCH
) -> bytes:
    """Paint a picture and return what its file would hold.

    Args:
        paint: Makes the figure.
        suffix: ".png" or ".svg".
        dots_per_inch: How fine a PNG is.

    Returns:
        The picture.

    Raises:
        ConfigError: If the suffix is another.
    """
    _check_suffix(Path(f"picture{suffix}"))
    content = io.BytesIO()
    with rc_context(_SETTINGS):
        _print(paint(), content, suffix, dots_per_inch)
    return content.getvalue()


def check_picture(path: str | os.PathLike[str]) -> str:
    """Refuse a file that no picture can be written to, before there is a picture.

    Args:
        path: The file.

    Returns:
        Its suffix in lower case.

    Raises:
        ConfigError: If that is neither .png nor .svg, or somebody else's file is there.
    """
    suffix = _check_suffix(Path(path))
    check_replaceable(path)
    return suffix


def _check_suffix(path: Path) -> str:
    suffix = path.suffix.lower()
    if suffix not in _CANVASES:
        raise ConfigError(
            f"cannot draw {path.name!r}: its suffix is {suffix!r}; use {' or '.join(_CANVASES)}"
        )
    return suffix


def _print(figure: Figure, file: Path | IO[bytes], suffix: str, dots_per_inch: float) -> None:
    dpi = min(dots_per_inch, _MAX_PIXELS / max(figure.get_size_inches()))
    _CANVASES[suffix](figure).print_figure(
        file, format=suffix[1:], dpi=dpi, metadata=_METADATA[suffix]
    )
