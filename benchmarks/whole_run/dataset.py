"""A packed data set, as a training takes it."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext

import numpy as np

from benchmarks.whole_run.batches import AUGMENTATIONS, EvaluationBatches, TrainingBatches
from benchmarks.whole_run.packing import PackedSet, Split
from memnas_tf.data.steps import steps_per_epoch
from memnas_tf.errors import DataError


class PackedData:
    """Offer a packed data set to `memnas_tf.training`, its epochs in parts.

    Args:
        packed: The data set.
        parts: The parts that an epoch comes in.
        held_out: How many of the last training images to hold out.

    Raises:
        DataError: If there are not as many, or no parts.

    Attributes:
        name: The data set's name.
        fingerprint: Of its file.
        preprocessing: What a network trained on it needs to be served.
        parts: The parts that an epoch comes in.
        test_split: The split to test on.
        streamed: False: the images are in memory.
        remarks: None.
        default_augmentation: The policy for photographs.
    """

    test_split = "test"
    streamed = False
    remarks = ()
    default_augmentation = "paper"

    def __init__(self, packed: PackedSet, parts: int = 1, held_out: int = 0) -> None:
        images = len(packed.train.labels)
        if not 0 <= held_out < images:
            raise DataError(f"held_out is {held_out} of {images} images; take 0 to {images - 1}")
        if parts < 1:
            raise DataError(f"parts is {parts}; it must be at least 1")
        self.name = packed.name
        self.fingerprint = packed.fingerprint
        self.preprocessing = packed.preprocessing
        self.parts = parts
        kept = images - held_out
        self._train, self._validation = (
            Split(*(array[window] for array in packed.train))
            for window in (slice(kept), slice(kept, None))
        )
        self._test = packed.test

    @property
    def train_count(self) -> int:
        """The number of training images."""
        return len(self._train.labels)

    @property
    def validation_count(self) -> int:
        """The number of images held out."""
        return len(self._validation.labels)

    def steps(self, batch_size: int) -> int:
        """Count the training steps of an epoch.

        Args:
            batch_size: Images in a batch.

        Returns:
            The number, which the parts divide.

        Raises:
            DataError: If they do not, or there are fewer images than a batch.
        """
        if self.train_count < batch_size:
            raise DataError(
                f"{self.train_count} images are fewer than a batch of {batch_size}; choose a "
                "smaller batch size"
            )
        steps = steps_per_epoch(self.train_count, batch_size)
        if steps % self.parts:
            ways = ", ".join(str(number) for number in range(1, steps + 1) if steps % number == 0)
            raise DataError(
                f"an epoch of {steps} steps cannot come in {self.parts} parts; choose one of {ways}"
            )
        return steps

    def reading(self) -> AbstractContextManager[None]:
        """Do nothing: the images have been read."""
        return nullcontext()

    def training_batches(
        self, *, batch_size: int, augmentation: str, seed: int, mixup: float = 0.0
    ) -> TrainingBatches:
        """Make endless batches of training images, labels one-hot."""
        if augmentation not in AUGMENTATIONS:
            raise DataError(
                f"unknown augmentation {augmentation!r}; use one of {', '.join(AUGMENTATIONS)}"
            )
        steps = self.steps(batch_size)
        return TrainingBatches(
            *self._one_hot(self._train),
            self.preprocessing.mean,
            self.preprocessing.std,
            batch_size=batch_size,
            augmentation=augmentation,
            mixup=mixup,
            seed=seed,
            part=steps // self.parts,
        )

    def validation_batches(self, *, batch_size: int, count: int) -> EvaluationBatches:
        """Make batches of the first images held out, labels one-hot."""
        images, labels = self._one_hot(self._validation)
        return self._in_order(Split(images[:count], labels[:count]), batch_size)

    def test_batches(self, *, batch_size: int) -> EvaluationBatches:
        """Make batches of all test images, labels as class numbers."""
        return self._in_order(self._test, batch_size)

    def _in_order(self, split: Split, batch_size: int) -> EvaluationBatches:
        preprocessing = self.preprocessing
        return EvaluationBatches(*split, preprocessing.mean, preprocessing.std, batch_size)

    def _one_hot(self, split: Split) -> Split:
        table = np.eye(len(self.preprocessing.labels), dtype=np.float32)
        return Split(split.images, table[split.labels])
