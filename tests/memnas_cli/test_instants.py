"""Commands killed before any change to a file end well the next time, and leave nothing half."""

import shutil
import subprocess
import sys

import pytest
from click.testing import CliRunner

from memnas_cli.main import main
from memnas_tf.temporaries import is_temporary
from tests.helpers.histories import made_up_history, write_search
from tests.helpers.instants import copied_before_every_change
from tests.helpers.model_directories import make_versions
from tests.helpers.processes import ROOT
from tests.memnas_cli.conftest import SMALL as SEARCH

_KILLED = """
import os, sys
from pathlib import Path
from memnas_cli.main import main
from tests.helpers.instants import before_every_change
left = int(sys.argv[1])
def count():
    global left
    left -= 1
    if left < 0:
        os.kill(os.getpid(), 9)
with before_every_change(Path(sys.argv[2]), count):
    main(sys.argv[3:])
"""


def memnas(folder, *arguments):
    result = CliRunner().invoke(main, [str(argument).format(folder) for argument in arguments])
    assert result.exit_code == 0, f"{folder}: {result.output}"


def files(folder):
    """Return the names of all files below a folder, those of event files without their times."""
    found = [path for path in folder.rglob("*") if not path.is_dir()]
    return {path.relative_to(folder).as_posix().partition(".tfevents.")[0] for path in found}


def check_every_instant(folder, tmp_path, arguments, step=1):
    """Run a command, and again from whatever a kill would have left.

    Of many instants every `step`-th. Returns at how many something half written lay there.
    """
    with copied_before_every_change(folder, tmp_path / "copies") as copies:
        memnas(folder, *arguments)
    whole = files(folder)
    half = sum(any(is_temporary(path.name) for path in copy.rglob("*")) for copy in copies)
    for copy in copies[::step]:
        memnas(copy, *arguments)
        assert files(copy) == whole, f"killed before change {copy.parent.name}"
        shutil.rmtree(copy.parent)
    return half


def test_a_report_killed_at_any_instant(tmp_path):
    write_search(made_up_history(1, 2), tmp_path / "search")
    assert check_every_instant(tmp_path / "search", tmp_path, ["report", "{}", "--best", 1]) >= 1


def test_a_server_s_configuration_killed_at_any_instant(tmp_path):
    make_versions(tmp_path / "folder" / "digits", 1)
    arguments = ["serve-config", "{}/digits", "--model", "digits", "--overwrite"]
    assert check_every_instant(tmp_path / "folder", tmp_path, arguments) >= 4


@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_process_that_is_killed_leaves_nothing_to_the_next(number, tmp_path, monkeypatch):
    """As above, with a real kill."""
    write_search(made_up_history(1, 2), tmp_path / "search")
    monkeypatch.setattr("memnas_tf.temporaries._swept", set())  # as in a new process
    before = files(tmp_path / "search")
    report = ["report", str(tmp_path / "search"), "--best", "1"]
    command = [sys.executable, "-c", _KILLED, str(number), str(tmp_path / "search"), *report]
    killed = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    assert (killed.returncode, number) in {(-9, 0), (-9, 1), (0, 2), (-9, 2)}, killed.stderr
    memnas(tmp_path / "search", *report)
    assert files(tmp_path / "search") == before | {"report.html"}


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_the_winner_of_a_search_killed_at_any_instant(finished, data_dir, tmp_path):
    shutil.copytree(finished[0] / "searches" / "digits", tmp_path / "digits")
    shutil.rmtree(tmp_path / "digits" / "best")
    options = [*SEARCH, "--data-dir", data_dir, "--directory", "{}/..", "--project-name", "digits"]
    assert check_every_instant(tmp_path / "digits", tmp_path, ["search", *options]) >= 10


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_a_search_that_is_overwritten_killed_at_any_instant(finished, data_dir, tmp_path):
    shutil.copytree(finished[0] / "searches" / "digits", tmp_path / "digits")
    options = ["--data-dir", data_dir, "--directory", "{}/..", "--project-name", "digits"]
    small = [*SEARCH, "--max-rounds", 1, "--trials-per-round", 1, "--overwrite"]
    check_every_instant(tmp_path / "digits", tmp_path, ["search", *small, *options], step=9)


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("options", [[], ["--format", "litert", "--types", "float32"]])
def test_an_export_killed_at_any_instant(options, finished, data_dir, tmp_path):
    search = finished[0] / "searches" / "digits"
    (tmp_path / "models").mkdir()
    if options:
        pytest.importorskip("ai_edge_litert", reason="LiteRT files are run by ai-edge-litert")
        options = [*options, "--data-dir", data_dir]
    arguments = ["export", search, "--to", "{}", "--version", 1, *options]
    assert check_export(tmp_path / "models", tmp_path, arguments) >= 3


def check_export(folder, tmp_path, arguments):
    """As `check_every_instant`; but a version that is there is whole, and not written again."""
    with copied_before_every_change(folder, tmp_path / "copies") as copies:
        memnas(folder, *arguments)
    for copy in copies:
        if not (copy / "1").exists():
            memnas(copy, *arguments)
        assert files(copy) == files(folder)
    return len(copies)


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_a_training_killed_at_any_instant(data_dir, tmp_path):
    (tmp_path / "training").mkdir()
    options = ["--epochs", 2, "--limit", 200, "--filters", 2, "--blocks", 1, "--data-dir", data_dir]
    arguments = ["train", "0c3+0mp=", *options, "--directory", "{}"]
    assert check_every_instant(tmp_path / "training", tmp_path, arguments) >= 10
