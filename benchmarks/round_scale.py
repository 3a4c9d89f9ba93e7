"""Time a round of a large search: 50,000 moves to a ranking, on one core.

    python -m benchmarks.round_scale --cells 15

The base has five different random blocks of so many cells each. All four moves are made, networks
that are the same are merged, the paper's memory of each is told, and the ranker, fitted to 200
made-up labels, ranks all of them. The time is that of the processor.
"""

from __future__ import annotations

import argparse
import os
import random
import time
from collections.abc import Callable
from itertools import chain
from typing import TypeVar

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np

from benchmarks.random_networks import random_block
from memnas_tf.genotype import Block, Genotype
from memnas_tf.memory.target import memory_target
from memnas_tf.moves import Candidate, generate_candidates, grow, narrow, trim, widen
from memnas_tf.template import cifar_template
from tuner.ranking import LabelledRound, make_ranker
from tuner.search.settings import DEFAULT_RANKER

BLOCKS = 5
LABELS = 200
_MOVES = ("grow", "trim", "widen", "narrow")
Result = TypeVar("Result")


def block_of(rng: random.Random, cells: int) -> Block:
    """Draw a block of exactly so many cells."""
    while True:
        block = random_block(rng, cells)
        if len(block) == cells:
            return block


def timed(stage: str, task: Callable[[], Result]) -> Result:
    """Run a stage, and print a table's line of what it took."""
    start = time.process_time()
    result = task()
    print(f"| {stage} | {time.process_time() - start:.1f} s |", flush=True)
    return result


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--cells", type=int, default=15, help="cells of each block of the base")
    parser.add_argument("--ranker", default=DEFAULT_RANKER)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})  # TensorFlow takes all it sees
    rng = random.Random(args.seed)
    base = Genotype(tuple(block_of(rng, args.cells) for _ in range(BLOCKS)))
    template = cifar_template((32, 32, 3), 10, 64)
    target = memory_target()
    ranker = make_ranker(
        args.ranker, max_cells=args.cells + 1, blocks=BLOCKS, template=template, seed=0
    )
    start = time.process_time()
    print("| stage | processor time |\n| --- | --- |")
    moves = timed(
        "make every move",
        lambda: sum(
            1
            for move in chain(grow(base), trim(base), widen(base, template), narrow(base, template))
        ),
    )
    candidates: list[Candidate] = timed(
        "make every move, merge what is the same network",
        lambda: list(generate_candidates(base, args.cells + 1, moves=_MOVES, template=template)),
    )
    genotypes = [candidate.genotype for candidate in candidates]

    def measure() -> None:
        for genotype in genotypes:
            memory = target.measure(genotype, template)
            _ = memory.lifetime_bytes, memory.parameter_bytes

    timed("tell the memory of each", measure)
    chosen = np.random.default_rng(args.seed).permutation(len(genotypes))[:LABELS]
    labels = LabelledRound(
        tuple(genotypes[i] for i in chosen),
        tuple(np.random.default_rng(args.seed).normal(size=len(chosen)).tolist()),
    )
    timed(f"fit the ranker to {len(chosen)} labels", lambda: ranker.fit([labels]))
    timed("rank all of them", lambda: ranker.score(genotypes))
    print(
        f"{moves:,} moves are {len(genotypes):,} networks: "
        f"{time.process_time() - start:.1f} s in all"
    )


if __name__ == "__main__":
    main()
