"""The run of a search, and the results of its trials for TensorBoard's table of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple

from memnas_tf.training.record import RECORD_FILE, TrainingRecord, load_record
from tuner.history import SearchHistory
from tuner.listener import SearchListener
from tuner.report.search_data import SearchData
from tuner.search.rounds import PLANNED, PlannedTrial, Round
from tuner.tensorboard.event_files import event_path, write_whole
from tuner.tensorboard.faults import never_fails
from tuner.tensorboard.folder import search_run, trial_run
from tuner.tensorboard.hparams import beginning, experiment, result, score
from tuner.tensorboard.round_summary import round_summary, settings_text
from tuner.tensorboard.values import Value
from tuner.trials.trial_files import trial_directory


class _Part(NamedTuple):
    """A file of the logs: where it lies, at which step, and what is to be in it."""

    run: Path
    name: str
    step: int
    values: Callable[[], list[Value]]


class SearchLog(SearchListener):
    """Log a search in the process that plans its rounds.

    Every file is written once, whole, as soon as what it tells is known. So a search that goes on
    after a kill or a full disk writes what is missing, and nothing twice.

    Args:
        project: The search's directory.
    """

    def __init__(self, project: Path) -> None:
        self._project = project
        self._done: set[Path] = set()
        self._closed: set[int] = set()
        self._records: dict[str, TrainingRecord | None] = {}

    def on_search_begin(self, history: SearchHistory) -> None:
        """Write what a kill came before."""
        self._write_missing(history)

    def on_trial_begin(self, history: SearchHistory, trial: PlannedTrial) -> None:
        """Tell of the trial."""
        self._write_missing(history)

    def on_trial_end(self, history: SearchHistory, trial: PlannedTrial) -> None:
        """Tell its result, and sum the round up after its last trial."""
        self._write_missing(history)

    @never_fails
    def _write_missing(self, history: SearchHistory) -> None:
        for part in self._parts(history):
            path = event_path(part.run, part.name)
            if path in self._done:
                continue
            self._done.add(path)  # what fails once is left to the next start
            if not path.exists():
                _write(part)

    def _parts(self, history: SearchHistory) -> Iterator[_Part]:
        run, settings = search_run(self._project), history.settings
        if history.rounds:  # the first of which knows what hyperparameters there are
            yield _Part(run, "0", 0, lambda: [*experiment(history), settings_text(settings)])
        for entry in history.rounds:
            if entry.number in self._closed:
                continue
            for trial in entry.trials:
                if trial.status != PLANNED:
                    yield from self._trial_parts(history, entry, trial)
            if entry.is_over:
                summary = partial(self._sum_up, history, entry)
                yield _Part(run, f"{entry.number:05d}.round", entry.number, summary)
                self._closed.add(entry.number)

    def _trial_parts(
        self, history: SearchHistory, entry: Round, trial: PlannedTrial
    ) -> Iterator[_Part]:
        run = trial_run(self._project, trial)
        yield _Part(run, "1.begin", 0, partial(beginning, history, entry, trial))
        if trial.is_over:
            yield _Part(run, "4.end", 0, partial(self._result, history, entry, trial))
        if trial.efficiency is not None:
            yield _Part(run, "5.score", 0, partial(score, trial))

    def _result(self, history: SearchHistory, entry: Round, trial: PlannedTrial) -> list[Value]:
        return result(history, entry, trial, self._data(history).epochs(trial))

    def _sum_up(self, history: SearchHistory, entry: Round) -> list[Value]:
        return round_summary(self._data(history), entry.number)

    def _data(self, history: SearchHistory) -> SearchData:
        """Return the search with the records of trials that are over, which do not change."""
        for trial in (trial for entry in history.rounds for trial in entry.trials):
            key = trial.trial_id
            if trial.is_over and key is not None and key not in self._records:
                self._records[key] = load_record(trial_directory(self._project, key) / RECORD_FILE)
        records = {key: record for key, record in self._records.items() if record is not None}
        return SearchData(self._project.name, self._project, history, records, "running")


@never_fails
def _write(part: _Part) -> None:
    write_whole(part.run, part.name, part.values(), part.step)
