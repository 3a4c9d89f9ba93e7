"""What a memory plan saves on public models for microcontrollers, on the real interpreter.

    pip install "memnas-tf[tflm]"
    python -m benchmarks.tflm_public_models

The shapes are those of MLPerf Tiny (mlcommons/tiny) and of keras.applications, with random
weights, converted to int8 with int8 inputs. Each is written anew as `memnas memory MODEL.tflite
--plan` does. "exact" says that the planned file uses what is predicted in the 64-bit wheel, and
runs in the smallest arena and not in one byte less; "equal" that both answer random inputs alike. A
line of JSON per model goes to the results file.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.results_file import complete
from benchmarks.trained_like import trained_like

WHEEL = 64
INPUTS = 3
NUMBERS = ("ram", "smallest_arena", "file")


def resnet8() -> Any:
    """Build MLPerf Tiny's model for CIFAR-10."""
    from keras import Input, Model, layers

    def unit(tensor: Any, filters: int, stride: int, kernel: int = 3) -> Any:
        tensor = layers.Conv2D(filters, kernel, stride, padding="same")(tensor)
        return layers.BatchNormalization()(tensor)

    inputs = Input((32, 32, 3))
    tensor = layers.ReLU()(unit(inputs, 16, 1))
    for filters, stride in ((16, 1), (32, 2), (64, 2)):
        inner = unit(layers.ReLU()(unit(tensor, filters, stride)), filters, 1)
        if stride > 1:
            tensor = layers.Conv2D(filters, 1, stride, padding="same")(tensor)
        tensor = layers.ReLU()(layers.Add()([inner, tensor]))
    pooled = layers.GlobalAveragePooling2D()(tensor)
    return Model(inputs, layers.Dense(10, activation="softmax")(pooled))


def ds_cnn() -> Any:
    """Build MLPerf Tiny's model for keyword spotting."""
    from keras import Input, Model, layers

    inputs = Input((49, 10, 1))
    tensor = layers.Conv2D(64, (10, 4), 2, padding="same")(inputs)
    tensor = layers.ReLU()(layers.BatchNormalization()(tensor))
    for _ in range(4):
        tensor = layers.DepthwiseConv2D(3, padding="same")(tensor)
        tensor = layers.ReLU()(layers.BatchNormalization()(tensor))
        tensor = layers.Conv2D(64, 1, padding="same")(tensor)
        tensor = layers.ReLU()(layers.BatchNormalization()(tensor))
    pooled = layers.GlobalAveragePooling2D()(tensor)
    return Model(inputs, layers.Dense(12, activation="softmax")(pooled))


def autoencoder() -> Any:
    """Build MLPerf Tiny's model for anomaly detection."""
    from keras import Input, Model, layers

    inputs = tensor = Input((640,))
    for units in (128, 128, 128, 128, 8, 128, 128, 128, 128):
        tensor = layers.ReLU()(layers.BatchNormalization()(layers.Dense(units)(tensor)))
    return Model(inputs, layers.Dense(640)(tensor))


def mobilenet(side: int, classes: int, alpha: float) -> Any:
    """Build MobileNet; at 96 pixels and a width of a quarter it is MLPerf's visual wake words."""
    from keras.applications import MobileNet

    shape = (side, side, 3)
    return MobileNet(shape, alpha=alpha, weights=None, classes=classes, dropout=0.0)


def mobilenet_v2(side: int, classes: int, alpha: float) -> Any:
    """Build MobileNetV2."""
    from keras.applications import MobileNetV2

    return MobileNetV2((side, side, 3), alpha=alpha, weights=None, classes=classes)


MODELS: dict[str, Callable[[], Any]] = {
    "MLPerf Tiny ResNet-8": resnet8,
    "MLPerf Tiny DS-CNN": ds_cnn,
    "MLPerf Tiny autoencoder": autoencoder,
    "MobileNet 0.25, 96x96, 2 classes": lambda: mobilenet(96, 2, 0.25),
    "MobileNet 0.25, 128x128, 100 classes": lambda: mobilenet(128, 100, 0.25),
    "MobileNetV2 0.35, 96x96, 100 classes": lambda: mobilenet_v2(96, 100, 0.35),
    "MobileNetV2 0.5, 128x128, 10 classes": lambda: mobilenet_v2(128, 10, 0.5),
}


def measure(name: str) -> dict[str, Any]:
    """Convert and plan one model; return what it takes before and after."""
    import keras

    from memnas_tf.litert.conversion import convert
    from memnas_tf.litert.micro_file import make_micro_file

    keras.backend.clear_session()
    keras.utils.set_random_seed(0)
    content = convert(trained_like(MODELS[name]()), "int8")
    made = make_micro_file(content)
    before, after = made.before[32], made.memory[32]
    return {
        "model": name,
        "ram": before.used,
        "planned_ram": after.used,
        "smallest_arena": before.smallest_arena,
        "planned_smallest_arena": after.smallest_arena,
        "file": len(content),
        "planned_file": len(made.content),
        "exact": _is_exact(made.content, made.memory[WHEEL]),
        "equal": _is_equal(content, made.content),
    }


def _is_exact(content: bytes, memory: Any) -> bool:
    from memnas_tf.litert.micro_interpreter import measured_arena, runs_in

    return (
        measured_arena(content).used == memory.used
        and runs_in(content, memory.smallest_arena)
        and not runs_in(content, memory.smallest_arena - 1)
    )


def _is_equal(content: bytes, made: bytes) -> bool:
    import numpy as np

    from memnas_tf.litert.micro_interpreter import micro_outputs, start_micro_interpreter

    micros = [start_micro_interpreter(each) for each in (content, made)]
    shape = micros[0].get_input_details(0)["shape"]
    inputs = np.random.default_rng(0).integers(-128, 128, (INPUTS, *shape), np.int8)
    before, after = ([micro_outputs(micro, given) for given in inputs] for micro in micros)
    return np.array_equal(before, after)


def table(rows: list[dict[str, Any]]) -> str:
    """Write the results as a table."""
    lines = [
        "| model | RAM, 32-bit | planned | smallest arena | planned | file | planned |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for row in rows:
        numbers = (row[f"{kept}{name}"] for name in NUMBERS for kept in ("", "planned_"))
        lines.append(f"| {row['model']} | " + " | ".join(f"{n:,}" for n in numbers) + " |")
    exact, equal = (sum(row[name] for row in rows) for name in ("exact", "equal"))
    return "\n".join([*lines, f"exact {exact}, equal {equal} of {len(rows)}"])


def main() -> None:
    """Measure what is not in the results file yet, then print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument(
        "--results", type=Path, default=Path("tflm_public_models.jsonl"), help="results file"
    )
    arguments = parser.parse_args()
    print(table(complete(arguments.results, "model", MODELS, measure)))


if __name__ == "__main__":
    main()
