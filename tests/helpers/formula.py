"""Trainings that take no time: a network's accuracy is a formula of its genotype."""

import zlib

from memnas_tf.genotype import canonical_key, from_string
from memnas_tf.template import cifar_template
from tuner.search import OVER

TEMPLATE = cifar_template((8, 8, 1), classes=3, filters=4)


def formula(genotype):
    """More cells and more convolutions are better, with a little that nothing predicts."""
    text = canonical_key(genotype)
    noise = zlib.crc32(text.encode()) % 1000 / 1e5
    return 0.5 + 0.01 * genotype.cells + 0.004 * text.count("c3") + noise


def train(search, trials=1000, quality=formula):
    """Train so many candidates of a search, or all to its end; return what was handed out."""
    asked = []
    while len(asked) < trials and (trial := search.ask()) is not OVER:
        asked.append((trial.trial_id, trial.genotype, trial.until_epoch))
        search.tell(trial, quality(from_string(trial.genotype)))
    return asked
