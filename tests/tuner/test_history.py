import subprocess
import sys

import pytest

from memnas_tf.documents import write_document
from memnas_tf.errors import SearchError
from tests.helpers.documents import content_of
from tests.helpers.searches import make_tuner
from tuner.history import load_search


@pytest.fixture(scope="module")
def directory(tmp_path_factory):
    tuner = make_tuner(tmp_path_factory.mktemp("history"), max_rounds=2)
    tuner.search(verbose=0)
    return tmp_path_factory.getbasetemp() / tuner.project_dir


def test_a_search_is_read_back(directory):
    history = load_search(directory)
    assert [entry.number for entry in history.rounds] == [1, 2]
    assert history.best.status == "completed"
    assert history.settings.max_rounds == 2
    assert history.stop_reason == "reached max_rounds (2)"


def test_a_search_without_a_finished_round_has_no_best(tmp_path):
    make_tuner(tmp_path)
    assert load_search(tmp_path / "search").best is None


def test_reading_one_loads_no_tensorflow(directory):
    code = (
        "import sys; from tuner.history import load_search; load_search(sys.argv[1]);"
        "print([name for name in ('keras', 'tensorflow', 'keras_tuner') if name in sys.modules])"
    )
    result = subprocess.run(
        [sys.executable, "-c", code, str(directory)], capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == "[]"


def test_a_directory_without_a_search_is_refused(tmp_path):
    with pytest.raises(SearchError, match=r"holds no search: oracle\.json is missing"):
        load_search(tmp_path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", r"cannot read .*oracle\.json"),
        ('{"a": ', r"cannot read .*oracle\.json"),
        ("[]", "a search of another tuner"),
        ("{}", "a search of another tuner"),
        (
            '{"memnas": {"schema": 99}}',
            "written by another version of this program .schema 99; this one reads 6",
        ),
        ('{"memnas": {"schema": 4}}', "written by an older version of this program"),
        ('{"memnas": {"schema": 6}}', "it has no checksum"),
    ],
)
def test_a_damaged_search_is_refused_by_name(tmp_path, text, message):
    (tmp_path / "oracle.json").write_text(text)
    with pytest.raises(SearchError, match=message):
        load_search(tmp_path)


def test_a_search_that_lacks_something_is_refused_by_its_place(directory, tmp_path):
    content = content_of(directory / "oracle.json")
    del content["memnas"]["rounds"][0]["memory_spread"]
    write_document(tmp_path / "oracle.json", content)
    with pytest.raises(SearchError, match=r"rounds\[0\].memory_spread is missing"):
        load_search(tmp_path)


def test_a_search_that_was_changed_is_read_as_it_was_before(directory, tmp_path, caplog):
    text = (directory / "oracle.json").read_text()
    (tmp_path / "oracle.json").write_text(text.replace('"kind": "grow"', '"kind": "Grow"', 1))
    with pytest.raises(SearchError, match="changed since it was written: its checksum is another"):
        load_search(tmp_path)
    (tmp_path / "oracle.json.bak").write_text(text)
    assert load_search(tmp_path) == load_search(directory)
    assert "going on from oracle.json.bak" in caplog.text
