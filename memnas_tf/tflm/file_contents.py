"""What stands in the file of a network beside its operations, and in which order.

Only which tensors are quantised with the same zero is not known before ranges are measured.
"""

from __future__ import annotations

from typing import NamedTuple

from memnas_tf.tflm.graph import MicroGraph

COMBINING = frozenset(("ADD", "CONCATENATION", "QUANTIZE"))
SAME_SCALE = frozenset(("CONCATENATION", "AVERAGE_POOL_2D", "MAX_POOL_2D"))

# The zeros of filters and pixels, and of int8 tensors without negative values; others have their
# own, and are named by their tensor.
ZERO, LEAST = -1, -2


class Contents(NamedTuple):
    """The tensors of a file.

    Attributes:
        order: Their numbers in the order of the file.
        places: The place of each in that order.
        zeros: The biases that are zero.
        depthwise: The filters that are quantised along their last dimension.
        ranks: The number of dimensions of tensors that have other than four.
        scales: What tensors are quantised with: whose scale and whose zero it is.
    """

    order: tuple[int, ...]
    places: dict[int, int]
    zeros: frozenset[int]
    depthwise: frozenset[int]
    ranks: dict[int, int]
    scales: dict[int, tuple[int, int]]


def contents_of(graph: MicroGraph) -> Contents:
    """Tell what stands in the file of a network.

    Args:
        graph: From `rewritten`; its operations may stand in another order.

    Returns:
        Its tensors.
    """
    zeros = _zero_biases(graph)
    depthwise = frozenset(o.inputs[1] for o in graph.operations if o.kind == "DEPTHWISE_CONV_2D")
    order = _order(graph, zeros)
    places = {number: place for place, number in enumerate(order)}
    return Contents(order, places, zeros, depthwise, _ranks(graph), _scales(graph))


def _order(graph: MicroGraph, zeros: frozenset[int]) -> tuple[int, ...]:
    """Return tensors as the converter writes them: inputs, constants backwards, all others.

    Biases of zero are made later than others, and those of a size stand where the first is read.
    """
    constants: list[int] = []
    axes: list[int] = []
    left = sorted(zeros)
    for operation in sorted(graph.operations, key=lambda o: o.outputs, reverse=True):
        for number in reversed(operation.inputs):
            if not graph.tensors[number].is_constant:
                continue
            if operation.kind == "MEAN":
                axes.append(number)
            elif number not in zeros:
                constants.append(number)
            else:
                size = graph.tensors[number].bytes
                same = [zero for zero in left if graph.tensors[zero].bytes == size]
                constants += same if number == same[0] else []
    made = (n for n, t in enumerate(graph.tensors) if not t.is_constant and n not in graph.inputs)
    return (*graph.inputs, *axes, *constants, *made)


def _zero_biases(graph: MicroGraph) -> frozenset[int]:
    """Return the biases of identities that are convolutions: they have no normalisation.

    Other convolutions that do not rectify are read by a convolution or a pooling.
    """
    combined = {
        tensor
        for operation in graph.operations
        if operation.kind in COMBINING
        for tensor in operation.inputs
    }
    return frozenset(
        operation.inputs[2]
        for operation in graph.operations
        if operation.kind == "CONV_2D"
        and not any(operation.options[:1])
        and operation.outputs[0] in combined
    )


def _ranks(graph: MicroGraph) -> dict[int, int]:
    ranks: dict[int, int] = {}
    for operation in graph.operations:
        inputs = operation.inputs
        if len(inputs) > 2 and graph.tensors[inputs[2]].is_constant:
            ranks[inputs[2]] = 1
        if operation.kind == "FULLY_CONNECTED":
            ranks.update({inputs[0]: 2, inputs[1]: 2, operation.outputs[0]: 2})
        if operation.kind == "MEAN":
            ranks[inputs[1]] = 1
        if operation.kind in ("SOFTMAX", "QUANTIZE") and ranks.get(inputs[0]) == 2:
            ranks[operation.outputs[0]] = 2
    return ranks


def _scales(graph: MicroGraph) -> dict[int, tuple[int, int]]:
    """Biases of convolutions are left out, as the file does."""
    owners = list(range(len(graph.tensors)))
    zeros = dict.fromkeys(owners, LEAST)
    unread = set()
    for operation in graph.operations:
        (output,) = operation.outputs
        inputs = [i for i in operation.inputs if not graph.tensors[i].is_constant]
        convolves = len(operation.inputs) > len(inputs) and operation.kind != "MEAN"
        is_positive = not convolves and all(zeros[i] == LEAST for i in inputs)
        if not (is_positive or any(operation.options[:1]) or operation.kind == "SOFTMAX"):
            zeros[output] = output
        if convolves and operation.kind != "FULLY_CONNECTED":
            unread.add(operation.inputs[2])
    for operation in reversed(graph.operations):
        if operation.kind in SAME_SCALE:
            for tensor in operation.inputs:
                owners[tensor] = owners[operation.outputs[0]]
                zeros[tensor] = zeros[operation.outputs[0]]
    for operation in graph.operations:
        if operation.kind == "QUANTIZE" and operation.inputs == graph.inputs:
            owners[operation.outputs[0]] = operation.inputs[0]  # pixels, less 128
    return {
        number: (
            owners[number],
            ZERO if tensor.is_constant or number in graph.inputs else zeros[number],
        )
        for number, tensor in enumerate(graph.tensors)
        if tensor.scales and number not in unread
    }
