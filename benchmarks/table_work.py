"""Which networks a table holds, and in which order they are trained."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from memnas_tf.genotype import Block, Cell, Genotype, canonical_key, live_cells
from memnas_tf.genotype.genotype import COMBINES
from memnas_tf.operations import searched_operations

SIZES = range(1, 7)
_OPERATIONS = tuple(operation.name for operation in searched_operations())
_OUTPUT_PROBABILITY = 0.4  # Of a random cell that is not its block's last.


class Work(NamedTuple):
    """A network to train under a seed.

    Attributes:
        genotype: The architecture, in canonical form.
        origin: "random" or "grown".
        size: The number of cells of its largest block.
        seed: The seed.
    """

    genotype: Genotype
    origin: str
    size: int
    seed: int


def random_genotype(rng: random.Random, size: int, blocks: int) -> Genotype:
    """Draw a genotype: one block of the size, the others of that or fewer cells.

    Args:
        rng: What to draw from.
        size: The number of cells of the largest block.
        blocks: The number of blocks.

    Returns:
        The genotype, each of whose cells reaches its block's output.
    """
    largest = rng.randrange(blocks)
    sizes = [size if block == largest else rng.randint(1, size) for block in range(blocks)]
    return Genotype(tuple(_random_block(rng, cells) for cells in sizes))


def grow_once(rng: random.Random, base: Genotype) -> Genotype:
    """Draw one of the grow moves that make another network of a base.

    Args:
        rng: What to draw from.
        base: The network to grow, which may be empty, with as many cells in each block.

    Returns:
        The grown network: its new cell is an output, or it would feed nothing.
    """
    cell = _random_cell(rng, base.slots, is_output=True)
    return Genotype(tuple((*block, cell) for block in base.blocks))


def _random_block(rng: random.Random, size: int) -> Block:
    while True:
        block = tuple(
            _random_cell(rng, index, index + 1 == size or rng.random() < _OUTPUT_PROBABILITY)
            for index in range(size)
        )
        if len(live_cells(block)) == size:
            return block


def _random_cell(rng: random.Random, index: int, is_output: bool) -> Cell:
    inputs = rng.randint(0, index), rng.randint(0, index)
    first, second = rng.choice(_OPERATIONS), rng.choice(_OPERATIONS)
    return Cell(*inputs, first, second, rng.choice(COMBINES), is_output)


def make_tiers(seed: int, tiers: int, blocks: int) -> list[list[Work]]:
    """Draw the networks of a table, all different, for the first seed.

    Args:
        seed: Of all choices.
        tiers: The number of tiers.
        blocks: The number of blocks of a genotype.

    Returns:
        The tiers. A tier holds a random and a grown network of each size, in random order; the
        grown ones are one chain from the empty network.
    """
    rng = random.Random(seed)
    keys: set[str] = set()

    def draw_new(draw: Callable[[], Genotype]) -> Genotype:
        while True:
            genotype = draw()
            key = canonical_key(genotype)
            if key not in keys:
                keys.add(key)
                return genotype

    result = []
    for _ in range(tiers):
        tier = []
        base = Genotype.empty(blocks)
        for size in SIZES:
            drawn = draw_new(partial(random_genotype, rng, size, blocks))
            base = draw_new(partial(grow_once, rng, base))
            tier += [Work(drawn, "random", size, 0), Work(base, "grown", size, 0)]
        rng.shuffle(tier)
        result.append(tier)
    return result


def work_list(seed: int, tiers: int = 40, repeated: int = 4, blocks: int = 3) -> list[Work]:
    """List what to train, in an order that makes a table of use at any time.

    Args:
        seed: Of all choices.
        tiers: The number of tiers of twelve networks.
        repeated: How many of the first tiers to train under seeds 1 and 2 as well.
        blocks: The number of blocks of a genotype.

    Returns:
        First the tiers to be repeated, under seed 0; then further tiers, each followed by a
        repetition of one of the first; then what repetitions are left.
    """
    drawn = make_tiers(seed, tiers, blocks)
    repeated = min(repeated, tiers)
    work = [item for tier in drawn[:repeated] for item in tier]
    for index in range(max(repeated, tiers - repeated)):
        work += drawn[repeated + index] if repeated + index < tiers else []
        if index < repeated:
            work += [item._replace(seed=other) for item in drawn[index] for other in (1, 2)]
    return work
