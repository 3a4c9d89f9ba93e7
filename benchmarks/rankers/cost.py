"""How long rankers take: fitting 100 labels, and scoring 10,000 candidates, side by side.

    python -m benchmarks.rankers.cost

Processor time of one core, the median of interleaved repeats, and its ratio to the first ranker's.
"""

from __future__ import annotations

import argparse
import os
import random
import time
from collections import defaultdict
from statistics import median

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from benchmarks.table_work import random_genotype
from memnas_tf.template import cifar_template
from tuner.ranking import RANKERS, LabelledRound, make_ranker

BLOCKS, MOST_CELLS = 5, 6


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--labels", type=int, default=100)
    parser.add_argument("--candidates", type=int, default=10_000)
    parser.add_argument("--repeats", type=int, default=3)
    args = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})  # TensorFlow takes all it sees
    rng = random.Random(0)

    def draw() -> LabelledRound:
        genotypes = [
            random_genotype(rng, rng.randint(1, MOST_CELLS), BLOCKS) for _ in range(args.labels)
        ]
        return LabelledRound(tuple(genotypes), tuple(rng.gauss(0, 1) for _ in genotypes))

    template = cifar_template((32, 32, 3), 10, 16, BLOCKS)
    fits, scores = defaultdict(list), defaultdict(list)
    for repeat in range(args.repeats + 1):
        labels = draw()
        # New ones every time, or what they have in common would be cached.
        candidates = [
            random_genotype(rng, rng.randint(1, MOST_CELLS), BLOCKS) for _ in range(args.candidates)
        ]
        for name in RANKERS:
            ranker = make_ranker(
                name, max_cells=MOST_CELLS, blocks=BLOCKS, template=template, seed=repeat
            )
            start = time.process_time()
            ranker.fit([labels])
            fitted = time.process_time()
            ranker.score(candidates)
            if repeat:  # the first loads what the others find loaded
                fits[name].append(fitted - start)
                scores[name].append(time.process_time() - fitted)
    first = next(iter(RANKERS))
    print(f"| ranker | fit {args.labels} labels | ratio | score {args.candidates:,} | ratio |")
    print("| --- | --- | --- | --- | --- |")
    for name in RANKERS:
        fit, score = median(fits[name]), median(scores[name])
        print(
            f"| {name} | {fit:.2f} s | {fit / median(fits[first]):.1f} | {score:.2f} s | "
            f"{score / median(scores[first]):.1f} |"
        )


if __name__ == "__main__":
    main()
