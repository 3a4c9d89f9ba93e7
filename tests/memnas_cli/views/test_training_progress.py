import io

import pytest

from memnas_cli.views import training_progress
from memnas_cli.views.terminal import Console
from memnas_cli.views.training_progress import EpochProgress
from memnas_tf.interrupts import Interrupts

LOGS = {"loss": 1.25, "accuracy": 0.5}
EPOCHS, STEPS = 3, 10


@pytest.fixture
def clock(monkeypatch):
    """A clock that a test sets."""

    class Clock:
        now = 0.0

        def monotonic(self):
            return self.now

    clock = Clock()
    monkeypatch.setattr(training_progress, "time", clock)
    return clock


def make(terminal):
    output = io.StringIO()
    console = Console(file=output, force_terminal=terminal, width=100)
    return EpochProgress(console, Interrupts(), EPOCHS, STEPS), output


def state(progress):
    return progress._bars.tasks[0].fields["state"]


def test_time_left_counts_from_the_end_of_the_first_step(clock):
    """The first step is traced or compiled, and takes as long as a hundred."""
    progress, _ = make(terminal=True)
    with progress:
        progress.on_epoch_begin(0)
        clock.now = 100.0
        progress.on_train_batch_end(0)
        assert state(progress) == "epoch 1 of 3"
        clock.now = 102.0
        progress.on_train_batch_end(1)
        assert state(progress) == "epoch 1 of 3, 56 s left"
        for batch in range(2, STEPS):
            progress.on_train_batch_end(batch)
        progress.on_epoch_begin(1)
        assert state(progress).startswith("epoch 2 of 3, ")
        assert progress._bars.tasks[0].completed == STEPS


def test_a_line_for_every_epoch_and_no_bar_in_a_pipe(clock):
    progress, output = make(terminal=False)
    with progress:
        progress.on_epoch_begin(1)
        progress.on_train_batch_end(0)
        clock.now = 61.0
        progress.on_epoch_end(1, {**LOGS, "val_accuracy": 0.25})
        progress.on_epoch_begin(2)
        progress.on_epoch_end(2, LOGS)
    assert output.getvalue().splitlines() == [
        "going on after epoch 1 of 3",
        "epoch 2 of 3  loss 1.2500  accuracy  50.0 %  validation  25.0 %  1 min",
        "epoch 3 of 3  loss 1.2500  accuracy  50.0 %  0.0 s",
    ]


def test_a_terminal_has_a_bar_and_gets_it_back_clean():
    progress, output = make(terminal=True)
    with progress:
        progress.on_epoch_begin(0)
        progress.on_train_batch_end(0)
        progress._bars.refresh()
    assert "epoch 1 of 3" in output.getvalue()
    assert output.getvalue().endswith("\x1b[?25h\r\x1b[1A\x1b[2K")
