"""Which class a trial's network took validation images of each class for."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from memnas_tf.training.record import Confusion
from tuner.report.figures import style

_MOST_NUMBERS = 20
_MOST_TICKS = 25


def draw_confusion_matrix(confusion: Confusion) -> Figure:
    """Draw the confusion matrix of a trial.

    Args:
        confusion: Images by true and by predicted class.

    Returns:
        The figure: a row for each true class, whose colours are shares of that class. Up to
        20 classes have their numbers of images written in.
    """
    counts = np.array(confusion.counts)
    classes = len(counts)
    side = min(7.0, max(3.6, 1.4 + 0.32 * classes))
    figure = style.new_figure(side + 0.4, side)
    axes = style.new_axes(figure, title="Confusion", x="predicted class", y="true class")
    axes.grid(False)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1, interpolation="nearest")
    step = -(-classes // _MOST_TICKS)
    axes.set_xticks(range(0, classes, step))
    axes.set_yticks(range(0, classes, step))
    if classes <= _MOST_NUMBERS:
        for (row, column), count in np.ndenumerate(counts):
            if count:
                colour = "white" if shares[row, column] > 0.6 else "#1c1c1c"
                axes.text(
                    *(column, row, f"{count}"),
                    ha="center",
                    va="center",
                    fontsize=7.0,
                    color=colour,
                )
    return figure
