"""`memnas export --format litert`: LiteRT files and what they need and do, as a table."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from rich.box import SIMPLE_HEAD
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.table import Table

from memnas_cli.interrupts import Interrupts
from memnas_cli.quiet import held_back_stderr, start_keras
from memnas_cli.source_data import ImageChoice, choose_images, source_images
from memnas_cli.terminal import Console, echo
from memnas_cli.winner_files import PREPROCESSING_FILE
from memnas_tf.data.apart import check_apart
from memnas_tf.data.image_folder import check_path, is_image_folder
from memnas_tf.errors import ConfigError
from memnas_tf.litert.conversion import TYPES
from memnas_tf.litert.interpreter import check_installed, require_interpreter
from memnas_tf.memory import MemoryTarget, format_bytes
from memnas_tf.memory.arena_memory import KERNELS
from memnas_tf.preprocessing import Preprocessing
from memnas_tf.training.directory import is_training, load_plan
from memnas_tf.training.plan import TrainingPlan
from tuner.history import ORACLE_FILE, load_search
from tuner.search.settings import SearchSettings

if TYPE_CHECKING:
    from memnas_tf.data.dataset import ImageDataset
    from serving.litert.report import LitertReport

# What the settings of a search have to tell of its images; those of a program may not.
_LOADING = ("dataset", "limit", "validation_fraction")


def read_types(text: str) -> tuple[str, ...]:
    """Read types as people list them.

    Args:
        text: Names with commas between them.

    Returns:
        The names, each once.

    Raises:
        ConfigError: If one is no type.
    """
    names = tuple(dict.fromkeys(name.strip() for name in text.split(",")))
    for name in names:
        if name not in TYPES:
            raise ConfigError(f"{name!r} is no type; list some of {','.join(TYPES)}")
    return names


def export_litert_files(
    source: Path,
    model_file: Path,
    directory: str,
    version: int | None,
    types: tuple[str, ...],
    dataset: str | None,
    data_dir: str | None,
) -> None:
    """Export a model's LiteRT files with progress, and print what came of it.

    Args:
        source: The directory of a finished search or training, or the model's file.
        model_file: The trained model; its preprocessing lies beside it.
        directory: The model directory.
        version: The version's number; None for the next.
        types: The types of files.
        dataset: The data set of a model that no search and no training tells of.
        data_dir: Where data sets are kept; None for the default.

    Raises:
        MemNASError: As `serving.litert.export.export_litert`, or if it is not known which data
            set the model was trained on.
    """
    check_installed()
    if dataset is not None and is_image_folder(dataset):
        check_apart(directory, dataset, "name another place with --to")
    settings = _settings(source)
    dataset, data_dir = _choose_dataset(source, settings, dataset, data_dir)
    check_path(dataset)
    start_keras()
    with held_back_stderr():
        require_interpreter()
    from memnas_tf.keras_models.loading import load_keras_model
    from memnas_tf.preprocessing import load_preprocessing
    from serving.litert.export import export_litert

    preprocessing = load_preprocessing(model_file.parent / PREPROCESSING_FILE)
    interrupts = Interrupts()
    with _ExportProgress(Console(stderr=True)) as progress, interrupts.noted():

        def on_progress(what: str, done: int, total: int) -> None:
            interrupts.check()
            progress.show(what, done, total)

        on_progress("loading the model and its data", 0, 0)
        model = load_keras_model(model_file)
        data = _load_data(settings, dataset, data_dir, preprocessing)
        exported = export_litert(model, preprocessing, data, directory, types, version, on_progress)
    _print(exported.report)
    if isinstance(settings, SearchSettings):
        _warn_of_budget(exported.report, settings.target)
    echo(f"exported {model_file} to {exported.path}")


def _settings(source: Path) -> SearchSettings | TrainingPlan | None:
    """Return the settings of a search or a training, if they tell of its data set."""
    if is_training(source):
        return load_plan(source)
    if not (source / ORACLE_FILE).exists():
        return None
    settings = load_search(source).settings
    return settings if set(_LOADING) <= set(settings.training) else None


def _choose_dataset(
    source: Path,
    settings: SearchSettings | TrainingPlan | None,
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
    settings: SearchSettings | TrainingPlan | None,
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


class _ExportProgress:
    """A bar on a terminal; elsewhere a line for everything that is begun."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._what = ""
        self._bar = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            TimeRemainingColumn(),
            console=console,
            transient=True,
        )
        self._task: TaskID = self._bar.add_task("")

    def __enter__(self) -> _ExportProgress:
        if self._console.is_terminal:
            self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def show(self, what: str, done: int, total: int) -> None:
        """Show how far something is; 0 of 0 if that is not known."""
        if what != self._what:
            self._what = what
            self._bar.reset(self._task)
            if not self._console.is_terminal:
                self._console.say(what)
        self._bar.update(self._task, description=what, completed=done, total=total or None)


def _print(report: LitertReport) -> None:
    table = Table("type", box=SIMPLE_HEAD, pad_edge=False)
    for name in ("file", "accuracy", "as Keras", *(f"arena, {kernels}" for kernels in KERNELS)):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_row("Keras", "", f"{100 * report.keras_accuracy:.2f} %")
    for dtype, entry in report.types.items():
        sizes = (entry.arena[kernels] for kernels in KERNELS)
        table.add_row(
            dtype,
            f"{entry.file_bytes:,}",
            f"{100 * entry.accuracy:.2f} %",
            f"{100 * entry.same_class:.2f} %",
            *(f"{size.measured:,} ({size.predicted:,})" for size in sizes),
        )
    Console().print(table)
    echo(
        f"bytes; accuracy on {report.images:,} images of {report.dataset} ({report.split}); "
        "arenas measured (predicted), one thread, no delegates"
    )


def _warn_of_budget(report: LitertReport, target: MemoryTarget) -> None:
    entry = report.types.get(target.dtype)
    if entry is None or target.max_arena is None:
        return
    arena = entry.arena[target.kernels].measured
    if arena > target.max_arena:
        echo(
            f"the {target.dtype} file's arena of {arena:,} bytes is above the search's budget of "
            f"{format_bytes(target.max_arena)}: a search counts the network alone, and the file "
            "takes pixels too",
            err=True,
        )
