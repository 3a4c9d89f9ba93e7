"""An oracle of KerasTuner that survives its workers.

KerasTuner waits for ever for a worker that is gone. Here a worker holds its trial by a lease that
it has to renew, and a trial whose lease runs out goes to another worker. Requests do not say
which worker they come from, so the first result of a trial counts, whoever sends it; a candidate's
result does not depend on the worker.
"""

from __future__ import annotations

import logging
import time
from abc import abstractmethod
from collections import Counter
from collections.abc import Callable
from typing import Any

import keras_tuner
from keras_tuner.engine import trial as trial_module

from memnas_tf.errors import SearchError
from tuner import trial_results
from tuner.distributed.guarding import guarded
from tuner.distributed.leases import Leases

_LOGGER = logging.getLogger(__name__)
_STATUS = trial_module.TrialStatus
MAX_LOSSES = 5  # of workers that fell silent, as those of a machine or a network that is gone do
MAX_CRASHES = 2  # of workers that are known to have crashed


class LeasingOracle(keras_tuner.Oracle):
    """Hand out trials by lease.

    What fails is kept as `error`, from then on the oracle does nothing, and whoever runs the
    search raises it. What is on disk stands, and the search can be gone on with.

    Args:
        *args: Of `keras_tuner.Oracle`.
        lease_seconds: How long a worker that trains may keep silent; None for ever.
        clock: Seconds on a clock that never goes back.
        **kwargs: Of `keras_tuner.Oracle`.
    """

    def __init__(
        self,
        *args: Any,
        lease_seconds: float | None = None,
        clock: Callable[[], float] = time.monotonic,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.durations: dict[str, float] = {}
        self.error: SearchError | None = None
        self.trials: dict[str, trial_module.Trial]
        self.ongoing_trials: dict[str, trial_module.Trial]
        self.start_order: list[str]
        self.end_order: list[str]
        self._retry_queue: list[str]
        self._clock = clock
        self._leases = Leases(lease_seconds, clock)
        self._started: dict[str, float] = {}
        self._losses: Counter[str] = Counter()

    @abstractmethod
    def _is_stopped(self) -> bool:
        """Whether the search is over."""

    @abstractmethod
    def _is_waiting(self) -> bool:
        """Whether there is nothing to hand out until a trial ends."""

    @abstractmethod
    def _conclude(self, trial: trial_module.Trial) -> None:
        """Record the end of a trial that is completed or failed, and save everything."""

    def create_trial(self, tuner_id: str) -> trial_module.Trial:
        """Hand out a trial, on a lease.

        Args:
            tuner_id: Who asks. Who asks again gets the same trial again.

        Returns:
            A trial that is RUNNING, or an empty one that is IDLE or STOPPED.
        """
        trial = self._lease(tuner_id)
        if trial is None:
            # Workers are told to wait, for the chief to be started again.
            waits = self._leases.seconds is not None
            return self._empty_trial(_STATUS.IDLE if waits else _STATUS.STOPPED)
        return trial

    def get_trial(self, trial_id: str) -> trial_module.Trial:
        """Return a trial, and renew the lease of who holds it."""
        self._hear_of(trial_id)
        return super().get_trial(trial_id)

    def update_trial(
        self, trial_id: str, metrics: dict[str, float], step: int = 0
    ) -> trial_module.Trial:
        """Record what a trial measured; what was measured before stands.

        Args:
            trial_id: Its id.
            metrics: Values by name.
            step: When they were measured.

        Returns:
            The trial.

        Raises:
            ValueError: If the objective is not among the metrics.
        """
        self._check_objective_found(metrics)
        self._record(trial_id, {name: float(value) for name, value in metrics.items()}, step)
        trial = self.trials.get(trial_id)
        return self._empty_trial(_STATUS.STOPPED) if trial is None else trial

    @guarded
    def reap(self) -> None:
        """Take trials back whose lease has run out."""
        self._reap()

    @guarded
    def release(self, tuner_id: str, reason: str) -> bool:
        """Take back what a worker holds that is known to have crashed.

        Args:
            tuner_id: The worker.
            reason: What became of it, for people.

        Returns:
            Whether it held a trial, which is tried again once.
        """
        return self._take_back(tuner_id, reason, MAX_CRASHES)

    def workers(self) -> dict[str, str | None]:
        """Return the workers that hold a lease, each with its trial, or None while it waits."""
        trials = {name: trial.trial_id for name, trial in list(self.ongoing_trials.items())}
        return {name: trials.get(name) for name in sorted({*trials, *self.tuner_ids})}

    @guarded
    def _lease(self, tuner_id: str) -> trial_module.Trial:
        asked = self._clock()
        trial = self._next_trial(tuner_id)
        if trial.status == _STATUS.RUNNING:
            self._hold(tuner_id, trial)
        elif trial.status == _STATUS.IDLE:
            self.tuner_ids.add(tuner_id)
            self._leases.renew(tuner_id, is_idle=True)
        else:
            self._forget_worker(tuner_id)
        # Planning takes a while, in which no heartbeat could get through.
        self._leases.extend(self._clock() - asked)
        return trial

    def _next_trial(self, tuner_id: str) -> trial_module.Trial:
        self._leases.renew(tuner_id)
        self._reap()
        # A worker that was started again, or that missed an answer, gets its trial again.
        self._take_back(tuner_id, "asked anew", MAX_LOSSES)
        if self._is_stopped():
            return self._empty_trial(_STATUS.STOPPED)
        if not self._retry_queue and self._is_waiting():
            # KerasTuner stops at `max_trials` even while the last of them may have to be retried.
            return self._empty_trial(_STATUS.IDLE)
        return super().create_trial(tuner_id)

    def _hold(self, tuner_id: str, trial: trial_module.Trial) -> None:
        """Note that a worker trains a trial from now on."""
        self.ongoing_trials[tuner_id] = trial
        self.tuner_ids.add(tuner_id)
        self._leases.renew(tuner_id)
        self._started[trial.trial_id] = self._clock()

    def _forget_worker(self, tuner_id: str) -> trial_module.Trial | None:
        self._leases.drop(tuner_id)
        self.tuner_ids.discard(tuner_id)
        return self.ongoing_trials.pop(tuner_id, None)

    def _empty_trial(self, status: str) -> trial_module.Trial:
        hyperparameters = self.hyperparameters.copy()
        hyperparameters.values = {}
        return trial_module.Trial(hyperparameters, trial_id="none", status=status)

    @guarded
    def _hear_of(self, trial_id: str) -> None:
        for tuner_id in self._holders(trial_id):
            self._leases.renew(tuner_id)
        self._reap()

    @guarded
    def _record(self, trial_id: str, metrics: dict[str, float], step: int) -> None:
        trial = self.trials.get(trial_id)
        if trial is None:
            _LOGGER.warning("ignoring a result of trial %s, which is unknown", trial_id)
            return
        is_over = trial_id in self.end_order or trial.status == _STATUS.IDLE  # or paused
        if not is_over and not trial_results.has_result(trial, self.objective.name, step):
            super().update_trial(trial_id, metrics, step)

    def _reap(self) -> None:
        for tuner_id in self._leases.expired():
            self._take_back(tuner_id, f"was silent for {self._leases.seconds:g} s", MAX_LOSSES)

    def _take_back(self, tuner_id: str, reason: str, most: int) -> bool:
        """Take a worker's trial back, and fail it after so many losses; tell whether it had one."""
        trial = self._forget_worker(tuner_id)
        if trial is None or trial.trial_id in self.end_order or self._holders(trial.trial_id):
            return False
        self._losses[trial.trial_id] += 1
        losses = self._losses[trial.trial_id]
        _LOGGER.warning("worker %s %s; trial %s is free", tuner_id, reason, trial.trial_id)
        if losses >= most:
            trial_results.forget(trial)
            trial.status = _STATUS.FAILED
            trial.message = f"{losses} workers were lost while they trained it; the last {reason}"
            self._conclude(trial)
        else:
            self._queue(trial)
            self.save()
        return True

    def _queue(self, trial: trial_module.Trial) -> None:
        """Have a trial trained again, or on, before any other."""
        trial_results.forget(trial)
        self._retry_queue.append(trial.trial_id)

    def _holders(self, trial_id: str) -> list[str]:
        return [name for name, trial in self.ongoing_trials.items() if trial.trial_id == trial_id]

    def _free(self, trial_id: str) -> None:
        """Take a trial that is over off whoever holds it, and off the queue."""
        for tuner_id in self._holders(trial_id):
            del self.ongoing_trials[tuner_id]
            self._leases.renew(tuner_id, is_idle=True)
        self._retry_queue = [queued for queued in self._retry_queue if queued != trial_id]

    def _note_duration(self, trial_id: str) -> None:
        started = self._started.pop(trial_id, None)
        if started is not None:
            before = self.durations.get(trial_id, 0.0)  # it may have paused, or crashed
            self.durations[trial_id] = round(before + self._clock() - started, 3)
