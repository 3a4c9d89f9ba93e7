"""What a Keras model takes on a microcontroller, and the widest plain network of a budget."""

from __future__ import annotations

from functools import cache
from math import prod
from typing import Any, NamedTuple

import keras
import numpy as np
from numpy.typing import NDArray

from benchmarks.showdown.contest import Budget
from benchmarks.trained_like import trained_like
from memnas_tf.litert.micro_file import MicroFile, make_micro_file
from memnas_tf.plain_networks import PLAIN_NETWORKS
from memnas_tf.preprocessing import Preprocessing
from serving.litert.conversion import litert_file

WORD = 32  # bits of a word on a Cortex-M
SHAPE, CLASSES = (32, 32, 3), 10
# ResNet-8 as MLPerf Tiny has it takes so many bytes of RAM beyond its budget with the normalisation
# of pixels in the file. Plain networks may; searched ones keep to the budget.
NORMALISING = 304
_CALIBRATION = 8  # images: enough for sizes, which do not depend on ranges


class Sizes(NamedTuple):
    """What a network takes.

    Attributes:
        ram: Bytes of the smallest arena, on 32 bits.
        flash: Bytes of the file.
    """

    ram: int
    flash: int

    def fits(self, budget: Budget) -> bool:
        """Tell whether that is within a budget."""
        return self.ram <= budget.ram and self.flash <= budget.flash


def micro_file(
    model: keras.Model, preprocessing: Preprocessing, images: NDArray[np.uint8]
) -> MicroFile:
    """Convert a model as `memnas export --format tflm` does.

    Args:
        model: Takes normalised images.
        preprocessing: What it was trained with.
        images: Pixels of training images, of shape (n, height, width, channels).

    Returns:
        The file, with its RAM.
    """
    return make_micro_file(litert_file(model, preprocessing, "int8", images), rewrite=True)


def sizes_of(made: MicroFile) -> Sizes:
    """Return what a file takes on 32 bits."""
    return Sizes(made.memory[WORD].smallest_arena, len(made.content))


@cache
def plain_sizes(network: str, width: int) -> Sizes:
    """Measure a plain network before it is trained.

    Args:
        network: One of `memnas_tf.plain_networks.PLAIN_NETWORKS`.
        width: Its width.

    Returns:
        What it takes.
    """
    keras.utils.set_random_seed(0)
    model = trained_like(PLAIN_NETWORKS[network](SHAPE, CLASSES, width))
    labels = tuple(map(str, range(CLASSES)))
    preprocessing = Preprocessing(SHAPE, (120.0,) * 3, (60.0,) * 3, labels)
    shape = (_CALIBRATION, *SHAPE)
    images = np.random.default_rng(0).integers(0, 256, shape, np.uint8)
    return sizes_of(micro_file(model, preprocessing, images))


def widest(network: str, budget: Budget, most: int = 64) -> int:
    """Return the largest width of a plain network that fits a budget and `NORMALISING` bytes.

    Args:
        network: One of `memnas_tf.plain_networks.PLAIN_NETWORKS`.
        budget: The budget.
        most: The largest width to look at.

    Returns:
        The width.

    Raises:
        ValueError: If not even width 1 fits.
    """
    allowed = budget._replace(ram=budget.ram + NORMALISING)
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (
            (middle, high) if plain_sizes(network, middle).fits(allowed) else (low, middle - 1)
        )
    if low == 0:
        raise ValueError(f"{network} does not fit {budget}")
    return low


def macs_of(model: Any) -> int:
    """Count a model's multiplications for one image, positions in the padding included.

    Args:
        model: A Keras model of convolutions, depthwise convolutions and dense layers.

    Returns:
        The number.
    """
    total = 0
    for layer in model._flatten_layers():
        if isinstance(layer, keras.layers.DepthwiseConv2D):
            total += prod(layer.output.shape[1:]) * prod(layer.kernel_size)
        elif isinstance(layer, keras.layers.Conv2D):
            read = layer.kernel.shape[2]
            total += prod(layer.output.shape[1:]) * prod(layer.kernel_size) * read
        elif isinstance(layer, keras.layers.Dense):
            total += prod(layer.kernel.shape)
    return total
