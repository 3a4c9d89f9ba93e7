"""What a model says of an image."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from memnas_tf.errors import ServingError

# A response: an array for each output, a row for each image.
Outputs = Mapping[str, NDArray]


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


def read_predictions(outputs: Outputs, count: int, signature: str) -> list[Prediction]:
    """Read a response.

    Args:
        outputs: The response.
        count: How many images were sent.
        signature: The name of the signature that answered.

    Returns:
        One prediction for each image.

    Raises:
        ServingError: If there are no probabilities for as many images.
    """
    if "probabilities" not in outputs:
        raise ServingError(
            f"signature {signature!r} gives no 'probabilities'; it gives "
            f"{', '.join(sorted(outputs)) or 'nothing'}"
        )
    probabilities = np.asarray(outputs["probabilities"], "float64")
    if probabilities.ndim != 2 or len(probabilities) != count:
        raise ServingError(
            f"signature {signature!r} answered {count} images with probabilities of shape "
            f"{probabilities.shape}; they must be (images, classes)"
        )
    labels = outputs.get("label")
    return [
        Prediction(
            int(row.argmax()), None if labels is None else _text(labels[i]), tuple(row.tolist())
        )
        for i, row in enumerate(probabilities)
    ]


def _text(value: bytes | str) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
