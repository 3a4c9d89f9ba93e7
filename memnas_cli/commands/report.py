"""`memnas report`: a search as one page of pictures. Loads no TensorFlow."""

from __future__ import annotations

from pathlib import Path

import click

from memnas_cli.options.data_folder import check_outside_data
from memnas_cli.views.terminal import Console, echo
from memnas_tf.errors import ConfigError
from memnas_tf.files import write_bytes
from memnas_tf.output_file import check_replaceable


@click.command(context_settings={"show_default": True})
@click.argument("directory", type=click.Path())
@click.option(
    "--to",
    type=click.Path(),
    metavar="FILE.html",
    help="The page.",
    show_default="report.html in the directory",
)
@click.option(
    "--best",
    type=click.IntRange(min=1),
    default=5,
    help="How many of the best trials to show in detail, besides the winners of the rounds.",
)
def report(directory: str, to: str | None, best: int) -> None:
    """Draw the search in DIRECTORY into one HTML file.

    The search may be running, interrupted or finished; nothing of it is touched, and nothing in
    its files is run. The page needs no network and no other file.
    """
    from tuner.report.html.report import render_report
    from tuner.report.search_data import load_search_data

    path = Path(to) if to else Path(directory) / "report.html"
    check_page(path)
    check_outside_data(path, directory, "--to")
    with Console(stderr=True).status("reading the search") as status:
        page = render_report(load_search_data(directory), best, status.update)
    content = page.encode(errors="backslashreplace")  # a name may be no text
    write_bytes(path, content)
    echo(f"written to {path} ({len(content) / 1e6:.1f} MB)")


def check_page(path: Path) -> None:
    """Refuse a file that no page can be written to, before there is a page.

    Args:
        path: The file.

    Raises:
        ConfigError: If it is a folder, its suffix is none of HTML's, or it is somebody else's.
    """
    check_replaceable(path)
    if path.suffix.lower() not in (".html", ".htm"):
        raise ConfigError(f"cannot write to {str(path)!r}: name a file that ends in .html")
