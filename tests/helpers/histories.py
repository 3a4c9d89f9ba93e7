"""Searches that nobody ran: rounds made up from real candidates, in a directory of their own."""

import math
import random
from dataclasses import replace

from memnas_tf.documents import write_document
from memnas_tf.genotype import Genotype, from_string, to_string
from memnas_tf.metric import spread
from memnas_tf.moves import generate_candidates
from memnas_tf.template import cifar_template
from memnas_tf.training.record import Confusion, LearningCurve, TrainingRecord
from tests.helpers.formula import formula
from tuner.history import SearchHistory
from tuner.search.rounds import (
    COMPLETED,
    PlannedTrial,
    Round,
    base_measurement,
    base_trial,
    current_base,
    trained_keys,
)
from tuner.search.settings import SearchSettings

TEMPLATE = cifar_template((16, 16, 3), classes=4, filters=8)


def made_up_history(rounds=3, trials=3, **settings):
    """Make up a search of so many finished rounds of so many trials each."""
    arguments = {"max_rounds": max(rounds, 1), "trials_per_round": trials, **settings}
    chosen = SearchSettings(TEMPLATE, blocks=5, **arguments)
    made = []
    for number in range(1, rounds + 1):
        made.append(_round(made, number, chosen))
    history = SearchHistory(chosen, tuple(made), f"reached max_rounds ({rounds})")
    ids = [trial.trial_id for entry in made for trial in entry.trials]
    return replace(history, durations={key: 90.0 + i for i, key in enumerate(ids)})


def _round(before, number, settings):
    rng = random.Random(f"{settings.seed}/{number}")
    base, start = current_base(before, settings.blocks), base_trial(before)
    keys = trained_keys(before)
    candidates = list(generate_candidates(base, settings.max_cells, keys))
    chosen = rng.sample(candidates, min(settings.trials_per_round, len(candidates)))
    trials = []
    for candidate in chosen:
        memory = settings.target.measure(candidate.genotype, settings.template)
        trials.append(
            PlannedTrial(
                to_string(candidate.genotype),
                candidate.kind,
                candidate.move,
                memory.parameter_bytes,
                memory.lifetime_bytes,
                memory.arena_bytes,
                memory.intermediate_bytes,
                base_trial=start.trial_id if start else None,
                status=COMPLETED,
                trial_id=f"{len(before) * settings.trials_per_round + len(trials):04d}",
                quality=0.3 + formula(candidate.genotype) / 2 + rng.random() / 50,
            )
        )
    measured = [trial.measurement for trial in trials]
    entry = Round(number, to_string(base), len(candidates), 0, spread(measured), trials)
    entry.close(settings.efficiency(base_measurement(before), entry.memory_spread))
    if number >= 3:
        for trial in trials:
            trial.predicted = trial.efficiency + rng.gauss(0, 0.1)
    return entry


def write_search(history, directory, records=True):
    """Write a search as its oracle would, and what its trials left."""
    directory.mkdir(parents=True, exist_ok=True)
    write_document(directory / "oracle.json", {"memnas": history.to_state()})
    for entry in history.rounds if records else ():
        for trial in entry.trials:
            made_up_record(trial).save(directory / f"trial_{trial.trial_id}" / "training.json")
    return directory


def made_up_record(trial, epochs=5):
    """Make up a learning curve that ends at the trial's accuracy, and mistakes to match."""
    curve = LearningCurve()
    for epoch in range(epochs):
        share = 1 - math.exp(-(epoch + 1))
        accuracy = trial.quality * share / (1 - math.exp(-epochs))
        logs = {"loss": 1 / (epoch + 1), "accuracy": accuracy * 0.98}
        curve.add(epoch, 1.5, {**logs, "val_loss": 1.2 / (epoch + 1), "val_accuracy": accuracy})
    right = round(25 * trial.quality)
    counts = [[right if i == j else (25 - right) // 3 for j in range(4)] for i in range(4)]
    return TrainingRecord([curve], Confusion(0, epochs - 1, counts))


def eight_cells():
    """Return five different blocks of eight cells, and what they were trimmed from."""
    cells = ["0d3+0f7", "1ap:0d5=", "1mp+2mp=", "2d3:3c3=", "4a3+1d5=", "5f7+5ap=", "0mp+6d3"]
    block = ",".join([*cells, "7c3:2mp="])
    blocks = [
        block,
        block.replace("0d5=", "0id="),
        block.replace("2d3:3c3=", "2"),
        block.replace("1mp+2mp=", "1mp+2mp"),
        block.replace("0f7", "0c3"),
    ]
    return from_string("/".join(blocks)), Genotype.repeat(from_string(block).blocks[0], 5)
