"""Mean and standard deviation per channel, for the channel normalisation."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_LEVELS = 256


def channel_statistics(
    images: NDArray[np.uint8],
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Measure the pixels of each channel, over all images.

    Counts how often each of the 256 levels occurs: exact, and without a copy of the images in
    floating point.

    Args:
        images: Pixels of shape (n, h, w, c).

    Returns:
        Mean and standard deviation of each channel, in pixel units from 0 to 255. The deviation
        of a constant channel is given as 1, so that dividing by it is safe.
    """
    levels = np.arange(_LEVELS, dtype=np.float64)
    means, deviations = [], []
    for channel in range(images.shape[-1]):
        counts = np.bincount(images[..., channel].ravel(), minlength=_LEVELS)
        mean = float(np.average(levels, weights=counts))
        variance = float(np.average((levels - mean) ** 2, weights=counts))
        means.append(mean)
        deviations.append(variance**0.5 if variance > 0 else 1.0)
    return tuple(means), tuple(deviations)
