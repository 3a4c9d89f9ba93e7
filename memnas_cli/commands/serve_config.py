"""`memnas serve-config`: what a TF-Serving server needs beside a model directory."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from memnas_cli.views.terminal import echo
from memnas_tf.errors import ServingError
from serving.server.command import ServerSettings, host_command
from serving.server.complete_versions import complete_versions
from serving.server.compose import COMPOSE_FILE, DEFAULT_IMAGE
from serving.server.configuration import (
    Batching,
    ServedModel,
    default_folder,
    write_configuration,
)

_PORT = click.IntRange(1, 65535)
_COUNT = click.IntRange(min=1)


@click.command("serve-config", context_settings={"show_default": True})
@click.argument("directory", type=click.Path(path_type=Path))
@click.option("--output", type=click.Path(path_type=Path), help="Folder.  [default: DIR.serving]")
@click.option("--model", help="Name that clients ask for.  [default: DIR's own]")
@click.option("--stable", type=_COUNT, help="Version with label stable.  [default: the highest]")
@click.option("--canary", type=_COUNT, help="Version with label canary.")
@click.option("--latest", type=_COUNT, help="Load this many highest versions, without labels.")
@click.option("--image", default=DEFAULT_IMAGE, help="Image of the server.")
@click.option("--host-paths", is_flag=True, help="For a server on this machine, without Docker.")
@click.option("--grpc-port", default=8500, type=_PORT, help="On this machine.")
@click.option("--rest-port", default=8501, type=_PORT, help="On this machine.")
@click.option(
    "--rest-timeout",
    default=30.0,
    type=click.FloatRange(0, min_open=True),
    help="Seconds that a REST request may take.",
)
@click.option("--max-batch-size", default=64, type=_COUNT, help="Most images in a request.")
@click.option(
    "--batch-timeout",
    default=1000,
    type=click.IntRange(min=0),
    help="Microseconds that a request waits for others to join its batch.",
)
@click.option("--overwrite", is_flag=True, help="Replace a configuration, labels and all.")
def serve_config(
    directory: Path,
    output: Path | None,
    model: str | None,
    stable: int | None,
    canary: int | None,
    latest: int | None,
    image: str,
    host_paths: bool,
    grpc_port: int,
    rest_port: int,
    rest_timeout: float,
    max_batch_size: int,
    batch_timeout: int,
    overwrite: bool,
) -> None:
    """Write the configuration of a TF-Serving server for the model in DIRECTORY.

    DIRECTORY is what memnas export wrote: a folder with versions 1, 2 and so on. The server loads
    the versions that have a label; memnas promote and memnas rollback move labels while it runs.
    """
    if grpc_port == rest_port:
        raise ServingError(f"gRPC and REST cannot share port {grpc_port}; change one of them")
    labels = _labels(directory, stable, canary, latest)
    served = ServedModel(model or directory.resolve().name, directory, labels, latest)
    settings = ServerSettings(grpc_port, rest_port, rest_timeout, bool(labels))
    batching = Batching(max_batch_size, batch_timeout)
    folder = output or default_folder(directory)
    files = write_configuration(
        folder, served, settings, batching, None if host_paths else image, overwrite
    )
    for file in files:
        echo(f"written to {file}")
    echo("start the server:")
    if host_paths:
        echo(f"  {shlex.join(host_command(folder.resolve(), settings))}")
        echo("it listens on every address of this machine and asks nobody for a password")
    else:
        path = shlex.quote(str(folder / COMPOSE_FILE))
        echo(f"  docker compose --file {path} up --detach --wait")


def _labels(
    directory: Path, stable: int | None, canary: int | None, latest: int | None
) -> dict[str, int]:
    versions = complete_versions(directory)
    if not versions:
        raise ServingError(
            f"{str(directory)!r} holds no complete version; make one with memnas export SOURCE "
            f"--to {directory}"
        )
    if latest is not None:
        if stable is not None or canary is not None:
            raise ServingError(
                "--latest goes without labels: the next export could unload a version that has "
                "one; leave out --latest, or --stable and --canary"
            )
        return {}
    labels = {"stable": stable or versions[-1]}
    if canary is not None:
        labels["canary"] = canary
    return labels
