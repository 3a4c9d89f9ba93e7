"""How the trials of a search are trained. Needs neither TensorFlow nor Keras to be read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from memnas_tf.errors import ConfigError
from memnas_tf.knob_kinds import Real, Size, Text, Whole
from memnas_tf.knobs import knob, like, read_knobs
from memnas_tf.template import Template, cifar_template
from memnas_tf.training.recipe import Recipe

if TYPE_CHECKING:
    from memnas_tf.data.dataset import ImageDataset


@dataclass(frozen=True)
class TrainingSettings:
    """How a trial is trained.

    Raises:
        ConfigError: If a value is out of range.
    """

    dataset: str = knob(
        "A data set of tensorflow_datasets, or a folder of images: train/CLASS/*.jpg and "
        "test/CLASS/*.jpg, or CLASS/*.jpg.",
        Text("NAME|FOLDER"),
        "digits",
    )
    image_size: tuple[int, int] | None = knob(
        "Resize all images, in pixels; to be set where they differ in size.",
        Size(("height", "width")),
        unset="as is",
    )
    limit: int | None = knob(
        "Use only so many training images.", Whole(2, unit="IMAGES"), unset="all"
    )
    validation_fraction: float = knob(
        "Part of the training images held out to measure accuracy on.",
        Real(0, 1, below=True, unit="FRACTION"),
        0.2,
    )
    augmentation: str | None = like(Recipe, "augmentation")
    epochs: int = like(Recipe, "epochs", 10, help="Epochs per candidate.")
    batch_size: int = like(Recipe, "batch_size", 32)
    learning_rate: float = like(
        Recipe, "learning_rate", 0.05, help="Where the learning rate starts, and starts again."
    )

    def __post_init__(self) -> None:
        """Refuse what is out of range."""
        read_knobs(self)

    @property
    def policy(self) -> str:
        """The augmentation policy that is used."""
        from memnas_tf.data.augmentation import default_augmentation

        return self.augmentation or default_augmentation(self.dataset)

    def load(self, data_dir: str | None, seed: int) -> ImageDataset:
        """Load the data set.

        Args:
            data_dir: Where tensorflow_datasets keeps it; None for its default.
            seed: The seed of the split into training and validation images.

        Returns:
            The data set.

        Raises:
            ConfigError: If no image would be held out.
            DataError: As `load_dataset`.
        """
        if self.validation_fraction == 0:
            raise ConfigError(
                "the validation fraction is 0, and a search measures accuracy on images that are "
                "held out; choose a number above 0 and below 1, such as 0.2"
            )
        from memnas_tf.data.loading import load_dataset

        return load_dataset(
            self.dataset,
            data_dir,
            validation_fraction=self.validation_fraction,
            seed=seed,
            image_size=self.image_size,
            limit=self.limit,
        )

    def template(self, data_dir: str | None, filters: int, blocks: int) -> Template:
        """Make the template of a search on the data set, without loading it.

        Args:
            data_dir: Where tensorflow_datasets keeps it; None for its default.
            filters: Output channels of every operation.
            blocks: The number of blocks.

        Returns:
            The template.
        """
        from memnas_tf.data.loading import dataset_shape

        shape, classes = dataset_shape(self.dataset, data_dir, self.image_size)
        return cifar_template(shape, classes, filters, blocks)
