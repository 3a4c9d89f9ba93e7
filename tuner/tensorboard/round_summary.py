"""What TensorBoard shows of a search as a round ends."""

from __future__ import annotations

from dataclasses import replace

from memnas_tf.genotype import from_string, render
from tuner.report.charts import search_charts
from tuner.report.ranking_quality import ranking_quality
from tuner.report.search_data import SearchData
from tuner.report.spending import spending
from tuner.search.rounds import FAILED
from tuner.search.settings import SearchSettings
from tuner.tensorboard.values import Value, code_block, pictures, scalar, text


def settings_text(settings: SearchSettings) -> Value:
    """Tell a search's settings.

    Args:
        settings: The settings.

    Returns:
        The value.
    """
    lines = [f"{name}: {value}" for name, value in settings.flat().items()]
    return text("search/settings", code_block("\n".join(lines)))


def round_summary(data: SearchData, number: int) -> list[Value]:
    """Sum up a search as it stood when a round ended.

    Args:
        data: The search.
        number: The round, which is over.

    Returns:
        The values: numbers of that round, and pictures and the answer of all rounds up to it.
    """
    rounds = tuple(entry for entry in data.history.rounds if entry.number <= number)
    data = replace(data, history=replace(data.history, rounds=rounds))
    numbers = {**_winner(data), **_ranker(data), **_costs(data)}
    best = data.history.best
    values = [scalar(tag, value) for tag, value in numbers.items()]
    if best is not None:
        words = f"trial {best.trial_id}: {best.genotype}\n\n{render(from_string(best.genotype))}"
        values.append(text("search/answer", code_block(words)))
    return [*values, *pictures(search_charts(data))]


def _winner(data: SearchData) -> dict[str, float]:
    winner = data.history.rounds[-1].winning_trial
    if winner is None:
        return {}
    objective = data.history.settings.objective
    target = data.history.settings.target.memory
    return {
        f"winner/{objective.name}": objective.score(winner.quality or 0.0),
        "winner/parameters_kB": winner.parameter_bytes / 1000,
        f"winner/{target}_kB": winner.intermediate_bytes / 1000,
        "winner/memory_efficiency": winner.efficiency or 0.0,
    }


def _ranker(data: SearchData) -> dict[str, float]:
    found = ranking_quality(data.history.rounds[-1:])
    return {
        f"ranker/{name}": score
        for quality in found
        for name, score in (
            ("AP", quality.ap),
            ("NDCG", quality.ndcg),
            ("kendall_tau", quality.tau),
            ("k", quality.k),
        )
    }


def _costs(data: SearchData) -> dict[str, float]:
    spent = spending(data)
    return {
        "spending/hours": spent[-1].seconds / 3600,
        "spending/hours_in_all": sum(entry.seconds for entry in spent) / 3600,
        "spending/epochs": spent[-1].epochs,
        "spending/epochs_in_all": sum(entry.epochs for entry in spent),
        "spending/trials_in_all": len(data.trials),
        "spending/failed_trials_in_all": sum(trial.status == FAILED for trial in data.trials),
    }
