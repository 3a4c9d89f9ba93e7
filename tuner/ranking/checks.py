"""What every ranker refuses."""

from __future__ import annotations

from collections.abc import Sequence

from memnas_tf.errors import ConfigError
from memnas_tf.genotype import Genotype


def check_settings(*, max_cells: int, blocks: int, seed: int) -> None:
    """Refuse settings that no ranker can have.

    Args:
        max_cells: The largest number of cells in a block, 1 or more.
        blocks: The number of blocks of every candidate, 1 or more.
        seed: What everything random about a ranker follows from, 0 or more.

    Raises:
        ConfigError: If a number is out of its range.
    """
    require_integer("max_cells", max_cells, 1)
    require_integer("blocks", blocks, 1)
    require_integer("seed", seed, 0)


def check_candidates(genotypes: Sequence[Genotype], *, max_cells: int, blocks: int) -> None:
    """Refuse candidates that a ranker was not made for.

    Args:
        genotypes: The candidates.
        max_cells: The largest number of cells in a block.
        blocks: The number of blocks of every candidate.

    Raises:
        ConfigError: If a candidate has another number of blocks or more cells.
    """
    for index, genotype in enumerate(genotypes):
        if len(genotype.blocks) != blocks:
            raise ConfigError(
                f"candidate {index} has {len(genotype.blocks)} blocks, but this ranker was made "
                f"for {blocks}; make another ranker"
            )
        if genotype.slots > max_cells:
            raise ConfigError(
                f"candidate {index} has {genotype.slots} cells in a block, but this ranker was "
                f"made for {max_cells} at most; make another with more max_cells"
            )


def require_integer(name: str, value: int, least: int) -> None:
    """Refuse what is no whole number of at least `least`.

    Args:
        name: What the number is called.
        value: The number.
        least: The least that it may be.

    Raises:
        ConfigError: If it is less, or no whole number.
    """
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise ConfigError(f"{name} is {value!r}; use a whole number of {least} or more")
