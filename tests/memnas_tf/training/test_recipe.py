import pytest

from memnas_tf.errors import ConfigError
from memnas_tf.training.recipe import RECIPES, Recipe, make_recipe


def test_the_paper_s_recipe_is_the_paper_s():
    paper = make_recipe("paper")
    assert (paper.epochs, paper.batch_size, paper.learning_rate) == (60, 128, 0.01)
    assert paper.weight_decay == paper.label_smoothing == paper.mixup == paper.ema_epochs == 0


def test_values_of_one_s_own_replace_the_recipe_s():
    made = make_recipe("modern", epochs=3, weight_decay=0.0, mixup=None)
    assert (made.epochs, made.weight_decay) == (3, 0.0)
    assert made.mixup == RECIPES["modern"].mixup


@pytest.mark.parametrize(("epochs", "warm_up"), [(60, 5), (25, 5), (10, 2), (4, 0), (1, 0)])
def test_a_short_training_warms_up_for_a_fifth_at_most(epochs, warm_up):
    assert make_recipe("modern", epochs=epochs).warm_up_epochs == warm_up
    assert make_recipe("modern", epochs=60, warm_up_epochs=9).warm_up_epochs == 9


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"epochs": 0}, "epochs is 0; it must be a whole number, at least 1"),
        ({"batch_size": -1}, "batch_size is -1"),
        ({"learning_rate": 0.0}, "learning_rate is 0.0; it must be above 0"),
        ({"learning_rate": float("nan")}, "learning_rate is nan"),
        ({"weight_decay": -0.1}, "weight_decay is -0.1; it must be at least 0"),
        ({"label_smoothing": 1.0}, "label_smoothing is 1.0; it must be at least 0 and below 1"),
        ({"mixup": float("nan")}, "mixup is nan"),
        ({"schedule": "flat"}, "schedule is 'flat'; use one of warm-restarts, cosine"),
        ({"warm_up_epochs": 2}, "'warm-restarts' has no warm-up; use the schedule 'cosine'"),
        ({"schedule": "cosine", "epochs": 3, "warm_up_epochs": 3}, "3 of 3 epochs; leave epochs"),
        ({"dropout": 0.5}, "a recipe has no 'dropout'; it has schedule, learning_rate"),
    ],
)
def test_what_no_training_can_have_is_refused(values, message):
    with pytest.raises(ConfigError, match=message):
        make_recipe("paper", **values)


def test_an_unknown_recipe_is_refused():
    with pytest.raises(ConfigError, match="unknown recipe 'mine'; use one of paper, modern"):
        make_recipe("mine")


def test_averages_reach_as_far_back_whatever_the_number_of_steps():
    recipe = Recipe("cosine", 0.1, ema_epochs=2)
    for steps in (1, 10, 1000):
        assert 1 / (1 - recipe.ema_momentum(steps)) == pytest.approx(2 * steps + 1)
