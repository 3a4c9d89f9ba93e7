"""RAM and flash on microcontrollers, predicted and real, on random networks.

    pip install "memnas-tf[tflm,litert]"
    python -m benchmarks.tflm_memory --count 300

The networks are those of arena_accuracy.py. Each is converted to int8 with pixels as its input, and
made a file for microcontrollers, as an export does; both run in the real interpreter of the wheel
tflite-micro. A line of JSON per network goes to the results file; a run goes on where the last one
stopped. "file" and "genotype" compare what is predicted from each with the interpreter: bytes used
and the smallest arena, where one byte less must fail. "answers" compares the interpreter's answers
to images with those of LiteRT's reference kernels to the same operations.
"""

from __future__ import annotations

import argparse
import random
from pathlib import Path
from statistics import mean
from typing import Any

from benchmarks.random_networks import random_network
from benchmarks.results_file import complete
from benchmarks.trained_like import trained_like
from memnas_tf.preprocessing import Preprocessing
from memnas_tf.template import Template
from memnas_tf.tflm import graph_of, tflm_memory
from memnas_tf.tflm.flash import flash_bytes
from memnas_tf.tflm.planning import planned
from memnas_tf.tflm.rewriting import rewritten

WHEEL = 64
IMAGES = 20


def convert_network(seed: int) -> bytes:
    """Build one network and convert it to int8, with uint8 pixels as its input."""
    import keras
    import numpy as np

    from memnas_tf.layers import build_network
    from memnas_tf.litert.conversion import convert
    from serving.litert.pixel_model import pixel_model, representative_pixels

    genotype, template = random_network(random.Random(seed))
    keras.backend.clear_session()
    keras.utils.set_random_seed(seed)
    network = trained_like(build_network(genotype, template), seed)
    images = np.random.default_rng(seed).integers(0, 256, (4, *template.input_shape), np.uint8)
    model = pixel_model(network, _preprocessing(template), "float32")
    return convert(model, "int8", representative_pixels(images), ends="uint8")


def compare(seed: int) -> dict[str, Any]:
    """Convert and run one network; return what was predicted and what was measured."""
    from memnas_tf.litert.micro_file import make_micro_file

    content = convert_network(seed)
    made = make_micro_file(content, rewrite=True)
    genotype, template = random_network(random.Random(seed))
    graph = graph_of(genotype, template)
    exported = planned(rewritten(graph)).graph
    from_genotype = tflm_memory(graph, WHEEL), tflm_memory(exported, WHEEL)
    return {
        "seed": seed,
        "operations": len(graph.operations),
        "file_exact": _is_exact(content, made.before[WHEEL]),
        "made_exact": _is_exact(made.content, made.memory[WHEEL]),
        "genotype_exact": from_genotype == (made.before[WHEEL], made.memory[WHEEL]),
        "used": made.before[32].used,
        "unplanned": tflm_memory(rewritten(graph)).used,
        "planned": made.memory[32].used,
        "converted_bytes": len(content),
        "file_bytes": len(made.content),
        "flash_bytes": flash_bytes(genotype, template),
        **_answers(made.reference, made.content, template),
    }


def _is_exact(content: bytes, memory: Any) -> bool:
    from memnas_tf.litert.micro_interpreter import measured_arena, runs_in

    measured = measured_arena(content)
    return (
        (measured.used, measured.head) == (memory.used, memory.tensor_bytes)
        and runs_in(content, memory.smallest_arena)
        and not runs_in(content, memory.smallest_arena - 1)
    )


def _answers(same: bytes, made: bytes, template: Template) -> dict[str, Any]:
    """Count images with other answers, and the largest difference in steps of 1/256."""
    import numpy as np

    from memnas_tf.litert.interpreter import start_interpreter
    from memnas_tf.litert.micro_interpreter import micro_outputs, start_micro_interpreter

    reference = start_interpreter(same)
    (source,), (target,) = reference.get_input_details(), reference.get_output_details()
    micros = [start_micro_interpreter(each) for each in (same, made)]
    rng = np.random.default_rng(0)
    differences = []
    for _ in range(IMAGES):
        image = rng.integers(0, 256, (1, *template.input_shape), np.uint8)
        reference.set_tensor(source["index"], image)
        reference.invoke()
        expected = reference.get_tensor(target["index"]).astype(int)
        given, changed = (micro_outputs(micro, image).astype(int) for micro in micros)
        if not np.array_equal(given, changed):
            raise AssertionError("a file made for microcontrollers answers differently")
        differences.append(int(np.abs(given - expected).max()))
    return {"other_answers": sum(d > 0 for d in differences), "worst_step": max(differences)}


def _preprocessing(template: Template) -> Preprocessing:
    channels = template.input_shape[2]
    labels = tuple(map(str, range(template.classes)))
    return Preprocessing(template.input_shape, (127.0,) * channels, (64.0,) * channels, labels)


def summary(rows: list[dict[str, Any]]) -> str:
    """Write what the comparisons say."""
    savings = [1 - row["planned"] / row["unplanned"] for row in rows]
    errors = [abs(row["flash_bytes"] / row["file_bytes"] - 1) for row in rows]
    flash = [1 - row["file_bytes"] / row["converted_bytes"] for row in rows]
    lines = [
        f"{len(rows)} networks of {min(row['operations'] for row in rows)} to "
        f"{max(row['operations'] for row in rows)} operations",
        f"RAM exact: converter's file {sum(row['file_exact'] for row in rows)}, "
        f"planned file {sum(row['made_exact'] for row in rows)}, "
        f"genotype {sum(row['genotype_exact'] for row in rows)}",
        f"RAM saved by planning: {sum(saving > 0 for saving in savings)} networks, "
        f"{100 * mean(savings):.1f} % on average, {100 * max(savings):.1f} % at most, "
        f"larger on {sum(saving < 0 for saving in savings)}, larger than the converter's file on "
        f"{sum(row['planned'] > row['used'] for row in rows)}",
        f"flash: {100 * mean(flash):.0f} % less on average; predicted within 1 % on "
        f"{sum(error <= 0.01 for error in errors)}, worst {100 * max(errors):.2f} %",
        f"answers as LiteRT's reference kernels: all equal on "
        f"{sum(row['other_answers'] == 0 for row in rows)} networks, other on "
        f"{sum(row['other_answers'] for row in rows)} of {IMAGES * len(rows)} images, by "
        f"{max(row['worst_step'] for row in rows)} of 255 at most",
    ]
    return "\n".join(lines)


def main() -> None:
    """Compare networks that are not in the results file yet, then print the summary."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--count", type=int, default=300, help="how many networks")
    parser.add_argument("--seed", type=int, default=0, help="seed of the first network")
    parser.add_argument("--results", type=Path, default=Path("tflm.jsonl"), help="results file")
    arguments = parser.parse_args()
    seeds = range(arguments.seed, arguments.seed + arguments.count)
    print(summary(complete(arguments.results, "seed", seeds, compare)))


if __name__ == "__main__":
    main()
