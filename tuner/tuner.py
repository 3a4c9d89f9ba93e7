"""The tuner: what a user of KerasTuner holds in hands."""

from __future__ import annotations

import contextlib
import gc
import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import keras
import keras_tuner
from keras_tuner.engine import trial as trial_module

from memnas_tf.directory_lock import directory_lock
from memnas_tf.errors import ConfigError, MemNASError, SearchError
from memnas_tf.files import write_json
from memnas_tf.memory import memory_target
from memnas_tf.metric import DEFAULT_METRIC
from memnas_tf.moves import DEFAULT_MOVES
from memnas_tf.temporaries import sweep_tree
from memnas_tf.training.finite import check_finite, check_finite_weights
from memnas_tf.training.record import check_class_names
from tuner.distributed.chief import run_chief, serving
from tuner.distributed.distribution import Address, chief_address, is_chief, is_worker, tuner_id
from tuner.distributed.facts import (
    describe,
    fit_facts,
    object_facts,
    operation_facts,
    version_facts,
)
from tuner.distributed.identity import SearchIdentity
from tuner.distributed.leases import LEASE_SECONDS
from tuner.distributed.reporting import ChiefReporter
from tuner.distributed.worker import (
    RECONNECT_SECONDS,
    STALL_SECONDS,
    ChiefLink,
    ChiefLost,
    SearchIsOver,
)
from tuner.fit_record import check_fit
from tuner.history import SearchHistory, has_search, load_search
from tuner.hypermodel import MemNASHyperModel
from tuner.hyperparameters import refuse_taken_names
from tuner.keras_objective import read_objective
from tuner.listener import Listeners, SearchListener
from tuner.oracle import MemNASOracle
from tuner.repeated_failures import has_results
from tuner.search.rounds import STOPPED, PlannedTrial
from tuner.search.rungs import DEFAULT_REDUCTION_FACTOR, check_rungs_end
from tuner.search.settings import DEFAULT_RANKER, SearchSettings
from tuner.search_directory import check_search_place, delete_search
from tuner.search_space import FAILURE, known_round
from tuner.tensorboard.logs import log_listeners
from tuner.trials.machine_faults import MachineFault, machine_faults_named
from tuner.trials.trial_files import (
    DEFAULT_KEEP,
    check_keep,
    prune_checkpoints,
    remove_leftovers,
    tidy_trials,
)
from tuner.trials.trial_tuner import TrialTuner

_IDLE_SECONDS = 0.2
_LOGGER = logging.getLogger(__name__)
_OWN_SETTINGS = ("executions_per_trial", "optimizer", "loss", "metrics")  # of KerasTuner's Tuner
_SCHEMA_VERSION = 1
_STATUS = trial_module.TrialStatus
_GOES_ON = (_STATUS.RUNNING, _STATUS.IDLE)  # here or on another worker, and needs its files


