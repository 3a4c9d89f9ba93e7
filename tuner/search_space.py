"""The search space as KerasTuner hyperparameters, in two forms.

MemNAS moves by whole genotypes: a trial carries one as a compact string. KerasTuner's own
tuners choose values one by one: for them every cell of every block is spelled out. Both reach the
same networks.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import keras_tuner
from keras_tuner.engine import trial as trial_module

from memnas_tf.genotype import Block, Cell, Genotype, from_string, to_string
from memnas_tf.genotype.genotype import COMBINES
from memnas_tf.metric import Spread
from memnas_tf.operations import OPERATIONS, searched_operations
from tuner.objective import SearchObjective
from tuner.search.rounds import COMPLETED, FAILED, PAUSED, RUNNING, PlannedTrial, Round

GENOTYPE, BASE_TRIAL, UNTIL_EPOCH = "genotype", "base_trial", "until_epoch"
FAILURE = "failure"  # what became of a trial on a worker: KerasTuner's requests carry no message
# What a trial of a search carries, whatever else its hypermodel asks for.
OWN_VALUES = (
    *("round", "move", "cells", "parameter_bytes", "lifetime_bytes", "arena_bytes"),
    *(BASE_TRIAL, UNTIL_EPOCH, GENOTYPE, "base"),
)


def declare_trial_values(hp: keras_tuner.HyperParameters, blocks: int) -> None:
    """Declare what a MemNAS trial carries, with values that can be built.

    Args:
        hp: The hyperparameters to add to.
        blocks: The number of blocks of a genotype.
    """
    name = searched_operations()[0].name
    cell = Cell(0, 0, name, name, "sum", True)
    start = PlannedTrial(to_string(Genotype.repeat((cell,), blocks)), "grow", "start", 0, 0, 0, 0)
    base = to_string(Genotype.empty(blocks))
    for name, value in trial_values(Round(1, base, 1, 0, Spread(0, 0), [start]), start).items():
        hp.Fixed(name, value)


def trial_values(entry: Round, trial: PlannedTrial) -> dict[str, Any]:
    """Return the hyperparameter values of a planned trial: all that a worker gets to know of it.

    Args:
        entry: Its round.
        trial: The trial.

    Returns:
        Plain values by name. The move comes early: tables cut a genotype off where candidates
        are still alike.
    """
    return {
        "round": entry.number,
        "move": trial.move,
        "cells": from_string(trial.genotype).cells,
        "parameter_bytes": trial.parameter_bytes,
        "lifetime_bytes": trial.lifetime_bytes,
        "arena_bytes": trial.arena_bytes,
        BASE_TRIAL: trial.base_trial or "",  # None does not cross to a worker
        UNTIL_EPOCH: trial.until_epoch or 0,
        GENOTYPE: trial.genotype,
        "base": entry.base,
        **trial.hyperparameters,
    }


def known_round(trial: trial_module.Trial, memory: str, objective: SearchObjective) -> Round:
    """Return what the values of a trial tell a worker of its round.

    Args:
        trial: The trial.
        memory: The intermediate memory that the search aims at: "lifetime" or "arena".
        objective: What else it aims at.

    Returns:
        The round with this trial alone, without its kind and what the ranker expected.
    """
    values = trial.hyperparameters.values
    states = {"COMPLETED": COMPLETED, "FAILED": FAILED, "IDLE": PAUSED}
    planned = PlannedTrial(
        genotype=values[GENOTYPE],
        kind="",
        move=values["move"],
        parameter_bytes=values["parameter_bytes"],
        lifetime_bytes=values["lifetime_bytes"],
        arena_bytes=values["arena_bytes"],
        intermediate_bytes=values[f"{memory}_bytes"],
        base_trial=values[BASE_TRIAL] or None,
        status=states.get(trial.status, RUNNING),
        trial_id=trial.trial_id,
        until_epoch=values[UNTIL_EPOCH] or None,
        hyperparameters={
            name: v for name, v in values.items() if name not in (*OWN_VALUES, FAILURE)
        },
        quality=None if trial.score is None else objective.quality(trial.score),
    )
    return Round(values["round"], values["base"], 1, 0, Spread(0, 0), [planned])


def choose_genotype(
    hp: keras_tuner.HyperParameters, blocks: int, max_cells: int, share_cells: bool
) -> Genotype:
    """Read a trial's genotype, or have KerasTuner choose one cell by cell.

    Args:
        hp: The hyperparameters.
        blocks: The number of blocks of a genotype.
        max_cells: The largest number of cells in a block.
        share_cells: Whether all blocks have the same cells.

    Returns:
        The genotype. The last cell of a block is always an output, so it can be built.
    """
    if GENOTYPE in hp:
        return from_string(hp.get(GENOTYPE))
    if share_cells:
        return Genotype.repeat(_choose_block(hp, "", max_cells), blocks)
    return Genotype(
        tuple(_choose_block(hp, f"block_{b}/", max_cells) for b in range(1, blocks + 1))
    )


def _choose_block(hp: keras_tuner.HyperParameters, prefix: str, max_cells: int) -> Block:
    count = hp.Int(f"{prefix}cells", 1, max_cells)
    cells = []
    for number in range(1, count + 1):
        cell = f"{prefix}cell_{number}/"
        # Active only where the block has that many cells, for tuners that use it.
        with hp.conditional_scope(f"{prefix}cells", list(range(number, max_cells + 1))):
            cells.append(_choose_cell(hp, cell, number))
    return (*cells[:-1], replace(cells[-1], is_output=True))


def _choose_cell(hp: keras_tuner.HyperParameters, prefix: str, number: int) -> Cell:
    return Cell(
        input_1=hp.Int(f"{prefix}input_1", 0, number - 1),
        input_2=hp.Int(f"{prefix}input_2", 0, number - 1),
        operation_1=hp.Choice(f"{prefix}operation_1", list(OPERATIONS)),
        operation_2=hp.Choice(f"{prefix}operation_2", list(OPERATIONS)),
        combine=hp.Choice(f"{prefix}combine", list(COMBINES)),
        is_output=hp.Boolean(f"{prefix}is_output"),
    )
