"""Tensors that two concatenations read."""

from memnas_tf.memory.kernels import Operation, OperationGraph, Tensor
from memnas_tf.memory.requantisation import requantised


def graph(*operations):
    """Make a graph whose i-th operation makes tensor i + 1 of others."""
    made = tuple(
        Operation(kind, inputs, (number,)) for number, (kind, *inputs) in enumerate(operations, 1)
    )
    made = tuple(o._replace(inputs=tuple(o.inputs)) for o in made)
    tensors = tuple(Tensor((1, 2, 2, 1), 1) for _ in range(len(made) + 1))
    return OperationGraph(tensors, made, (0,), (len(made),))


def test_one_concatenation_and_what_it_reads_share_a_scale():
    one = graph(("CONV_2D", 0), ("MAX_POOL_2D", 1), ("CONCATENATION", 1, 2), ("MEAN", 3))
    assert requantised(one) is one


def test_concatenations_of_each_other_share_a_scale():
    both = graph(("CONV_2D", 0), ("CONV_2D", 0), ("CONCATENATION", 1, 2), ("CONCATENATION", 1, 3))
    assert requantised(both) is both


def test_the_earlier_of_two_reads_a_copy_in_its_own_scale():
    two = graph(
        ("CONV_2D", 0),
        ("CONV_2D", 0),
        ("CONCATENATION", 1, 2),
        ("CONV_2D", 3),
        ("CONCATENATION", 1, 4),
    )
    kinds = [operation.kind for operation in requantised(two).operations]
    assert kinds == [
        "CONV_2D", "QUANTIZE", "CONV_2D", "CONCATENATION", "CONV_2D", "CONCATENATION"
    ]  # fmt: skip
    assert requantised(two).operations[3].inputs == (2, 3)
    assert requantised(two).operations[5].inputs == (1, 5)
    assert requantised(two).outputs == (6,)
