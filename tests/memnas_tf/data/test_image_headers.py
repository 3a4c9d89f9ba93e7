"""What is refused before anything is decoded, with one message that names the file."""

import os
import socket
import sys

import pytest
from PIL import Image

from memnas_tf.data.image_headers import read_content, read_header
from memnas_tf.data.loading import load_dataset
from memnas_tf.errors import DataError
from tests.helpers.image_folders import digit_images, write_classes
from tests.helpers.image_kinds import image_files, png_header


@pytest.mark.parametrize("kind", ["jpeg", "mpo", "png, 16 bits, grey"])
def test_a_header_tells_size_and_colour(tmp_path, kind):
    path = tmp_path / "photo.jpg"
    path.write_bytes(image_files(21, 34)[kind])
    assert read_header(path) == (21, 34, kind.endswith("grey"))
    assert read_content(path) == path.read_bytes()


def make_socket(path):
    os.chdir(path.parent)  # a socket's address is short
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(path.name)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda path: path.symlink_to("gone.png"), "is a link to 'gone.png', which cannot be"),
        (lambda path: path.symlink_to(path), "is a link to .*x.png', which cannot be"),
        (os.mkfifo, "is a named pipe in truth"),
        (make_socket, "is a socket in truth"),
        (lambda path: path.symlink_to("/dev/zero"), "is a device in truth"),
        (lambda path: path.mkdir(), "is a folder"),
        (lambda path: path.touch(), "is an empty file"),
        (lambda path: path.write_bytes(b"junk"), "is neither JPEG nor PNG"),
        (
            lambda path: path.write_bytes(png_header(2**14, 2**14)),
            "has more than 134,217,728 pixels",
        ),
        (
            lambda path: path.write_bytes(png_header(2**30, 2**30)),
            "has more than 134,217,728 pixels",
        ),
        (lambda path: Image.new("L", (3, 3)).save(path, "TIFF"), "is TIFF in truth"),
    ],
)
def test_what_cannot_be_read_is_named(tmp_path, monkeypatch, make, message):
    monkeypatch.chdir(tmp_path)
    photos = write_classes(tmp_path / "photos", digit_images(classes=2, per_class=3))
    make(photos / "0" / "x.png")
    with pytest.raises(DataError, match=f"x.png' {message}"):
        load_dataset(str(photos))


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser reads everything")
def test_a_file_that_may_not_be_read_is_named(tmp_path):
    path = tmp_path / "x.png"
    Image.new("L", (3, 3)).save(path)
    path.chmod(0)
    with pytest.raises(DataError, match=r"x.png' cannot be read \(Permission denied\)"):
        read_header(path)


@pytest.mark.skipif(sys.platform != "linux", reason="names are text elsewhere")
def test_a_file_whose_name_is_no_text_is_read(tmp_path):
    photos = write_classes(tmp_path / "photos", digit_images(classes=2, per_class=3))
    (photos / "0" / "000.png").rename(os.fsdecode(os.fsencode(photos / "0") + b"/\xff.png"))
    data = load_dataset(str(photos), validation_fraction=0)
    assert len(data.train_images) + len(data.load_test()[0]) == 6
