"""The searches of the showdown: `memnas search`, as a person would call it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.showdown.contest import BUDGETS, SEARCHES
from memnas_tf.genotype import Genotype, from_string
from memnas_tf.template import Template
from tuner.history import load_search

# About three hours of two cores: 72 networks on a quarter of the images, of which a third goes on.
_COURSE = (
    *("--filters", "16", "--blocks", "3", "--limit", "15000", "--validation-fraction", "0.25"),
    *("--max-rounds", "6", "--trials-per-round", "4,4,8,16,20", "--epochs", "9"),
    *("--rungs", "3", "--reduction-factor", "3", "--batch-size", "64", "--quiet"),
)


def search_options(space: str, budget: str, directory: Path) -> list[str]:
    """Return the command line of a search.

    Args:
        space: One of `SEARCHES`.
        budget: One of `BUDGETS`.
        directory: Where searches are kept.

    Returns:
        What follows `memnas`.
    """
    search, limits = SEARCHES[space], BUDGETS[budget]
    return [
        *("search", "--dataset", "cifar10", *_COURSE),
        *("--moves", search.moves, "--tradeoff", str(search.tradeoff)),
        *("--runtime", "tflm", "--max-ram", str(limits.ram), "--max-flash", str(limits.flash)),
        *("--directory", str(directory), "--project-name", f"{space}-{budget}"),
    ]


def find_network(
    space: str, budget: str, directory: Path, more: Sequence[str] = ()
) -> tuple[Genotype, Template]:
    """Search, or go on with the search, and return what it found.

    Args:
        space: One of `SEARCHES`.
        budget: One of `BUDGETS`.
        directory: Where searches are kept.
        more: Further options, such as where the images are.

    Returns:
        The network and its size.

    Raises:
        subprocess.CalledProcessError: If the search failed.
        RuntimeError: If it found nothing.
    """
    options = [*search_options(space, budget, directory), *more]
    subprocess.run([sys.executable, "-m", "memnas_cli.main", *options], check=True)
    history = load_search(directory / f"{space}-{budget}")
    if history.best is None:
        raise RuntimeError(f"the search {space}-{budget} found nothing: {history.stop_reason}")
    return from_string(history.best.genotype), history.settings.template
