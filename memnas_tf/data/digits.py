"""The `digits` data set: small, real, and already on the machine.

Scikit-learn carries 1,797 handwritten digits of 8x8 pixels. Importing this module registers
them with tensorflow_datasets, so that examples and tests run on real images without a download.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

import numpy as np
import tensorflow_datasets as tfds

from memnas_tf.errors import DataError

# Of the images of each class, in scikit-learn's order, every fifth is a test image.
_TEST_EVERY = 5
_BRIGHTEST = 16


class Digits(tfds.core.GeneratorBasedBuilder):
    """Build `digits`, scikit-learn's handwritten digits, for tensorflow_datasets."""

    VERSION = tfds.core.Version("1.0.0")
    RELEASE_NOTES = {"1.0.0": "The 1,797 digits of sklearn.datasets.load_digits."}  # noqa: RUF012
    # Nothing is downloaded, so nothing has a checksum. Without this line tensorflow_datasets
    # looks for a file of them, through a package that it does not always install.
    url_infos: ClassVar[dict[str, Any]] = {}

    def _info(self) -> tfds.core.DatasetInfo:
        return tfds.core.DatasetInfo(
            builder=self,
            description="1,797 handwritten digits of 8x8 pixels, in ten classes.",
            features=tfds.features.FeaturesDict(
                {
                    "image": tfds.features.Image(shape=(8, 8, 1), dtype=np.uint8),
                    "label": tfds.features.ClassLabel(num_classes=10),
                }
            ),
            supervised_keys=("image", "label"),
            homepage="https://archive.ics.uci.edu/dataset/80",
        )

    def _split_generators(self, dl_manager: tfds.download.DownloadManager) -> dict[str, Any]:
        del dl_manager  # Nothing to download.
        images, labels = _read_digits()
        is_test = split_every_fifth(labels)
        return {
            "train": self._generate_examples(images[~is_test], labels[~is_test]),
            "test": self._generate_examples(images[is_test], labels[is_test]),
        }

    def _generate_examples(
        self, images: np.ndarray, labels: np.ndarray
    ) -> Iterator[tuple[int, dict[str, Any]]]:
        for key, (image, label) in enumerate(zip(images, labels, strict=True)):
            yield key, {"image": image, "label": int(label)}


def split_every_fifth(labels: np.ndarray) -> np.ndarray:
    """Mark the test images: of each class, every fifth in the order given.

    Args:
        labels: Class of each image, integers of shape (n,).

    Returns:
        Booleans of shape (n,), true for the test images.
    """
    is_test = np.zeros(len(labels), dtype=bool)
    for label in np.unique(labels):
        is_test[np.flatnonzero(labels == label)[_TEST_EVERY - 1 :: _TEST_EVERY]] = True
    return is_test


def _read_digits() -> tuple[np.ndarray, np.ndarray]:
    """Return images (1797, 8, 8, 1), uint8 in 0..255, and labels (1797,)."""
    try:
        from sklearn.datasets import load_digits
    except ImportError as error:
        raise DataError(
            "The data set 'digits' comes with scikit-learn, which is not installed: "
            "pip install scikit-learn, or choose another data set."
        ) from error
    pixels, labels = load_digits(return_X_y=True)
    images = np.rint(pixels * (255 / _BRIGHTEST)).astype(np.uint8)
    return images.reshape(-1, 8, 8, 1), labels
