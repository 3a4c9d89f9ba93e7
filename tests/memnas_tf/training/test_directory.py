from dataclasses import replace

import pytest

from memnas_tf.errors import BusyError, ConfigError, TrainingError
from memnas_tf.genotype import from_string, load_genotype
from memnas_tf.training.directory import (
    check_place,
    is_training,
    load_plan,
    training_directory,
)
from tests.helpers.leftovers import leave_half
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


def test_one_that_was_killed_at_its_start_begins_again(tmp_path):
    (tmp_path / ".lock").touch()
    left = leave_half(tmp_path, ".json")
    begin(tmp_path)
    assert load_plan(tmp_path) == PLAN
    assert not left.exists()


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


def test_overwriting_deletes_what_a_training_wrote_and_nothing_else(tmp_path):
    begin(tmp_path)
    ours = [tmp_path / "results.json", tmp_path / "logs" / "train" / "events.out.tfevents.1"]
    theirs = [tmp_path / "notes.txt", tmp_path / "logs" / "notes.txt", tmp_path / "chapters" / "1"]
    for path in (*ours, *theirs):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("content")
    begin(tmp_path, replace(PLAN, seed=9), overwrite=True)
    assert [path.exists() for path in ours] == [False, False]
    assert [path.read_text() for path in theirs] == ["content"] * 3


def test_a_plan_of_somebody_else_is_no_mark(tmp_path):
    (tmp_path / "plan.json").write_text('{"monday": "swim"}')
    (tmp_path / "results.json").write_text("mine")
    with pytest.raises(TrainingError, match="something else than a training"):
        begin(tmp_path, overwrite=True)
    assert (tmp_path / "results.json").read_text() == "mine"


def test_a_link_in_place_of_a_folder_is_refused(tmp_path):
    begin(tmp_path / "training")
    (tmp_path / "mine").mkdir()
    (tmp_path / "training" / "logs").symlink_to(tmp_path / "mine")
    with pytest.raises(ConfigError, match="logs' is a symbolic link"):
        begin(tmp_path / "training")


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
