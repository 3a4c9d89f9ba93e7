"""Shapes that a LiteRT model works out when it runs, as constants.

The converter leaves the size of a batch open in a reshape, and writes operations that ask the input
for it. In a model of fixed shapes the answer is known, and microcontrollers save the operations.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from memnas_tf.litert.flatbuffer import add_constants, drop_unused_kinds, kind_of

RESHAPE = "RESHAPE"


def fix_shapes(model: Any) -> None:
    """Give every reshape the shape of its output, and drop what then is read by nothing.

    Args:
        model: A `ModelT` of the schema with one graph, changed in place.
    """
    subgraph = model.subgraphs[0]
    made = {int(output) for operator in subgraph.operators for output in operator.outputs}
    changed = False
    for operator in subgraph.operators:
        if kind_of(model, operator) != RESHAPE or len(operator.inputs) < 2:
            continue
        shape = subgraph.tensors[operator.outputs[0]].shape
        if operator.inputs[1] in made and shape is not None and min(shape, default=1) >= 0:
            operator.inputs = np.array([operator.inputs[0], add_constants(model, shape)], np.int32)
            changed = True
    if changed:
        _drop_unread(model)


def _drop_unread(model: Any) -> None:
    """Drop operations whose outputs nothing reads, then the tensors that are left over."""
    subgraph = model.subgraphs[0]
    while True:
        read = {int(i) for operator in subgraph.operators for i in operator.inputs}
        read.update(map(int, subgraph.outputs))
        kept = [o for o in subgraph.operators if read.intersection(map(int, o.outputs))]
        if len(kept) == len(subgraph.operators):
            break
        subgraph.operators = kept
    used = read.union(map(int, subgraph.inputs))
    numbers = {number: place for place, number in enumerate(sorted(used - {-1}))}
    subgraph.tensors = [subgraph.tensors[number] for number in numbers]
    for holder in (subgraph, *subgraph.operators):
        for name in ("inputs", "outputs"):
            values = [numbers.get(int(number), -1) for number in getattr(holder, name)]
            setattr(holder, name, np.array(values, np.int32))
    drop_unused_kinds(model)
    model.metadata = model.signatureDefs = None  # a plan, and names of the ends
