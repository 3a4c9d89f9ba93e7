"""Which class a network takes images of each class for, on any backend of Keras."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import keras
import numpy as np
import numpy.typing as npt

# Of more classes nobody reads the matrix, and its file gets large.
MAX_CLASSES = 100


def confusion_counts(model: keras.Model, data: Any) -> list[list[int]] | None:
    """Predict the classes of images in one pass, and count them by their true classes.

    Args:
        model: A classifier with one output of shape (images, classes).
        data: Images and labels: a pair of arrays, or a `tf.data.Dataset` of batches. Labels are
            class numbers, of shape (images,) or (images, 1), or one-hot, (images, classes).

    Returns:
        Counts by true and by predicted class; None where the data cannot be read so, does not
        know its length, or there are more than `MAX_CLASSES` classes.
    """
    classes = _classes(model)
    if classes is None:
        return None
    if isinstance(data, tuple) and len(data) in (2, 3):
        if not all(hasattr(values, "shape") for values in data[:2]):
            return None
        predicted, labels = model.predict(data[0], verbose=0), np.asarray(data[1])
    elif hasattr(data, "element_spec") and _has_labels_and_length(data):
        given: list[npt.NDArray[Any]] = []
        # One pass: a dataset that shuffles gives another order the second time.
        steps = int(data.cardinality())
        predicted = model.predict(_images(data, given), steps=steps, verbose=0)
        labels = np.concatenate(given)
    else:
        return None
    true = _class_numbers(labels, classes)
    if true is None or predicted.shape != (len(true), classes):
        return None
    counts = np.zeros((classes, classes), np.int64)
    np.add.at(counts, (true, predicted.argmax(axis=1)), 1)
    return [[int(count) for count in row] for row in counts]


def _classes(model: keras.Model) -> int | None:
    shape = getattr(model, "output_shape", None)
    if not isinstance(shape, tuple) or len(shape) != 2 or not isinstance(shape[1], int):
        return None
    return shape[1] if 2 <= shape[1] <= MAX_CLASSES else None


def _has_labels_and_length(data: Any) -> bool:
    return (
        isinstance(data.element_spec, tuple)
        and len(data.element_spec) in (2, 3)
        and all(hasattr(spec, "shape") for spec in data.element_spec[:2])
        and int(data.cardinality()) > 0  # neither infinite nor unknown
    )


def _images(data: Any, labels: list[npt.NDArray[Any]]) -> Iterator[tuple[Any]]:
    """Hand on the images of each batch, and keep its labels."""
    for batch in data:
        labels.append(np.asarray(batch[1]))
        yield (batch[0],)


def _class_numbers(labels: npt.NDArray[Any], classes: int) -> npt.NDArray[np.int64] | None:
    if labels.shape[1:] == (classes,):
        labels = labels.argmax(axis=1)
    if labels.shape[1:] not in ((), (1,)) or labels.dtype.kind not in "iufb":
        return None
    numbers: npt.NDArray[np.int64] = labels.reshape(-1).astype(np.int64)
    in_range = len(numbers) and numbers.min() >= 0 and numbers.max() < classes
    return numbers if in_range else None
