"""Train a network to the end with JAX and Keras alone, in as many short runs as it takes.

    KERAS_BACKEND=jax python -m benchmarks.whole_run ARCHITECTURE --data cifar10.npz \
        --filters 64 --epochs 300 --directory runs/whole --limit-minutes 9

ARCHITECTURE is a preset or a compact string, in the CIFAR-10 template. The data is a file that
`benchmarks.whole_run.pack` made. An epoch comes in parts, and all that the next step depends on is
written after each, so that a run that is killed goes on from there when the same command is given,
to the same network. At its end the test split is measured, once; the directory is one that
`memnas export` and `memnas show` take.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("KERAS_BACKEND", "jax")

import keras

from benchmarks.whole_run.batches import AUGMENTATIONS
from benchmarks.whole_run.dataset import PackedData
from benchmarks.whole_run.packing import load_packed
from memnas_tf.errors import MemNASError
from memnas_tf.genotype import load_genotype, to_string
from memnas_tf.interrupts import INTERRUPTED, Interrupts
from memnas_tf.template import cifar_template
from memnas_tf.training.directory import PROGRESS_FILE, training_directory
from memnas_tf.training.network_files import read_results
from memnas_tf.training.plan import TrainingPlan
from memnas_tf.training.precision import PRECISIONS, choose_policy
from memnas_tf.training.recipe import RECIPES, make_recipe
from memnas_tf.training.train import train_network
from memnas_tf.training.trained import write_trained

_SAY_EVERY = 30.0  # seconds


class TimeIsUp(Exception):
    """The run is to end, and to be gone on with."""


class Watch(keras.callbacks.Callback):  # type: ignore[misc]
    """Say how far a training is, and end it between two parts when its time is up.

    Args:
        parts: The number of parts of the whole training.
        deadline: When to end, by `time.monotonic`.
        check: Called after every step; may raise.
    """

    def __init__(self, parts: int, deadline: float, check: Callable[[], None]) -> None:
        super().__init__()
        self._parts = parts
        self._deadline = deadline
        self._check = check
        self._said = 0.0

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """End here, where the part before has been written, if it is time."""
        if time.monotonic() > self._deadline:
            raise TimeIsUp(f"{epoch} of {self._parts} parts are done")

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """Look for Ctrl-C."""
        self._check()

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Say where it is."""
        if time.monotonic() - self._said > _SAY_EVERY or epoch + 1 == self._parts:
            self._said = time.monotonic()
            shown = "  ".join(f"{name} {value:.4f}" for name, value in (logs or {}).items())
            print(f"part {epoch + 1} of {self._parts}  {shown}", file=sys.stderr, flush=True)


def run(args: argparse.Namespace, interrupts: Interrupts) -> None:
    """Train, or go on with it, and measure the result.

    Args:
        args: The options.
        interrupts: Where Ctrl-C is noted.

    Raises:
        MemNASError: If an option, the data or the directory does not fit.
        TimeIsUp: If the training is to be gone on with.
    """
    genotype = load_genotype(args.architecture)
    genotype.require_buildable()
    recipe = make_recipe(
        args.recipe,
        epochs=args.epochs,
        batch_size=args.batch_size,
        learning_rate=args.learning_rate,
        weight_decay=args.weight_decay,
        augmentation=args.augmentation or PackedData.default_augmentation,
    )
    data = PackedData(load_packed(args.data), args.parts, args.held_out)
    data.steps(recipe.batch_size)  # refused here, before there is a directory
    preprocessing = data.preprocessing
    template = cifar_template(
        preprocessing.input_shape, len(preprocessing.labels), args.filters, args.blocks
    )
    plan = TrainingPlan(
        genotype=to_string(genotype),
        template=template,
        recipe_name=args.recipe,
        recipe=recipe,
        dataset=data.name,
        dataset_content=data.fingerprint,
        streamed=data.streamed,
        parts=data.parts,
        limit=None,
        validation_fraction=args.held_out / (data.train_count + args.held_out),
        seed=args.seed,
        policy=choose_policy(args.mixed_precision),
        devices=1,
        backend=keras.backend.backend(),
    )
    deadline = time.monotonic() + 60 * args.limit_minutes
    with training_directory(args.directory, plan, overwrite=False):
        if not read_results(args.directory, plan.genotype):
            watch = Watch(recipe.epochs * args.parts, deadline, interrupts.check)
            with interrupts.noted():
                trained = train_network(plan, data, args.directory, [watch])
            write_trained(args.directory, plan, data, trained, drawn=False)
        (args.directory / PROGRESS_FILE).unlink(missing_ok=True)
        results = read_results(args.directory, plan.genotype)
    print(
        f"{100 * results['test_accuracy']:.2f} % test accuracy, {results['parameter_bytes']} bytes "
        f"of parameters, {results['lifetime_bytes']} of intermediate results"
    )


def main() -> int:
    """Run, and say how it ended.

    Returns:
        The exit code: 0 when it is done or its time is up, 2 after an error, 130 after Ctrl-C.
    """
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("architecture")
    parser.add_argument("--data", type=Path, required=True, help="the packed data set")
    parser.add_argument("--directory", type=Path, required=True)
    parser.add_argument("--filters", type=int, default=64)
    parser.add_argument("--blocks", type=int, default=5)
    parser.add_argument("--recipe", default="modern", choices=list(RECIPES))
    parser.add_argument("--epochs", type=int)
    parser.add_argument("--batch-size", type=int)
    parser.add_argument("--learning-rate", type=float)
    parser.add_argument("--weight-decay", type=float)
    parser.add_argument("--augmentation", choices=AUGMENTATIONS)
    parser.add_argument("--mixed-precision", choices=PRECISIONS)
    parser.add_argument("--parts", type=int, default=1, help="of an epoch; each is kept")
    parser.add_argument("--held-out", type=int, default=0, help="training images to hold out")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--limit-minutes", type=float, default=float("inf"))
    args = parser.parse_args()
    try:
        run(args, Interrupts())
    except TimeIsUp as end:
        print(f"{end}; the same command goes on from here", file=sys.stderr)
    except KeyboardInterrupt:
        print("interrupted; the same command goes on from here", file=sys.stderr)
        return INTERRUPTED
    except MemNASError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
