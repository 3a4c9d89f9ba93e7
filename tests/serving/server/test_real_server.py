"""TF-Serving itself, as serve-config sets it up. Skipped where it cannot be run."""

import os
import shutil
import socket
import subprocess

import numpy as np
import pytest
import requests
from click.testing import CliRunner

from memnas_cli.main import main
from memnas_tf.errors import ServingError
from serving.client import GrpcClient, RestClient, Target
from serving.client.deadline import Deadline
from serving.server.compose import health_script
from serving.server.configuration import Batching, ServedModel
from serving.server.models_config import find_model, read_config, specific_versions
from serving.server.parameters import METRICS_PATH
from tests.helpers.brightness import save_brightness
from tests.helpers.real_server import real_server, why_not

PIXELS = np.random.default_rng(0).integers(0, 256, (4, 8, 8, 3)).astype("uint8")
# No name that a container of somebody's own goes by.
NAME = "memnas-test-digits"
NETWORK = {"cat", "dog", "cow"}
BRIGHTNESS = {"dark", "bright"}


def free_ports(count):
    listeners = [socket.socket() for _ in range(count)]
    for listener in listeners:
        listener.bind(("127.0.0.1", 0))
    ports = tuple(listener.getsockname()[1] for listener in listeners)
    for listener in listeners:
        listener.close()
    return ports


class Running:
    """A server with a real network as version 1, and a model of another answer as 2."""

    def __init__(self, directory, folder, ports):
        self.directory, self.folder, self.ports = directory, folder, ports
        self.rest = f"127.0.0.1:{ports[1]}"

    def client(self, kind, name=NAME, **version):
        if kind == "grpc":
            return GrpcClient(Target(f"127.0.0.1:{self.ports[0]}", name, **version))
        return RestClient(Target(self.rest, name, **version))

    def answers(self, **version):
        """The labels of both protocols' predictions, which have to agree."""
        answers = []
        for kind in ("grpc", "rest"):
            with self.client(kind, **version) as client:
                answers.append([entry.label for entry in client.predict(PIXELS)])
        assert answers[0] == answers[1]
        return set(answers[0])

    def run(self, command, *options):
        place = [str(self.directory), "--config", str(self.folder), "--server", self.rest]
        result = CliRunner().invoke(main, [command, *place, *map(str, options)])
        assert result.exit_code == 0, result.output
        return result.stdout


@pytest.fixture(scope="session", autouse=True)
def tf_serving():
    """Skip before anything is built."""
    reason = why_not()
    if reason:
        pytest.skip(reason)


@pytest.fixture(scope="module")
def running(model_directory, tmp_path_factory):
    folder = tmp_path_factory.mktemp("real")
    directory = folder / NAME
    shutil.copytree(model_directory / "1", directory / "1")
    save_brightness(directory, 2)
    ports = free_ports(2)
    model = ServedModel(NAME, directory, {"stable": 1})
    with real_server(model, folder / "config", ports, Batching(max_batch_size=8)):
        yield Running(directory, folder / "config", ports)


@pytest.mark.parametrize("kind", ["grpc", "rest"])
def test_predictions_are_the_networks_own(running, kind, network, preprocessing):
    with running.client(kind) as client:
        predictions = client.predict(PIXELS)
        single = client.predict(PIXELS.astype("float32") / 255, "serve_raw")
    normalised = (PIXELS.astype("float32") - preprocessing.mean) / preprocessing.std
    expected = np.asarray(network(normalised.astype("float32"), training=False))
    found = np.array([entry.probabilities for entry in predictions])
    np.testing.assert_allclose(found, expected, atol=1e-5)
    assert [entry.label for entry in predictions] == [
        preprocessing.labels[index] for index in expected.argmax(-1)
    ]
    assert len(single) == len(PIXELS)


def test_health_and_metrics(running):
    with running.client("rest") as client:
        assert client.version_states(None, Deadline(5)) == {1: "AVAILABLE"}
    metrics = requests.get(f"http://{running.rest}{METRICS_PATH}", timeout=10)
    assert metrics.status_code == 200
    assert "tensorflow" in metrics.text
    for name, code in ((NAME, 0), ("cats", 1)):
        script = ["bash", "-c", health_script(name, running.ports[1])]
        assert subprocess.run(script, capture_output=True, timeout=20).returncode == code


@pytest.mark.parametrize("kind", ["grpc", "rest"])
def test_what_the_server_refuses(running, kind):
    for name, version, message in (
        ("cats", {}, "does not serve a model 'cats'"),
        (NAME, {"version": 7}, f"does not serve version 7 of a model '{NAME}'"),
        (NAME, {"label": "none"}, f"has no label 'none' for model '{NAME}'"),
    ):
        with (
            running.client(kind, name, **version) as client,
            pytest.raises(ServingError, match=message),
        ):
            client.predict(PIXELS)
    with running.client(kind) as client:
        for images, signature, message in (
            (PIXELS[:, 1:], "serving_default", "wrong size"),
            (PIXELS, "none", "is none of its signatures"),
            (np.repeat(PIXELS, 3, axis=0), "serving_default", "refused the request"),
        ):
            with pytest.raises(ServingError, match=message):
                client.predict(images, signature)


def test_promotion_and_rollback_under_way(running):
    assert running.answers(label="stable") <= NETWORK
    try:
        moved = running.run("promote", "--version", 2)
        assert moved == f"stable is on version 2 of {NAME}, before on version 1\n"
        assert running.answers(label="stable") <= BRIGHTNESS
        assert running.answers(version=1) <= NETWORK  # stays loaded
    finally:
        running.run("rollback")
    assert running.answers(label="stable") <= NETWORK


def test_a_version_that_is_exported_while_the_server_runs(running):
    hidden = save_brightness(running.directory / ".new", 3)
    os.rename(hidden / "3", running.directory / "3")
    running.run("promote", "--label", "canary", "--version", 2)
    running.run("promote", "--label", "canary", "--version", 3)
    assert running.answers(label="canary") <= BRIGHTNESS
    assert running.answers(label="stable") <= NETWORK
    model = find_model(read_config(running.folder), NAME)
    assert specific_versions(model) == {1, 2, 3}
    running.run("rollback", "--label", "canary")
    with running.client("rest") as client:
        assert client.version_states("canary", Deadline(5)) == {2: "AVAILABLE"}


def test_files_are_decoded_by_the_server(running, tmp_path):
    from PIL import Image

    Image.new("RGB", (50, 40), (255, 255, 255)).save(tmp_path / "white.jpg")
    running.run("promote", "--label", "canary", "--version", 2)
    arguments = ["predict", str(tmp_path / "white.jpg"), "--model", NAME, "--label", "canary"]
    for server in (
        ["--server", f"127.0.0.1:{running.ports[0]}"],
        ["--rest", "--server", running.rest],
    ):
        result = CliRunner().invoke(main, [*arguments, *server])
        assert result.exit_code == 0, result.output
        assert result.stdout.endswith("white.jpg  bright 100.0 %\n")
