"""Compare the predicted memory of networks that are not ours with the LiteRT interpreter's.

    python -m benchmarks.model_memory MobileNetV2 ResNet50

Without names it takes five networks of keras.applications, at their usual size, with random
weights and moments. A line of JSON per network goes to the results file; a run goes on where the
last one stopped. "estimate" is `memnas_tf.estimate_memory` as a whole, both conversions included.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.results_file import complete
from benchmarks.trained_like import trained_like
from memnas_tf.memory import format_bytes
from memnas_tf.memory.arena import plan_arena
from memnas_tf.memory.best_order import order_for_arena
from memnas_tf.memory.kernels import KERNELS, runtime_graph

NAMES = ("MobileNetV2", "ResNet50", "EfficientNetB0", "DenseNet121", "NASNetMobile")


def compare(name: str) -> dict[str, Any]:
    """Estimate one network, and run its LiteRT models."""
    import keras

    from memnas_tf.keras_models.estimate import convert_all, estimate_converted
    from memnas_tf.litert.interpreter import measured_places, predicted_places
    from memnas_tf.litert.model_file import read_model
    from memnas_tf.litert.reordering import reorder_operations

    keras.backend.clear_session()
    model = trained_like(getattr(keras.applications, name)(weights=None))
    start = time.perf_counter()
    contents = convert_all(model)
    estimate = estimate_converted(model, contents)
    row: dict[str, Any] = {"name": name, "seconds": round(time.perf_counter() - start, 1)}
    row |= asdict(estimate)
    for dtype, content in contents.items():
        graph = read_model(content).graph
        row["operations"] = len(graph.operations)
        for kernels in KERNELS:
            operations = runtime_graph(graph, kernels)
            predicted = predicted_places(operations, plan_arena(operations))
            measured = measured_places(content, kernels)
            order = order_for_arena(operations)
            reordered = reorder_operations(content, order.positions)
            row[f"{dtype} {kernels}"] = {
                "predicted": predicted.end,
                "measured": measured.end,
                "in_place": sum(map(int.__eq__, predicted.offsets, measured.offsets)),
                "tensors": len(predicted.offsets),
                "best_predicted": order.size,
                "best_measured": measured_places(reordered, kernels).end,
            }
    return row


def summary(rows: list[dict[str, Any]]) -> str:
    """Write a table."""
    lines = [
        "| network | operations | parameters | lifetimes | tensors | kernels | predicted "
        "| measured | tensors in place | best order, predicted | measured | estimate |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for row in rows:
        for dtype in row["arena_bytes"]:
            for kernels in KERNELS:
                result = row[f"{dtype} {kernels}"]
                cells = [
                    row["name"],
                    str(row["operations"]),
                    format_bytes(row["parameter_bytes"]),
                    format_bytes(row["lifetime_bytes"]),
                    dtype,
                    kernels,
                    f"{result['predicted']:,}",
                    f"{result['measured']:,}",
                    f"{result['in_place']} of {result['tensors']}",
                    f"{result['best_predicted']:,}",
                    f"{result['best_measured']:,}",
                    f"{row['seconds']:.0f} s",
                ]
                lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def main() -> None:
    """Compare networks that are not in the results file yet, then print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("names", nargs="*", default=NAMES, help="of keras.applications")
    parser.add_argument("--results", type=Path, default=Path("models.jsonl"), help="results file")
    arguments = parser.parse_args()
    print(summary(complete(arguments.results, "name", arguments.names, compare)))


if __name__ == "__main__":
    main()
