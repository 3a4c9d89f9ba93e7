"""Folders of images, made of the digits that come with scikit-learn."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image
from sklearn.datasets import load_digits


def digit_images(classes: int, per_class: int) -> dict[str, list[Image.Image]]:
    """Return the first images of the first digits, grey, of 8x8 pixels."""
    digits = load_digits()
    images = np.rint(digits.images * (255 / 16)).astype(np.uint8)
    return {
        str(label): [Image.fromarray(image) for image in images[digits.target == label][:per_class]]
        for label in range(classes)
    }


def write_classes(folder: Path, classes: dict[str, list[Image.Image]], suffix: str = "png") -> Path:
    """Write `<class>/<number>.<suffix>` under a folder, and return it."""
    for label, images in classes.items():
        (folder / label).mkdir(parents=True, exist_ok=True)
        for number, image in enumerate(images):
            image.save(folder / label / f"{number:03}.{suffix}")
    return folder
