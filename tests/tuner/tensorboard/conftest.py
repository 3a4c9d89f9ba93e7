from pathlib import Path

import pytest

from tests.helpers.tensorboard_server import TensorBoard
from tests.helpers.tiny_search import fit_arguments, make_tuner
from tuner import SearchListener

EPOCHS = 2
FAILED = "0001"


class FailingTrial(SearchListener):
    """Make one trial fail in its second epoch."""

    def on_epoch_end(self, trial, epoch, logs):
        if (trial.trial_id, epoch) == (FAILED, 1):
            raise RuntimeError("this trial was made to fail")


@pytest.fixture(scope="session")
def project(tmp_path_factory):
    """The directory of a finished search of two rounds and four trials, the second a failure."""
    tuner = make_tuner(
        tmp_path_factory.mktemp("tensorboard"),
        2,
        2,
        EPOCHS,
        listener=FailingTrial(),
        tensorboard=True,
        class_names=("dark", "grey", "bright"),
    )
    tuner.search(**fit_arguments(EPOCHS))
    return tuner.project_dir


@pytest.fixture(scope="session")
def tensorboard(project):
    """TensorBoard itself, in a process of its own, that shows this search."""
    with TensorBoard(Path(project) / "logs", runs=5) as server:
        yield server
