"""The layers of any functional Keras model as the paper counts them.

A convolution with the padding before it and the batch normalisation, the activation and the
dropout after it is one layer, as an operation of the paper is. What follows a layer is part of it
where nothing else reads the tensor in between, as it can then overwrite that tensor.

Source: the paper, section 3.4.1.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from math import prod
from typing import Any, NamedTuple

from memnas_tf.errors import ConfigError
from memnas_tf.memory.graph import Graph, Node
from memnas_tf.operations import OPERATIONS

# How a call becomes part of a graph.
_INPUT = "input"
_LAYER = "layer"
_WINDOW = "window"  # a layer that does its padding itself
_PADDING = "padding"  # part of the layers that read it, if each is a window
_ELEMENTWISE = "elementwise"  # part of the layer that it reads, if it alone reads that
_NOTHING = "nothing"  # hands its input on

# Layers of Keras by their role; a name that the installed Keras lacks is passed over.
_KERAS_ROLES = {
    _WINDOW: (
        *("Conv1D", "Conv2D", "Conv3D", "DepthwiseConv1D", "DepthwiseConv2D"),
        *("SeparableConv1D", "SeparableConv2D", "AveragePooling1D", "AveragePooling2D"),
        *("AveragePooling3D", "MaxPooling1D", "MaxPooling2D", "MaxPooling3D"),
    ),
    _PADDING: ("ZeroPadding1D", "ZeroPadding2D", "ZeroPadding3D"),
    _ELEMENTWISE: (
        *("BatchNormalization", "LayerNormalization", "GroupNormalization", "Normalization"),
        *("UnitNormalization", "Activation", "ReLU", "LeakyReLU", "PReLU", "ELU", "Softmax"),
        "Rescaling",
    ),
    _NOTHING: (
        *("InputLayer", "Identity", "Reshape", "Flatten", "Dropout", "SpatialDropout1D"),
        *("SpatialDropout2D", "SpatialDropout3D", "AlphaDropout", "GaussianDropout"),
        *("GaussianNoise", "ActivityRegularization"),
    ),
}


class _Call(NamedTuple):
    """A layer at one place in the model; call i makes tensor i, of `values` values."""

    name: str
    role: str
    inputs: tuple[int, ...]
    values: int


def keras_lifetime_graph(model: Any, fuse: bool = True) -> Graph:
    """Lay out a functional Keras model for the lifetime measure.

    Models within the model are laid out too, and a `CellLayer` of `memnas_tf.layers` as its two
    operations and what combines them. Any other layer that is not known, a subclassed model
    among them, is one layer that makes its outputs. A model with several outputs gets a last
    node of no values that reads them all, as they live to the end.

    Source: the paper, section 3.4.1.

    Args:
        model: A functional or sequential `keras.Model` that is built, with a fixed input shape
            but for the batch.
        fuse: Whether padding, normalisations and activations are part of the layers before or
            after them where they can be; otherwise each makes a tensor of its own.

    Returns:
        The layers in an order in which they can run, for one image: inputs of kind "input",
        other nodes with the path of their Keras layer as kind.

    Raises:
        ConfigError: If the model is neither, or the shape of a tensor is not known.
    """
    collector = _Collector()
    inputs = [collector.add(_INPUT, _INPUT, (), _values(tensor)) for tensor in _ends(model)[0]]
    outputs = collector.walk(model, "", inputs)
    calls = collector.calls
    if not fuse:
        parts = (_PADDING, _ELEMENTWISE)
        calls = [call._replace(role=_LAYER) if call.role in parts else call for call in calls]
    return _merged(calls, outputs)


class _Collector:
    """Collects the calls of a model's layers, those of models within it included."""

    def __init__(self) -> None:
        self.calls: list[_Call] = []

    def add(self, name: str, role: str, inputs: tuple[int, ...], values: int) -> int:
        """Append a call; return its tensor."""
        self.calls.append(_Call(name, role, inputs, values))
        return len(self.calls) - 1

    def walk(self, model: Any, prefix: str, inputs: list[int]) -> list[int]:
        """Append the calls of a model that reads some tensors; return its outputs."""
        sources, outputs = _ends(model)
        tensors = {id(tensor): place for tensor, place in zip(sources, inputs, strict=True)}
        for operation, node in _nodes(outputs, set(tensors)):
            read = [tensors[id(tensor)] for tensor in node.input_tensors]
            made = self._operation(operation, node, prefix + operation.name, read)
            for tensor, place in zip(node.output_tensors, made, strict=True):
                tensors[id(tensor)] = place
        return [tensors[id(tensor)] for tensor in outputs]

    def _operation(self, operation: Any, node: Any, path: str, read: list[int]) -> list[int]:
        from memnas_tf.layers import CellLayer

        if _is_graph(operation):
            return self.walk(operation, f"{path}/", read)
        if isinstance(operation, CellLayer):
            return [self._cell(operation, node, path, read)]
        values = sum(map(_values, node.output_tensors))
        place = self.add(path, _role(operation), tuple(read), values)
        return [place] * len(node.output_tensors)

    def _cell(self, cell: Any, node: Any, path: str, read: list[int]) -> int:
        operands = []
        for operation, tensor, source in zip(
            cell.operations, node.input_tensors, read, strict=True
        ):
            place = source
            if operation.layers:
                shape = operation.compute_output_shape(tensor.shape)
                name = f"{path} {OPERATIONS[operation.operation].title}"
                place = self.add(name, _LAYER, (source,), _size(shape, operation.name))
            operands.append(place)
        combine = type(cell.combine).__name__.lower()
        values = _values(node.output_tensors[0])
        return self.add(f"{path} {combine}", _LAYER, tuple(operands), values)


