"""The operations of the search space."""

import pytest

from memnas_tf.operations import (
    OPERATIONS,
    is_pass_through,
    operation_parameters,
    operation_primitives,
    searched_operations,
)
from memnas_tf.primitives import BatchNorm, Conv, DepthwiseConv, Pool, ReLU


def test_the_seven_of_the_paper_in_the_order_of_their_bits():
    assert [operation.name for operation in searched_operations()] == [
        "conv_3x3",
        "depthwise_3x3",
        "depthwise_5x5",
        "factorised_7x7",
        "average_pool_3x3",
        "max_pool_3x3",
        "dilated_3x3",
    ]


def test_names_codes_and_colours_are_unique():
    for attribute in ("name", "code", "colour", "title"):
        assert len({getattr(operation, attribute) for operation in OPERATIONS.values()}) == 8


BN, RELU = BatchNorm(), ReLU()


@pytest.mark.parametrize(
    ("name", "primitives"),
    [
        ("conv_3x3", (Conv((3, 3), strided=True), BN, RELU)),
        (
            "depthwise_3x3",
            (DepthwiseConv((3, 3), strided=True), BN, Conv((1, 1)), BN, RELU),
        ),
        (
            "factorised_7x7",
            (
                *(Conv((1, 1), strided=True), BN, RELU),
                *(Conv((1, 7)), BN, RELU),
                *(Conv((7, 1)), BN, RELU),
            ),
        ),
        ("max_pool_3x3", (Conv((1, 1)), BN, Pool("max", (3, 3), strided=True))),
        ("average_pool_3x3", (Conv((1, 1)), BN, Pool("average", (3, 3), strided=True))),
        ("dilated_3x3", (Pool("average", (1, 1), strided=True), Conv((3, 3)), BN, RELU)),
        ("identity", (Conv((1, 1), strided=True),)),
    ],
)
def test_what_an_operation_is_made_of_at_stride_2(name, primitives):
    assert operation_primitives(name, 3, 4, 2) == primitives


def test_the_dilated_convolution_is_dilated_at_stride_1():
    first = operation_primitives("dilated_3x3", 3, 4, 1)[0]
    assert first == Conv((3, 3), dilation=2, strided=True)


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("conv_3x3", 9 * 3 * 4 + 16),
        ("dilated_3x3", 9 * 3 * 4 + 16),
        ("depthwise_3x3", 9 * 3 + 12 + 3 * 4 + 16),
        ("depthwise_5x5", 25 * 3 + 12 + 3 * 4 + 16),
        ("factorised_7x7", (3 * 4 + 16) + (7 * 16 + 16) + (7 * 16 + 16)),
        ("max_pool_3x3", 3 * 4 + 16),
        ("average_pool_3x3", 3 * 4 + 16),
        ("identity", 3 * 4),
    ],
)
@pytest.mark.parametrize("stride", [1, 2])
def test_parameters_by_hand(name, count, stride):
    """From 3 channels to 4."""
    assert operation_parameters(name, 3, 4, stride) == count


@pytest.mark.parametrize(
    ("name", "channels", "stride", "expected"),
    [
        ("identity", 4, 1, True),
        ("identity", 3, 1, False),
        ("identity", 4, 2, False),
        ("max_pool_3x3", 4, 1, False),
    ],
)
def test_pass_through(name, channels, stride, expected):
    assert is_pass_through(name, channels, 4, stride) is expected
    assert (operation_primitives(name, channels, 4, stride) == ()) is expected
