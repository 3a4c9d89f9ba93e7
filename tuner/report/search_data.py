"""All that is drawn of a search, read from its directory; whoever wrote it is not trusted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from memnas_tf.directory_lock import is_running
from memnas_tf.training.record import RECORD_FILE, TrainingRecord, load_record
from tuner.distributed.workers_file import read_workers
from tuner.history import SearchHistory, load_search
from tuner.search.rounds import COMPLETED, STOPPED, PlannedTrial
from tuner.trials.trial_files import trial_directory


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

        Of one without a record that is over it is the number that the search's settings name.
        """
        record = self.record(trial)
        if record is not None:
            return record.epochs
        if trial.status == STOPPED:
            return trial.until_epoch or 0
        planned = self.history.settings.planned_epochs(trial.base_trial is not None)
        return planned or 0 if trial.status == COMPLETED else 0

    def cumulative_epochs(self, trial: PlannedTrial) -> int:
        """Return the epochs behind a trial's weights, those of the bases that it inherits from."""
        record = self.record(trial)
        return self.epochs(trial) if record is None else record.cumulative_epochs

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
