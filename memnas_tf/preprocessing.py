"""What turns a picture's pixels into what a network was trained on, and back into a label."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from memnas_tf.errors import DataError


@dataclass(frozen=True)
class Preprocessing:
    """Size, channel normalisation and class names.

    Attributes:
        input_shape: Height, width and channels of an image.
        mean: Mean of each channel over the training images, in pixel units from 0 to 255.
        std: Standard deviation of each channel, in pixel units.
        labels: The name of each class.
        centre_crop: Whether pictures of another size are shrunk and their centre cut out, as
            `memnas_tf.data.cropping` does, or squeezed into the input shape.
    """

    input_shape: tuple[int, int, int]
    mean: tuple[float, ...]
    std: tuple[float, ...]
    labels: tuple[str, ...]
    centre_crop: bool = False

    def to_json(self) -> str:
        """Write a JSON document that `from_json` reads back."""
        return json.dumps(asdict(self), indent=1) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Preprocessing:
        """Read what `to_json` wrote.

        Args:
            text: The document.

        Returns:
            The preprocessing.

        Raises:
            ValueError: If it is not of this kind.
        """
        return cls.from_document(json.loads(text))

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Preprocessing:
        """Read the attributes as JSON holds them.

        Args:
            document: The attributes by name.

        Returns:
            The preprocessing.

        Raises:
            ValueError: If it is not of this kind.
        """
        try:
            height, width, channels = document["input_shape"]
            return cls(
                (int(height), int(width), int(channels)),
                tuple(map(float, document["mean"])),
                tuple(map(float, document["std"])),
                tuple(map(str, document["labels"])),
                bool(document["centre_crop"]),
            )
        except KeyError as error:
            raise ValueError(f"it is no preprocessing of this version: it lacks {error}") from error
        except TypeError as error:
            raise ValueError(f"it is no preprocessing: {error}") from error


def load_preprocessing(path: str | Path) -> Preprocessing:
    """Read a file that holds what `Preprocessing.to_json` wrote.

    Args:
        path: The file.

    Returns:
        The preprocessing.

    Raises:
        DataError: If the file is missing or not of this kind.
    """
    try:
        return Preprocessing.from_json(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DataError(f"cannot read the preprocessing in {str(path)!r}: {error}") from error
