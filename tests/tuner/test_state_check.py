from dataclasses import replace

import pytest

from memnas_tf.errors import SearchError
from tests.helpers.histories import made_up_history, write_search
from tuner import load_search


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"status": "lost"}, "has the status 'lost'"),
        ({"parameter_bytes": -1}, "has -1 as parameter_bytes"),
        ({"quality": None}, "is completed without a result"),
        ({"genotype": "5x0zz"}, "trial 1 of round 2"),
        ({"trial_id": "../up"}, "is no trial's id"),
    ],
)
def test_a_search_with_values_that_no_search_writes_is_refused(tmp_path, change, fault):
    history = made_up_history(2, 2)
    trials = history.rounds[1].trials
    trials[0] = replace(trials[0], **change)
    with pytest.raises(SearchError, match="cannot read the search") as caught:
        load_search(write_search(history, tmp_path / "a", records=False))
    assert fault in str(caught.value)
