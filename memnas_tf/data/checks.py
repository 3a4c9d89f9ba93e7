"""What the data modules check alike."""

from __future__ import annotations

from memnas_tf.errors import DataError

_SEED_LIMIT = 2**63


def check_seed(seed: int) -> int:
    """Return a seed that both NumPy and TensorFlow take.

    Args:
        seed: An integer from 0 to 2^63 - 1.

    Returns:
        The seed.

    Raises:
        DataError: The seed is negative or too large.
    """
    if not 0 <= seed < _SEED_LIMIT:
        raise DataError(f"The seed is {seed}: choose an integer from 0 to 2^63 - 1.")
    return seed


def check_batch_size(batch_size: int) -> int:
    """Return a batch size of at least one image.

    Args:
        batch_size: Images per batch.

    Returns:
        The batch size.

    Raises:
        DataError: It is below 1.
    """
    if batch_size < 1:
        raise DataError(f"The batch size is {batch_size}: choose 1 or more.")
    return batch_size
