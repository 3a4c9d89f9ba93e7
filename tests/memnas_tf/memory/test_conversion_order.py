"""The converter's order, worked out by hand."""

from memnas_tf.memory.conversion_order import UnplacedOperation, conversion_order


def test_weights_are_visited_from_the_largest_name_down():
    operations = [
        UnplacedOperation("", (), False),
        UnplacedOperation("a", (0,), True),
        UnplacedOperation("c", (0,), True),
        UnplacedOperation("b", (1,), True),
        UnplacedOperation("sum", (2, 3), False),
    ]
    assert conversion_order(operations) == [0, 1, 3, 2, 4]
