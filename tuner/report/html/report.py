"""The report of a search: one page of HTML."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from memnas_tf.memory.units import format_bytes
from tuner.report.figures.accuracy_memory import MEMORIES, draw_accuracy_memory
from tuner.report.figures.family_tree import draw_family_tree
from tuner.report.figures.ranking import MOST_ROUNDS, draw_ranking, draw_ranking_quality
from tuner.report.figures.rounds import draw_rounds
from tuner.report.figures.spending import draw_spending
from tuner.report.html.networks import add_pictures, chosen_networks
from tuner.report.html.pictures import Picture, make_picture
from tuner.report.html.rendering import render_page
from tuner.report.html.trials_table import COLUMNS, table_rows
from tuner.report.ranking_quality import ranking_quality
from tuner.report.search_data import SearchData
from tuner.report.spending import spending
from tuner.rounds import FAILED
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
        "charts": _charts(data),
        "networks": (networks := chosen_networks(data, best)),
        "columns": COLUMNS,
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
    pairs = [
        ("trials completed", str(len(data.completed))),
        ("trials failed", str(failed)),
        ("epochs", f"{sum(entry.epochs for entry in spent):,}"),
        ("time of all trials", format_seconds(sum(entry.seconds for entry in spent))),
    ]
    best = data.history.best
    if best is None:
        return pairs
    return [
        ("validation accuracy of the answer", f"{100 * (best.val_accuracy or 0):.2f} %"),
        ("its parameter memory", format_bytes(best.parameter_bytes)),
        ("its lifetime memory", format_bytes(best.lifetime_bytes)),
        ("its arena memory", format_bytes(best.arena_bytes)),
        *pairs,
    ]


def _charts(data: SearchData) -> list[Picture]:
    rounds, best = data.history.rounds, data.history.best
    qualities = ranking_quality(rounds)
    target = data.history.settings.target.memory
    charts = [
        make_picture(
            "Accuracy and memory of each round's winner (the paper's Figure 4)",
            partial(draw_rounds, rounds),
        ),
        make_picture("Time and epochs of each round", partial(draw_spending, spending(data))),
    ]
    charts += [
        make_picture(
            f"Accuracy against {words}", partial(draw_accuracy_memory, data.completed, memory, best)
        )
        for memory, words in zip(
            MEMORIES,
            ("parameter memory", f"{target} memory", f"parameter and {target} memory"),
            strict=True,
        )
    ]
    charts.append(
        make_picture(
            "From the empty network to the answer (star); small points are the other trials",
            partial(draw_family_tree, rounds),
            is_drawing=True,
        )
    )
    if qualities:
        last = f", last {MOST_ROUNDS} rounds" if len(qualities) > MOST_ROUNDS else ""
        charts += [
            make_picture(
                f"What the ranker expected of the trained candidates, and what came{last}",
                partial(draw_ranking, qualities),
            ),
            make_picture(
                "How well the ranker ordered them (by the measures of the paper's Table 3)",
                partial(draw_ranking_quality, qualities),
            ),
        ]
    return charts
