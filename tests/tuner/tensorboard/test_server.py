"""TensorBoard itself shows a search that has really run, over HTTP and in a browser."""

import io
import re
import time

import pytest
from PIL import Image

from tests.helpers.browser import open_browser
from tests.helpers.tensorboard_server import TensorBoard
from tests.tuner.tensorboard.conftest import FAILED
from tuner.history import load_search
from tuner.tensorboard.event_files import GrowingFile
from tuner.tensorboard.values import scalar

TITLES = [
    "best validation accuracy",
    "best of another objective",
    "parameter memory (kB)",
    "lifetime memory (kB)",
    "arena memory (kB)",
    "memory efficiency",
    "epochs",
]
SHOWN = ["cells", "move", "parent", "round", "tradeoff (lambda)"]
TRIALS = ["0000", "0001", "0002", "0003"]
PICTURES = [
    "network/architecture",
    "network/lifetimes",
    "training/learning_curve",
    "training/confusion_matrix",
]


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    with open_browser(tmp_path_factory.mktemp("profile")) as opened:
        yield opened


def test_the_table_declares_its_columns(tensorboard):
    document = tensorboard.experiment()
    metrics = [info["displayName"] for info in document["metricInfos"]]
    assert metrics == TITLES
    hyperparameters = {info["name"]: info for info in document["hparamInfos"]}
    names = [info["displayName"] or info["name"] for info in document["hparamInfos"]]
    assert names[:5] == SHOWN  # as many as the table shows
    assert hyperparameters["round"]["domainInterval"] == {"minValue": 1.0, "maxValue": 2.0}
    assert hyperparameters["cells"]["domainInterval"] == {"minValue": 1.0, "maxValue": 3.0}
    assert hyperparameters["tradeoff"]["domainInterval"] == {"minValue": 0.0, "maxValue": 1.0}
    moves = ["grow", "narrow", "trim cell", "trim operation", "trim output", "widen"]
    assert hyperparameters["move"]["domainDiscrete"] == moves
    assert {info["type"] for info in hyperparameters.values()} == {
        "DATA_TYPE_FLOAT64",
        "DATA_TYPE_STRING",
    }


def test_the_table_has_a_line_for_each_trial_with_its_result(tensorboard, project):
    groups = {group["name"]: group for group in tensorboard.session_groups(10)}
    assert sorted(groups) == TRIALS
    rounds = load_search(project).rounds
    for entry in rounds:
        for trial in entry.trials:
            group = groups[trial.trial_id]
            (session,) = group["sessions"]
            metrics = {value["name"]["tag"]: value["value"] for value in group["metricValues"]}
            assert group["hparams"]["round"] == entry.number
            assert group["hparams"]["what_changed"] == trial.move
            parent = rounds[0].winning_trial.trial_id if entry.number == 2 else "empty network"
            assert group["hparams"]["parent"] == parent
            assert metrics["memory/parameters_kB"] == pytest.approx(trial.parameter_bytes / 1000)
            if trial.trial_id == FAILED:
                assert session["status"] == "STATUS_FAILURE"
                assert "result/best_val_accuracy" not in metrics
                continue
            assert session["status"] == "STATUS_SUCCESS"
            assert metrics["result/best_val_accuracy"] == pytest.approx(trial.quality)
            assert metrics["result/memory_efficiency"] == pytest.approx(trial.efficiency, abs=1e-6)
            assert metrics["result/epochs"] == 2


def test_scalars_texts_and_pictures_come_over_http(tensorboard, project):
    history = load_search(project)
    curve = tensorboard.get("plugin/scalars/scalars", run="0003", tag="val_accuracy")
    assert [step for _, step, _ in curve] == [0, 1]
    winners = tensorboard.get("plugin/scalars/scalars", run="search", tag="winner/val_accuracy")
    assert [value for _, _, value in winners] == pytest.approx(
        [entry.winning_trial.quality for entry in history.rounds]
    )
    (words,) = tensorboard.get("plugin/text/text", run="0000", tag="network/in_words")
    assert history.rounds[0].trials[0].genotype in words["text"]
    for run, tag in [("0000", tag) for tag in PICTURES] + [("search", "winners/family_tree")]:
        assert Image.open(io.BytesIO(tensorboard.image(run, tag))).format == "PNG"


def test_training_that_began_anew_shows_once_while_one_looks_on(tmp_path):
    logs = tmp_path / "logs"
    first = GrowingFile(logs / "0000", "2.curves", [])
    for epoch in range(3):
        first.add(epoch, [scalar("loss", 10 - epoch)])
    with TensorBoard(logs, runs=1) as server:
        asked = {"run": "0000", "tag": "loss"}
        assert len(server.get("plugin/scalars/scalars", **asked)) == 3
        past = [(epoch, time.time(), [scalar("loss", 10 - epoch)]) for epoch in range(2)]
        second = GrowingFile(logs / "0000", "2.curves", past)
        for epoch in range(2, 5):
            second.add(epoch, [scalar("loss", 10 - epoch)])
        end = time.monotonic() + 60
        while len(seen := server.get("plugin/scalars/scalars", **asked)) != 5:
            assert time.monotonic() < end, seen
            time.sleep(0.5)
        assert [(step, value) for _, step, value in seen] == [(i, 10 - i) for i in range(5)]
    first.close()
    second.close()


def test_a_browser_shows_the_table_with_its_columns(tensorboard, browser):
    browser.open(f"{tensorboard.url}/#hparams")
    browser.wait_for_words(*TRIALS, *TITLES, *SHOWN, "empty network", "grow")
    assert browser.complaints() == []


def test_a_browser_shows_the_pictures(tensorboard, browser):
    browser.open(f"{tensorboard.url}/#images")
    browser.wait_for_words("accuracy_against_memory/parameters", *PICTURES[:2], "winners")
    assert all(own >= 300 for own, _ in browser.wait_for_pictures(6))
    assert browser.complaints() == []


def test_a_browser_shows_the_curves_and_the_text(tensorboard, browser):
    browser.open(f"{tensorboard.url}/#timeseries")
    value = re.compile(r"^0\.\d+$")  # in a curve's table
    browser.wait_for_words("loss", "val_accuracy", "winner", *TRIALS, "search", value)
    browser.open(f"{tensorboard.url}/#text")
    browser.wait_for_words("network/in_words", "search/answer", re.compile("C1 = "))
    assert browser.complaints() == []
