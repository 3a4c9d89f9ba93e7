import json
from dataclasses import replace

import pytest

from memnas_tf.errors import TrainingError
from memnas_tf.training.plan import TrainingPlan
from tests.helpers.trainings import make_plan

PLAN = make_plan("modern", epochs=20)


def test_a_plan_comes_back_from_json():
    document = json.loads(json.dumps(PLAN.to_document()))
    assert TrainingPlan.from_document(document) == PLAN
    assert PLAN.differences(TrainingPlan.from_document(document)) == []


def test_differences_name_what_they_are_about():
    other = replace(PLAN, seed=4, recipe=replace(PLAN.recipe, mixup=0.0), devices=2)
    assert PLAN.differences(other) == [
        "mixup: 0.2 there, 0.0 now",
        "seed: 3 there, 4 now",
        "devices: 1 there, 2 now",
    ]


@pytest.mark.parametrize(
    "changes",
    [
        {"seed": ...},
        {"colour": "red"},
        {"recipe": {"schedule": "flat", "learning_rate": 0.1}},
        {"recipe": None},
        {"template": {"classes": 1}},
    ],
)
def test_what_is_no_plan_is_refused(changes):
    document = {**PLAN.to_document(), **changes}
    document = {name: value for name, value in document.items() if value is not ...}
    with pytest.raises(TrainingError, match="it is no plan of this version"):
        TrainingPlan.from_document(document)
