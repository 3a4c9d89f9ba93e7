"""What an image file says of itself, and whether it can be read: before anything is decoded."""

from __future__ import annotations

import os
import stat
import warnings
from pathlib import Path
from typing import NamedTuple

from PIL import Image, UnidentifiedImageError

from memnas_tf.errors import DataError

# Decoded, three bytes each. Beyond it an image is a mistake, or an attack on the memory.
MAX_PIXELS = 2**27
_FORMATS = {"JPEG", "MPO", "PNG"}  # MPO: what some cameras write as .jpg, a JPEG first of all
_GREY_MODES = {"1", "L", "LA", "I", "I;16"}
_KINDS = {
    stat.S_ISDIR: "folder",
    stat.S_ISFIFO: "named pipe",
    stat.S_ISSOCK: "socket",
    stat.S_ISCHR: "device",
    stat.S_ISBLK: "device",
}


class ImageHeader(NamedTuple):
    """What a header says.

    Attributes:
        height: In pixels.
        width: In pixels.
        is_grey: Whether the image has no colours.
    """

    height: int
    width: int
    is_grey: bool


def read_header(path: Path) -> ImageHeader:
    """Read the header of an image file.

    Args:
        path: The file.

    Returns:
        The header.

    Raises:
        DataError: It is no regular file, cannot be read, is neither JPEG nor PNG, or has more than
            `MAX_PIXELS` pixels.
    """
    check_file(path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about what is refused below, or not looked at
            with Image.open(path) as image:
                kind, (width, height), mode = image.format, image.size, image.mode
    except UnidentifiedImageError as error:
        raise DataError(
            f"The image {str(path)!r} is neither JPEG nor PNG, or damaged: repair it, or move it "
            "away."
        ) from error
    except Image.DecompressionBombError as error:  # of a limit that is above ours
        raise DataError(_too_large(path)) from error
    except OSError as error:
        raise DataError(_unreadable(path, error)) from error
    except (ValueError, SyntaxError, ArithmeticError, LookupError) as error:
        raise DataError(
            f"The image {str(path)!r} is damaged ({error}): repair it, or move it away."
        ) from error
    if kind not in _FORMATS:
        raise DataError(f"The image {str(path)!r} is {kind} in truth: convert it to JPEG or PNG.")
    if height * width > MAX_PIXELS:
        raise DataError(_too_large(path))
    return ImageHeader(height, width, mode in _GREY_MODES)


def read_content(path: Path) -> bytes:
    """Read an image file as it is.

    Args:
        path: The file.

    Returns:
        Its bytes.

    Raises:
        DataError: As `read_header`.
    """
    read_header(path)
    try:
        return path.read_bytes()
    except OSError as error:
        raise DataError(_unreadable(path, error)) from error


def check_file(path: Path) -> os.stat_result:
    """Refuse what is no regular file, and what is empty.

    Args:
        path: The file.

    Returns:
        Its status.

    Raises:
        DataError: It is not there, of another kind, or empty.
    """
    try:
        status = path.stat()
    except OSError as error:
        if path.is_symlink():
            raise DataError(
                f"The image {str(path)!r} is a link to {os.readlink(path)!r}, which cannot be "
                f"reached ({error.strerror}): mend the link, or move it away."
            ) from error
        raise DataError(_unreadable(path, error)) from error
    for is_kind, name in _KINDS.items():
        if is_kind(status.st_mode):
            raise DataError(f"The image {str(path)!r} is a {name} in truth: move it away.")
    if status.st_size == 0:
        raise DataError(f"The image {str(path)!r} is an empty file: move it away.")
    return status


def _unreadable(path: Path, error: OSError) -> str:
    reason = error.strerror or error
    return f"The image {str(path)!r} cannot be read ({reason}): repair it, or move it away."


def _too_large(path: Path) -> str:
    return (
        f"The image {str(path)!r} has more than {MAX_PIXELS:,} pixels: shrink it, or move it away."
    )
