"""The networks whose latency is measured, exported and ready to run."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.trained_winner import GROWN
from memnas_tf.genotype import PRESETS, Genotype, from_string
from memnas_tf.preprocessing import Preprocessing
from memnas_tf.template import cifar_template

BASELINE, FINER = "MobileNetV2", "MobileNetV2, stride 8"
GENOTYPES = {"grown": from_string(GROWN), "supplement": PRESETS["supplement"]}
FILTERS = (16, 64)
NETWORKS = (
    BASELINE,
    FINER,
    *(f"{name}, {width} filters" for name in GENOTYPES for width in FILTERS),
)
SHAPE, CLASSES = (32, 32, 3), 10
PREPROCESSING = Preprocessing(
    SHAPE, (125.3, 123.0, 113.9), (63.0, 62.1, 66.7), tuple(map(str, range(CLASSES)))
)
CALIBRATION_IMAGES = 32


class Exports:
    """Every network in every form, made when it is first asked for.

    Args:
        folder: Where SavedModels are written.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._litert_file = cache(self._make_litert_file)
        self._signature = cache(self._load_signature)

    def runs(self, runtime: str, batch: int) -> dict[str, Callable[[], object]]:
        """Return what runs each network once.

        Args:
            runtime: "LiteRT float32", "LiteRT int8" or "SavedModel".
            batch: Images at once.

        Returns:
            Functions by network.
        """
        images = _images(batch)
        if runtime == "SavedModel":
            return {name: _signature_run(self._signature(name), images) for name in NETWORKS}
        _, dtype = runtime.split()
        return {name: litert_run(self._litert_file(name, dtype), images) for name in NETWORKS}

    def memory(self, network: str) -> dict[str, Any]:
        """Return what a network needs on a device, in bytes.

        Args:
            network: Its name.

        Returns:
            The sizes of its files and its arenas for one image.
        """
        from serving.litert.report import arena_sizes

        row: dict[str, Any] = {"name": network}
        for dtype in ("float32", "int8"):
            content = self._litert_file(network, dtype)
            row[f"{dtype} file"] = len(content)
            for kernels, sizes in arena_sizes(content).items():
                row[f"{dtype} arena, {kernels}"] = sizes.measured
        return row

    def _make_litert_file(self, network: str, dtype: str) -> bytes:
        from serving.litert.conversion import litert_file

        print(f"converting {network} to {dtype}", file=sys.stderr)
        return litert_file(_build(network), PREPROCESSING, dtype, _images(CALIBRATION_IMAGES))

    def _load_signature(self, network: str) -> Any:
        import tensorflow as tf

        from serving.saved_model import export_saved_model

        print(f"exporting {network}", file=sys.stderr)
        place = self._folder / str(NETWORKS.index(network))
        path = export_saved_model(_build(network), PREPROCESSING, place)
        return tf.saved_model.load(str(path)).signatures["serving_default"]


def _build(network: str) -> Any:
    import keras

    from benchmarks.paper_networks import mobilenet_v2_cifar
    from benchmarks.trained_like import trained_like
    from memnas_tf.layers import build_network

    keras.utils.set_random_seed(0)
    if network == BASELINE:
        model = keras.applications.MobileNetV2(SHAPE, weights=None, classes=CLASSES)
    elif network == FINER:
        model = mobilenet_v2_cifar()
    else:
        genotype, filters = _parts(network)
        model = build_network(genotype, cifar_template(SHAPE, CLASSES, filters))
    return trained_like(model)


def _parts(network: str) -> tuple[Genotype, int]:
    name, width = network.removesuffix(" filters").split(", ")
    return GENOTYPES[name], int(width)


def _images(count: int) -> Any:
    return np.random.default_rng(0).integers(0, 256, (count, *SHAPE), np.uint8)


def _signature_run(signature: Any, images: Any) -> Callable[[], object]:
    import tensorflow as tf

    batch = tf.constant(images)
    return lambda: signature(images=batch)["probabilities"].numpy()


def litert_run(content: bytes, images: Any) -> Callable[[], object]:
    """Make a LiteRT file ready for a batch.

    Args:
        content: The LiteRT model, of one image.
        images: The batch, uint8 pixels of shape (batch, height, width, channels).

    Returns:
        Runs the batch through the interpreter, on one thread, and returns its output.
    """
    from memnas_tf.litert.interpreter import start_interpreter

    interpreter = start_interpreter(content, "xnnpack")
    (source,), (target,) = interpreter.get_input_details(), interpreter.get_output_details()
    interpreter.resize_tensor_input(source["index"], images.shape, strict=False)
    interpreter.allocate_tensors()

    def run() -> object:
        interpreter.set_tensor(source["index"], images)
        interpreter.invoke()
        return interpreter.get_tensor(target["index"])

    return run
