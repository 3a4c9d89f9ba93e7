import numpy as np
import pytest

from memnas_tf.errors import ServingError
from serving.client import Prediction
from serving.client.prediction import read_predictions
from serving.client.served_signature import Signature

ANY = Signature("classify", "images", "uint8", (8, 8, 3), {})


def test_the_likeliest_classes():
    prediction = Prediction(1, "dog", (0.2, 0.4, 0.4))
    assert prediction.probability == 0.4
    assert prediction.top(2) == [(1, 0.4), (2, 0.4)]
    assert len(prediction.top(9)) == 3


@pytest.mark.parametrize(
    "labels", [np.array([b"dog", "k\u00fc".encode()]), np.array(["dog", "k\u00fc"])]
)
def test_labels_over_grpc_and_over_rest(labels):
    outputs = {"probabilities": np.array([[0.0, 1.0], [1.0, 0.0]]), "label": labels}
    first, second = read_predictions(outputs, 2, ANY)
    assert (first.class_id, first.label, second.class_id, second.label) == (1, "dog", 0, "k\u00fc")


@pytest.mark.parametrize(
    ("outputs", "message"),
    [
        ({"scores": np.zeros((2, 3)), "classes": np.zeros((2, 3))}, "it gives 'classes', 'scores'"),
        ({"probabilities": np.zeros((1, 3))}, r"answered 2 images with .* shape \(1, 3\)"),
        ({"probabilities": np.zeros(2)}, r"must be numbers \(images, classes\)"),
    ],
)
def test_answers_of_another_kind(outputs, message):
    with pytest.raises(ServingError, match=message):
        read_predictions(outputs, 2, ANY)
