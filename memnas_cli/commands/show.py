"""`memnas show`: an architecture, a search or a training, for people or for scripts."""

from __future__ import annotations

import os
from dataclasses import asdict
from itertools import chain, groupby
from pathlib import Path
from typing import Any

import click
from rich.box import SIMPLE_HEAD
from rich.table import Table

from memnas_cli.options.completion import complete_source
from memnas_cli.options.data_folder import check_outside_data
from memnas_cli.options.knobs import takes
from memnas_cli.options.template import NetworkSize
from memnas_cli.views.terminal import Console, echo, echo_json
from memnas_cli.views.training_view import print_training, training_document
from memnas_tf.drawing.captions import block_captions, join_captions
from memnas_tf.genotype import Genotype, from_string, load_genotype, render, to_string
from memnas_tf.memory import format_bytes, lifetime_memory, parameter_memory
from memnas_tf.template import Template
from memnas_tf.training.directory import is_training
from memnas_tf.training.network_files import (
    DRAWING_FILE,
    FOLDER,
    MODEL_FILE,
    SAVED_MODEL_FOLDER,
    read_results,
)
from memnas_tf.training.record import RECORD_FILE, TrainingRecord, load_record
from tuner.history import ORACLE_FILE, SearchHistory, load_search
from tuner.objective import SearchObjective
from tuner.search.rounds import PlannedTrial, Round
from tuner.source_template import sized_template
from tuner.trials.trial_files import (
    ERROR_FILE,
    completed_trials,
    failed_trials,
    kept_checkpoints,
    trial_directory,
)


@click.command(context_settings={"show_default": True})
@click.argument("source", shell_complete=complete_source)
@click.option("--json", "as_json", is_flag=True, help="Print JSON for a script.")
@click.option(
    "--plot",
    type=click.Path(dir_okay=False),
    metavar="FILE",
    help="Draw the architecture to a .png or .svg file.",
)
@takes(size=NetworkSize)
def show(
    source: str,
    as_json: bool,
    plot: str | None,
    size: NetworkSize,
) -> None:
    """Show SOURCE, an architecture, a search or a training.

    An architecture is a preset (figure-1b, supplement, MemNAS-A, MemNAS-B), a compact string such
    as 5x0d3+0f7=, or a JSON file; its memory is that of a network of the given size, and
    MemNAS-A and MemNAS-B have one of their own. A search or a training is its directory;
    the latter's model.keras does as well.
    """
    if plot:
        from memnas_tf.drawing.picture_file import check_picture

        check_picture(plot)
        check_outside_data(plot, source, "--plot")
    console = Console()
    folder = Path(source).parent if source.endswith(".keras") else Path(source)
    if is_training(folder):
        if as_json:
            echo_json(training_document(folder))
        else:
            print_training(console, folder)
    elif os.path.exists(Path(source) / ORACLE_FILE):
        if as_json:
            echo_json(search_document(Path(source)))
        else:
            print_search(console, Path(source))
    else:
        genotype = load_genotype(source)
        template = sized_template(source, **vars(size))
        genotype.require_buildable()
        if as_json:
            echo_json(architecture_document(genotype, template))
        else:
            _print_architecture(genotype, template)
    if plot:
        from memnas_tf.drawing import draw_genotype

        draw_genotype(load_genotype(source), plot, template=sized_template(source, **vars(size)))
        echo(f"drawn to {plot}", err=True)


def architecture_document(genotype: Genotype, template: Template) -> dict[str, Any]:
    """Describe an architecture for a script.

    Args:
        genotype: The architecture.
        template: The network's size.

    Returns:
        Plain values; memory in bytes.
    """
    return {
        "genotype": to_string(genotype),
        "cells": genotype.cells,
        "parameter_bytes": parameter_memory(genotype, template),
        "lifetime_bytes": lifetime_memory(genotype, template),
        "template": asdict(template),
    }


def search_document(directory: Path) -> dict[str, Any]:
    """Describe a search for a script.

    Args:
        directory: The search's directory.

    Returns:
        `best` (None before the first round is over), `failed` (where the traceback of each failed
        trial lies), `checkpoints` (how many completed trials have their weights, how many not),
        `epochs` (how many each trial trained, and with those of the bases whose weights it
        started from), `rounds`, `settings` and `stop_reason`, as plain values; memory in bytes.
    """
    history = load_search(directory)
    state = history.to_state()
    kept = kept_checkpoints(directory, history.rounds)
    completed = len(completed_trials(history.rounds))
    return {
        "best": _best(history, directory),
        "failed": {
            str(trial.trial_id): str(_error_file(directory, trial))
            for trial in failed_trials(history.rounds)
        },
        "checkpoints": {"kept": kept, "pruned": completed - kept},
        "epochs": {
            str(trial.trial_id): _epochs(directory, trial)
            for trial in completed_trials(history.rounds)
        },
        "rounds": [_round(entry, history.settings.objective) for entry in history.rounds],
        "settings": state["settings"],
        "stop_reason": state["stop_reason"],
    }


