from dataclasses import replace

import pytest

from memnas_tf.errors import BusyError, TrainingError
from memnas_tf.genotype import from_string, load_genotype
from memnas_tf.training.directory import (
    check_place,
    is_training,
    load_plan,
    training_directory,
)
from tests.helpers.processes import run_python
from tests.helpers.trainings import make_plan

PLAN = make_plan()


def begin(directory, plan=PLAN, overwrite=False):
    with training_directory(directory, plan, overwrite):
        (directory / "progress.npz").touch()


def test_a_training_begins_and_is_gone_on_with(tmp_path):
    assert not is_training(tmp_path / "new")
    begin(tmp_path / "new")
    begin(tmp_path / "new")
    assert load_plan(tmp_path / "new") == PLAN
    assert load_genotype(str(tmp_path / "new")) == from_string(PLAN.genotype)


@pytest.mark.parametrize("left", [".lock", ".plan.json.123.tmp"])
def test_one_that_was_killed_at_its_start_begins_again(left, tmp_path):
    (tmp_path / left).write_text("{")
    begin(tmp_path)
    assert load_plan(tmp_path) == PLAN
    assert not list(tmp_path.glob("*.tmp"))


def test_another_plan_is_refused_unless_it_is_to_begin_again(tmp_path):
    begin(tmp_path)
    (tmp_path / "logs").mkdir()
    other = replace(PLAN, seed=9)
    with pytest.raises(TrainingError, match=r"other settings \(seed: 3 there, 9 now\)"):
        begin(tmp_path, other)
    assert (tmp_path / "logs").exists()
    with training_directory(tmp_path, other, overwrite=True):
        assert not (tmp_path / "progress.npz").exists()
    assert load_plan(tmp_path) == other


@pytest.mark.parametrize("name", ["oracle.json", ".git", "genotype.json"])
@pytest.mark.parametrize("overwrite", [False, True])
def test_what_is_no_training_is_left_alone(name, overwrite, tmp_path):
    (tmp_path / name).touch()
    with pytest.raises(TrainingError, match=rf"something else than a training \({name}\)"):
        begin(tmp_path, overwrite=overwrite)
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_file_is_no_place_for_a_training(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(TrainingError, match="is a file; name a directory"):
        check_place(tmp_path / "file")


def test_a_second_process_is_refused_while_the_first_holds_it(tmp_path):
    script = (
        "import sys; from pathlib import Path\n"
        "from memnas_tf.directory_lock import directory_lock\n"
        "from memnas_tf.errors import BusyError\n"
        "try:\n"
        "    with directory_lock(Path(sys.argv[1]), 'training'): print('held')\n"
        "except BusyError as error: print(error)"
    )
    with training_directory(tmp_path, PLAN, overwrite=False):
        refused = run_python(script, str(tmp_path))
    assert refused.startswith("another process runs the training in")
    assert run_python(script, str(tmp_path)) == "held"
    assert issubclass(BusyError, ValueError)  # as every error that a user can cause
