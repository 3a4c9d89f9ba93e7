"""`compose.yaml`: the server in a container, for Docker Compose."""

from __future__ import annotations

import json
import os
from pathlib import Path, PurePosixPath

from serving.server.command import ServerSettings, server_flags

COMPOSE_FILE = "compose.yaml"
DEFAULT_IMAGE = "tensorflow/serving:2.21.0"
CONTAINER_FOLDER = PurePosixPath("/serving")
CONTAINER_MODELS = PurePosixPath("/models")

_GRPC_PORT, _REST_PORT = 8500, 8501  # of the image
_TEMPLATE = """\
# A model server on this machine's loopback addresses; it asks nobody for a password.
# docker compose --file {file} up --detach --wait
name: {project}
services:
  serving:
    image: {image}
    command:
{flags}
    ports:
      - {grpc}
      - {rest}
    volumes:
      # A folder, not its files: a file that is replaced would stay the old one in the container.
      - type: bind
        source: {folder}
        target: {container_folder}
        read_only: true
      - type: bind
        source: {models}
        target: {container_models}
        read_only: true
        bind:
          create_host_path: false
    healthcheck:
      # The image has no curl; bash opens the connection itself.
      test: {health}
      interval: 5s
      timeout: 5s
      retries: 3
      start_period: 60s
    restart: unless-stopped
"""


def compose_text(
    model: str, directory: Path, folder: Path, image: str, settings: ServerSettings
) -> str:
    """Write a Compose file with one server.

    Args:
        model: The model's name.
        directory: The model directory on the host.
        folder: The folder that the file goes to, with the rest of the configuration.
        image: The server's image and tag.
        settings: The rest.

    Returns:
        YAML. Its paths are relative to the folder.
    """
    flags = server_flags(CONTAINER_FOLDER, settings)
    # A double-quoted scalar of YAML is a string of JSON. Compose replaces what follows a single $.
    models = os.path.relpath(directory.resolve(), folder.resolve())
    return _TEMPLATE.format(
        file=COMPOSE_FILE,
        project=_quoted(project_name(model)),
        image=_quoted(image),
        flags="\n".join(f"      - {_quoted(flag)}" for flag in flags),
        grpc=_quoted(f"127.0.0.1:{settings.grpc_port}:{_GRPC_PORT}"),
        rest=_quoted(f"127.0.0.1:{settings.rest_port}:{_REST_PORT}"),
        folder=_quoted("."),
        container_folder=_quoted(str(CONTAINER_FOLDER)),
        models=_quoted(models),
        container_models=_quoted(str(CONTAINER_MODELS / model)),
        health=_quoted(["CMD", "bash", "-c", health_script(model, _REST_PORT)]),
    )


def project_name(model: str) -> str:
    """Make the name that Compose gives a model's containers.

    Args:
        model: The model's name.

    Returns:
        The name, of the characters that Compose takes.
    """
    return "serving-" + "".join(c if c.isalnum() else "-" for c in model.lower())


def health_script(model: str, port: int) -> str:
    """Write a bash script that fails unless a version of the model answers requests.

    Args:
        model: The model's name.
        port: The REST port.

    Returns:
        The script. It needs bash and grep, which the image has, and neither curl nor wget.
    """
    request = f"GET /v1/models/{model} HTTP/1.0\\r\\nHost: localhost\\r\\n\\r\\n"
    available = """'"state": *"AVAILABLE"'"""
    return f"exec 3<>/dev/tcp/127.0.0.1/{port} && printf '{request}' >&3 && grep -q {available} <&3"


def _quoted(value: str | list[str]) -> str:
    return json.dumps(value, ensure_ascii=False).replace("$", "$$")
