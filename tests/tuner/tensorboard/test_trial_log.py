"""What the process that trains a trial writes, of trials that nobody trained."""

import json

import pytest

from tests.helpers.event_reader import Run
from tests.helpers.histories import made_up_history, made_up_record, write_search
from tuner.tensorboard.trial_log import TrialLog


@pytest.fixture
def search(tmp_path):
    """A search, its directory with a record of five epochs, and its first trial."""
    history = made_up_history(1, 1)
    project = write_search(history, tmp_path / "search")
    return history, project, history.rounds[0].trials[0]


@pytest.fixture
def begin():
    """A function that begins a trial, in a process of its own as it were."""
    logs = []

    def begin_trial(project, history, trial):
        log = TrialLog(project)
        log.on_trial_begin(history, trial)
        log.on_execution_begin(trial, 0)
        logs.append(log)
        return log

    yield begin_trial
    for log in logs:
        log._close()


def logs_of(trial, epoch):
    return {
        name: values[epoch] for name, values in made_up_record(trial).executions[0].metrics.items()
    }


def test_a_trial_s_run(search, begin):
    history, project, trial = search
    log = begin(project, history, trial)
    for epoch in range(5):
        log.on_epoch_end(trial, epoch, logs_of(trial, epoch))
    log.on_trial_end(history, trial)
    run = Run(project / "logs" / "0000")
    for name, values in made_up_record(trial).executions[0].metrics.items():
        assert run.steps(name) == [0, 1, 2, 3, 4]
        assert run.scalars(name) == pytest.approx(values)
    assert run.tags("images") == {
        "network/architecture",
        "network/lifetimes",
        "training/learning_curve",
        "training/confusion_matrix",
    }
    assert trial.genotype in run.text("network/in_words")
    assert trial.move in run.text("network/in_words")
    assert run.steps("network/lifetimes") == [4]


def test_a_trial_that_goes_on_has_one_curve(search, begin):
    history, project, trial = search
    log = begin(project, history, trial)
    for epoch in range(4):  # the last of them is trained again
        log.on_epoch_end(trial, epoch, logs_of(trial, epoch))
    log = begin(project, history, trial)
    for epoch in (3, 4):
        log.on_epoch_end(trial, epoch, logs_of(trial, epoch))
    run = Run(project / "logs" / "0000")
    accuracies = made_up_record(trial).executions[0].metrics["val_accuracy"]
    assert run.steps("val_accuracy") == [0, 1, 2, 3, 4]
    assert run.scalars("val_accuracy") == pytest.approx(accuracies)
    assert len(list((project / "logs" / "0000").glob("*curves*"))) == 1


def test_a_second_execution_has_a_run_of_its_own(search, begin):
    history, project, trial = search
    log = begin(project, history, trial)
    log.on_epoch_end(trial, 0, {"loss": 3.0})
    log.on_execution_begin(trial, 1)
    log.on_epoch_end(trial, 0, {"loss": 2.0})
    assert Run(project / "logs" / "0000" / "execution_2").scalars("loss") == [2.0]
    (first,) = (project / "logs" / "0000").glob("*curves*")
    assert first.is_file()


def test_numbers_that_are_none_are_left_out(search, begin):
    history, project, trial = search
    log = begin(project, history, trial)
    log.on_epoch_end(trial, 0, {"loss": 3.0, "val_loss": float("nan")})
    log.on_trial_end(history, trial)
    assert "val_loss" not in Run(project / "logs" / "0000").tags("scalars")


def test_a_failed_trial_shows_its_network(search, begin):
    history, project, trial = search
    (project / "trial_0000" / "training.json").unlink()
    trial.status, trial.quality = "failed", None
    begin(project, history, trial).on_trial_end(history, trial)
    run = Run(project / "logs" / "0000")
    assert run.tags("images") == {"network/architecture", "network/lifetimes"}


def test_a_trial_that_another_worker_has_is_not_painted(search, begin):
    history, project, trial = search
    trial.status = "running"
    begin(project, history, trial).on_trial_end(history, trial)
    assert list(project.glob("logs/0000/*")) == []


def test_pictures_that_a_kill_came_before_are_painted_at_the_next_start(search, begin):
    history, project, _ = search
    TrialLog(project).on_search_begin(history)
    (path,) = (project / "logs" / "0000").iterdir()
    content = path.read_bytes()
    TrialLog(project).on_search_begin(history)
    assert path.read_bytes() == content


def test_a_curve_goes_on_whole_after_a_disk_that_was_full(search, begin, caplog):
    history, project, trial = search
    log = begin(project, history, trial)
    log.on_epoch_end(trial, 0, logs_of(trial, 0))

    def full(*arguments):
        raise OSError(28, "No space left on device")

    log._file.add = full
    log.on_epoch_end(trial, 1, logs_of(trial, 1))
    log.on_epoch_end(trial, 2, logs_of(trial, 2))
    assert Run(project / "logs" / "0000").steps("loss") == [0, 1, 2]
    assert "No space left on device" in caplog.text


def test_a_record_that_is_no_record_costs_the_pictures_of_it(search, begin):
    history, project, trial = search
    path = project / "trial_0000" / "training.json"
    path.write_text(json.dumps({"schema": 1, "executions": "none"}))
    begin(project, history, trial).on_trial_end(history, trial)
    images = Run(project / "logs" / "0000").tags("images")
    assert images == {"network/architecture", "network/lifetimes"}
