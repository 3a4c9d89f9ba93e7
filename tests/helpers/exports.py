"""A small network of every operation, with weights as after training, and what it exports with."""

import shutil
from pathlib import Path
from typing import NamedTuple

import keras

from benchmarks.trained_like import trained_like
from memnas_tf.genotype import from_string
from memnas_tf.layers import build_network
from memnas_tf.preprocessing import Preprocessing
from memnas_tf.template import cifar_template
from memnas_tf.training.facts import TrainingFacts

# Every operation, a bypass, a concat that is no output, and blocks that differ.
GENOTYPE = "0c3:0d3,1a3+0id=,1d5:0f7=/0id+0mp=,1,2ap:1id="
TEMPLATE = cifar_template((8, 6, 3), classes=3, filters=4, blocks=2)
PREPROCESSING = Preprocessing(
    (8, 6, 3), (120.0, 110.0, 100.0), (60.0, 50.0, 40.0), ("cat", "dog", "Kuh & Kälbchen")
)
FACTS = TrainingFacts(
    genotype=GENOTYPE,
    template=TEMPLATE,
    dataset="pets",
    seed=7,
    training={"epochs": 3, "image_size": None},
    val_accuracy=0.9,
    test_accuracy=0.875,
)


class Export(NamedTuple):
    """A network and the version that it was exported as."""

    model: keras.Model
    path: Path

    def copy(self, directory: Path) -> Path:
        """Copy the version, to be damaged."""
        return Path(shutil.copytree(self.path, directory / "1"))


def make_network() -> keras.Model:
    """Build the network."""
    keras.utils.set_random_seed(0)
    return trained_like(build_network(from_string(GENOTYPE), TEMPLATE))
