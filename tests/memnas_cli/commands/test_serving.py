"""`memnas serve-config`, `memnas promote` and `memnas rollback`."""

from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from memnas_cli.main import main
from serving.server.models_config import find_model, read_config, specific_versions
from tests.helpers.config_follower import following_server
from tests.helpers.hostile_servers import RawServer, always, response
from tests.helpers.model_directories import make_versions

FOLDER = Path("models/digits.serving")
NOWHERE = ["--server", "127.0.0.1:1"]


@pytest.fixture(autouse=True)
def place(tmp_path, monkeypatch):
    make_versions(tmp_path / "models" / "digits", 1, 2, 3)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("serving.server.readiness._PAUSE", 0.05)


def run(command, *arguments):
    return CliRunner().invoke(main, [command, "models/digits", *map(str, arguments)])


def labels():
    return dict(find_model(read_config(FOLDER), "digits").version_labels)


def test_a_configuration_and_what_to_do_with_it():
    result = run("serve-config", "--rest-port", 9001, "--image", "tensorflow/serving:2.20.0")
    assert result.exit_code == 0, result.output
    for line in result.stdout.splitlines()[:-2]:
        assert Path(line.removeprefix("written to ")).is_file()
    command = "docker compose --file models/digits.serving/compose.yaml up --detach --wait"
    assert result.stdout.splitlines()[-1].strip() == command
    assert labels() == {"stable": 3}
    service = yaml.safe_load((FOLDER / "compose.yaml").read_text())["services"]["serving"]
    assert service["image"] == "tensorflow/serving:2.20.0"
    assert "127.0.0.1:9001:8501" in service["ports"]


def test_a_configuration_for_this_machine(tmp_path):
    options = ["--host-paths", "--latest", 2, "--output", "else where", "--model", "numbers"]
    result = run("serve-config", *options)
    assert result.exit_code == 0, result.output
    assert "  tensorflow_model_server --port=8500 --rest_api_port=8501 " in result.stdout
    assert f"'--model_config_file={tmp_path}/else where/models.config'" in result.stdout
    assert "asks nobody for a password" in result.stdout
    model = find_model(read_config(tmp_path / "else where"), "numbers")
    assert model.base_path == str(tmp_path / "models" / "digits")
    assert model.model_version_policy.latest.num_versions == 2


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--stable", 7], "has no version 7; the versions in it: 1, 2, 3"),
        (["--latest", 2, "--canary", 2], "--latest goes without labels"),
        (["--grpc-port", 8501], "cannot share port 8501"),
        (["--model", "a/b"], "'a/b' is no name for a model"),
        (["--output", "models/digits/1/saved_model.pb"], "is a file; name a folder"),
    ],
)
def test_configurations_that_are_refused(options, message):
    result = run("serve-config", *options)
    assert result.exit_code == 2
    assert message in result.stderr
    assert not FOLDER.exists()


@pytest.mark.parametrize(
    ("directory", "way_out"),
    [("models", "make one with memnas export SOURCE --to models"), ("gone", "export a model to")],
)
def test_a_directory_without_a_version(directory, way_out):
    result = CliRunner().invoke(main, ["serve-config", directory])
    assert result.exit_code == 2
    assert way_out in result.stderr


def test_without_a_server_the_next_one_follows():
    run("serve-config", "--stable", 1)
    result = run("promote", "--version", 2, *NOWHERE)
    assert result.exit_code == 0, result.output
    assert result.stdout == "stable is on version 2 of digits, before on version 1\n"
    assert "no server answers at 127.0.0.1:1: one that starts will follow" in result.stderr
    assert run("promote", "--version", 3, "--label", "canary", *NOWHERE).stdout == (
        "canary is on version 3 of digits\n"
    )
    assert labels() == {"stable": 2, "canary": 3}
    result = run("rollback", *NOWHERE)
    assert result.stdout == "stable is on version 1 of digits, before on version 2\n"
    assert labels() == {"stable": 1, "canary": 3}


def test_with_a_server_the_label_has_moved_when_the_command_ends():
    run("serve-config", "--stable", 1)
    with following_server(FOLDER, "digits") as (server, address):
        result = run("promote", "--version", 3, "--server", address)
        assert result.exit_code == 0, result.output
        assert (server.labels, server.refusals) == ({"stable": 3}, 0)
        assert run("rollback", "--server", address).exit_code == 0
        assert (server.labels, server.refusals) == ({"stable": 1}, 0)
    assert "no server" not in result.stderr


def test_a_version_that_the_server_cannot_load():
    run("serve-config", "--stable", 1)
    with following_server(FOLDER, "digits", broken={3}) as (_, address):
        options = ["--server", address, "--timeout", 0.3]
        result = run("promote", "--version", 3, *options)
        assert result.exit_code == 2
        assert "did not load version 3 of 'digits' within 0.3 s" in result.stderr
    assert labels() == {"stable": 1}
    assert specific_versions(find_model(read_config(FOLDER), "digits")) == {1}


@pytest.mark.parametrize(
    ("command", "options", "message"),
    [
        ("promote", ["--version", 9], "has no version 9"),
        ("promote", ["--version", 2, "--label", "a b"], "'a b' is no label"),
        ("promote", ["--version", 2, "--model", "cats"], "has no model 'cats'"),
        ("promote", ["--version", 2, "--config", "gone"], "write the configuration anew"),
        ("rollback", ["--label", "canary"], "has no label 'canary'; its labels: 'stable'"),
        ("rollback", [], "no complete version below it to go back to"),
    ],
)
def test_moves_that_are_refused(command, options, message):
    run("serve-config", "--stable", 1)
    result = run(command, *options, *NOWHERE)
    assert result.exit_code == 2
    assert message in result.stderr
    assert labels() == {"stable": 1}


@pytest.mark.parametrize("status", ["502 Bad Gateway", "503 Unavailable", "504 Gateway Timeout"])
def test_nothing_moves_behind_a_gateway_that_does_not_reach_the_server(status):
    run("serve-config", "--stable", 1)
    with RawServer(always(response(b"", status))) as gateway:
        result = run("promote", "--version", 2, "--server", gateway.address)
    assert result.exit_code == 2
    assert len(result.stderr.splitlines()) == 1
    assert labels() == {"stable": 1}


@pytest.mark.parametrize("seconds", ["nan", "inf", "0", "-1", "1e300"])
def test_waits_that_are_none(seconds):
    result = run("promote", "--version", 2, "--timeout", seconds, *NOWHERE)
    assert result.exit_code == 2
    assert "'--timeout'" in result.stderr
