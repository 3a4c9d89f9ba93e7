import pytest

from memnas_tf.errors import DataError
from memnas_tf.preprocessing import Preprocessing, load_preprocessing
from tests.helpers.documents import alter

PREPROCESSING = Preprocessing((8, 8, 1), (125.3,), (63.0,), ("cat", "dog"), centre_crop=True)


def test_it_reads_back(tmp_path):
    file = tmp_path / "preprocessing.json"
    PREPROCESSING.save(file)
    assert load_preprocessing(file) == PREPROCESSING


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"input_shape": [8, 8]}'])
def test_what_is_none_is_refused_by_name(tmp_path, text):
    file = tmp_path / "preprocessing.json"
    file.write_text(text)
    with pytest.raises(DataError, match=r"cannot read the preprocessing in .*preprocessing\.json"):
        load_preprocessing(file)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"input_shape": [8, 8]}, "input_shape is a list of 2"),
        ({"mean": ["1"]}, r"mean\[0\] is '1'; it must be a number"),
        ({"std": [0]}, r"std\[0\] is 0; it must be above 0"),
        ({"mean": [1, 2]}, "not one mean"),
        ({"labels": "cat"}, "labels is 'cat'; it must be a list"),
        ({"centre_crop": 1}, "centre_crop is 1; it must be true or false"),
        ({"more": 1}, "more is unknown"),
    ],
)
def test_what_no_preprocessing_has_is_refused_by_its_place(tmp_path, change, fault):
    file = tmp_path / "preprocessing.json"
    PREPROCESSING.save(file)
    alter(file, lambda content: content.update(change))
    with pytest.raises(DataError, match=fault):
        load_preprocessing(file)


def test_a_missing_file_is_refused_by_name(tmp_path):
    with pytest.raises(DataError, match=r"gone\.json"):
        load_preprocessing(tmp_path / "gone.json")
