"""A first look at data in any of Keras's forms, which takes nothing away from what trials get."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import numpy.typing as npt

from tuner.call_errors import BadData

# What runs Python within a dataset, and may give its data only once.
_PYTHON = ("PyFunc", "EagerPyFunc", "PyFuncStateless", "GeneratorDataset")
Shape = tuple[int | None, ...]


@dataclass
class Look:
    """What was seen of data: all of arrays, a batch of datasets, or shapes alone.

    Attributes:
        input_shape: Images first, None where a size is not known; None for an unknown shape.
        label_shape: Likewise; None also where there are none.
        inputs: The values that were looked at; None for none.
        labels: Likewise.
        weights: Likewise.
        images: How many images there are in arrays; None of others.
        batches: How many batches there are in datasets; None where that is not known.
        has_no_labels: Whether the data is known to come without labels.
    """

    input_shape: Shape | None = None
    label_shape: Shape | None = None
    inputs: npt.NDArray[Any] | None = None
    labels: npt.NDArray[Any] | None = None
    weights: npt.NDArray[Any] | None = None
    images: int | None = None
    batches: int | None = None
    has_no_labels: bool = False


def look_at(name: str, x: Any, y: Any = None, weights: Any = None) -> Look | None:
    """Look at data.

    Args:
        name: What it is, for people.
        x: Images, or a dataset of batches.
        y: Their labels, where it is no dataset.
        weights: Their weights.

    Returns:
        What was seen; None of data in a form that cannot be looked at.

    Raises:
        BadData: If it is empty, its parts do not match, or it can be read only once.
    """
    if x is None:
        raise BadData(f"{name} is missing; give images and labels, or a dataset of both")
    if hasattr(x, "__next__"):
        raise BadData(
            f"{name} is a {type(x).__name__}, and what one trial reads of it the next one lacks; "
            "give arrays, a tf.data.Dataset or a keras.utils.PyDataset"
        )
    if isinstance(x, keras.utils.PyDataset):
        return _look_at_sequence(name, x)
    if hasattr(x, "element_spec") and hasattr(x, "cardinality"):
        return _look_at_dataset(name, x)
    if hasattr(x, "__array__") and hasattr(x, "shape"):
        return _look_at_arrays(name, x, y, weights)
    return None


def _look_at_arrays(name: str, x: Any, y: Any, weights: Any) -> Look:
    parts = [("images", x), ("labels", y), ("weights", weights)]
    values = {part: np.asarray(value) for part, value in parts if value is not None}
    count = len(values["images"]) if values["images"].ndim else 0
    if not count:
        raise BadData(f"{name} is empty; give at least one image")
    for part, array in values.items():
        if not array.ndim or len(array) != count:
            found = len(array) if array.ndim else "one"
            raise BadData(f"{name} has {count:,} images and {found} {part}; give one for each")
    look = _seen(values["images"], values.get("labels"), values.get("weights"))
    look.images = count
    return look


def _look_at_sequence(name: str, x: Any) -> Look | None:
    batches = x.num_batches
    if batches is not None and batches < 1:
        raise BadData(f"{name} is empty; give at least one batch")
    look = _look_at_batch(x[0])
    look.batches = batches
    return look


def _look_at_dataset(name: str, x: Any) -> Look:
    count = int(x.cardinality())
    if count == 0:
        raise BadData(f"{name} is empty; give at least one batch")
    look = _look_at_specification(x.element_spec)
    if not hasattr(x, "from_epoch") and not _runs_python(x):  # ours is known to be right
        batch = next(iter(x.take(1)), None)
        if batch is None:
            raise BadData(f"{name} is empty; give at least one batch")
        if look.input_shape is not None:
            shapes = look.input_shape, look.label_shape
            look = _look_at_batch(batch)
            look.input_shape, look.label_shape = shapes
    look.batches = count if count > 0 else None
    return look


def _look_at_specification(specification: Any) -> Look:
    parts = specification if isinstance(specification, tuple) else (specification,)
    shapes = [_shape(getattr(part, "shape", None)) for part in (*parts, None)[:2]]
    return Look(shapes[0], shapes[1], has_no_labels=len(parts) == 1)


def _look_at_batch(batch: Any) -> Look:
    parts = batch if isinstance(batch, (tuple, list)) else (batch,)
    arrays = [np.asarray(part) if hasattr(part, "__array__") else None for part in parts]
    if arrays[0] is None:
        return Look()  # several inputs
    return _seen(*(*arrays, None, None)[:3])


def _seen(inputs: Any, labels: Any, weights: Any) -> Look:
    label_shape = None if labels is None else (None, *labels.shape[1:])
    if labels is not None and not labels.ndim:
        label_shape = ()
    input_shape = (None, *inputs.shape[1:])
    return Look(input_shape, label_shape, inputs, labels, weights, has_no_labels=labels is None)


def _shape(shape: Any) -> Shape | None:
    if shape is None or getattr(shape, "rank", None) is None:
        return None
    return tuple(shape.as_list())


def _runs_python(dataset: Any) -> bool:
    """Whether a dataset calls back into Python, as one made from a generator does."""
    left = [dataset]
    try:
        while left:
            one = left.pop()
            for function in one._functions():
                graph = function.function.graph.as_graph_def()
                library = graph.library
                inner = [node for part in library.function for node in part.node_def]
                if any(node.op in _PYTHON for node in [*graph.node, *inner]):
                    return True
            left += one._inputs()
    except AttributeError:  # TensorFlow keeps these to itself; then better not to look
        return True
    return False
