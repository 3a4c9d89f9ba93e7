"""The numbers computed from a genotype equal those of the built Keras model."""

import random

import keras
import pytest

from memnas_tf.genotype import PRESETS
from memnas_tf.layers import build_network
from memnas_tf.memory import lifetime_memory, parameter_count
from memnas_tf.template import cifar_template, imagenet_template
from tests.helpers.genotypes import random_genotype, random_template
from tests.helpers.replay import peak_values


def check(genotype, template):
    """Compare parameters and lifetime memory."""
    model = build_network(genotype, template)
    assert parameter_count(genotype, template) == model.count_params()
    assert lifetime_memory(genotype, template, bytes_per_value=1) == peak_values(model)


def check_random(seed, largest):
    """Compare a random genotype in a random template."""
    keras.backend.clear_session()
    rng = random.Random(seed)
    blocks = rng.randint(1, largest)
    check(random_genotype(rng, blocks, max_cells=4), random_template(rng, blocks))


@pytest.mark.parametrize("preset", PRESETS)
def test_presets(preset):
    check(PRESETS[preset], cifar_template((16, 16, 3), 10, filters=4))


def test_architecture_spread_over_another_number_of_blocks():
    check(random_genotype(random.Random(0), 2, 2), imagenet_template((32, 32, 3), 7, 8, blocks=4))


@pytest.mark.parametrize("seed", range(40))
def test_random_genotypes(seed):
    check_random(seed, largest=2)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 310))
def test_many_random_genotypes(seed):
    check_random(seed, largest=3)
