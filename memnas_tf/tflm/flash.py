"""The flash that a file for microcontrollers takes, without writing it.

It is put together as `memnas_tf.litert.micro_writer` does. Only which tensors are quantised with
the same zero is not known before the ranges of tensors are measured.
"""

from __future__ import annotations

from collections.abc import Hashable

from memnas_tf.genotype import Genotype
from memnas_tf.template import Template
from memnas_tf.tflm.graph import MicroGraph, MicroOperation
from memnas_tf.tflm.layout import OFFSET, Layout
from memnas_tf.tflm.network import graph_of
from memnas_tf.tflm.planning import planned

BYTE, LONG = 1, 8
DATA_ALIGNMENT = 16
PLAN_NAME = 24  # bytes of the name of a plan, with the zero at its end
PLAN_HEADER = 3
COMBINING = frozenset(("ADD", "CONCATENATION", "QUANTIZE"))
SAME_SCALE = frozenset(("CONCATENATION", "AVERAGE_POOL_2D", "MAX_POOL_2D"))
# Fields of an operation's options that are not left out, and the slots that they take.
OPTIONS = {
    "CONV_2D": ((OFFSET, OFFSET), 3),
    "DEPTHWISE_CONV_2D": ((OFFSET, OFFSET, OFFSET), 4),
    "AVERAGE_POOL_2D": ((OFFSET,) * 4, 5),
    "MAX_POOL_2D": ((OFFSET,) * 4, 5),
    "CONCATENATION": ((OFFSET,), 1),
    "SOFTMAX": ((OFFSET,), 1),
    "ADD": ((), 0),
    "MEAN": ((), 0),
    "FULLY_CONNECTED": ((), 0),
}


def flash_bytes(genotype: Genotype, template: Template, dtype: str = "int8") -> int:
    """Tell the size of the file that a network is exported as.

    Args:
        genotype: The architecture.
        template: The network's size.
        dtype: "int8" or "float32".

    Returns:
        Bytes, within 1 % of the file.

    Raises:
        ConfigError: If the dtype is another.
        GenotypeError: If a block has no output.
    """
    return file_bytes(planned(graph_of(genotype, template, dtype)).graph)


def file_bytes(graph: MicroGraph) -> int:
    """Tell the size of the file of a network.

    Args:
        graph: From `graph_of`, with its plan.

    Returns:
        Bytes.
    """
    layout = Layout()
    layout.table((), 0)  # the buffer of tensors without values
    constants = [number for number, tensor in enumerate(graph.tensors) if tensor.is_constant]
    zeros = _zero_biases(graph)
    for number in constants:
        size = graph.tensors[number].bytes
        _buffer(layout, size, ("zeros", size) if number in zeros else None)
    ranks, scales = _ranks(graph), _scales(graph)
    for number in range(len(graph.tensors)):
        _tensor(layout, graph, number, ranks.get(number, 4), scales)
    kinds = list(dict.fromkeys(operation.kind for operation in graph.operations))
    for operation in graph.operations:
        _operation(layout, operation, kinds.index(operation.kind) > 0)
    for _ in kinds:
        layout.table((BYTE, OFFSET, OFFSET), 4)
    _list(layout, len(graph.tensors))
    layout.vector(graph.inputs, 1, OFFSET)
    layout.vector(graph.outputs, 1, OFFSET)
    _list(layout, len(graph.operations))
    layout.table((OFFSET,) * 4, 4)
    if graph.plan:
        layout.vector("name", PLAN_NAME, BYTE)
        _buffer(layout, (PLAN_HEADER + len(graph.plan)) * OFFSET)
        layout.table((OFFSET, OFFSET), 2)
        _list(layout, 1)
    _list(layout, len(kinds))
    _list(layout, 1)
    shared = len(zeros) - len({graph.tensors[number].bytes for number in zeros})
    _list(layout, 1 + len(constants) - shared + bool(graph.plan))
    layout.table((OFFSET,) * (4 + bool(graph.plan)), 7 if graph.plan else 5)
    return layout.finish()


def _list(layout: Layout, count: int) -> None:
    layout.vector(object(), count, OFFSET)


