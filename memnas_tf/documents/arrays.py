"""NumPy's archives of arrays, read without pickle and without trust in what they claim."""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Mapping
from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt

from memnas_tf.documents.regular_file import check_regular, read_bytes
from memnas_tf.errors import DocumentError

LARGEST_ARCHIVE = 1 << 34  # bytes
_HEADERS = {
    (1, 0): np.lib.format.read_array_header_1_0,
    (2, 0): np.lib.format.read_array_header_2_0,
}


def read_arrays(path: str | os.PathLike[str]) -> Mapping[str, npt.NDArray[Any]]:
    """Read what `numpy.savez` wrote.

    Args:
        path: The file.

    Returns:
        The arrays by name, in the order they were written in.

    Raises:
        MissingDocumentError: If there is no such file.
        DocumentError: If it is damaged, or holds what `numpy.savez` does not write of numbers.
        OSError: If the disk or the system fails.
    """
    content = read_bytes(path, LARGEST_ARCHIVE)
    try:
        return _arrays(content)
    except MemoryError:
        raise
    except Exception as error:  # of bytes in memory, zipfile and NumPy raise what they like
        raise DocumentError(path, f"it is damaged ({error})") from error


def map_array(path: str | os.PathLike[str]) -> npt.NDArray[Any]:
    """Map an array in a file of somebody's own into memory.

    Args:
        path: What `numpy.save` wrote, of any size.

    Returns:
        The array, whose pages are read as they are asked for.

    Raises:
        DocumentError: If it is no such file, or holds objects.
        OSError: If the disk or the system fails.
    """
    check_regular(path)
    try:
        array: npt.NDArray[Any] = np.lib.format.open_memmap(path, mode="r")
    except (MemoryError, OSError):
        raise
    except Exception as error:  # of a header that is none, NumPy raises what it likes
        raise DocumentError(path, f"it holds no array ({error})") from error
    return array


def _arrays(content: bytes) -> dict[str, npt.NDArray[Any]]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = archive.infolist()
        # Stored as they are, they cannot be larger than the file; nor may they overlap.
        if any(member.compress_type != zipfile.ZIP_STORED for member in members):
            raise ValueError("its arrays are compressed")
        if sum(member.file_size for member in members) > len(content):
            raise ValueError("its arrays overlap")
        if len({member.filename for member in members}) != len(members):
            raise ValueError("it holds an array twice")
        return {
            member.filename.removesuffix(".npy"): _array(archive.read(member)) for member in members
        }


def _array(content: bytes) -> npt.NDArray[Any]:
    file = io.BytesIO(content)
    shape, fortran_order, dtype = _HEADERS[np.lib.format.read_magic(file)](file)
    if dtype.hasobject:
        raise ValueError("it holds objects")
    data = content[file.tell() :]
    if min(shape, default=0) < 0 or prod(shape) * dtype.itemsize != len(data):
        raise ValueError("an array is not of its size")
    flat = np.frombuffer(data, dtype, prod(shape))
    return flat.reshape(shape, order="F" if fortran_order else "C")
