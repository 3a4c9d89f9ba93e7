"""The options of `memnas search`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from memnas_cli.config_file import config_option
from memnas_cli.data_options import DATASET_OPTION, IMAGE_OPTIONS
from memnas_cli.shapes import COUNT, Bytes, Counts, Macs, Names
from memnas_tf.devices import RUNTIMES
from memnas_tf.memory.arena_memory import DTYPES, KERNELS
from memnas_tf.memory.target import MEMORIES, WEIGHT_SIZES
from memnas_tf.metric import DEFAULT_METRIC, METRICS
from memnas_tf.moves import DEFAULT_MOVES, MOVES
from memnas_tf.template import DEFAULT_BLOCKS
from tuner.ranking import RANKERS
from tuner.search.rungs import DEFAULT_REDUCTION_FACTOR
from tuner.search.settings import DEFAULT_RANKER
from tuner.trials.trial_files import DEFAULT_KEEP

_DATA = (
    DATASET_OPTION,
    *IMAGE_OPTIONS,
    click.option(
        "--validation-fraction",
        default=0.2,
        metavar="FRACTION",
        help="Part of the training images held out to measure accuracy on.",
    ),
)
_SEARCH = (
    click.option("--max-rounds", default=4, type=COUNT, help="Rounds of grow and trim."),
    click.option(
        "--trials-per-round",
        default="6",
        type=Counts("candidates", "6, or 4,4,8,16 for rounds that grow"),
        help="Candidates trained per round; of several numbers the last is for all later rounds.",
    ),
    click.option(
        "--max-trials", type=COUNT, help="Candidates trained in all.", show_default="no limit"
    ),
    click.option(
        "--moves",
        default=",".join(DEFAULT_MOVES),
        type=Names(MOVES),
        help=f"What turns a base into candidates: some of {', '.join(MOVES)}.",
    ),
    click.option("--max-cells", default=8, type=COUNT, help="Cells in a block, at most."),
    click.option(
        "--tradeoff",
        default=0.5,
        type=click.FloatRange(0, 1),
        metavar="NUMBER",
        help="The paper's lambda: 0 for memory alone, 1 for accuracy alone.",
    ),
    click.option(
        "--metric",
        default=DEFAULT_METRIC,
        type=click.Choice(list(METRICS)),
        help="Changes as they are, or divided by their range over a round.",
    ),
    click.option(
        "--ranker",
        default=DEFAULT_RANKER,
        type=click.Choice(list(RANKERS)),
        help="What ranks candidates from the third round on.",
    ),
    click.option(
        "--seed",
        default=0,
        type=click.IntRange(min=0),
        metavar="N",
        help="Of every random choice; the same gives the same search.",
    ),
)
_MEMORY = (
    click.option(
        "--memory",
        default=MEMORIES[0],
        type=click.Choice(MEMORIES),
        help="The intermediate memory that counts: the paper's, or what LiteRT allocates.",
    ),
    click.option(
        "--dtype",
        type=click.Choice(DTYPES),
        help="Type of the runtime's tensors.",
        show_default=f"the device's, or {DTYPES[0]}",
    ),
    click.option(
        "--kernels",
        default=KERNELS[0],
        type=click.Choice(KERNELS),
        help="LiteRT's kernels, for the arena.",
    ),
    click.option(
        "--bytes-per-weight",
        type=click.Choice([str(size) for size in WEIGHT_SIZES]),
        callback=lambda context, option, value: None if value is None else int(value),
        help="Bytes of one parameter.",
        show_default="by dtype",
    ),
    click.option(
        "--max-arena",
        type=Bytes(),
        help="Only networks whose arena fits, such as 256kB.",
        show_default="no limit",
    ),
    click.option(
        "--max-parameters",
        type=Bytes(),
        help="Only networks whose parameters fit, such as 1MB.",
        show_default="no limit",
    ),
    click.option(
        "--device",
        metavar="NAME",
        help="Only networks that fit a device: a name, such as arduino-nano-33-ble, or a TOML file "
        "with a device of your own. It decides --runtime, --dtype, --max-ram and --max-flash where "
        "they are left out.",
    ),
    click.option(
        "--runtime",
        type=click.Choice(RUNTIMES),
        help="What RAM and flash are of: TensorFlow Lite for Microcontrollers, or LiteRT.",
        show_default=f"the device's, or {RUNTIMES[0]}",
    ),
    click.option(
        "--max-ram",
        type=Bytes(),
        help="Only networks whose arena in the runtime fits, with all that it keeps there, such as "
        "64kB.",
        show_default="the device's, or no limit",
    ),
    click.option(
        "--max-flash",
        type=Bytes(),
        help="Only networks whose file fits, such as 100kB; of tflm.",
        show_default="the device's, or no limit",
    ),
    click.option(
        "--max-macs",
        type=Macs(),
        help="Only networks with no more multiplications for an image, such as 12.5M.",
        show_default="no limit",
    ),
)
_TRAINING = (
    click.option("--epochs", default=10, type=COUNT, help="Epochs per candidate."),
    click.option(
        "--inherit-epochs",
        type=COUNT,
        help="Start candidates from their base's weights, from the second round on, and train them "
        "for so many epochs.",
        show_default="from scratch",
    ),
    click.option(
        "--rungs",
        type=Counts("epochs", "2, or 3,9,27 for several rungs"),
        help="Train a round's candidates for so many epochs, and only the better part of them on, "
        "to the next rung or the end.",
        show_default="train all to the end",
    ),
    click.option(
        "--reduction-factor",
        default=DEFAULT_REDUCTION_FACTOR,
        type=COUNT,
        help="At a rung, one of so many candidates goes on.",
    ),
    click.option("--batch-size", default=32, type=COUNT, help="Images per training step."),
    click.option(
        "--learning-rate",
        default=0.05,
        type=click.FloatRange(0, min_open=True),
        metavar="NUMBER",
        help="Where the learning rate starts, and starts again.",
    ),
    click.option("--filters", default=8, type=COUNT, help="Output channels of every operation."),
    click.option("--blocks", default=DEFAULT_BLOCKS, type=COUNT, help="Blocks of the network."),
)
_RUN = (
    click.option(
        "--keep-checkpoints",
        default=DEFAULT_KEEP,
        type=COUNT,
        help="Keep the weights of so many trials, the best.",
    ),
    click.option(
        "--directory",
        default="searches",
        type=click.Path(file_okay=False),
        metavar="FOLDER",
        help="Where searches are kept.",
    ),
    click.option(
        "--project-name",
        metavar="NAME",
        help="The search's folder in it.",
        show_default="the data set's name",
    ),
    click.option("--overwrite", is_flag=True, help="Start anew where a search is; delete it."),
    click.option(
        "--workers",
        type=COUNT,
        help="Train so many candidates at once, each in its own process.",
        show_default="one, in this",
    ),
    config_option,
    click.option("--quiet", is_flag=True, help="Print the result alone, not the search's course."),
    click.option(
        "--json",
        "as_json",
        is_flag=True,
        help="Print the result as JSON for a script, in bytes; the course goes to stderr.",
    ),
)


def search_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options of a search.

    Args:
        command: A function that takes them by name.

    Returns:
        The function with its options.
    """
    for option in reversed((*_DATA, *_SEARCH, *_MEMORY, *_TRAINING, *_RUN)):
        command = option(command)
    return command
