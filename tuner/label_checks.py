"""Labels against a network's loss."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import numpy.typing as npt

from tuner.call_errors import BadData
from tuner.first_look import Look

_SPARSE, _ONE_HOT = "sparse_categorical_crossentropy", "categorical_crossentropy"
_ADVICE = "give the class of each image as a whole number"


def check_labels(model: keras.Model, name: str, look: Look) -> None:
    """Refuse labels that the loss of a network does not take.

    Args:
        model: The network, compiled.
        name: Whose labels they are, for people.
        look: What was seen of the data.

    Raises:
        BadData: If they are of another shape or range.
    """
    loss, classes = _loss_name(model.loss), _classes(model)
    if loss not in (_SPARSE, _ONE_HOT) or classes is None:
        return
    if look.label_shape is None:
        if look.has_no_labels:
            raise BadData(f"{name} comes without labels; {_ADVICE}")
        return
    if loss == _ONE_HOT:
        if len(look.label_shape) != 2 or look.label_shape[1] not in (None, classes):
            raise BadData(
                f"the labels of {name} have the shape {look.label_shape}, and the loss takes "
                f"one-hot labels of {classes} classes; keras.utils.to_categorical makes them"
            )
    elif not _are_numbers(look.label_shape):
        hint = (
            "are one-hot, it seems: labels.argmax(axis=1) gives"
            if (len(look.label_shape) == 2)
            else "should be"
        )
        raise BadData(
            f"the labels of {name} have the shape {look.label_shape}, and {hint} class numbers of "
            "shape (n,)"
        )
    if look.labels is not None and look.labels.size:
        _check_values(name, look.labels, classes, loss, getattr(model.loss, "ignore_class", None))


def _check_values(
    name: str, labels: npt.NDArray[Any], classes: int, loss: str, ignored: int | None
) -> None:
    if labels.dtype.kind not in "biuf":
        raise BadData(f"the labels of {name} are {labels.dtype}, no numbers; {_ADVICE}")
    if not np.isfinite(labels).all():
        raise BadData(f"the labels of {name} hold values that are no finite numbers; {_ADVICE}")
    if loss == _ONE_HOT:
        return
    if ignored is not None:
        labels = labels[labels != ignored]
        if not labels.size:
            return
    if labels.dtype.kind == "f" and (fractions := labels[labels != np.floor(labels)]).size:
        raise BadData(
            f"the labels of {name} hold {fractions.flat[0]:g}, which is no class number; {_ADVICE}"
        )
    low, high = int(labels.min()), int(labels.max())
    if low < 0 or high >= classes:
        hint = "subtract 1" if (low, high) == (1, classes) else _ADVICE
        raise BadData(
            f"the labels of {name} run from {low} to {high}, and the network's {classes} classes "
            f"are numbered from 0 to {classes - 1}; {hint}"
        )


def _are_numbers(shape: tuple[int | None, ...]) -> bool:
    return len(shape) == 1 or (len(shape) == 2 and shape[1] in (None, 1))


def _loss_name(loss: Any) -> str | None:
    if isinstance(loss, keras.losses.SparseCategoricalCrossentropy):
        return _SPARSE
    if isinstance(loss, keras.losses.CategoricalCrossentropy):
        return _ONE_HOT
    return loss if isinstance(loss, str) else getattr(loss, "__name__", None)


def _classes(model: keras.Model) -> int | None:
    shape = getattr(model, "output_shape", None)
    if not isinstance(shape, tuple) or len(shape) != 2:
        return None
    size: int | None = shape[1]
    return size
