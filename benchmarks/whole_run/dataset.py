"""A packed data set, as a training takes it."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext

import numpy as np

from benchmarks.whole_run.batches import EvaluationBatches, TrainingBatches
from benchmarks.whole_run.packing import PackedSet, Split
from memnas_tf.errors import DataError


class PackedData:
    """Offer a packed data set to `memnas_tf.training`, its epochs in parts.

    Args:
        packed: The data set.
        parts: The parts that an epoch comes in.
        held_out: How many of the last training images to hold out.

    Attributes:
        name: The data set's name.
        fingerprint: Of its file.
        preprocessing: What a network trained on it needs to be served.
        parts: The parts that an epoch comes in.
        test_split: The split to test on.
        streamed: False: the images are in memory.
        default_augmentation: The policy for photographs.
    """

    test_split = "test"
    streamed = False
    default_augmentation = "paper"

    def __init__(self, packed: PackedSet, parts: int = 1, held_out: int = 0) -> None:
        self.name = packed.name
        self.fingerprint = packed.fingerprint
        self.preprocessing = packed.preprocessing
        self.parts = parts
        kept = len(packed.train.labels) - held_out
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

    def reading(self) -> AbstractContextManager[None]:
        """Do nothing: the images have been read."""
        return nullcontext()

    def training_batches(
        self, *, batch_size: int, augmentation: str, seed: int, mixup: float = 0.0
    ) -> TrainingBatches:
        """Make endless batches of training images, labels one-hot."""
        steps = self.train_count // batch_size
        if not steps:
            raise DataError(
                f"{self.train_count} images are fewer than a batch of {batch_size}; choose a "
                "smaller batch size"
            )
        if steps % self.parts:
            ways = ", ".join(str(number) for number in range(1, steps + 1) if steps % number == 0)
            raise DataError(
                f"an epoch of {steps} steps cannot come in {self.parts} parts; choose one of {ways}"
            )
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
