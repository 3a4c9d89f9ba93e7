"""What is known of an export to LiteRT: sizes, accuracies and arenas."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from memnas_tf.litert.interpreter import measured_places
from memnas_tf.litert.model_file import read_model
from memnas_tf.memory.arena import plan_arena
from memnas_tf.memory.kernels import KERNELS, runtime_graph


@dataclass(frozen=True)
class ArenaSizes:
    """The arena of a file with one kind of kernels, in bytes.

    Attributes:
        predicted: The size that is planned.
        measured: The end of the last tensor in the interpreter's arena. It does not show its
            temporaries, so where an arena ends with one this is less.
    """

    predicted: int
    measured: int


@dataclass(frozen=True)
class TypeReport:
    """A LiteRT file.

    Attributes:
        file: Its name.
        file_bytes: Its size.
        accuracy: From 0 to 1, on the images of the report.
        same_class: The part of these images in which it sees the class that Keras sees.
        arena: Its arenas by kernels, "reference" and "optimised", both without delegates.
    """

    file: str
    file_bytes: int
    accuracy: float
    same_class: float
    arena: Mapping[str, ArenaSizes]


@dataclass(frozen=True)
class LitertReport:
    """An export to LiteRT.

    Attributes:
        dataset: The data set's name.
        split: The images that accuracies are measured on: its test split, or "held out" for the
            images that a set without one held out of training.
        images: Their number.
        keras_accuracy: Of the Keras model, from 0 to 1.
        types: The files by type.
    """

    dataset: str
    split: str
    images: int
    keras_accuracy: float
    types: Mapping[str, TypeReport]

    def to_json(self) -> str:
        """Write a JSON document for programs, in bytes and parts of one."""
        return json.dumps(asdict(self), indent=1) + "\n"


def arena_sizes(content: bytes) -> dict[str, ArenaSizes]:
    """Plan and measure the arenas of a LiteRT model of one input.

    Args:
        content: The LiteRT model.

    Returns:
        The arenas by kernels.

    Raises:
        ConfigError: If the memory that one of its operations needs is not known.
        ExportError: If ai-edge-litert is not installed.
    """
    graph = read_model(content).graph
    return {
        kernels: ArenaSizes(
            plan_arena(runtime_graph(graph, kernels)).size, measured_places(content, kernels).end
        )
        for kernels in KERNELS
    }
