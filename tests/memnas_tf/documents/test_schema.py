from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, NamedTuple

import pytest

from memnas_tf.documents import at_least, decode


class Pair(NamedTuple):
    low: float
    high: float


@dataclass(frozen=True)
class Inner:
    size: tuple[int, int]
    widths: tuple[int, ...] = ()

    def __post_init__(self):
        if sum(self.widths) > 9:
            raise ValueError("the widths are more than 9")


@dataclass
class Outer:
    name: str
    inner: Inner
    range: Pair
    share: float
    count: Annotated[int, at_least(1)] | None
    either: int | tuple[int, ...]
    kind: Literal["a", "b"]
    is_on: bool
    by_name: Mapping[str, list[float | None]]
    rest: dict[str, Any]


RIGHT = {
    "name": "x",
    "inner": {"size": [1, 2], "widths": [3]},
    "range": [0, 1.5],
    "share": 1,
    "count": None,
    "either": [1, 2],
    "kind": "a",
    "is_on": True,
    "by_name": {"loss": [0.5, None]},
    "rest": {"any": [1, "x"]},
}


def test_a_dataclass_is_its_own_schema():
    assert decode(Outer, RIGHT) == Outer(
        name="x",
        inner=Inner((1, 2), (3,)),
        range=Pair(0, 1.5),
        share=1,
        count=None,
        either=(1, 2),
        kind="a",
        is_on=True,
        by_name={"loss": [0.5, None]},
        rest={"any": [1, "x"]},
    )
    assert decode(Outer, {**RIGHT, "either": 3, "count": 1}).either == 3


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"name": 1}, "name is 1; it must be text"),
        ({"name": None}, "name is None; it must be text"),
        ({"inner": []}, "inner is a list of 0; it must be an object"),
        ({"inner": {"size": [1, 2]}}, "inner.widths is missing"),
        ({"inner": {"size": [1, 2], "widths": [], "x": 1}}, "inner.x is unknown"),
        ({"inner": {"size": [1], "widths": []}}, "inner.size is a list of 1; it must be a list of"),
        ({"inner": {"size": [1, 2.0], "widths": []}}, r"inner.size\[1\] is 2.0"),
        ({"inner": {"size": [1, 2], "widths": [10]}}, "inner: the widths are more than 9"),
        ({"range": [0]}, "range is a list of 1"),
        ({"share": "1"}, "share is '1'; it must be a number"),
        ({"share": True}, "share is True; it must be a number"),
        ({"share": float("nan")}, "share is nan; it must be a number"),
        ({"count": 0}, "count is 0; it must be at least 1"),
        ({"count": True}, "count is True; it must be a whole number"),
        ({"either": "1"}, "either is '1'"),
        ({"kind": "c"}, "kind is 'c'; it must be one of 'a', 'b'"),
        ({"is_on": 1}, "is_on is 1; it must be true or false"),
        ({"by_name": {"loss": [0.5, "x"]}}, r"by_name.loss\[1\] is 'x'"),
        ({"by_name": {"loss": 3}}, "by_name.loss is 3; it must be a list"),
        ({"rest": None}, "rest is None; it must be an object"),
        ({"other": 1}, "other is unknown"),
        ({"name": ["y" * 1000]}, "name is a list of 1"),
    ],
)
def test_what_an_annotation_does_not_say_is_refused_by_its_place(change, fault):
    with pytest.raises(ValueError, match=fault):
        decode(Outer, {**RIGHT, **change})


@pytest.mark.parametrize("key", RIGHT)
def test_what_is_missing_is_named(key):
    with pytest.raises(ValueError, match=f"{key} is missing"):
        decode(Outer, {name: value for name, value in RIGHT.items() if name != key})


def test_a_long_value_is_not_told_at_length():
    with pytest.raises(ValueError, match="must be a number") as raised:
        decode(float, "y" * 10_000)
    assert len(str(raised.value)) < 120
