"""The report of a search: one page of HTML."""

from __future__ import annotations

from collections.abc import Callable

from memnas_tf.memory.units import format_bytes
from tuner.report.charts import search_charts
from tuner.report.html.networks import add_pictures, chosen_networks
from tuner.report.html.pictures import make_picture
from tuner.report.html.rendering import render_page
from tuner.report.html.trials_table import columns, table_rows
from tuner.report.search_data import SearchData
from tuner.report.spending import spending
from tuner.search.rounds import FAILED, STOPPED
from tuner.timing import format_seconds

DEFAULT_BEST = 5
LARGEST_PAGE = 4_800_000
_LEAST_ROOM = 200_000


def render_report(
    data: SearchData,
    best: int = DEFAULT_BEST,
    on_step: Callable[[str], None] = lambda words: None,
) -> str:
    """Make the report of a search.

    Args:
        data: The search.
        best: How many of the best trials to show in detail, besides the winners.
        on_step: Told what is being drawn.

    Returns:
        A page of HTML that needs no other file. Pictures of single networks are left out where
        it would grow beyond `LARGEST_PAGE` characters.
    """
    on_step("drawing the search")
    values = {
        "name": data.name,
        "standing": _standing(data),
        "summary": _summary(data),
        "charts": [make_picture(chart) for chart in search_charts(data)],
        "networks": (networks := chosen_networks(data, best)),
        "columns": columns(data.history.settings.objective),
        "rows": table_rows(data),
        "settings": [(name, str(value)) for name, value in data.history.settings.flat().items()],
    }
    without = render_page("report.html.jinja", left_out=0, **values)
    room = max(LARGEST_PAGE - len(without.encode()), _LEAST_ROOM)
    left_out = add_pictures(data, networks, room, on_step)
    return render_page("report.html.jinja", left_out=left_out, **values)


def _standing(data: SearchData) -> str:
    history = data.history
    over, rounds = sum(trial.is_over for trial in data.trials), len(history.rounds)
    if data.state == "finished":
        return f"A finished search: {over} trials in {rounds} rounds. It {history.stop_reason}."
    state = "is running" if data.state == "running" else "was interrupted"
    most = history.settings.max_rounds
    return f"A search that {state}: {over} trials are over, in {rounds} of at most {most} rounds."


def _summary(data: SearchData) -> list[tuple[str, str]]:
    spent = spending(data)
    failed = sum(trial.status == FAILED for trial in data.trials)
    stopped = sum(trial.status == STOPPED for trial in data.trials)
    pairs = [
        ("trials completed", str(len(data.completed))),
        *([("trials stopped early", str(stopped))] if stopped else []),
        ("trials failed", str(failed)),
        ("epochs", f"{sum(entry.epochs for entry in spent):,}"),
        ("time of all trials", format_seconds(sum(entry.seconds for entry in spent))),
    ]
    best = data.history.best
    if best is None:
        return pairs
    objective = data.history.settings.objective
    return [
        (f"{objective.words} of the answer", objective.format_number(best.quality, digits=2)),
        ("its parameter memory", format_bytes(best.parameter_bytes)),
        ("its lifetime memory", format_bytes(best.lifetime_bytes)),
        ("its arena memory", format_bytes(best.arena_bytes)),
        *pairs,
    ]
