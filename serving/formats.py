"""The formats that a trained network is exported in.

To add one, add one entry to `_OURS`, or call `register_format` from outside: `export_network`
and the command line take its name.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from memnas_tf.errors import ConfigError, ExportError
from memnas_tf.registry import Registry
from memnas_tf.training.facts import TrainingFacts

if TYPE_CHECKING:
    import keras

    from memnas_tf.data.dataset import ImageDataset
    from memnas_tf.preprocessing import Preprocessing


@dataclass(frozen=True)
class ExportJob:
    """What is exported, and where to.

    Attributes:
        network: The trained network, which takes normalised images.
        preprocessing: What it was trained with.
        directory: The model directory: what is written is a version in it (`serving.versions`).
        data: What it was trained on, which a format for devices measures; None where a format
            takes no images.
        version: The version's number; None for the next.
        facts: How the network came to be; None for what nobody knows.
        on_progress: Told what is done, how much of it is over, and how much there is: 0 where that
            is not known.
    """

    network: keras.Model
    preprocessing: Preprocessing
    directory: str | Path
    data: ImageDataset | None = None
    version: int | None = None
    facts: TrainingFacts | None = None
    on_progress: Callable[[str, int, int], object] = lambda what, done, total: None

    @property
    def images(self) -> ImageDataset:
        """What the network was trained on.

        Raises:
            ExportError: If the job has none.
        """
        if self.data is None:
            raise ExportError("this format measures images; give the data set (data)")
        return self.data


class Exported(Protocol):
    """What an export returns, with whatever else it has to tell."""

    @property
    def path(self) -> Path:
        """The version's directory."""


@dataclass(frozen=True)
class ExportFormat:
    """A format.

    Attributes:
        purpose: What it is for, as in "for a model server".
        export: Writes a version, whole or not at all.
        takes_images: Whether it looks at the images that the network was trained on.
    """

    purpose: str
    export: Callable[[ExportJob], Exported]
    takes_images: bool = True


@dataclass(frozen=True)
class _Version:
    path: Path


def _saved_model(job: ExportJob) -> Exported:
    from serving.saved_model import export_saved_model

    def on_step(step: str) -> None:
        job.on_progress(step, 0, 0)

    where = (job.directory, job.version, job.facts)
    return _Version(export_saved_model(job.network, job.preprocessing, *where, on_step))


def _litert(job: ExportJob) -> Exported:
    from serving.litert.export import export_litert

    return export_litert(
        job.network,
        job.preprocessing,
        job.images,
        job.directory,
        version=job.version,
        on_progress=job.on_progress,
    )


def _tflm(job: ExportJob) -> Exported:
    from serving.tflm.export import export_tflm

    return export_tflm(
        job.network,
        job.preprocessing,
        job.images,
        job.directory,
        job.version,
        job.on_progress,
    )


def _check(name: str, entry: ExportFormat) -> None:
    if not isinstance(entry, ExportFormat):
        raise ConfigError(f"{entry!r} is no ExportFormat; {name!r} must be one")


_OURS = {
    "saved-model": ExportFormat("for a model server", _saved_model, takes_images=False),
    "litert": ExportFormat("for devices", _litert),
    "tflm": ExportFormat("for microcontrollers", _tflm),
}
FORMATS: Registry[ExportFormat] = Registry("format", _OURS, _check)


def register_format(name: str, entry: ExportFormat) -> None:
    """Add a format, for this process.

    Args:
        name: Its name.
        entry: The format.

    Raises:
        ConfigError: If the name is taken.
    """
    FORMATS.register(name, entry)


def export_network(name: str, job: ExportJob) -> Exported:
    """Export a trained network.

    Args:
        name: One of `FORMATS`.
        job: What is exported, and where to.

    Returns:
        What the format tells; the version's directory is its `path`.

    Raises:
        ConfigError: If there is no such format.
        ExportError: As the format, or if it takes images and the job has none.
    """
    return FORMATS.require(name).export(job)
