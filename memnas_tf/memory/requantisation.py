"""Where the converter to LiteRT changes the scale of an int8 tensor for one of its readers.

A concatenation and what it reads have one scale, and so have a pooling's two tensors. A tensor that
two concatenations read which share nothing else can have the scale of one of them only; for the
other the converter adds a QUANTIZE after the operation that makes it.

Source: TensorFlow, quantization_utils.cc, `RemoveRedundantStatsOps`, and quantization_driver.cc,
`PropagateParamsAndReturnIfChanged`.
"""

from __future__ import annotations

from memnas_tf.memory.kernels import Operation, OperationGraph

POOLINGS = frozenset(("AVERAGE_POOL_2D", "MAX_POOL_2D"))
SAME_SCALE = POOLINGS | {"CONCATENATION"}

Changes = dict[int, dict[int, set[int]]]  # tensor, then scale: the operations that read it so


def requantised(graph: OperationGraph) -> OperationGraph:
    """Add the operations that change scales.

    Args:
        graph: A network in int8; every operation makes the tensor after those before it.

    Returns:
        The network with them, its tensors numbered anew in the order in which they are made.
    """
    changes = _Scales(graph).changes()
    if not changes:
        return graph
    numbers = {tensor: tensor for tensor in graph.inputs}
    tensors = [graph.tensors[tensor] for tensor in graph.inputs]
    read: dict[tuple[int, int], int] = {}  # by operation and tensor
    operations: list[Operation] = []
    for position, operation in enumerate(graph.operations):
        inputs = tuple(read.get((position, i), numbers[i]) for i in operation.inputs)
        (output,) = operation.outputs
        numbers[output] = len(tensors)
        tensors.append(graph.tensors[output])
        operations.append(operation._replace(inputs=inputs, outputs=(numbers[output],)))
        for readers in changes.get(output, {}).values():
            read.update({(reader, output): len(tensors) for reader in readers})
            operations.append(Operation("QUANTIZE", (numbers[output],), (len(tensors),)))
            tensors.append(graph.tensors[output])
    outputs = tuple(numbers[tensor] for tensor in graph.outputs)
    return OperationGraph(tuple(tensors), tuple(operations), graph.inputs, outputs)


class _Scales:
    """The converter's walk from tensors with a measured scale to those without."""

    def __init__(self, graph: OperationGraph) -> None:
        self.operations = graph.operations
        self.maker = {o.outputs[0]: place for place, o in enumerate(graph.operations)}
        self.measured = set(range(len(graph.tensors))) - self._redundant(len(graph.tensors))
        self.scales = {tensor: tensor for tensor in self.measured}  # named after a tensor
        self.found: Changes = {}

    def changes(self) -> Changes:
        """Return the tensors that are read with another scale than they are made with."""
        waiting = list(range(len(self.operations)))
        done: set[int] = set()
        while waiting:
            place = waiting.pop()
            operation = self.operations[place]
            if place in done or operation.kind not in SAME_SCALE:
                continue
            scale = self._scale_for(operation)
            if scale is None:
                continue
            done.add(place)
            for tensor in operation.inputs:
                if self.scales.setdefault(tensor, scale) != scale:
                    self.found.setdefault(tensor, {}).setdefault(scale, set()).add(place)
                elif tensor in self.maker:
                    waiting.append(self.maker[tensor])
            (output,) = operation.outputs
            if output not in self.scales:
                self.scales[output] = scale
                waiting += [p for p, o in enumerate(self.operations) if output in o.inputs]
        return self.found

    def _redundant(self, count: int) -> set[int]:
        """Return the tensors whose measured scale is dropped, as another's will do."""
        poolings = {o.outputs[0] for o in self.operations if o.kind in POOLINGS}
        redundant = set(poolings)
        waiting = [tensor for tensor in range(count) if tensor not in poolings]
        while waiting:
            maker = self.maker.get(waiting.pop())
            if maker is not None and self.operations[maker].kind in SAME_SCALE:
                redundant.update(self.operations[maker].inputs)
                waiting += self.operations[maker].inputs
        return redundant

    def _scale_for(self, operation: Operation) -> int | None:
        """Return the scale for all of an operation's tensors, if it is known yet."""
        (output,) = operation.outputs
        inputs = [tensor for tensor in operation.inputs if tensor in self.scales]
        order = [*inputs, output] if len(operation.inputs) == 1 else [output, *inputs]
        order.sort(key=lambda tensor: tensor not in self.measured)  # the measured ones first
        return next((self.scales[tensor] for tensor in order if tensor in self.scales), None)
