"""Values apart, near their targets."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memnas_tf.drawing.placement import spread

numbers = st.floats(-50, 50)
rows = st.lists(st.tuples(numbers, st.floats(0.1, 9), st.floats(0, 5)), min_size=1, max_size=8)


def test_targets_that_lie_apart_are_met():
    assert spread([0, 2, 4], [1, 1, 1], [1, 1]) == [0, 2, 4]


def test_equal_targets_share_the_way():
    assert spread([1, 1], [1, 1], [2]) == [0, 2]
    assert spread([1, 1], [3, 1], [2]) == [0.5, 2.5]


@given(rows)
def test_apart_and_balanced(row):
    targets, weights, gaps = (list(column) for column in zip(*row, strict=True))
    values = spread(targets, weights, gaps[1:])
    for left, right, gap in zip(values, values[1:], gaps[1:], strict=False):
        assert right - left >= gap - 1e-9
    # At the optimum no common shift of all values helps.
    moved = [(v - t) * w for v, t, w in zip(values, targets, weights, strict=True)]
    assert sum(moved) == pytest.approx(0, abs=1e-6)
