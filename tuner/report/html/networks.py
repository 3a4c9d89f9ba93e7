"""What the report shows of single networks: the chain of winners, and the best others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from memnas_tf.genotype import from_string, render
from memnas_tf.memory.units import format_bytes
from tuner.report.charts import trial_charts
from tuner.report.html.pictures import Picture, make_picture
from tuner.report.search_data import SearchData
from tuner.search.rounds import PlannedTrial, Round
from tuner.search.standings import ranked_trials


@dataclass
class Network:
    """What is shown of a trial's network.

    Attributes:
        trial: The trial.
        base: What its network was made from.
        title: Its heading.
        facts: Names and values.
        is_best: Whether it is the search's answer.
        pictures: The pictures that there is room for.
    """

    trial: PlannedTrial
    base: str
    title: str
    facts: list[tuple[str, str]]
    is_best: bool
    pictures: list[Picture] = field(default_factory=list)

    @property
    def genotype(self) -> str:
        """The network as a compact string."""
        return self.trial.genotype

    @property
    def text(self) -> str:
        """The network in words."""
        return render(from_string(self.genotype))


def chosen_networks(data: SearchData, best: int) -> list[Network]:
    """Choose the networks to show: the winner of each round, and the best of the others.

    Args:
        data: The search.
        best: How many of the best trials to show, winners included.

    Returns:
        The winners in the order of the rounds, then the others, best first.
    """
    rounds = data.history.rounds
    top = ranked_trials(rounds)[:best]
    answer = top[0] if top else data.history.best
    winners = [(entry, entry.winning_trial) for entry in rounds]
    shown = [(entry, trial) for entry, trial in winners if trial is not None]
    known = {id(trial) for _, trial in shown}
    homes = {id(trial): entry for entry in rounds for trial in entry.trials}
    shown += [(homes[id(trial)], trial) for trial in top if id(trial) not in known]
    return [_network(data, entry, trial, trial is answer) for entry, trial in shown]


def add_pictures(
    data: SearchData, networks: list[Network], room: int, on_step: Callable[[str], None]
) -> int:
    """Draw the networks, the search's answer first, then the latest, as long as there is room.

    Args:
        data: The search.
        networks: The networks, which get their pictures.
        room: How many characters all pictures together may take.
        on_step: Told what is being drawn.

    Returns:
        How many pictures are left out.
    """
    left_out = 0
    for network in sorted(reversed(networks), key=lambda network: not network.is_best):
        on_step(f"drawing {network.title}")
        record, template = data.record(network.trial), data.history.settings.template
        for chart in trial_charts(network.trial, network.base, template, record):
            picture = make_picture(chart)
            if len(picture.source) > room:
                left_out += 1
                continue
            room -= len(picture.source)
            network.pictures.append(picture)
    return left_out


def _network(data: SearchData, entry: Round, trial: PlannedTrial, is_best: bool) -> Network:
    part = "the answer, " if is_best else ""
    record = data.record(trial)
    objective = data.history.settings.objective
    facts = [
        (objective.words, objective.format_number(trial.quality, digits=2)),
        ("memory efficiency", f"{trial.efficiency or 0:.3f}"),
        ("parameter memory", format_bytes(trial.parameter_bytes)),
        ("lifetime memory", format_bytes(trial.lifetime_bytes)),
        ("arena memory", format_bytes(trial.arena_bytes)),
        ("trial", trial.trial_id or ""),
    ]
    if trial.hyperparameters:
        facts.append(("hyperparameters", trial.hyperparameter_words))
    if record is not None:
        facts.append(("epochs", str(record.epochs)))
        if record.base is not None:
            facts.append(("epochs with its bases'", str(record.cumulative_epochs)))
    return Network(trial, entry.base, f"{part}round {entry.number}: {trial.move}", facts, is_best)
