"""Networks as files for microcontrollers, by the real converter."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.trained_like import trained_like
from memnas_tf.genotype import Genotype
from memnas_tf.preprocessing import Preprocessing
from memnas_tf.template import Template


def converted(genotype: Genotype, template: Template, seed: int = 0, dtype: str = "int8") -> bytes:
    """Convert a network that takes pixels, with weights as after training."""
    import keras

    from memnas_tf.layers import build_network
    from memnas_tf.litert.conversion import convert
    from serving.litert.pixel_model import pixel_model, representative_pixels

    keras.utils.set_random_seed(seed)
    network: Any = trained_like(build_network(genotype, template), seed)
    channels = template.input_shape[2]
    labels = tuple(map(str, range(template.classes)))
    preprocessing = Preprocessing(
        template.input_shape, (127.0,) * channels, (64.0,) * channels, labels
    )
    model = pixel_model(network, preprocessing, "float32")
    images = random_images(template, 4, seed)
    return convert(model, dtype, representative_pixels(images), ends="uint8")


def random_images(template: Template, count: int, seed: int = 0) -> np.ndarray[Any, Any]:
    """Draw images of a template's shape."""
    shape = (count, *template.input_shape)
    return np.random.default_rng(seed).integers(0, 256, shape, np.uint8)
