import os
import subprocess
import sys

import pytest

SMALL = [
    *("--max-rounds", "2", "--trials-per-round", "2", "--epochs", "1"),
    *("--filters", "2", "--limit", "300", "--batch-size", "64"),
]


def run_memnas(*arguments, cwd, check=True):
    """Run the command as a person does, in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "memnas_cli.main", *map(str, arguments)],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=check,
        env={**os.environ, "PYTHONPATH": os.getcwd()},
    )


@pytest.fixture(scope="session")
def data_dir(tmp_path_factory):
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="session")
def finished(tmp_path_factory, data_dir):
    """A directory in which a small search has run to its end, and what it printed."""
    directory = tmp_path_factory.mktemp("cli")
    result = run_memnas("search", "--data-dir", data_dir, *SMALL, cwd=directory)
    return directory, result


TRAIN = [
    *("2x0c3+0mp=", "--recipe", "modern", "--epochs", "12", "--limit", "400"),
    *("--filters", "4", "--blocks", "2", "--batch-size", "32", "--validation-fraction", "0.2"),
]


@pytest.fixture(scope="session")
def trained(tmp_path_factory, data_dir):
    """The directory of a small training that has run to its end, and what it printed."""
    directory = tmp_path_factory.mktemp("cli") / "trained"
    command = ("train", *TRAIN, "--data-dir", data_dir, "--directory", directory)
    return directory, run_memnas(*command, cwd=directory.parent)
