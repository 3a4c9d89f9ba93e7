"""Keep what is written out of a folder of images, where it would be taken for data."""

from __future__ import annotations

from pathlib import Path

from memnas_tf.data.image_names import IMAGE_SUFFIXES
from memnas_tf.errors import ConfigError


def check_apart(target: str | Path, images: str | Path, way_out: str) -> None:
    """Refuse to write into a data set's own folder.

    Args:
        target: What is to be written, a file or a folder; it need not exist.
        images: The data set's folder.
        way_out: What to do instead.

    Raises:
        ConfigError: If one is the other or lies in it, links resolved.
    """
    written, data = Path(target).resolve(), Path(images).expanduser().resolve()
    if written == data:
        how = "is"
    elif data in written.parents:
        how = "lies in"
    elif written in data.parents:
        how = "holds"
    else:
        return
    raise ConfigError(f"{str(target)!r} {how} the data set's folder {str(images)!r}; {way_out}")


def holds_images(folder: Path) -> bool:
    """Tell whether a folder is laid out as a data set: with images in it, or in folders in it.

    Args:
        folder: The folder, which need not exist.
    """
    return any(
        path.suffix.lower() in IMAGE_SUFFIXES
        for pattern in ("*", "*/*", "train/*/*")
        for path in folder.glob(pattern)
    )
