"""Successive halving: at a rung, the better part of a round's candidates goes on training.

All candidates of a round train to the first rung and pause there. One in `reduction_factor` goes on
from where it paused to the next rung or, after the last one, to the end; the others are stopped.

Source: Jamieson and Talwalkar, "Non-stochastic Best Arm Identification", AISTATS 2016.
"""

from __future__ import annotations

import math

from tuner.search.memory_efficiency import MemoryEfficiency
from tuner.search.rounds import PAUSED, PLANNED, RUNNING, STOPPED, Round
from tuner.search.settings import SearchSettings


def leave_rung(entry: Round, settings: SearchSettings, efficiency: MemoryEfficiency) -> None:
    """Decide at a rung who goes on, once all trials of a round have reached it or failed.

    Those that go on are "planned" again, up to the next rung or the end; the others are "stopped".

    Args:
        entry: The round.
        settings: The search's settings.
        efficiency: What scores those that have come to the rung.
    """
    paused = [trial for trial in entry.trials if trial.status == PAUSED]
    if not paused or any(trial.status in (PLANNED, RUNNING) for trial in entry.trials):
        return
    scores = efficiency.scores([trial.measurement for trial in paused])
    order = sorted(range(len(paused)), key=lambda position: -scores[position])
    going_on = set(order[: math.ceil(len(paused) / settings.reduction_factor)])
    for position, trial in enumerate(paused):
        if position in going_on:
            passed = len(trial.rung_qualities)
            rungs = settings.rungs
            trial.until_epoch = rungs[passed] if passed < len(rungs) else None
            trial.status = PLANNED
        else:
            trial.status = STOPPED
