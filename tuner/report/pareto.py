"""Which networks no other beats in both quality and memory."""

from __future__ import annotations

from collections.abc import Sequence


def pareto_front(points: Sequence[tuple[float, float]]) -> list[int]:
    """Find the points that no other has less memory than at the same quality, or more quality.

    Args:
        points: Memory of each network, and a number of which more is better.

    Returns:
        The positions of those on the front, by rising memory; of equal points the first.
    """
    order = sorted(range(len(points)), key=lambda i: (points[i][0], -points[i][1], i))
    front: list[int] = []
    for i in order:
        if not front or points[i][1] > points[front[-1]][1]:
            front.append(i)
    return front
