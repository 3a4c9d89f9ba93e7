"""Train searched and hand-made networks of the same memory, and measure their files.

    pip install "memnas-tf[tflm,litert]"
    python -m benchmarks.showdown --data-dir DIR --directory showdown

On CIFAR-10, at three budgets of RAM and flash in int8 on a 32-bit microcontroller: ResNet-8 and a
depthwise-separable network, as wide as fits, and what `memnas search` finds in the paper's space
and in ours. All are trained by one recipe for as many epochs, and their files run on the real
interpreter over the whole test split. A line goes to the results file per network; stop it at any
time, the same command goes on after the last epoch. --widths trains nothing.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras

from benchmarks.results_file import complete
from benchmarks.showdown.contest import BUDGETS, PLAIN, Entry, entries
from benchmarks.showdown.searching import find_network
from benchmarks.showdown.sizes import CLASSES, SHAPE, plain_sizes, widest
from benchmarks.showdown.training import train_entry
from memnas_tf.data.dataset import ImageDataset
from memnas_tf.data.loading import load_dataset
from memnas_tf.interrupts import INTERRUPTED, Interrupts
from memnas_tf.layers import build_network
from memnas_tf.plain_networks import PLAIN_NETWORKS


class _Course(keras.callbacks.Callback):
    """Tell of every epoch, and end the process in order where its time is over."""

    def __init__(self, entry: Entry, deadline: float, interrupts: Interrupts) -> None:
        super().__init__()
        self._entry, self._deadline, self._interrupts = entry, deadline, interrupts

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        self._interrupts.check()

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        if time.time() > self._deadline:
            raise KeyboardInterrupt
        done = f"{self._entry.name}: {epoch + 1} of {BUDGETS[self._entry.budget].epochs} epochs"
        print(f"{done}, {100 * (logs or {})['accuracy']:.1f} %", file=sys.stderr, flush=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Go on with the showdown.

    Args:
        arguments: Of the command line; None for the process's own.

    Returns:
        The exit code: 0 when all is done, 130 where it was interrupted.
    """
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--data-dir", help="folder of prepared data sets")
    parser.add_argument("--directory", type=Path, default=Path("showdown"))
    parser.add_argument("--results", type=Path, default=Path("benchmarks/results/showdown.jsonl"))
    parser.add_argument("--only", nargs="*", default=[], help="names of entries, or parts of them")
    parser.add_argument("--limit-minutes", type=float, default=float("inf"))
    parser.add_argument("--widths", action="store_true", help="print the plain networks' widths")
    given = parser.parse_args(arguments)
    if given.widths:
        _print_widths()
        return 0
    deadline = time.time() + 60 * given.limit_minutes
    chosen = [
        entry
        for entry in entries()
        if not given.only or any(part in entry.name for part in given.only)
    ]
    data: list[ImageDataset] = []
    interrupts = Interrupts()

    def measure(entry: Entry) -> dict[str, Any]:
        if time.time() > deadline:
            raise KeyboardInterrupt
        build = _builder(entry, given.directory, given.data_dir)
        if not data:
            data.append(load_dataset("cifar10", given.data_dir, validation_fraction=0.0))
        print(f"{entry.name}: training", file=sys.stderr, flush=True)
        folder = given.directory / entry.name
        course = _Course(entry, deadline, interrupts)
        with interrupts.noted():
            return train_entry(entry, build, data[0], folder, [course], interrupts.check)

    by_name = {entry.name: entry for entry in chosen}
    try:
        complete(given.results, "entry", by_name, lambda name: measure(by_name[name]))
    except KeyboardInterrupt:
        print("interrupted; the same command goes on from here", file=sys.stderr)
        return INTERRUPTED
    return 0


def _builder(entry: Entry, directory: Path, data_dir: str | None) -> Callable[[], keras.Model]:
    if entry.network in PLAIN:
        width = widest(entry.network, BUDGETS[entry.budget])
        return partial(PLAIN_NETWORKS[entry.network], SHAPE, CLASSES, width)
    more = () if data_dir is None else ("--data-dir", data_dir)
    genotype, template = find_network(entry.network, entry.budget, directory / "searches", more)
    return partial(build_network, genotype, template)


def _print_widths() -> None:
    for name, budget in BUDGETS.items():
        for network in PLAIN:
            width = widest(network, budget)
            sizes = plain_sizes(network, width)
            print(
                f"{name}  {network:8} width {width:2}  RAM {sizes.ram:,} of {budget.ram:,} B  "
                f"flash {sizes.flash:,} of {budget.flash:,} B"
            )


if __name__ == "__main__":
    sys.exit(main())
