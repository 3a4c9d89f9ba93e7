"""The run of a trial: its curves as it trains, and its pictures at its end."""

from __future__ import annotations

import contextlib
import math
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from memnas_tf.genotype import from_string, render
from memnas_tf.training.record import RECORD_FILE, TrainingRecord, load_record
from tuner.history import SearchHistory
from tuner.listener import SearchListener
from tuner.report.charts import trial_charts
from tuner.search.rounds import PlannedTrial
from tuner.tensorboard.event_files import GrowingFile, event_path, write_whole
from tuner.tensorboard.faults import never_fails
from tuner.tensorboard.folder import trial_run
from tuner.tensorboard.values import Value, code_block, pictures, scalar, text
from tuner.trials.trial_files import trial_directory

# Read after what the search tells of the trial as it begins, and before its result.
_CURVES, _PICTURES = "2.curves", "3.pictures"


class TrialLog(SearchListener):
    """Log the trials that this process trains.

    Args:
        project: The search's directory.
    """

    def __init__(self, project: Path) -> None:
        self._project = project
        self._execution = 0
        self._file: GrowingFile | None = None

    @never_fails
    def on_search_begin(self, history: SearchHistory) -> None:
        """Paint the trials that a kill came before; a worker knows of none."""
        for entry in history.rounds:
            for trial in entry.trials:
                if trial.is_over:
                    self._paint(history, trial)

    @never_fails
    def on_execution_begin(self, trial: PlannedTrial, execution: int) -> None:
        """Begin with its curves."""
        self._close()
        self._execution = execution

    @never_fails
    def on_epoch_end(self, trial: PlannedTrial, epoch: int, logs: Mapping[str, float]) -> None:
        """Go on with its curves."""
        try:
            if self._file is None:
                run = trial_run(self._project, trial, self._execution)
                self._file = GrowingFile(run, _CURVES, self._past(trial, epoch))
            self._file.add(epoch, _numbers(logs))
        except OSError:
            with contextlib.suppress(OSError):
                self._close()  # the next epoch begins a new file, with this one in it
            raise

    @never_fails
    def on_trial_end(self, history: SearchHistory, trial: PlannedTrial) -> None:
        """Paint it, unless it is to be trained again."""
        self._close()
        if trial.is_over:
            self._paint(history, trial)

    @never_fails
    def _paint(self, history: SearchHistory, trial: PlannedTrial) -> None:
        run = trial_run(self._project, trial)
        if event_path(run, _PICTURES).exists():
            return
        record = self._record(trial)
        base, template = history.round_of(trial).base, history.settings.template
        words = f"{trial.move}\n{trial.genotype}\n\n{render(from_string(trial.genotype))}"
        values = [
            text("network/in_words", code_block(words)),
            *pictures(trial_charts(trial, base, template, record)),
        ]
        epochs = 0 if record is None else record.epochs
        write_whole(run, _PICTURES, values, step=max(0, epochs - 1))

    def _past(self, trial: PlannedTrial, epoch: int) -> Iterator[tuple[int, float, list[Value]]]:
        """Tell the epochs before one that training goes on with, as if it had not been cut off."""
        record = self._record(trial)
        if record is None or self._execution >= len(record.executions):
            return
        curve = record.executions[self._execution]
        count = sum(number < epoch for number in curve.epochs)
        ended = time.time() - sum(curve.seconds[:count])
        for i in range(count):
            ended += curve.seconds[i]
            logs = {name: values[i] for name, values in curve.metrics.items()}
            yield curve.epochs[i], ended, _numbers(logs)

    def _record(self, trial: PlannedTrial) -> TrainingRecord | None:
        return load_record(trial_directory(self._project, str(trial.trial_id)) / RECORD_FILE)

    def _close(self) -> None:
        file, self._file = self._file, None
        if file is not None:
            file.close()


def _numbers(logs: Mapping[str, float | None]) -> list[Value]:
    return [
        scalar(name, value)
        for name, value in logs.items()
        if value is not None and math.isfinite(value)
    ]
