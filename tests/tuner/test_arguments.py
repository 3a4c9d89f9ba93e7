"""The tuner keeps KerasTuner's manner: keywords, a signature that shows them, and their help."""

import inspect

import pytest

from memnas_tf.errors import ConfigError
from memnas_tf.memory.target import Aims
from memnas_tf.metric import relative
from tests.helpers.searches import make_tuner
from tuner import MemNASTuner
from tuner.arguments import read_arguments
from tuner.run_settings import RunSettings
from tuner.search.settings import SearchKnobs

OWN = inspect.signature(MemNASTuner).parameters


def test_the_signature_shows_every_knob_with_its_default():
    assert list(OWN)[:4] == ["hypermodel", "max_rounds", "trials_per_round", "tradeoff"]
    for group in (SearchKnobs, Aims, RunSettings):
        for name, parameter in inspect.signature(group).parameters.items():
            if name != "max_cells":  # the hypermodel's
                assert OWN[name].default == parameter.default
    assert {"directory", "project_name", "overwrite", "executions_per_trial"} <= set(OWN)


def test_the_docstring_tells_of_every_knob():
    for name in OWN:
        if OWN[name].kind is not inspect.Parameter.KEYWORD_ONLY:  # KerasTuner's own
            assert f"\n        {name}: " in MemNASTuner.__doc__
    assert "KNOBS" not in MemNASTuner.__doc__
    assert all(len(line) <= 100 for line in MemNASTuner.__doc__.splitlines())


def test_arguments_are_sorted_by_what_they_are_for():
    keywords = {"max_ram": "64kB", "tensorboard": True, "directory": "here", "seed": 3}
    given = read_arguments((4, 6), keywords)
    assert given.search == {"max_rounds": 4, "trials_per_round": 6, "seed": 3}
    assert (given.aims, given.run) == (Aims(max_ram=64_000), RunSettings(tensorboard=True))
    assert given.kerastuner == {"directory": "here"}


@pytest.mark.parametrize(
    ("args", "keywords", "error", "message"),
    [
        ((), {"max_round": 3}, TypeError, "no argument 'max_round'; did you mean max_rounds?"),
        ((), {"project": "x"}, TypeError, "no argument 'project'"),
        ((), {"max_cells": 3}, TypeError, "no argument 'max_cells'"),
        ((3,), {"max_rounds": 3}, TypeError, "multiple values for argument 'max_rounds'"),
        ((), {"stall_seconds": 0}, ConfigError, "stall_seconds is 0; .*, or None for never"),
        ((), {"max_ram": "64 kilo"}, ConfigError, "max_ram: '64 kilo' is no number of bytes"),
    ],
)
def test_what_no_tuner_takes_is_refused(args, keywords, error, message):
    with pytest.raises(error, match=message):
        read_arguments(args, keywords)


def test_a_registered_thing_stands_for_its_name(tmp_path):
    assert make_tuner(tmp_path, metric=relative).settings.metric == "relative"
    assert make_tuner(tmp_path, metric="relative").settings.metric == "relative"