class MemNASTuner(TrialTuner):
    """Search for a memory-efficient network by growing and trimming.

    Args:
        hypermodel: What builds the networks.
        max_rounds: The number of rounds after which the search ends.
        trials_per_round: The number of candidates that a round trains: the paper's k; or one
            for each of the first rounds, the last of them for all others too.
        tradeoff: The paper's lambda: 0 for memory alone, 1 for accuracy alone.
        metric: The variant of Equation 4: "scaled" or "relative".
        moves: What turns a base into candidates, names in `memnas_tf.moves.MOVES`; grow and trim
            alone are the paper's.
        max_trials: The number of trials after which the search ends.
        ranker: What ranks candidates from the third round on.
        seed: The seed of every random choice. The same seed gives the same search.
        memory: The intermediate memory that counts: "lifetime", the paper's, or "arena", what the
            LiteRT interpreter allocates.
        dtype: The type of tensors in that memory, one of `memnas_tf.memory.arena_memory.DTYPES`;
            None for the device's, or float32.
        kernels: The kernels that the arena is for: "reference" or "optimised".
        bytes_per_weight: Bytes of one parameter: 4, 2 or 1; None for as many as one value has.
        max_arena: The largest arena of a candidate, in bytes or as text such as "256kB".
        max_parameters: The largest parameter memory of a candidate, in the same form.
        runtime: The runtime that RAM and flash are of: "tflm", TensorFlow Lite for
            Microcontrollers, or "litert"; None for the device's, or tflm.
        max_ram: The most RAM of a candidate, in the same form; None for the device's, or any.
        max_flash: The most flash of a candidate, in the same form; None for the device's, or any.
        max_macs: The most MACs of a candidate for one image, as a number or text such as "12.5M".
        device: The name of a device, or a TOML file with one, that decides `runtime`, `dtype`,
            `max_ram` and `max_flash` where they are None.
        inherit_epochs: The number of epochs of a candidate that starts from its base's weights,
            as all do from the second round on; None to train every candidate from scratch.
        rungs: Numbers of epochs, ascending, after which only the better part of a round's
            candidates goes on training; none to train all of them to the end.
        reduction_factor: One of so many candidates goes on at a rung.
        objective: What a trial reports, as for any oracle of KerasTuner: the name of a metric, a
            `keras_tuner.Objective`, or a list of both, which are added up. Memory efficiency
            takes it for the accuracy, a loss with a minus sign.
        training: What else the results depend on, such as the data set's name or the number of
            epochs, as plain values. A search is only resumed with the same.
        listener: What watches the search.
        tensorboard: Whether to write TensorBoard's logs into the folder `logs` of the search's
            directory.
        class_names: The name of each class, for pictures; None where they have none.
        keep_checkpoints: Of how many trials to keep the weights, the best ones; None for all.
            Those of a round under way are all kept.
        hyperparameters: As for any oracle of KerasTuner. They are searched jointly with the
            networks (see `tuner.hyperparameters`), and so are those that `build` of a hypermodel
            of your own asks for.
        tune_new_entries: As for any oracle of KerasTuner: whether what is not listed in
            `hyperparameters` is searched; else it keeps its default.
        allow_new_entries: As for any oracle of KerasTuner.
        max_retries_per_trial: As for any oracle of KerasTuner.
        max_consecutive_failed_trials: As for any oracle of KerasTuner; None to end the search
            only when a whole round has failed.
        lease_seconds: Where there are workers: how long one that trains may keep silent before
            its trial goes to another.
        reconnect_seconds: After how long without an answer of the chief a worker gives up.
        stall_seconds: After how long without a training step the trial of a worker counts as
            hung, and goes to another worker; None for never, as where `fit` of a hypermodel of
            your own leaves out the callbacks it is given.
        **kwargs: Of `keras_tuner.Tuner`: `directory`, `project_name`, `overwrite`,
            `executions_per_trial` and so on.

    Raises:
        ConfigError: If an argument is out of range, or no network to start with fits the budgets.
        SearchError: If the directory holds a search with other settings.
        BusyError: If another process runs the search.
    """

    def __init__(
        self,
        hypermodel: MemNASHyperModel,
        max_rounds: int = 10,
        trials_per_round: int | Sequence[int] = 100,
        tradeoff: float = 0.5,
        metric: str = DEFAULT_METRIC,
        moves: Sequence[str] = DEFAULT_MOVES,
        max_trials: int | None = None,
        ranker: str = DEFAULT_RANKER,
        seed: int = 0,
        memory: str = "lifetime",
        dtype: str | None = None,
        kernels: str = "reference",
        bytes_per_weight: int | None = None,
        max_arena: int | str | None = None,
        max_parameters: int | str | None = None,
        runtime: str | None = None,
        max_ram: int | str | None = None,
        max_flash: int | str | None = None,
        max_macs: int | str | None = None,
        device: str | None = None,
        inherit_epochs: int | None = None,
        rungs: Sequence[int] = (),
        reduction_factor: int = DEFAULT_REDUCTION_FACTOR,
        objective: Any = "val_accuracy",
        training: Mapping[str, Any] | None = None,
        listener: SearchListener | None = None,
        tensorboard: bool = False,
        class_names: Sequence[str] | None = None,
        keep_checkpoints: int | None = DEFAULT_KEEP,
        hyperparameters: keras_tuner.HyperParameters | None = None,
        tune_new_entries: bool = True,
        allow_new_entries: bool = True,
        max_retries_per_trial: int = 0,
        max_consecutive_failed_trials: int | None = None,
        lease_seconds: float = LEASE_SECONDS,
        reconnect_seconds: float = RECONNECT_SECONDS,
        stall_seconds: float | None = STALL_SECONDS,
        **kwargs: Any,
    ) -> None:
        if not isinstance(hypermodel, MemNASHyperModel):
            kind = getattr(hypermodel, "__name__", type(hypermodel).__name__)
            raise ConfigError(
                f"hypermodel is {kind!r}, which does not say the size of its networks; give a "
                "MemNASHyperModel, or an object of a class derived from it with a `build` or `fit` "
                "of your own"
            )
        check_keep(keep_checkpoints)
        executions = kwargs.get("executions_per_trial", 1)
        if rungs and executions != 1:
            raise ConfigError(
                f"executions_per_trial is {executions}, and a trial that pauses at a rung can go "
                "on with one; leave rungs out, or executions_per_trial"
            )
        if is_chief() or is_worker():
            chief_address()  # or KerasTuner would refuse it with a traceback
        settings = SearchSettings(
            template=hypermodel.template,
            blocks=hypermodel.blocks,
            max_rounds=max_rounds,
            trials_per_round=(
                tuple(trials_per_round)
                if isinstance(trials_per_round, Sequence)
                else trials_per_round
            ),
            tradeoff=tradeoff,
            metric=metric,
            moves=tuple(moves),
            max_cells=hypermodel.max_cells,
            max_trials=max_trials,
            ranker=ranker,
            seed=seed,
            target=memory_target(
                memory,
                dtype,
                kernels,
                bytes_per_weight,
                max_arena,
                max_parameters,
                runtime,
                max_ram,
                max_flash,
                max_macs,
                device,
            ),
            objective=read_objective(objective),
            inherit_epochs=inherit_epochs,
            rungs=tuple(rungs),
            reduction_factor=reduction_factor,
            training=dict(training or {}),
        )
        oracle = MemNASOracle(
            settings,
            hyperparameters=hyperparameters,
            tune_new_entries=tune_new_entries,
            allow_new_entries=allow_new_entries,
            max_retries_per_trial=max_retries_per_trial,
            max_consecutive_failed_trials=max_consecutive_failed_trials,
            lease_seconds=lease_seconds if is_chief() else None,
        )
        self.class_names = check_class_names(class_names, hypermodel.template.classes)
        self.keep_checkpoints = keep_checkpoints
        self._polls = 0
        self._pruned_at: tuple[int, bool] | None = None
        self._lease_seconds = lease_seconds
        self._link: ChiefLink | None = None
        project = Path(kwargs.get("directory") or ".") / (
            kwargs.get("project_name") or "untitled_project"
        )
        logs = log_listeners(project, tensorboard)
        self._listener = Listeners(listener or SearchListener(), *logs)
        overwrite = kwargs.pop("overwrite", False)
        if not is_worker():  # which may see another directory than its chief
            check_search_place(project)
        with contextlib.nullcontext() if is_worker() else directory_lock(project, "search"):
            if not is_worker():
                sweep_tree(project)
            # A worker that comes late must not delete what the others did.
            if overwrite and not is_worker():
                delete_search(project)
            elif has_search(project):
                check_resumable(project, settings)
                if not is_worker():
                    _ensure_reload(project)
            super().__init__(oracle=oracle, hypermodel=hypermodel, **kwargs)
            self.settings = settings
            self.save()  # KerasTuner resumes only what it finds saved
        if is_worker():
            self._link = ChiefLink(
                chief_address(),
                self._identity(),
                reconnect_seconds,
                lambda: _is_over(project),
                lambda: self._listener.on_step_end(),
                stall_seconds,
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
                with contextlib.suppress(SearchIsOver), _garbage_set_aside():
                    self._link.greet(self._identity(fit_facts(fit_args, fit_kwargs)))
                    super().search(*fit_args, **fit_kwargs)
            finally:
                self._link.end()
        elif is_chief():
            self.oracle.verbose = fit_kwargs.get("verbose", self.oracle.verbose)
            self._check_fit(fit_args, fit_kwargs)
            self.serve(chief_address(), fit=fit_facts(fit_args, fit_kwargs))
        else:
            with directory_lock(Path(self.project_dir), "search"), _garbage_set_aside():
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

    def pre_create_trial(self) -> None:
        """Wait a little before asking again for a trial that was not there."""
        self._listener.on_step_end()
        if self._polls:
            time.sleep(_IDLE_SECONDS)
        self._polls += 1

    def on_search_begin(self) -> None:
        """Delete what a kill left behind, and tell the listener."""
        tidy_trials(Path(self.project_dir), self._history.rounds)  # a worker knows of none
        self._listener.on_search_begin(self._history)

    def on_trial_begin(self, trial: trial_module.Trial) -> None:
        """Tell the listener."""
        _set_aside()  # what planning has left, which grows with the rounds
        self._polls = 0
        super().on_trial_begin(trial)
        if self._link is not None:
            self._link.begin(trial.trial_id, self._lease_seconds)
        self._listener.on_trial_begin(*self._view(trial))

    def on_execution_begin(self, trial: trial_module.Trial, execution: int) -> None:
        """Tell the listener."""
        self._listener.on_execution_begin(self._view(trial)[1], execution)

    def on_batch_end(
        self, trial: trial_module.Trial, model: keras.Model, batch: int, logs: Any = None
    ) -> None:
        """Tell the listener."""
        super().on_batch_end(trial, model, batch, logs)
        if self._link is not None:
            self._link.note_step()
        self._listener.on_step_end()

    def on_epoch_end(
        self, trial: trial_module.Trial, model: keras.Model, epoch: int, logs: Any = None
    ) -> None:
        """Tell the listener.

        Raises:
            FloatingPointError: If a metric or a weight is no number any more.
        """
        super().on_epoch_end(trial, model, epoch, logs)
        when = f"in epoch {epoch + 1}"
        check_finite(logs or {}, when)
        check_finite_weights(model, when)
        self._listener.on_epoch_end(self._view(trial)[1], epoch, logs or {})

    def _try_run_and_update_trial(
        self, trial: trial_module.Trial, *args: Any, **kwargs: Any
    ) -> None:
        try:
            with machine_faults_named():  # a full disk has no room for `error.txt` either
                super()._try_run_and_update_trial(trial, *args, **kwargs)
        except (ChiefLost, SearchIsOver):
            raise
        except MemNASError as error:
            self._give_back(trial, error)
            raise
        if self._link is not None and trial.message:
            trial.hyperparameters.values[FAILURE] = trial.message

    def _give_back(self, trial: trial_module.Trial, error: MemNASError) -> None:
        """As a worker tell the chief why a trial is not trained here."""
        if self._link is None:
            return
        self._link.end()
        ends_search = not isinstance(error, MachineFault)
        trial.status = _STATUS.STOPPED if ends_search else _STATUS.IDLE
        trial.hyperparameters.values[FAILURE] = str(error)
        with contextlib.suppress(ChiefLost, SearchIsOver):
            self.oracle.end_trial(trial)

    def on_trial_end(self, trial: trial_module.Trial) -> None:
        """Report the result, delete what nobody needs any more, and tell the listener."""
        before = _stopped(self._history)
        self.oracle.end_trial(trial)  # which saves all that there is to save
        self._raise_error_of_oracle()
        if self._link is not None:
            self._link.end()
            trial = self.oracle.get_trial(trial.trial_id)  # with what became of it
        if trial.status not in _GOES_ON:
            completed = trial.status == _STATUS.COMPLETED
            remove_leftovers(self._trial_directory(trial), keep_weights=completed)
        history, planned = self._view(trial)
        self._listener.on_trial_end(history, planned)
        if self._link is None:
            for stopped in _stopped(history):
                if stopped is not planned and stopped not in before:
                    self._listener.on_trial_end(history, stopped)
            self._prune()

    def on_search_end(self) -> None:
        """Tell the listener, and the caller if the search failed.

        Raises:
            SearchError: If there is no result at all, or the oracle failed.
        """
        self._raise_error_of_oracle()
        history = self._history
        if self._link is None:
            self._prune()
        self._listener.on_search_end(history)
        if self._link is None and history.best is None:
            raise SearchError(f"the search found nothing: {history.stop_reason}")

    def save(self) -> None:
        """Write the oracle's state, then the tuner's, each atomically; a worker has neither."""
        if not is_worker():
            self.oracle.save()
            write_json(self._get_tuner_fname(), self.get_state())

    def get_state(self) -> dict[str, Any]:
        """Return the tuner's own state, which is none."""
        return {"schema": _SCHEMA_VERSION}

    def _raise_error_of_oracle(self) -> None:
        if self._link is None and self.oracle.error is not None:
            raise self.oracle.error

    @property
    def _history(self) -> SearchHistory:
        if self._link is None:
            history: SearchHistory = self.oracle.history
            return history
        return SearchHistory(self.settings, (), None)  # a worker has no rounds

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

    def _prune(self) -> None:
        history = self._history
        goes_on = history.stop_reason is None
        state = sum(entry.is_over for entry in history.rounds), goes_on
        if state == self._pruned_at:
            return  # which trials are best changes at the end of a round
        self._pruned_at = state
        tidy_trials(Path(self.project_dir), history.rounds[-2:])  # of trials stopped at a rung
        pruned = prune_checkpoints(
            Path(self.project_dir),
            history.rounds,
            self.keep_checkpoints,
            keep_base=goes_on and self.settings.inherit_epochs is not None,
        )
        if pruned:
            _LOGGER.info("deleted the weights of %s", ", ".join(str(p.trial_id) for p in pruned))
            self._listener.on_prune(history, pruned)

    def _view(self, trial: trial_module.Trial) -> tuple[SearchHistory, PlannedTrial]:
        """Return what is told of a trial; a worker knows its own alone."""
        if self._link is not None:
            entry = known_round(trial, self.settings.target.memory, self.settings.objective)
            return SearchHistory(self.settings, (entry,), None), entry.trials[0]
        planned = self.oracle.search.find(trial.trial_id)
        if planned is None:
            raise SearchError(f"trial {trial.trial_id} belongs to no round of this search")
        return self._history, planned


def check_resumable(project: Path, settings: SearchSettings) -> None:
    """Refuse to resume a search with other settings.

    Args:
        project: The search's directory.
        settings: The settings to go on with.

    Raises:
        SearchError: If it holds a search with other settings, or none that can be read.
    """
    differences = load_search(project).settings.differences(settings)
    if differences:
        raise SearchError(
            f"{str(project)!r} holds a search with other settings ({'; '.join(differences)}); "
            "use the same settings to resume it, another directory, or overwrite it"
        )


def _stopped(history: SearchHistory) -> list[PlannedTrial]:
    """Return the trials of the last round that were stopped at a rung."""
    return [
        trial for entry in history.rounds[-1:] for trial in entry.trials if trial.status == STOPPED
    ]


def _ensure_reload(project: Path) -> None:
    # KerasTuner takes a search for new where the tuner's own file is missing, and would write
    # over the oracle's; a damaged one it does not survive.
    write_json(project / f"{tuner_id()}.json", {"schema": _SCHEMA_VERSION})


def _is_over(project: Path) -> bool:
    try:
        return load_search(project).stop_reason is not None
    except SearchError:  # another machine, without the directory
        return False


@contextlib.contextmanager
def _garbage_set_aside() -> Iterator[None]:
    """Keep what is there out of garbage collection.

    KerasTuner collects garbage twice a trial, and would look through TensorFlow each time.
    """
    _set_aside()
    try:
        yield
    finally:
        gc.unfreeze()


def _set_aside() -> None:
    gc.collect()
    gc.freeze()
