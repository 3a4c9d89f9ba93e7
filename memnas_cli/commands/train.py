"""`memnas train`: train a network to the end, or go on with that."""

from __future__ import annotations

import sys
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from memnas_cli.options.completion import complete_source
from memnas_cli.options.config_file import config_option
from memnas_cli.options.knobs import ChangesOf, takes
from memnas_cli.options.options_file import TRAIN_FILE, write_options_file
from memnas_cli.options.source_data import ImageChoice, choose_images
from memnas_cli.options.train import TrainRun
from memnas_cli.quiet import start_keras
from memnas_cli.views.terminal import Console, echo, echo_json
from memnas_cli.views.training_view import print_training, training_document
from memnas_tf.data.apart import check_apart
from memnas_tf.data.image_folder import check_path, is_image_folder
from memnas_tf.genotype import Genotype, load_genotype, to_string
from memnas_tf.interrupts import INTERRUPTED, Interrupts
from memnas_tf.knobs import values_of
from memnas_tf.template import Template
from memnas_tf.training.directory import LOGS_FOLDER, PROGRESS_FILE, check_place, training_directory
from memnas_tf.training.network_files import read_results
from memnas_tf.training.onednn import choose_onednn
from memnas_tf.training.plan import TrainingPlan
from memnas_tf.training.recipe import Recipe, make_recipe
from tuner.source_template import make_template

if TYPE_CHECKING:
    from memnas_tf.data.interface import TrainingData


@click.command(context_settings={"show_default": True})
@click.argument("architecture", shell_complete=complete_source)
@takes(run=TrainRun, changes=ChangesOf(Recipe, "the recipe's"))
@config_option
def train(architecture: str, run: TrainRun, changes: dict[str, Any]) -> None:
    """Train ARCHITECTURE from scratch to the end.

    ARCHITECTURE is the directory of a search (its answer) or of another training, a preset
    (figure-1b, supplement, MemNAS-A, MemNAS-B), a compact string such as 5x0d3+0f7=, or a JSON
    file. From a search, a training, MemNAS-A and MemNAS-B it takes the architecture and the size,
    and from a search or a training the data set too, with its image size and augmentation, unless
    another one is named; all else is said here.

    \b
    What a search found on a small set, on a large one:
        memnas train searches/digits --dataset cifar10 --filters 64 --to trainings/cifar10

    It trains on the whole training split and measures accuracy on the test split once, at the end.
    Stop it with Ctrl-C; the same command goes on after the last whole epoch, to the same network to
    the bit. In FOLDER lie model.keras, results.json, a TensorBoard log in `logs`, and in
    `train.toml` the options that make the same network again.
    """  # noqa: D301 - click looks for the character itself
    course = Console(stderr=run.as_json, quiet=run.quiet)
    directory = Path(run.to)
    try:
        _run(course, architecture, run, changes)
    except KeyboardInterrupt:
        echo("interrupted; the same command goes on from here", err=True)
        sys.exit(INTERRUPTED)
    if run.as_json:
        echo_json(training_document(directory))
    else:
        print_training(Console(), directory)


def _run(course: Console, architecture: str, run: TrainRun, changes: dict[str, Any]) -> None:
    directory = Path(run.to)
    genotype = load_genotype(architecture)
    genotype.require_buildable()
    recipe = make_recipe(run.recipe_name, **changes)
    check_place(directory)
    images = _choose_images(architecture, run, recipe)
    dataset = str(images.dataset)
    check_path(dataset)
    if is_image_folder(dataset):
        check_apart(directory, dataset, "choose another place with --to")
    choose_onednn(dataset, images.image_size, recipe.batch_size)
    start_keras()
    from memnas_tf.data.loading import dataset_shape
    from memnas_tf.data.training_data import STREAMED_SIZE, load_training_data
    from memnas_tf.training.devices import check_devices

    # Before the data set is loaded, which may mean a long download.
    check_devices(run.devices, recipe.batch_size)
    data_dir, size = images.data_dir, images.image_size
    shape, classes = dataset_shape(dataset, data_dir, size, varying_size=STREAMED_SIZE)
    kind, template = make_template(
        architecture, shape, classes, run.template, run.filters, run.blocks
    )
    data = load_training_data(
        dataset,
        data_dir,
        validation_fraction=run.validation_fraction,
        seed=run.seed,
        image_size=size,
        limit=run.limit,
    )
    policy = recipe.augmentation or images.augmentation or data.default_augmentation
    as_source = f", as {images.source!r} was" if images.source else ""
    height, width, _ = data.input_shape
    course.say(
        f"training on {data.name}{as_source}: {data.train_count:,} images of {height}x{width}, "
        f"augmentation {policy}"
    )
    plan = _plan(genotype, template, replace(recipe, augmentation=policy), data, run)
    with training_directory(directory, plan, run.overwrite):
        spelled_out = {
            **values_of(run),
            **asdict(plan.recipe),
            **{"dataset": dataset, "data_dir": data_dir, "image_size": size},
            "architecture": plan.genotype,
            "template": kind,
            "filters": _spelled_out(template.filters),
            "blocks": template.blocks,
        }
        write_options_file(directory / TRAIN_FILE, train, spelled_out, "training")
        if not read_results(directory, plan.genotype):
            _train(course, plan, data, directory)
        (directory / PROGRESS_FILE).unlink(missing_ok=True)


def _choose_images(architecture: str, run: TrainRun, recipe: Recipe) -> ImageChoice:
    asked = ImageChoice(run.dataset, run.data_dir, run.image_size, recipe.augmentation)
    return choose_images(architecture, asked)


def _spelled_out(filters: tuple[int, ...]) -> int | str:
    same = len(set(filters)) == 1
    return filters[0] if same else ",".join(map(str, filters))


def _plan(
    genotype: Genotype,
    template: Template,
    recipe: Recipe,
    data: TrainingData,
    run: TrainRun,
) -> TrainingPlan:
    import keras

    from memnas_tf.training.precision import choose_policy

    return TrainingPlan(
        genotype=to_string(genotype),
        template=template,
        recipe_name=run.recipe_name,
        recipe=recipe,
        dataset=data.name,
        dataset_content=data.fingerprint,
        streamed=data.streamed,
        parts=data.parts,
        limit=run.limit,
        validation_fraction=run.validation_fraction,
        seed=run.seed,
        policy=choose_policy(run.mixed_precision),
        devices=run.devices,
        backend=keras.backend.backend(),
    )


def _train(course: Console, plan: TrainingPlan, data: TrainingData, directory: Path) -> None:
    import keras

    from memnas_cli.views.training_progress import EpochProgress
    from memnas_tf.data.steps import steps_per_epoch
    from memnas_tf.training.train import train_network
    from memnas_tf.training.trained import write_trained

    log = keras.callbacks.TensorBoard(str(directory / LOGS_FOLDER), write_graph=False)
    interrupts = Interrupts()
    steps = steps_per_epoch(data.train_count, plan.recipe.batch_size)
    progress = EpochProgress(course, interrupts, plan.recipe.epochs, steps)
    with progress, interrupts.noted():
        trained = train_network(plan, data, directory, [log, progress])
    with course.status("measuring it on the test split"):
        write_trained(directory, plan, data, trained)
