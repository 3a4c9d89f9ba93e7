"""What the data modules check alike."""

from __future__ import annotations

import math
import os

from memnas_tf.errors import DataError
from memnas_tf.memory import format_bytes

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


def check_loading(
    validation_fraction: float, image_size: tuple[int, int] | None, limit: int | None
) -> None:
    """Refuse what a data set cannot be loaded with.

    Args:
        validation_fraction: Part of the training images to hold out.
        image_size: Height and width to bring every image to; None to leave them.
        limit: How many images to use; None for all.

    Raises:
        DataError: One is out of its range.
    """
    if not 0 <= validation_fraction < 1:
        raise DataError(
            f"The validation fraction is {validation_fraction}: choose a number of at least 0 and "
            "below 1, such as 0.1."
        )
    if limit is not None and limit < 2:
        raise DataError(
            f"The limit is {limit} images: choose 2 or more, to have one to train on and one to "
            "validate on."
        )
    check_image_size(image_size)


def check_image_size(image_size: tuple[int, int] | None) -> None:
    """Refuse a size that no image has.

    Args:
        image_size: Height and width in pixels; None for any.

    Raises:
        DataError: One of them is below 1.
    """
    if image_size is not None and (len(image_size) != 2 or min(image_size) < 1):
        raise DataError(
            f"The image size is {image_size}: give height and width in pixels, each 1 or more."
        )


def check_memory(what: str, shape: tuple[int, ...]) -> None:
    """Refuse images that this machine cannot hold.

    Args:
        what: Which images, for the message.
        shape: Of the array of all of them, a byte per value.

    Raises:
        DataError: They take more than the machine's memory.
    """
    needed = math.prod(shape)
    there = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    if needed > there:
        raise DataError(
            f"The {shape[0]:,} images of {what} take {format_bytes(needed)}, and this machine has "
            f"{format_bytes(there)} of memory: use fewer with limit, or smaller ones "
            "with image_size.",
            arguments=("limit", "image_size"),
        )
