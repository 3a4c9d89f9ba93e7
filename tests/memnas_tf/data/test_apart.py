import pytest

from memnas_tf.data.apart import check_apart
from memnas_tf.errors import ConfigError


@pytest.mark.parametrize(
    ("target", "how"),
    [
        ("photos", "is the data set's folder"),
        ("photos/cats/new/page.html", "lies in"),
        (".", "holds"),
        ("link", "is the data"),
        ("link/new", "lies in"),
        ("other/../photos/1", "lies in"),
    ],
)
def test_the_data_set_s_folder_is_left_alone(target, how, tmp_path):
    (tmp_path / "photos").mkdir()
    (tmp_path / "other").mkdir()
    (tmp_path / "link").symlink_to("photos")
    with pytest.raises(ConfigError, match=rf"{how}.*; name another"):
        check_apart(tmp_path / target, tmp_path / "photos", "name another")


@pytest.mark.parametrize("target", ["photos2", "searches/photos", "photos.html"])
def test_what_lies_apart_is_fine(target, tmp_path):
    check_apart(tmp_path / target, f"{tmp_path}/photos/", "name another")
