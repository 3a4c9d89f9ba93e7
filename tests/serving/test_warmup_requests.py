import numpy as np
import pytest

from serving.contract import signature_contracts
from serving.samples import sample_images, signature_inputs
from serving.warmup_requests import BATCH_SIZES, MAX_RECORDS, write_warmup
from tests.helpers.exports import PREPROCESSING

CONTRACTS = signature_contracts(PREPROCESSING.input_shape, 3)


@pytest.fixture(scope="module")
def logs(tmp_path_factory):
    import tensorflow as tf
    from tensorflow_serving.apis.prediction_log_pb2 import PredictionLog

    file = tmp_path_factory.mktemp("warmup") / "requests"
    images = sample_images(PREPROCESSING.input_shape)
    write_warmup(file, CONTRACTS, signature_inputs(images, PREPROCESSING))
    records = tf.data.TFRecordDataset(str(file)).as_numpy_iterator()
    return [PredictionLog.FromString(record) for record in records]


def test_every_signature_at_every_batch_size(logs):
    sizes = {name: [] for name in CONTRACTS}
    for log in logs:
        if log.HasField("classify_log"):
            request = log.classify_log.request
            size = len(request.input.example_list.examples)
        else:
            request = log.predict_log.request
            size = request.inputs["images"].tensor_shape.dim[0].size
        sizes[request.model_spec.signature_name].append(size)
    assert sizes == {name: list(BATCH_SIZES) for name in CONTRACTS}
    assert len(logs) <= MAX_RECORDS


def test_all_signatures_are_asked_about_the_same_images():
    import tensorflow as tf

    images = sample_images(PREPROCESSING.input_shape)
    np.testing.assert_array_equal(images, sample_images(PREPROCESSING.input_shape))
    assert len(np.unique(images)) > 100
    inputs = signature_inputs(images, PREPROCESSING)
    decoded = [tf.io.decode_png(file).numpy() for file in inputs["serve_bytes"]]
    np.testing.assert_array_equal(decoded, images)
    restored = inputs["serve_raw"] * PREPROCESSING.std + PREPROCESSING.mean
    np.testing.assert_allclose(restored, images, atol=1e-4)
