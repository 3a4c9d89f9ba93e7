"""The networks that searched ones are measured against."""

import numpy as np
import pytest

from benchmarks.showdown.sizes import macs_of
from memnas_tf.errors import ConfigError
from memnas_tf.plain_networks import PLAIN_NETWORKS, resnet8


@pytest.mark.parametrize("name", PLAIN_NETWORKS)
def test_it_gives_probabilities_of_images_of_any_size(name):
    model = PLAIN_NETWORKS[name]((20, 14, 3), 7, 4)
    answers = np.asarray(model(np.zeros((2, 20, 14, 3), np.float32)))
    assert answers.shape == (2, 7)
    np.testing.assert_allclose(answers.sum(axis=1), 1, rtol=1e-5)


@pytest.mark.parametrize("name", PLAIN_NETWORKS)
def test_a_width_that_is_none_is_refused(name):
    with pytest.raises(ConfigError, match="width is 0; it must be at least 1"):
        PLAIN_NETWORKS[name]((32, 32, 3), 10, 0)


def test_resnet8_is_mlperf_tiny_s():
    model = resnet8((32, 32, 3), 10)
    assert macs_of(model) == 12_501_632
    kernels = sum(np.prod(one.shape) for one in model.weights if one.name == "kernel")
    assert kernels == 77_360
