import pytest

from memnas_tf.errors import DataError
from memnas_tf.preprocessing import Preprocessing, load_preprocessing

_WITHOUT_CROP = '{"input_shape": [8, 8, 1], "mean": [1], "std": [1], "labels": ["cat"]}'
PREPROCESSING = Preprocessing((8, 8, 1), (125.3,), (63.0,), ("cat", "dog"), centre_crop=True)


def test_it_reads_back(tmp_path):
    file = tmp_path / "preprocessing.json"
    file.write_text(PREPROCESSING.to_json())
    assert load_preprocessing(file) == PREPROCESSING


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"input_shape": [8, 8]}', _WITHOUT_CROP])
def test_what_is_none_is_refused_by_name(tmp_path, text):
    file = tmp_path / "preprocessing.json"
    file.write_text(text)
    with pytest.raises(DataError, match=r"cannot read the preprocessing in .*preprocessing\.json"):
        load_preprocessing(file)


def test_a_missing_file_is_refused_by_name(tmp_path):
    with pytest.raises(DataError, match=r"gone\.json"):
        load_preprocessing(tmp_path / "gone.json")
