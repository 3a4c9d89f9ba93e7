"""How long a search still takes, from how long its trials took. Needs no TensorFlow."""

from __future__ import annotations

from tuner.history import SearchHistory


def trials_left(history: SearchHistory) -> int:
    """Return how many trials a search may still have to finish.

    Args:
        history: The search.

    Returns:
        The largest number; a search may end earlier.
    """
    if history.stop_reason is not None:
        return 0
    settings = history.settings
    over = sum(trial.is_over for entry in history.rounds for trial in entry.trials)
    planned = sum(len(entry.trials) for entry in history.rounds)
    rounds = range(len(history.rounds) + 1, settings.max_rounds + 1)
    total = planned + sum(map(settings.trials_of_round, rounds))
    if settings.max_trials is not None:
        total = min(total, settings.max_trials)
    return max(total - over, 0)


def seconds_left(history: SearchHistory, workers: int = 1) -> float | None:
    """Return how long a search still takes at most, if trials take as long as they did.

    Args:
        history: The search.
        workers: How many trials run at the same time.

    Returns:
        Seconds; None before a trial has ended, or a round of one with rungs, and for a search that
        is over.
    """
    # Within a round with rungs the short trials end first.
    entries = [entry for entry in history.rounds if entry.is_over or not history.settings.rungs]
    over = [trial.trial_id or "" for entry in entries for trial in entry.trials if trial.is_over]
    durations = [history.durations[key] for key in over if key in history.durations]
    if not durations or history.stop_reason is not None:
        return None
    return trials_left(history) * sum(durations) / len(durations) / max(workers, 1)


def format_seconds(seconds: float) -> str:
    """Write a time for people.

    Args:
        seconds: The time.

    Returns:
        The time in the two largest units, such as "2 h 5 min".
    """
    if seconds < 60:
        return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        return f"{days} d {hours} h"
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"
