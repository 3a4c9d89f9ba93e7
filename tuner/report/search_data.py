"""All that is drawn of a search, read from its directory; whoever wrote it is not trusted."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from memnas_tf.errors import GenotypeError, SearchError
from memnas_tf.genotype import from_string
from tuner.distributed.workers_file import read_workers
from tuner.history import SearchHistory, load_search
from tuner.project_lock import is_running
from tuner.rounds import COMPLETED, FAILED, PLANNED, RUNNING, PlannedTrial
from tuner.trials.training_record import RECORD_FILE, TrainingRecord, load_record
from tuner.trials.trial_files import trial_directory

_MEASURES = ("parameter_bytes", "lifetime_bytes", "arena_bytes", "intermediate_bytes")
_RESULTS = ("predicted", "val_accuracy", "efficiency", "memory_term")
_STATES = (PLANNED, RUNNING, COMPLETED, FAILED)


@dataclass(frozen=True)
class SearchData:
    """A search as its directory tells it.

    Attributes:
        name: The directory's name.
        directory: The search's directory.
        history: The rounds.
        records: What trials left of their training, by id; not all trials leave a record.
        state: "finished", "running" or "interrupted".
    """

    name: str
    directory: Path
    history: SearchHistory
    records: Mapping[str, TrainingRecord]
    state: str

    @property
    def trials(self) -> list[PlannedTrial]:
        """The trials of all rounds, in the order they were planned in."""
        return [trial for entry in self.history.rounds for trial in entry.trials]

    @property
    def completed(self) -> list[PlannedTrial]:
        """The trials that ended with a result."""
        return [trial for trial in self.trials if trial.status == COMPLETED]

    def record(self, trial: PlannedTrial) -> TrainingRecord | None:
        """Return what a trial left of its training, or None."""
        return self.records.get(trial.trial_id or "")

    def epochs(self, trial: PlannedTrial) -> int:
        """Return how many epochs a trial trained.

        Of a completed trial without a record it is the number that the search's settings name.
        """
        record = self.record(trial)
        if record is not None:
            return record.epochs
        planned = self.history.settings.training.get("epochs")
        return planned if trial.status == COMPLETED and isinstance(planned, int) else 0

    def seconds(self, trial: PlannedTrial) -> float:
        """Return how long a trial took; 0 before its end."""
        return self.history.durations.get(trial.trial_id or "", 0.0)


def load_search_data(directory: str | Path) -> SearchData:
    """Read a search, finished or not, without touching it.

    Args:
        directory: The search's directory.

    Returns:
        The search.

    Raises:
        SearchError: If the directory holds no search of MemNASTuner, or one that cannot be read.
    """
    directory = Path(directory)
    history = load_search(directory)
    _check(history, directory)
    ids = [trial.trial_id for entry in history.rounds for trial in entry.trials if trial.trial_id]
    records = {key: load_record(trial_directory(directory, key) / RECORD_FILE) for key in ids}
    return SearchData(
        name=directory.resolve().name,
        directory=directory,
        history=history,
        records={key: record for key, record in records.items() if record is not None},
        state=_state(directory, history),
    )


def _state(directory: Path, history: SearchHistory) -> str:
    if history.stop_reason is not None:
        return "finished"
    running = is_running(directory) or read_workers(directory) is not None
    return "running" if running else "interrupted"


def _check(history: SearchHistory, directory: Path) -> None:
    """Refuse values that no search writes, before arithmetic fails over them.

    Raises:
        SearchError: If there is one.
    """
    for entry in history.rounds:
        fault = _round_fault(entry.number, entry.winner, len(entry.trials))
        for position, trial in enumerate(entry.trials):
            fault = fault or _trial_fault(trial, f"trial {position + 1} of round {entry.number!r}")
        try:
            from_string(entry.base)
        except (GenotypeError, AttributeError, TypeError) as error:
            fault = fault or f"the base of round {entry.number!r}: {error}"
        if fault:
            raise SearchError(f"cannot read the search in {str(directory)!r}: {fault}")


def _round_fault(number: object, winner: object, trials: int) -> str | None:
    if not isinstance(number, int):
        return f"a round has the number {number!r}"
    if winner is not None and not (isinstance(winner, int) and 0 <= winner < trials):
        return f"round {number} has the winner {winner!r}"
    return None


def _trial_fault(trial: PlannedTrial, name: str) -> str | None:
    if trial.status not in _STATES:
        return f"{name} has the status {trial.status!r}"
    for field in _MEASURES:
        value = getattr(trial, field)
        if not isinstance(value, int) or value < 0:
            return f"{name} has {value!r} as {field}"
    for field in _RESULTS:
        value = getattr(trial, field)
        if value is not None and not (isinstance(value, int | float) and math.isfinite(value)):
            return f"{name} has {value!r} as {field}"
    if trial.status == COMPLETED and trial.val_accuracy is None:
        return f"{name} is completed without an accuracy"
    try:
        from_string(trial.genotype)
    except (GenotypeError, AttributeError, TypeError) as error:
        return f"{name}: {error}"
    return None
