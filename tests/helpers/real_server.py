"""TF-Serving itself, where it can be run: its program on the PATH, or its image in Docker."""

from __future__ import annotations

import shutil
import subprocess
import time
from contextlib import contextmanager

from serving.client import RestClient, RetryPolicy, Target
from serving.client.deadline import Deadline
from serving.client.failures import CallFailed
from serving.server.command import ServerSettings, host_command
from serving.server.compose import COMPOSE_FILE, DEFAULT_IMAGE
from serving.server.configuration import Batching, ServedModel, write_configuration

_START_SECONDS = 120


def why_not() -> str | None:
    """Say why TF-Serving cannot be run here; None if it can."""
    if shutil.which("tensorflow_model_server"):
        return None
    if not shutil.which("docker"):
        return "TF-Serving cannot run here: neither tensorflow_model_server nor docker is there"
    if not _succeeds("docker", "info"):
        return "TF-Serving cannot run here: docker has no engine to talk to"
    if not _succeeds("docker", "compose", "version"):
        return "TF-Serving cannot run here: docker has no compose plugin"
    if not _succeeds("docker", "image", "inspect", DEFAULT_IMAGE) and not _succeeds(
        "docker", "pull", DEFAULT_IMAGE
    ):
        return f"TF-Serving cannot run here: {DEFAULT_IMAGE} is not there and cannot be pulled"
    return None


@contextmanager
def real_server(model: ServedModel, folder, ports: tuple[int, int], batching: Batching):
    """Run TF-Serving with the configuration that serve-config writes, until a version answers."""
    settings = ServerSettings(*ports, rest_timeout=30, has_labels=bool(model.labels))
    in_docker = not shutil.which("tensorflow_model_server")
    write_configuration(folder, model, settings, batching, DEFAULT_IMAGE if in_docker else None)
    run = _compose if in_docker else _program
    with run(folder, settings, model.name):
        yield


@contextmanager
def _program(folder, settings, name):
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(
            host_command(folder, settings), stdout=log, stderr=subprocess.STDOUT
        )
        try:
            _wait(process, settings, name, folder / "server.log")
            yield
        finally:
            process.terminate()
            process.wait(timeout=30)


@contextmanager
def _compose(folder, settings, name):
    # --wait returns when the health check of the file has passed.
    compose = ["docker", "compose", "--file", str(folder / COMPOSE_FILE)]
    wait = ["--detach", "--wait", "--wait-timeout", str(_START_SECONDS)]
    try:
        subprocess.run([*compose, "up", *wait], check=True)
        yield
    finally:
        subprocess.run([*compose, "logs", "--tail", "50"], check=False)
        subprocess.run([*compose, "down"], check=False)


def _wait(process, settings, name, log):
    target = Target(f"127.0.0.1:{settings.rest_port}", name)
    end = time.monotonic() + _START_SECONDS
    with RestClient(target, 5, RetryPolicy(attempts=1)) as client:
        while time.monotonic() < end and process.poll() is None:
            try:
                if "AVAILABLE" in client.version_states(None, Deadline(5)).values():
                    return
            except CallFailed:
                pass  # not yet
            time.sleep(0.2)
    raise AssertionError(f"the server did not start:\n{log.read_text(errors='replace')[-4000:]}")


def _succeeds(*command: str) -> bool:
    try:
        finished = subprocess.run(command, capture_output=True, timeout=600, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return finished.returncode == 0
