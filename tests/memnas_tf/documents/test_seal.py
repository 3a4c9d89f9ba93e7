import keras
import numpy as np
import pytest

from memnas_tf.documents.archive import check_archive
from memnas_tf.documents.seal import check_seal, seal
from memnas_tf.errors import DocumentError, MissingDocumentError


def make_model():
    return keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)])


@pytest.fixture(scope="module")
def sealed(tmp_path_factory):
    path = tmp_path_factory.mktemp("seal") / "a.weights.h5"
    model = make_model()
    model.save_weights(path)
    seal(path)
    return path, model.get_weights()


def test_keras_reads_a_sealed_file_as_any_other(sealed):
    path, weights = sealed
    check_seal(path)
    model = make_model()
    model.load_weights(path)
    for one, same in zip(model.get_weights(), weights, strict=True):
        np.testing.assert_array_equal(one, same)


def test_each_byte_counts(sealed, tmp_path):
    content = sealed[0].read_bytes()
    path = tmp_path / "b.weights.h5"
    for at in range(0, len(content), 101):
        altered = bytearray(content)
        altered[at] ^= 1
        path.write_bytes(altered)
        with pytest.raises(DocumentError, match="it is damaged"):
            check_seal(path)
    for cut in (0, 10, len(content) - 1):
        path.write_bytes(content[:cut])
        with pytest.raises(DocumentError, match="it is damaged"):
            check_seal(path)


def test_a_model_s_archive_is_checked_by_its_own_sums(tmp_path):
    path = tmp_path / "model.keras"
    make_model().save(path)
    check_archive(path)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(DocumentError, match="it is damaged"):
        check_archive(path)
    with pytest.raises(MissingDocumentError):
        check_archive(tmp_path / "gone.keras")
