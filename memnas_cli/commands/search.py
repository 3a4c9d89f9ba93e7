"""`memnas search`: run a search, or go on with one."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from memnas_cli.options.config_file import config_option
from memnas_cli.options.knobs import takes
from memnas_cli.options.search import SMALL, SearchRun
from memnas_cli.options.shapes import as_typed, flag_of
from memnas_cli.own_process import memnas_command
from memnas_cli.quiet import start_keras
from memnas_cli.supervisor import Supervisor, is_watched
from memnas_cli.views.terminal import Console, echo, echo_json
from memnas_tf.data.apart import check_apart
from memnas_tf.data.image_folder import check_path, is_image_folder
from memnas_tf.interrupts import INTERRUPTED, Interrupts
from memnas_tf.knobs import values_of
from memnas_tf.memory.target import Aims
from memnas_tf.training.onednn import choose_onednn
from tuner.distributed.distribution import ORACLE_IP, chief_address, is_chief, is_worker
from tuner.distributed.local_workers import LOGS_FOLDER, Workers, as_chief
from tuner.listener import Listeners, SearchListener
from tuner.processes import FRESH_PROCESS
from tuner.search.settings import SearchKnobs
from tuner.search_directory import check_search_place
from tuner.supervised import TrialNote, die_with_supervisor, is_supervised, is_terminal
from tuner.training_settings import TrainingSettings
from tuner.trials.machine_faults import OutOfMemory

if TYPE_CHECKING:
    from memnas_cli.views.progress import SearchProgress
    from tuner.tuner import MemNASTuner

_OF_TUNER = ("keep_checkpoints", "directory", "project_name", "overwrite")


@click.command(context_settings={"show_default": True})
@takes(SMALL, training=TrainingSettings, knobs=SearchKnobs, aims=Aims, run=SearchRun)
@config_option
def search(training: TrainingSettings, knobs: SearchKnobs, aims: Aims, run: SearchRun) -> None:
    """Search for a network, round by round.

    Every round grows and trims the best network of the round before and trains the most promising
    candidates. The defaults take about six minutes on two cores; the paper's own are --filters 64
    --epochs 60 --trials-per-round 100 --batch-size 128 --learning-rate 0.01.

    Stop it with Ctrl-C; the same command goes on where it stopped. What it found lies in the
    folder `best` of the search's directory, a TensorBoard log in `logs`, and in `search.toml` the
    options that make the same search again.

    It trains in a process of its own. A trial that ends it, as faults of native code do, is tried
    again once in a new process, and recorded as failed if that ends too.

    With --workers it starts them, and starts those again that crash; each writes a log in the
    folder `workers`. The documentation tells how to run workers on other machines.
    """
    as_json = run.as_json
    course = Console(stderr=as_json, quiet=run.quiet, force_terminal=is_terminal(as_json))
    if run.workers and (is_chief() or is_worker()):
        raise click.UsageError(
            f"--workers starts workers itself; leave {ORACLE_IP} unset, or leave --workers out"
        )
    asked = _Asked(training, knobs, aims, replace(run, project_name=_project_name(training, run)))
    project = _checked_project(asked)
    if is_supervised():
        die_with_supervisor()
    elif is_watched() and not (run.workers or is_chief() or is_worker()):
        sys.exit(_supervise(course, asked))
    try:
        with as_chief() if run.workers else nullcontext():
            directory = _run(course, asked, project)
    except KeyboardInterrupt:
        echo("interrupted; the same command goes on from here", err=True)
        sys.exit(INTERRUPTED)
    except OutOfMemory as error:
        if is_worker():
            echo(f"Error: {error}", err=True)
        elif not is_supervised():
            raise
        sys.exit(FRESH_PROCESS)
    if directory is None:
        return
    from memnas_cli.commands.show import print_search, search_document

    if as_json:
        echo_json(search_document(directory))
    else:
        print_search(Console(), directory)


class _Asked(NamedTuple):
    """All that a search is asked for."""

    training: TrainingSettings
    knobs: SearchKnobs
    aims: Aims
    run: SearchRun

    def options(self) -> dict[str, Any]:
        """Return the values of the command's options by name, as its own processes get them."""
        return {**values_of(*self), "workers": None}  # a worker starts none


def _supervise(course: Console, asked: _Asked) -> int:
    """Search in a process of its own, and return its exit code."""
    is_verbose = click.get_current_context().find_root().params.get("verbose", False)
    options = asked.options()
    start = [*(["--verbose"] if is_verbose else []), "search", *command_line(search, options)]
    first, again = (
        [*start, *flag_line(search, values)]
        for values in (options, {**options, "overwrite": False})
    )
    return Supervisor(course).run(first, again)


