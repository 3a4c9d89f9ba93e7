from dataclasses import dataclass

import pytest

from memnas_tf.errors import ConfigError
from memnas_tf.knob_kinds import Ascending, Flag, Names, OneOf, Real, Several, Size, Whole
from memnas_tf.knobs import describe, knob, like, pick, read_knobs, values_of
from memnas_tf.metric import METRICS, relative
from memnas_tf.moves import MOVES, widen


@dataclass(frozen=True)
class Group:
    rounds: int = knob("Rounds.", Whole(), 4)
    most: int | None = knob("Trials in all.", Whole(), unset="no limit")
    tradeoff: float = knob("Lambda.", Real(0, 1), 0.5)
    fraction: float = knob("A part.", Real(0, 1, below=True), 0.2)
    rate: float = knob("A rate.", Real(above=True), 0.1)
    metric: str = knob("Equation 4.", OneOf(METRICS), "scaled")
    size: int = knob("Bytes.", OneOf((4, 2, 1)), 4)
    moves: tuple[str, ...] = knob("Moves.", Names(MOVES), ("grow",))
    trials: int | tuple[int, ...] = knob("Trials.", Several("trials", "6"), 6)
    rungs: tuple[int, ...] = knob("Rungs.", Ascending("epochs", "2"), (), unset="none")
    shape: tuple[int, int] = knob("A size.", Size(("height", "width")), (8, 8))
    anew: bool = knob("Delete it.", Flag(), False)

    def __post_init__(self):
        read_knobs(self)


@dataclass(frozen=True)
class Other:
    rounds: int = like(Group, "rounds", 9, help="Of another.")
    most: int | None = like(Group, "most")


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"rounds": 0}, "rounds is 0; it must be a whole number, at least 1$"),
        ({"rounds": None}, "rounds is None; it must be a whole number"),
        ({"rounds": True}, "rounds is True"),
        ({"most": 0}, "most is 0; it must be a whole number, at least 1, or None for no limit"),
        ({"tradeoff": 1.5}, "tradeoff is 1.5; it must lie between 0 and 1"),
        ({"tradeoff": float("nan")}, "tradeoff is nan"),
        ({"fraction": 1}, "fraction is 1; it must be at least 0 and below 1"),
        ({"rate": 0}, "rate is 0; it must be above 0"),
        ({"rate": "fast"}, "rate is 'fast'; it must be above 0"),
        ({"metric": "best"}, "unknown metric 'best'; use one of scaled"),
        ({"metric": print}, "is no registered metric; register it first, or use one of scaled"),
        ({"size": 3}, "size is 3; use one of 4, 2, 1"),
        ({"size": True}, "size is True"),
        ({"moves": ()}, "moves is empty; name at least one, such as grow"),
        ({"moves": ["grow", "jump"]}, "unknown move 'jump'"),
        ({"trials": (4, 0)}, "trials is 0"),
        ({"trials": []}, "trials is empty; give one number or several"),
        ({"trials": "6"}, "trials is '6'"),
        ({"rungs": (3, 3)}, "rungs are 3, 3; they must be whole numbers of epochs"),
        ({"shape": (8,)}, r"shape is \(8,\); it must be height, width as whole numbers"),
    ],
)
def test_what_is_out_of_range_is_refused_by_name_and_value(values, message):
    with pytest.raises(ConfigError, match=message):
        Group(**values)


def test_a_value_is_kept_in_one_form():
    made = Group(trials=[4, 8], rungs=[1, 2], moves=["grow", widen], metric=relative, shape=[3, 4])
    assert (made.trials, made.rungs, made.moves) == ((4, 8), (1, 2), ("grow", "widen"))
    assert (made.metric, made.shape, Group(rungs=None).rungs) == ("relative", (3, 4), ())


def test_a_knob_of_another_group_has_its_range_and_may_have_another_default():
    assert (Other().rounds, Other().most) == (9, None)
    assert describe(Other)[0] == ("rounds", "Of another.")


def test_groups_are_taken_apart_by_name_and_put_together_again():
    values = values_of(Other(most=3))
    assert values == {"rounds": 9, "most": 3}
    assert pick(Other, {**values, "colour": "red"}) == values


def test_a_description_says_what_there_is_to_choose_from_and_what_none_means():
    described = dict(describe(Group))
    assert described["most"] == "Trials in all. None for no limit."
    assert described["size"] == "Bytes. One of 4, 2, 1."
    assert described["moves"] == "Moves. Names of registered moves, or these themselves."
