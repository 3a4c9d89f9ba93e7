"""`memnas verify`: check an exported model."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path

import click

from memnas_cli.quiet import start_keras
from memnas_cli.views.terminal import echo, echo_json

FAILED_CHECK = 3


@click.command()
@click.argument("directory", type=click.Path())
@click.option("--json", "as_json", is_flag=True, help="Print JSON for a script.")
def verify(directory: str, as_json: bool) -> None:
    """Check the export in DIRECTORY: a model directory with all its versions, or one version.

    The version is loaded by the C++ loader that TF-Serving calls, answers on sample images as the
    trained network did, and passes its warm-up requests; its signatures, labels and model card
    are what they should be, and no file tells a path of the machine that wrote it. The exit code
    is 3 if a check fails.
    """
    from serving.verification.versions_to_verify import versions_to_verify

    versions = versions_to_verify(directory)
    start_keras()
    results = {str(path): _verify(path, as_json) for path in versions}
    if as_json:
        echo_json(results)
    if not all(check["status"] == "ok" for checks in results.values() for check in checks):
        sys.exit(FAILED_CHECK)


def _verify(path: Path, is_silent: bool) -> list[dict[str, str]]:
    from serving.verification.checks import verify_version

    if not is_silent:
        echo(f"{path}:")
    results = []
    for result in verify_version(path):
        if not is_silent:
            echo(f"  {result.status:<8} {result.check}: {result.message}")
        results.append(asdict(result))
    return results
