"""Rounds of labels, and what importing the package costs."""

import json
import pickle
import subprocess
import sys

import pytest

import tuner.ranking
from memnas_tf.errors import ConfigError
from tuner.ranking import LabelledRound, make_ranker


def test_a_round_needs_a_target_for_each_candidate(draw):
    with pytest.raises(ConfigError, match="2 candidates but 1 targets"):
        LabelledRound(draw(2, 1), (0.5,))


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_a_target_must_be_a_number(draw, bad):
    with pytest.raises(ConfigError, match=f"target 1 of a round is {bad}"):
        LabelledRound(draw(2, 1), (0.5, bad))


def test_every_public_name_exists():
    assert all(hasattr(tuner.ranking, name) for name in tuner.ranking.__all__)
    assert dir(tuner.ranking) == sorted(tuner.ranking.__all__)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        tuner.ranking.nothing  # noqa: B018


def test_importing_loads_neither_keras_nor_tensorflow():
    program = (
        "import sys, json, tuner.ranking, tuner.ranking.metrics; "
        "print(json.dumps([m for m in ('keras', 'tensorflow', 'jax') if m in sys.modules]))"
    )
    result = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    )
    assert json.loads(result.stdout) == []


def test_scores_are_the_same_in_a_new_process(short, draw, label, sizes):
    program = (
        "import sys, pickle; from tuner.ranking import make_ranker, training; training.STEPS = 8; "
        "sizes, rounds, candidates = pickle.load(sys.stdin.buffer); "
        "r = make_ranker('scc', **sizes, seed=0); r.fit(rounds); "
        "print(r.score(candidates).tolist())"
    )
    rounds, candidates = [label(12, 1)], draw(10, 2)
    result = subprocess.run(
        [sys.executable, "-c", program],
        input=pickle.dumps((sizes, rounds, candidates)),
        check=True,
        capture_output=True,
    )
    ranker = make_ranker("scc", **sizes, seed=0)
    ranker.fit(rounds)
    assert json.loads(result.stdout) == ranker.score(candidates).tolist()
