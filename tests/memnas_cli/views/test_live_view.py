import io
import time

import pytest

from memnas_cli.views.live_view import LiveView
from memnas_cli.views.progress import SearchProgress
from memnas_cli.views.terminal import Console
from memnas_tf.interrupts import Interrupts
from tests.helpers.searches import FormulaTuner, make_tuner

HIDE, SHOW = "\x1b[?25l", "\x1b[?25h"


class Watched(FormulaTuner):
    """Tells its listener of steps and epochs, as one that trains does."""

    def run_trial(self, trial, *args, **kwargs):
        listener, planned = self._listener, self._view(trial)[1]
        for epoch in range(2):
            for _ in range(3):
                listener.on_step_end()
            listener.on_epoch_end(planned, epoch, {"val_accuracy": 0.25})
        return super().run_trial(trial, *args, **kwargs)


class Seen(SearchProgress):
    """Keeps what the view shows after every event."""

    def __init__(self, console, view, interrupts):
        super().__init__(console, view, interrupts)
        self.shown = []

    def on_trial_begin(self, history, trial):
        super().on_trial_begin(history, trial)
        self.shown.append(drawn(self._view))

    def on_epoch_end(self, trial, epoch, logs):
        super().on_epoch_end(trial, epoch, logs)
        self.shown.append(drawn(self._view))


def drawn(view):
    console = Console(file=io.StringIO(), width=160)
    console.print(view)
    return console.file.getvalue()


def searched(tmp_path, console, workers=0, **settings):
    view = LiveView(console, epochs=2, steps=3, workers=workers)
    with Seen(console, view, Interrupts()) as progress:
        arguments = {"max_rounds": 2, "trials_per_round": 2, **settings}
        make_tuner(tmp_path, Watched, listener=progress, **arguments).search(verbose=0)
    return progress.shown


def terminal():
    return Console(file=io.StringIO(), force_terminal=True, width=160)


@pytest.fixture(scope="module")
def live(tmp_path_factory):
    """What the view showed after each event, and all that reached the terminal."""
    console = terminal()
    return searched(tmp_path_factory.mktemp("live"), console), console.file.getvalue()


def test_search_round_trial_and_epoch_are_shown_with_the_best_so_far(live):
    first, epoch, *_, last = live[0]
    assert "round 1 of 2" in first
    assert "0 of 2 trials done" in first
    assert "trial 0000" in first
    assert "epoch 1 of 2" in first
    assert "best so far" not in first
    assert "at most" not in first
    assert "epoch 2 of 2, 25.0 %" in epoch
    assert "round 2 of 2" in last
    assert "1 of 2 trials done" in last
    assert "best so far: " in last


def test_in_the_first_round_the_best_so_far_stands_for_the_answer(live):
    assert "best accuracy so far: " in live[0][3]


def test_a_trial_that_inherits_counts_its_own_epochs(tmp_path):
    shown = searched(tmp_path, terminal(), inherit_epochs=1)
    assert "epoch 1 of 2" in shown[0]
    assert "epoch 1 of 1" in shown[-1]


def test_with_workers_each_running_trial_has_a_line(tmp_path, monkeypatch):
    monkeypatch.setattr(
        "memnas_cli.views.live_view.seconds_left", lambda history, workers: 60.0 * workers
    )
    shown = searched(tmp_path, terminal(), workers=2)
    assert "trial 0000" in shown[0]
    assert "so far  grow" in shown[0]
    assert "epoch" not in shown[0]
    assert "at most 2 min left" in shown[0]


def test_the_lines_on_a_terminal_are_those_of_a_pipe(live, tmp_path):
    pipe = Console(file=io.StringIO(), width=160)
    searched(tmp_path, pipe)
    lines = pipe.file.getvalue().splitlines()
    assert lines[0].startswith("round 1 of 2: 2 of ")
    assert len([line for line in lines if " parameters " in line]) == 4
    assert "\x1b" not in pipe.file.getvalue()
    for line in (line for line in lines if " s  " not in line):  # but for how long it took
        assert line in live[1]


def test_an_interrupt_gives_the_cursor_back():
    console = terminal()
    with (
        pytest.raises(KeyboardInterrupt),
        SearchProgress(console, LiveView(console, 2, 3), Interrupts()),
    ):
        time.sleep(0.1)
        raise KeyboardInterrupt
    output = console.file.getvalue()
    assert output.count(HIDE) == output.count(SHOW) == 1
    assert output.index(HIDE) < output.index(SHOW)


def test_quiet_prints_nothing_at_all():
    quiet = Console(file=io.StringIO(), force_terminal=True, quiet=True)
    with SearchProgress(quiet, LiveView(quiet, 2, 3), Interrupts()) as progress:
        time.sleep(0.1)
        progress.say("a line")
    assert quiet.file.getvalue() == ""


def test_a_trial_at_a_rung_is_told_of_once_and_then_goes_on(tmp_path):
    pipe = Console(file=io.StringIO(), width=160)
    shown = searched(tmp_path, pipe, max_rounds=1, rungs=(1,), reduction_factor=2)
    lines = pipe.file.getvalue().splitlines()
    results = [line for line in lines if " parameters " in line]
    assert ["  (at the rung of 1 epoch)" in line for line in results] == [True, True, False]
    (goes_on,) = (line for line in lines if line.startswith("  going on with  "))
    assert results[2].endswith(goes_on.removeprefix("  going on with  "))
    assert any(line.startswith("  best of the round") for line in lines)
    assert "epoch 1 of 1" in shown[0] and "epoch 2 of 2" in shown[-2]
