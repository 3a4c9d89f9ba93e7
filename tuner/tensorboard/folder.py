"""Where TensorBoard's logs of a search lie."""

from __future__ import annotations

from pathlib import Path

from tuner.search.rounds import PlannedTrial

LOGS_FOLDER = "logs"
SEARCH_RUN = "search"


def search_run(project: Path) -> Path:
    """Return the folder of the run that is about the whole search.

    Args:
        project: The search's directory.

    Returns:
        The folder.
    """
    return project / LOGS_FOLDER / SEARCH_RUN


def trial_run(project: Path, trial: PlannedTrial, execution: int = 0) -> Path:
    """Return the folder of a trial's run.

    Args:
        project: The search's directory.
        trial: The trial, which has begun.
        execution: Which of its trainings, counted from 0; those after the first have a run of
            their own below.

    Returns:
        The folder.
    """
    run = project / LOGS_FOLDER / str(trial.trial_id)
    return run / f"execution_{execution + 1}" if execution else run
