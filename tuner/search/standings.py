"""Who is ahead in a search: the trials of all rounds on one scale."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tuner.search.rounds import COMPLETED, PlannedTrial, Round


def ranked_trials(rounds: Sequence[Round]) -> list[PlannedTrial]:
    """Order the scored trials of all rounds, the search's best first.

    Equation 4 compares a candidate with its base. A chain of winners adds such steps up: a
    trial's total is its own efficiency plus those of the winners that led to its base. The best
    total is a round's winner by construction, and a last round that only loses does not count.
    Trials that were stopped early are not among them.

    Args:
        rounds: The rounds of a search.

    Returns:
        The trials, of equals the earlier first.
    """
    totals = sorted(total_efficiencies(rounds), key=lambda pair: -pair[0])
    return [trial for _, trial in totals if trial.status == COMPLETED]


def total_efficiencies(rounds: Sequence[Round]) -> Iterator[tuple[float, PlannedTrial]]:
    """Add the efficiencies of each scored trial and of the winners that led to its base.

    Args:
        rounds: The rounds of a search.

    Yields:
        The sum and the trial, in the order of the rounds.
    """
    base = 0.0
    for entry in rounds:
        for trial in entry.trials:
            if trial.efficiency is not None:
                yield base + trial.efficiency, trial
        winner = entry.winning_trial
        if winner is not None and winner.efficiency is not None:
            base += winner.efficiency
