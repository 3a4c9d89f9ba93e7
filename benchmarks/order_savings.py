"""How much memory the best order of operations saves, on random networks.

    python -m benchmarks.order_savings --count 300 --seed 5000 --real 10

The networks are those of arena_accuracy.py. The converter's order is compared with the one in
which the least memory lives at once, and with the same if its planned arena is smaller. With
`--real`, so many of the networks that save arena are built, converted and run in both orders:
"exact" compares the end of the last tensor that can be seen with the prediction, "layout" the
place of every one, "equal" the answers to an image, bit by bit.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Iterable
from statistics import mean, median
from typing import Any, NamedTuple

from benchmarks.random_networks import random_network
from benchmarks.trained_like import trained_like
from memnas_tf.memory.arena import RuntimeGraph, plan_arena
from memnas_tf.memory.best_order import ArenaOrder, live_peak, order_for_arena, reordered
from memnas_tf.memory.kernels import runtime_graph
from memnas_tf.memory.litert_graph import litert_graph


class Saving(NamedTuple):
    """What a better order does for one network; sizes in bytes."""

    seed: int
    graph: RuntimeGraph
    chosen: ArenaOrder
    given_peak: int
    seconds: float

    @property
    def of_peak(self) -> float:
        """The share of the live peak that the best order saves."""
        return 1 - self.chosen.best.peak / self.given_peak

    @property
    def of_arena(self) -> float:
        """The share of the arena that the chosen order saves."""
        return 1 - self.chosen.size / self.chosen.given_size


def predict(seed: int, kernels: str) -> Saving:
    """Draw one network and order its operations."""
    genotype, template = random_network(random.Random(seed))
    graph = runtime_graph(litert_graph(genotype, template), kernels)
    start = time.process_time()
    chosen = order_for_arena(graph)
    seconds = time.process_time() - start
    return Saving(seed, graph, chosen, live_peak(graph), seconds)


def run_both(saving: Saving, kernels: str) -> dict[str, Any]:
    """Build and convert a network; run it in the converter's order and in the chosen one."""
    import keras
    import numpy as np

    from memnas_tf.layers import build_network
    from memnas_tf.litert.conversion import convert
    from memnas_tf.litert.interpreter import measured_places, outputs_of, predicted_places
    from memnas_tf.litert.reordering import reorder_operations

    genotype, template = random_network(random.Random(saving.seed))
    keras.backend.clear_session()
    model = trained_like(build_network(genotype, template), saving.seed)
    content = convert(model)
    other = reorder_operations(content, saving.chosen.positions)
    graph = reordered(saving.graph, saving.chosen.positions)
    predicted = predicted_places(graph, plan_arena(graph))
    measured = measured_places(other, kernels)
    tensors = (0, *(operation.outputs[0] for operation in graph.operations))
    image = (
        np.random.default_rng(saving.seed)
        .uniform(size=(1, *template.input_shape))
        .astype("float32")
    )
    before, after = (outputs_of(each, image, kernels) for each in (content, other))
    return {
        "seed": saving.seed,
        "converter": measured_places(content, kernels).end,
        "predicted": predicted.end,
        "measured": measured.end,
        "layout": measured.offsets == tuple(predicted.offsets[tensor] for tensor in tensors),
        "equal": bool(np.array_equal(before, after)),
    }


def _shares(name: str, shares: Iterable[float]) -> str:
    shares = list(shares)
    saved = [share for share in shares if share > 0]
    text = f"{name}: {len(saved)} of {len(shares)} save"
    if saved:
        text += f", {100 * mean(saved):.1f} % on average and {100 * max(saved):.1f} % at most"
    return text


def summary(savings: list[Saving]) -> str:
    """Write what the better orders save, and what they cost."""
    seconds = [saving.seconds for saving in savings]
    bests = [saving.chosen.best for saving in savings]
    lines = [
        f"networks: {len(savings)}, of up to {max(len(s.graph.operations) for s in savings)} "
        f"operations; proved best: {sum(best.is_exact for best in bests)}",
        _shares("live peak", (saving.of_peak for saving in savings)),
        _shares("arena", (saving.of_arena for saving in savings)),
        f"sets of operations looked at: {max(best.states for best in bests)} at most",
        f"ms a network: {1000 * median(seconds):.1f} (median), {1000 * max(seconds):.1f} at most",
    ]
    return "\n".join(lines)


def real_summary(rows: list[dict[str, Any]]) -> str:
    """Write how the real arenas compare."""
    shares = (1 - row["measured"] / row["converter"] for row in rows)
    lines = [
        _shares("real arena", shares),
        f"exact: {sum(row['predicted'] == row['measured'] for row in rows)}",
        f"every tensor in its place: {sum(row['layout'] for row in rows)}",
        f"equal answers: {sum(row['equal'] for row in rows)}",
    ]
    return "\n".join(lines)


def main() -> None:
    """Order networks, run some of them, and print both summaries."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--count", type=int, default=300, help="how many networks")
    parser.add_argument("--seed", type=int, default=0, help="seed of the first network")
    parser.add_argument("--kernels", choices=("reference", "optimised"), default="reference")
    parser.add_argument("--real", type=int, default=0, help="how many that save are run as well")
    arguments = parser.parse_args()
    seeds = range(arguments.seed, arguments.seed + arguments.count)
    savings = [predict(seed, arguments.kernels) for seed in seeds]
    print(summary(savings))
    rows = []
    for saving in [saving for saving in savings if saving.of_arena > 0][: arguments.real]:
        rows.append(run_both(saving, arguments.kernels))
        print(rows[-1])
    if rows:
        print(real_summary(rows))


if __name__ == "__main__":
    main()
