import pytest

from memnas_tf.training.recipe import COURSES
from memnas_tf.training.schedules import (
    SCHEDULES,
    restart_cycles,
    warm_restarts,
    warm_up_and_cosine,
)


def rates(schedule, *steps):
    return [float(schedule(step)) for step in steps]


@pytest.mark.parametrize(
    ("epochs", "cycles"), [(1, 1), (10, 1), (29, 1), (30, 2), (60, 2), (70, 3)]
)
def test_each_cycle_is_twice_as_long_and_the_first_has_ten_epochs(epochs, cycles):
    assert restart_cycles(epochs) == cycles


def test_the_rate_restarts_and_ends_near_zero():
    found = rates(warm_restarts(0.01, total_steps=300, cycles=2), 0, 50, 99, 100, 200, 299)
    assert found[0] == found[3] == pytest.approx(0.01)
    assert found[1] == pytest.approx(0.005)
    assert found[4] == pytest.approx(0.005)
    assert found[2] < 1e-5
    assert found[5] < 1e-5


def test_the_rate_rises_from_zero_and_falls_to_zero():
    found = rates(warm_up_and_cosine(0.1, 110, 10), 0, 5, 10, 60, 110)
    assert found == pytest.approx([0, 0.05, 0.1, 0.05, 0], abs=1e-6)


def test_without_a_warm_up_the_rate_starts_at_its_highest():
    assert rates(warm_up_and_cosine(0.1, 100, 0), 0, 50, 100) == pytest.approx([0.1, 0.05, 0])


def test_schedules_count_epochs_in_steps():
    found = rates(SCHEDULES["cosine"](0.1, 11, 10, 1), 0, 5, 10, 60, 110)
    assert found == pytest.approx([0, 0.05, 0.1, 0.05, 0], abs=1e-6)
    found = rates(SCHEDULES["warm-restarts"](0.1, 30, 10, 0), 0, 50, 100, 200)
    assert found == pytest.approx([0.1, 0.05, 0.1, 0.05])


def test_recipes_can_name_every_schedule():
    assert tuple(SCHEDULES) == COURSES
