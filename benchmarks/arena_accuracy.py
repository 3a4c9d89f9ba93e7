"""Compare the predicted arena with the LiteRT interpreter's, on random networks.

    python -m benchmarks.arena_accuracy --count 300

A third of the networks each have a template of their own, the CIFAR-10 template and the ImageNet
template. Blocks have 1 to 8 cells, bypasses (trimmed cells) among them; image shapes, widths and
classes differ, and weights and moments are random. Every network is compared in float32 and in
int8, with reference and with optimised kernels. A line of JSON per network goes to the results
file; a run goes on where the last one stopped. "exact" compares the end of the last tensor that
can be seen, "in place" the offset of every one. The runtime does not show its temporaries: where
the arena ends with one, only the rest is compared.
"""

from __future__ import annotations

import argparse
import random
import time
from pathlib import Path
from statistics import median
from typing import Any

from scipy.stats import kendalltau

from benchmarks.random_networks import random_network
from benchmarks.results_file import complete
from benchmarks.trained_like import trained_like
from memnas_tf.memory import arena_memory, lifetime_memory
from memnas_tf.memory.arena import plan_arena
from memnas_tf.memory.kernels import runtime_graph
from memnas_tf.memory.litert_graph import litert_graph

CONFIGURATIONS = tuple(
    (dtype, kernels) for dtype in ("float32", "int8") for kernels in ("reference", "optimised")
)


def compare(seed: int) -> dict[str, Any]:
    """Build, convert and run one network; return what was predicted and what was measured."""
    import keras

    from memnas_tf.layers import build_network
    from memnas_tf.litert.conversion import convert
    from memnas_tf.litert.interpreter import measured_places, predicted_places

    genotype, template = random_network(random.Random(seed))
    keras.backend.clear_session()
    model = trained_like(build_network(genotype, template), seed)
    contents = {dtype: convert(model, dtype) for dtype in ("float32", "int8")}
    row: dict[str, Any] = {
        "seed": seed,
        "operations": len(litert_graph(genotype, template).operations),
        "lifetime": lifetime_memory(genotype, template),
    }
    for dtype, kernels in CONFIGURATIONS:
        graph = runtime_graph(litert_graph(genotype, template, dtype), kernels)
        start = time.perf_counter()
        size = arena_memory(genotype, template, dtype=dtype, kernels=kernels)
        seconds = time.perf_counter() - start
        predicted = predicted_places(graph, plan_arena(graph))
        measured = measured_places(contents[dtype], kernels)
        row[f"{dtype} {kernels}"] = {
            "arena": size,
            "predicted": predicted.end,
            "measured": measured.end,
            "in_place": predicted == measured,
            "seconds": round(seconds, 6),
        }
    return row


def summary(rows: list[dict[str, Any]]) -> str:
    """Write what the comparisons say, as a table."""
    lines = [
        f"{len(rows)} networks of {min(row['operations'] for row in rows)} to "
        f"{max(row['operations'] for row in rows)} operations",
        "",
        "| tensors | kernels | exact | every tensor in place | worst error | ends with a temporary "
        "| tau of the prediction | tau of lifetimes | predictions/s |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    lifetimes = [row["lifetime"] for row in rows]
    for dtype, kernels in CONFIGURATIONS:
        results = [row[f"{dtype} {kernels}"] for row in rows]
        measured = [result["measured"] for result in results]
        predicted = [result["predicted"] for result in results]
        errors = [abs(p / m - 1) for p, m in zip(predicted, measured, strict=True)]
        cells = [
            dtype,
            kernels,
            f"{sum(p == m for p, m in zip(predicted, measured, strict=True))}",
            f"{sum(result['in_place'] for result in results)}",
            f"{100 * max(errors):.2f} %",
            f"{sum(result['arena'] > result['predicted'] for result in results)}",
            f"{kendalltau(predicted, measured).statistic:.3f}",
            f"{kendalltau(lifetimes, measured).statistic:.3f}",
            f"{1 / median(result['seconds'] for result in results):.0f}",
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def main() -> None:
    """Compare networks that are not in the results file yet, then print the summary."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--count", type=int, default=300, help="how many networks")
    parser.add_argument("--seed", type=int, default=0, help="seed of the first network")
    parser.add_argument("--results", type=Path, default=Path("arena.jsonl"), help="results file")
    arguments = parser.parse_args()
    seeds = range(arguments.seed, arguments.seed + arguments.count)
    print(summary(complete(arguments.results, "seed", seeds, compare)))


if __name__ == "__main__":
    main()
