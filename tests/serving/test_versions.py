import pytest

from memnas_tf.errors import ExportError
from serving.versions import next_version, publish


def test_versions_count_up_from_the_highest(tmp_path):
    assert next_version(tmp_path / "new") == 1
    for name in ("2", "10", "x11", ".12.tmp"):
        (tmp_path / name).mkdir()
    assert next_version(tmp_path) == 11


def test_a_version_appears_whole(tmp_path):
    with publish(tmp_path / "model", 1) as directory:
        (directory / "file").write_text("content")
        assert not (tmp_path / "model" / "1").exists()
        assert not directory.name.isdecimal()
    assert (tmp_path / "model" / "1" / "file").read_text() == "content"
    assert [path.name for path in (tmp_path / "model").iterdir()] == ["1"]


def test_a_failure_leaves_nothing(tmp_path):
    with pytest.raises(RuntimeError), publish(tmp_path, 1) as directory:
        (directory / "file").write_text("half")
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []


def test_a_version_that_appears_meanwhile_is_not_written_over(tmp_path):
    with pytest.raises(ExportError, match="in the meantime"), publish(tmp_path, 1) as directory:
        (directory / "file").write_text("mine")
        (tmp_path / "1").mkdir()
        (tmp_path / "1" / "file").write_text("theirs")
    assert (tmp_path / "1" / "file").read_text() == "theirs"


@pytest.mark.parametrize("image", ["photo.JPG", "cats/1.png", "train/cats/1.jpeg"])
def test_images_are_not_mixed_with_versions(image, tmp_path):
    (tmp_path / image).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / image).touch()
    with pytest.raises(ExportError, match="holds images"), publish(tmp_path, 1):
        pass
    assert not (tmp_path / "1").exists()


def test_bad_targets_are_refused(tmp_path):
    with pytest.raises(ExportError, match="version is 0"), publish(tmp_path, 0):
        pass
    (tmp_path / "file").write_text("")
    with pytest.raises(ExportError, match="is a file"), publish(tmp_path / "file", 1):
        pass
