"""Which pictures there are of a search and of a trial, wherever they are shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from matplotlib.figure import Figure

from memnas_tf.template import Template
from memnas_tf.training.record import TrainingRecord
from tuner.report.figures.accuracy_memory import MEMORIES, draw_accuracy_memory
from tuner.report.figures.confusion_matrix import draw_confusion_matrix
from tuner.report.figures.family_tree import draw_family_tree
from tuner.report.figures.learning_curve import draw_learning_curve
from tuner.report.figures.network import draw_change, draw_network_lifetimes
from tuner.report.figures.ranking import MOST_ROUNDS, draw_ranking, draw_ranking_quality
from tuner.report.figures.rounds import draw_rounds
from tuner.report.figures.spending import draw_spending
from tuner.report.ranking_quality import ranking_quality
from tuner.report.search_data import SearchData
from tuner.report.spending import spending
from tuner.search.rounds import PlannedTrial


@dataclass(frozen=True)
class Chart:
    """A picture that is not painted yet.

    Attributes:
        name: What tells it from the others, as `group/name` of lower case words.
        words: What it shows, for people.
        paint: Makes the figure.
        is_drawing: Whether it stays as large as it is, to be scrolled.
    """

    name: str
    words: str
    paint: Callable[[], Figure]
    is_drawing: bool = False


def search_charts(data: SearchData) -> list[Chart]:
    """List the pictures of a search.

    Args:
        data: The search.

    Returns:
        The pictures; those of the ranker only once it has ranked a round that is over.
    """
    rounds, best = data.history.rounds, data.history.best
    objective = data.history.settings.objective
    result = objective.short[:1].upper() + objective.short[1:]
    target = data.history.settings.target.memory
    memories = ("parameter memory", f"{target} memory", f"parameter and {target} memory")
    charts = [
        Chart(
            "winners/rounds",
            f"{result} and memory of each round's winner (the paper's Figure 4)",
            partial(draw_rounds, rounds, objective),
        ),
        Chart(
            "spending/rounds",
            "Time and epochs of each round",
            partial(draw_spending, spending(data)),
        ),
        *(
            Chart(
                f"accuracy_against_memory/{memory}",
                f"{result} against {words}",
                partial(draw_accuracy_memory, data.completed, memory, best, objective),
            )
            for memory, words in zip(MEMORIES, memories, strict=True)
        ),
        Chart(
            "winners/family_tree",
            "From the empty network to the answer (star); small points are the other trials",
            partial(draw_family_tree, rounds, objective),
            is_drawing=True,
        ),
    ]
    qualities = ranking_quality(rounds)
    if qualities:
        last = f", last {MOST_ROUNDS} rounds" if len(qualities) > MOST_ROUNDS else ""
        charts += [
            Chart(
                "ranker/expected_and_measured",
                f"What the ranker expected of the trained candidates, and what came{last}",
                partial(draw_ranking, qualities),
            ),
            Chart(
                "ranker/quality",
                "How well the ranker ordered them (by the measures of the paper's Table 3)",
                partial(draw_ranking_quality, qualities),
            ),
        ]
    return charts


def trial_charts(
    trial: PlannedTrial, base: str, template: Template, record: TrainingRecord | None
) -> list[Chart]:
    """List the pictures of a trial.

    Args:
        trial: The trial.
        base: What its network was made from, as a compact string.
        template: The network's size.
        record: What the trial left of its training.

    Returns:
        The pictures; those of its training only where it left something of it.
    """
    charts = []
    if record is not None and record.epochs:
        charts.append(
            Chart(
                "training/learning_curve",
                "Learning curve; the dashed line marks the epoch whose weights were kept",
                partial(draw_learning_curve, record),
            )
        )
    if record is not None and record.confusion is not None:
        charts.append(
            Chart(
                "training/confusion_matrix",
                "Confusion matrix on the validation images, with the weights of the best epoch",
                partial(draw_confusion_matrix, record.confusion),
            )
        )
    return [
        *charts,
        Chart(
            "network/architecture",
            "The network and its move",
            partial(draw_change, trial.genotype, base, template),
            is_drawing=True,
        ),
        Chart(
            "network/lifetimes",
            "Lifetimes of intermediate results and their peak",
            partial(draw_network_lifetimes, trial.genotype, template),
            is_drawing=True,
        ),
    ]
