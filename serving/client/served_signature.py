"""What a signature of a served model takes and gives."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from memnas_tf.errors import ServingError

# Encoded images, of any length each, or the pixels of images.
Images = Sequence[bytes] | NDArray

# The sizes of dimensions; None for one that may vary.
Shape = tuple[int | None, ...]

_UNKNOWN_SIZE = 100_000  # classes, say

_DTYPES = {"DT_UINT8": "uint8", "DT_FLOAT": "float32", "DT_STRING": "string"}


@dataclass(frozen=True)
class Signature:
    """A signature with one input.

    Attributes:
        name: The signature's name.
        input_name: The input's name.
        dtype: "uint8" or "float32" for pixels, "string" for encoded images.
        image_shape: Height, width and channels of an image; None for what may vary. Empty for
            encoded images.
        outputs: For each output the sizes of its dimensions, with the batch's first; None for what
            may vary, and for an output of which no shape is known.
    """

    name: str
    input_name: str
    dtype: str
    image_shape: Shape
    outputs: Mapping[str, Shape | None]

    @property
    def takes_encoded(self) -> bool:
        """Whether an image is the content of its file."""
        return self.dtype == "string"

    def most_values(self, images: int) -> int:
        """Return how many values an answer has at most, where a size may vary a great many.

        Args:
            images: The number of images asked about.
        """
        return images * sum(
            math.prod(
                _UNKNOWN_SIZE if size is None else size for size in (shape or (None,) * 2)[1:]
            )
            for shape in self.outputs.values()
        )

    def check(self, images: Images) -> Images:
        """Refuse images that the signature does not take.

        Args:
            images: The images.

        Returns:
            The images; pixels in the signature's type.

        Raises:
            ServingError: If they are of another kind, shape or type.
        """
        if isinstance(images, np.ndarray):
            return self._check_pixels(images)
        if not self.takes_encoded:
            raise ServingError(
                f"signature {self.name!r} takes {self.dtype} pixels of {self._shape_text()}, "
                "not encoded images; decode them"
            )
        return images

    def _check_pixels(self, pixels: NDArray) -> NDArray:
        if self.takes_encoded:
            raise ServingError(
                f"signature {self.name!r} takes encoded images, not pixels; send the content of "
                "image files, or ask another signature"
            )
        shape = pixels.shape[1:]
        fits = len(shape) == len(self.image_shape) and all(
            wanted in (None, size) for wanted, size in zip(self.image_shape, shape, strict=True)
        )
        if not fits:
            raise ServingError(
                f"an image of {'x'.join(map(str, shape))} is the wrong size: signature "
                f"{self.name!r} takes {self._shape_text()}"
            )
        # Neither is made of the other, nor of 16 bits or of truth values: their scales differ.
        wanted = np.uint8 if self.dtype == "uint8" else np.floating
        if not np.issubdtype(pixels.dtype, wanted):
            raise ServingError(
                f"signature {self.name!r} takes {self.dtype}, and the pixels are {pixels.dtype}; "
                "give pixels of its type: uint8 from 0 to 255, or float32 normalised as in training"
            )
        if not np.isfinite(pixels.astype(self.dtype, copy=False)).all():
            raise ServingError(
                f"signature {self.name!r} takes float32, and some of the pixels are no finite "
                "numbers; look for what made them"
            )
        return pixels.astype(self.dtype, copy=False)

    def _shape_text(self) -> str:
        return "x".join("any" if size is None else str(size) for size in self.image_shape)


def choose_signature(
    signatures: Mapping[str, Signature | str], wanted: str, model: str
) -> Signature:
    """Choose a signature by its name.

    Args:
        signatures: The model's signatures; a text in place of one says why it cannot be used.
        wanted: The name.
        model: The model's name.

    Returns:
        The signature.

    Raises:
        ServingError: If the model has no such signature, or one that cannot be used.
    """
    found = signatures.get(wanted)
    if isinstance(found, Signature):
        return found
    usable = [name for name, entry in signatures.items() if isinstance(entry, Signature)]
    reason = f"cannot be used: {found}" if found else "is none of its signatures"
    raise ServingError(
        f"model {model!r}: {wanted!r} {reason}; use one of {', '.join(sorted(usable)) or '(none)'}"
    )


def make_signature(
    name: str,
    inputs: Mapping[str, tuple[str, Shape | None]],
    outputs: Mapping[str, Shape | None],
) -> Signature | str:
    """Make a signature of what a server says of it.

    Args:
        name: The signature's name.
        inputs: For each input TensorFlow's name of its type, such as "DT_UINT8", and its shape,
            with the batch's size first.
        outputs: The shapes of its outputs, in the same form.

    Returns:
        The signature, or why this client cannot use it.
    """
    if len(inputs) != 1:
        return f"it has {len(inputs)} inputs, and this client fills one"
    ((input_name, (dtype, shape)),) = inputs.items()
    if dtype not in _DTYPES:
        return f"its input is of type {dtype}, which no image is sent as"
    if shape is None:
        return "its input has no known shape"
    return Signature(name, input_name, _DTYPES[dtype], shape[1:], outputs)
