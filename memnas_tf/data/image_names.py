"""Which files of a folder are images, by their names: one list for training and for asking."""

from __future__ import annotations

from pathlib import Path

IMAGE_SUFFIXES = (".jpg", ".jpeg", ".png")
# In lower case. Beside these: names that begin with a dot, macOS' `._photo.jpg` among them.
_LEFT_BY_SYSTEMS = frozenset(
    {"thumbs.db", "ehthumbs.db", "desktop.ini", "__macosx", "icon\r", "@eadir", "$recycle.bin"}
    | {"system volume information", "lost+found"}
)


def is_image_name(path: Path) -> bool:
    """Tell whether a file is an image, by its name.

    Args:
        path: The file.

    Returns:
        Whether it ends as JPEG and PNG files do, and was not left by an operating system.
    """
    return path.suffix.lower() in IMAGE_SUFFIXES and not is_left_by_system(path)


def is_left_by_system(path: Path) -> bool:
    """Tell whether an operating system or a file manager left a file or folder, unasked.

    Args:
        path: The file or folder.

    Returns:
        Whether it is hidden, or has one of the names that such things have.
    """
    return path.name.startswith(".") or path.name.lower() in _LEFT_BY_SYSTEMS
