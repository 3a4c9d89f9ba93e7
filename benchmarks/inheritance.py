"""Compare candidates that inherit their base's weights with candidates that start from nothing.

    python -m benchmarks.inheritance --data-dir DIR

A base is trained, grown and trimmed. Each of the candidates drawn, half of them grown, is trained
three times by the recipe of the table of trained networks: from scratch for all epochs, which is
the truth; from scratch for a quarter of them; and for a quarter of them from the base's weights.
The table tells how well either quarter ranks the candidates. A line goes to the results file per
training; stop it at any time, the same command goes on. --table trains nothing, and prints the
table of the candidates that are done.
"""

from __future__ import annotations

import argparse
import os
import random
import time
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from benchmarks.results_file import Row, complete, read_rows
from benchmarks.table_training import Recipe, Trainer
from benchmarks.table_work import Work
from memnas_tf.genotype import Genotype, from_string, to_string
from memnas_tf.inheritance import plan_inheritance
from memnas_tf.moves import Candidate, generate_candidates
from tuner.ranking.metrics import kendall_tau, precision_at_k

BASE = "3x0c3+0mp=,0d3+1d5="
EPOCHS = 4
WAYS = FULL, QUARTER, INHERITED = "all epochs", "a quarter", "a quarter, inherited"
TOP = 5


class Contest:
    """Train the candidates of one base in each of the three ways.

    Args:
        data_dir: Where tensorflow_datasets keeps its sets; None for its default.
        base: The base.
        seed: The seed of every training.
    """

    def __init__(self, data_dir: str | None, base: Genotype, seed: int) -> None:
        self._base = base
        self._seed = seed
        self._data = Recipe().load(data_dir)

    def measure(self, key: str) -> Row:
        """Train one candidate in one way.

        Args:
            key: The way and the genotype.

        Returns:
            Accuracy on the validation images and processor time.
        """
        way, text = key.split(": ")
        genotype = from_string(text)
        weights = self._base_weights if way == INHERITED else None
        started = time.process_time()

        def prepare(model: Any) -> None:
            from memnas_tf.layers.inherited_weights import inherit_weights

            if weights is not None:
                template = Recipe().template(self._data)
                inherit_weights(model, weights, plan_inheritance(genotype, self._base, template))

        trainer = self._trainer(EPOCHS if way == FULL else EPOCHS // 4)
        _, accuracies = trainer.fit(Work(genotype, "", genotype.slots, self._seed), prepare)
        seconds = time.process_time() - started
        print(f"{100 * accuracies[-1]:.1f} %  {seconds:.0f} s  {key}", flush=True)
        return {"key": key, "accuracy": accuracies[-1], "cpu_seconds": round(seconds, 1)}

    @cached_property
    def _base_weights(self) -> Any:
        from memnas_tf.layers.inherited_weights import read_weights

        trainer = self._trainer(EPOCHS)
        model, _ = trainer.fit(Work(self._base, "", self._base.slots, self._seed))
        return read_weights(model)

    def _trainer(self, epochs: int) -> Trainer:
        return Trainer(Recipe(epochs=epochs), self._data)


def draw_candidates(base: Genotype, count: int, seed: int) -> list[Candidate]:
    """Draw candidates of a base, as many grown as trimmed.

    Args:
        base: The base.
        count: How many, an even number.
        seed: Of the draw.

    Returns:
        The candidates, grown and trimmed in turn.
    """
    rng = random.Random(seed)
    candidates = list(generate_candidates(base, base.slots + 1))
    grown = rng.sample([one for one in candidates if one.kind == "grow"], count // 2)
    trimmed = rng.sample([one for one in candidates if one.kind != "grow"], count // 2)
    return [one for pair in zip(grown, trimmed, strict=True) for one in pair]


def summary(candidates: Sequence[Candidate], rows: Sequence[Row]) -> str:
    """Write the table.

    Args:
        candidates: The candidates.
        rows: What `Contest.measure` returned; of a candidate in each way, or it is left out.

    Returns:
        Lines of Markdown.
    """
    by_key = {row["key"]: row for row in rows}
    candidates = [one for one in candidates if all(key_of(way, one) in by_key for way in WAYS)]
    if len(candidates) < 4 * TOP:
        return f"{len(candidates)} candidates are done; the table needs {4 * TOP}"

    def accuracies(way: str, chosen: Sequence[Candidate]) -> list[float]:
        return [by_key[key_of(way, one)]["accuracy"] for one in chosen]

    grown = [one for one in candidates if one.kind == "grow"]
    trimmed = [one for one in candidates if one.kind != "grow"]
    truth = accuracies(FULL, candidates)
    lines = [
        f"| candidates trained for | mean accuracy | Kendall tau: all {len(candidates)} | "
        f"{len(grown)} grown | {len(trimmed)} trimmed | of the true best {TOP} in its best {TOP} | "
        "its winner, from scratch for all epochs | processor time |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for way in WAYS:
        scores = accuracies(way, candidates)
        taus = [
            kendall_tau(accuracies(FULL, chosen), accuracies(way, chosen))
            for chosen in (candidates, grown, trimmed)
        ]
        winner = truth[scores.index(max(scores))]
        seconds = sum(by_key[key_of(way, one)]["cpu_seconds"] for one in candidates)
        cells = [
            way,
            f"{100 * sum(scores) / len(scores):.1f} %",
            *(f"{tau:.2f}" for tau in taus),
            f"{TOP * precision_at_k(truth, scores, TOP):.0f}",
            f"{100 * winner:.1f} %",
            f"{seconds:.0f} s",
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def key_of(way: str, candidate: Candidate) -> str:
    """Return what a line of the results is known by."""
    return f"{way}: {to_string(candidate.genotype)}"


def main() -> None:
    """Train what the results lack, and print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--data-dir", help="folder of prepared data sets")
    parser.add_argument("--base", default=BASE, help="another one needs other --results")
    parser.add_argument("--candidates", type=int, default=24)
    parser.add_argument("--seed", type=int, default=0, help="as --base")
    parser.add_argument(
        "--results", type=Path, default=Path("benchmarks/results/inheritance.jsonl")
    )
    parser.add_argument("--table", action="store_true", help="train nothing")
    arguments = parser.parse_args()
    base = from_string(arguments.base)
    candidates = draw_candidates(base, arguments.candidates, arguments.seed)
    if not arguments.table:
        import tensorflow as tf

        tf.config.threading.set_intra_op_parallelism_threads(1)
        tf.config.threading.set_inter_op_parallelism_threads(1)
        contest = Contest(arguments.data_dir, base, arguments.seed)
        keys = [key_of(way, one) for one in candidates for way in (INHERITED, QUARTER, FULL)]
        complete(arguments.results, "key", keys, contest.measure)
    print(summary(candidates, read_rows(arguments.results)))


if __name__ == "__main__":
    main()
