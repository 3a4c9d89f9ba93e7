import pytest

from memnas_tf.errors import ServingError
from serving.server.complete_versions import check_version, complete_versions
from tests.helpers.model_directories import make_versions


def test_versions_by_number(tmp_path):
    make_versions(tmp_path, 10, 9, 1)
    (tmp_path / ".11.5.tmp").mkdir()
    (tmp_path / "12").write_text("a file")
    assert complete_versions(tmp_path) == [1, 9, 10]
    check_version(tmp_path, 10)


@pytest.mark.parametrize(
    "missing",
    ["saved_model.pb", "variables/variables.index", "variables/variables.data-00000-of-00001"],
)
def test_an_incomplete_version_is_none(tmp_path, missing):
    make_versions(tmp_path, 1, 2)
    (tmp_path / "2" / missing).unlink()
    assert complete_versions(tmp_path) == [1]
    with pytest.raises(ServingError) as caught:
        check_version(tmp_path, 2)
    assert missing.partition("-")[0] in str(caught.value)


def test_what_is_not_there(tmp_path):
    with pytest.raises(ServingError, match="has no version 3; the versions in it: 1, 2"):
        check_version(make_versions(tmp_path, 1, 2), 3)
    with pytest.raises(ServingError, match="is no model directory; export a model to it first"):
        complete_versions(tmp_path / "gone")
