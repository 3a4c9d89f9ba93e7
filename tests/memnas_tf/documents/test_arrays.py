import io
import os
import zipfile

import numpy as np
import pytest

from memnas_tf.documents import read_arrays
from memnas_tf.documents.arrays import map_array
from memnas_tf.errors import DocumentError

ARRAYS = {
    "a": np.arange(6, dtype=np.float32).reshape(2, 3),
    "b": np.asfortranarray(np.arange(6).reshape(2, 3)),
    "c": np.array(1.5),
    "d": np.zeros((0, 4), np.uint8),
}


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "a.npz"
    np.savez(path, **ARRAYS)
    return path


def test_arrays_are_read_back(file):
    read = read_arrays(file)
    assert list(read) == list(ARRAYS)
    for name, array in ARRAYS.items():
        np.testing.assert_array_equal(read[name], array)
        assert read[name].dtype == array.dtype


def written(path, content, compression=zipfile.ZIP_STORED, name="a.npy"):
    with zipfile.ZipFile(path, "w", compression) as archive:
        archive.writestr(name, content)


def npy(shape="(3,)", descr="'<f4'", data=b"\0" * 12):
    header = f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}"
    header = header.ljust(117) + "\n"
    return b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header.encode() + data


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (npy(shape="(4,)"), "not of its size"),
        (npy(shape="(10**12,)"), "damaged"),
        (npy(shape="(1000000000000,)"), "not of its size"),
        (npy(shape="(-3,)"), "not of its size"),
        (npy(descr="'|O'"), "it holds objects"),
        (npy(descr="'none'"), "damaged"),
        (npy(shape="(" * 50), "damaged"),
        (npy(data=b""), "not of its size"),
        (b"\x80\x04K\x01.", "damaged"),  # a pickle
        (b"", "damaged"),
    ],
)
def test_what_savez_does_not_write_of_numbers_is_refused(tmp_path, content, fault):
    written(tmp_path / "a.npz", content)
    with pytest.raises(DocumentError, match=fault):
        read_arrays(tmp_path / "a.npz")


def test_an_archive_that_would_grow_is_refused(tmp_path):
    large = npy(shape=f"({1 << 24},)", data=b"\0" * (1 << 26))
    written(tmp_path / "a.npz", large, zipfile.ZIP_DEFLATED)
    with pytest.raises(DocumentError, match="compressed"):
        read_arrays(tmp_path / "a.npz")


def test_an_array_that_was_changed_is_noticed(file):
    content = bytearray(file.read_bytes())
    at = content.index(np.float32(4).tobytes())
    content[at] ^= 1
    file.write_bytes(content)
    with pytest.raises(DocumentError, match="CRC"):
        read_arrays(file)


def test_a_file_that_is_cut_anywhere_is_refused(file):
    content = file.read_bytes()
    for end in range(0, len(content), 37):
        file.write_bytes(content[:end])
        with pytest.raises(DocumentError):
            read_arrays(file)


def test_no_bit_that_flips_is_more_than_a_damaged_file(file):
    content = file.read_bytes()
    for at in range(0, len(content), 7):
        altered = bytearray(content)
        altered[at] ^= 1 << at % 8
        file.write_bytes(altered)
        try:
            read_arrays(file)  # a date, say, is of no account
        except DocumentError as error:
            assert "a.npz" in str(error)


def test_objects_are_never_unpickled(tmp_path):
    buffer = io.BytesIO()
    np.save(buffer, np.array([{}], dtype=object), allow_pickle=True)
    written(tmp_path / "a.npz", buffer.getvalue())
    with pytest.raises(DocumentError, match="it holds objects"):
        read_arrays(tmp_path / "a.npz")


def test_an_array_is_mapped(tmp_path):
    np.save(tmp_path / "a.npy", ARRAYS["b"])
    np.testing.assert_array_equal(map_array(tmp_path / "a.npy"), ARRAYS["b"])


@pytest.mark.timeout(20)
def test_a_file_that_holds_no_array_is_not_mapped(tmp_path):
    for number, content in enumerate([b"", b"\x93NUMPY", npy(shape="(" * 60), npy(descr="'|O'")]):
        (tmp_path / f"{number}.npy").write_bytes(content)
        with pytest.raises(DocumentError, match="it holds no array"):
            map_array(tmp_path / f"{number}.npy")
    os.mkfifo(tmp_path / "pipe.npy")
    with pytest.raises(DocumentError, match="it is a pipe"):
        map_array(tmp_path / "pipe.npy")
