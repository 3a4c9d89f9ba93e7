"""Networks of the paper's tables have the parameters that their own papers print."""

import keras
import numpy as np
import pytest

from benchmarks.paper_networks import (
    PadChannels,
    condensenet,
    mobilenet_v2_cifar,
    resnet_cifar,
    shufflenet_v1,
)


@pytest.mark.parametrize(
    ("build", "millions"),
    [
        (lambda: resnet_cifar(56), 0.85),
        (lambda: shufflenet_v1(1.5), 3.4),
        (lambda: condensenet((8, 8, 8), (8, 16, 32), 4, cifar=True), 0.22),
        (lambda: condensenet((4, 6, 8, 10, 8), (8, 16, 32, 64, 128), 8), 2.9),
    ],
)
def test_parameters(build, millions):
    model = build()
    trained = sum(int(np.prod(weight.shape)) for weight in model.trainable_weights)
    assert trained / 1e6 == pytest.approx(millions, rel=0.03)


def test_mobilenet_for_cifar_is_that_of_imagenet_with_other_strides():
    model = mobilenet_v2_cifar()
    usual = keras.applications.MobileNetV2((224, 224, 3), weights=None, classes=10)
    assert model.count_params() == usual.count_params()
    assert model.layers[-3].output.shape == (None, 4, 4, 1280)


def test_short_cuts_of_a_resnet_are_padded():
    padded = PadChannels(5)(np.ones((1, 2, 2, 3), "float32"))
    assert padded.shape == (1, 2, 2, 5)
    assert float(keras.ops.sum(padded)) == 12
