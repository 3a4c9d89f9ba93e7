"""What kernels need, worked out by hand."""

import pytest

from memnas_tf.errors import ConfigError
from memnas_tf.memory.kernels import Operation, OperationGraph, Tensor, runtime_graph


def one(operation, *shapes, size=4):
    """Make a graph of one operation between an input and an output."""
    return OperationGraph(tuple(Tensor(s, size) for s in shapes), (operation,), (0,), (1,))


def temporaries(operation, *shapes, kernels="optimised", size=4):
    """Return the temporaries of one operation."""
    (lowered,) = runtime_graph(one(operation, *shapes, size=size), kernels).operations
    return lowered.temporaries


CONVOLUTION = Operation("CONV_2D", (0,), (1,), window=(3, 5))
SHAPES = (1, 8, 8, 3), (1, 4, 4, 7)


@pytest.mark.parametrize("size", [1, 4])
def test_optimised_convolution_unrolls_its_input(size):
    expected = (4 * 4 * 3 * 15 * size,)
    assert temporaries(CONVOLUTION, *SHAPES, size=size) == expected
    assert temporaries(CONVOLUTION, *SHAPES, size=size, kernels="reference") == ()


@pytest.mark.parametrize(("has_gaps", "expected"), [(False, ()), (True, (4 * 4 * 3 * 4,))])
def test_pointwise_convolution_unrolls_only_with_a_stride(has_gaps, expected):
    operation = Operation("CONV_2D", (0,), (1,), has_gaps=has_gaps)
    assert temporaries(operation, *SHAPES) == expected


@pytest.mark.parametrize("kernels", ["reference", "optimised"])
@pytest.mark.parametrize("size", [1, 4])
def test_mean_keeps_positions_axes_and_sums(kernels, size):
    operation = Operation("MEAN", (0,), (1,), axes=2)
    found = temporaries(operation, (1, 8, 8, 3), (1, 3), kernels=kernels, size=size)
    assert found == (4 * 4, 2 * 4, 3 * 4)


@pytest.mark.parametrize(
    ("kind", "in_place", "keeps_values"),
    [("ADD", (0, 1), False), ("SOFTMAX", (0,), False), ("RESHAPE", (0,), True), ("PAD", (), False)],
)
def test_operations_in_place(kind, in_place, keeps_values):
    tensors = (Tensor((1, 8), 4),) * 3
    graph = OperationGraph(tensors, (Operation(kind, (0, 1), (2,)),), (0, 1), (2,))
    (operation,) = runtime_graph(graph).operations
    assert (operation.in_place, operation.keeps_values) == (in_place, keeps_values)


def test_operation_whose_needs_are_not_known_is_refused():
    with pytest.raises(ConfigError, match="TRANSPOSE_CONV"):
        runtime_graph(one(Operation("TRANSPOSE_CONV", (0,), (1,)), *SHAPES))


def test_unknown_kernels_are_refused():
    with pytest.raises(ConfigError, match="fast"):
        runtime_graph(one(CONVOLUTION, *SHAPES), "fast")
