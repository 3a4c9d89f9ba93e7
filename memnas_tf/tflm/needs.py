"""What a network needs of a microcontroller, for a search that looks at thousands of them."""

from __future__ import annotations

from functools import lru_cache

from memnas_tf.errors import ConfigError
from memnas_tf.genotype import Genotype
from memnas_tf.template import Template
from memnas_tf.tflm.flash import file_bytes
from memnas_tf.tflm.graph import MicroGraph
from memnas_tf.tflm.head import UNPLANNED
from memnas_tf.tflm.kernels import MOST_CLASSES
from memnas_tf.tflm.memory import tflm_memory
from memnas_tf.tflm.network import graph_of
from memnas_tf.tflm.rewriting import rewritten

INEXACT = 100  # the size of a file is known up to one part of so many


def ram_needed(genotype: Genotype, template: Template, dtype: str, word: int) -> int:
    """Return an arena in which the runtime starts, with the file's plan or without one.

    Looking for a plan takes long and never makes it larger, so none is looked for.

    Args:
        genotype: The architecture.
        template: The network's size.
        dtype: "int8" or "float32".
        word: 32 for devices, 64 for the wheel on x86-64.

    Returns:
        The smallest `kTensorArenaSize` without a plan, in bytes.

    Raises:
        ConfigError: If the dtype or the word size is another, or the runtime does not take so many
            classes.
        GenotypeError: If a block has no output.
    """
    if dtype == "int8" and template.classes > MOST_CLASSES:
        raise ConfigError(
            f"a network of {template.classes} classes ends with a SOFTMAX of as many values, and "
            f"that of TensorFlow Lite for Microcontrollers takes {MOST_CLASSES} at most in int8; "
            "use fewer classes, or a device with LiteRT"
        )
    return tflm_memory(_graph(genotype, template, dtype), word).smallest_arena


def flash_needed(genotype: Genotype, template: Template, dtype: str) -> int:
    """Return the most that the file of a network takes, with a plan in it.

    Args:
        genotype: The architecture.
        template: The network's size.
        dtype: "int8" or "float32".

    Returns:
        Bytes: its size, and a hundredth for what is not known before it is trained.

    Raises:
        ConfigError: If the dtype is another.
        GenotypeError: If a block has no output.
    """
    graph = _graph(genotype, template, dtype)
    size = file_bytes(graph._replace(plan=(UNPLANNED,) * len(graph.tensors)))
    return size + -(-size // INEXACT)


# A search asks for RAM and then for flash of the same network; thousands would fill the memory.
@lru_cache(maxsize=1)
def _graph(genotype: Genotype, template: Template, dtype: str) -> MicroGraph:
    return rewritten(graph_of(genotype, template, dtype))
