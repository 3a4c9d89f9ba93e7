"""`memnas compare`: searches side by side. Loads no TensorFlow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.box import SIMPLE_HEAD
from rich.table import Table

from memnas_cli.commands.report import check_page
from memnas_cli.options.data_folder import check_outside_data
from memnas_cli.views.terminal import Console, echo, echo_json
from memnas_tf.files import write_bytes
from memnas_tf.memory.units import format_bytes
from tuner.timing import format_seconds

if TYPE_CHECKING:
    from tuner.report.comparison import Compared


@click.command()
@click.argument("directories", nargs=-1, required=True, type=click.Path())
@click.option(
    "--to",
    type=click.Path(),
    metavar="FILE.html",
    help="A page of HTML with charts to write too.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON for a script.")
def compare(directories: tuple[str, ...], to: str | None, as_json: bool) -> None:
    """Compare the searches in DIRECTORIES.

    Of those that differ in nothing but the seed, the mean and its 95 % confidence interval are
    shown; of those that differ in lambda too, a page has the sweep.
    """
    from tuner.report.comparison import load_searches

    if to:
        check_page(Path(to))
        for directory in directories:
            check_outside_data(to, directory, "--to")
    with Console(stderr=True).status("reading the searches"):
        searches = load_searches(directories)
    if as_json:
        echo_json(comparison_document(searches))
    else:
        _print(Console(), searches)
    if to:
        from tuner.report.html.compare import render_comparison

        with Console(stderr=True).status("drawing"):
            write_bytes(to, render_comparison(searches).encode(errors="backslashreplace"))
        echo(f"written to {to}", err=True)


def comparison_document(searches: Sequence[Compared]) -> dict[str, Any]:
    """Describe searches side by side for a script.

    Args:
        searches: The searches.

    Returns:
        `searches` and `groups` (those that differ in nothing but the seed) as plain values;
        memory in bytes; the result under the name of the objective, as trials reported it.
    """
    from tuner.report.comparison import RESULT, seed_groups

    return {
        "searches": [_search_document(search) for search in searches],
        "groups": [
            {
                "settings": group.settings,
                "searches": [search.name for search in group.searches],
                **{
                    searches[0].objective.name if name == RESULT else name: asdict(mean)
                    for name, mean in group.means.items()
                },
            }
            for group in seed_groups(searches)
        ],
    }


def _search_document(search: Compared) -> dict[str, Any]:
    answer, objective = search.answer, search.objective
    completed = [trial.quality for trial in search.data.completed if trial.quality is not None]
    names = ("genotype", "parameter_bytes", "lifetime_bytes", "arena_bytes")
    return {
        "name": search.name,
        "directory": str(search.data.directory),
        "state": search.data.state,
        "differing_settings": search.differing,
        "answer": None
        if answer is None
        else {
            **{name: getattr(answer, name) for name in names},
            **objective.document(answer.quality),
        },
        f"best_{objective.name}": objective.score(max(completed)) if completed else None,
        "trials": len(completed),
        "epochs": search.epochs,
        "seconds": search.seconds,
    }


def _print(console: Console, searches: Sequence[Compared]) -> None:
    from tuner.report.comparison import RESULT, seed_groups
    from tuner.report.html.compare import describe_bytes, describe_result, describe_settings

    table = Table("search", box=SIMPLE_HEAD, pad_edge=False)
    objective = searches[0].objective
    for name in (objective.short, "parameters", "intermediate", "trials", "epochs", "time"):
        table.add_column(name, justify="right", no_wrap=True)
    for search in searches:
        answer = search.answer
        results = ["", "", ""]
        if answer is not None:
            results = [
                objective.format_number(answer.quality),
                format_bytes(answer.parameter_bytes),
                format_bytes(answer.intermediate_bytes),
            ]
        table.add_row(
            search.name,
            *results,
            str(len(search.data.completed)),
            str(search.epochs),
            format_seconds(search.seconds),
        )
    console.print(table)
    width = max(len(search.name) for search in searches)
    lines = ["settings that differ"]
    lines += [
        f"  {search.name:<{width}}  {describe_settings(search.differing)}" for search in searches
    ]
    for group in seed_groups(searches):
        if len(group.searches) > 1:
            means = group.means
            lines.append(
                f"{len(group.searches)} seeds, {describe_settings(group.settings)}: "
                f"{objective.short} {describe_result(means[RESULT], objective)}, parameters "
                f"{describe_bytes(means['parameter_bytes'])}, intermediate "
                f"{describe_bytes(means['intermediate_bytes'])} (mean, 95 % confidence)"
            )
    for line in lines:
        console.say(line)
