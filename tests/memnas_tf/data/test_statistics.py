"""Statistics per channel, against NumPy's own."""

from __future__ import annotations

import numpy as np
import pytest

from memnas_tf.data.statistics import channel_statistics


def test_agrees_with_numpy() -> None:
    images = np.random.default_rng(0).integers(0, 256, (5, 4, 3, 2), dtype=np.uint8)
    mean, std = channel_statistics(images)
    assert mean == pytest.approx(images.mean(axis=(0, 1, 2)))
    assert std == pytest.approx(images.std(axis=(0, 1, 2)))


def test_constant_channel_divides_by_one() -> None:
    assert channel_statistics(np.full((2, 3, 3, 1), 9, np.uint8)) == ((9.0,), (1.0,))
