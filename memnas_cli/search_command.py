"""`memnas search`: run a search, or go on with one."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console

from memnas_cli.interrupts import INTERRUPTED, Interrupts
from memnas_cli.quiet import start_keras
from memnas_cli.shapes import Bytes, Size
from memnas_cli.workers import LOGS_FOLDER, Workers, as_chief
from memnas_tf.memory import MemoryTarget, memory_target
from memnas_tf.memory.arena_memory import DTYPES, KERNELS
from memnas_tf.memory.target import MEMORIES, WEIGHT_SIZES
from memnas_tf.metric import DEFAULT_METRIC, METRICS
from memnas_tf.template import DEFAULT_BLOCKS
from tuner.distribution import ORACLE_IP, chief_address, is_chief, is_worker
from tuner.ranking import RANKERS
from tuner.settings import DEFAULT_RANKER
from tuner.trial_files import DEFAULT_KEEP

if TYPE_CHECKING:
    from memnas_cli.progress import SearchProgress
    from tuner.tuner import MemNASTuner

_COUNT = click.IntRange(min=1)


@click.command(context_settings={"show_default": True})
@click.option("--dataset", default="digits", help="A name that tensorflow_datasets knows.")
@click.option("--data-dir", help="Where data sets are kept.  [default: tensorflow_datasets' own]")
@click.option("--image-size", type=Size("height", "width"), help="Resize all images.")
@click.option("--limit", type=click.IntRange(min=2), help="Use only so many training images.")
@click.option("--validation-fraction", default=0.2, help="Part held out to measure accuracy on.")
@click.option(
    "--augmentation",
    type=click.Choice(["paper", "crop", "none"]),
    help="Crop, flip and cutout; crop alone; or none.  [default: by data set]",
)
@click.option("--max-rounds", default=4, type=_COUNT, help="Rounds of grow and trim.")
@click.option("--trials-per-round", default=6, type=_COUNT, help="Candidates trained per round.")
@click.option("--max-trials", type=_COUNT, help="Candidates trained in all.")
@click.option("--max-cells", default=8, type=_COUNT, help="Cells in a block.")
@click.option(
    "--tradeoff",
    default=0.5,
    type=click.FloatRange(0, 1),
    help="The paper's lambda: 0 for memory alone, 1 for accuracy alone.",
)
@click.option(
    "--metric",
    default=DEFAULT_METRIC,
    type=click.Choice(list(METRICS)),
    help="Changes as they are, or divided by their range over a round.",
)
@click.option(
    "--memory",
    default=MEMORIES[0],
    type=click.Choice(MEMORIES),
    help="The intermediate memory that counts: the paper's, or what LiteRT allocates.",
)
@click.option("--dtype", default=DTYPES[0], type=click.Choice(DTYPES), help="Type of tensors.")
@click.option(
    "--kernels", default=KERNELS[0], type=click.Choice(KERNELS), help="LiteRT's, for the arena."
)
@click.option(
    "--bytes-per-weight",
    type=click.Choice([str(size) for size in WEIGHT_SIZES]),
    callback=lambda context, option, value: None if value is None else int(value),
    help="Bytes of one parameter.  [default: by dtype]",
)
@click.option("--max-arena", type=Bytes(), help="Only networks whose arena fits, such as 256kB.")
@click.option(
    "--max-parameters", type=Bytes(), help="Only networks whose parameters fit, such as 1MB."
)
@click.option(
    "--ranker",
    default=DEFAULT_RANKER,
    type=click.Choice(list(RANKERS)),
    help="What ranks candidates from the third round on.",
)
@click.option("--epochs", default=5, type=_COUNT, help="Epochs per candidate.")
@click.option("--batch-size", default=32, type=_COUNT, help="Images per training step.")
@click.option(
    "--learning-rate",
    default=0.05,
    type=click.FloatRange(0, min_open=True),
    help="Where the learning rate starts, and starts again.",
)
@click.option("--filters", default=8, type=_COUNT, help="Output channels of every operation.")
@click.option("--blocks", default=DEFAULT_BLOCKS, type=_COUNT, help="Blocks of the network.")
@click.option("--seed", default=0, type=click.IntRange(min=0), help="The same gives the same.")
@click.option(
    "--keep-checkpoints",
    default=DEFAULT_KEEP,
    type=_COUNT,
    help="Keep the weights of so many trials, the best.",
)
@click.option("--directory", default="searches", help="Where searches are kept.")
@click.option("--project-name", help="The search's folder in it.  [default: the data set's name]")
@click.option("--overwrite", is_flag=True, help="Start anew where a search is.")
@click.option(
    "--workers", type=_COUNT, help="Train so many candidates at once, each in its own process."
)
def search(**options: Any) -> None:
    """Search for a network, round by round.

    Every round grows and trims the best network of the round before and trains the most promising
    candidates. The defaults take about five minutes on two cores; the paper's own are --filters 64
    --epochs 60 --trials-per-round 100 --batch-size 128 --learning-rate 0.01.

    Stop it with Ctrl-C; the same command goes on where it stopped. What it found lies in the
    folder `best` of the search's directory, and a TensorBoard log in `logs`.

    With --workers it starts them, and starts those again that crash; each writes a log in the
    folder `workers`. The documentation tells how to run workers on other machines.
    """
    console = Console()
    workers = options.pop("workers")
    if workers and (is_chief() or is_worker()):
        raise click.UsageError(
            f"--workers starts workers itself; leave {ORACLE_IP} unset, or leave --workers out"
        )
    try:
        with as_chief() if workers else nullcontext():
            _run(console, options, workers or 0)
    except KeyboardInterrupt:
        click.echo("interrupted; the same command goes on from here", err=True)
        sys.exit(INTERRUPTED)


def _run(console: Console, options: dict[str, Any], workers: int) -> None:
    start_keras()
    from memnas_cli.progress import SearchProgress
    from memnas_cli.show_command import print_search
    from memnas_cli.winner import write_winner
    from memnas_cli.worker_log import WorkerLog
    from tuner.experiment import (
        TrainingSettings,
        make_hypermodel,
        make_tuner,
        run_search,
    )
    from tuner.planning import require_fit

    training = TrainingSettings(
        **{name: options[name] for name in TrainingSettings.__dataclass_fields__}
    )
    names = ("max_rounds", "trials_per_round", "max_trials", "tradeoff", "metric", "ranker", "seed")
    kept = ("directory", "overwrite", "keep_checkpoints")
    aim = {name: options[name] for name in MemoryTarget.__dataclass_fields__}
    arguments = {name: options[name] for name in (*names, *kept)}
    size = {name: options[name] for name in ("filters", "blocks", "max_cells")}
    # tensorflow_datasets writes configurations and versions as name/config:version.
    project = options["project_name"] or options["dataset"].replace("/", "-").replace(":", "-")
    # Before the data set is loaded, which may mean a long download.
    template = training.template(options["data_dir"], options["filters"], options["blocks"])
    require_fit(template, options["blocks"], memory_target(**aim))
    data = training.load(options["data_dir"], options["seed"])
    interrupts = Interrupts()
    progress = SearchProgress(console, training.epochs, interrupts, workers or int(is_chief()))
    with nullcontext() if is_worker() else progress, interrupts.noted():
        tuner = make_tuner(
            make_hypermodel(data, training, **size),
            training,
            data=data,
            project_name=project,
            listener=WorkerLog(interrupts) if is_worker() else progress,
            **arguments,
            **aim,
        )
        if workers:
            _run_workers(tuner, workers, options, progress)
        else:
            run_search(tuner, data, training)
    if is_worker():
        return
    history = tuner.oracle.history
    if history.best is not None:
        write_winner(tuner, data, history.best)
    print_search(console, Path(tuner.project_dir))


def _run_workers(
    tuner: MemNASTuner, count: int, options: dict[str, Any], progress: SearchProgress
) -> None:
    tuner.oracle.verbose = 0
    with Workers(
        count,
        [sys.executable, "-m", "memnas_cli.main", "search", *command_line(search, options)],
        Path(tuner.project_dir) / LOGS_FOLDER,
        is_over=lambda: tuner.oracle.stop_reason is not None,
        on_death=tuner.oracle.release,
        say=progress.say,
    ) as workers:
        tuner.serve(chief_address(), on_start=workers.start, on_tick=workers.tend)


def command_line(command: click.Command, options: Mapping[str, Any]) -> list[str]:
    """Return the arguments with which a worker gets the options of its chief.

    Args:
        command: The command.
        options: Their values by name. What deletes a search is left out.

    Returns:
        The arguments.
    """
    arguments = []
    for parameter in command.params:
        value = options.get(parameter.name or "")
        if value is None or isinstance(value, bool):
            continue
        text = "x".join(map(str, value)) if isinstance(value, tuple) else str(value)
        arguments += [parameter.opts[-1], text]
    return arguments
