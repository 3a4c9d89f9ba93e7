"""Make a table of trained networks: accuracy and memory of random and grown genotypes.

    python -m benchmarks.trained_table --dataset cifar10 --data-dir DIR --results table.jsonl

The networks are in tiers of twelve, a random and a grown one of each size from 1 to 6 cells, so
that a table is of use at any time; the first tiers are trained under three seeds. A line goes
to the results file per network. Stop it at any time; the same command goes on. Started several
times with one results file, the processes share the work. `benchmarks.table.load_table`
reads the file.

With `--widths-beside TABLE` the networks have widths: a drawn one and a moved one of each size from
1 to 4 cells in a tier, moved from networks of that table (benchmarks/table_widths.py):

    python -m benchmarks.trained_table --widths-beside benchmarks/results/trained_table.jsonl \
        --data-dir DIR --results benchmarks/results/trained_widths.jsonl
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from itertools import count
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
if __name__ == "__main__":  # JAX reads it once, when it starts
    os.environ.setdefault(
        "XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
    )

from benchmarks.table import Claims, Run, append_run, load_table, open_table, read_runs
from benchmarks.table_training import Recipe, Trainer
from benchmarks.table_widths import widths_work
from benchmarks.table_work import Work, work_list
from memnas_tf.genotype import to_string
from memnas_tf.interrupts import INTERRUPTED, Interrupts

_DEADLINE = "MEMNAS_TABLE_DEADLINE"


def finished(path: Path) -> set[tuple[str, int]]:
    """Return what a table holds.

    Args:
        path: The table's file.

    Returns:
        Genotype and seed of every run.
    """
    return {(run.genotype, run.seed) for run in read_runs(path)}


def fill_table(
    path: Path,
    work: Sequence[Work],
    train: Callable[[Work], Run],
    go_on: Callable[[], bool] = lambda: True,
) -> None:
    """Train what a table lacks and no other process trains.

    Args:
        path: The table's file.
        work: The work list.
        train: Trains a network.
        go_on: Asked before each network whether to train it.
    """
    done = finished(path)
    started, before = time.monotonic(), len(done)
    with Claims(path) as claims:
        for index, item in enumerate(work):
            identity = to_string(item.genotype), item.seed
            if identity in done or not claims.claim(index):
                continue
            done = finished(path)  # another process may have done it before the claim
            if identity not in done:
                if not go_on():
                    return
                run = train(item)
                append_run(path, run)
                done = finished(path)
                left = (len(work) - len(done)) * (time.monotonic() - started)
                left /= len(done) - before
                print(progress(run, len(done), len(work), left), file=sys.stderr, flush=True)
            claims.release(index)


def progress(run: Run, done: int, total: int, left: float) -> str:
    """Write how far a table is.

    Args:
        run: The run that was just added.
        done: The number of runs in the table.
        total: The number that it will have.
        left: The time that the rest will take, in seconds.

    Returns:
        A line.
    """
    hours, minutes = divmod(round(left / 60), 60)
    return (
        f"{done} of {total}  {100 * run.accuracies[-1]:.1f} %  {run.seconds:.0f} s  "
        f"{hours} h {minutes:02d} min left  {run.origin} {run.genotype} seed {run.seed}"
    )


def resident_megabytes() -> float:
    """Return how much memory the process holds; 0 where the system does not say."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except OSError:
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def main() -> int:
    """Make the table, or go on with it.

    Returns:
        The exit code: 0 when it is done or its time is over, 130 after Ctrl-C.
    """
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--dataset", default=Recipe.dataset)
    parser.add_argument("--data-dir", help="folder of prepared data sets")
    parser.add_argument("--results", type=Path, required=True, help="file of the table")
    parser.add_argument("--seed", type=int, default=0, help="of the choice of networks")
    parser.add_argument("--tiers", type=int, default=40, help="twelve networks each, or eight")
    parser.add_argument("--widths-beside", type=Path, help="networks with widths, beside a table")
    parser.add_argument("--repeated", type=int, default=4, help="tiers under three seeds")
    parser.add_argument("--epochs", type=int, default=Recipe.epochs)
    parser.add_argument("--train-images", type=int, default=Recipe.train_images)
    parser.add_argument("--validation-images", type=int, default=Recipe.validation_images)
    parser.add_argument("--limit-minutes", type=float, help="start no network after that long")
    parser.add_argument(
        "--restart-at", type=float, default=3000, help="resident MB at which to start afresh"
    )
    arguments = parser.parse_args()
    interrupts = Interrupts()
    try:
        with interrupts.noted():
            _make_table(arguments, interrupts)
    except KeyboardInterrupt:
        print("interrupted; the same command goes on from here", file=sys.stderr)
        return INTERRUPTED
    return 0


def _make_table(arguments: argparse.Namespace, interrupts: Interrupts) -> None:
    deadline = float(os.environ.get(_DEADLINE, "inf"))
    if arguments.limit_minutes is not None and _DEADLINE not in os.environ:
        deadline = time.time() + 60 * arguments.limit_minutes
    import keras
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    recipe = Recipe(
        dataset=arguments.dataset,
        train_images=arguments.train_images,
        validation_images=arguments.validation_images,
        epochs=arguments.epochs,
        backend=keras.backend.backend(),
    )
    open_table(arguments.results, asdict(recipe))
    data = recipe.load(arguments.data_dir)
    trainer = Trainer(recipe, data, interrupts.check)
    asked = count()

    def go_on() -> bool:
        interrupts.check()
        if time.time() >= deadline:
            return False
        # Not before the first network, or a low limit would restart for ever.
        if next(asked) and resident_megabytes() > arguments.restart_at:
            # Keras and TensorFlow keep a little of every network that they have traced.
            os.environ[_DEADLINE] = str(deadline)
            os.execv(sys.executable, sys.orig_argv)
        return True

    work = (
        work_list(arguments.seed, arguments.tiers, arguments.repeated, len(recipe.strides))
        if arguments.widths_beside is None
        else widths_work(
            arguments.seed,
            arguments.tiers,
            recipe.template(data),
            load_table([arguments.widths_beside]),
        )
    )
    fill_table(arguments.results, work, trainer.train, go_on)


if __name__ == "__main__":
    sys.exit(main())
