"""The files that a server is started with."""

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from google.protobuf import text_format
from tensorflow_serving.config.model_server_config_pb2 import ModelServerConfig

from memnas_tf.errors import ServingError
from serving.server.command import ServerSettings, host_command
from serving.server.compose import health_script
from serving.server.configuration import (
    Batching,
    ServedModel,
    default_folder,
    write_configuration,
)
from serving.server.label_history import read_history
from serving.server.labels import Labels
from tests.helpers.config_follower import ConfigFollower
from tests.helpers.model_directories import make_versions
from tests.helpers.model_servers import rest_server

SETTINGS = ServerSettings(18500, 18501, 2.5, True)
IMAGE = "tensorflow/serving:2.21.0"


@pytest.fixture
def model(tmp_path):
    directory = make_versions(tmp_path / "my models" / "digits", 1, 2, 3)
    return ServedModel("digits", directory, {"stable": 1, "canary": 3})


def write(folder, model, image=IMAGE, overwrite=False, settings=SETTINGS):
    return write_configuration(folder, model, settings, Batching(16, 500, 10), image, overwrite)


def models_config(folder):
    text = (folder / "models.config").read_text()
    (entry,) = text_format.Parse(text, ModelServerConfig()).model_config_list.config
    return entry


def test_models_config_loads_what_has_a_label(model, tmp_path):
    folder = tmp_path / "out"
    files = write(folder, model)
    assert {file.name for file in files} == {file.name for file in folder.iterdir()}
    entry = models_config(folder)
    assert (entry.name, entry.base_path) == ("digits", "/models/digits")
    assert entry.model_platform == "tensorflow"
    assert list(entry.model_version_policy.specific.versions) == [1, 3]
    assert dict(entry.version_labels) == {"stable": 1, "canary": 3}


def test_models_config_loads_the_latest(model, tmp_path):
    write(tmp_path / "out", replace(model, labels={}, latest=2))
    entry = models_config(tmp_path / "out")
    assert entry.model_version_policy.latest.num_versions == 2
    assert not entry.version_labels


def test_paths_of_this_machine(model, tmp_path):
    folder = tmp_path / "out"
    write(folder, model, image=None)
    assert models_config(folder).base_path == str(model.directory)
    assert not (folder / "compose.yaml").exists()
    command = host_command(folder, SETTINGS)
    assert command[:3] == ["tensorflow_model_server", "--port=18500", "--rest_api_port=18501"]
    flags = dict(flag[2:].split("=") for flag in command[1:])
    files = ("model_config_file", "batching_parameters_file", "monitoring_config_file")
    assert all(Path(flags[name]).is_file() for name in files)
    assert flags["rest_api_timeout_in_ms"] == "2500"


def test_the_other_files(model, tmp_path):
    write(tmp_path, model)
    assert " ".join((tmp_path / "batching.config").read_text().split()) == (
        "max_batch_size { value: 16 } batch_timeout_micros { value: 500 } "
        "max_enqueued_batches { value: 10 }"
    )
    assert " ".join((tmp_path / "monitoring.config").read_text().split()) == (
        'prometheus_config { enable: true path: "/monitoring/prometheus/metrics" }'
    )


def test_the_compose_file(model, tmp_path):
    folder = tmp_path / "my models" / "digits.serving"
    write(folder, model)
    document = yaml.safe_load((folder / "compose.yaml").read_text())
    service = document["services"]["serving"]
    assert service["image"] == IMAGE
    assert service["ports"] == ["127.0.0.1:18500:8500", "127.0.0.1:18501:8501"]
    assert all(mount["read_only"] for mount in service["volumes"])
    sources = {mount["target"]: folder / mount["source"] for mount in service["volumes"]}
    assert sources["/serving"].resolve() == folder
    assert sources["/models/digits"].resolve() == model.directory
    flags = dict(flag[2:].split("=") for flag in service["command"])
    assert flags["model_config_file"] == "/serving/models.config"
    assert flags["batching_parameters_file"] == "/serving/batching.config"
    assert flags["monitoring_config_file"] == "/serving/monitoring.config"
    assert flags["enable_batching"] == "true"
    assert flags["allow_version_labels_for_unavailable_models"] == "true"
    assert int(flags["model_config_file_poll_wait_seconds"]) > 0
    assert service["healthcheck"]["test"] == ["CMD", "bash", "-c", health_script("digits", 8501)]


