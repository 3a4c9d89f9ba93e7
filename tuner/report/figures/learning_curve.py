"""Loss and accuracy over the epochs of a trial."""

from __future__ import annotations

import math

from matplotlib.figure import Figure

from memnas_tf.drawing import colours
from memnas_tf.training.record import TrainingRecord
from tuner.report.figures import style

_PANELS = ((121, "Accuracy", "accuracy"), (122, "Loss", "loss"))
_PARTS = (("", "training", style.SERIES[1]), ("val_", "validation", style.SERIES[0]))


def draw_learning_curve(record: TrainingRecord) -> Figure:
    """Draw the learning curve of a trial: accuracy to the left, loss to the right.

    Args:
        record: What the trial left of its training. Several executions are drawn as lines of
            the same colour.

    Returns:
        The figure; a vertical line marks the epoch whose weights were kept, where that is known.
    """
    figure = style.new_figure(style.WIDTH + 0.6, 2.8)
    for position, title, metric in _PANELS:
        axes = style.new_axes(figure, position, title, x="epoch")
        epochs = [epoch + 1 for curve in record.executions for epoch in curve.epochs]
        style.along_rounds(axes, epochs)
        for prefix, part, colour in _PARTS:
            label: str | None = part
            for curve in record.executions:
                values = curve.metrics.get(prefix + metric)
                if values is None:
                    continue
                numbers = [epoch + 1 for epoch in curve.epochs]
                heights = [math.nan if value is None else value for value in values]
                marker = "o" if len(numbers) < 15 else None
                axes.plot(
                    *(numbers, heights), color=colour, label=label, marker=marker, markersize=3
                )
                label = None
        if record.confusion is not None:
            epoch = record.confusion.epoch + 1
            axes.axvline(epoch, color=colours.FAINT, linewidth=0.8, linestyle=(0, (4, 3)))
        if metric == "accuracy":
            style.in_percent(axes.yaxis)
        if axes.lines:
            style.legend(axes, loc="best")
        else:
            style.say(axes, f"no {metric} was recorded")
    return figure
