"""Plan a round: grow and trim its base, rank the candidates, choose those to train.

Source: the paper, sections 3.1 to 3.4 and Figure 1(a).
"""

from __future__ import annotations

import logging
import math
from collections.abc import Collection, Sequence
from dataclasses import replace
from itertools import chain, zip_longest
from typing import NamedTuple

import numpy as np

from memnas_tf.genotype import Genotype, from_string, to_string
from memnas_tf.memory import NetworkNeeds
from memnas_tf.memory.needs import describe_excess
from memnas_tf.metric import Measurement, spread
from memnas_tf.moves import Candidate, generate_candidates
from tuner.ranking import Foreteller, LabelledRound, Ranker, make_ranker
from tuner.ranking.ranker import Scores
from tuner.search.memory_efficiency import MemoryEfficiency
from tuner.search.rounds import (
    PlannedTrial,
    Round,
    base_measurement,
    base_trial,
    current_base,
    trained_keys,
)
from tuner.search.settings import SearchSettings
from tuner.trials.machine_faults import fault_of

_LOGGER = logging.getLogger(__name__)
FIRST_RANKED_ROUND = 3


class _Measured(NamedTuple):
    """A candidate and what it needs."""

    candidate: Candidate
    memory: NetworkNeeds


class Planner:
    """Plan rounds with a ranker, and draw those in which it fails.

    Args:
        ranker: What ranks candidates; None to make the one that the settings name.
    """

    def __init__(self, ranker: Ranker | None) -> None:
        self._ranker = ranker

    def plan(self, rounds: Sequence[Round], settings: SearchSettings) -> Round | str:
        """Plan the next round (see `plan_round`).

        Args:
            rounds: The rounds so far, all of them over.
            settings: The search's settings.

        Returns:
            The round; or, if there is no network left to try, the reason for people.
        """
        try:
            self._ranker = self._ranker or make_ranker(
                settings.ranker,
                max_cells=settings.max_cells,
                blocks=settings.blocks,
                template=settings.template,
                seed=settings.seed,
            )
            return plan_round(rounds, settings, self._ranker)
        except Exception as error:  # a ranker's failure must not cost the search
            if fault_of(error) is not None:
                raise  # or the machine would decide what is drawn
            _LOGGER.warning("the ranker failed; drawing this round at random", exc_info=True)
            return plan_round(rounds, settings, None)


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
    efficiency = settings.efficiency(base_measurement(rounds), memory_spread)
    if len(fitting) <= count:
        trials = [_planned(one) for one in fitting]
    elif ranker is not None and number >= _first_ranked_round(ranker):
        terms = efficiency.memory_terms(measured)
        networks = [one.candidate.genotype for one in fitting]
        expected = _expected(networks, measured, ranker, rounds, efficiency)
        trials = _top(fitting, expected, terms, count)
    else:
        rng = np.random.default_rng((settings.seed, number))
        trials = [_planned(one) for one in _draw_stratified(fitting, count, rng)]
    start = base_trial(rounds)
    for trial in trials:
        trial.base_trial = start.trial_id if start else None
        trial.until_epoch = settings.rungs[0] if settings.rungs else None
    too_large = len(made) - len(fitting)
    return Round(number, to_string(base), len(fitting), too_large, memory_spread, trials)


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


def _first_ranked_round(ranker: Ranker) -> int:
    return 1 if isinstance(ranker, Foreteller) else FIRST_RANKED_ROUND


def _expected(
    networks: Sequence[Genotype],
    measured: Sequence[Measurement],
    ranker: Ranker,
    rounds: Sequence[Round],
    efficiency: MemoryEfficiency,
) -> Scores:
    """Estimate efficiencies from what was trained, or before that from what is foretold."""
    if rounds or not isinstance(ranker, Foreteller):
        ranker.fit(labelled_rounds(rounds))
        return ranker.score(networks) + efficiency.memory_terms(measured)
    accuracies = ranker.foretell(networks).tolist()
    pairs = zip(measured, accuracies, strict=True)
    return np.array(efficiency.scores([one._replace(accuracy=value) for one, value in pairs]))


def _top(
    candidates: Sequence[_Measured], expected: Scores, terms: Sequence[float], count: int
) -> list[PlannedTrial]:
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
