from dataclasses import dataclass

import click
import pytest
from click.testing import CliRunner

from memnas_cli.commands.search import search
from memnas_cli.commands.train import train
from memnas_cli.main import main
from memnas_cli.options.knobs import ChangesOf, takes
from memnas_tf.knob_kinds import Flag, OneOf, Real, Several, Text, Whole
from memnas_tf.knobs import knob, knobs_of
from memnas_tf.memory.target import Aims
from memnas_tf.training.recipe import Recipe
from tuner.search.settings import SearchKnobs
from tuner.training_settings import TrainingSettings


@dataclass(frozen=True)
class Group:
    name: str = knob("A name.", Text("NAME"))
    rounds: int = knob("Rounds.", Whole(), 4)
    trials: tuple[int, ...] = knob("Trials.", Several("trials", "6"), (6,))
    most: int | None = knob("Most.", Whole(), unset="no limit")
    size: int = knob("Bytes.", OneOf((4, 2, 1)), 4)
    anew: bool = knob("Anew.", Flag(), False, flags=("--anew", "--new"))


@dataclass(frozen=True)
class Course:
    rate: float = knob("A rate.", Real(above=True), 0.1)
    nesterov: bool = knob("Ahead.", Flag(), False)


@pytest.fixture
def run():
    """Run a command of both groups, and return what it was called with."""
    called = {}

    @click.command(context_settings={"show_default": True})
    @takes({"rounds": 9}, group=Group, changes=ChangesOf(Course, "the recipe's"))
    def command(group, changes):
        called.update(group=group, changes=changes)

    def run(*arguments):
        result = CliRunner().invoke(command, arguments)
        return called if called else result.output

    return run


def test_a_command_gets_one_object_of_each_group(run):
    assert run("--name", "x") == {"group": Group("x", 9), "changes": {}}


def test_options_set_what_they_are_named_after(run):
    arguments = ["--name", "x", "--trials", "2,3", "--most", "5", "--size", "2", "--new"]
    called = run(*arguments, "--no-nesterov", "--rate", "0.5")
    assert called["group"] == Group("x", 9, (2, 3), 5, 2, True)
    assert called["changes"] == {"rate": 0.5, "nesterov": False}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "Missing option '--name'"),
        (["--name", "x", "--rounds", "0"], "0 is not in the range x>=1"),
        (["--name", "x", "--size", "3"], "'3' is not one of '4', '2', '1'"),
        (["--name", "x", "--rate", "0"], "0.0 is not in the range x>0"),
    ],
)
def test_what_is_out_of_range_is_refused_by_its_flag(arguments, message, run):
    assert message in run(*arguments)


def test_help_tells_defaults_and_what_holds_without(run):
    text = " ".join(run("--help").split())
    assert "--rounds N Rounds. [default: 9; x>=1]" in text
    assert "--trials N[,N...] Trials. [default: 6]" in text
    assert "Most. [default: (no limit); x>=1]" in text
    assert "--nesterov / --no-nesterov Ahead. [default: (the recipe's)]" in text


@pytest.mark.parametrize(
    ("command", "groups"), [(search, (TrainingSettings, SearchKnobs, Aims)), (train, (Recipe,))]
)
def test_every_knob_is_an_option(command, groups):
    options = {option.name: option for option in command.params}
    for group in groups:
        for name, (known, _) in knobs_of(group).items():
            assert options[name].help == known.help


def test_memnas_alone_prints_its_help():
    result = CliRunner().invoke(main, [])
    assert (result.exit_code, result.output) == (0, CliRunner().invoke(main, ["-h"]).output)
