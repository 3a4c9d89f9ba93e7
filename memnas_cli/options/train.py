"""What `memnas train` takes beside the values of a recipe."""

from __future__ import annotations

from dataclasses import dataclass

from memnas_cli.options.search import DATA_DIR, JSON, QUIET
from memnas_cli.options.template import NetworkSize
from memnas_tf.knob_kinds import Flag, Folder, OneOf, Whole
from memnas_tf.knobs import knob, like
from memnas_tf.training.recipe import DEFAULT_RECIPE, RECIPES
from tuner.search.settings import SearchKnobs
from tuner.source_template import TEMPLATES
from tuner.training_settings import TrainingSettings


@dataclass(frozen=True)
class TrainRun:
    """What is trained, on which images, and where it is kept."""

    to: str = knob(
        "Where the training is kept, and goes on from.", Folder(), flags=("--to", "--directory")
    )
    dataset: str | None = like(
        TrainingSettings,
        "dataset",
        unset="what ARCHITECTURE was made on, with its image size and augmentation; else digits",
    )
    data_dir: str | None = DATA_DIR
    image_size: tuple[int, int] | None = like(
        TrainingSettings,
        "image_size",
        help="Resize all images, in pixels; where they differ in size it can do without.",
    )
    limit: int | None = like(TrainingSettings, "limit")
    validation_fraction: float = like(
        TrainingSettings,
        "validation_fraction",
        0.0,
        help="Part of the training images held out to measure accuracy on after every epoch.",
    )
    template: str | None = knob(
        "How blocks make a network: the paper's for small images, or for 224x224.",
        OneOf(tuple(TEMPLATES)),
        unset="that of the source, else cifar",
    )
    filters: tuple[int, ...] | None = like(
        NetworkSize, "filters", unset="those of the source, else the template's"
    )
    blocks: int | None = like(
        NetworkSize,
        "blocks",
        help="Blocks of the network, which repeat those of the architecture.",
        unset="as for filters",
    )
    recipe_name: str = knob(
        "How to train; options change values of it.",
        OneOf(tuple(RECIPES)),
        DEFAULT_RECIPE,
        flags=("--recipe",),
    )
    seed: int = like(
        SearchKnobs, "seed", help="Of every random choice; the same gives the same network."
    )
    mixed_precision: str | None = knob(
        "Compute in 16 bits; auto takes what fits the device.",
        OneOf(("auto", "bfloat16", "float16")),
        unset="compute in 32",
    )
    devices: int = knob("Devices of this machine that share the training.", Whole(), 1)
    overwrite: bool = knob("Start anew where a training is; delete it.", Flag(), False)
    quiet: bool = QUIET
    as_json: bool = JSON
