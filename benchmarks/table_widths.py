"""Which networks with widths a table holds, and in which order they are trained."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from functools import partial

from benchmarks.table import Row
from benchmarks.table_work import Work, random_genotype
from memnas_tf.genotype import Genotype, canonical_key, from_string
from memnas_tf.memory import mac_count
from memnas_tf.moves import generate_candidates
from memnas_tf.moves.widths import distinct_widths
from memnas_tf.template import Template

WIDTH_SIZES = range(1, 5)
MOST_MACS = 12_000_000  # some two minutes on one core by the recipe of the table of CIFAR-10
_RESHAPING, _OTHERS = ("widen", "narrow"), ("grow", "trim")
_MOST_MOVES = 3
_AGAIN, _AGAIN_TIERS = 12, 4


def widths_work(seed: int, tiers: int, template: Template, table: Sequence[Row]) -> list[Work]:
    """List networks with widths to train, in an order that makes a table of use at any time.

    Args:
        seed: Of all choices.
        tiers: The number of tiers.
        template: The size of the networks, with which widths that build the same are one.
        table: Networks that have been trained, those to move from.

    Returns:
        The tiers, all networks different: a drawn one and a moved one of each size, in random
        order. The first tiers hold as well the first networks that the table has under several
        seeds: trained again, they tell whether the new accuracies can stand beside the old.
    """
    rng = random.Random(seed)
    known = [from_string(row.genotype) for row in table]
    again = [_work(from_string(row.genotype), row.origin) for row in table if len(row.seeds) > 1][
        :_AGAIN
    ]
    keys = {canonical_key(genotype) for genotype in known}
    result: list[Work] = []
    for index in range(tiers):
        tier = again[index::_AGAIN_TIERS] if index < _AGAIN_TIERS else []
        for size in WIDTH_SIZES:
            bases = [genotype for genotype in known if genotype.slots == size]
            drawn = _draw_new(keys, template, partial(_drawn, rng, size, template))
            moved = _draw_new(keys, template, partial(_moved, rng, bases, template))
            tier += [_work(drawn, "widths-drawn"), _work(moved, "widths-moved")]
        rng.shuffle(tier)
        result += tier
    return result


def _work(genotype: Genotype, origin: str) -> Work:
    return Work(genotype, origin, genotype.slots, 0)


def _draw_new(keys: set[str], template: Template, draw: Callable[[], Genotype]) -> Genotype:
    while True:
        genotype = from_string(canonical_key(draw()))
        key = canonical_key(genotype)
        if key not in keys and mac_count(genotype, template) <= MOST_MACS:
            keys.add(key)
            return genotype


def _drawn(rng: random.Random, size: int, template: Template) -> Genotype:
    plain = random_genotype(rng, size, template.blocks)
    widths = [list(distinct_widths(plain, block, template)) for block in range(template.blocks)]
    return Genotype(plain.blocks, tuple(map(rng.choice, widths)))


def _moved(rng: random.Random, bases: Sequence[Genotype], template: Template) -> Genotype:
    """Make one to three moves, the last of which changes a width."""
    genotype = rng.choice(bases)
    moves = [rng.choice((*_RESHAPING, *_OTHERS)) for _ in range(rng.randrange(_MOST_MOVES))]
    for family in (*moves, rng.choice(_RESHAPING)):
        candidates = list(
            generate_candidates(genotype, max(WIDTH_SIZES), moves=(family,), template=template)
        )
        if candidates:
            genotype = rng.choice(candidates).genotype
    return genotype
