"""How the learning rate goes through a training: one function per course, one entry each.

Sources: the restarts, Loshchilov and Hutter, "SGDR", ICLR 2017; the warm-up, Goyal et al.,
"Accurate, Large Minibatch SGD", arXiv:1706.02677.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import keras
from keras.optimizers.schedules import LearningRateSchedule


def restart_cycles(epochs: int) -> int:
    """Choose the number of warm restart cycles.

    Each cycle is twice as long as the one before, the first has at least ten epochs, and the last
    ends with the training.

    Args:
        epochs: The number of epochs.

    Returns:
        The number of cycles: 1 for fewer than 30 epochs, 2 for the paper's 60.
    """
    return max(1, int(math.log2(epochs / 10 + 1))) if epochs > 0 else 1


def warm_restarts(learning_rate: float, total_steps: int, cycles: int = 1) -> LearningRateSchedule:
    """Make a cosine with warm restarts.

    Args:
        learning_rate: The rate at the start of each cycle.
        total_steps: The number of training steps in all.
        cycles: The number of cycles; each is twice as long as the one before.

    Returns:
        The schedule.
    """
    first = max(1, math.ceil(total_steps / (2**cycles - 1)))
    return keras.optimizers.schedules.CosineDecayRestarts(learning_rate, first, t_mul=2.0)


def warm_up_and_cosine(
    learning_rate: float, total_steps: int, warm_up_steps: int
) -> LearningRateSchedule:
    """Make a straight rise from zero, and one cosine from there to the end.

    Args:
        learning_rate: The highest rate.
        total_steps: The number of training steps in all.
        warm_up_steps: How many of them the rise takes; 0 for none.

    Returns:
        The schedule.
    """
    decay_steps = max(1, total_steps - warm_up_steps)
    if warm_up_steps < 1:
        return keras.optimizers.schedules.CosineDecay(learning_rate, decay_steps)
    return keras.optimizers.schedules.CosineDecay(
        0.0, decay_steps, warmup_target=learning_rate, warmup_steps=warm_up_steps
    )


def _restarts(
    learning_rate: float, epochs: int, steps: int, warm_up_epochs: int
) -> LearningRateSchedule:
    del warm_up_epochs  # a recipe with restarts has none
    return warm_restarts(learning_rate, epochs * steps, restart_cycles(epochs))


def _cosine(
    learning_rate: float, epochs: int, steps: int, warm_up_epochs: int
) -> LearningRateSchedule:
    return warm_up_and_cosine(learning_rate, epochs * steps, warm_up_epochs * steps)


# By the name that a recipe has for it: of learning rate, epochs, steps of an epoch, and epochs of
# warm-up.
SCHEDULES: dict[str, Callable[[float, int, int, int], LearningRateSchedule]] = {
    "warm-restarts": _restarts,
    "cosine": _cosine,
}