def print_search(console: Console, directory: Path) -> None:
    """Print a search for a person.

    Args:
        console: Where to print.
        directory: The search's directory.
    """
    history = load_search(directory)
    console.print(_rounds_table(history))
    for line in _trials_lines(history, directory):
        console.say(line)
    best = _best(history, directory)
    if best is None:
        console.print("no round is over yet")
        return
    epochs = best["epochs"]
    target = history.settings.target
    lines = ["", f"best network: {best['genotype']}", *_render_lines(best["genotype"])]
    objective = history.settings.objective
    result = objective.format_number(objective.quality(best[objective.name]))
    lines += [f"{objective.words:<21} {result}"]
    if best["test_accuracy"] is not None:
        lines += [f"test accuracy         {100 * best['test_accuracy']:.1f} %"]
    if words := history.best and history.best.hyperparameter_words:
        lines += [f"hyperparameters       {words}"]
    if epochs["cumulative"] > epochs["own"]:
        lines += [f"epochs                {epochs['own']}, with its bases' {epochs['cumulative']}"]
    lines += [
        f"parameter memory      {format_bytes(best['parameter_bytes'])}",
        f"lifetime memory       {format_bytes(best['lifetime_bytes'])} (one image)",
        f"arena memory          {format_bytes(best['arena_bytes'])} (LiteRT, one image, "
        f"{target.dtype}, {target.kernels} kernels)",
    ]
    folder = directory / FOLDER
    if read_results(folder, best["genotype"]):
        lines += [
            "",
            f"drawing               {folder / DRAWING_FILE}",
            f"trained model         {folder / MODEL_FILE}",
        ]
    if (folder / SAVED_MODEL_FOLDER).is_dir():
        lines += [f"SavedModel            {folder / SAVED_MODEL_FOLDER / '1'}"]
    lines += [f"TensorBoard           tensorboard --logdir {directory / 'logs'}"]
    for line in lines:
        console.say(line)


def _trials_lines(history: SearchHistory, directory: Path) -> list[str]:
    lines = []
    failed = failed_trials(history.rounds)
    if failed:
        trials = "1 trial" if len(failed) == 1 else f"{len(failed)} trials"
        lines += [f"{trials} failed; the last traceback: {_error_file(directory, failed[-1])}"]
    completed = len(completed_trials(history.rounds))
    pruned = completed - kept_checkpoints(directory, history.rounds)
    if pruned:
        lines += [f"weights kept of {completed - pruned} of {completed} trials, the others deleted"]
    return lines


def _error_file(directory: Path, trial: PlannedTrial) -> Path:
    return trial_directory(directory, str(trial.trial_id)) / ERROR_FILE


def _best(history: SearchHistory, directory: Path) -> dict[str, Any] | None:
    best = history.best
    if best is None:
        return None
    measured = read_results(directory / FOLDER, best.genotype)
    return {
        "genotype": best.genotype,
        "round": history.round_of(best).number,
        "trial_id": best.trial_id,
        "epochs": _epochs(directory, best),
        "hyperparameters": best.hyperparameters,
        **history.settings.objective.document(best.quality),
        "test_accuracy": measured.get("test_accuracy"),
        "parameter_bytes": best.parameter_bytes,
        "lifetime_bytes": best.lifetime_bytes,
        "arena_bytes": best.arena_bytes,
    }


def _round(entry: Round, objective: SearchObjective) -> dict[str, Any]:
    """Return a round with what its trials reported, under its own name."""
    state = entry.to_state()
    for trial in state["trials"]:
        rungs = trial.pop("rung_qualities")
        trial[f"rung_{objective.name}"] = [objective.score(quality) for quality in rungs]
        trial.update(objective.document(trial.pop("quality")))
    return state


def _epochs(directory: Path, trial: PlannedTrial) -> dict[str, int]:
    record = load_record(trial_directory(directory, str(trial.trial_id)) / RECORD_FILE)
    record = record or TrainingRecord()  # of a hypermodel that trains in its own way
    return {"own": record.epochs, "cumulative": record.cumulative_epochs}


def _rounds_table(history: SearchHistory) -> Table:
    table = Table("round", "trials", "winner", box=SIMPLE_HEAD, pad_edge=False)
    objective = history.settings.objective
    for name in (objective.short, "parameters", "lifetime", "arena"):
        table.add_column(name, justify="right", no_wrap=True)
    for entry in history.rounds:
        winner = entry.winning_trial
        done = sum(trial.is_over for trial in entry.trials)
        cells = [str(entry.number), f"{done} of {len(entry.trials)}"]
        if winner is not None:
            cells += [
                winner.move,
                objective.format_number(winner.quality),
                format_bytes(winner.parameter_bytes),
                format_bytes(winner.lifetime_bytes),
                format_bytes(winner.arena_bytes),
            ]
        table.add_row(*cells)
    return table


def _print_architecture(genotype: Genotype, template: Template) -> None:
    height, width, channels = template.input_shape
    sizes = join_captions(chain.from_iterable(block_captions(genotype, None, template)))
    echo(to_string(genotype))
    echo(*render(genotype).splitlines())
    echo(
        "",
        f"{template.blocks} blocks, filters {_filters(template)}, "
        f"input {height}x{width}x{channels}, {template.classes} classes:",
        *(f"  {line}" for line in sizes),
        f"  parameter memory     {format_bytes(parameter_memory(genotype, template))}",
        f"  intermediate memory  {format_bytes(lifetime_memory(genotype, template))} "
        "(lifetime, one image)",
    )


def _filters(template: Template) -> str:
    runs = [(width, len(list(blocks))) for width, blocks in groupby(template.filters)]
    if len(runs) == 1:
        return str(runs[0][0])
    return ", ".join(f"{count} x {width}" for width, count in runs)


def _render_lines(genotype: str) -> list[str]:
    return [f"  {line}" for line in render(from_string(genotype)).splitlines()]
