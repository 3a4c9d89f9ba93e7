"""What exports for devices share: they need the images that a model was trained on."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeAlias, TypeVar

from memnas_cli.options.source_data import ImageChoice, choose_images, source_images
from memnas_cli.quiet import held_back_stderr, start_keras
from memnas_cli.views.export_progress import ExportProgress
from memnas_cli.views.terminal import Console
from memnas_tf.data.apart import check_apart
from memnas_tf.data.image_folder import check_path, is_image_folder
from memnas_tf.errors import ConfigError
from memnas_tf.interrupts import Interrupts
from memnas_tf.preprocessing import PREPROCESSING_FILE, Preprocessing
from memnas_tf.training.directory import is_training, load_plan
from memnas_tf.training.plan import TrainingPlan
from serving.formats import ExportJob, export_network
from tuner.history import ORACLE_FILE, load_search
from tuner.search.settings import SearchSettings

if TYPE_CHECKING:
    from memnas_tf.data.dataset import ImageDataset

Settings: TypeAlias = "SearchSettings | TrainingPlan | None"
Result = TypeVar("Result")

# What the settings of a search have to tell of its images; those of a program may not.
_LOADING = ("dataset", "limit", "validation_fraction")


class DeviceExport(NamedTuple):
    """What a person asks of an export for devices.

    Attributes:
        source: The directory of a finished search or training, or the model's file.
        model_file: The trained model; its preprocessing lies beside it.
        directory: The model directory.
        version: The version's number; None for the next.
        types: The types of files.
        dataset: The data set of a model that no search and no training tells of.
        data_dir: Where data sets are kept; None for the default.
    """

    source: Path
    model_file: Path
    directory: str
    version: int | None
    types: tuple[str, ...]
    dataset: str | None
    data_dir: str | None


def export_for_devices(
    asked: DeviceExport, require: Callable[[], object], export: Callable[[ExportJob], Result]
) -> tuple[Result, Settings]:
    """Load a model and its images, and export it with progress.

    Args:
        asked: What is exported, and where to.
        require: Imports interpreters; what they print is held back.
        export: Exports the model.

    Returns:
        What the export returns, and the settings of the search or the training, where known.

    Raises:
        MemNASError: As the export, or if it is not known which data set the model was trained on.
    """
    source, directory, dataset = asked.source, asked.directory, asked.dataset
    if dataset is not None and is_image_folder(dataset):
        check_apart(directory, dataset, "name another place with --to")
    settings = _settings(source)
    dataset, data_dir = _choose_dataset(source, settings, dataset, asked.data_dir)
    check_path(dataset)
    start_keras()
    with held_back_stderr():
        require()
    from memnas_tf.keras_models.loading import load_keras_model
    from memnas_tf.preprocessing import load_preprocessing

    preprocessing = load_preprocessing(asked.model_file.parent / PREPROCESSING_FILE)
    interrupts = Interrupts()
    with ExportProgress(Console(stderr=True)) as progress, interrupts.noted():

        def on_progress(what: str, done: int, total: int) -> None:
            interrupts.check()
            progress.show(what, done, total)

        on_progress("loading the model and its data", 0, 0)
        model = load_keras_model(asked.model_file)
        data = _load_data(settings, dataset, data_dir, preprocessing)
        job = ExportJob(model, preprocessing, directory, data, asked.version, None, on_progress)
        return export(job), settings


def export_measured(file_format: str, asked: DeviceExport) -> Path:
    """Export in a format from outside that looks at images, with progress.

    Args:
        file_format: One of `serving.formats.FORMATS`.
        asked: What is exported, and where to; such a format has no types of files.

    Returns:
        The version's directory.

    Raises:
        MemNASError: As `export_for_devices`, or if types are named.
    """
    if asked.types:
        raise ConfigError(f"--types is for litert and tflm, not for {file_format}; leave it out")
    exported, _ = export_for_devices(asked, lambda: None, partial(export_network, file_format))
    return exported.path


def _settings(source: Path) -> Settings:
    """Return the settings of a search or a training, if they tell of its data set."""
    if is_training(source):
        return load_plan(source)
    if not (source / ORACLE_FILE).exists():
        return None
    settings = load_search(source).settings
    return settings if set(_LOADING) <= set(settings.training) else None


def _choose_dataset(
    source: Path,
    settings: Settings,
    dataset: str | None,
    data_dir: str | None,
) -> tuple[str, str | None]:
    """Return the data set that a model was trained on, and where it is kept."""
    if settings is None:
        if dataset is None:
            raise ConfigError(
                f"{str(source)!r} does not tell its data set; name it with --dataset: training "
                "images measure the ranges of int8 tensors, and test images the accuracy"
            )
        return dataset, data_dir
    known = source_images(str(source))
    if known is not None and known.content is None and dataset is not None:
        raise ConfigError(f"{str(source)!r} was trained on {known.name!r}; leave --dataset out")
    images = choose_images(str(source), ImageChoice(dataset, data_dir))
    if known is not None and images.content != known.content:
        raise ConfigError(
            f"{dataset!r} does not hold the files that {str(source)!r} was trained on; "
            "name the folder that does with --dataset"
        )
    return str(images.dataset), images.data_dir


def _load_data(
    settings: Settings,
    dataset: str,
    data_dir: str | None,
    preprocessing: Preprocessing,
) -> ImageDataset:
    from memnas_tf.data.loading import load_dataset

    if isinstance(settings, TrainingPlan) and settings.streamed:
        from memnas_tf.data.training_data import load_streamed
        from serving.litert.pixel_model import CALIBRATION_IMAGES

        data = load_streamed(
            dataset,
            data_dir,
            shape=settings.template.input_shape,
            validation_fraction=settings.validation_fraction,
            limit=settings.limit,
        )
        return data.in_memory(CALIBRATION_IMAGES)
    if settings is not None:
        known = settings.training if isinstance(settings, SearchSettings) else vars(settings)
        return load_dataset(
            dataset,
            data_dir,
            validation_fraction=known["validation_fraction"],
            seed=settings.seed,
            image_size=settings.template.input_shape[:2],
            limit=known["limit"],
        )
    return load_dataset(dataset, data_dir, image_size=preprocessing.input_shape[:2])