def test_docker_takes_the_compose_file(model, tmp_path):
    docker = shutil.which("docker")
    asked = docker and subprocess.run(
        [docker, "compose", "version"], capture_output=True, check=False
    )
    if not asked or asked.returncode:
        pytest.skip("there is no docker with the compose plugin here")
    folder = tmp_path / "out"
    write(folder, model)
    command = [docker, "compose", "--file", str(folder / "compose.yaml"), "config", "--quiet"]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr


@pytest.fixture
def follower(model, tmp_path):
    write(tmp_path / "out", model)
    return ConfigFollower(tmp_path / "out", "digits")


def healthy(model, address):
    script = health_script(model, int(address.rpartition(":")[2]))
    return subprocess.run(["bash", "-c", script], capture_output=True, timeout=20).returncode == 0


@pytest.mark.skipif(shutil.which("bash") is None, reason="the health check is a bash script")
def test_the_health_check(follower, free_port):
    with rest_server(follower) as address:
        assert not healthy("digits", address)  # nothing is loaded
        follower.poll()
        assert set(follower.states.values()) == {"LOADING"}
        assert not healthy("digits", address)
        follower.poll()
        assert healthy("digits", address)
        assert not healthy("cats", address)
    assert not healthy("digits", f"127.0.0.1:{free_port}")


def test_a_configuration_is_not_written_over(model, tmp_path):
    folder = tmp_path / "out"
    write(folder, model)
    Labels(folder, model.directory, "digits", lambda version: None).promote("stable", 2)
    assert read_history(folder) == {"stable": [1]}
    with pytest.raises(ServingError, match="write it anew with overwrite"):
        write(folder, replace(model, labels={"stable": 1}))
    assert dict(models_config(folder).version_labels) == {"stable": 2, "canary": 3}
    write(folder, replace(model, labels={"stable": 1}), image=None, overwrite=True)
    assert dict(models_config(folder).version_labels) == {"stable": 1}
    assert read_history(folder) == {}
    assert not (folder / "compose.yaml").exists()


@pytest.mark.parametrize("overwrite", [False, True])
@pytest.mark.parametrize("name", ["compose.yaml", "models.config", "monitoring.config"])
def test_files_of_somebody_else_stay(name, overwrite, model, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / name).write_text("mine")
    with pytest.raises(ServingError, match=f"holds {name}, and this program did not write it"):
        write(tmp_path / "mine", model, overwrite=overwrite)
    assert [path.read_text() for path in (tmp_path / "mine").iterdir()] == ["mine"]


def test_a_configuration_that_was_cut_off_is_written_again(model, tmp_path):
    write(tmp_path / "out", model)
    (tmp_path / "out" / "models.config").unlink()
    write(tmp_path / "out", model)
    assert dict(models_config(tmp_path / "out").version_labels)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": "a/b"}, "'a/b' is no name for a model"),
        ({"labels": {"stable": 7}}, "has no version 7"),
        ({"labels": {"a b": 1}}, "'a b' is no label"),
    ],
)
def test_what_cannot_be_served(model, tmp_path, changes, message):
    with pytest.raises(ServingError, match=message):
        write(tmp_path / "out", replace(model, **changes))
    assert not (tmp_path / "out").exists()


def test_the_folder_lies_beside_the_model_directory(tmp_path, monkeypatch):
    assert default_folder(Path("models/digits/")) == Path("models/digits.serving")
    monkeypatch.chdir(tmp_path)
    assert default_folder(Path(".")) == tmp_path.with_name(f"{tmp_path.name}.serving")
