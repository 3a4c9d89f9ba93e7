"""Time the data pipelines beside the training steps that they feed.

    python -m benchmarks.data_speed --repeats 5

Two cases: images in memory for a small network, as of CIFAR-10, and JPEG files on disk for the
preset MemNAS-A, as of ImageNet. The images are made: noise of several sizes of grain, which as JPEG
takes about as many bytes as a photo of ImageNet. Pipeline and step are timed each alone, in turn,
on all cores: the pipeline by taking batches that nobody uses, the step on one batch that is there.
"""

from __future__ import annotations

import argparse
import itertools
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from typing import Any, ClassVar, NamedTuple

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import tensorflow as tf
import tensorflow_datasets as tfds

from memnas_tf import PRESET_TEMPLATES, PRESETS, build_network, cifar_template, from_string
from memnas_tf.data.pipeline import training_pipeline
from memnas_tf.data.training_data import load_training_data
from memnas_tf.training.compiling import compile_by_recipe
from memnas_tf.training.recipe import RECIPES

SMALL = "5x0d3+0f7,1ap:0d5=,1mp+2mp="
PHOTO = (375, 500)  # ImageNet's commonest size
PHOTOS, LABELS = 256, 1000
GRAINS = (1, 4, 16, 64)


class Case(NamedTuple):
    """What is timed: batches to train on, the network, and how many images are in a batch."""

    name: str
    data: tf.data.Dataset
    model: keras.Model
    batch: int


def cifar_case(batch: int) -> Case:
    """Make images in memory and a small network."""
    rng = np.random.default_rng(0)
    data = training_pipeline(
        rng.integers(0, 256, (10_000, 32, 32, 3), np.uint8),
        rng.integers(0, 10, 10_000),
        mean=(128.0,) * 3,
        std=(64.0,) * 3,
        batch_size=batch,
        augmentation="paper",
        seed=0,
        classes=10,
    )
    network = build_network(from_string(SMALL), cifar_template((32, 32, 3), 10, filters=16))
    return Case("CIFAR-10's form, in memory", data, _compiled(network), batch)


def imagenet_case(batch: int, folder: str) -> Case:
    """Have images written as ImageNet's are, and take MemNAS-A."""
    loaded = load_training_data("photos", folder)
    data = loaded.training_batches(batch_size=batch, augmentation="crop-flip", seed=0)
    network = build_network(PRESETS["MemNAS-A"], PRESET_TEMPLATES["MemNAS-A"])
    return Case("ImageNet's form, JPEG on disk", data, _compiled(network), batch)


class Photos(tfds.core.GeneratorBasedBuilder):
    """Write made images as JPEG files of tensorflow_datasets."""

    VERSION = tfds.core.Version("1.0.0")
    url_infos: ClassVar[dict[str, Any]] = {}  # nothing is downloaded

    def _info(self) -> tfds.core.DatasetInfo:
        features = {
            "image": tfds.features.Image(encoding_format="jpeg"),
            "label": tfds.features.ClassLabel(num_classes=LABELS),
        }
        return tfds.core.DatasetInfo(
            builder=self,
            features=tfds.features.FeaturesDict(features),
            supervised_keys=("image", "label"),
        )

    def _split_generators(self, dl_manager: tfds.download.DownloadManager) -> dict[str, Any]:
        del dl_manager  # nothing to download
        return {"train": self._generate_examples()}

    def _generate_examples(self) -> Iterator[tuple[int, dict[str, Any]]]:
        rng = np.random.default_rng(0)
        for number in range(PHOTOS):
            yield number, {"image": photo(rng), "label": number}


def photo(rng: np.random.Generator) -> np.ndarray:
    """Make an image that is as hard to decode as a photo."""
    height, width = PHOTO
    pixels = np.full((height, width, 3), 128.0)
    for grain in GRAINS:
        noise = rng.normal(0, 6 * grain**0.5, (-(-height // grain), -(-width // grain), 3))
        pixels += noise.repeat(grain, axis=0).repeat(grain, axis=1)[:height, :width]
    image: np.ndarray = np.clip(pixels, 0, 255).astype(np.uint8)
    return image


def pipeline_speed(case: Case, batches: int) -> float:
    """Take batches from a pipeline that has just begun, and return images per second.

    A pipeline that had begun before would have batches ready, made while something else ran.
    """
    iterator = iter(case.data)
    next(iterator)
    start = time.perf_counter()
    for _ in itertools.islice(iterator, batches):
        pass
    return batches * case.batch / (time.perf_counter() - start)


def step_run(case: Case, steps: int) -> Callable[[], float]:
    """Return what trains on one batch again and again, and tells images per second."""
    batch = next(iter(case.data))
    data = tf.data.Dataset.from_tensors(batch).repeat()

    def run() -> float:
        ends: list[float] = []
        note = keras.callbacks.LambdaCallback(
            on_train_batch_end=lambda number, logs: ends.append(time.perf_counter())
        )
        case.model.fit(data, steps_per_epoch=steps + 1, shuffle=False, verbose=0, callbacks=[note])
        return case.batch * steps / (ends[-1] - ends[0])

    run()
    return run


def row(case: Case, batches: int, steps: int, repeats: int) -> str:
    """Time a case and write a row of the table."""
    step = step_run(case, steps)
    turns = [(pipeline_speed(case, batches), step()) for _ in range(repeats)]
    fed, trained = (statistics.median(speeds) for speeds in zip(*turns, strict=True))
    ratios = [one / other for one, other in turns]
    return (
        f"| {case.name} | {fed:.3g} | {trained:.3g} | {statistics.median(ratios):.1f}, "
        f"{min(ratios):.1f} to {max(ratios):.1f} |"
    )


def _compiled(network: keras.Model) -> keras.Model:
    compile_by_recipe(network, RECIPES["paper"], steps=100)
    return network


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--repeats", type=int, default=5)
    repeats = parser.parse_args().repeats
    print("| images | pipeline, images/s | step, images/s | pipeline to step |")
    print("| --- | --- | --- | --- |")
    print(row(cifar_case(batch=128), 100, 5, repeats), flush=True)
    with tempfile.TemporaryDirectory() as folder:
        print(row(imagenet_case(batch=16, folder=folder), 16, 2, repeats))


if __name__ == "__main__":
    main()
