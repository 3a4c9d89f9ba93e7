import os
import socket

import pytest

from memnas_tf.documents import read_bytes, read_text
from memnas_tf.errors import DocumentError, MissingDocumentError


def test_a_file_is_read(tmp_path):
    (tmp_path / "a").write_text("text")
    assert read_bytes(tmp_path / "a") == b"text"
    assert read_text(str(tmp_path / "a")) == "text"


@pytest.mark.parametrize("name", ["gone", "file/below", "nul\0"])
def test_what_is_not_there_is_missing(tmp_path, name):
    (tmp_path / "file").touch()
    with pytest.raises(MissingDocumentError):
        read_bytes(f"{tmp_path}/{name}")


@pytest.mark.timeout(20)
@pytest.mark.parametrize("kind", ["pipe", "socket", "directory", "device"])
def test_what_is_no_file_is_refused_at_once(tmp_path, monkeypatch, kind):
    monkeypatch.chdir(tmp_path)  # the name of a socket is short
    bound = socket.socket(socket.AF_UNIX)
    path = "/dev/zero" if kind == "device" else "it"
    {"pipe": os.mkfifo, "socket": bound.bind, "directory": os.mkdir}.get(kind, str)(path)
    with bound, pytest.raises(DocumentError, match=f"cannot read '{path}'"):
        read_bytes(path)


def test_a_link_to_itself_is_refused(tmp_path):
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(DocumentError, match="loop"):
        read_bytes(tmp_path / "loop")


def test_a_file_that_is_too_large_is_refused_before_it_is_read(tmp_path):
    with (tmp_path / "large").open("wb") as file:
        file.truncate(1 << 40)
    with pytest.raises(DocumentError, match="1,099,511,627,776 bytes"):
        read_bytes(tmp_path / "large")


def test_what_is_no_text_is_refused_by_name(tmp_path):
    (tmp_path / "a").write_bytes(b"\xff\xfe")
    with pytest.raises(DocumentError, match=r"a': it is not text in UTF-8"):
        read_text(tmp_path / "a")


def test_a_failing_disk_is_no_fault_of_the_file(tmp_path, monkeypatch):
    def fail(*args, **kwargs):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "open", fail)
    with pytest.raises(OSError, match="Input/output error") as raised:
        read_bytes(tmp_path / "a")
    assert not isinstance(raised.value, DocumentError)
