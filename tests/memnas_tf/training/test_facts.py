import json

import pytest

from memnas_tf.errors import ExportError
from memnas_tf.training.facts import TrainingFacts, facts_from_document
from tests.helpers.exports import FACTS


def test_facts_survive_json_among_other_values():
    document = json.loads(json.dumps({**FACTS.to_document(), "arena_bytes": 1}))
    assert facts_from_document(document) == FACTS


def test_what_nobody_recorded_is_none():
    assert facts_from_document({"val_accuracy": 1}) == TrainingFacts(val_accuracy=1.0)


@pytest.mark.parametrize(
    "wrong",
    [
        {"genotype": "0xx+0d3="},
        {"genotype": "0c3+0d3"},
        {"template": {"input_shape": [8, 8, 3]}},
        {"template": [1]},
        {"test_accuracy": "high"},
    ],
)
def test_facts_that_are_none_are_refused(wrong):
    with pytest.raises(ExportError, match="the facts about the network cannot be used: "):
        facts_from_document(wrong)
