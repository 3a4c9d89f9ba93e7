"""The converter's order, worked out by hand."""

from memnas_tf.memory.conversion_order import Source, conversion_order


def test_weights_are_visited_from_the_largest_name_down():
    sources = [
        Source("", (), False),
        Source("a", (0,), True),
        Source("c", (0,), True),
        Source("b", (1,), True),
        Source("sum", (2, 3), False),
    ]
    assert conversion_order(sources) == [0, 1, 3, 2, 4]
