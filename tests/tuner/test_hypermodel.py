import keras_tuner
import numpy as np
import pytest

from memnas_tf.genotype import PRESETS, to_string
from memnas_tf.memory import parameter_count
from tests.helpers.formula import TEMPLATE
from tuner import MemNASHyperModel
from tuner.search_space import choose_genotype


def test_a_trial_s_genotype_is_built():
    hp = keras_tuner.HyperParameters()
    hp.Fixed("genotype", to_string(PRESETS["figure-1b"]))
    model = MemNASHyperModel(TEMPLATE).build(hp)
    assert model.count_params() == parameter_count(PRESETS["figure-1b"], TEMPLATE)
    assert model.optimizer is not None


def test_without_one_every_cell_is_a_choice():
    hp = keras_tuner.HyperParameters()
    genotype = choose_genotype(hp, blocks=2, max_cells=2, share_cells=False)
    genotype.require_buildable()
    names = {parameter.name for parameter in hp.space}
    assert {"block_1/cells", "block_2/cells", "block_2/cell_1/operation_2"} <= names


@pytest.mark.parametrize("share_cells", [True, False])
def test_every_choice_can_be_built(share_cells):
    oracle = keras_tuner.oracles.RandomSearchOracle("val_accuracy", max_trials=30, seed=3)
    seen = set()
    hp = keras_tuner.HyperParameters()
    for _ in range(30):
        genotype = choose_genotype(hp, 3, 3, share_cells)
        genotype.require_buildable()
        assert len(set(genotype.blocks)) == 1 or not share_cells
        seen.add(to_string(genotype))
        oracle.update_space(hp)
        hp = oracle.get_space()
        hp.values = oracle.populate_space("0")["values"]
    assert len(seen) > 15


TUNERS = {
    "random": lambda model, **kwargs: keras_tuner.RandomSearch(
        model, "val_accuracy", max_trials=2, seed=1, **kwargs
    ),
    "bayesian": lambda model, **kwargs: keras_tuner.BayesianOptimization(
        model, "val_accuracy", max_trials=2, num_initial_points=1, seed=1, **kwargs
    ),
    "hyperband": lambda model, **kwargs: keras_tuner.Hyperband(
        model, "val_accuracy", max_epochs=2, factor=2, seed=1, **kwargs
    ),
}


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=[pytest.mark.slow] * (name != "bayesian")) for name in TUNERS],
)
def test_keras_tuner_s_own_tuners_search_the_same_space(name, tmp_path):
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(16, 8, 8, 1)).astype("float32"), rng.integers(0, 3, 16)
    hypermodel = MemNASHyperModel(TEMPLATE, max_cells=1, share_cells=True)
    tuner = TUNERS[name](hypermodel, directory=tmp_path, project_name="search")
    tuner.search(x, y, validation_data=(x, y), epochs=1, verbose=0)
    assert len(tuner.oracle.trials) >= 2
    assert tuner.get_best_models()[0].output_shape == (None, 3)
