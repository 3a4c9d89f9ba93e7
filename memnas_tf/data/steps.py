"""How many training steps an epoch has. Needs no TensorFlow."""

from __future__ import annotations

from memnas_tf.data.checks import check_batch_size
from memnas_tf.errors import DataError


def steps_per_epoch(count: int, batch_size: int) -> int:
    """Count the training batches of an epoch; the rest of a division is left out.

    Args:
        count: Number of training images.
        batch_size: Images per batch; fewer images than that make one batch of all.

    Returns:
        Number of batches, at least 1.

    Raises:
        DataError: There are no images, or the batch size is below 1.
    """
    if count < 1:
        raise DataError(f"There are {count} images to train on: use at least 1.")
    return max(1, count // check_batch_size(batch_size))
