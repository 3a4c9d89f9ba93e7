"""Whose words errors speak: the libraries name arguments, the command line its options."""

import ast
import re

import click
import pytest
from click.testing import CliRunner
from PIL import Image

from memnas_cli.main import main
from memnas_cli.options.names import with_option_names
from memnas_tf.errors import DataError
from tests.helpers.image_folders import write_classes
from tests.helpers.processes import ROOT

_COMMANDS = main.commands
_OPTIONS = {
    option
    for command in _COMMANDS.values()
    for parameter in command.params
    for option in parameter.opts
    if option.startswith("--")
}


def messages(path):
    """Every text of a file that is no docstring."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    alone = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in alone:
            yield node.value


@pytest.mark.parametrize("package", ["memnas_tf", "tuner", "serving"])
def test_libraries_know_no_command_and_no_option(package):
    paths = sorted((ROOT / package).rglob("*.py"))
    assert paths
    for path in paths:
        for text in messages(path):
            options = set(re.findall(r"(?<![-\w])--[a-z][-a-z0-9_]*", text))
            commands = {name for name in _COMMANDS if re.search(rf"\bmemnas {name}\b", text)}
            commands |= set(re.findall(r"\bsame command\b", text))
            assert not options & _OPTIONS | commands, f"{path.relative_to(ROOT)}: {text}"


@click.command()
@click.option("--image-size")
@click.option("--to", "directory")
@click.argument("limit")
def command(image_size, directory, limit):
    """Have options and an argument."""


def test_arguments_are_shown_as_the_options_of_the_command():
    error = DataError(
        "too large: change directory, or limit, or image_size or seed",
        arguments=("image_size", "directory", "limit", "seed"),
    )
    shown = "too large: change --to, or limit, or --image-size or seed"
    assert with_option_names(error, command) == shown
    assert with_option_names(error, None) == str(error)


def test_only_the_way_out_is_reworded():
    error = DataError("the server says: limit; lower limit\nor wait", arguments=("limit",))

    @click.command()
    @click.option("--limit")
    def limited(limit):
        """Have one option."""

    assert with_option_names(error, limited) == "the server says: limit; lower --limit\nor wait"


def test_the_command_line_ends_in_its_own_words(tmp_path):
    for label, size in (("cat", 4), ("dog", 5)):
        write_classes(tmp_path, {label: [Image.new("RGB", (size, size))] * 3})
    result = CliRunner().invoke(main, ["search", "--dataset", str(tmp_path)])
    assert result.exit_code == 2
    assert "differ in size: set one with --image-size" in result.stderr