def _run(course: Console, asked: _Asked, project: Path) -> Path | None:
    """Search, and return the search's directory; None of a worker, which is done without."""
    training, knobs, aims, run = asked
    choose_onednn(training.dataset, training.image_size, training.batch_size)
    start_keras()
    from memnas_cli.options.options_file import SEARCH_FILE, write_options_file
    from memnas_cli.views.live_view import LiveView
    from memnas_cli.views.progress import SearchProgress
    from memnas_cli.views.worker_log import WorkerLog
    from memnas_tf.data.steps import steps_per_epoch
    from serving.saved_model import export_saved_model
    from tuner.best_folder import write_best
    from tuner.experiment import make_hypermodel, make_tuner, run_search
    from tuner.search.limits import require_fit

    is_folder = is_image_folder(training.dataset)
    # Of a download tensorflow_datasets tells itself.
    with course.status(f"reading {training.dataset}") if is_folder else nullcontext():
        # Before the data set is loaded, which may mean a long download.
        template = training.template(run.data_dir, run.filters, run.blocks)
        require_fit(template, run.blocks, aims.target())
        data = training.load(run.data_dir, knobs.seed)
    interrupts = Interrupts()
    steps = steps_per_epoch(len(data.train_images), training.batch_size)
    view = LiveView(course, training.epochs, steps, run.workers or int(is_chief()))
    progress = SearchProgress(course, view, interrupts)
    listener: SearchListener = WorkerLog(interrupts) if is_worker() else progress
    if is_supervised():
        listener = Listeners(TrialNote(project), listener)
    with nullcontext() if is_worker() else progress, interrupts.noted():
        tuner = make_tuner(
            make_hypermodel(data, training, run.filters, run.blocks, knobs.max_cells),
            training,
            data=data,
            listener=listener,
            **{name: getattr(run, name) for name in _OF_TUNER},
            **{
                name: value for name, value in values_of(knobs, aims).items() if name != "max_cells"
            },
        )
        if not is_worker():
            options_file = Path(tuner.project_dir) / SEARCH_FILE
            write_options_file(options_file, search, asked.options(), "search")
        if run.workers:
            _run_workers(tuner, run.workers, asked.options(), progress)
        else:
            run_search(tuner, data, training)
    if is_worker():
        return None
    history = tuner.oracle.history
    if history.best is not None:
        with course.status("testing and exporting the winner"):
            write_best(tuner, data, training, history.best, course.say, export_saved_model)
    return Path(tuner.project_dir)


def _checked_project(asked: _Asked) -> Path:
    """Return the directory of the search; refuse a place that it cannot be at."""
    dataset = asked.training.dataset
    check_path(dataset)
    project = Path(asked.run.directory, str(asked.run.project_name))
    if is_image_folder(dataset):
        check_apart(project, dataset, "choose another --directory or --project-name")
    if not is_worker():
        check_search_place(project)
    return project


def _project_name(training: TrainingSettings, run: SearchRun) -> str:
    if run.project_name is not None:
        return run.project_name
    if is_image_folder(training.dataset):
        return Path(training.dataset).expanduser().resolve().name
    # tensorflow_datasets writes configurations and versions as name/config:version.
    return training.dataset.replace("/", "-").replace(":", "-")


def _run_workers(
    tuner: MemNASTuner, count: int, options: dict[str, Any], progress: SearchProgress
) -> None:
    tuner.oracle.verbose = 0
    with Workers(
        count,
        memnas_command(["search", *command_line(search, options)]),
        Path(tuner.project_dir) / LOGS_FOLDER,
        is_over=lambda: tuner.oracle.stop_reason is not None,
        on_death=tuner.oracle.release,
        say=progress.say,
    ) as workers:
        tuner.serve(chief_address(), on_start=workers.start, on_tick=workers.tend)


def command_line(command: click.Command, options: Mapping[str, Any]) -> list[str]:
    """Return the arguments that give a command the values of its options.

    Args:
        command: The command.
        options: Values by name. Flags, of which one deletes a search, are left out.

    Returns:
        The arguments.
    """
    arguments = []
    for parameter in command.params:
        value = options.get(parameter.name or "")
        if value in (None, ()) or isinstance(value, bool):
            continue
        arguments += [flag_of(parameter), as_typed(parameter, value)]
    return arguments


def flag_line(command: click.Command, flags: Mapping[str, bool]) -> list[str]:
    """Return the arguments that set flags of a command.

    Args:
        command: The command.
        flags: Whether each is set, by name.

    Returns:
        The arguments.
    """
    return [flag_of(one) for one in command.params if flags.get(one.name or "") is True]
