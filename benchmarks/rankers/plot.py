"""The picture of a comparison: Kendall tau against the number of labels."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import matplotlib

from benchmarks.rankers.summary import Rows, interval, values_of

TITLES = {
    "mixed": "random and grown, any size",
    "new": "networks unseen in development",
    "larger": "from small networks to larger ones",
    "rounds": "the same, targets of a search",
}


def draw(rows: Rows, tasks: Sequence[tuple[str, int]], names: Sequence[str], file: Path) -> None:
    """Draw the picture.

    Args:
        rows: The results.
        tasks: The kinds of tasks that there are, each with each number of labels.
        names: The contestants.
        file: What to write; its ending says the format.
    """
    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    matplotlib.rcParams["svg.hashsalt"] = "rankers"  # the same picture from the same results
    kinds = list(dict.fromkeys(kind for kind, _ in tasks))
    figure, axes = plt.subplots(
        1, len(kinds), figsize=(3.6 * len(kinds), 3.4), sharey=True, layout="constrained"
    )
    for axis, kind in zip(axes, kinds, strict=True):
        sizes = [labels for other, labels in tasks if other == kind]
        for place, name in enumerate(names):
            found = [interval(values_of(rows, kind, labels, name, "tau")) for labels in sizes]
            shift = 1 + 0.02 * (place - len(names) / 2)  # or intervals cover one another
            axis.errorbar(
                [labels * shift for labels in sizes],
                [one.mean for one in found],
                yerr=[one.half for one in found],
                marker="o",
                markersize=4,
                capsize=2,
                label=name,
            )
        axis.set_xscale("log")
        axis.set_xticks(sizes, [str(labels) for labels in sizes])
        axis.minorticks_off()
        axis.set_xlim(sizes[0] / 1.4, sizes[-1] * 1.4)
        axis.set(xlabel="labels", title=TITLES[kind])
        axis.title.set_fontsize(9)
        axis.grid(alpha=0.3)
    axes[0].set_ylabel("Kendall tau")
    axes[0].legend(fontsize=7)
    figure.savefig(file, metadata={"Date": None} if file.suffix == ".svg" else None)
