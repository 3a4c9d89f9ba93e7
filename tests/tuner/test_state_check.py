from dataclasses import replace

import pytest

from memnas_tf.errors import SearchError
from tests.helpers.histories import made_up_history, write_search
from tuner import load_search


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"status": "lost"}, "rounds[1].trials[0].status is 'lost'; it must be one of planned"),
        ({"parameter_bytes": -1}, "trials[0].parameter_bytes is -1; it must be at least 0"),
        ({"quality": None}, "is completed without a result"),
        ({"genotype": "5x0zz"}, "trials[0].genotype"),
        ({"status": "planned"}, "the winner of round 2 has no result"),
        ({"trial_id": None}, "trial 1 of round 2 is completed with None as its id"),
        ({"trial_id": "0001"}, "2 trials have the id '0001'"),
        ({"base_trial": "0009"}, "trial 1 of round 2 has a base that is no trial"),
        ({"rung_qualities": [0.5]}, "was at 1 rungs of 0"),
        ({"until_epoch": 3}, "trains to epoch 3, where no rung is"),
        ({"quality": True}, "quality is True; it must be a number"),
        ({"genotype": "5x"}, "block 1 has no output"),
        ({"trial_id": "../up"}, "trials[0].trial_id is '../up'; it must be a trial's id"),
    ],
)
def test_a_search_with_values_that_no_search_writes_is_refused(tmp_path, change, fault):
    history = made_up_history(2, 2)
    trials = history.rounds[1].trials
    trials[0] = replace(trials[0], **change)
    with pytest.raises(SearchError, match="cannot read") as caught:
        load_search(write_search(history, tmp_path / "a", records=False))
    assert fault in str(caught.value)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"number": 3}, "round 2 has the number 3"),
        ({"trials": []}, "round 2 has no trials"),
        ({"winner": 7}, "round 2 has the winner 7"),
        ({"winner": None}, "round 2 is over and has no winner"),
    ],
)
def test_a_round_that_no_search_writes_is_refused(tmp_path, change, fault):
    history = made_up_history(2, 2)
    rounds = (history.rounds[0], replace(history.rounds[1], **change))
    altered = replace(history, rounds=rounds)
    with pytest.raises(SearchError, match=fault):
        load_search(write_search(altered, tmp_path / "a", records=False))
