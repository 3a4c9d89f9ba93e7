"""What a chief tells of its workers: to its listener, and in a file for other processes."""

from __future__ import annotations

import time
from pathlib import Path
from types import TracebackType

from tuner.distributed.workers_file import WRITE_SECONDS, remove_workers, write_workers
from tuner.listener import SearchListener
from tuner.oracle import MemNASOracle
from tuner.search.rounds import PLANNED


class ChiefReporter:
    """Tell what happened since the last report; the workers' requests come in other threads.

    Args:
        project: The search's directory.
        oracle: What hands out trials.
        listener: Who is told.
    """

    def __init__(self, project: Path, oracle: MemNASOracle, listener: SearchListener) -> None:
        self._project = project
        self._oracle = oracle
        self._listener = listener
        trials = [trial for entry in oracle.rounds for trial in entry.trials]
        self._begun = {trial.trial_id for trial in trials if trial.status != PLANNED}
        self._ended = {trial.trial_id for trial in trials if trial.is_over}
        self._workers: dict[str, str | None] | None = None
        self._written = 0.0

    def __enter__(self) -> ChiefReporter:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        remove_workers(self._project)

    def report(self) -> bool:
        """Tell of trials that began and ended, and of workers that came and went.

        Returns:
            Whether a trial ended.
        """
        ended = len(self._ended)
        history = self._oracle.history
        # Round by round: the next one begins when all trials of one are over.
        for entry in history.rounds:
            for trial in entry.trials:
                if trial.status != PLANNED and trial.trial_id not in self._begun:
                    self._begun.add(trial.trial_id)
                    self._listener.on_trial_begin(history, trial)
            for trial in entry.trials:
                if trial.is_over and trial.trial_id not in self._ended:
                    self._ended.add(trial.trial_id)
                    self._listener.on_trial_end(history, trial)
        self._write_workers()
        return len(self._ended) > ended

    def _write_workers(self) -> None:
        workers = self._oracle.workers()
        late = time.monotonic() - self._written > WRITE_SECONDS
        if workers != self._workers or late:
            self._workers, self._written = workers, time.monotonic()
            write_workers(self._project, workers)