def _merged(calls: list[_Call], outputs: list[int]) -> Graph:
    """Merge what makes no tensor of its own into the layers before or after it."""
    sources = _without_padding_and_copies(calls, outputs)
    readers = Counter(sources[output] for output in outputs)
    for place, call in enumerate(calls):
        if sources[place] == place:
            readers.update({sources[read] for read in call.inputs})
    nodes: list[Node] = []
    places: dict[int, int] = {}
    for place, call in enumerate(calls):
        if sources[place] != place:
            continue
        inputs = tuple(sources[read] for read in call.inputs)
        if (
            call.role == _ELEMENTWISE
            and readers[inputs[0]] == 1
            and calls[inputs[0]].role != _INPUT
        ):
            places[place] = places[inputs[0]]
            continue
        places[place] = len(nodes)
        nodes.append(Node(0, call.name, tuple(places[read] for read in inputs), call.values))
    ends = tuple(dict.fromkeys(places[sources[output]] for output in outputs))
    return (*nodes, Node(0, "outputs", ends, 0)) if len(ends) > 1 else tuple(nodes)


def _without_padding_and_copies(calls: list[_Call], outputs: list[int]) -> list[int]:
    """Return for every tensor the one that holds its values."""
    windowed = [True] * len(calls)
    for output in outputs:
        windowed[output] = False
    for call in calls:
        for read in call.inputs:
            windowed[read] &= call.role == _WINDOW
    sources = list(range(len(calls)))
    for place, call in enumerate(calls):
        if call.role == _NOTHING or (call.role == _PADDING and windowed[place]):
            sources[place] = sources[call.inputs[0]]
    return sources


def _role(operation: Any) -> str:
    import keras

    from memnas_tf.layers import OperationLayer

    if isinstance(operation, OperationLayer):
        return _LAYER if operation.layers else _NOTHING
    for role, names in _KERAS_ROLES.items():
        classes = tuple(
            getattr(keras.layers, name) for name in names if hasattr(keras.layers, name)
        )
        if isinstance(operation, classes):
            return role
    return _LAYER


def _is_graph(layer: Any) -> bool:
    """Tell whether a layer is a model whose layers can be seen."""
    import keras

    if isinstance(layer, keras.Sequential):
        return bool(layer.built)
    # The base of functional models has no public name; a subclassed model has no such tensors.
    return isinstance(layer, keras.Model) and hasattr(layer, "_nodes")


def _ends(model: Any) -> tuple[list[Any], list[Any]]:
    """Return a model's symbolic inputs and outputs."""
    if not _is_graph(model):
        raise ConfigError(
            f"cannot lay out {getattr(model, 'name', model)!r}: "
            "it is no functional or sequential Keras model, or not built"
        )
    return list(model.inputs), list(model.outputs)


def _nodes(outputs: list[Any], known: set[int]) -> Iterator[tuple[Any, Any]]:
    """Yield operations with their calls, each after those that it reads; `known` are given."""
    seen: set[int] = set()
    stack = [(tensor, False) for tensor in reversed(outputs)]
    while stack:
        tensor, ready = stack.pop()
        operation, index, _ = tensor._keras_history
        node = operation._inbound_nodes[index]
        if ready:
            yield operation, node
        elif id(tensor) not in known and id(node) not in seen:
            seen.add(id(node))
            stack.append((tensor, True))
            stack += [(read, False) for read in reversed(node.input_tensors)]


def _values(tensor: Any) -> int:
    return _size(tensor.shape, tensor.name)


def _size(shape: tuple[int | None, ...], name: str) -> int:
    sizes = [size for size in shape[1:] if size is not None]
    if len(sizes) != len(shape[1:]):
        raise ConfigError(f"the shape of {name!r} is {tuple(shape)}; give the model a fixed one")
    return prod(sizes)
