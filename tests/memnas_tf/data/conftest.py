"""Data sets on disk that the tests of this folder share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from memnas_tf.data.loading import ImageDataset, load_dataset

_CHECKOUT = Path(__file__).parents[3]


@pytest.fixture(scope="session")
def digits_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder that holds `digits`, prepared."""
    folder = tmp_path_factory.mktemp("datasets")
    load_dataset("digits", folder)
    return folder


@pytest.fixture(scope="session")
def digits(digits_dir: Path) -> ImageDataset:
    """Return the digits, split by seed 0."""
    return load_dataset("digits", digits_dir, download=False)


@pytest.fixture(scope="session")
def cifar10_dir() -> Path:
    """Return the folder that holds a prepared CIFAR-10, or skip."""
    default = _CHECKOUT.parent / "shared" / "tensorflow_datasets"
    folder = Path(os.environ.get("MEMNAS_DATA_DIR", default))
    if not (folder / "cifar10").is_dir():
        pytest.skip(f"no prepared cifar10 in {folder}: name its folder in MEMNAS_DATA_DIR")
    return folder
