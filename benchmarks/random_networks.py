"""Random blocks and networks, of all that a search can make."""

from __future__ import annotations

import random

from memnas_tf.genotype import Block, Bypass, Cell, Genotype
from memnas_tf.genotype.genotype import COMBINES
from memnas_tf.operations import OPERATIONS
from memnas_tf.template import Template, cifar_template, imagenet_template

MOST_CELLS = 8  # in a block
CELLS_IN_ALL = 24  # about as many as keep a conversion within half a minute


def random_block(rng: random.Random, most: int = 4) -> Block:
    """Draw a block whose last cell is an output."""
    size = rng.randint(1, most)
    slots: list[Cell | Bypass] = []
    for index in range(size):
        if index + 1 < size and rng.random() < 0.2:
            slots.append(Bypass(rng.randint(0, index)))
            continue
        first, second = (rng.choice(tuple(OPERATIONS)) for _ in range(2))
        sources = rng.randint(0, index), rng.randint(0, index)
        is_output = index + 1 == size or rng.random() < 0.4
        slots.append(Cell(*sources, first, second, rng.choice(COMBINES), is_output))
    return tuple(slots)


def random_network(rng: random.Random) -> tuple[Genotype, Template]:
    """Draw a genotype and a template for it."""
    most = rng.randint(1, MOST_CELLS)
    classes = rng.choice((2, 10, 100))
    kind = rng.choice(("own", "cifar", "imagenet"))
    if kind == "imagenet":
        blocks = rng.randint(4, max(4, min(16, CELLS_IN_ALL // most)))
        side = rng.choice((64, 80, 96))
        template = imagenet_template((side, side, 3), classes, rng.randint(8, 32), blocks)
    elif kind == "cifar":
        blocks = rng.randint(1, min(6, CELLS_IN_ALL // most))
        shape = (rng.randint(28, 36), rng.randint(28, 36), rng.choice((1, 3)))
        template = cifar_template(shape, classes, rng.randint(4, 40), blocks)
    else:
        blocks = rng.randint(1, min(3, CELLS_IN_ALL // most))
        template = Template(
            (rng.randint(32, 48), rng.randint(32, 48), rng.choice((1, 3, 4))),
            classes,
            tuple(rng.randint(2, 24) for _ in range(blocks)),
            tuple(rng.choice((1, 2)) for _ in range(blocks)),
            tuple(rng.randint(2, 12) for _ in range(rng.choice((0, 0, 1, 2)))),
        )
    differing = rng.randint(1, blocks)
    return Genotype(tuple(random_block(rng, most) for _ in range(differing))), template
