"""Plan a round: grow and trim its base, rank the candidates, choose those to train.

Source: the paper, sections 3.1 to 3.4 and Figure 1(a).
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import replace
from itertools import chain, zip_longest
from typing import NamedTuple

import numpy as np

from memnas_tf.errors import ConfigError
from memnas_tf.genotype import Genotype, from_string, to_string
from memnas_tf.memory import MemoryTarget, NetworkMemory
from memnas_tf.memory.arena_memory import DTYPES
from memnas_tf.memory.needs import describe_excess, has_budgets
from memnas_tf.metric import Measurement, spread
from memnas_tf.moves import Candidate, generate_candidates
from memnas_tf.template import Template
from tuner.ranking import LabelledRound, Ranker
from tuner.search.rounds import (
    STOPPED,
    PlannedTrial,
    Round,
    base_measurement,
    base_trial,
    current_base,
    trained_keys,
)
from tuner.search.settings import SearchSettings

FIRST_RANKED_ROUND = 3


class _Measured(NamedTuple):
    """A candidate and what it needs."""

    candidate: Candidate
    memory: NetworkMemory


def plan_round(
    rounds: Sequence[Round], settings: SearchSettings, ranker: Ranker | None
) -> Round | str:
    """Plan the next round, whole and from the seed alone.

    Args:
        rounds: The rounds so far, all of them over.
        settings: The search's settings.
        ranker: What ranks the candidates; None to draw them at random.

    Returns:
        The round; or, if there is no network left to try, the reason for people.
    """
    number = len(rounds) + 1
    base = current_base(rounds, settings.blocks)
    made = _measured_candidates(base, settings, trained_keys(rounds))
    if not made:
        return f"tried every network that {' and '.join(settings.moves)} make"
    fitting = [one for one in made if one.memory.fits]
    if not fitting:
        excess = describe_excess([one.memory for one in made])
        return f"found no candidate of round {number} that fits: {excess}"
    measured = [
        Measurement(math.nan, one.memory.intermediate_bytes, one.memory.parameter_bytes)
        for one in fitting
    ]
    memory_spread = spread(measured)
    count = settings.trials_of_round(number)
    if settings.max_trials is not None:
        count = min(count, settings.max_trials - sum(len(entry.trials) for entry in rounds))
    if len(fitting) <= count:
        trials = [_planned(one) for one in fitting]
    elif ranker is not None and number >= FIRST_RANKED_ROUND:
        ranker.fit(labelled_rounds(rounds))
        efficiency = settings.efficiency(base_measurement(rounds), memory_spread)
        trials = _top(fitting, efficiency.memory_terms(measured), count, ranker)
    else:
        rng = np.random.default_rng((settings.seed, number))
        trials = [_planned(one) for one in _draw_stratified(fitting, count, rng)]
    start = base_trial(rounds)
    for trial in trials:
        trial.base_trial = start.trial_id if start else None
        trial.until_epoch = settings.rungs[0] if settings.rungs else None
    too_large = len(made) - len(fitting)
    return Round(number, to_string(base), len(fitting), too_large, memory_spread, trials)


def require_fit(template: Template, blocks: int, target: MemoryTarget) -> None:
    """Refuse budgets that no candidate of the first round keeps to.

    Args:
        template: The size of the networks.
        blocks: The number of blocks of a genotype.
        target: The budgets.

    Raises:
        ConfigError: If none does.
    """
    if not has_budgets(target):
        return
    networks = []
    for candidate in generate_candidates(Genotype.empty(blocks), max_cells=1):
        networks.append(target.measure(candidate.genotype, template))
        if networks[-1].fits:
            return
    ways = ["fewer filters", "smaller images"]
    ways += [f"dtype {name}" for name in DTYPES[DTYPES.index(target.dtype) + 1 :]]  # ever smaller
    raise ConfigError(
        f"no network of the first round fits: {describe_excess(networks)}; allow more, or use "
        f"{' or '.join(ways)}"
    )


def _draw_stratified(
    candidates: Sequence[_Measured], count: int, rng: np.random.Generator
) -> list[_Measured]:
    """Draw candidates at random, as many of each kind of move while they last.

    Grown candidates outnumber all others by far, and a plain draw would hardly ever trim.
    """
    families: dict[str, list[_Measured]] = {one.candidate.family: [] for one in candidates}
    for position in rng.permutation(len(candidates)):
        families[candidates[position].candidate.family].append(candidates[position])
    in_turn = chain.from_iterable(zip_longest(*families.values()))
    return [one for one in in_turn if one is not None][:count]


def labelled_rounds(rounds: Sequence[Round]) -> list[LabelledRound]:
    """Return what a ranker learns from: what training showed of each candidate.

    The memory terms of Equation 4 are known beforehand, exactly. The ranker learns the rest, and
    an estimate is its score plus the terms, so that the error in Equation 3 is the same.

    Args:
        rounds: The rounds so far.

    Returns:
        One entry per round with at least one result.
    """
    labelled = []
    for entry in rounds:
        genotypes, targets = [], []
        for trial in entry.trials:
            if trial.efficiency is not None and trial.memory_term is not None:
                genotypes.append(from_string(trial.genotype))
                targets.append(trial.efficiency - trial.memory_term)
        if genotypes:
            labelled.append(LabelledRound(tuple(genotypes), tuple(targets)))
    return labelled


def _measured_candidates(
    base: Genotype, settings: SearchSettings, trained: Collection[str]
) -> list[_Measured]:
    return [
        _Measured(candidate, settings.target.measure(candidate.genotype, settings.template))
        for candidate in generate_candidates(
            base, settings.max_cells, trained, settings.moves, settings.template
        )
    ]


def _top(
    candidates: Sequence[_Measured], terms: Sequence[float], count: int, ranker: Ranker
) -> list[PlannedTrial]:
    scores = ranker.score([one.candidate.genotype for one in candidates])
    expected = scores + terms
    order = np.argsort(-expected, kind="stable")[:count]
    return [
        replace(_planned(candidates[i]), predicted=float(expected[i]), memory_term=terms[i])
        for i in order
    ]


def _planned(measured: _Measured) -> PlannedTrial:
    candidate, memory = measured
    return PlannedTrial(
        genotype=to_string(candidate.genotype),
        kind=candidate.kind,
        move=candidate.move,
        parameter_bytes=memory.parameter_bytes,
        lifetime_bytes=memory.lifetime_bytes,
        arena_bytes=memory.arena_bytes,
        intermediate_bytes=memory.intermediate_bytes,
    )


def stop_reason(rounds: Sequence[Round], settings: SearchSettings) -> str | None:
    """Tell why a search whose rounds are all over is at its end, or None if it goes on.

    Args:
        rounds: The rounds so far, all of them over.
        settings: The search's settings.

    Returns:
        The reason, for people.
    """
    if rounds and rounds[-1].winner is None:
        tried = [trial for trial in rounds[-1].trials if trial.status != STOPPED]
        return f"all {len(tried)} trials of round {len(rounds)} failed"
    if len(rounds) >= settings.max_rounds:
        return f"reached max_rounds ({settings.max_rounds})"
    planned = sum(len(entry.trials) for entry in rounds)
    if settings.max_trials is not None and planned >= settings.max_trials:
        return f"reached max_trials ({settings.max_trials})"
    base = current_base(rounds, settings.blocks)
    if base.slots >= settings.max_cells:
        return f"reached max_cells ({settings.max_cells})"
    return None
