"""Training and validation data against a network and its loss."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import keras

from tuner.call_errors import BadArgument, BadData
from tuner.first_look import Look, look_at
from tuner.label_checks import check_labels

_DEFAULT_BATCH = 32  # Keras's
_PLAIN = "biuf"


def check_training(model: keras.Model, given: Mapping[str, Any]) -> None:
    """Refuse training data that a network cannot be trained on.

    Args:
        model: The network, compiled.
        given: All arguments of `keras.Model.fit` by name.

    Raises:
        BadData: If it is empty, ends too early, or is of another shape or range.
        BadArgument: If arguments contradict it.
    """
    x, split = given["x"], given["validation_split"]
    look = _checked(model, "x", x, given["y"], given["sample_weight"])
    if look is None:
        return
    count = look.images
    if split and given["validation_data"] is None:
        if count is None:
            raise BadArgument(
                f"validation_split is {split!r}, and only arrays can be split; give validation_data"
            )
        count = math.floor(count * (1 - split))
        if count in (0, look.images):
            raise BadArgument(
                f"validation_split is {split!r} of {look.images} images, which leaves "
                f"{count} to train on; give another, or more images"
            )
    batches = look.batches
    if count is not None:
        batches = math.ceil(count / (given["batch_size"] or _DEFAULT_BATCH))
    steps = given["steps_per_epoch"]
    if batches is None or steps is None or batches % steps == 0:
        return  # at its end Keras begins anew, between epochs
    if batches < steps * given["epochs"]:
        raise BadData(
            f"x has {batches:,} batches and steps_per_epoch is {steps:,}, which would cut an epoch "
            "short; leave steps_per_epoch out, or repeat the data (`.repeat()` of a dataset)"
        )


def check_validation(model: keras.Model, given: Mapping[str, Any]) -> None:
    """Refuse validation data that a network cannot be measured on.

    Args:
        model: The network, compiled.
        given: All arguments of `keras.Model.fit` by name.

    Raises:
        BadData: If it is empty, or of another shape or range.
    """
    data = given["validation_data"]
    if data is None:
        return
    if isinstance(data, (tuple, list)):
        if not 2 <= len(data) <= 3:
            raise BadData(
                f"validation_data has {len(data)} parts; it must be images and labels, and weights "
                "where there are"
            )
        x, y, weights = (*data, None)[:3]
    else:
        x, y, weights = data, None, None
    look = _checked(model, "validation_data", x, y, weights)
    steps = given["validation_steps"]
    if look is not None and look.batches is not None and steps and steps > look.batches:
        raise BadData(
            f"validation_data has {look.batches:,} batches and validation_steps is {steps:,}; "
            "leave validation_steps out"
        )


def _checked(model: keras.Model, name: str, x: Any, y: Any, weights: Any) -> Look | None:
    look = look_at(name, x, y, weights)
    if look is not None:
        _check_inputs(model, name, look)
        check_labels(model, name, look)
        _check_weights(name, look)
    return look


def _check_inputs(model: keras.Model, name: str, look: Look) -> None:
    expected = getattr(model, "input_shape", None)
    if not isinstance(expected, tuple) or look.input_shape is None:
        return
    wanted, found = expected[1:], look.input_shape[1:]
    # Keras adds an axis of one channel, and takes it away.
    taken = [wanted, *([wanted[:-1]] if wanted and wanted[-1] == 1 else []), (*wanted, 1)]
    if not any(_fits(found, one) for one in taken):
        hint = "; is it in batches?" if _fits(look.input_shape, wanted) else ""
        raise BadData(
            f"{name} has the shape {_text(look.input_shape)}, and the network takes "
            f"{_text(expected)}, the number of images first{hint}"
        )
    if look.inputs is None:
        return
    if look.inputs.dtype.kind not in _PLAIN and look.inputs.dtype.name != "bfloat16":
        raise BadData(f"{name} holds {look.inputs.dtype} where numbers are needed")
    if look.inputs.size and not (
        math.isfinite(look.inputs.min()) and math.isfinite(look.inputs.max())
    ):
        raise BadData(
            f"{name} holds values that are no finite numbers; leave these images out, or replace "
            "the values"
        )


def _check_weights(name: str, look: Look) -> None:
    weights = look.weights
    if weights is None:
        return
    if weights.dtype.kind not in _PLAIN or not math.isfinite(weights.sum()):
        raise BadData(f"the weights of the images of {name} are no finite numbers")


def _fits(found: tuple[int | None, ...], wanted: tuple[int | None, ...]) -> bool:
    return len(found) == len(wanted) and all(
        None in pair or pair[0] == pair[1] for pair in zip(found, wanted, strict=True)
    )


def _text(shape: tuple[int | None, ...]) -> str:
    return f"({', '.join('n' if size is None else str(size) for size in shape)})"
