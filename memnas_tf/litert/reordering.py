"""Write another order of operations into a LiteRT model, for the interpreter to run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from memnas_tf.errors import ExportError

OPERATORS_FIELD = 10  # of SubGraph, in the schema's table of fields
OFFSET_BYTES = 4
# Its operators are named by number, so it would no longer hold.
ORDER_METADATA = b"model_control_dependencies"


def reorder_operations(content: bytes, positions: Sequence[int]) -> bytes:
    """Let the interpreter run a LiteRT model's operations in another order.

    Only the list of operators changes: a permutation of the places at which they lie. Weights,
    wherever they are, and everything else stay as they are, byte for byte.

    Args:
        content: A LiteRT model of one graph, without operations that read or write variables.
        positions: Places in the graph's list of operators, in the order in which they are to run,
            such as `memnas_tf.memory.best_order.Order.positions`.

    Returns:
        The LiteRT model in that order.

    Raises:
        ExportError: If the content is no such model, the order does not hold each operator once,
            or an operator would read a tensor before it is written.
    """
    subgraph = _only_subgraph(content)
    count = subgraph.OperatorsLength()
    if sorted(positions) != list(range(count)):
        raise ExportError(f"the order of {count} operators must hold each of their places once")
    operators = [subgraph.Operators(position) for position in positions]
    _check_reads(operators, positions)
    reordered = bytearray(content)
    if count:
        first = subgraph._tab.Vector(subgraph._tab.Offset(OPERATORS_FIELD))
        # An offset counts from where it is written up to its operator. Offsets have no sign, so
        # every operator lies behind the whole list and can be reached from any place in it.
        for place, operator in enumerate(operators):
            at = first + place * OFFSET_BYTES
            distance = operator._tab.Pos - at
            reordered[at : at + OFFSET_BYTES] = distance.to_bytes(OFFSET_BYTES, "little")
    return bytes(reordered)


def _only_subgraph(content: bytes) -> Any:
    from tensorflow.lite.python import schema_py_generated as schema  # here, as it takes seconds

    if len(content) < 8 or not schema.Model.ModelBufferHasIdentifier(content, 0):
        raise ExportError("the content is no LiteRT model: it lacks the identifier TFL3")
    model = schema.Model.GetRootAs(content)
    if model.SubgraphsLength() != 1:
        raise ExportError(
            f"operators are ordered in models of one graph, this one has {model.SubgraphsLength()}"
        )
    names = {model.Metadata(i).Name() for i in range(model.MetadataLength())}
    if ORDER_METADATA in names:
        raise ExportError("the model's metadata fixes the order of its operators; export without")
    return model.Subgraphs(0)


def _check_reads(operators: Sequence[Any], positions: Sequence[int]) -> None:
    written = [_tensors(operator, "Outputs") for operator in operators]
    unwritten = {tensor for outputs in written for tensor in outputs}
    for position, operator, outputs in zip(positions, operators, written, strict=True):
        early = unwritten.intersection(_tensors(operator, "Inputs"))
        if early:
            raise ExportError(
                f"operator {position} would read tensor {min(early)} before it is written"
            )
        unwritten -= set(outputs)


def _tensors(operator: Any, kind: str) -> list[int]:
    length = getattr(operator, f"{kind}Length")()
    return [getattr(operator, kind)(i) for i in range(length)]
