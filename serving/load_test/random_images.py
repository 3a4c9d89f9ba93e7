"""Images to send where only their size matters."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from memnas_tf.errors import ServingError
from serving.client.served_signature import Images, Signature

_UNKNOWN_SIZE = 32  # pixels, where a signature leaves a side open


def make_images(signature: Signature, count: int, file: Path | None) -> Images:
    """Make the images of a request.

    Args:
        signature: What they are sent to.
        count: How many.
        file: A file that all of them show; None for random pixels, the same each time.

    Returns:
        The images.

    Raises:
        ServingError: If there is no file and the signature takes files.
        DataError: If the file is no image or of the wrong size.
    """
    if file is not None:
        from serving.client.images import read_batches

        return next(read_batches([file] * count, count, signature)).images
    if signature.takes_encoded:
        raise ServingError(
            f"signature {signature.name!r} takes image files; give one with image",
            arguments=("image",),
        )
    shape = [size or _UNKNOWN_SIZE for size in signature.image_shape]
    rng = np.random.default_rng(0)
    if signature.dtype == "float32":
        return signature.check(rng.normal(size=(count, *shape)))
    return signature.check(rng.integers(0, 256, (count, *shape), dtype="uint8"))