def _buffer(layout: Layout, size: int, key: Hashable = None) -> None:
    key = key or object()
    layout.vector(key, size, BYTE, DATA_ALIGNMENT)
    layout.table((OFFSET,), 1, key)


def _zero_biases(graph: MicroGraph) -> set[int]:
    """Return the biases of identities that are convolutions: they have no normalisation.

    Other convolutions that do not rectify are read by a convolution or a pooling.
    """
    combined = {
        tensor
        for operation in graph.operations
        if operation.kind in COMBINING
        for tensor in operation.inputs
    }
    return {
        operation.inputs[2]
        for operation in graph.operations
        if operation.kind == "CONV_2D"
        and not any(operation.options[:1])
        and operation.outputs[0] in combined
    }


def _tensor(
    layout: Layout, graph: MicroGraph, number: int, rank: int, scales: dict[int, tuple[int, bool]]
) -> None:
    tensor = graph.tensors[number]
    layout.vector(("shape", rank, tensor.bytes, tensor.is_constant and tensor.scales), rank, OFFSET)
    fields = [OFFSET, BYTE, *([OFFSET] if tensor.is_constant else [])]
    slots = 3 if tensor.is_constant else 2
    if number in scales:
        scale, is_positive = scales[number]
        is_filter = tensor.is_constant
        count = tensor.scales if rank > 1 else 1
        layout.vector(("scale", scale), count, OFFSET)
        layout.vector(("zero", None if is_filter else is_positive or scale), 1, LONG)
        is_depthwise = is_filter and any(
            o.kind == "DEPTHWISE_CONV_2D" and number in o.inputs for o in graph.operations
        )
        dimension = (OFFSET, OFFSET, OFFSET) if is_depthwise else (OFFSET, OFFSET)
        layout.table(dimension, 7 if is_depthwise else 4, ("quantisation", scale))
        fields.append(OFFSET)
        slots = 5
    layout.table(fields, slots)


def _operation(layout: Layout, operation: MicroOperation, has_code: bool) -> None:
    layout.vector(operation.inputs, len(operation.inputs), OFFSET)
    layout.vector(operation.outputs, 1, OFFSET)
    fields = [*([OFFSET] if has_code else []), OFFSET, OFFSET]
    slots = 3
    if operation.kind in OPTIONS:
        options, option_slots = OPTIONS[operation.kind]
        rectified, _, is_apart, _ = operation.options or (False,) * 4
        more = [BYTE] * bool(rectified) + [OFFSET, OFFSET] * bool(is_apart)
        option_slots += 3 if is_apart else bool(rectified)
        layout.table((*options, *more), option_slots, (operation.kind, operation.options))
        fields += [BYTE, OFFSET]
        slots = 5
    layout.table(fields, slots)


def _ranks(graph: MicroGraph) -> dict[int, int]:
    """Return the number of dimensions of tensors that have other than four."""
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


def _scales(graph: MicroGraph) -> dict[int, tuple[int, bool]]:
    """Return what tensors are quantised with: whose scale it is, and whether none is negative.

    Biases of convolutions are left out, as the file does.
    """
    owners = list(range(len(graph.tensors)))
    positive = dict.fromkeys(owners, True)
    unread = set()
    for operation in graph.operations:
        (output,) = operation.outputs
        inputs = [i for i in operation.inputs if not graph.tensors[i].is_constant]
        convolves = len(operation.inputs) > len(inputs) and operation.kind != "MEAN"
        if not any(operation.options[:1]) and operation.kind != "SOFTMAX":
            positive[output] = not convolves and all(positive[i] for i in inputs)
        if convolves and operation.kind != "FULLY_CONNECTED":
            unread.add(operation.inputs[2])
    for operation in reversed(graph.operations):
        if operation.kind in SAME_SCALE:
            for tensor in operation.inputs:
                owners[tensor] = owners[operation.outputs[0]]
                positive[tensor] = positive[operation.outputs[0]]
    return {
        number: (owners[number], positive[number])
        for number, tensor in enumerate(graph.tensors)
        if tensor.scales and number not in unread
    }
