"""What keeps a search from beginning, and what ends it."""

from __future__ import annotations

from collections.abc import Sequence

from memnas_tf.errors import ConfigError
from memnas_tf.genotype import Genotype
from memnas_tf.memory import MemoryTarget
from memnas_tf.memory.arena_memory import DTYPES
from memnas_tf.memory.needs import describe_excess, has_budgets
from memnas_tf.moves import generate_candidates
from memnas_tf.template import Template
from tuner.search.rounds import STOPPED, Round, current_base
from tuner.search.settings import SearchSettings


def require_fit(template: Template, blocks: int, target: MemoryTarget) -> None:
    """Refuse budgets that no candidate of the first round keeps to.

    Args:
        template: The size of the networks.
        blocks: The number of blocks of a genotype.
        target: The budgets.

    Raises:
        ConfigError: If none does.
    """
    if not has_budgets(target):
        return
    networks = []
    for candidate in generate_candidates(Genotype.empty(blocks), max_cells=1):
        networks.append(target.measure(candidate.genotype, template))
        if networks[-1].fits:
            return
    ways = ["fewer filters", "smaller images"]
    ways += [f"dtype {name}" for name in DTYPES[DTYPES.index(target.dtype) + 1 :]]  # ever smaller
    raise ConfigError(
        f"no network of the first round fits: {describe_excess(networks)}; allow more, or use "
        f"{' or '.join(ways)}"
    )


def stop_reason(rounds: Sequence[Round], settings: SearchSettings) -> str | None:
    """Tell why a search whose rounds are all over is at its end, or None if it goes on.

    Args:
        rounds: The rounds so far, all of them over.
        settings: The search's settings.

    Returns:
        The reason, for people.
    """
    if rounds and rounds[-1].winner is None:
        tried = [trial for trial in rounds[-1].trials if trial.status != STOPPED]
        return f"all {len(tried)} trials of round {len(rounds)} failed"
    if len(rounds) >= settings.max_rounds:
        return f"reached max_rounds ({settings.max_rounds})"
    planned = sum(len(entry.trials) for entry in rounds)
    if settings.max_trials is not None and planned >= settings.max_trials:
        return f"reached max_trials ({settings.max_trials})"
    base = current_base(rounds, settings.blocks)
    if base.slots >= settings.max_cells:
        return f"reached max_cells ({settings.max_cells})"
    return None
