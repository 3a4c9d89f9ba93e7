"""Compare what searches find in real training: with all epochs, with a part, and a rival.

    python -m benchmarks.real_searches --data-dir DIR --directory searches

Searches on the real CIFAR-10, for accuracy alone, in four ways under each seed: every candidate
trained to the end; half a dozen candidates of a round of which one goes on from a rung; that with
weights inherited from the base; and random search with successive halving over the same networks,
in as many epochs. What each one finds is trained from scratch by the recipe of the table of
trained networks, and measured on the test split. A line goes to the results file per search; stop
it at any time, the same command goes on. --table trains nothing.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from benchmarks.real_training import RealTraining
from benchmarks.results_file import Row, complete, read_rows
from benchmarks.simulated.halving import random_search_with_halving
from benchmarks.simulated.simulation import answer, simulate
from benchmarks.table_training import Recipe, Trainer
from benchmarks.table_work import Work
from memnas_tf.genotype import from_string
from memnas_tf.memory import parameter_memory
from tuner.report.intervals import mean_interval
from tuner.report.search_data import load_search_data

ROUNDS, TRIALS, EPOCHS = 4, 6, 10
SEARCHED = Recipe(train_images=2_000, validation_images=2_000, epochs=EPOCHS)
TRAINED = Recipe()
ALL, RUNG, INHERITED = "all to the end", "a rung", "a rung, inherited"
OURS: dict[str, dict[str, Any]] = {
    ALL: {},
    RUNG: {"rungs": (1,), "reduction_factor": TRIALS},
    INHERITED: {"rungs": (1,), "reduction_factor": TRIALS // 2, "inherit_epochs": 3},
}
RIVAL = "random, successive halving"
RIVAL_EPOCHS = 64  # a whole bracket: 27 networks, then 9, 3 and 1
WAYS = (*OURS, RIVAL)


class Found(NamedTuple):
    """What a search found.

    Attributes:
        genotype: Its answer, as a compact string.
        epochs: The epochs that it trained.
    """

    genotype: str
    epochs: int


class Contest:
    """Search in each way, and train what is found.

    Args:
        data_dir: Where tensorflow_datasets keeps its sets; None for its default.
        directory: Where searches are kept, to go on with them.
    """

    def __init__(self, data_dir: str | None, directory: Path) -> None:
        self._directory = directory
        self._searched = SEARCHED.load(data_dir)
        trained = TRAINED.load(data_dir)
        images, labels = trained.load_test()
        test = replace(trained, validation_images=images, validation_labels=labels)
        self._trainer = Trainer(TRAINED, test)

    def measure(self, key: str) -> Row:
        """Search in one way under one seed, and train the answer from scratch.

        Args:
            key: The way and the seed.

        Returns:
            What was found, the epochs that it took, and its accuracy on the test split.
        """
        way, seed = key.split(": ")
        started = time.process_time()
        search = self._search_at_random if way == RIVAL else partial(self._search, way)
        found = search(int(seed))
        seconds = time.process_time() - started
        genotype = from_string(found.genotype)
        _, accuracies = self._trainer.fit(Work(genotype, "", genotype.slots, int(seed)))
        row = {
            "key": key,
            **found._asdict(),
            "test_accuracy": accuracies[-1],
            "parameter_bytes": parameter_memory(genotype, SEARCHED.template(self._searched)),
            "cpu_seconds": round(seconds),
        }
        print(json.dumps(row), flush=True)
        return row

    def _search_at_random(self, seed: int) -> Found:
        training = RealTraining(SEARCHED, self._searched, size=ROUNDS)
        simulation = simulate(training, random_search_with_halving, seed, RIVAL_EPOCHS)
        best = answer(simulation.trained)
        if best is None:
            raise RuntimeError(f"{RIVAL} trained nothing in {RIVAL_EPOCHS} epochs")
        return Found(best.genotype, simulation.trained[-1].spent)

    def _search(self, way: str, seed: int) -> Found:
        from tuner import MemNASHyperModel, MemNASTuner

        images, recipe = self._searched, SEARCHED
        template = recipe.template(images)
        tuner = MemNASTuner(
            MemNASHyperModel(
                template,
                blocks=template.blocks,
                learning_rate=recipe.learning_rate,
                total_steps=recipe.total_steps,
            ),
            max_rounds=ROUNDS,
            trials_per_round=TRIALS,
            tradeoff=1.0,
            seed=seed,
            training={"epochs": recipe.epochs},
            directory=self._directory,
            project_name=f"{way.replace(', ', '-').replace(' ', '-')}-{seed}",
            **OURS[way],
        )
        training, validation = Trainer(recipe, images).pipelines(seed)
        tuner.search(
            x=training,
            validation_data=validation,
            epochs=recipe.epochs,
            steps_per_epoch=recipe.steps,
            shuffle=False,
            verbose=0,
        )
        data = load_search_data(Path(tuner.project_dir))
        best = data.history.best
        if best is None:
            raise RuntimeError(f"the search in {tuner.project_dir} found nothing")
        return Found(best.genotype, sum(map(data.epochs, data.trials)))


def summary(rows: Sequence[Row]) -> str:
    """Write the table.

    Args:
        rows: What `Contest.measure` returned.

    Returns:
        Lines of Markdown, with 95 % intervals over the seeds that every way has.
    """
    accuracies = {
        way: {row["key"].split(": ")[1]: row for row in rows if row["key"].startswith(f"{way}: ")}
        for way in WAYS
    }
    seeds = sorted(set.intersection(*(set(found) for found in accuracies.values())))
    if not seeds:
        return "no seed is done in every way"
    lines = [
        f"| search | epochs | test accuracy, {len(seeds)} seeds | points to all, under the same "
        f"seed | points to {RIVAL} | parameters, kB |",
        "| --- | --- | --- | --- | --- | --- |",
    ]

    def to(way: str, other: str) -> str:
        if way == other:
            return ""
        apart = mean_interval(
            [
                100 * (accuracies[way][s]["test_accuracy"] - accuracies[other][s]["test_accuracy"])
                for s in seeds
            ]
        )
        return f"{apart.mean:+.1f} ± {apart.half_width or 0:.1f}"

    for way in WAYS:
        own = [accuracies[way][seed] for seed in seeds]
        cells = [
            way,
            f"{sum(row['epochs'] for row in own) / len(own):.0f}",
            ", ".join(f"{100 * row['test_accuracy']:.1f} %" for row in own),
            to(way, ALL),
            to(way, RIVAL),
            f"{sum(row['parameter_bytes'] for row in own) / len(own) / 1000:.0f}",
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def main() -> None:
    """Run the searches that the results lack, and print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--data-dir", help="folder of prepared data sets")
    parser.add_argument("--directory", type=Path, default=Path("searches/real_searches"))
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument(
        "--results", type=Path, default=Path("benchmarks/results/real_searches.jsonl")
    )
    parser.add_argument("--table", action="store_true", help="train nothing")
    arguments = parser.parse_args()
    if arguments.table:
        print(summary(read_rows(arguments.results)))
        return
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    contest = Contest(arguments.data_dir, arguments.directory)
    keys = [f"{way}: {seed}" for seed in range(arguments.seeds) for way in reversed(WAYS)]
    print(summary(complete(arguments.results, "key", keys, contest.measure)))


if __name__ == "__main__":
    main()
