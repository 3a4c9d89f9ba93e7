"""Recipes: how a network is trained, as values by name. Needs neither TensorFlow nor Keras.

A new recipe is one entry in `RECIPES`; what it may set are the attributes of `Recipe`.

Sources: "paper" is section 4.1 of the paper. Of "modern": label smoothing, Szegedy et al.,
arXiv:1512.00567; mixup, Zhang et al., arXiv:1710.09412; averaged weights, Polyak and Juditsky,
1992; no decay on normalisation and biases, He et al., arXiv:1812.01187.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

from memnas_tf.errors import ConfigError
from memnas_tf.knob_kinds import Flag, OneOf, Real, Whole
from memnas_tf.knobs import knob, read_knobs

COURSES = ("warm-restarts", "cosine")
POLICIES = ("paper", "crop-flip", "crop", "none")  # of augmentation
MOMENTUM = 0.9
LEARNING_RATE = 0.01


@dataclass(frozen=True)
class Recipe:
    """How a network is trained: SGD with momentum, and what goes with it.

    Raises:
        ConfigError: If a value is out of its range.
    """

    schedule: str = knob("How the learning rate falls.", OneOf(COURSES))
    learning_rate: float = knob("The highest learning rate.", Real(0, above=True))
    epochs: int = knob("Epochs.", Whole(), 60)
    batch_size: int = knob("Images in a training step.", Whole(), 128)
    nesterov: bool = knob("Whether momentum looks ahead.", Flag(), False)
    warm_up_epochs: int = knob(
        "Epochs in which the learning rate rises first; of cosine alone.", Whole(0), 0
    )
    weight_decay: float = knob(
        "What part of each weight goes in a step, times the learning rate.", Real(), 0.0
    )
    label_smoothing: float = knob(
        "What part of a label is spread over all classes.",
        Real(0, 1, below=True, unit="FRACTION"),
        0.0,
    )
    mixup: float = knob(
        "How much images are mixed, the parameter of the beta distribution; 0 for not at all.",
        Real(unit="ALPHA"),
        0.0,
    )
    ema_epochs: float = knob(
        "Epochs over which, in effect, weights are averaged; 0 for none.", Real(), 0.0
    )
    augmentation: str | None = knob(
        "Crop, flip and cutout; without cutout; crop alone; or none.",
        OneOf(POLICIES),
        unset="crop for sets of letters and digits, crop-flip if streamed, else paper",
    )

    def __post_init__(self) -> None:
        """Refuse a training that cannot be."""
        read_knobs(self)
        if self.warm_up_epochs and self.schedule != "cosine":
            raise ConfigError(
                f"warm_up_epochs is {self.warm_up_epochs}, and the schedule {self.schedule!r} has "
                "no warm-up; use the schedule 'cosine', or leave it out"
            )
        if self.warm_up_epochs >= self.epochs:
            raise ConfigError(
                f"warm_up_epochs is {self.warm_up_epochs} of {self.epochs} epochs; leave epochs "
                "after the warm-up"
            )

    def ema_momentum(self, steps: int) -> float:
        """Return what part of the averaged weights a training step keeps.

        Args:
            steps: The training steps of an epoch.

        Returns:
            A number from 0 to 1 whose memory reaches `ema_epochs` epochs back.
        """
        return 1 - 1 / (self.ema_epochs * steps + 1)


RECIPES: dict[str, Recipe] = {
    "paper": Recipe(schedule="warm-restarts", learning_rate=LEARNING_RATE),
    "modern": Recipe(
        schedule="cosine",
        learning_rate=0.1,
        nesterov=True,
        warm_up_epochs=5,
        weight_decay=0.005,
        label_smoothing=0.1,
        mixup=0.2,
        ema_epochs=1.0,
    ),
}
DEFAULT_RECIPE = "paper"


def make_recipe(name: str, **values: Any) -> Recipe:
    """Take a recipe by its name, with some values of one's own.

    In a short training the recipe's own warm-up takes a fifth of the epochs at most.

    Args:
        name: One of `RECIPES`.
        **values: Attributes of `Recipe`; None leaves the recipe's own.

    Returns:
        The recipe.

    Raises:
        ConfigError: If there is no such recipe or value, or one is out of its range.
    """
    if name not in RECIPES:
        raise ConfigError(f"unknown recipe {name!r}; use one of {', '.join(RECIPES)}")
    known = [field.name for field in fields(Recipe)]
    for key in values:
        if key not in known:
            raise ConfigError(f"a recipe has no {key!r}; it has {', '.join(known)}")
    recipe = RECIPES[name]
    given = {key: value for key, value in values.items() if value is not None}
    epochs = given.get("epochs", recipe.epochs)
    return replace(recipe, **{"warm_up_epochs": min(recipe.warm_up_epochs, epochs // 5), **given})
