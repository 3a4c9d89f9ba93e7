"""A chief and a worker on two machines that share no directory, as it were."""

import os
import subprocess
import sys

import pytest

from tests.helpers.clusters import free_port
from tests.helpers.event_reader import Run
from tests.helpers.processes import ROOT
from tuner.history import load_search


@pytest.mark.slow
def test_a_chief_and_a_worker_without_a_shared_directory(tmp_path):
    where = {"KERASTUNER_ORACLE_IP": "127.0.0.1", "KERASTUNER_ORACLE_PORT": str(free_port())}
    processes = []
    for name in ("chief", "worker-1"):
        command = [sys.executable, "-m", "tests.helpers.tiny_search", tmp_path / name]
        variables = {"PYTHONPATH": str(ROOT), "KERASTUNER_TUNER_ID": name, **where}
        processes.append(
            subprocess.Popen(
                list(map(str, [*command, tmp_path / f"{name}.jsonl", 2, 1, 2])),
                cwd=ROOT,
                env={**os.environ, **variables},
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                text=True,
            )
        )
    for process in processes:
        _, errors = process.communicate(timeout=400)
        assert process.returncode == 0, errors
    chief, worker = tmp_path / "chief" / "search", tmp_path / "worker-1" / "search"
    for entry in load_search(chief).rounds:
        (trial,) = entry.trials
        line = Run(chief / "logs" / trial.trial_id)
        assert line.hparams()[1] == 1
        assert "result/epochs" not in line.tags("scalars")  # the worker alone knows
        assert line.tags("images") == set()
        run = Run(worker / "logs" / trial.trial_id)
        assert run.steps("val_accuracy") == [0, 1]
        assert {"network/architecture", "training/learning_curve"} <= run.tags("images")
        # What the move changed is marked, though a worker knows of no rounds.
        assert trial.move in run.text("network/in_words")
        assert line.hparams()[0]["what_changed"] == trial.move
    assert {path.name for path in (chief / "logs").iterdir()} == {"0000", "0001", "search"}
    assert {path.name for path in (worker / "logs").iterdir()} == {"0000", "0001"}
