"""The flash that a file for microcontrollers takes, without writing it.

It is put together as `memnas_tf.litert.micro_writer` does, every table with the fields that the
schema numbers.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from memnas_tf.genotype import Genotype
from memnas_tf.template import Template
from memnas_tf.tflm.file_contents import Contents, contents_of
from memnas_tf.tflm.graph import MicroGraph, MicroOperation
from memnas_tf.tflm.kernels import INDEX_BYTES
from memnas_tf.tflm.layout import OFFSET, Layout
from memnas_tf.tflm.network import graph_of
from memnas_tf.tflm.planning import planned
from memnas_tf.tflm.rewriting import rewritten

BYTE, LONG = 1, 8
DATA_ALIGNMENT = 16
PLAN_NAME = 24  # bytes of the name of a plan, with the zero at its end
PLAN_HEADER = 3
# Fields of an operation's options that are never left out.
OPTIONS = {
    "CONV_2D": (1, 2),
    "DEPTHWISE_CONV_2D": (1, 2, 3),
    "AVERAGE_POOL_2D": (1, 2, 3, 4),
    "MAX_POOL_2D": (1, 2, 3, 4),
    "CONCATENATION": (0,),
    "SOFTMAX": (0,),
    "ADD": (),
    "MEAN": (),
    "FULLY_CONNECTED": (),
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
    return file_bytes(planned(rewritten(graph_of(genotype, template, dtype))).graph)


def file_bytes(graph: MicroGraph) -> int:
    """Tell the size of the file of a network.

    Args:
        graph: From `rewritten`, with its plan.

    Returns:
        Bytes.
    """
    layout = Layout()
    layout.table({})  # the buffer of tensors without values
    contents = contents_of(graph)
    constants = [number for number in contents.order if graph.tensors[number].is_constant]
    for number in constants:
        size = graph.tensors[number].bytes
        _buffer(layout, size, ("zeros", size) if number in contents.zeros else None)
    for number in contents.order:
        _tensor(layout, graph, number, contents)
    kinds = list(dict.fromkeys(operation.kind for operation in graph.operations))
    for operation in graph.operations:
        _operation(layout, operation, kinds.index(operation.kind) > 0, contents)
    for kind in kinds:
        # The first has numbers of 0 for its kind, which are left out, or a version that is.
        layout.table(
            {2: OFFSET} if kind == "ADD" else {0: BYTE, 3: OFFSET}
            if kind == "QUANTIZE"
            else {0: BYTE, 2: OFFSET, 3: OFFSET}
        )  # fmt: skip
    _list(layout, len(graph.tensors))
    _numbers(layout, graph.inputs, contents)
    _numbers(layout, graph.outputs, contents)
    _list(layout, len(graph.operations))
    layout.table(dict.fromkeys(range(4), OFFSET))
    if graph.plan:
        _buffer(layout, (PLAN_HEADER + len(graph.plan)) * OFFSET)
        layout.vector("name", PLAN_NAME, BYTE)
        layout.table({0: OFFSET, 1: OFFSET})
    _list(layout, len(kinds))
    _list(layout, 1)
    shared = len(contents.zeros) - len({graph.tensors[number].bytes for number in contents.zeros})
    _list(layout, 1 + len(constants) - shared + bool(graph.plan))
    if graph.plan:
        _list(layout, 1)
    layout.table(dict.fromkeys((0, 1, 2, 4, 6) if graph.plan else (0, 1, 2, 4), OFFSET))
    return layout.finish()


def _list(layout: Layout, count: int) -> None:
    layout.vector(object(), count, OFFSET)


def _numbers(layout: Layout, tensors: Sequence[int], contents: Contents) -> None:
    numbers = tuple(map(contents.places.__getitem__, tensors))
    layout.vector(numbers, len(numbers), OFFSET)


def _buffer(layout: Layout, size: int, key: Hashable = None) -> None:
    key = key or object()
    layout.vector(key, size, BYTE, DATA_ALIGNMENT)
    layout.table({0: OFFSET}, key)


def _tensor(layout: Layout, graph: MicroGraph, number: int, contents: Contents) -> None:
    tensor = graph.tensors[number]
    rank = contents.ranks.get(number, 4)
    shape: Hashable = "shape", rank, tensor.bytes, tensor.is_constant and tensor.scales
    if rank == 1:
        shape = (tensor.bytes // INDEX_BYTES,)  # as the number of a tensor alone
    layout.vector(shape, rank, OFFSET)
    fields = {0: OFFSET, 1: BYTE}
    if tensor.is_constant:
        fields[2] = OFFSET
    if number in contents.scales:
        scale, zero = contents.scales[number]
        layout.vector(("scale", scale), tensor.scales if rank > 1 else 1, OFFSET)
        layout.vector(("zero", zero), 1, LONG)
        dimension = {6: OFFSET} if number in contents.depthwise else {}
        layout.table({2: OFFSET, 3: OFFSET, **dimension}, ("quantisation", scale, zero))
        fields[4] = OFFSET
    layout.table(fields)


def _operation(
    layout: Layout, operation: MicroOperation, has_code: bool, contents: Contents
) -> None:
    _numbers(layout, operation.inputs, contents)
    _numbers(layout, operation.outputs, contents)
    fields = {0: OFFSET} if has_code else {}
    fields |= {1: OFFSET, 2: OFFSET}
    if operation.kind in OPTIONS:
        options = dict.fromkeys(OPTIONS[operation.kind], OFFSET)
        after = max(options, default=-1) + 1
        rectified, _, is_apart, _ = operation.options or (False,) * 4
        keeps = operation.kind == "MEAN" and contents.ranks.get(operation.outputs[0], 4) > 2
        if rectified or keeps:
            options[after] = BYTE
        if is_apart:
            options |= {after + 1: OFFSET, after + 2: OFFSET}
        form = operation.kind.removeprefix("AVERAGE").removeprefix("MAX")  # poolings share theirs
        layout.table(options, (form, operation.options or (False,) * 4))
        fields |= {3: BYTE, 4: OFFSET}
    layout.table(fields)
