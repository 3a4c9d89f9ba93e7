"""The tuner: what a user of KerasTuner holds in hands."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from memnas_tf.directory_lock import directory_lock
from memnas_tf.errors import ConfigError
from memnas_tf.files import write_json
from memnas_tf.training.record import check_class_names
from tuner.arguments import Arguments, read_arguments, with_arguments
from tuner.distributed.chief import run_chief, serving
from tuner.distributed.distribution import Address, chief_address, is_chief, is_worker
from tuner.distributed.facts import (
    describe,
    fit_facts,
    object_facts,
    operation_facts,
    version_facts,
)
from tuner.distributed.identity import SearchIdentity
from tuner.distributed.reporting import ChiefReporter
from tuner.distributed.worker import ChiefLink, SearchIsOver
from tuner.fit_record import check_fit
from tuner.garbage import garbage_set_aside
from tuner.hypermodel import MemNASHyperModel
from tuner.hyperparameters import refuse_taken_names
from tuner.keras_objective import read_objective
from tuner.listened_tuner import ListenedTuner
from tuner.listener import Listeners, SearchListener
from tuner.opening import TUNER_STATE, is_over, opened
from tuner.oracle import MemNASOracle
from tuner.repeated_failures import has_results
from tuner.run_settings import RunSettings
from tuner.search.rungs import check_rungs_end
from tuner.search.settings import SearchSettings
from tuner.tensorboard.logs import log_listeners
from tuner.trials.machine_faults import machine_faults_named

_OWN_SETTINGS = ("executions_per_trial", "optimizer", "loss", "metrics")  # of KerasTuner's Tuner


@with_arguments
class MemNASTuner(ListenedTuner):
    """Search for a memory-efficient network by growing and trimming.

    Args:
        hypermodel: What builds the networks.
        KNOBS
        **kwargs: Of `keras_tuner.Tuner`: `directory`, `project_name`, `overwrite`,
            `executions_per_trial` and so on.

    Raises:
        ConfigError: If an argument is out of range, or no network to start with fits the budgets.
        TypeError: If there is no such argument.
        SearchError: If the directory holds a search with other settings.
        BusyError: If another process runs the search.
    """

    def __init__(self, hypermodel: MemNASHyperModel, *args: Any, **kwargs: Any) -> None:
        given = read_arguments(args, kwargs)
        settings = _settings(hypermodel, given)
        _check_run(settings, given)
        oracle = _oracle(settings, given.run)
        self.class_names = check_class_names(given.run.class_names, hypermodel.template.classes)
        self.keep_checkpoints = given.run.keep_checkpoints
        self._lease_seconds = given.run.lease_seconds
        own = given.kerastuner
        project = Path(own.get("directory") or ".", own.get("project_name") or "untitled_project")
        logs = log_listeners(project, given.run.tensorboard)
        self._listener = Listeners(given.run.listener or SearchListener(), *logs)
        with opened(project, settings, own.pop("overwrite", False)):
            super().__init__(oracle=oracle, hypermodel=hypermodel, **own)
            self.settings = settings
            self.save()  # KerasTuner resumes only what it finds saved
        if is_worker():
            self._link_to_chief(project, given.run)

    def _link_to_chief(self, project: Path, run: RunSettings) -> None:
        self._link = ChiefLink(
            chief_address(),
            self._identity(),
            run.reconnect_seconds,
            lambda: is_over(project),
            lambda: self._listener.on_step_end(),
            run.stall_seconds,
            self._listener.on_stall,
        )
        self.oracle.stub = self._link

    def _populate_initial_space(self) -> None:
        # Which KerasTuner calls where a search begins; `build` of our own asks for nothing.
        if type(self.hypermodel).build is not MemNASHyperModel.build:
            refuse_taken_names(self.hypermodel, self.oracle.get_space())
        try:
            super()._populate_initial_space()
        except RuntimeError as error:
            if self.oracle.allow_new_entries:
                raise
            raise ConfigError(
                f"the hypermodel asks for hyperparameters that are not listed ({error}); list them "
                "in hyperparameters, or allow new entries"
            ) from error

    def search(self, *fit_args: Any, **fit_kwargs: Any) -> None:
        """Search; as a worker train what the chief hands out, as the chief wait for the workers.

        Args:
            *fit_args: Of `keras.Model.fit`.
            **fit_kwargs: Of `keras.Model.fit`.

        Raises:
            SearchError: If there is no result at all, or a chief does not answer, or is of a
                search with other settings, data or versions.
            MachineFault: If the machine failed. The same call goes on from there.
            OutOfMemory: If memory ran out. A new process is to make the same call.
            CallError: If a trial showed a mistake in the call, such as a `fit` without result.
            BusyError: If another process runs the search.
            ConfigError: If training is over at a rung, or an argument is out of range.
            DataError: If the data is not what the networks and their loss take.
        """
        check_rungs_end(self.settings.rungs, fit_kwargs.get("epochs"))
        with machine_faults_named():
            self._call_is_checked = False
            self._search(*fit_args, **fit_kwargs)

    def _search(self, *fit_args: Any, **fit_kwargs: Any) -> None:
        if self._link is not None:
            try:
                with contextlib.suppress(SearchIsOver), garbage_set_aside():
                    self._link.greet(self._identity(fit_facts(fit_args, fit_kwargs)))
                    super().search(*fit_args, **fit_kwargs)
            finally:
                self._link.end()
        elif is_chief():
            self.oracle.verbose = fit_kwargs.get("verbose", self.oracle.verbose)
            self._check_fit(fit_args, fit_kwargs)
            self.serve(chief_address(), fit=fit_facts(fit_args, fit_kwargs))
        else:
            with directory_lock(Path(self.project_dir), "search"), garbage_set_aside():
                if self.oracle.error is not None:  # of the call before; what is on disk is whole
                    self.oracle.error = None
                    self.oracle.reload()
                self._check_fit(fit_args, fit_kwargs)
                super().search(*fit_args, **fit_kwargs)

    def _check_fit(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        check_fit(Path(self.project_dir), args, kwargs, has_results(self.oracle.rounds))

    def serve(
        self,
        address: Address,
        on_start: Callable[[Address], None] | None = None,
        on_tick: Callable[[], None] | None = None,
        fit: Mapping[str, Any] | None = None,
    ) -> None:
        """Hand out trials to workers of the same search until it is over.

        Args:
            address: Where to listen.
            on_start: Called with the address as soon as workers may come.
            on_tick: Called several times a second.
            fit: What `fit_facts` says of the arguments that workers call `search` with; None
                where `training` tells all of the data, and nothing else is compared.

        Raises:
            SearchError: If there is no result at all, or the address cannot be had.
            BusyError: If another process runs the search.
        """
        with (
            machine_faults_named(),
            directory_lock(Path(self.project_dir), "search"),
            ChiefReporter(Path(self.project_dir), self.oracle, self._listener) as reporter,
            serving(self.oracle, address, self._identity(fit)) as bound,
        ):
            self.on_search_begin()
            if on_start is not None:
                on_start(bound)

            def tick() -> None:
                self._listener.on_step_end()
                if reporter.report():
                    self._prune()
                if on_tick is not None:
                    on_tick()

            run_chief(self.oracle, tick)
        self.on_search_end()

    def save(self) -> None:
        """Write the oracle's state, then the tuner's, each atomically; a worker has neither."""
        if not is_worker():
            self.oracle.save()
            write_json(self._get_tuner_fname(), self.get_state())

    def get_state(self) -> dict[str, Any]:
        """Return the tuner's own state, which is none."""
        return TUNER_STATE

    def _identity(self, fit: Mapping[str, Any] | None = None) -> SearchIdentity:
        objective = self.oracle.objective
        own = {name: getattr(self, name) for name in _OWN_SETTINGS}
        search = {**self.settings.flat(), "tuner": type(self), **own}
        return SearchIdentity(
            {
                **version_facts(),
                **operation_facts(),
                **{name: describe(value) for name, value in search.items()},
                "objective": f"{objective.direction} of {objective.name}",
                **object_facts("hypermodel", self.hypermodel),
            },
            fit,
        )


