"""Settle the metric: sweep lambda with both variants of Equation 4 (the paper, Figure 5).

    python -m benchmarks.tradeoff_sweep --dataset cifar10 --data-dir DIR --output sweep.json

A candidate's result depends on itself and the seed alone, so the sweep trains each network once
and looks it up from then on. Results are written as they come, and the same command goes on
from them.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from memnas_tf.documents import read_json
from memnas_tf.files import write_json
from memnas_tf.genotype import canonical_key, from_string
from memnas_tf.memory import format_bytes
from memnas_tf.metric import METRICS
from tuner import MemNASTuner
from tuner.experiment import fit_arguments, make_hypermodel
from tuner.search.rounds import Round
from tuner.search.standings import ranked_trials
from tuner.training_settings import TrainingSettings

TRADEOFFS = (0.0, 0.2, 0.5, 0.8, 1.0)


class RememberingTuner(MemNASTuner):
    """A tuner that trains no network twice, in any search.

    Args:
        results: Accuracy by canonical key, shared by all searches.
        remember: What writes the results down.
        **kwargs: Of `MemNASTuner`.
    """

    def __init__(
        self, results: dict[str, float], remember: Callable[[], None], **kwargs: Any
    ) -> None:
        self._results = results
        self._remember = remember
        super().__init__(**kwargs)

    def run_trial(self, trial: Any, *args: Any, **kwargs: Any) -> Any:
        """Train a network, or look its result up."""
        key = canonical_key(from_string(trial.hyperparameters.get("genotype")))
        if key not in self._results:
            history = super().run_trial(trial, *args, **kwargs)[0].history
            self._results[key] = max(history["val_accuracy"])
            self._remember()
        return {"val_accuracy": self._results[key]}


def main() -> None:
    """Run the sweep."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--dataset", default="digits")
    parser.add_argument("--data-dir")
    parser.add_argument("--limit", type=int)
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--batch-size", type=int, default=32)
    parser.add_argument("--learning-rate", type=float, default=0.05)
    parser.add_argument("--filters", type=int, default=8)
    parser.add_argument("--max-rounds", type=int, default=5)
    parser.add_argument("--trials-per-round", type=int, default=8)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--tradeoffs", type=float, nargs="+", default=TRADEOFFS)
    parser.add_argument("--metrics", nargs="+", default=list(METRICS), choices=list(METRICS))
    parser.add_argument("--output", type=Path, required=True)
    args = parser.parse_args()

    state: dict[str, Any] = {"settings": {}, "accuracy": {}, "searches": {}}
    if args.output.exists():
        state = read_json(args.output)
    state["settings"] = {
        name: value
        for name, value in vars(args).items()
        if name not in ("output", "data_dir", "tradeoffs", "metrics")
    }
    training = TrainingSettings(
        args.dataset, None, args.limit, 0.2, None, args.epochs, args.batch_size, args.learning_rate
    )
    data = training.load(args.data_dir, args.seed)
    for metric, tradeoff in product(args.metrics, args.tradeoffs):
        name = f"{metric} {tradeoff}"
        if name in state["searches"]:
            continue
        with tempfile.TemporaryDirectory() as directory:
            tuner = RememberingTuner(
                state["accuracy"],
                lambda: write_json(args.output, state),
                hypermodel=make_hypermodel(data, training, args.filters, 5, max_cells=8),
                max_rounds=args.max_rounds,
                trials_per_round=args.trials_per_round,
                tradeoff=tradeoff,
                metric=metric,
                seed=args.seed,
                directory=directory,
                project_name="sweep",
            )
            tuner.search(**fit_arguments(data, training, args.seed))
            history = tuner.oracle.history
        state["searches"][name] = history.to_state()["rounds"]
        write_json(args.output, state)
        print(row(name, state["searches"][name]), flush=True)
    print("\n| search | accuracy | parameters | intermediate | winners |")
    print("| --- | --- | --- | --- | --- |")
    for name, rounds in state["searches"].items():
        print(row(name, rounds))


def row(name: str, states: list[dict[str, Any]]) -> str:
    """Describe a search's answer and the moves that led through it, as a line of a table.

    Args:
        name: The search's metric and tradeoff.
        states: Its rounds.

    Returns:
        The line.
    """
    rounds = [Round.from_state(state) for state in states]
    best = ranked_trials(rounds)[0]
    winners = [entry.winning_trial for entry in rounds]
    moves = ", ".join("grow" if w.kind == "grow" else "trim" for w in winners if w is not None)
    return (
        f"| {name} | {100 * (best.quality or 0):.1f} % | {format_bytes(best.parameter_bytes)} "
        f"| {format_bytes(best.lifetime_bytes)} | {moves} |"
    )


if __name__ == "__main__":
    main()
