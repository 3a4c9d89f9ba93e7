"""The KerasTuner oracle of a search: `tuner.search.Search` in KerasTuner's words.

It translates statuses, keeps the files, and gives back what was cut off. What can be refused is
refused in the constructor; what fails later ends the search with an error (see
`tuner.distributed.leasing_oracle`).
"""

from __future__ import annotations

import contextlib
import logging
import math
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras_tuner
from keras_tuner.engine import trial as trial_module

from memnas_tf.documents import decode, write_document
from memnas_tf.errors import MemNASError, SearchError
from memnas_tf.files import write_text
from memnas_tf.genotype import BEST_FILE, from_string, to_json
from tuner.distributed.leasing_oracle import LeasingOracle
from tuner.history import ORACLE_FILE, SearchHistory, read_search
from tuner.hyperparameters import (
    asked_values,
    declared_space,
    values_to_train,
    with_hyperparameters,
)
from tuner.keras_objective import keras_objective
from tuner.keras_tuner_state import OracleState
from tuner.repeated_failures import has_results, is_repeated, repetition_error
from tuner.restoring import read_trial, set_aside_damaged
from tuner.search.rounds import (
    COMPLETED,
    FAILED,
    PLANNED,
    RUNNING,
    STOPPED,
    PlannedTrial,
    Round,
    ranked_trials,
)
from tuner.search.search import OVER, Answer, Search
from tuner.search.settings import SearchSettings
from tuner.search_space import FAILURE, UNTIL_EPOCH, trial_values
from tuner.trials.trial_format import TRIAL_FILE, trial_document

_LOGGER = logging.getLogger(__name__)
_STATUS = trial_module.TrialStatus