def _settings(hypermodel: MemNASHyperModel, given: Arguments) -> SearchSettings:
    """Make the settings of a search of what a tuner was made with."""
    if not isinstance(hypermodel, MemNASHyperModel):
        kind = getattr(hypermodel, "__name__", type(hypermodel).__name__)
        raise ConfigError(
            f"hypermodel is {kind!r}, which does not say the size of its networks; give a "
            "MemNASHyperModel, or an object of a class derived from it with a `build` or `fit` "
            "of your own"
        )
    return SearchSettings(
        template=hypermodel.template,
        blocks=hypermodel.blocks,
        max_cells=hypermodel.max_cells,
        objective=read_objective(given.run.objective),
        target=given.aims.target(),
        training=dict(given.run.training or {}),
        **given.search,
    )


def _check_run(settings: SearchSettings, given: Arguments) -> None:
    """Refuse what KerasTuner cannot do, or would refuse with a traceback."""
    executions = given.kerastuner.get("executions_per_trial", 1)
    if settings.rungs and executions != 1:
        raise ConfigError(
            f"executions_per_trial is {executions}, and a trial that pauses at a rung can go "
            "on with one; leave rungs out, or executions_per_trial"
        )
    if is_chief() or is_worker():
        chief_address()


def _oracle(settings: SearchSettings, run: RunSettings) -> MemNASOracle:
    return MemNASOracle(
        settings,
        hyperparameters=run.hyperparameters,
        tune_new_entries=run.tune_new_entries,
        allow_new_entries=run.allow_new_entries,
        max_retries_per_trial=run.max_retries_per_trial,
        max_consecutive_failed_trials=run.max_consecutive_failed_trials,
        lease_seconds=run.lease_seconds if is_chief() else None,
    )
