"""`memnas promote` and `memnas rollback`: move a label of a served model."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from memnas_cli.options.seconds import Seconds
from memnas_cli.views.terminal import Console, echo
from serving.client.target import Target
from serving.server.command import POLL_SECONDS
from serving.server.configuration import default_folder
from serving.server.labels import LabelMove, Labels

_OPTIONS = (
    click.argument("directory", type=click.Path(path_type=Path)),
    click.option("--label", default="stable", help="The label."),
    click.option(
        "--config", type=click.Path(path_type=Path), help="Its folder.  [default: DIR.serving]"
    ),
    click.option("--model", help="Name that clients ask for.  [default: DIR's own]"),
    click.option("--server", default="127.0.0.1:8501", help="HOST:PORT of the server's REST API."),
    click.option(
        "--timeout",
        default=60.0,
        type=Seconds(),
        help="Seconds to wait for the server: to load the version, and to move the label.",
    ),
)


def _options(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


@click.command(context_settings={"show_default": True})
@_options
@click.option("--version", required=True, type=click.IntRange(min=1), help="Where it moves.")
def promote(
    directory: Path,
    label: str,
    config: Path | None,
    model: str | None,
    server: str,
    timeout: float,
    version: int,
) -> None:
    """Move a label to a version of the model in DIRECTORY.

    A running server first loads the version. The label moves once it has, and stays where it is
    if it does not. The version that it leaves stays loaded, for memnas rollback.
    """
    _run(directory, config, model, server, timeout, lambda labels: labels.promote(label, version))


@click.command(context_settings={"show_default": True})
@_options
def rollback(
    directory: Path,
    label: str,
    config: Path | None,
    model: str | None,
    server: str,
    timeout: float,
) -> None:
    """Move a label back to the version that it was on before.

    Without a version before, it moves to the next lower one in DIRECTORY.
    """
    _run(directory, config, model, server, timeout, lambda labels: labels.roll_back(label))


def _run(
    directory: Path,
    config: Path | None,
    model: str | None,
    server: str,
    timeout: float,
    move: Callable[[Labels], LabelMove],
) -> None:
    from serving.client.rest_client import RestClient
    from serving.server.readiness import ServerWatch

    folder = config or default_folder(directory)
    name = model or directory.resolve().name
    client = RestClient(Target(server, name), timeout)
    with client, Console(stderr=True).status("") as status:
        watch = ServerWatch(client, timeout)
        is_there = watch.is_there()

        def wait_for(version: int) -> None:
            if is_there:
                status.update(f"waiting for {server} to load version {version}")
                watch.wait_for_version(version)

        done = move(Labels(folder, directory, name, wait_for))
        if is_there:
            status.update(f"waiting for {server} to read the label (every {POLL_SECONDS} s)")
            watch.wait_for_label(done.label, done.after)
    came = "" if done.before in (None, done.after) else f", before on version {done.before}"
    echo(f"{done.label} is on version {done.after} of {name}{came}")
    if not is_there:
        echo(
            f"no server answers at {server}: one that starts will follow; one that runs "
            "elsewhere has to be named with --server, or it may refuse the move",
            err=True,
        )
