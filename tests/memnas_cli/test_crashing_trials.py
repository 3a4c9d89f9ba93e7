"""A real search, some of whose trials end the process that trains them."""

import os
import subprocess
import sys
from collections import Counter

import pytest

from tests.helpers.processes import ROOT
from tests.memnas_cli.conftest import SMALL
from tuner.history import load_search
from tuner.trials.trial_files import CRASH_FILES, ERROR_FILE, MEMORY_FILE

# Trial 0000 crashes once, 0001 whenever it is tried, and 0002 once runs out of memory.
CRASHES = """
import memnas_cli.commands.search as command
start_keras = command.start_keras
def start():
    start_keras()
    import os, signal
    from tuner.trials.trial_tuner import TrialTuner
    run = TrialTuner.run_trial
    def run_trial(self, trial, *args, **kwargs):
        with open("tries", "a+") as file:
            file.write(f"{trial.trial_id} ")
            file.seek(0)
            tries = file.read().split().count(trial.trial_id)
        if trial.trial_id == "0001" or (trial.trial_id, tries) == ("0000", 1):
            os.write(2, b"corrupted size vs. prev_size\\n")
            os.kill(os.getpid(), signal.SIGSEGV)
        if (trial.trial_id, tries) == ("0002", 1):
            raise MemoryError("no room")
        return run(self, trial, *args, **kwargs)
    TrialTuner.run_trial = run_trial
command.start_keras = start
"""
PARENT = f"""
import sys
import memnas_cli.supervisor as supervisor
from memnas_cli.main import run
memnas_command = supervisor.memnas_command
def crashing(arguments):
    python, option, start, *rest = memnas_command(arguments)
    return [python, option, {CRASHES!r} + start, *rest]
supervisor.memnas_command = crashing
run()
"""


@pytest.mark.slow
def test_a_crash_costs_its_trial_alone_and_an_accident_costs_nothing(finished, data_dir, tmp_path):
    command = ("search", "--data-dir", str(data_dir), *SMALL, "--directory", str(tmp_path))
    result = subprocess.run(
        [sys.executable, "-c", PARENT, *command, "--overwrite"],  # which holds at first only
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    tries = Counter((tmp_path / "tries").read_text().split())
    assert tries == {"0000": 2, "0001": 2, "0002": 2, "0003": 1}

    project = tmp_path / "digits"
    first, second = load_search(project).rounds
    whole = load_search(finished[0] / "searches" / "digits").rounds[0]
    accident, undisturbed = first.trials[0], whole.trials[0]
    assert accident.status == "completed"
    assert (accident.genotype, accident.quality) == (undisturbed.genotype, undisturbed.quality)
    assert first.trials[1].status == "failed"
    assert [trial.status for trial in second.trials] == ["completed", "completed"]
    error = (project / "trial_0001" / ERROR_FILE).read_text()
    assert "its process was ended by SIGSEGV, and the one that tried it again was ended by" in error
    assert error.count("corrupted size vs. prev_size") == 2
    for name in (*CRASH_FILES, MEMORY_FILE):
        assert not list(project.glob(f"trial_*/{name}")), name

    told = [line.strip() for line in result.stdout.splitlines() if "going on in a new one" in line]
    crash, memory = "was ended by SIGSEGV", "ran out of memory"
    fates = (("0000", crash), ("0001", crash), ("0001", crash), ("0002", memory))
    assert told == [
        f"the process of trial {one} {fate}; going on in a new one" for one, fate in fates
    ]
    assert "failed" in result.stdout and "see trial_0001/error.txt" in result.stdout
    assert (project / "best" / "model.keras").exists()
