"""LiteRT files made for TensorFlow Lite for Microcontrollers."""

from __future__ import annotations

from typing import Any, NamedTuple

from memnas_tf.errors import ExportError
from memnas_tf.litert.fixed_shapes import fix_shapes
from memnas_tf.litert.flatbuffer import kind_of, read_flatbuffer, write_flatbuffer
from memnas_tf.litert.micro_reader import micro_graph
from memnas_tf.litert.micro_rewriting import rewrite_for_micro
from memnas_tf.litert.micro_splitting import split_concatenations
from memnas_tf.litert.micro_writer import write_micro_model
from memnas_tf.tflm.kernels import MOST_CLASSES
from memnas_tf.tflm.memory import TflmMemory, tflm_memory
from memnas_tf.tflm.planning import planned
from memnas_tf.tflm.structs import WORDS

# The batches that they make are not in the shapes of the file, and the runtime does not look.
BATCHED = frozenset(("SPACE_TO_BATCH_ND", "BATCH_TO_SPACE_ND"))
UINT8, INT8 = 3, 9


class MicroFile(NamedTuple):
    """A file for microcontrollers, and what it took before and takes now.

    Attributes:
        content: The file.
        reference: A LiteRT model of the same operations with all that LiteRT's interpreter asks
            for, which that file leaves out.
        before: The RAM of the file that it was made of, by word size; without operations that only
            ask for a batch's size.
        memory: Its RAM, by word size.
    """

    content: bytes
    reference: bytes
    before: dict[int, TflmMemory]
    memory: dict[int, TflmMemory]


def make_micro_file(content: bytes, rewrite: bool = False) -> MicroFile:
    """Write a LiteRT model anew for microcontrollers: stripped, ordered and planned.

    What the runtime does not read is left out, concatenations of more tensors than it takes become
    several, operations stand in the order and tensors have the places in which its arena is
    smallest. Without rewriting the answers are the same.

    Args:
        content: A LiteRT model of one graph with fixed shapes.
        rewrite: Whether operations are written as the runtime does them best
            (`memnas_tf.litert.micro_rewriting`). Answers then are those of LiteRT's reference
            kernels to the same file bit by bit, and probabilities are int8.

    Returns:
        The file, with its RAM.

    Raises:
        ExportError: If the model is damaged, of several graphs or dynamic shapes, or the runtime
            would not run it, or give other answers than LiteRT.
        ConfigError: If the memory that one of its operations needs is not known.
    """
    model = read_flatbuffer(content)
    check_runs(model)
    fix_shapes(model)
    split_concatenations(model)
    before = micro_graph(model)
    if rewrite:
        rewrite_for_micro(model)
    best = planned(micro_graph(model) if rewrite else before)
    subgraph = model.subgraphs[0]
    subgraph.operators = [subgraph.operators[position] for position in best.positions]
    return MicroFile(
        write_micro_model(model, best.graph.plan),
        write_flatbuffer(model) if rewrite else content,
        {word: tflm_memory(before, word) for word in WORDS},
        {word: tflm_memory(best.graph, word) for word in WORDS},
    )


def check_runs(model: Any) -> None:
    """Refuse a model that the runtime would refuse, or silently run wrong.

    Args:
        model: A `ModelT` of the schema with one graph.

    Raises:
        ExportError: If it is one of these.
    """
    tensors = model.subgraphs[0].tensors
    for operator in model.subgraphs[0].operators:
        kind = kind_of(model, operator)
        if kind in BATCHED:
            raise ExportError(
                f"the model has a {kind}, whose batches TensorFlow Lite for Microcontrollers does "
                "not see, so that its answers would be wrong; convert dilated convolutions as one "
                "operation each, as an export does"
            )
        if kind == "SOFTMAX":
            scores = tensors[operator.outputs[0]]
            if scores.type == INT8 and scores.shape[-1] > MOST_CLASSES:
                raise ExportError(
                    f"the model has a SOFTMAX of {scores.shape[-1]} values, and that of TensorFlow "
                    f"Lite for Microcontrollers takes {MOST_CLASSES} at most in int8"
                )
        if kind == "CAST" and tensors[operator.inputs[0]].type == UINT8:
            raise ExportError(
                "the model begins with a CAST of uint8, which TensorFlow Lite for Microcontrollers "
                "does not have; convert it with a float32 input, or to int8"
            )
