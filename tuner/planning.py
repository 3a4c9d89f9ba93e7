"""Plan a round: grow and trim its base, rank the candidates, choose those to train.

Source: the paper, sections 3.1 to 3.4 and Figure 1(a).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import chain, zip_longest

import numpy as np

from memnas_tf.genotype import from_string, to_string
from memnas_tf.memory import lifetime_memory, parameter_memory
from memnas_tf.metric import Spread, median_measurement, memory_terms, spread
from memnas_tf.moves import Candidate, generate_candidates
from tuner.ranking import LabelledRound, Ranker
from tuner.rounds import PlannedTrial, Round, base_measurement, current_base, trained_keys
from tuner.settings import SearchSettings

FIRST_RANKED_ROUND = 3


def plan_round(
    rounds: Sequence[Round], settings: SearchSettings, limit: int, ranker: Ranker | None
) -> Round | None:
    """Plan the next round, whole and from the seed alone.

    Args:
        rounds: The rounds so far, all of them over.
        settings: The search's settings.
        limit: The largest number of trials to plan.
        ranker: What ranks the candidates; None to draw them at random.

    Returns:
        The round, or None if there is no network left to try.
    """
    number = len(rounds) + 1
    base = current_base(rounds, settings.blocks)
    trained = trained_keys(rounds)
    candidates = [
        _measure(candidate, settings)
        for candidate in generate_candidates(base, settings.max_cells, trained)
    ]
    if not candidates:
        return None
    count = min(limit, settings.trials_per_round)
    memory_spread = spread([trial.measurement for trial in candidates])
    if len(candidates) <= count:
        chosen = candidates
    elif ranker is not None and number >= FIRST_RANKED_ROUND:
        ranker.fit(labelled_rounds(rounds))
        chosen = _top(
            _with_memory_terms(candidates, rounds, memory_spread, settings), count, ranker
        )
    else:
        rng = np.random.default_rng((settings.seed, number))
        chosen = draw_stratified(candidates, count, rng)
    return Round(number, to_string(base), len(candidates), memory_spread, chosen)


def draw_stratified(
    candidates: Sequence[PlannedTrial], count: int, rng: np.random.Generator
) -> list[PlannedTrial]:
    """Draw candidates at random, as many grown as trimmed while both last.

    Grown candidates outnumber trimmed ones by far, and a plain draw would hardly ever trim.

    Args:
        candidates: The candidates.
        count: How many to draw.
        rng: The source of randomness.

    Returns:
        The drawn candidates, grown and trimmed in turn.
    """
    shuffled = [candidates[i] for i in rng.permutation(len(candidates))]
    grown = [candidate for candidate in shuffled if candidate.kind == "grow"]
    trimmed = [candidate for candidate in shuffled if candidate.kind != "grow"]
    in_turn = chain.from_iterable(zip_longest(grown, trimmed))
    return [candidate for candidate in in_turn if candidate is not None][:count]


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


def _with_memory_terms(
    candidates: Sequence[PlannedTrial],
    rounds: Sequence[Round],
    memory_spread: Spread,
    settings: SearchSettings,
) -> list[PlannedTrial]:
    measured = [candidate.measurement for candidate in candidates]
    base = base_measurement(rounds) or median_measurement(measured)
    terms = memory_terms(measured, base, settings.tradeoff, settings.metric, memory_spread)
    return [
        replace(candidate, memory_term=term)
        for candidate, term in zip(candidates, terms, strict=True)
    ]


def _top(candidates: Sequence[PlannedTrial], count: int, ranker: Ranker) -> list[PlannedTrial]:
    scores = ranker.score([from_string(candidate.genotype) for candidate in candidates])
    expected = scores + [candidate.memory_term or 0.0 for candidate in candidates]
    order = np.argsort(-expected, kind="stable")[:count]
    return [replace(candidates[i], predicted=float(expected[i])) for i in order]


def _measure(candidate: Candidate, settings: SearchSettings) -> PlannedTrial:
    return PlannedTrial(
        genotype=to_string(candidate.genotype),
        kind=candidate.kind,
        move=candidate.move,
        parameter_bytes=parameter_memory(candidate.genotype, settings.template),
        lifetime_bytes=lifetime_memory(candidate.genotype, settings.template),
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
        return f"all {len(rounds[-1].trials)} trials of round {len(rounds)} failed"
    if len(rounds) >= settings.max_rounds:
        return f"reached max_rounds ({settings.max_rounds})"
    planned = sum(len(entry.trials) for entry in rounds)
    if settings.max_trials is not None and planned >= settings.max_trials:
        return f"reached max_trials ({settings.max_trials})"
    base = current_base(rounds, settings.blocks)
    if base.slots >= settings.max_cells:
        return f"reached max_cells ({settings.max_cells})"
    return None
