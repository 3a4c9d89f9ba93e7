"""A search by formula in a process of its own: alone, as a chief or as a worker.

KerasTuner's variables say which. A trial sleeps for a while instead of training.
"""

import argparse
import errno
import os
import signal
import time
from pathlib import Path

import memnas_tf.files as files
from memnas_tf.errors import MemNASError
from tests.helpers.searches import FormulaTuner, make_tuner


class SleepingTuner(FormulaTuner):
    """Take some time for every trial, and say so in a file that a test can wait for."""

    seconds = 0.0
    disk_is_full = False

    def run_trial(self, trial, *args, **kwargs):
        marks = Path(self.directory) / "marks"
        marks.mkdir(exist_ok=True)
        (marks / f"{trial.trial_id}.{self.tuner_id}.{os.getpid()}").touch()
        time.sleep(self.seconds)
        if self.disk_is_full:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return super().run_trial(trial, *args, **kwargs)


def kill_at_write(number, before):
    """Kill this process at its `number`-th write, before or after the file is in its place."""
    replace, count = os.replace, 0

    def deadly(source, target):
        nonlocal count
        count += 1
        if count == number and before:
            os.kill(os.getpid(), signal.SIGKILL)
        replace(source, target)
        if count == number:
            os.kill(os.getpid(), signal.SIGKILL)

    files.os.replace = deadly


def run_in(environment, log, arguments):
    """Run a search with other variables, printing to a file: the target of a forked process."""
    os.environ.update(environment)
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(descriptor, 1)
    os.dup2(descriptor, 2)
    main(arguments)


def main(arguments=None):
    parser = argparse.ArgumentParser()
    parser.add_argument("directory")
    parser.add_argument("--seconds", type=float, default=0.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--trials", type=int, default=4)
    parser.add_argument("--lease", type=float, default=2.0)
    parser.add_argument("--patience", type=float, default=60.0)
    parser.add_argument("--stall", type=float)
    parser.add_argument("--overwrite", action="store_true")
    parser.add_argument("--kill-at-write", type=int, default=0)
    parser.add_argument("--kill-before", action="store_true")
    parser.add_argument("--disk-is-full", action="store_true")
    parser.add_argument("--rungs", type=int, nargs="*", default=())
    options = parser.parse_args(arguments)
    if options.kill_at_write:
        kill_at_write(options.kill_at_write, options.kill_before)
    SleepingTuner.seconds = options.seconds
    SleepingTuner.disk_is_full = options.disk_is_full
    try:
        made = make_tuner(
            options.directory,
            SleepingTuner,
            max_rounds=options.rounds,
            trials_per_round=options.trials,
            lease_seconds=options.lease,
            reconnect_seconds=options.patience,
            stall_seconds=options.stall,
            overwrite=options.overwrite,
            rungs=options.rungs,
            reduction_factor=2,
        )
        made.search(verbose=0)
    except MemNASError as error:
        raise SystemExit(f"{type(error).__name__}: {error}") from None


if __name__ == "__main__":
    main()
