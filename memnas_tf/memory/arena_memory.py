"""Arena memory: what the LiteRT interpreter allocates for a network's tensors."""

from __future__ import annotations

from memnas_tf.genotype import Genotype
from memnas_tf.memory.arena import plan_arena
from memnas_tf.memory.kernels import KERNELS, runtime_graph
from memnas_tf.memory.litert_graph import BYTES_PER_VALUE, litert_graph
from memnas_tf.template import Template

DTYPES = tuple(BYTES_PER_VALUE)

__all__ = ["DTYPES", "KERNELS", "arena_memory"]


def arena_memory(
    genotype: Genotype, template: Template, *, dtype: str = "float32", kernels: str = "reference"
) -> int:
    """Compute what the LiteRT interpreter allocates for tensors, without building anything.

    Args:
        genotype: The architecture.
        template: The network's size.
        dtype: The type of all tensors: "float32", or "int8" for a model whose weights, tensors,
            input and output are int8.
        kernels: "reference", or "optimised" for optimised kernels on one thread without
            delegates.

    Returns:
        The size of the arena in bytes, for one image.

    Raises:
        ConfigError: If the dtype or the kernels are others.
        GenotypeError: If a block has no output.
    """
    return plan_arena(runtime_graph(litert_graph(genotype, template, dtype), kernels)).size
