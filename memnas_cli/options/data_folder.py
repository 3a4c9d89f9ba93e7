"""Keep what commands write out of the images that a network was trained on."""

from __future__ import annotations

from pathlib import Path

from memnas_cli.options.source_data import source_images
from memnas_tf.data.apart import check_apart
from memnas_tf.data.image_folder import is_image_folder


def check_outside_data(target: str | Path, source: str | Path, option: str) -> None:
    """Refuse to write into the folder of images that a network was trained on.

    Args:
        target: What is to be written.
        source: The directory of a search or a training, or a model's file in one; of anything
            else nothing is known, and nothing refused.
        option: The option that names another target.

    Raises:
        ConfigError: If the target is that folder, lies in it or holds it.
        MemNASError: If the search or the training cannot be read.
    """
    images = source_images(str(source))
    if images is not None and images.dataset is not None and is_image_folder(images.dataset):
        check_apart(target, images.dataset, f"name another place with {option}")
