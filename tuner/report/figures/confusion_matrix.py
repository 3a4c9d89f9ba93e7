"""Which class a trial's network took validation images of each class for."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.figure import Figure

from memnas_tf.drawing.text import text_width
from memnas_tf.training.record import Confusion
from tuner.report.figures import style

_MOST_NUMBERS = 20
_MOST_TICKS = 25
_LONGEST_NAME = 20
_COLUMN = 0.32  # the width of a class, in inches
_SLANTED: dict[str, Any] = {"rotation": 45, "ha": "right", "rotation_mode": "anchor"}


def draw_confusion_matrix(confusion: Confusion) -> Figure:
    """Draw the confusion matrix of a trial.

    Args:
        confusion: Images by true and by predicted class.

    Returns:
        The figure: a row for each true class, whose colours are shares of that class. Up to
        20 classes have their numbers of images written in; of more than 25, every second, third
        and so on is named.
    """
    counts = np.array(confusion.counts)
    classes = len(counts)
    side = min(7.0, max(3.6, 1.4 + _COLUMN * classes))
    names = [_shorten(name) for name in confusion.names or ()]
    room = max((text_width(name, style.SMALL_FONT) for name in names), default=0.0)
    figure = style.new_figure(side + 0.4 + room, side + 0.7 * room)
    axes = style.new_axes(figure, title="Confusion", x="predicted class", y="true class")
    axes.grid(False)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1, interpolation="nearest")
    step = -(-classes // _MOST_TICKS)
    shown = range(0, classes, step)
    axes.set_xticks(shown)
    axes.set_yticks(shown)
    if names:
        slant = _SLANTED if room > _COLUMN else {}
        axes.set_xticklabels(names[::step], **slant)
        axes.set_yticklabels(names[::step])
        for label in (*axes.get_xticklabels(), *axes.get_yticklabels()):
            label.set_parse_math(False)
    if classes <= _MOST_NUMBERS:
        for (row, column), count in np.ndenumerate(counts):
            if count:
                colour = "white" if shares[row, column] > 0.6 else "#1c1c1c"
                axes.text(
                    *(column, row, f"{count}"),
                    ha="center",
                    va="center",
                    fontsize=8.0 if classes <= 10 else 7.0,
                    color=colour,
                )
    return figure


def _shorten(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1]}…"
