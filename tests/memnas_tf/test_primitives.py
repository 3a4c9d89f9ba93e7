"""Primitives as data."""

import pytest

from memnas_tf.primitives import (
    SUBSAMPLE,
    BatchNorm,
    Conv,
    DepthwiseConv,
    Pool,
    ReLU,
    at_stride,
    count_parameters,
    output_channels,
)


@pytest.mark.parametrize(
    ("primitive", "parameters", "channels"),
    [
        (Conv((3, 5)), 15 * 2 * 7, 7),
        (DepthwiseConv((3, 5)), 15 * 2, 2),
        (BatchNorm(), 4 * 2, 2),
        (ReLU(), 0, 2),
        (Pool("max", (3, 3)), 0, 2),
    ],
)
def test_from_two_channels_to_seven_filters(primitive, parameters, channels):
    assert primitive.parameters(2, 7) == parameters
    assert output_channels(primitive, 2, 7) == channels


def test_channels_change_along_a_sequence():
    assert count_parameters([BatchNorm(), Conv((1, 1)), BatchNorm()], 2, 7) == 8 + 14 + 28


def test_a_strided_dilated_convolution_subsamples_first():
    dilated = Conv((3, 3), dilation=2, strided=True)
    assert list(at_stride([dilated, ReLU()], 2)) == [SUBSAMPLE, Conv((3, 3)), ReLU()]
    assert list(at_stride([dilated], 1)) == [dilated]


@pytest.mark.parametrize("primitive", [Conv((3, 3), dilation=2), Conv((3, 3), strided=True)])
def test_other_convolutions_stay(primitive):
    assert list(at_stride([primitive], 2)) == [primitive]
