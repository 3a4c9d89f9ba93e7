"""Make a table of trained networks: accuracy and memory of random and grown genotypes.

    python -m benchmarks.trained_table --dataset cifar10 --data-dir DIR --results table.jsonl

The networks are in tiers of twelve, a random and a grown one of each size from 1 to 6 cells, so
that a table is of use at any time; the first tiers are trained under three seeds. A line goes
to the results file per network. Stop it at any time; the same command goes on. Started several
times with one results file, the processes share the work. `benchmarks.table.load_table`
reads the file.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import time
import zlib
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache, partial
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
if __name__ == "__main__":  # JAX reads it once, when it starts
    os.environ.setdefault(
        "XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
    )

from benchmarks.table import Claims, Run, append_run, open_table, read_runs
from memnas_cli.interrupts import INTERRUPTED, Interrupts
from memnas_tf.data.dataset import ImageDataset
from memnas_tf.genotype import Block, Cell, Genotype, canonical_key, live_cells, to_string
from memnas_tf.genotype.genotype import COMBINES
from memnas_tf.memory import arena_memory, lifetime_memory, parameter_memory
from memnas_tf.operations import OPERATIONS
from memnas_tf.template import Template

SIZES = range(1, 7)
_OPERATIONS = tuple(operation.name for operation in OPERATIONS)
_OUTPUT_PROBABILITY = 0.4  # Of a random cell that is not its block's last.
_DEADLINE = "MEMNAS_TABLE_DEADLINE"


@dataclass(frozen=True)
class Recipe:
    """How every network of a table is trained; what its results depend on besides itself.

    Attributes:
        dataset: The data set's name.
        train_images: Images to train on: of the first `train_images + validation_images` of the
            training split.
        validation_images: Images to measure accuracy on, from the same.
        split_seed: Chooses which are which.
        image_size: Height and width to resize images to; None for the set's own.
        stem: Filters of the stem's convolutions.
        filters: Output channels of every operation, for each block.
        strides: The stride of each block.
        augmentation: The augmentation policy.
        epochs: The number of epochs.
        batch_size: Images in a batch.
        learning_rate: At the start; it falls along a cosine to zero.
        backend: Keras's backend, which rounds in its own way.
    """

    dataset: str = "cifar10"
    train_images: int = 10_000
    validation_images: int = 5_000
    split_seed: int = 0
    image_size: tuple[int, int] | None = None
    stem: tuple[int, ...] = (16,)
    filters: tuple[int, ...] = (16, 16, 16)
    strides: tuple[int, ...] = (2, 1, 2)
    augmentation: str = "crop"
    epochs: int = 5
    batch_size: int = 64
    learning_rate: float = 0.05
    backend: str = "tensorflow"

    def load(self, data_dir: str | None) -> ImageDataset:
        """Load the images.

        Args:
            data_dir: Where tensorflow_datasets keeps its sets; None for its default.

        Returns:
            The data set.
        """
        from memnas_tf.data.loading import load_dataset

        total = self.train_images + self.validation_images
        return load_dataset(
            self.dataset,
            data_dir,
            validation_fraction=self.validation_images / total,
            seed=self.split_seed,
            image_size=self.image_size,
            limit=total,
        )

    def template(self, data: ImageDataset) -> Template:
        """Return the size of the networks.

        Args:
            data: The images.

        Returns:
            The template.
        """
        return Template(data.input_shape, data.classes, self.filters, self.strides, self.stem)


class Work(NamedTuple):
    """A network to train under a seed.

    Attributes:
        genotype: The architecture, in canonical form.
        origin: "random" or "grown".
        size: The number of cells of its largest block.
        seed: The seed.
    """

    genotype: Genotype
    origin: str
    size: int
    seed: int


def random_genotype(rng: random.Random, size: int, blocks: int) -> Genotype:
    """Draw a genotype: one block of the size, the others of that or fewer cells.

    Args:
        rng: What to draw from.
        size: The number of cells of the largest block.
        blocks: The number of blocks.

    Returns:
        The genotype, each of whose cells reaches its block's output.
    """
    largest = rng.randrange(blocks)
    sizes = [size if block == largest else rng.randint(1, size) for block in range(blocks)]
    return Genotype(tuple(_random_block(rng, cells) for cells in sizes))


def grow_once(rng: random.Random, base: Genotype) -> Genotype:
    """Draw one of the grow moves that make another network of a base.

    Args:
        rng: What to draw from.
        base: The network to grow, which may be empty, with as many cells in each block.

    Returns:
        The grown network: its new cell is an output, or it would feed nothing.
    """
    cell = _random_cell(rng, base.slots, is_output=True)
    return Genotype(tuple((*block, cell) for block in base.blocks))


def _random_block(rng: random.Random, size: int) -> Block:
    while True:
        block = tuple(
            _random_cell(rng, index, index + 1 == size or rng.random() < _OUTPUT_PROBABILITY)
            for index in range(size)
        )
        if len(live_cells(block)) == size:
            return block


def _random_cell(rng: random.Random, index: int, is_output: bool) -> Cell:
    inputs = rng.randint(0, index), rng.randint(0, index)
    first, second = rng.choice(_OPERATIONS), rng.choice(_OPERATIONS)
    return Cell(*inputs, first, second, rng.choice(COMBINES), is_output)


def make_tiers(seed: int, tiers: int, blocks: int) -> list[list[Work]]:
    """Draw the networks of a table, all different, for the first seed.

    Args:
        seed: Of all choices.
        tiers: The number of tiers.
        blocks: The number of blocks of a genotype.

    Returns:
        The tiers. A tier holds a random and a grown network of each size, in random order; the
        grown ones are one chain from the empty network.
    """
    rng = random.Random(seed)
    keys: set[str] = set()

    def draw_new(draw: Callable[[], Genotype]) -> Genotype:
        while True:
            genotype = draw()
            key = canonical_key(genotype)
            if key not in keys:
                keys.add(key)
                return genotype

    result = []
    for _ in range(tiers):
        tier = []
        base = Genotype.empty(blocks)
        for size in SIZES:
            drawn = draw_new(partial(random_genotype, rng, size, blocks))
            base = draw_new(partial(grow_once, rng, base))
            tier += [Work(drawn, "random", size, 0), Work(base, "grown", size, 0)]
        rng.shuffle(tier)
        result.append(tier)
    return result


def work_list(seed: int, tiers: int = 40, repeated: int = 4, blocks: int = 3) -> list[Work]:
    """List what to train, in an order that makes a table of use at any time.

    Args:
        seed: Of all choices.
        tiers: The number of tiers of twelve networks.
        repeated: How many of the first tiers to train under seeds 1 and 2 as well.
        blocks: The number of blocks of a genotype.

    Returns:
        First the tiers to be repeated, under seed 0; then further tiers, each followed by a
        repetition of one of the first; then what repetitions are left.
    """
    drawn = make_tiers(seed, tiers, blocks)
    repeated = min(repeated, tiers)
    work = [item for tier in drawn[:repeated] for item in tier]
    for index in range(max(repeated, tiers - repeated)):
        work += drawn[repeated + index] if repeated + index < tiers else []
        if index < repeated:
            work += [item._replace(seed=other) for item in drawn[index] for other in (1, 2)]
    return work


class Trainer:
    """Train networks by one recipe.

    Args:
        recipe: The recipe.
        data: The images.
        on_step: Called after every training step; may raise.
    """

    def __init__(
        self, recipe: Recipe, data: ImageDataset, on_step: Callable[[], None] = lambda: None
    ) -> None:
        self._recipe = recipe
        self._on_step = on_step
        self._data = data
        self._template = recipe.template(data)
        self._pipelines = lru_cache(maxsize=None)(self._make_pipelines)

    def train(self, work: Work) -> Run:
        """Train a network.

        Args:
            work: The network and the seed.

        Returns:
            What came of it: a function of the recipe, the network and the seed.
        """
        import keras

        from memnas_tf.data.pipeline import steps_per_epoch
        from memnas_tf.layers import build_network
        from memnas_tf.recipe import compile_network

        recipe, template, genotype = self._recipe, self._template, work.genotype
        training, validation = self._pipelines(work.seed)
        started, started_cpu = time.perf_counter(), time.process_time()
        keras.backend.clear_session()
        identity = f"{work.seed} {canonical_key(genotype)}"
        keras.utils.set_random_seed(zlib.crc32(identity.encode()))
        model = build_network(genotype, template)
        steps = steps_per_epoch(recipe.train_images, recipe.batch_size)
        compile_network(model, recipe.learning_rate, steps * recipe.epochs)
        history = model.fit(
            training,
            validation_data=validation,
            epochs=recipe.epochs,
            steps_per_epoch=steps,
            shuffle=False,
            verbose=0,
            callbacks=[
                keras.callbacks.LambdaCallback(
                    on_train_batch_end=lambda batch, logs: self._on_step()
                )
            ],
        ).history
        return Run(
            genotype=to_string(genotype),
            origin=work.origin,
            seed=work.seed,
            accuracies=tuple(map(float, history["val_accuracy"])),
            parameter_bytes=parameter_memory(genotype, template),
            lifetime_bytes=lifetime_memory(genotype, template),
            arena_bytes=arena_memory(genotype, template),
            seconds=time.perf_counter() - started,
            cpu_seconds=time.process_time() - started_cpu,
        )

    def _make_pipelines(self, seed: int) -> tuple[Any, Any]:
        from memnas_tf.data.pipeline import evaluation_pipeline, training_pipeline

        data = self._data
        normalisation = {"mean": data.mean, "std": data.std}
        training = training_pipeline(
            data.train_images,
            data.train_labels,
            batch_size=self._recipe.batch_size,
            augmentation=self._recipe.augmentation,
            seed=seed,
            **normalisation,
        )
        validation = evaluation_pipeline(
            data.validation_images, data.validation_labels, batch_size=250, **normalisation
        )
        return training, validation


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
    parser.add_argument("--tiers", type=int, default=40, help="twelve networks each")
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
    trainer = Trainer(recipe, recipe.load(arguments.data_dir), interrupts.check)
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

    work = work_list(arguments.seed, arguments.tiers, arguments.repeated, len(recipe.strides))
    fill_table(arguments.results, work, trainer.train, go_on)


if __name__ == "__main__":
    sys.exit(main())
