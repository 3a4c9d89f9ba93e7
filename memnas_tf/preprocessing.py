"""What turns a picture's pixels into what a network was trained on, and back into a label."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, TypeAlias

from memnas_tf.documents import at_least, decode, read_document, refuse_unless, write_document
from memnas_tf.errors import DataError

PREPROCESSING_FILE = "preprocessing.json"

_Size: TypeAlias = Annotated[int, at_least(1)]
_Deviation: TypeAlias = Annotated[float, refuse_unless(lambda value: value > 0, "above 0")]


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

    input_shape: tuple[_Size, _Size, _Size]
    mean: tuple[float, ...]
    std: tuple[_Deviation, ...]
    labels: tuple[str, ...]
    centre_crop: bool = False

    def save(self, path: Path) -> None:
        """Write a file that `load_preprocessing` reads back.

        Args:
            path: The file.
        """
        write_document(path, asdict(self), indent=1)

    @classmethod
    def from_document(cls, document: object) -> Preprocessing:
        """Read the attributes as JSON holds them.

        Args:
            document: The attributes by name.

        Returns:
            The preprocessing.

        Raises:
            ValueError: If it is not of this kind.
        """
        try:
            preprocessing: Preprocessing = decode(cls, document)
        except ValueError as error:
            raise ValueError(f"it is no preprocessing of this version: {error}") from error
        channels = {preprocessing.input_shape[2]}
        if {len(preprocessing.mean), len(preprocessing.std)} != channels:
            raise ValueError("it has not one mean and one deviation for each channel")
        return preprocessing


def load_preprocessing(path: str | Path) -> Preprocessing:
    """Read a file that holds what `Preprocessing.save` wrote.

    Args:
        path: The file.

    Returns:
        The preprocessing.

    Raises:
        DataError: If the file is missing or not of this kind.
    """
    try:
        return Preprocessing.from_document(read_document(path))
    except (OSError, ValueError) as error:
        reason = getattr(error, "reason", error)
        raise DataError(f"cannot read the preprocessing in {str(path)!r}: {reason}") from error
