"""`memnas status`: where a search stands, while it runs or after. Loads no TensorFlow."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from memnas_cli.options.completion import complete_search
from memnas_cli.views.terminal import Console, echo_json
from memnas_tf.directory_lock import is_running
from tuner.distributed.workers_file import read_workers
from tuner.history import SearchHistory, load_search
from tuner.objective import SearchObjective
from tuner.search.rounds import (
    COMPLETED,
    FAILED,
    PAUSED,
    PLANNED,
    RUNNING,
    STATES,
    STOPPED,
    describe_values,
)
from tuner.timing import format_seconds, seconds_left, trials_left


@click.command()
@click.argument("directory", type=click.Path(), shell_complete=complete_search)
@click.option("--json", "as_json", is_flag=True, help="Print JSON for a script.")
def status(directory: str, as_json: bool) -> None:
    """Tell where the search in DIRECTORY stands.

    It may be running, on this machine or with workers elsewhere, interrupted or finished; nothing
    of it is touched.
    """
    document = status_document(Path(directory))
    if as_json:
        echo_json(document)
        return
    console = Console()
    for line in _lines(document):
        console.say(line)


def status_document(directory: Path) -> dict[str, Any]:
    """Describe where a search stands, for a script.

    Args:
        directory: The search's directory.

    Returns:
        Plain values: `state` ("running", "interrupted" or "finished"), `round`, `max_rounds`,
        counts of `trials`, `objective` (its name, under which `best` has what the answer reported,
        and its direction), `best`, `workers` (trials by name; None if no chief tells of any),
        `seconds_per_trial`, `seconds_left` and `stop_reason`; None for what is not known.

    Raises:
        SearchError: If the directory holds no search that can be read.
    """
    history = load_search(directory)
    # The lock cannot be seen from another machine; the file of a chief can, on a shared disk.
    workers = read_workers(directory)
    running = is_running(directory) or workers is not None
    if history.stop_reason is not None:
        state = "finished"
    else:
        state = "running" if running else "interrupted"
    durations = list(history.durations.values())
    at_work = 1 if workers is None else sum(trial is not None for trial in workers.values())
    return {
        "state": state,
        "round": len(history.rounds),
        "max_rounds": history.settings.max_rounds,
        "trials": _counts(history),
        "objective": asdict(history.settings.objective),
        "best": _best(history),
        "workers": workers,
        "seconds_per_trial": sum(durations) / len(durations) if durations else None,
        "seconds_left": seconds_left(history, at_work),
        "stop_reason": history.stop_reason,
    }


def _counts(history: SearchHistory) -> dict[str, int]:
    states = [trial.status for entry in history.rounds for trial in entry.trials]
    counts = {name: states.count(name) for name in STATES}
    over = sum(trial.is_over for entry in history.rounds for trial in entry.trials)
    return {**counts, "at_most": over + trials_left(history)}


def _best(history: SearchHistory) -> dict[str, Any] | None:
    best = history.best
    if best is None:
        return None
    names = ("genotype", "trial_id", "parameter_bytes", "lifetime_bytes", "arena_bytes")
    return {
        **{name: getattr(best, name) for name in names},
        "hyperparameters": best.hyperparameters,
        **history.settings.objective.document(best.quality),
    }


def _lines(document: dict[str, Any]) -> list[str]:
    trials = document["trials"]
    state = document["state"]
    if state == "finished":
        state = f"finished: it {document['stop_reason']}"
    elif state == "interrupted":
        state = "interrupted; the command that started it goes on"
    under_way = "running" if document["state"] == "running" else "cut off"
    lines = [
        f"search     {state}",
        f"round      {document['round']} of {document['max_rounds']}",
        f"trials     {trials[COMPLETED]} done, {trials[FAILED]} failed, {trials[RUNNING]} "
        f"{under_way}, {trials[PLANNED]} planned, {trials['at_most']} at most",
    ]
    if trials[PAUSED] or trials[STOPPED]:
        lines.append(f"at rungs   {trials[STOPPED]} stopped, {trials[PAUSED]} paused")
    best = document["best"]
    if best is None:
        lines.append("best       no round is over yet")
    else:
        objective = SearchObjective.from_state(document["objective"])
        result = objective.format(objective.quality(best[objective.name]))
        lines.append(f"best       {result}  {best['genotype']}")
        if words := describe_values(best["hyperparameters"]):
            lines.append(f"with       {words}")
    if document["workers"] is not None:
        lines += _worker_lines(document["workers"])
    if document["seconds_per_trial"] is not None:
        lines.append(f"per trial  {format_seconds(document['seconds_per_trial'])}")
    if document["seconds_left"] is not None:
        lines.append(f"time left  at most {format_seconds(document['seconds_left'])}")
    return lines


def _worker_lines(workers: dict[str, str | None]) -> list[str]:
    if not workers:
        return ["workers    none is there"]
    busy = [
        f"{name} ({'waiting' if trial is None else f'trial {trial}'})"
        for name, trial in workers.items()
    ]
    return [f"workers    {', '.join(busy)}"]
