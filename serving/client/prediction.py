"""What a model says of an image."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from memnas_tf.errors import ServingError
from serving.client.served_signature import Signature

# A response: an array for each output, a row for each image.
Outputs = Mapping[str, NDArray]

_ROUNDING = 1e-3  # of half precision, by which probabilities may miss 0 and 1
_LONGEST = 300  # characters of what a server says


@dataclass(frozen=True)
class Prediction:
    """What a model says of one image.

    Attributes:
        class_id: The number of the likeliest class.
        label: Its name; None if the signature gives no names.
        probabilities: The probability of each class.
    """

    class_id: int
    label: str | None
    probabilities: tuple[float, ...]

    @property
    def probability(self) -> float:
        """The probability of the likeliest class."""
        return self.probabilities[self.class_id]

    def top(self, count: int) -> list[tuple[int, float]]:
        """Return the likeliest classes.

        Args:
            count: How many, at most.

        Returns:
            The number and the probability of each, the likeliest first.
        """
        order = np.argsort(-np.asarray(self.probabilities), kind="stable")[:count]
        return [(int(index), self.probabilities[index]) for index in order]


def read_predictions(outputs: Outputs, count: int, signature: Signature) -> list[Prediction]:
    """Read a response.

    Args:
        outputs: The response.
        count: How many images were sent.
        signature: The signature that answered.

    Returns:
        One prediction for each image.

    Raises:
        ServingError: As `check_outputs`.
    """
    probabilities, labels = check_outputs(outputs, count, signature)
    return [
        Prediction(int(row.argmax()), None if labels is None else labels[i], tuple(row.tolist()))
        for i, row in enumerate(probabilities)
    ]


def check_outputs(
    outputs: Outputs, count: int, signature: Signature
) -> tuple[NDArray, list[str] | None]:
    """Refuse a response that the signature does not give.

    Args:
        outputs: The response.
        count: How many images were sent.
        signature: The signature that answered.

    Returns:
        The probabilities, of shape (images, classes), and a label for each image if the signature
        gives some.

    Raises:
        ServingError: If there are no probabilities for as many images and the signature's classes,
            a probability is none, or class ids or labels are not those of the images.
    """
    if "probabilities" not in outputs:
        raise ServingError(
            f"signature {signature.name!r} gives no 'probabilities'; it gives "
            f"{', '.join(map(repr, sorted(outputs)))[:_LONGEST] or 'nothing'}"
        )
    probabilities = _probabilities(outputs["probabilities"], count, signature)
    if "class_id" in outputs:
        _check_class_ids(outputs["class_id"], probabilities, signature)
    labels = outputs.get("label")
    return probabilities, None if labels is None else _labels(labels, count, signature)


def _probabilities(values: NDArray, count: int, signature: Signature) -> NDArray:
    if values.dtype.kind not in "fiu" or values.ndim != 2 or len(values) != count:
        raise ServingError(
            f"signature {signature.name!r} answered {count} images with probabilities of shape "
            f"{values.shape} and type {values.dtype}; they must be numbers (images, classes)"
        )
    shape = signature.outputs.get("probabilities")
    classes = shape[1] if shape is not None and len(shape) == 2 else None
    if values.shape[1] == 0 or classes not in (None, values.shape[1]):
        raise ServingError(
            f"signature {signature.name!r} gives {classes or 'some'} classes, and the server "
            f"answered with {values.shape[1]}"
        )
    probabilities = values.astype("float64")
    wrong = ~((probabilities >= -_ROUNDING) & (probabilities <= 1 + _ROUNDING))  # NaN too
    if wrong.any():
        raise ServingError(
            f"signature {signature.name!r} answered with {probabilities[wrong][0]:g} for a "
            "probability; it must be from 0 to 1"
        )
    return probabilities.clip(0, 1)


def _check_class_ids(ids: NDArray, probabilities: NDArray, signature: Signature) -> None:
    count, classes = probabilities.shape
    if ids.dtype.kind not in "iu" or ids.shape != (count,):
        raise ServingError(
            f"signature {signature.name!r} answered {count} images with class ids of shape "
            f"{ids.shape} and type {ids.dtype}; there must be a whole number for each"
        )
    outside = (ids < 0) | (ids >= classes)
    if outside.any():
        raise ServingError(
            f"signature {signature.name!r} answered with class id {ids[outside][0]}, and there are "
            f"probabilities of {classes} classes"
        )
    chosen = probabilities[np.arange(count), ids]
    if (chosen < probabilities.max(axis=1) - _ROUNDING).any():
        raise ServingError(
            f"signature {signature.name!r} answered with a class id that is not the likeliest by "
            "its own probabilities"
        )


def _labels(labels: NDArray, count: int, signature: Signature) -> list[str]:
    texts = [_text(value) for value in labels.flat if isinstance(value, (str, bytes))]
    if labels.shape != (count,) or len(texts) != count:
        raise ServingError(
            f"signature {signature.name!r} answered {count} images with labels of shape "
            f"{labels.shape} and type {labels.dtype}; there must be a text for each"
        )
    return texts


def _text(value: bytes | str) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value
