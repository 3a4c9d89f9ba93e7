"""Several devices of one machine that share a training, and what a device is good at.

Each step's images are divided among them. With JAX batch normalisation sees the whole batch; with
TensorFlow each device normalises its own part.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import keras

from memnas_tf.errors import ConfigError


def check_devices(count: int, batch_size: int) -> None:
    """Refuse more devices than there are, or a batch that they cannot share.

    Args:
        count: The number of devices.
        batch_size: Images in a training step.

    Raises:
        ConfigError: If the number is out of range, or does not divide the batch.
    """
    if count == 1:
        return
    there = keras.distribution.list_devices()
    if not 1 <= count <= len(there):
        raise ConfigError(
            f"devices is {count}, and Keras sees {len(there)} on {keras.backend.backend()} "
            f"({', '.join(there)}); ask for 1 to {len(there)}"
        )
    if batch_size % count:
        raise ConfigError(
            f"a batch of {batch_size} images cannot be shared by {count} devices; choose a batch "
            f"size that {count} divides, such as {-(-batch_size // count) * count}"
        )


@contextmanager
def shared_by(count: int) -> Iterator[None]:
    """Have networks that are built and trained within the block use several devices.

    Args:
        count: The number of devices, which `check_devices` has seen.

    Yields:
        Nothing.
    """
    if count == 1:
        yield
        return
    names = keras.distribution.list_devices()[:count]
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf  # Keras leaves several devices to it

        with tf.distribute.MirroredStrategy(names).scope():
            yield
        return
    before = keras.distribution.distribution()
    keras.distribution.set_distribution(keras.distribution.DataParallel(devices=names))
    try:
        yield
    finally:
        keras.distribution.set_distribution(before)


def compute_capability() -> tuple[int, int] | None:
    """Tell the compute capability of the first NVIDIA GPU.

    Returns:
        Such as (8, 0); None where there is no such GPU.
    """
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        gpus = tf.config.list_physical_devices("GPU")
        found: Any = None
        if gpus:
            found = tf.config.experimental.get_device_details(gpus[0]).get("compute_capability")
    else:
        import jax

        found = getattr(jax.devices()[0], "compute_capability", None)
        found = found and found.split(".")
    return (int(found[0]), int(found[1])) if found else None
