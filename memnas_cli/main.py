"""The command `memnas`."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import metadata
from typing import Any

# TensorFlow reads this when it is imported, which a command does as late as it can.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import click

from memnas_cli.commands.compare import compare
from memnas_cli.commands.export import export
from memnas_cli.commands.load_test import load_test
from memnas_cli.commands.memory import memory
from memnas_cli.commands.predict import predict
from memnas_cli.commands.promote import promote, rollback
from memnas_cli.commands.report import report
from memnas_cli.commands.search import search
from memnas_cli.commands.serve_config import serve_config
from memnas_cli.commands.show import show
from memnas_cli.commands.status import status
from memnas_cli.commands.train import train
from memnas_cli.commands.verify import verify
from memnas_cli.options.names import with_option_names
from memnas_cli.supervisor import WATCHED
from memnas_cli.system_faults import describe_fault
from memnas_cli.views.terminal import echo, give_up_output, prepare_streams, printable
from memnas_cli.warnings_shown import shown_warnings
from memnas_tf.errors import MemNASError
from memnas_tf.interrupts import INTERRUPTED


class _BadInput(click.ClickException):
    exit_code = 2


class _Commands(click.Group):
    """Commands whose mistakes, and faults of the system, end in one line, not in a traceback."""

    def make_context(self, *args: Any, **kwargs: Any) -> click.Context:
        with _faults_told():  # of printing help, or the version
            return super().make_context(*args, **kwargs)

    def invoke(self, ctx: click.Context) -> Any:
        prepare_streams()
        with _faults_told(ctx.params["verbose"]):
            try:
                return super().invoke(ctx)
            except MemNASError as error:
                command = self.get_command(ctx, str(ctx.invoked_subcommand))
                raise _BadInput(printable(with_option_names(error, command))) from error
            except click.ClickException as error:
                error.message = printable(error.message)  # type: ignore[misc]
                raise
            except KeyboardInterrupt:
                echo("interrupted", err=True)
                sys.exit(INTERRUPTED)


@contextmanager
def _faults_told(verbose: bool = False) -> Iterator[None]:
    """Tell faults of the system in one line; of verbose commands with a traceback."""
    try:
        yield
    except Exception as error:
        told = describe_fault(error)
        # Click ends quietly where the reader of a pipe does.
        if told is None or isinstance(error, BrokenPipeError) or verbose:
            raise
        give_up_output()
        raise _BadInput(printable(told)) from error


@click.group(
    cls=_Commands,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(metadata.version("memnas-tf"), prog_name="memnas")
@click.option("--verbose", is_flag=True, help="Show warnings of libraries, and tracebacks.")
def main(verbose: bool) -> None:
    """Search for image classifiers that are accurate and need little memory.

    \b
    A first search, on handwritten digits that come with the program:
        memnas search
    On a data set of your own choice, or a folder of images:
        memnas search --dataset cifar10 --filters 16 --epochs 10
        memnas search --dataset ./photos --image-size 64x64
    Where it stands, and what came of it:
        memnas status searches/digits
        memnas show searches/digits
    What it found, trained to the end:
        memnas train searches/digits --to trainings/digits
    What it needs, or any Keras model:
        memnas memory searches/digits
        memnas memory MODEL.keras --plot memory.png
    A model for serving:
        memnas export searches/digits --to models/digits
        memnas verify models/digits
        memnas serve-config models/digits
        memnas predict photo.png --model digits --label stable

    Exit codes: 0 done, 1 a fault of the program, 2 input that cannot be used,
    3 an export that fails a check, 130 interrupted.
    """  # noqa: D301 - click looks for the character itself
    context = click.get_current_context()
    context.with_resource(shown_warnings())
    if not verbose:
        logging.getLogger("absl").setLevel(logging.ERROR)
        logging.getLogger("tensorflow").setLevel(logging.ERROR)
    if context.invoked_subcommand is None:
        echo(*context.get_help().splitlines())


main.add_command(search)
main.add_command(train)
main.add_command(show)
main.add_command(memory)
main.add_command(export)
main.add_command(verify)
main.add_command(status)
main.add_command(serve_config)
main.add_command(promote)
main.add_command(rollback)
main.add_command(predict)
main.add_command(load_test)
main.add_command(report)
main.add_command(compare)


def run() -> None:
    """Run what a person has typed: a search trains in a process of its own, watched by this one.

    A program that calls `main` has everything done in its own process.
    """
    main(obj=WATCHED)


if __name__ == "__main__":
    run()
