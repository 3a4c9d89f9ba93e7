"""A network that takes pixels as a camera gives them: the normalisation is part of it."""

from __future__ import annotations

import keras
import numpy as np
from numpy.typing import NDArray

from memnas_tf.preprocessing import Preprocessing

INPUT, OUTPUT = "images", "probabilities"
CALIBRATION_IMAGES = 256
DARKEST, BRIGHTEST = 0, 255


def pixel_model(
    network: keras.Model, preprocessing: Preprocessing, input_dtype: str
) -> keras.Model:
    """Put the normalisation before a network.

    It is a depthwise 1x1 convolution: one operation, which in int8 rounds once. It cannot become
    part of the convolutions that follow, as they pad with zeros, which are no pixels.

    Args:
        network: Takes normalised images of shape (batch, height, width, channels).
        preprocessing: What it was trained with.
        input_dtype: "uint8", or "float32" for a model that is yet to be quantised.

    Returns:
        A model from `images`, pixels from 0 to 255, to a dictionary with `probabilities`.
    """
    pixels = keras.Input(preprocessing.input_shape, dtype=input_dtype, name=INPUT)
    values = pixels if input_dtype == "float32" else keras.ops.cast(pixels, "float32")
    normalise = keras.layers.DepthwiseConv2D(1, padding="same", name="normalise")
    normalised = normalise(values)
    mean, std = np.array(preprocessing.mean), np.array(preprocessing.std)
    normalise.set_weights([(1 / std).reshape(1, 1, -1, 1), -mean / std])
    return keras.Model(pixels, {OUTPUT: network(normalised, training=False)}, name=network.name)


def representative_pixels(
    images: NDArray[np.uint8], seed: int = 0, count: int = CALIBRATION_IMAGES
) -> list[NDArray[np.float32]]:
    """Draw the images that the ranges of int8 tensors are measured on.

    The darkest and the brightest pixel are among them, whatever the images hold: the input then
    has a scale of 1, so that a uint8 input is the pixels themselves.

    Args:
        images: Training images of shape (n, height, width, channels), uint8.
        seed: Of the choice.
        count: How many, at most.

    Returns:
        Batches of one.
    """
    chosen = np.random.default_rng(seed).permutation(len(images))[:count]
    batches = [images[index : index + 1].astype(np.float32) for index in chosen]
    if batches:
        batches[0].flat[0] = DARKEST
        batches[0].flat[-1] = BRIGHTEST
    return batches
