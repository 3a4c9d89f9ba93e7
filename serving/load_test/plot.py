"""Latency and throughput against concurrency, as a picture in a file."""

from __future__ import annotations

import os
from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from memnas_tf.drawing import colours
from memnas_tf.drawing.picture_file import write_picture
from serving.load_test.measuring import Measurement

_SIZE = (9.0, 4.2)  # inches
_LINES = ((50, "-"), (90, "--"), (99, ":"))  # percentiles and their strokes


def draw_load_test(
    measurements: Sequence[Measurement], path: str | os.PathLike[str], title: str
) -> None:
    """Draw latency and throughput against concurrency, a colour for each batch size.

    Args:
        measurements: What was measured.
        path: Where the picture goes, replacing what is there: .png or .svg.
        title: What stands above it.

    Raises:
        ConfigError: If the path has another suffix.
    """
    write_picture(path, lambda: paint_load_test(measurements, title))


def paint_load_test(measurements: Sequence[Measurement], title: str) -> Figure:
    """Paint latency and throughput.

    Args:
        measurements: What was measured.
        title: What stands above.

    Returns:
        The figure.
    """
    figure = Figure(figsize=_SIZE, facecolor=colours.BACKGROUND, layout="constrained")
    figure.suptitle(title, color=colours.TEXT, fontweight="bold")
    latency, throughput = figure.subplots(1, 2)
    batch_sizes = sorted({measurement.load.batch_size for measurement in measurements})
    for number, batch_size in enumerate(batch_sizes, 1):
        rows = sorted(
            (row for row in measurements if row.load.batch_size == batch_size),
            key=lambda row: row.load.concurrency,
        )
        _paint_rows(latency, throughput, rows, colours.line_colour(number))
    _finish(latency, "latency in ms", measurements)
    _finish(throughput, "images per second", measurements)
    return figure


def _paint_rows(latency: Axes, throughput: Axes, rows: Sequence[Measurement], colour: str) -> None:
    answered = [row for row in rows if row.latencies]
    concurrency = [row.load.concurrency for row in answered]
    name = f"batch of {rows[0].load.batch_size}"
    for percent, stroke in _LINES:
        values = [1000 * (row.percentile(percent) or 0) for row in answered]
        latency.plot(
            concurrency,
            values,
            linestyle=stroke,
            marker="o",
            markersize=3,
            color=colour,
            label=f"{name}, p{percent}",
        )
    throughput.plot(
        [row.load.concurrency for row in rows],
        [row.images_per_second for row in rows],
        marker="o",
        markersize=3,
        color=colour,
        label=name,
    )


def _finish(axes: Axes, name: str, measurements: Sequence[Measurement]) -> None:
    axes.set_xlabel("concurrent clients", color=colours.TEXT)
    axes.set_ylabel(name, color=colours.TEXT)
    axes.set_xticks(sorted({row.load.concurrency for row in measurements}))
    axes.set_ylim(bottom=0)
    axes.grid(color=colours.CELL_FILL)
    axes.set_axisbelow(True)
    axes.tick_params(colors=colours.FAINT)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    axes.legend(frameon=False, fontsize="small")
