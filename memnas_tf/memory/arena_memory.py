"""Arena memory: what the LiteRT interpreter allocates for a network's tensors."""

from __future__ import annotations

from memnas_tf.errors import ConfigError
from memnas_tf.genotype import Genotype
from memnas_tf.memory.arena import plan_arena
from memnas_tf.memory.litert_graph import litert_graph
from memnas_tf.template import Template

DTYPES = ("float32",)
KERNELS = ("reference", "optimised")


def arena_memory(
    genotype: Genotype, template: Template, *, dtype: str = "float32", kernels: str = "reference"
) -> int:
    """Compute what the LiteRT interpreter allocates for tensors, without building anything.

    Args:
        genotype: The architecture.
        template: The network's size.
        dtype: The type of the tensors: "float32".
        kernels: "reference", or "optimised" for optimised kernels on one thread without
            delegates.

    Returns:
        The size of the arena in bytes, for one image.

    Raises:
        ConfigError: If no prediction is known for the dtype or the kernels.
        GenotypeError: If a block has no output.
    """
    if dtype not in DTYPES:
        raise ConfigError(f"dtype is {dtype!r}; arena memory is known for {', '.join(DTYPES)}")
    if kernels not in KERNELS:
        raise ConfigError(f"kernels is {kernels!r}; use one of {', '.join(KERNELS)}")
    return plan_arena(litert_graph(genotype, template, im2col=kernels == "optimised")).size
