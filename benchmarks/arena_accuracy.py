"""Compare the predicted arena with the LiteRT interpreter's, on random networks.

    python benchmarks/arena_accuracy.py --count 300 --kernels optimised

Every network has 1 to 3 blocks of 1 to 4 cells, bypasses among them, with 0 to 2 stem layers,
random weights and moments, and its own image shape and widths. A line of JSON per network goes to
the results file; a run goes on where the last one stopped. "exact" compares the end of the last
tensor that can be seen, "layout" the place of every one. The runtime does not show its
temporaries: where the arena ends with one, only the rest is compared.
"""

from __future__ import annotations

import argparse
import json
import random
from pathlib import Path
from typing import Any

from scipy.stats import kendalltau

from memnas_tf.genotype import Block, Bypass, Cell, Genotype
from memnas_tf.genotype.genotype import COMBINES
from memnas_tf.memory import lifetime_memory
from memnas_tf.memory.arena import plan_arena
from memnas_tf.memory.litert_graph import litert_graph
from memnas_tf.operations import BY_NAME
from memnas_tf.template import Template


def random_block(rng: random.Random) -> Block:
    """Draw a block whose last cell is an output."""
    size = rng.randint(1, 4)
    slots: list[Cell | Bypass] = []
    for index in range(size):
        if index + 1 < size and rng.random() < 0.2:
            slots.append(Bypass(rng.randint(0, index)))
            continue
        first, second = (rng.choice(tuple(BY_NAME)) for _ in range(2))
        sources = rng.randint(0, index), rng.randint(0, index)
        is_output = index + 1 == size or rng.random() < 0.4
        slots.append(Cell(*sources, first, second, rng.choice(COMBINES), is_output))
    return tuple(slots)


def random_network(rng: random.Random) -> tuple[Genotype, Template]:
    """Draw a genotype and a template for it."""
    blocks = rng.randint(1, 3)
    template = Template(
        (rng.randint(32, 48), rng.randint(32, 48), rng.choice((1, 3, 4))),
        rng.choice((2, 10, 100)),
        tuple(rng.randint(2, 24) for _ in range(blocks)),
        tuple(rng.choice((1, 2)) for _ in range(blocks)),
        tuple(rng.randint(2, 12) for _ in range(rng.choice((0, 0, 1, 2)))),
    )
    return Genotype(tuple(random_block(rng) for _ in range(blocks))), template


def compare(seed: int, kernels: str) -> dict[str, Any]:
    """Build, convert and run one network; return what was predicted and what was measured."""
    import keras
    import numpy as np

    from memnas_tf.layers import build_network
    from serving.litert_arena import convert, measured_places, predicted_places

    genotype, template = random_network(random.Random(seed))
    graph = litert_graph(genotype, template, im2col=kernels == "optimised")
    arena = plan_arena(graph)
    predicted = predicted_places(graph, arena)
    keras.backend.clear_session()
    model = build_network(genotype, template)
    # Moments as after training: with an offset of zero the converter drops additions.
    noise = np.random.default_rng(seed)
    model.set_weights([w + noise.uniform(0.1, 0.5, w.shape) for w in model.get_weights()])
    measured = measured_places(convert(model), kernels)
    return {
        "seed": seed,
        "arena": arena.size,
        "predicted": predicted.end,
        "measured": measured.end,
        "layout": predicted.offsets == measured.offsets,
        "lifetime": lifetime_memory(genotype, template),
    }


def summary(rows: list[dict[str, Any]]) -> str:
    """Write what the comparisons say."""
    measured = [row["measured"] for row in rows]
    errors = [abs(row["predicted"] / row["measured"] - 1) for row in rows]
    lines = [
        f"networks: {len(rows)}",
        f"exact: {sum(row['predicted'] == row['measured'] for row in rows)}",
        f"every tensor in its place: {sum(row['layout'] for row in rows)}",
        f"arena ends with a temporary: {sum(row['arena'] > row['predicted'] for row in rows)}",
        f"worst error: {100 * max(errors):.2f} %",
    ]
    for name in ("predicted", "lifetime"):
        tau = kendalltau([row[name] for row in rows], measured).statistic
        lines.append(f"Kendall tau of {name} with measured: {tau:.3f}")
    return "\n".join(lines)


def main() -> None:
    """Compare networks that are not in the results file yet, then print the summary."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--count", type=int, default=300, help="how many networks")
    parser.add_argument("--seed", type=int, default=0, help="seed of the first network")
    parser.add_argument("--kernels", choices=("reference", "optimised"), default="reference")
    parser.add_argument("--results", type=Path, help="file of the results, one per kernels")
    arguments = parser.parse_args()
    path = arguments.results or Path(f"arena_{arguments.kernels}.jsonl")
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    rows = {row["seed"]: row for row in map(json.loads, lines)}
    seeds = range(arguments.seed, arguments.seed + arguments.count)
    for seed in seeds:
        if seed not in rows:
            rows[seed] = compare(seed, arguments.kernels)
            with path.open("a", encoding="utf-8") as results:
                results.write(json.dumps(rows[seed]) + "\n")
    print(summary([rows[seed] for seed in seeds]))


if __name__ == "__main__":
    main()