class MemNASOracle(LeasingOracle):
    """Hand out the candidates of a search as KerasTuner's trials (see `tuner.search.search`).

    Args:
        settings: The search's settings.
        hyperparameters: Other hyperparameters of the hypermodel, which are searched jointly.
        allow_new_entries: Whether the hypermodel may ask for hyperparameters not listed.
        tune_new_entries: Whether those are searched too; if not, they keep their defaults.
        max_retries_per_trial: How often a trial that crashed is tried again.
        max_consecutive_failed_trials: After how many failures in a row the search ends; None to
            end it only when a whole round has failed.
        lease_seconds: How long a worker that trains may keep silent before its trial goes to
            another one; None for ever, as where there are no workers.
        clock: Seconds on a clock that never goes back.

    Raises:
        ConfigError: If the budgets leave nothing to start with.
    """

    def __init__(
        self,
        settings: SearchSettings,
        hyperparameters: keras_tuner.HyperParameters | None = None,
        allow_new_entries: bool = True,
        tune_new_entries: bool = True,
        max_retries_per_trial: int = 0,
        max_consecutive_failed_trials: int | None = None,
        lease_seconds: float | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.search = Search(settings, furnish=self._with_hyperparameters)
        super().__init__(
            objective=keras_objective(settings.objective),
            max_trials=settings.max_trials,
            hyperparameters=declared_space(hyperparameters, settings.blocks),
            allow_new_entries=allow_new_entries,
            tune_new_entries=tune_new_entries,
            seed=settings.seed,
            max_retries_per_trial=max_retries_per_trial,
            max_consecutive_failed_trials=max_consecutive_failed_trials,
            lease_seconds=lease_seconds,
            clock=clock,
        )
        self.seed = settings.seed  # KerasTuner takes a seed of 0 for none
        self._seed_state = settings.seed

    @property
    def settings(self) -> SearchSettings:
        """All that the search's course depends on."""
        return self.search.settings

    @property
    def rounds(self) -> list[Round]:
        """The search's rounds, the last of which may be under way."""
        return self.search.rounds

    @property
    def stop_reason(self) -> str | None:
        """Why the search is over; None while it goes on."""
        return self.search.stop_reason

    @property
    def history(self) -> SearchHistory:
        """What the search did so far."""
        return SearchHistory(
            self.settings, tuple(self.rounds), self.stop_reason, dict(self.durations)
        )

    def populate_space(self, trial_id: str) -> dict[str, Any]:
        """Hand out the next planned candidate.

        Args:
            trial_id: The new trial's id.

        Returns:
            Its values with status RUNNING, IDLE while the round waits for its last results, or
            STOPPED at the end.
        """
        was_over = self._is_stopped()
        planned = self.search.ask(trial_id)
        if planned is OVER:
            if not was_over:
                self.save()
            return {"status": _STATUS.STOPPED}
        if isinstance(planned, Answer):
            return {"status": _STATUS.IDLE}
        values = values_to_train(self.hyperparameters, self.rounds[-1], planned)
        return {"status": _STATUS.RUNNING, "values": values}

    @keras_tuner.synchronized
    def end_trial(self, trial: trial_module.Trial) -> None:
        """Record a trial's end, and close the round if it was the last.

        The first end of a trial counts: another may come from a worker given up for dead.

        Args:
            trial: The trial, with its status and, if it failed, its message.
        """
        self._safely(lambda: self._end_trial(trial), None)

    def score_trial(self, trial: trial_module.Trial) -> None:
        """Score a completed trial by the objective; one without a finite value is invalid."""
        name = self.objective.name
        history = trial.metrics.get_history(name) if trial.metrics.exists(name) else []
        values = [value for observation in history for value in observation.value]
        if values and all(map(math.isfinite, values)):
            trial.score = trial.metrics.get_best_value(name)
            trial.best_step = trial.metrics.get_best_step(name)
        else:
            trial.status = _STATUS.INVALID
            trial.message = f"the trial reported {values or 'nothing'} as {name}"

    def get_best_trials(self, num_trials: int = 1) -> list[trial_module.Trial]:
        """Return the best trials by memory efficiency (see `tuner.search.rounds.ranked_trials`).

        Trials of a round that is not over follow in order of their objective.

        Args:
            num_trials: How many.

        Returns:
            Trials with a result, the best first.
        """
        ranked = [self.trials[t.trial_id] for t in ranked_trials(self.rounds) if t.trial_id]
        seen = {trial.trial_id for trial in ranked}
        unranked = [
            trial
            for trial in self.trials.values()
            if trial.status == _STATUS.COMPLETED and trial.trial_id not in seen
        ]
        unranked.sort(key=lambda trial: (-self._quality(trial), trial.trial_id))
        return [*ranked, *unranked][:num_trials]

    def remaining_trials(self) -> int | None:
        """Return how many trials a limit leaves; None without one."""
        return None if self.max_trials is None else self.max_trials - len(self.trials)

    def get_state(self) -> dict[str, Any]:
        """Return all that a resumed search needs."""
        return {**super().get_state(), "memnas": self.history.to_state()}

    def reload(self) -> None:
        """Read the search from its directory; a damaged file gives way to the one before it.

        Raises:
            SearchError: If there is none that can be read.
        """
        directory = Path(self._project_dir)
        search = read_search(directory)
        set_aside_damaged(directory, search.path)
        try:
            self.set_state(search.document)
        except (MemNASError, MemoryError, OSError):
            raise
        except Exception as error:  # of values that are none of its own KerasTuner raises anything
            raise SearchError(f"cannot go on with {str(search.path)!r}: {error}") from error

    def set_state(self, state: dict[str, Any]) -> None:
        """Restore what `get_state` returned, and take up trials that were cut off."""
        others = {key: value for key, value in state.items() if key != "memnas"}
        decode(OracleState, others)  # or it would be found out trials later
        history = SearchHistory.from_state(state["memnas"])
        self.search.restore(history.rounds, history.stop_reason)
        self.durations = dict(history.durations)
        held = {trial_id: tuner_id for tuner_id, trial_id in state["ongoing_trials"].items()}
        # The rounds say which trial is what; KerasTuner's own lists lag behind them by a kill.
        super().set_state({**state, "ongoing_trials": {}, "retry_queue": []})
        self.trials = {}
        ended = []
        for entry in self.rounds:
            for planned in entry.trials:
                if planned.trial_id is not None and self._take_up(
                    entry, planned, held.get(planned.trial_id)
                ):
                    ended.append(planned.trial_id)
        self._retry_queue.reverse()  # taken from the end
        for trial_id in ended:  # when all are there: others may go on with it, or the next round
            self._note_end(self.trials[trial_id])
        self.start_order = [key for key in self.start_order if key in self.trials]
        self.end_order = [key for key in self.end_order if key in self.trials]

    def save(self) -> None:
        """Write the oracle's state atomically, and the best genotype beside it.

        After an error what is on disk stands: what is in memory may be half of a change.
        """
        if self.error is not None:
            return
        directory = Path(self._project_dir)
        best = self.history.best
        if best is not None:
            write_text(directory / BEST_FILE, to_json(from_string(best.genotype)))
        write_document(directory / ORACLE_FILE, self.get_state(), keep_previous=True)

    def _save_trial(self, trial: trial_module.Trial) -> None:
        write_document(
            Path(self._get_trial_dir(trial.trial_id)) / TRIAL_FILE, trial_document(trial)
        )

    def _take_up(self, entry: Round, planned: PlannedTrial, holder: str | None) -> bool:
        """Take up a trial from a directory, and go on with one that was cut off.

        Tells whether it ended just before the kill: it came between its file and the oracle's.
        """
        trial = read_trial(
            Path(self._project_dir),
            entry,
            planned,
            self.hyperparameters,
            self.settings.objective,
        )
        if trial is None:  # it was handed out, and nothing of it was saved
            planned.status, planned.trial_id = PLANNED, None
            return False
        self.trials[trial.trial_id] = trial
        if planned.status != RUNNING:
            return False
        if trial.status in (_STATUS.COMPLETED, _STATUS.FAILED):
            return True
        trial.hyperparameters.values.update(trial_values(entry, planned))  # it may go on by now
        if holder is not None and self._training.seconds is not None:
            trial.status = _STATUS.RUNNING
            self.ongoing_trials[holder] = trial
            self.tuner_ids.add(holder)
            self._training.renew(holder)
            self._started[trial.trial_id] = self._clock()
        else:
            self._forget_result(trial)
            self._retry_queue.append(trial.trial_id)
        return False

    def _is_stopped(self) -> bool:
        return self.stop_reason is not None

    def _is_waiting(self) -> bool:
        return self.search.is_waiting

    def _conclude(self, trial: trial_module.Trial) -> None:
        self._note_end(trial)
        self._save_trial(trial)
        self.save()

    def _note_end(self, trial: trial_module.Trial) -> None:
        planned = self.search.find(trial.trial_id)
        if planned is None:
            self._add_to_end_order(trial)
            return
        # With the defaults of what its hypermodel asked for only now.
        planned.hyperparameters = asked_values(trial.hyperparameters.values)
        is_completed = trial.status == _STATUS.COMPLETED
        if not is_completed:
            _LOGGER.warning("trial %s failed: %s", trial.trial_id, trial.message)
        self.search.tell(planned, self._quality(trial) if is_completed else None, trial.message)
        if planned.status in (COMPLETED, FAILED):
            self._add_to_end_order(trial)
        else:
            trial.status = _STATUS.IDLE  # at a rung
        self._leave_rung()
        limit = self.max_consecutive_failed_trials
        if limit is not None and self._failures_in_a_row() >= limit:
            self.search.stop(f"{limit} trials in a row failed; the last: {trial.message}")

    def _leave_rung(self) -> None:
        """Do for KerasTuner what the search has decided at a rung."""
        current = self.rounds[-1]
        going_on = []
        for planned in current.trials:
            trial = self.trials.get(str(planned.trial_id))
            if trial is None or trial.trial_id in self.end_order:
                continue
            if planned.status == STOPPED:
                trial.status = _STATUS.COMPLETED
                self._add_to_end_order(trial)
                self._save_trial(trial)
            elif planned.status == PLANNED:
                planned.status = RUNNING
                going_on.append((planned, trial))
        for planned, trial in reversed(going_on):  # the queue is taken from its end
            self._forget_result(trial)
            trial.hyperparameters.values.update(trial_values(current, planned))
            self._run_times[trial.trial_id] = 0
            self._retry_queue.append(trial.trial_id)

    def _add_to_end_order(self, trial: trial_module.Trial) -> None:
        if trial.trial_id not in self.end_order:
            self.end_order.append(trial.trial_id)

    def _with_hyperparameters(self, entry: Round, base: PlannedTrial | None) -> Round:
        return with_hyperparameters(entry, base, self.hyperparameters, self.settings.seed)

    def _end_trial(self, ended: trial_module.Trial) -> None:
        trial = self.trials.get(ended.trial_id)
        if trial is None or ended.trial_id in self.end_order or not self._is_due(trial, ended):
            _LOGGER.info("ignoring the end of trial %s, which is not under way", ended.trial_id)
            return
        reason = ended.hyperparameters.values.pop(FAILURE, None) or ended.message
        if ended.status in (_STATUS.IDLE, _STATUS.STOPPED):
            self._give_back(trial, reason, ends_search=ended.status == _STATUS.STOPPED)
            return
        trial.hyperparameters, trial.message = ended.hyperparameters, reason
        trial.status = ended.status
        self.update_space(trial.hyperparameters)
        if trial.status == _STATUS.COMPLETED:
            self.score_trial(trial)
        self._run_times[trial.trial_id] += 1
        self._note_duration(trial.trial_id)
        self._free(trial.trial_id)
        if trial.status == _STATUS.INVALID:
            if self._run_times[trial.trial_id] <= self.max_retries_per_trial:
                self._forget_result(trial)
                self._retry_queue.append(trial.trial_id)
            else:
                trial.status = _STATUS.FAILED
        if trial.status == _STATUS.FAILED and not trial.message:
            # KerasTuner's requests carry none.
            trial.message = f"it failed on a worker (see trial_{trial.trial_id}, or its log)"
        before = self.trials[self.end_order[-1]] if self.end_order else None
        if repeated := is_repeated(trial, before):
            self._put_back_all_failed()
        if trial.status in (_STATUS.COMPLETED, _STATUS.FAILED):
            self._note_end(trial)  # which leaves one that goes on later IDLE
        self._save_trial(trial)
        self.save()
        with contextlib.suppress(KeyError):  # of a trial that began before a restart
            self._display.on_trial_end(trial)
        if repeated:
            raise repetition_error(trial.message)

    def _put_back_all_failed(self) -> None:
        """Have what failed trained again, where the search has no result that goes by it."""
        if has_results(self.rounds):
            return
        for planned in self.rounds[-1].trials:
            trial = self.trials.get(str(planned.trial_id))
            if trial is not None and trial.status == _STATUS.FAILED:
                planned.status, trial.status = RUNNING, _STATUS.RUNNING
                self._run_times[trial.trial_id] = 0
                self._save_trial(trial)
        self.end_order = []

    def _give_back(self, trial: trial_module.Trial, reason: str | None, ends_search: bool) -> None:
        """Take back what a worker could not train, through no fault of the candidate."""
        _LOGGER.warning("a worker gave trial %s back: %s", trial.trial_id, reason)
        self._free(trial.trial_id)
        self._forget_result(trial)
        self._retry_queue.append(trial.trial_id)
        self.save()
        if ends_search:
            raise SearchError(str(reason))

    def _is_due(self, trial: trial_module.Trial, ended: trial_module.Trial) -> bool:
        """Whether a trial is on the way to where it ended: a worker given up for dead may lag."""
        until = [one.hyperparameters.values.get(UNTIL_EPOCH) for one in (trial, ended)]
        planned = self.search.find(trial.trial_id)
        return until[0] == until[1] and (planned is None or planned.status == RUNNING)

    def _quality(self, trial: trial_module.Trial) -> float:
        return self.settings.objective.quality(float(trial.score))

    def _failures_in_a_row(self) -> int:
        count = 0
        for trial_id in reversed(self.end_order):
            if self.trials[trial_id].status != _STATUS.FAILED:
                break
            count += 1
        return count
