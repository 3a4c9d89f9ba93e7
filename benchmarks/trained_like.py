"""Weights as after training, for networks that are only converted and measured."""

from __future__ import annotations

from typing import Any


def trained_like(model: Any, seed: int = 0) -> Any:
    """Give a model random biases, and its batch normalisation random moments, scales and offsets.

    With biases and offsets of zero the converter drops additions, and moments that do not fit let
    values fade from layer to layer, until no int8 scale can hold them.

    Args:
        model: A Keras model, changed in place.
        seed: The seed.

    Returns:
        The model.
    """
    import numpy as np

    rng = np.random.default_rng(seed)
    centres = {"gamma": 1.0, "beta": 0.0, "moving_mean": 0.0, "moving_variance": 1.0, "bias": 0.0}
    for weight in model.weights:
        if weight.name in centres:
            weight.assign(centres[weight.name] + rng.uniform(-0.5, 0.5, weight.shape))
    return model
